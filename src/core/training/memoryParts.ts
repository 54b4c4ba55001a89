/** The parts of a training run's memory on one accelerator, each from what it is made of. */
import type { Architecture } from "../model/architecture";
import { weightBits } from "../precision";
import type { Layout } from "./layout";
import type { MemoryPart, MemorySetting } from "./memorySetting";
import { memoryParts } from "./memorySetting";

/** Parameters of one rank before data-parallel sharding: tables, the rest without experts, routed experts. */
function local(model: Architecture, layout: Layout): { tables: number; dense: number; experts: number; all: number } {
  const { tensor, pipeline, expert } = layout;
  const tables = (model.count.embedding + model.count.head) / (tensor * Math.min(pipeline, 2));
  const dense =
    (model.count.total - model.count.embedding - model.count.head - model.count.experts + model.visionParameters) /
    (tensor * pipeline);
  const experts = model.count.experts / (pipeline * Math.max(tensor, expert));
  return { tables, dense, experts, all: tables + dense + experts };
}

/** Bytes of one token's activations kept in one layer when nothing is recomputed. */
export function layerActivations(setting: MemorySetting): number {
  const { input, stack, layout, method } = setting;
  const { spec } = input.model;
  const d = spec.hiddenSize;
  const queries = spec.attentionHeads * spec.headDimension;
  const keys = spec.keyValueHeads * spec.headDimension;
  const gated = spec.gatedMlp ?? true;
  const width =
    input.model.expertLayers > 0
      ? (spec.expertsPerToken ?? 1) * (spec.expertIntermediateSize ?? spec.intermediateSize) +
        (spec.sharedExpertIntermediateSize ?? (spec.sharedExperts ?? 0) * (spec.expertIntermediateSize ?? 0))
      : spec.intermediateSize;
  const frozenMlp = method !== "full" && !setting.adaptsMlp;
  // Norm inputs (fp32 copies beside frozen matrices, as eager RMSNorm keeps them), norm outputs where a weight gradient needs them.
  const norms = method === "full" ? 8 * d : (spec.normBias ? 4 : 8) * d + (frozenMlp ? 5 : 9) * d;
  const attention = 2 * (queries + 2 * keys) + 2 * queries;
  const mlp = (gated ? (frozenMlp ? 6 : stack.gatedMlp) : frozenMlp ? 2 : 4) * width;
  // Sequence parallelism divides the norms' share as well.
  return ((input.precision === "fp32" ? 2 : 1) * (norms + attention + mlp)) / layout.tensor;
}

/** Bytes of a frozen base on one rank, unsharded. Quantisers leave embeddings and head at 16 bit or more. */
function frozenBytes(setting: MemorySetting): number {
  const { input, stack, layout } = setting;
  const part = local(input.model, layout);
  const bits = weightBits[setting.frozen];
  if (bits >= 16) return (part.all * bits) / 8;
  // GPTQ and AWQ checkpoints come with 16-bit tables, which PEFT leaves as they are.
  const fp32Tables = stack.fp32Tables && setting.method === "qlora" && setting.frozen !== "int4";
  const tables = part.tables * (fp32Tables ? 4 : 2);
  const { unpackedLayers, quantizedOnDevice } = setting.constants;
  // Sharded loading quantises shard by shard.
  const leftover = stack.quantizesOnDevice && setting.zeroStage < 3 ? quantizedOnDevice : 0;
  // bitsandbytes quantises linear modules; experts fused into one tensor stay at 16 bit unless the trainer takes care of them.
  // Checkpoints of GPTQ and AWQ quantise the language model alone.
  const vision = setting.frozen === "int4" ? input.model.visionParameters / (layout.tensor * layout.pipeline) : 0;
  const quantized = part.dense - vision + (setting.expertsQuantized ? part.experts : 0);
  const unpacked = (unpackedLayers * 2 * quantized) / Math.max(1, input.model.spec.layers / layout.pipeline);
  return (quantized * bits) / 8 + 2 * (part.dense + part.experts - quantized) + tables + unpacked + leftover * part.all;
}

