/**
 * How a model and its batch are spread over accelerators: as stated, or as people usually do it where nothing is stated.
 */
import type { Architecture } from "../model/architecture";
import type { Parallelism } from "../workload";
import type { Stack } from "./stack";

export type Method = "full" | "lora" | "qlora";

export interface Layout {
  readonly accelerators: number;
  readonly tensor: number;
  readonly pipeline: number;
  /** Model chunks per pipeline stage (interleaved schedule). */
  readonly virtualPipeline: number;
  readonly context: number;
  readonly expert: number;
  readonly data: number;
  /** Weights are gathered layer by layer (ZeRO-3, fully sharded data parallel). */
  readonly sharded: boolean;
  /** Optimiser states are spread over the data-parallel ranks. */
  readonly optimizerSharded: boolean;
  readonly offload: boolean;
  /** Sequences per forward pass of one data-parallel rank. */
  readonly microBatch: number;
  /** Sequences per optimiser step. */
  readonly globalBatch: number;
  /** Micro-batches per step and rank. */
  readonly microBatches: number;
  /** Any of tensor, pipeline, context, expert, data or ZeRO stage is stated. */
  readonly stated: boolean;
  readonly batchStated: boolean;
  readonly microBatchStated: boolean;
}

export interface LayoutInput {
  readonly model: Architecture;
  readonly method: Method;
  readonly stack: Stack;
  readonly accelerators: number;
  /** GB (1e9) of one accelerator. */
  readonly memory: number;
  readonly sequence: number;
  readonly parallelism?: Parallelism | undefined;
  readonly microBatch?: number | undefined;
  readonly gradientAccumulation?: number | undefined;
  readonly globalBatch?: number | undefined;
  /** Tokens per step to assume for a long run whose batch is not stated. */
  readonly usualBatchTokens?: number | undefined;
}

/** Bytes per parameter that must be resident to compute: weights and gradients with room, frozen weights, 4-bit weights. */
const residentBytes: Readonly<Record<Method, number>> = { full: 6, lora: 2, qlora: 0.6 };

const powerOfTwo = (value: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, value)) - 1e-9));
const largestDivisorPower = (n: number, limit: number): number => {
  let power = 1;
  while (power * 2 <= limit && n % (power * 2) === 0) power *= 2;
  return power;
};

/** The layout of a run. Never fails: stated degrees that do not fit the count are taken as they are. */
export function layoutOf(input: LayoutInput): Layout {
  const { model, method, stack, sequence } = input;
  const n = Math.min(1e9, Math.max(1, Math.round(input.accelerators)));
  const given = input.parallelism ?? {};
  const offload = given.cpuOffload === true;
  const degrees = [given.tensor, given.pipeline, given.context, given.expert, given.data, given.zeroStage];
  const stated = degrees.some((degree) => degree !== undefined);
  const clamp = (degree: number | undefined): number => Math.min(n, Math.max(1, Math.round(degree ?? 1)));

  let tensor = clamp(given.tensor);
  let pipeline = clamp(given.pipeline);
  let context = clamp(given.context);
  let expert = clamp(given.expert);
  let sharded = given.zeroStage === 3;
  const atLeastOne = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.min(1e12, Math.max(1, value));
  const knownMicro = atLeastOne(input.microBatch);
  const accumulation = atLeastOne(input.gradientAccumulation);
  if (!stated && n > 1) {
    const need = powerOfTwo((model.parameters * residentBytes[method]) / (0.6 * input.memory * 1e9));
    const batch = atLeastOne(input.globalBatch);
    const accumulated =
      knownMicro !== undefined && accumulation !== undefined && batch !== undefined
        ? (n * knownMicro * accumulation) / batch
        : undefined;
    const together = Math.max(
      1,
      Math.min(n, Math.round(accumulated ?? Math.max(need, batch === undefined ? 1 : n / batch))),
    );
    if (stack === "vendor") {
      // Half a node at most exchanges activations; stages hold the weights that do not fit beside each other, and where the batch has
      // fewer sequences than that leaves ranks, the context is split.
      tensor = largestDivisorPower(n, Math.min(4, together));
      if (method === "full")
        pipeline = Math.max(1, Math.min(Math.floor(Math.min(need, together) / tensor), Math.round(model.spec.layers)));
      context = Math.max(1, Math.floor(together / (tensor * pipeline)));
      if (method === "full" && model.expertLayers > 0) expert = Math.min(64, model.spec.experts ?? 1, n);
    } else {
      sharded = true;
      if (batch !== undefined && batch < n) context = largestDivisorPower(n, Math.ceil(n / batch));
    }
  }
  const data = Math.max(1, given.data ?? n / (tensor * pipeline * context));
  const fit = Math.max(1, Math.floor(8192 / sequence));
  let microBatch = knownMicro ?? fit;
  let globalBatch = atLeastOne(input.globalBatch);
  if (
    pipeline > 1 &&
    stack !== "vendor" &&
    microBatch >= pipeline &&
    knownMicro !== undefined &&
    globalBatch === undefined &&
    accumulation === undefined
  ) {
    // PyTorch pipelines cut a rank's batch into micro-batches of one sequence: the stated batch is the rank's.
    globalBatch = microBatch * data;
    microBatch = 1;
  }
  const batchStated = globalBatch !== undefined || (knownMicro !== undefined && accumulation !== undefined);
  if (globalBatch === undefined) {
    if (accumulation !== undefined || pipeline === 1) {
      const perStep = microBatch * (accumulation ?? 1) * data;
      globalBatch =
        accumulation === undefined && input.usualBatchTokens !== undefined
          ? Math.max(perStep, input.usualBatchTokens / sequence)
          : perStep;
    } else globalBatch = Math.max(8 * pipeline * microBatch * data, (input.usualBatchTokens ?? 0) / sequence);
  }
  // Pipelines want several micro-batches per stage: the batch is cut finer there.
  if (knownMicro === undefined)
    microBatch = Math.max(1, Math.min(microBatch, globalBatch / data / (pipeline > 1 ? 4 * pipeline : 1)));
  return {
    accelerators: n,
    tensor,
    pipeline,
    virtualPipeline: Math.max(
      1,
      given.virtualPipeline ??
        // Not rounded: a layer more must not make the bubble of a deep pipeline jump.
        (pipeline > 1 && stack === "vendor" ? Math.min(4, model.spec.layers / pipeline) : 1),
    ),
    context,
    expert,
    data,
    sharded,
    optimizerSharded: sharded || (given.zeroStage ?? (stack === "vendor" ? 1 : 0)) >= 1,
    offload,
    microBatch,
    globalBatch,
    microBatches: Math.max(1, globalBatch / (data * microBatch)),
    stated,
    batchStated,
    microBatchStated: knownMicro !== undefined,
  };
}
