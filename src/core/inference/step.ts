/**
 * Time of one decode step and of one prefill, term by term. Everything in seconds, bytes and FLOPs for one copy of the model; bytes
 * and FLOPs are per accelerator.
 *
 * Decoding reads the weights once per step and every sequence's cache; mixture-of-experts layers read the experts that at least one
 * sequence chose. Memory and compute time join by a p-norm; launches, sampling and collectives add.
 */
import type { InferenceConstants } from "./constants";
import { isLocal } from "./engine";
import type { System } from "./system";

export interface DecodeStep {
  /** Share of routed experts that the batch touches. */
  readonly coverage: number;
  readonly weightTime: number;
  readonly cacheTime: number;
  readonly computeTime: number;
  readonly exchangeTime: number;
  /** Of the busiest member of an expert group beyond the mean member, which waits as long. */
  readonly straggling: number;
  /** On the device, collectives included. */
  readonly device: number;
  /** Launches, sampling, scheduling. */
  readonly host: number;
  readonly total: number;
  readonly bytes: number;
  /** Without the empty rows of tiles, which draw little power. */
  readonly flops: number;
}

/** Share of the peak of the format in use that large multiplications reach. */
export function matmulShare(s: System, c: InferenceConstants): number {
  const narrow = s.narrow === 4 ? c.matmul4 : s.narrow === 8 ? c.matmul8 : 1;
  return Math.min(0.92, c.matmul[s.generation] * narrow);
}

/** The same for prefill, whose thousands of rows use narrow formats better than the few hundred of a decode step. */
export function prefillShare(s: System, c: InferenceConstants): number {
  const narrow = s.narrow === 4 ? c.prefill4 : s.narrow === 8 ? c.prefill8 : 1;
  return Math.min(0.92, c.matmul[s.generation] * narrow);
}

/** Cache bytes of a sequence of `length` tokens, every layer. */
export const cacheBytesOf = (s: System, length: number): number =>
  s.cacheFull * length + s.cacheSliding * Math.min(length, s.window) + s.stateBytes;

/** Share of routed experts that `rows` tokens touch: uniform draws without the correlation between sequences. */
export function expertCoverage(s: System, rows: number, c: InferenceConstants): number {
  if (s.experts <= 0 || s.expertsPerToken <= 0) return 0;
  const share = Math.min(1, s.expertsPerToken / s.experts);
  return Math.max(share, 1 - (1 - share) ** Math.max(1, c.routing * rows));
}

/**
 * Share of its experts that the busiest member of an expert group reads; the others wait for it. Mean of the group and √(2 ln members)
 * standard deviations of a binomial, the expected largest of so many.
 */
function busiestCoverage(s: System, coverage: number): number {
  const { group, expertParallel } = s.layout;
  if (!expertParallel || group <= 1 || s.experts <= 0) return coverage;
  const own = Math.max(1, s.experts / group);
  return Math.min(1, coverage + Math.sqrt((2 * Math.log(group) * coverage * (1 - coverage)) / own));
}

/**
 * vLLM's grouped 8-bit kernels with expert parallelism lay out every expert of a member, chosen or not: small batches read them all.
 */
const wholeExperts = (s: System): boolean =>
  s.engine === "vllm" && s.narrow === 8 && s.experts > 0 && s.layout.expertParallel;

/**
 * Rows that one expert computes beyond its tokens: grouped multiplications come in tiles, one at least for every expert that is chosen,
 * and scaled 8-bit kernels have the larger ones. Local kernels multiply a single sequence row by row.
 */
const tileRows = (s: System, coverage: number, c: InferenceConstants): number =>
  isLocal(s.engine) ? 0 : coverage * (s.narrow === 8 ? c.expertRows8 : c.expertRows);

/** Efficiency of grouped multiplications: narrow experts fill the device badly. */
export const expertShare = (s: System, c: InferenceConstants): number =>
  s.expertWidth / (s.expertWidth + c.expertWidth);

