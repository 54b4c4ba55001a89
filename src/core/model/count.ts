/**
 * Exact parameter counts from dimensions, by part. Multiplying parts by tokens gives FLOPs, by bytes gives memory.
 * Golden tests: MPT, Llama, Qwen3, Mixtral and DeepSeek-V3 to the last digit (test/golden/parameters.test.ts).
 */
import type { ModelSpec } from "./specification";

/** A specification whose language part is complete. */
export type CompleteSpec = ModelSpec &
  Required<
    Pick<
      ModelSpec,
      | "layers"
      | "hiddenSize"
      | "attentionHeads"
      | "keyValueHeads"
      | "headDimension"
      | "intermediateSize"
      | "vocabularySize"
    >
  >;

/** Parameters by part, whole model. `matmul` parts are multiplied once per token in a forward pass. */
export interface ParameterCount {
  /** Input embedding table (and learned positions): looked up, not multiplied. */
  readonly embedding: number;
  /** Own output head; 0 when tied to the embedding. */
  readonly head: number;
  /** Size of the output projection as multiplied, tied or not. */
  readonly headMatmul: number;
  readonly attention: number;
  readonly denseMlp: number;
  readonly router: number;
  readonly sharedExperts: number;
  readonly experts: number;
  /** Experts one token passes through. */
  readonly activeExperts: number;
  /** Norms and biases. */
  readonly vectors: number;
  readonly total: number;
  /** Per token, with both embeddings. */
  readonly active: number;
}

/** Layers whose MLP is a mixture of experts. */
export function expertLayers(spec: ModelSpec): number {
  if (!spec.experts || !spec.layers) return 0;
  const after = Math.max(0, (spec.mlpLayers ?? spec.layers) - (spec.firstDenseLayers ?? 0));
  return Math.floor(after / (spec.expertLayerInterval ?? 1));
}

/** Attention projections of one layer: matrices, and vectors (biases, norms inside attention). */
function attentionOf(spec: CompleteSpec): { matrices: number; vectors: number } {
  const { hiddenSize: d, attentionHeads: a, keyValueHeads: k, headDimension: h } = spec;
  const latent = spec.latentAttention;
  if (latent) {
    const { queryRank, keyValueRank: rank, ropeDimension: rope, nopeDimension: nope, valueDimension: value } = latent;
    const query = queryRank ? d * queryRank + queryRank * a * (nope + rope) : d * a * (nope + rope);
    const { outputRank, outputGroups = 1 } = latent;
    const heads = outputRank
      ? a * value * outputRank + outputGroups * outputRank * d
      : rank * a * (nope + value) + a * value * d;
    return {
      matrices: query + d * (rank + rope) + heads,
      vectors: (queryRank ?? 0) + rank,
    };
  }
  const matrices = d * h * ((spec.attentionGate ? 2 * a : a) + 2 * k) + a * h * d;
  const bias = spec.attentionBias ? (a + 2 * k) * h : 0;
  const outputBias = (spec.attentionOutputBias ?? spec.attentionBias) ? d : 0;
  return { matrices, vectors: bias + outputBias + (spec.queryKeyNorm ? 2 * h : 0) };
}

/** Counts a complete specification. Vision towers are not included; `architecture.ts` adds them. */
export function countParameters(spec: CompleteSpec): ParameterCount {
  const { layers, hiddenSize: d, intermediateSize: f, vocabularySize: v } = spec;
  const matrices = (spec.gatedMlp ?? true) ? 3 : 2;
  const moeLayers = expertLayers(spec);
  const denseLayers = (spec.mlpLayers ?? layers) - moeLayers;
  const expertWidth = spec.expertIntermediateSize ?? f;
  const sharedWidth = spec.sharedExpertIntermediateSize ?? (spec.sharedExperts ?? 0) * expertWidth;
  const attention = attentionOf(spec);
  const norm = spec.normBias ? 2 * d : d;
  const mlpBias = spec.mlpBias ? d + (matrices - 1) * f : 0;

  // An encoder-decoder adds its encoder, and to each decoder layer cross-attention with its norm.
  const encoder = spec.encoderLayers ?? 0;
  const crossLayers = encoder > 0 ? layers : 0;
  const encoderMatrices = encoder * (attention.matrices + matrices * d * f);
  const normsPerLayer = spec.normsPerLayer ?? 2;
  const finalNorms = normsPerLayer === 0 ? 0 : encoder > 0 ? 2 : 1;

  const tableWidth = spec.embeddingSize ?? d;
  const embedding = (v + (spec.learnedPositions ?? 0)) * tableWidth;
  const head = spec.tieWordEmbeddings ? 0 : v * d;
  const linearLayers = Math.min(layers, spec.linearAttentionLayers ?? 0);
  const softmaxLayers = spec.linearMixerParameters === undefined ? layers : layers - linearLayers;
  const attentionAll =
    (softmaxLayers + crossLayers) * attention.matrices + (layers - softmaxLayers) * (spec.linearMixerParameters ?? 0);
  const denseMlp = denseLayers * matrices * d * f;
  const router = moeLayers * d * (spec.experts ?? 0);
  const sharedExperts = moeLayers * matrices * d * sharedWidth;
  const expert = matrices * d * expertWidth;
  const experts = moeLayers * (spec.experts ?? 0) * expert;
  const activeExperts = moeLayers * (spec.expertsPerToken ?? 0) * expert;
  const layerVectors =
    (layers + encoder) * normsPerLayer * norm +
    crossLayers * norm +
    (softmaxLayers + encoder + crossLayers) * attention.vectors +
    (denseLayers + encoder) * mlpBias;
  // Layers that share their weights are run through one by one, and kept once.
  const kept = spec.layerGroups === undefined ? 1 : Math.min(1, spec.layerGroups / Math.max(1, layers));
  const vectors = kept * layerVectors + norm * finalNorms + (spec.otherParameters ?? 0);

  const shared =
    embedding + head + kept * (attentionAll + denseMlp) + encoderMatrices + router + sharedExperts + vectors;
  return {
    embedding,
    head,
    headMatmul: v * (spec.tieWordEmbeddings ? tableWidth : d),
    attention: attentionAll,
    denseMlp: denseMlp + encoderMatrices,
    router,
    sharedExperts,
    experts,
    activeExperts,
    vectors,
    total: shared + experts,
    active: shared + activeExperts,
  };
}

/** Width of the attention's two products, averaged: query·key and weights·value (they differ under latent attention). */
export function attentionWidth(spec: CompleteSpec): number {
  const latent = spec.latentAttention;
  if (latent) return (spec.attentionHeads * (latent.nopeDimension + latent.ropeDimension + latent.valueDimension)) / 2;
  return spec.attentionHeads * spec.headDimension;
}

/** Cached numbers per token and layer: keys and values, or the latent of multi-head latent attention. */
export function cacheWidth(spec: CompleteSpec): number {
  const latent = spec.latentAttention;
  if (latent) return latent.keyValueRank + latent.ropeDimension;
  return 2 * spec.keyValueHeads * spec.headDimension;
}
