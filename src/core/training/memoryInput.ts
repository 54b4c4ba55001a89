/** What the memory model is asked about a run: what the file states, and the plan where the run has no longest sample. */
import type { Hardware } from "../hardware";
import type { Architecture } from "../model/architecture";
import type { FineTuningFields } from "../workload";
import type { Layout, Method } from "./layout";
import type { TrainingMemoryInput } from "./memorySetting";

export interface MemoryQuestion {
  readonly model: Architecture;
  readonly method: Method;
  readonly count: number;
  readonly hardware: Hardware;
  readonly sequence: number;
  readonly layout?: Layout;
}

/** What sampled training and preference optimisation add: answers are scored, prompts only read. */
export type MemoryFields = FineTuningFields & {
  readonly responseTokens?: number | undefined;
  /** A frozen model beside the trained one: its own copy, or another model. */
  readonly frozenReference?: "copy" | Architecture | undefined;
};

/**
 * Pre-training packs to the plan's length, and pictures of one size have one length; fine-tuning on text peaks at its longest sample,
 * which the memory model assumes itself.
 */
export function memoryInput(
  fields: MemoryFields,
  { model, method, count, hardware, sequence, layout }: MemoryQuestion,
  packed: boolean,
  colocatedEngine: boolean,
): TrainingMemoryInput {
  const oneLength = packed || model.spec.backbone === "diffusionTransformer";
  return {
    model,
    method,
    accelerators: count,
    accelerator: hardware.accelerator,
    framework: fields.framework,
    optimizer: fields.optimizer,
    precision: fields.precision,
    weightPrecision: fields.weightPrecision,
    sequenceLength: fields.sequenceLength ?? (oneLength ? sequence : undefined),
    microBatchSize: fields.microBatchSize ?? (packed ? layout?.microBatch : undefined),
    globalBatchSize: fields.globalBatchSize,
    gradientAccumulation: fields.gradientAccumulation,
    activationCheckpointing: fields.activationCheckpointing,
    parallelism: fields.parallelism,
    packing: fields.packing,
    fusedLoss: fields.fusedLoss,
    scoredTokens: fields.responseTokens,
    reference: fields.frozenReference === "copy" ? model : fields.frozenReference,
    loraRank: fields.loraRank,
    loraTargets: fields.loraTargets,
    adapterParameters: fields.adapterParameters,
    colocatedEngine,
  };
}
