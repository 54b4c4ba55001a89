/** From what a file states to everything memory depends on; each fallback is recorded as an assumption. */
import type { Assumption } from "../estimate";
import type { Architecture } from "../model/architecture";
import { loraParameters, loraTargets } from "../model/lora";
import { type Precision, weightBits } from "../precision";
import { layoutOf } from "./layout";
import type { MemoryConstants } from "./memoryConstants";
import { partsOf, statesFit, sumOf } from "./memoryParts";
import type { MemorySetting, TrainingMemoryInput } from "./memorySetting";
import { optimizerBytes, pure16, type ResolvedStack, resolveStack } from "./memoryStack";
import { stackOf } from "./stack";

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

export function resolveSetting(
  input: TrainingMemoryInput,
  constants: MemoryConstants,
  assumptions: Assumption[],
): MemorySetting {
  const given = input.parallelism ?? {};
  const devices = Math.max(1, Math.round(input.accelerators));
  let stack = resolveStack(input);
  const { method } = input;
  const assume = <T extends number | string>(field: string, value: T, reason: string): T => {
    assumptions.push({ field, value, reason });
    return value;
  };
  const sequence =
    input.sequenceLength ??
    assume("longestSample", longestSample(input.model), "longest sample of a typical instruction data set (Alpaca)");
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
  // Weights loaded at 16 bit train at 16 bit, unless the framework keeps a copy of its own as DeepSpeed and Megatron do.
  const copies = stack.weight < 4 || (stack.sharding === "deepspeed" && (devices > 1 || given.zeroStage !== undefined));
  if (method === "full" && !copies && weightBits[input.weightPrecision ?? "fp32"] === 16)
    stack = { ...stack, ...pure16, optimizerBytes: optimizerBytes(input.optimizer, 4), shardedMaster: false };
  if (method === "full" && devices === 1 && stack.name === "torchtune" && input.optimizer === undefined) {
    // The single-device recipe: optimiser step fused into the backward pass, paged 8-bit AdamW.
    stack = { ...stack, gradient: 0, optimizerBytes: 2, paged: true };
  }
  const offload = given.cpuOffload === true && (given.zeroStage !== undefined || devices > 1 || method === "full");
  const rank = input.loraRank ?? 16;
  const adapters =
    method === "full"
      ? 0
      : (input.adapterParameters ??
        loraParameters(input.model, rank, input.loraTargets ?? (stack.adaptsMlp ? "all-linear" : ["q", "v"])));
  const modelParallel = layout.tensor * layout.pipeline > 1;
  let setting: MemorySetting = {
    input,
    constants,
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
    checkpointing: input.activationCheckpointing ?? input.settledCheckpointing ?? "full",
    expertsQuantized: false,
  };
  if (method !== "full" && weightBits[setting.frozen] < 16 && input.model.expertLayers > 0)
    setting = {
      ...setting,
      // Whoever quantises experts does so because they do not fit one device, sharded or not.
      expertsQuantized:
        storedFormat(input.model.name) !== undefined || !statesFit({ ...setting, shards: 1, zeroStage: 0 }, 0.85),
    };
  if (given.zeroStage === undefined && devices > 1 && stack.sharding !== "distributedOptimizer") {
    if (stack.sharding === "fsdp" && stack.name !== "axolotl") setting = { ...setting, zeroStage: 3 };
    else if (!modelParallel && !stack.replicated && !statesFit(setting, method === "full" ? 0.5 : 0.85)) {
      assume("parallelism.zeroStage", 3, "replicated states do not fit one accelerator");
      setting = { ...setting, zeroStage: 3 };
    }
  }
  if (input.activationCheckpointing === undefined) {
    // PEFT's preparation of a quantised base switches checkpointing on unless told otherwise (`prepare_model_for_kbit_training`).
    const prepared = method === "qlora" && stack.fp32Tables;
    const always =
      prepared || stack.checkpoints === "always" || (stack.checkpoints === "sharded" && setting.zeroStage >= 3);
    if (!always && input.settledCheckpointing === undefined && input.accelerator !== undefined) {
      const without = { ...setting, checkpointing: "none" as const };
      if (sumOf(partsOf(without)) + constants.context <= input.accelerator.memory) setting = without;
    }
    const reason = always ? "the recipes' default" : "not stated: full unless the accelerator holds everything";
    assume("activationCheckpointing", setting.checkpointing, reason);
  }
  return setting;
}
