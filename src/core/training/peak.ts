/** Peak memory of a run on the draft, from the memory model, and what to do where it does not fit. */
import type { Draft } from "../draft";
import { trainingMemory } from "./memory";
import { smallestFit } from "./memoryFit";
import type { TrainingMemoryInput } from "./memorySetting";
import type { Plan, PlanFields } from "./plan";

export function addMemory(fields: PlanFields, plan: Plan, draft: Draft, colocatedEngine = false): void {
  const input: TrainingMemoryInput = {
    model: plan.model,
    method: plan.method,
    accelerators: plan.count,
    accelerator: plan.hardware.accelerator,
    framework: fields.framework,
    optimizer: fields.optimizer,
    precision: fields.precision,
    weightPrecision: fields.weightPrecision,
    // Pre-training packs to the plan's length; fine-tuning peaks at its longest sample, which the memory model assumes itself.
    sequenceLength: fields.sequenceLength ?? (draft.kind === "training" ? plan.sequence : undefined),
    microBatchSize: fields.microBatchSize ?? (draft.kind === "training" ? plan.layout.microBatch : undefined),
    globalBatchSize: fields.globalBatchSize,
    gradientAccumulation: fields.gradientAccumulation,
    activationCheckpointing: fields.activationCheckpointing,
    parallelism: fields.parallelism,
    packing: fields.packing,
    loraRank: fields.loraRank,
    loraTargets: fields.loraTargets,
    adapterParameters: fields.adapterParameters,
    colocatedEngine,
  };
  const memory = trainingMemory(input);
  draft.set("memoryPerAccelerator", memory.quantity);
  draft.step(memory.step);
  for (const { field, value, reason, source } of memory.assumptions) draft.assume(field, value, reason, source);
  if (memory.fits !== false) return;
  draft.note(
    `needs about ${rounded(memory.quantity.central)} GB per accelerator; ${plan.hardware.accelerator.name} has ${plan.hardware.accelerator.memory} GB`,
  );
  for (const { label, changes, memory: changed } of smallestFit(input, draft.facts.accelerators()))
    draft.alternative({
      label,
      changes,
      reason: `fits: about ${rounded(changed.quantity.central)} GB per accelerator`,
    });
}

const rounded = (gigabytes: number): number => Number(gigabytes.toPrecision(3));