/**
 * Bytes per parameter of one layer that FSDP works with: two layers (one fetched ahead), each as gathered buffer and as 16-bit weights,
 * and one layer's gradient as computed and as reduced (fp32 in mixed precision).
 */
const gatheredLayers = (mixed: boolean): number => 2 * 2 * 2 + 2 + (mixed ? 4 : 2);

/**
 * Bytes of the frozen reference on one rank: weights alone, at 16 bit unless everything is at 32, spread as the policy's weights are.
 * Offloading moves the optimiser; only FSDP's takes weights along.
 */
export function referenceBytes({ input, layout, shards, zeroStage, sharding, offload }: MemorySetting): number {
  if (input.reference === undefined || (offload && sharding === "fsdp")) return 0;
  const part = local(input.reference, layout);
  const expertShards = Math.max(1, (shards * layout.tensor) / Math.max(layout.tensor, layout.expert));
  const held = zeroStage >= 3 ? (part.all - part.experts) / shards + part.experts / expertShards : part.all;
  return (input.precision === "fp32" ? 4 : 2) * held;
}

/** Weights, gradients and optimiser states of one rank, and the work space that gathering needs, in bytes. */
export function states(setting: MemorySetting): {
  weights: number;
  gradients: number;
  optimizer: number;
  workspace: number;
} {
  const { input, stack, layout, method, shards, zeroStage, offload } = setting;
  const part = local(input.model, layout);
  // Experts are spread over ranks already; what is left to share is their own data-parallel group.
  const expertShards = Math.max(1, (shards * layout.tensor) / Math.max(layout.tensor, layout.expert));
  const rest = part.all - part.experts;
  const shared = (stage: number): number =>
    zeroStage >= stage ? rest / shards + part.experts / expertShards : part.all;
  const { spec } = input.model;
  const largestLayer = (part.dense + part.experts) / Math.max(1, spec.layers / layout.pipeline);
  if (method !== "full") {
    const frozen = frozenBytes(setting);
    // Adapters train in fp32 beside their moments, or in the stack's pure 16 bit.
    const trainable = setting.adapters / (layout.tensor * layout.pipeline);
    const moments = Math.min(8, stack.optimizerBytes);
    const weights = (frozen * shared(3)) / Math.max(1, part.all) + 4 * trainable;
    let workspace = 0;
    if (zeroStage >= 3) {
      const bytes = frozen / Math.max(1, part.all);
      if (setting.sharding === "deepspeed")
        workspace = bytes * (Math.min(part.all - part.tables, setting.constants.liveParameters) + part.tables);
      else workspace = bytes * (4 * largestLayer + part.tables);
      if (stack.loadsWhole) workspace = Math.max(workspace, frozen);
    }
    return {
      weights: offload ? 4 * trainable : weights,
      gradients: 4 * trainable,
      optimizer: offload ? 0 : moments * trainable,
      workspace,
    };
  }
  if (setting.sharding === "distributedOptimizer" && zeroStage < 2) {
    return {
      weights: 2 * part.all,
      gradients: 4 * part.all,
      optimizer: offload ? 0 : Math.max(4, stack.optimizerBytes) * shared(1),
      workspace: 0,
    };
  }
  if (zeroStage === 0) {
    return {
      weights: stack.weight * part.all,
      gradients: stack.gradient * part.all,
      optimizer: offload ? 0 : stack.optimizerBytes * part.all,
      workspace: 0,
    };
  }
  // Mixed precision over ranks: 16 bytes per parameter, 16-bit weights gathered for work, an fp32 master among the states.
  const moments = stack.optimizerBytes - (stack.moments > 8 ? 4 : 0);
  const optimizer = stack.shardedMaster ? Math.min(12, 4 + moments) : moments;
  const gathered =
    zeroStage < 3
      ? 0
      : setting.sharding === "deepspeed"
        ? 2 * (Math.min(part.all - part.tables, setting.constants.liveParameters) + part.tables)
        : layout.pipeline > 1
          ? 8 * part.all
          : gatheredLayers(stack.shardedMaster) * largestLayer + 2 * part.tables;
  // DeepSpeed's optimiser offload leaves 16-bit weights and gradients on the device, FSDP's offload takes all shards to the host.
  const onHost = offload && setting.sharding === "fsdp";
  return {
    weights: onHost ? 0 : 2 * shared(3),
    gradients: onHost ? 0 : 2 * shared(2),
    optimizer: offload ? 0 : optimizer * shared(1),
    workspace: gathered,
  };
}

