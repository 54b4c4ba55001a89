/**
 * Peak memory of one accelerator while training: weights, gradients, optimiser states, activations, logits, work space.
 *
 * The boundary is what the framework reserves on the device (`max_memory_reserved`); the driver's context (about 0.5 GB) is not
 * in the figure but is counted when asking whether it fits. GB = 1e9 bytes.
 */
import type { Assumption, MemoryQuantity, Step } from "../estimate";
import type { AcceleratorFacts } from "../facts";
import type { Architecture } from "../model/architecture";
import { loraParameters, loraTargets } from "../model/lora";
import { type Precision, weightBits } from "../precision";
import { add, logNormal, type Quantity } from "../quantity";
import type { Parallelism } from "../workload";
import { type Layout, layoutOf } from "./layout";
import { type ResolvedStack, resolveStack, type Sharding } from "./memoryStack";
import { stackOf } from "./stack";

/** All fields as the workload states them: pass undefined for what the file does not say, the model has its own fallbacks. */
export interface TrainingMemoryInput {
  readonly model: Architecture;
  readonly method: "full" | "lora" | "qlora";
  /** All accelerators of the run. */
  readonly accelerators: number;
  readonly accelerator?: AcceleratorFacts | undefined;
  readonly framework?: string | undefined;
  readonly optimizer?: string | undefined;
  readonly precision?: Precision | undefined;
  /** Format of a frozen base. */
  readonly weightPrecision?: Precision | undefined;
  readonly sequenceLength?: number | undefined;
  readonly microBatchSize?: number | undefined;
  readonly globalBatchSize?: number | undefined;
  readonly gradientAccumulation?: number | undefined;
  readonly activationCheckpointing?: "none" | "selective" | "full" | undefined;
  readonly parallelism?: Parallelism | undefined;
  readonly packing?: boolean | undefined;
  readonly loraRank?: number | undefined;
  readonly loraTargets?: string | readonly string[] | undefined;
  readonly adapterParameters?: number | undefined;
  /** A serving engine shares the device (reinforcement learning with co-located rollouts). */
  readonly colocatedEngine?: boolean | undefined;
}

export const memoryParts = [
  "weights",
  "gradients",
  "optimizer",
  "activations",
  "logits",
  "workspace",
  "overhead",
] as const;
export type MemoryPart = (typeof memoryParts)[number];

export interface TrainingMemory {
  readonly quantity: MemoryQuantity;
  /** GB per part; they sum to the central value. */
  readonly parts: Readonly<Record<MemoryPart, number>>;
  readonly fits?: boolean;
  /** What had to be assumed; hand each to `draft.assume`. */
  readonly assumptions: readonly Assumption[];
  readonly step: Step;
}

/**
 * Constants of the model, fitted on published peaks (scripts/calibration/memory.ts): few, physical, none per row.
 */
export const memoryConstants = {
  /** Allocator: blocks reserved beyond what is alive, on everything that comes and goes, where lengths vary from batch to batch. */
  allocator: 1.12,
  /** Recomputed layers whose inner activations are alive at once in the backward pass, gradients included. */
  liveLayers: 1.3,
  /** Share of the inner activations that selective checkpointing keeps. */
  selectiveShare: 0.43,
  /** Bytes per parameter beyond the stored format that a quantised base needs: unpacked copies, leftovers of loading. */
  quantizedExtra: 0.1,
  quantizedOnDeviceExtra: 0.38,
  /** Bytes per logit where the loss is fused with the output projection. */
  fusedLogit: 0.3,
  /** GB of communication buffers with more than one device. */
  buffers: 1,
  /** Parameters that DeepSpeed's ZeRO-3 keeps gathered: `stage3_max_live_parameters` and as many fetched ahead. */
  liveParameters: 2e9,
  /** GB of pinned-copy and reduction buffers with offload. */
  offloadBuffers: 2.4,
  /** Share of a device that a co-located serving engine and its trainer fill. */
  colocatedShare: 0.7,
  /** GB that the driver's context takes beside what the framework reserves. */
  context: 0.5,
} as const;

