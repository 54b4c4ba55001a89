/**
 * How an engine runs under a load: the batch it can hold, the step it makes, and from these throughput, latencies and power.
 */
import type { InferenceConstants } from "./constants";
import { isLocal } from "./engine";
import { type DecodeStep, decodeStep, ownSequences, pictureTime, prefillFlops, prefillTime } from "./step";
import type { System } from "./system";

export interface Load {
  /** Tokens per request, image tokens included. */
  readonly input: number;
  readonly output: number;
  /** Share of the input found in the prefix cache. */
  readonly cached: number;
  /** Views of pictures per request and the FLOPs of their vision tower. */
  readonly pictures: number;
  readonly visionFlops: number;
  readonly speculation?: Speculation;
}

export interface Speculation {
  /** Tokens drafted per step. */
  readonly tokens: number;
  /** Probability that a drafted token is accepted. */
  readonly acceptance: number;
  /** Absent: the drafts come from the model itself (extra head) or from the prompt, at a fraction of a layer's cost. */
  readonly draft?: System;
}

export interface OperatingPoint {
  /** Sequences per copy: asked for or held, and those of them that decode while the others wait for prefill. */
  readonly batch: number;
  readonly decoding: number;
  readonly context: number;
  readonly step: DecodeStep;
  /** s of one step with its drafts, and tokens that a sequence gains by it. */
  readonly stepTime: number;
  readonly tokensPerStep: number;
  /** s of reading one request, FLOPs of it. */
  readonly prefillTime: number;
  readonly prefillFlops: number;
  /** s per step with the prefills that fall to it. */
  readonly round: number;
  /** s; median, at this batch. */
  readonly timePerOutputToken: number;
  readonly timeToFirstToken: number;
  /** Tokens/s of all copies. */
  readonly throughput: number;
  /** Mean power of one accelerator as a share of TDP, unbounded above. */
  readonly powerShare: number;
  readonly memoryUse: number;
  readonly computeUse: number;
  readonly busy: number;
}

/** Bytes that an engine keeps beside weights and cache: context, graphs, activations of a prefill chunk. */
export const engineOverhead = 2e9;
/** Engines take 90 % of the device, and data sheets count memory in binary gigabytes: 0.9 · 1.0737. */
const usableMemory = 0.966;

/** Weights on one accelerator. */
export const weightsPerAccelerator = (s: System): number => {
  const { group, stages } = s.layout;
  if (s.engine === "llamaCpp") return s.weightBytes / s.layout.accelerators;
  return (s.replicatedBytes + (s.weightBytes - s.replicatedBytes) / group) / stages;
};

/** Sequences of one copy that fit into memory at `tokens` cached tokens each; may be below 1. */
export function memoryCapacity(s: System, tokens: number): number {
  const parts = s.engine === "llamaCpp" ? s.layout.accelerators : s.layout.stages * s.cacheSplit;
  const free = usableMemory * s.memory - weightsPerAccelerator(s) - engineOverhead;
  // Engines reserve whole contexts: sliding windows are not counted here.
  const perSequence = (s.cacheFull + s.cacheSliding) * tokens + s.stateBytes;
  return perSequence > 0 ? (free * parts) / perSequence : Number.POSITIVE_INFINITY;
}

/** Tokens that a scheduler puts into one step. */
export function tokenBudget(s: System): number {
  if (s.engine === "vllmEarly") return 512;
  if (s.engine === "sglang") return 2500;
  if (s.engine === "tensorRt" || s.engine === "tensorRtStatic") return 8192;
  return s.largeBatches ? 8192 : 2048;
}

/** Sequences that vLLM keeps by default: 1,024 on large parts, else 256. Others are bounded by memory. */
export const sequenceLimit = (s: System): number => {
  if (s.engine === "vllmEarly") return 256;
  if (s.engine !== "vllm") return Number.POSITIVE_INFINITY;
  return s.largeBatches ? 1024 : 256;
};

/** The batch that fills one copy when requests never run out. */
export function saturatedBatch(s: System, load: Load, c: InferenceConstants): number {
  const capacity = memoryCapacity(s, load.input + c.residentOutput * load.output);
  const cap = c.batchCap * s.layout.group ** c.batchCapGrowth * s.layout.stages;
  return Math.max(1, Math.min(capacity, cap, sequenceLimit(s)));
}

/** The batch one copy really holds of `asked` sequences. */
export function heldBatch(s: System, load: Load, asked: number, c: InferenceConstants): number {
  const capacity = memoryCapacity(s, load.input + c.residentOutput * load.output);
  // A stated number stands for the engine's own limit too, but on small parts the default still bites.
  const limit = s.largeBatches ? Number.POSITIVE_INFINITY : sequenceLimit(s);
  return Math.min(asked, Math.max(1, 1.05 * capacity), limit);
}

/** Expected tokens a sequence gains per verification: accepted drafts and one more. */
export const acceptedTokens = (tokens: number, acceptance: number): number =>
  acceptance >= 1 ? tokens + 1 : (1 - acceptance ** (tokens + 1)) / (1 - acceptance);