/**
 * Bytes of one rank while DeepSpeed's optimiser steps: fp32 gradients beside master weights and moments, 18 bytes per parameter with Adam,
 * of which stage 3 also shares the 16-bit weights (`estimate_zero2_model_states_mem_needs` and its twin for stage 3, deepspeed/runtime/zero).
 */
export function deepspeedStepBytes(of: {
  readonly parameters: number;
  /** Parameters of the largest layer, which stage 3 holds whole. */
  readonly largestLayer: number;
  readonly ranks: number;
  readonly zeroStage: number;
  /** Bytes per parameter of the optimiser's moments; Adam's otherwise. */
  readonly moments?: number;
}): number {
  const states = ((10 + (of.moments ?? 8)) / of.ranks) * of.parameters;
  return of.zeroStage >= 3 ? states + 4 * of.largestLayer : states + (of.zeroStage < 2 ? 4 : 2) * of.parameters;
}

/** Bytes of one rank at the optimiser's step where it is a peak of its own: full training in DeepSpeed's stages, all on the device. */
function stepBytes({ input, stack, layout, method, shards, zeroStage, sharding, offload }: MemorySetting): number {
  if (method !== "full" || sharding !== "deepspeed" || zeroStage < 1 || offload) return 0;
  const part = local(input.model, layout);
  return deepspeedStepBytes({
    parameters: part.all,
    largestLayer: (part.dense + part.experts) / Math.max(1, input.model.spec.layers / layout.pipeline),
    ranks: shards,
    zeroStage,
    moments: Math.min(8, stack.optimizerBytes - (stack.moments > 8 ? 4 : 0)),
  });
}

/** Buffers that overlap reduction with the backward pass in stages 1 and 2: 4.5 times both buckets (Hugging Face, DeepSpeed guide). */
function bucketBytes(
  { input, layout, method, adapters, sharding, zeroStage }: MemorySetting,
  elements: number,
): number {
  if (sharding !== "deepspeed" || zeroStage < 1 || zeroStage > 2 || input.accelerators < 2) return 0;
  const trained = method === "full" ? local(input.model, layout).all : adapters;
  return 4.5 * 2 * 2 * Math.min(elements, trained);
}

/**
 * Bytes per logit where only the chosen tokens' log-probabilities are taken, row by row: the 16-bit product, its copy over the temperature,
 * the softmax and the gradient (TRL, `selective_log_softmax`, 2025).
 */
const scoredLogit = 8;

/** Batches of one shape reuse their blocks: packed samples, and full training over several devices. */
const oneShape = ({ packing, method, accelerators }: MemorySetting["input"]): boolean =>
  packing ?? (method === "full" && accelerators > 1);

/**
 * Buckets of PyTorch's data parallelism, a second copy of all gradients (`gradient_as_bucket_view` is off by default). Megatron and
 * DeepSpeed reduce in buffers of their own.
 */
const replicaBytes = ({ input, stack, method, adapters, layout, sharding, zeroStage }: MemorySetting): number =>
  zeroStage > 0 || layout.data <= 1 || sharding === "distributedOptimizer"
    ? 0
    : method === "full"
      ? stack.gradient * local(input.model, layout).all
      : 4 * adapters;