/**
 * Standard deviations of the logarithm, from residuals of left-out sources (scripts/calibration/memory.ts): of what stays (states,
 * work space) and of what comes and goes (activations, logits), the latter wider where the length of a batch is a guess.
 */
const sigma = { states: 0.1, adapterStates: 0.15, quantizedExperts: 0.35, moving: 0.3, movingAssumed: 0.75 } as const;

interface Setting {
  readonly input: TrainingMemoryInput;
  readonly stack: ResolvedStack;
  readonly layout: Layout;
  readonly method: TrainingMemoryInput["method"];
  /** Ranks that share the states of one model replica. */
  readonly shards: number;
  readonly sharding: Sharding;
  readonly zeroStage: number;
  readonly offload: boolean;
  readonly frozen: Precision;
  readonly adapters: number;
  readonly adaptsMlp: boolean;
  readonly sequence: number;
  readonly checkpointing: "none" | "selective" | "full";
  readonly expertsQuantized: boolean;
}

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
function layerActivations(setting: Setting): number {
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
  return (norms + attention + mlp) / layout.tensor;
}

/** Bytes of a frozen base on one rank, unsharded. Quantisers leave embeddings and head at 16 bit or more. */
function frozenBytes(setting: Setting): number {
  const { input, stack, layout } = setting;
  const part = local(input.model, layout);
  const bits = weightBits[setting.frozen];
  if (bits >= 16) return (part.all * bits) / 8;
  const tables = part.tables * (stack.fp32Tables && setting.method === "qlora" ? 4 : 2);
  const extra = stack.quantizesOnDevice ? memoryConstants.quantizedOnDeviceExtra : memoryConstants.quantizedExtra;
  // bitsandbytes quantises linear modules; experts fused into one tensor stay at 16 bit unless the trainer takes care of them.
  const experts = part.experts * (setting.expertsQuantized ? bits / 8 + extra : 2);
  return (part.dense * bits) / 8 + experts + tables + extra * (part.dense + part.tables);
}

/**
 * Bytes per parameter of one layer that FSDP works with: two layers (one fetched ahead), each as gathered buffer and as weights, and
 * one layer's gradient as computed and in fp32 for the reduction.
 */
const gatheredLayers = (bytes: number): number => 2 * 2 * bytes + bytes + 4;

/** Weights, gradients and optimiser states of one rank, and the work space that gathering needs, in bytes. */
function states(setting: Setting): { weights: number; gradients: number; optimizer: number; workspace: number } {
  const { input, stack, layout, method, shards, zeroStage, offload } = setting;
  const part = local(input.model, layout);
  const sharedBy = (stage: number): number => (zeroStage >= stage ? shards : 1);
  const { spec } = input.model;
  const largestLayer = (part.dense + part.experts) / Math.max(1, spec.layers / layout.pipeline);
  if (method !== "full") {
    const frozen = frozenBytes(setting);
    // Adapters train in fp32 beside their moments, or in the stack's pure 16 bit.
    const trainable = setting.adapters / (layout.tensor * layout.pipeline);
    const moments = Math.min(8, stack.optimizerBytes);
    const weights = frozen / sharedBy(3) + 4 * trainable;
    let workspace = 0;
    if (zeroStage >= 3) {
      const bytes = frozen / Math.max(1, part.all);
      if (setting.sharding === "deepspeed")
        workspace = bytes * (Math.min(part.all - part.tables, memoryConstants.liveParameters) + part.tables);
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
      optimizer: offload ? 0 : (Math.max(4, stack.optimizerBytes) * part.all) / sharedBy(1),
      workspace: 0,
    };
  }
  if (zeroStage === 0) {
    const paged = stack.paged ? 0 : 1;
    return {
      weights: stack.weight * part.all,
      gradients: stack.gradient * part.all,
      optimizer: offload ? 0 : paged * stack.optimizerBytes * part.all,
      workspace: 0,
    };
  }
  // Mixed precision over ranks: 16 bytes per parameter, 16-bit weights gathered for work, an fp32 master among the states.
  const optimizer = Math.min(12, 4 + stack.optimizerBytes - (stack.moments > 8 ? 4 : 0));
  const gathered =
    zeroStage < 3
      ? 0
      : setting.sharding === "deepspeed"
        ? 2 * (Math.min(part.all - part.tables, memoryConstants.liveParameters) + part.tables)
        : layout.pipeline > 1
          ? 8 * part.all
          : gatheredLayers(2) * largestLayer + 2 * part.tables;
  // DeepSpeed's optimiser offload leaves 16-bit weights and gradients on the device, FSDP's offload takes all shards to the host.
  const onHost = offload && setting.sharding === "fsdp";
  return {
    weights: onHost ? 0 : (2 * part.all) / sharedBy(3),
    gradients: onHost ? 0 : (2 * part.all) / sharedBy(2),
    optimizer: offload ? 0 : (optimizer * part.all) / sharedBy(1),
    workspace: gathered,
  };
}