const norm = (a: number, b: number, p: number): number => (a ** p + b ** p) ** (1 / p);

/** Members beyond which a group with data-parallel attention is no longer one board, so that a token's peers are fewer than all. */
const board = 8;

/** Share of a whole group's tokens that one member of a wide group deals with: its own, sent to as many peers as a token has experts. */
const ownShare = (s: System): number =>
  s.layout.attentionData ? Math.min(1, Math.max(board, s.expertsPerToken) / s.layout.group) : 1;

/** Sequences that one scheduler handles: with data-parallel attention every member has its own. */
export const ownSequences = (s: System, batch: number): number =>
  s.layout.attentionData ? batch / s.layout.group : batch;

/**
 * Bytes one accelerator sends for `tokens`: two ring all-reduces of 16-bit activations a layer, half with data-parallel attention, where
 * tokens go to the members that hold their experts and nowhere else (DeepEP; DeepSeek-V3, arXiv 2412.19437, section 3.4).
 */
function exchangeBytes(s: System, tokens: number): number {
  const { group, attentionData } = s.layout;
  if (group <= 1) return 0;
  return s.layers * 8 * tokens * s.hiddenSize * ((group - 1) / group) * (attentionData ? 0.5 * ownShare(s) : 1);
}

/** `batch` sequences with `context` tokens each; `rows` tokens per sequence go through at once (speculation verifies several). */
export function decodeStep(s: System, batch: number, context: number, c: InferenceConstants, rows = 1): DecodeStep {
  const { layout } = s;
  const e = c.engines[s.engine];
  const group = layout.group;
  const quantised = s.localQuantised && isLocal(s.engine) && s.engine !== "eager";
  const bandwidth = s.bandwidth * c.bandwidth[s.generation] * e.bandwidth * (quantised ? c.dequantise : 1);
  const tokens = batch * rows;
  const coverage = wholeExperts(s) ? 1 : expertCoverage(s, tokens, c);

  const residentBytes = s.residentBytes / (layout.attentionData ? 1 : group);
  const routedBytes = (s.routedBytes * coverage) / group;
  const busiest = busiestCoverage(s, coverage);
  const meanTime = residentBytes / bandwidth + routedBytes / (bandwidth * c.expertRead);
  const straggling = (s.routedBytes * (busiest - coverage)) / group / (bandwidth * c.expertRead);
  // Kernels written for one sequence unpack narrow weights in the ordinary units.
  const unpacked = quantised ? (s.residentParameters + s.headParameters + s.routedParameters * coverage) / group : 0;
  const unpackTime = (unpacked * c.unpack) / s.peakVector;
  const weightTime = meanTime + straggling + unpackTime;
  // A fixed state is read and written.
  const cacheBytes = (batch * (cacheBytesOf(s, context) + s.stateBytes)) / s.cacheSplit;
  const cacheTime = cacheBytes / (bandwidth * c.cacheRead);

  const share = matmulShare(s, c);
  const dense = (2 * (s.residentParameters + s.headParameters) * tokens) / group;
  const chosen = s.experts > 0 ? s.expertsPerToken / s.experts : 0;
  const routed = (2 * s.routedParameters * tokens * chosen) / group;
  const padding = (2 * s.routedParameters * tileRows(s, busiest, c)) / group;
  const attention =
    ((s.decodeAttention * context + s.decodeAttentionSliding * Math.min(context, s.window)) * tokens) / group;
  const computeTime =
    (dense + (routed + padding) / expertShare(s, c)) / (s.peak * share) +
    attention / (s.peak16 * Math.min(0.92, c.matmul[s.generation]));

  let exchangeTime = 0;
  if (group > 1) {
    exchangeTime =
      exchangeBytes(s, tokens) / (s.link * c.link) +
      // Tensor-parallel members hold every token: each computes its own experts and the all-reduce adds them up.
      (layout.attentionData
        ? s.expertLayers * e.exchange * ((group - 1) / 7) ** c.exchangeGrowth
        : s.layers * e.allReduce * c.launch[s.generation]);
  }
  const device = norm(weightTime + cacheTime, computeTime, c.overlap) + exchangeTime;
  const eager = s.engine === "eager";
  const layer = e.layer + (eager && s.localQuantised ? c.eagerDequantise : 0);
  const host =
    ((s.layers * (layer + (s.latent ? e.latentLayer : 0)) + s.expertLayers * e.expertLayer) * c.launch[s.generation] +
      ownSequences(s, batch) * e.sequence +
      (eager && !s.tokenLoop ? 0 : e.step)) *
    c.host[s.generation];
  const joined = eager ? norm(device, host, c.eagerOverlap) : device + host;
  return {
    coverage,
    weightTime,
    cacheTime,
    computeTime,
    exchangeTime,
    straggling,
    device,
    host,
    total: joined * (1 + c.bubble * (layout.stages - 1)),
    bytes: residentBytes + routedBytes + cacheBytes,
    flops: dense + routed + attention,
  };
}