export function operate(s: System, load: Load, batch: number, c: InferenceConstants): OperatingPoint {
  const { layout } = s;
  const e = c.engines[s.engine];
  const output = Math.max(1, load.output);
  const input = Math.max(0, load.input);
  const fresh = Math.max(Math.min(1, input), input * (1 - load.cached));
  const budget = tokenBudget(s);
  const local = isLocal(s.engine);

  let decoding = batch;
  if (!local && fresh > 0) {
    if (s.engine === "vllmEarly") {
      const ceiling = Math.max(budget, batch) / (1 + fresh / output);
      decoding = (batch ** -2 + ceiling ** -2) ** -0.5;
    } else decoding = Math.min(batch, (budget * layout.stages * output) / fresh);
  }
  decoding = Math.max(Math.min(1, batch), decoding);
  const micro = decoding / layout.stages;
  const context = input + output / 2;

  const spec = load.speculation;
  const step = decodeStep(s, micro, context, c, spec ? spec.tokens + 1 : 1);
  let stepTime = step.total;
  let tokensPerStep = 1;
  if (spec) {
    tokensPerStep = acceptedTokens(spec.tokens, spec.acceptance);
    stepTime += spec.tokens * (spec.draft ? decodeStep(spec.draft, micro, context, c).total : step.total / s.layers);
  }

  const reading = prefillFlops(s, input, fresh);
  const flops = reading.dense + reading.routed + reading.attention + load.visionFlops;
  const readTime = prefillTime(s, reading, fresh, c) + pictureTime(s, load.pictures, load.visionFlops, c);
  const perStep = (decoding * tokensPerStep) / output;
  const lambda = perStep * Math.max(1, fresh / budget);
  const kappa = s.engine === "vllmEarly" ? 1 : local ? 0 : lambda ** 2 / (lambda ** 2 + c.prefillMidpoint ** 2);
  const prefill = perStep * readTime;
  const round = stepTime + prefill;
  const throughput = (layout.copies * decoding * tokensPerStep) / round;
  const timePerOutputToken = (stepTime + kappa * prefill) / tokensPerStep;

  const bandwidth = s.bandwidth * c.bandwidth[s.generation];
  const firstToken =
    Math.max(readTime, weightReadTime(s, bandwidth)) +
    s.layers * (s.engine === "eager" ? e.layer : Math.min(e.layer, 100e-6)) +
    e.request +
    (decoding > 1 ? timePerOutputToken : 0) +
    ((batch - decoding) * output * layout.copies) / throughput;

  const p = c.power;
  const overlapped = s.engine === "vllm" || s.engine === "sglang" || s.engine === "tensorRt";
  const active =
    step.device -
    p.allReduceIdle * (step.exchangeTime + step.straggling) +
    (overlapped ? p.sequenceBusy * ownSequences(s, micro) * e.sequence + p.layerBusy * s.layers * e.layer : 0) +
    (prefill - perStep * load.pictures * c.picture);
  const busy = Math.min(1, Math.max(0, active / round));
  const memoryUse = Math.min(1, step.bytes / (round * s.bandwidth));
  const prefillPerAccelerator = (perStep * flops) / (layout.group * layout.stages);
  // A narrow multiplication takes less energy than a wide one, but not in proportion to the peaks.
  const powerPeak = s.peak16 * (s.peak / s.peak16) ** c.power.narrow;
  const computeUse = Math.min(1, (step.flops + prefillPerAccelerator) / (round * powerPeak));
  const work = p.busy * busy + p.memory * memoryUse ** p.memoryExponent + p.compute * computeUse ** p.computeExponent;
  // Kernels of a split layer are shorter, and the members wait for each other at its end.
  const split = s.engine === "llamaCpp" ? 1 / layout.accelerators : layout.group ** -p.split;
  const powerShare = (p.serving[s.generation] + work * split) * (s.slotPowered ? p.slot : 1);

  return {
    batch,
    decoding,
    context,
    step,
    stepTime,
    tokensPerStep,
    prefillTime: readTime,
    prefillFlops: flops,
    round,
    timePerOutputToken,
    timeToFirstToken: firstToken,
    throughput,
    powerShare,
    memoryUse,
    computeUse,
    busy,
  };
}

const weightReadTime = (s: System, bandwidth: number): number =>
  (s.residentBytes / (s.layout.attentionData ? 1 : s.layout.group) + s.routedBytes / s.layout.group) / bandwidth;

/** Largest batch up to `most` whose time per output token stays within `target` seconds; 1 when none does. */
export function batchWithin(s: System, load: Load, target: number, most: number, c: InferenceConstants): number {
  return bisect(most, (batch) => operate(s, load, batch, c).timePerOutputToken <= target).holds;
}

/** Smallest batch up to `most` that yields `tokensPerSecond`; `most` when none does. */
export function batchFor(s: System, load: Load, tokensPerSecond: number, most: number, c: InferenceConstants): number {
  return bisect(most, (batch) => operate(s, load, batch, c).throughput < tokensPerSecond).fails;
}

/** The two sides, within a hundredth, of where a predicate over batches from 1 to `most` turns false. */
function bisect(most: number, test: (batch: number) => boolean): { holds: number; fails: number } {
  if (most <= 1 || !test(1)) return { holds: 1, fails: 1 };
  if (test(most)) return { holds: most, fails: most };
  let holds = 1;
  let fails = most;
  while (fails / holds > 1.01) {
    const middle = Math.sqrt(holds * fails);
    if (test(middle)) holds = middle;
    else fails = middle;
  }
  return { holds, fails };
}