/** Activations and logits at the peak, in bytes, without the allocator's share. */
function transient(setting: Setting): { activations: number; logits: number } {
  const { input, stack, layout, sequence } = setting;
  const { spec } = input.model;
  const { pipeline, tensor } = layout;
  // torchtitan states the batch of a rank and cuts it into as many micro-batches as there are stages; the others state the micro-batch.
  const sequences =
    pipeline > 1 && stack.name === "torchtitan" ? Math.max(1, layout.microBatch / pipeline) : layout.microBatch;
  const tokens = (sequences * sequence) / layout.context;
  // The first stage holds as many micro-batches as there are stages (1F1B).
  const inFlight = Math.min(pipeline, Math.max(1, stack.name === "torchtitan" ? pipeline : layout.microBatches));
  const layers = ((spec.layers + (spec.encoderLayers ?? 0)) / pipeline) * inFlight;
  const inner = layerActivations(setting) * tokens;
  const boundary = (2 * spec.hiddenSize * tokens) / tensor;
  const { liveLayers, selectiveShare, fusedLogit } = memoryConstants;
  // Tensor parallelism gathers the inputs of both blocks, and their gradients, whole.
  const gathered = tensor > 1 ? 4 * 2 * spec.hiddenSize * tokens : 0;
  const live = liveLayers * inner + gathered;
  const scores = stack.eagerAttention ? (8 * spec.attentionHeads * sequence * tokens) / tensor : 0;
  const activations =
    setting.checkpointing === "none"
      ? layers * (inner + scores)
      : setting.checkpointing === "selective"
        ? layers * (selectiveShare * inner) + live + scores
        : layers * boundary + live + scores;
  const logits = (stack.fusedLoss ? fusedLogit : stack.logit) * tokens * (spec.vocabularySize / tensor);
  // With a pipeline the logits live on the last stage, which holds one micro-batch only: the first stage is the fuller one.
  return pipeline > 1
    ? { activations: Math.max(activations, activations / inFlight + logits), logits: 0 }
    : { activations, logits };
}

const gigabyte = 1e9;

function partsOf(setting: Setting): Record<MemoryPart, number> {
  const { input, layout } = setting;
  const { buffers, offloadBuffers } = memoryConstants;
  // Batches of one shape reuse their blocks: packed samples, and pre-training over several devices.
  const oneShape = input.packing ?? (input.method === "full" && input.accelerators > 1);
  const allocator = oneShape ? 1 : memoryConstants.allocator;
  const state = states(setting);
  const moving = transient(setting);
  const several = input.accelerators > 1;
  return {
    weights: state.weights / gigabyte,
    gradients: state.gradients / gigabyte,
    optimizer: state.optimizer / gigabyte,
    activations: (allocator * moving.activations) / gigabyte,
    logits: (allocator * moving.logits) / gigabyte,
    workspace: state.workspace / gigabyte,
    overhead: (several ? buffers : 0) + (setting.offload && layout.data * layout.tensor > 1 ? offloadBuffers : 0),
  };
}