/** Activations and logits at the peak, in bytes, without the allocator's share. */
function transient(setting: MemorySetting): { activations: number; logits: number } {
  const { input, stack, layout, sequence } = setting;
  const { spec } = input.model;
  const { pipeline, tensor } = layout;
  const tokens = (layout.microBatch * sequence) / layout.context;
  // The first stage holds as many micro-batches as there are stages (1F1B).
  const inFlight = Math.min(pipeline, layout.microBatches);
  const layers = ((spec.layers + (spec.encoderLayers ?? 0)) / pipeline) * inFlight;
  const inner = layerActivations(setting) * tokens;
  const boundary = ((input.precision === "fp32" ? 4 : 2) * spec.hiddenSize * tokens) / tensor;
  const { liveLayers, selectiveShare, fusedLogit } = setting.constants;
  // Tensor parallelism gathers the inputs of both blocks, and their gradients, whole.
  const gathered = tensor > 1 ? 4 * 2 * spec.hiddenSize * tokens : 0;
  const live = liveLayers * inner + gathered;
  const scores = stack.eagerAttention ? (8 * spec.attentionHeads * sequence * tokens) / tensor : 0;
  const { scoredTokens } = input;
  const scored = (tokens * Math.min(sequence, scoredTokens ?? sequence)) / sequence;
  const perLogit = stack.fusedLoss ? fusedLogit : scoredTokens === undefined ? stack.logit : scoredLogit;
  const logits = perLogit * scored * (spec.vocabularySize / tensor);
  // Logits and their gradient are gone when the last layer is computed again, which takes their blocks where shapes repeat; where they vary,
  // freed blocks seldom fit and both stay reserved.
  const again = Math.max(0, live + scores - (pipeline > 1 || !oneShape(input) ? 0 : logits));
  const activations =
    setting.checkpointing === "none"
      ? layers * (inner + scores)
      : setting.checkpointing === "selective"
        ? stack.selectiveCore
          ? layers * inner + gathered + scores
          : layers * (selectiveShare * inner) + again
        : layers * boundary + again;
  // With a pipeline the logits live on the last stage, which holds one micro-batch only: the first stage is the fuller one.
  return pipeline > 1
    ? { activations: Math.max(activations, activations / inFlight + logits), logits: 0 }
    : { activations, logits };
}

const gigabyte = 1e9;

export function partsOf(setting: MemorySetting): Record<MemoryPart, number> {
  const { input, layout } = setting;
  const { buffers, bucketElements, offloadBuffers, context } = setting.constants;
  const allocator = oneShape(input) ? 1 : setting.constants.allocator;
  const state = states(setting);
  const moving = transient(setting);
  const several = input.accelerators > 1;
  const backward = state.weights + state.gradients + state.optimizer + state.workspace;
  // Activations are gone when the optimiser steps: whichever of the two peaks is higher decides.
  const beyond = Math.max(0, stepBytes(setting) - backward - allocator * (moving.activations + moving.logits));
  const parts = {
    weights: (state.weights + referenceBytes(setting)) / gigabyte,
    gradients: state.gradients / gigabyte,
    optimizer: state.optimizer / gigabyte,
    activations: (allocator * moving.activations) / gigabyte,
    logits: (allocator * moving.logits) / gigabyte,
    workspace: (state.workspace + beyond + bucketBytes(setting, bucketElements) + replicaBytes(setting)) / gigabyte,
    overhead: (several ? buffers : 0) + (setting.offload && layout.data * layout.tensor > 1 ? offloadBuffers : 0),
  };
  const memory = input.accelerator?.memory;
  if (!setting.stack.paged || memory === undefined) return parts;
  // A paged optimiser keeps on the device what the rest leaves room for.
  const room = memory - context - (sumOf(parts) - parts.optimizer);
  return { ...parts, optimizer: Math.max(0, Math.min(parts.optimizer, room)) };
}

export const sumOf = (parts: Readonly<Record<MemoryPart, number>>): number =>
  memoryParts.reduce((total, part) => total + parts[part], 0);

/** Whether the states alone leave room on the device for work. */
export const statesFit = (setting: MemorySetting, share: number): boolean => {
  const memory = setting.input.accelerator?.memory;
  if (memory === undefined) return true;
  const state = states(setting);
  return state.weights + referenceBytes(setting) + state.gradients + state.optimizer <= share * memory * gigabyte;
};
