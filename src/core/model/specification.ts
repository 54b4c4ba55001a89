/**
 * A model's architecture as stated: every dimension may be missing. `architecture.ts` completes it.
 */
import * as z from "zod";
import { positive, size } from "../fields";

export const backbones = ["transformer", "diffusionTransformer", "unet", "encoder"] as const;

/** Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): ranks and per-head widths. */
const latentAttention = z.object({
  /** Rank of the query compression; absent = queries are not compressed. */
  queryRank: size.optional(),
  keyValueRank: size,
  ropeDimension: size,
  nopeDimension: size,
  valueDimension: size,
  /**
   * DeepSeek-V4 (arXiv 2606.19348): the latent itself is every head's key and value, and the heads' outputs are brought down to this rank
   * in groups before they are projected back.
   */
  outputRank: size.optional(),
  outputGroups: size.optional(),
});

const vision = z.object({
  parameters: size.optional(),
  layers: size.optional(),
  hiddenSize: size.optional(),
  intermediateSize: size.optional(),
  imageSize: size.optional(),
  patchSize: size.optional(),
  tokensPerTile: size.optional(),
  maxTiles: size.optional(),
});

/** A denoiser's shape (diffusion transformer or U-Net), sizes in latent units; see docs/method.md, images. */
const denoiser = z.object({
  /** Blocks with separate text and image weights and joint attention (MMDiT). */
  doubleBlocks: size.optional(),
  /** Blocks that treat text and image as one sequence. */
  singleBlocks: size.optional(),
  /** Blocks with cross-attention to the text. */
  crossBlocks: size.optional(),
  textTokens: size.optional(),
  textEncoderParameters: size.optional(),
  /** Latent pixels per side that one image pixel side shrinks to (8 = f8 autoencoder). */
  latentScale: size.optional(),
  temporalScale: size.optional(),
  patchSize: size.optional(),
  temporalPatchSize: size.optional(),
  /** Steps and guidance passes of the published pipeline. */
  defaultSteps: size.optional(),
  defaultGuidancePasses: size.optional(),
  /** Key of a shape that the image formulas know by name (U-Nets, linear attention). */
  shape: z.string().optional(),
});

export const modelSpecSchema = z.object({
  name: z.string().optional(),
  /** Total parameters. */
  parameters: size.optional(),
  /** Parameters used per token (mixture of experts); counted with both embeddings. */
  activeParameters: size.optional(),
  layers: size.optional(),
  hiddenSize: size.optional(),
  attentionHeads: size.optional(),
  keyValueHeads: size.optional(),
  headDimension: size.optional(),
  intermediateSize: size.optional(),
  vocabularySize: size.optional(),
  tieWordEmbeddings: z.boolean().optional(),
  experts: size.optional(),
  expertsPerToken: size.optional(),
  expertIntermediateSize: size.optional(),
  sharedExperts: size.optional(),
  contextLength: size.optional(),
  backbone: z.enum(backbones).optional(),
  vision: vision.optional(),

  // Beyond the contract: what exact counting and caches need.
  /** Three MLP matrices (SwiGLU, GeGLU) instead of two. */
  gatedMlp: z.boolean().optional(),
  attentionBias: z.boolean().optional(),
  /** Bias on the attention's output projection; follows attentionBias when absent. */
  attentionOutputBias: z.boolean().optional(),
  mlpBias: z.boolean().optional(),
  /** LayerNorm with bias (2d) instead of RMSNorm (d). */
  normBias: z.boolean().optional(),
  /** Norm vectors of width d per layer: 2 unless stated (Gemma-2/3: 4; parallel blocks: 1). */
  normsPerLayer: size.optional(),
  queryKeyNorm: z.boolean().optional(),
  /** Learned position embeddings (rows), e.g. GPT-2's 1,024. */
  learnedPositions: size.optional(),
  /** Intermediate width of all shared experts together; sharedExperts · expertIntermediateSize when absent. */
  sharedExpertIntermediateSize: size.optional(),
  /** Leading layers with a dense MLP of intermediateSize (DeepSeek's first_k_dense_replace). */
  firstDenseLayers: size.optional(),
  /** Every n-th layer is mixture-of-experts (Llama-4 Maverick: 2). */
  expertLayerInterval: size.optional(),
  latentAttention: latentAttention.optional(),
  /** Layers whose attention sees only the last `slidingWindow` tokens. */
  slidingWindow: size.optional(),
  slidingLayers: size.optional(),
  /** Layers without softmax attention (state-space, linear attention): fixed state instead of a growing cache. */
  linearAttentionLayers: size.optional(),
  /** Parameters of the token mixer of one such layer, their mean where they differ; one attention block where absent. */
  linearMixerParameters: size.optional(),
  /** Layers that have an MLP, where some have none (Nemotron-H: a layer is a mixer or an MLP; Mamba: no MLP at all). */
  mlpLayers: z.number().int().nonnegative().optional(),
  /** The query projection also yields a gate of the same width (Qwen3-Next). */
  attentionGate: z.boolean().optional(),
  /** Sets of weights that the layers share, each used by `layers / layerGroups` of them (ALBERT, arXiv 1909.11942: 1 of 12). */
  layerGroups: positive.optional(),
  /** Width of the embedding table where it is projected to the hidden size (ALBERT: 128). */
  embeddingSize: positive.optional(),
  /** Parameters outside the common shape: head biases, sinks, position buckets, poolers. */
  otherParameters: size.optional(),
  /** Of `layers`, the first ones form one embedding of images and text in front of the language model (HoVLE: 8 of 32). */
  embeddingLayers: size.optional(),
  /** Encoder layers of an encoder-decoder model. */
  encoderLayers: size.optional(),
  denoiser: denoiser.optional(),
});

export type ModelSpec = z.output<typeof modelSpecSchema>;