const sum = (parts: Readonly<Record<MemoryPart, number>>): number =>
  memoryParts.reduce((total, part) => total + parts[part], 0);

/** Whether the states alone leave room on the device for work. */
const statesFit = (setting: Setting, share: number): boolean => {
  const memory = setting.input.accelerator?.memory;
  if (memory === undefined) return true;
  const state = states(setting);
  return state.weights + state.gradients + state.optimizer <= share * memory * gigabyte;
};

/**
 * Tokens of the longest sample of Alpaca, which batches are padded to: 1,304 with a vocabulary of 32,000, 1,037 with 50,000 and more
 * (tatsu-lab/stanford_alpaca, counted by litgpt's data preparation).
 */
const longestSample = (model: Architecture): number => (model.spec.vocabularySize > 40_000 ? 1037 : 1304);

/** Formats that a checkpoint's name states: `…-NVFP4`, `…-bnb-4bit`, `…-AWQ`. */
const storedFormats: readonly (readonly [RegExp, Precision])[] = [
  [/(?:nv|mx)fp4/i, "fp4"],
  [/(?<![a-z])fp8(?![a-z0-9])/i, "fp8"],
  [/bnb.?4.?bit|(?<![a-z])nf4/i, "nf4"],
  [/(?<![a-z])(?:awq|gptq|int4)(?![a-z])/i, "int4"],
];

const storedFormat = (name: string): Precision | undefined =>
  storedFormats.find(([pattern]) => pattern.test(name.slice(0, 300)))?.[1];

/** The precision a frozen base is kept in. */
function frozenPrecision(input: TrainingMemoryInput, stack: ResolvedStack): Precision {
  if (input.weightPrecision !== undefined) return input.weightPrecision;
  if (input.method === "qlora") return storedFormat(input.model.name) ?? "nf4";
  if (input.precision === undefined) return stack.defaultFrozenWeight === 4 ? "fp32" : "bf16";
  return input.precision === "fp32" ? "fp32" : "bf16";
}

/** Adapters on the MLP: by targets, by how many parameters are stated, or as the framework does by default. */
function adaptsMlp(input: TrainingMemoryInput, stack: ResolvedStack, rank: number): boolean {
  const targets = loraTargets(input.loraTargets);
  if (targets) return targets.has("gate") || targets.has("up") || targets.has("down");
  if (input.adapterParameters === undefined) return stack.adaptsMlp;
  return input.adapterParameters > loraParameters(input.model, rank, ["attention"]);
}