/** FLOPs of reading one request: multiplications with weights, attention. */
export interface PrefillFlops {
  readonly dense: number;
  readonly routed: number;
  readonly attention: number;
}

/**
 * Reading one request of `input` tokens of which `fresh` are not in the prefix cache: one row of logits, causal attention of the fresh
 * tokens to everything before them.
 */
export function prefillFlops(s: System, input: number, fresh: number): PrefillFlops {
  const chosen = s.experts > 0 ? s.expertsPerToken / s.experts : 0;
  const full = (fresh * (input - fresh + input + 1)) / 2;
  const windowed = Math.min(full, fresh * Math.min(s.window, input));
  return {
    dense: 2 * s.residentParameters * fresh + (fresh > 0 ? 2 * s.headParameters : 0),
    routed: 2 * s.routedParameters * chosen * fresh,
    attention: s.prefillAttention * full + s.prefillAttentionSliding * windowed,
  };
}

/** Tokens that an engine reads at a time at least, if there are so many. */
const chunkOf = (s: System): number => (s.engine === "llamaCpp" ? 512 : 2048);

/** Seconds to read one request, all accelerators of a copy together. */
export function prefillTime(s: System, flops: PrefillFlops, fresh: number, c: InferenceConstants): number {
  const e = c.engines[s.engine];
  // Every expert computes a minimum of rows in each chunk.
  const tile = s.narrow === 8 ? c.expertRows8 : c.expertRows;
  const chunks = s.engine === "llamaCpp" ? Math.ceil(fresh / chunkOf(s)) : fresh / Math.max(fresh, chunkOf(s));
  const padding = s.experts > 0 ? 2 * s.routedParameters * tile * chunks : 0;
  const routed = s.experts > 0 ? (flops.routed + padding) / expertShare(s, c) : 0;
  const weights =
    (flops.dense + routed) /
    (s.peakInteger === undefined
      ? s.peak * prefillShare(s, c) * e.prefill
      : s.peakInteger * c.matmul[s.generation] * c.prefillInteger);
  const attention = flops.attention / (s.peak16 * Math.min(0.92, c.matmul[s.generation]) * c.prefillAttention);
  return (
    ((weights + attention / e.prefill) / s.layout.group + exchangeBytes(s, fresh) / (s.link * c.link)) / s.layout.stages
  );
}

/**
 * Seconds that the pictures of one request hold up the engine: decoding, scaling and launches per picture, and the vision tower, which
 * runs on one accelerator at 16 bit and in many small multiplications.
 */
export const pictureTime = (s: System, pictures: number, flops: number, c: InferenceConstants): number =>
  pictures > 0 ? pictures * c.picture + flops / (s.peak16 * c.visionTower) : 0;
