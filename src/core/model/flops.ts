/**
 * FLOPs and cache sizes of a transformer. One multiply-add is 2 FLOPs; attention is causal; the input embedding is a look-up.
 */
import { type Precision, weightBits } from "../precision";
import type { Architecture } from "./architecture";

/** Parameters multiplied once per token in a forward pass, output projection included. */
export function matmulParameters(model: Architecture): number {
  return denseMatmulParameters(model) + model.count.activeExperts + model.count.headMatmul;
}

/** As above without routed experts and without the output projection. */
export function denseMatmulParameters(model: Architecture): number {
  const { attention, denseMlp, router, sharedExperts } = model.count;
  return attention + denseMlp + router + sharedExperts;
}

/** Mean number of earlier tokens a token of a causal sequence of length `length` attends to in a layer with window `window`. */
const meanContext = (length: number, window: number): number =>
  length <= window ? length / 2 : window - (window * window) / (2 * length);

/** Attention FLOPs of one forward pass per token, mean over a causal sequence of `length` tokens, all layers. */
export function attentionFlopsPerToken(model: Architecture, length: number): number {
  const window = model.spec.slidingWindow ?? Number.POSITIVE_INFINITY;
  const full = model.attentionLayers - model.slidingLayers;
  return 4 * model.attentionWidth * (full * (length / 2) + model.slidingLayers * meanContext(length, window));
}

/** FLOPs of one forward pass per token, mean over a causal sequence of `length` tokens. */
export function forwardFlopsPerToken(model: Architecture, length: number): number {
  return 2 * matmulParameters(model) + attentionFlopsPerToken(model, length);
}

/** Bytes of key/value cache that one token occupies while every layer keeps it. */
export function cacheBytesPerToken(model: Architecture, precision: Precision = "bf16"): number {
  return (model.attentionLayers * model.cacheWidth * weightBits[precision]) / 8;
}

/** Bytes of key/value cache of a sequence of `length` tokens; sliding layers keep their window only. */
export function cacheBytes(model: Architecture, length: number, precision: Precision = "bf16"): number {
  const window = model.spec.slidingWindow ?? Number.POSITIVE_INFINITY;
  const full = model.attentionLayers - model.slidingLayers;
  return (
    ((full * length + model.slidingLayers * Math.min(length, window)) * model.cacheWidth * weightBits[precision]) / 8
  );
}

/**
 * Bytes of weights. Below 16 bit, embeddings and output head stay at 16 bit, as quantisers leave them.
 */
export function weightBytes(model: Architecture, precision: Precision): number {
  const bits = weightBits[precision];
  const tables = model.count.embedding + model.count.head;
  const rest = model.parameters - tables;
  return (rest * bits + tables * Math.max(bits, 16)) / 8;
}