function resolveSetting(input: TrainingMemoryInput, assumptions: Assumption[]): Setting {
  const given = input.parallelism ?? {};
  const devices = Math.max(1, Math.round(input.accelerators));
  let stack = resolveStack({ framework: input.framework, optimizer: input.optimizer });
  const { method } = input;
  const assume = <T extends number | string>(field: string, value: T, reason: string): T => {
    assumptions.push({ field, value, reason });
    return value;
  };
  const sequence =
    input.sequenceLength ??
    assume("sequenceLength", longestSample(input.model), "longest sample of a typical instruction data set (Alpaca)");
  const microBatch = input.microBatchSize ?? assume("microBatchSize", 1, "not stated");
  const layout = layoutOf({
    model: input.model,
    method,
    stack: stackOf(input.framework) ?? "typical",
    accelerators: devices,
    memory: input.accelerator?.memory ?? 80,
    sequence,
    parallelism: input.parallelism,
    microBatch,
    gradientAccumulation: input.gradientAccumulation,
    globalBatch: input.globalBatchSize,
  });
  if (method === "full" && devices === 1 && stack.name === "torchtune" && input.optimizer === undefined) {
    // The single-device recipe: optimiser step fused into the backward pass, paged 8-bit AdamW.
    stack = { ...stack, gradient: 0, optimizerBytes: 2 };
  }
  const offload = given.cpuOffload === true && (given.zeroStage !== undefined || devices > 1 || method === "full");
  const rank = input.loraRank ?? 16;
  const adapters =
    method === "full"
      ? 0
      : (input.adapterParameters ??
        loraParameters(input.model, rank, input.loraTargets ?? (stack.adaptsMlp ? "all-linear" : ["q", "v"])));
  const modelParallel = layout.tensor * layout.pipeline > 1;
  let setting: Setting = {
    input,
    stack,
    layout,
    method,
    shards: Math.max(1, layout.data * layout.context),
    sharding: stack.sharding,
    zeroStage: given.zeroStage ?? (stack.sharding === "distributedOptimizer" ? 1 : 0),
    offload,
    frozen: frozenPrecision(input, stack),
    adapters,
    adaptsMlp: method !== "full" && adaptsMlp(input, stack, rank),
    sequence,
    checkpointing: input.activationCheckpointing ?? "full",
    expertsQuantized: false,
  };
  if (method !== "full" && weightBits[setting.frozen] < 16 && input.model.expertLayers > 0)
    setting = {
      ...setting,
      expertsQuantized: storedFormat(input.model.name) !== undefined || !statesFit(setting, 0.85),
    };
  if (given.zeroStage === undefined && devices > 1 && stack.sharding !== "distributedOptimizer") {
    if (stack.sharding === "fsdp" && stack.name !== "axolotl") setting = { ...setting, zeroStage: 3 };
    else if (!modelParallel && !statesFit(setting, 0.85)) {
      assume("parallelism.zeroStage", 3, "replicated states do not fit one accelerator");
      setting = { ...setting, zeroStage: 3 };
    }
  }
  if (input.activationCheckpointing === undefined) {
    if (devices === 1 && input.accelerator !== undefined && !stack.checkpoints) {
      const without = { ...setting, checkpointing: "none" as const };
      if (sum(partsOf(without)) + memoryConstants.context <= input.accelerator.memory) setting = without;
    }
    assume(
      "activationCheckpointing",
      setting.checkpointing,
      "not stated: full unless one accelerator holds everything",
    );
  }
  return setting;
}

function intervalOf(setting: Setting, parts: Readonly<Record<MemoryPart, number>>, central: number): Quantity {
  const { input, method } = setting;
  const guessed = input.sequenceLength === undefined || input.microBatchSize === undefined;
  const moving = parts.activations + parts.logits;
  const fixed =
    method === "full"
      ? sigma.states
      : input.model.expertLayers > 0 && weightBits[setting.frozen] < 16
        ? sigma.quantizedExperts
        : sigma.adapterStates;
  const total = add(
    logNormal(sum(parts) - moving, fixed, "GB"),
    logNormal(moving, guessed ? sigma.movingAssumed : sigma.moving, "GB"),
  );
  // A co-located engine takes its share whatever the trainer needs.
  return central > total.central ? logNormal(central, sigma.states, "GB") : total;
}

/** Estimates the peak memory of one accelerator. Never throws on finite input. */
export function trainingMemory(input: TrainingMemoryInput): TrainingMemory {
  const assumptions: Assumption[] = [];
  const setting = resolveSetting(input, assumptions);
  const parts = partsOf(setting);
  const memory = input.accelerator?.memory;
  let central = sum(parts);
  if (input.colocatedEngine && memory !== undefined)
    central = Math.max(central, memoryConstants.colocatedShare * memory);
  const plain = intervalOf(setting, parts, central);
  const fits = memory === undefined ? undefined : central + memoryConstants.context <= memory;
  return {
    quantity: fits === undefined ? plain : { ...plain, fits },
    parts,
    ...(fits === undefined ? {} : { fits }),
    assumptions,
    step: {
      quantity: "memoryPerAccelerator",
      formula: "weights + gradients + optimiser states + activations + logits + gathered layers and buffers",
      inputs: Object.fromEntries(memoryParts.map((part) => [`${part} (GB)`, Number(parts[part].toPrecision(3))])),
      result: central,
      unit: "GB",
      reference: "Korthikanti et al., arXiv 2205.05198; ZeRO, arXiv 1910.02054; QLoRA, arXiv 2305.14314",
    },
  };
}
