/** Peak memory of a run on the draft, from the memory model, and what to do where it does not fit. */
import type { Draft } from "../draft";
import { trainingMemory } from "./memory";
import type { Plan, PlanFields } from "./plan";

export function addMemory(fields: PlanFields, plan: Plan, draft: Draft, colocatedEngine = false): void {
  const memory = trainingMemory({
    model: plan.model,
    method: plan.method,
    accelerators: plan.count,
    accelerator: plan.hardware.accelerator,
    framework: fields.framework,
    optimizer: fields.optimizer,
    precision: fields.precision,
    weightPrecision: fields.weightPrecision,
    sequenceLength: fields.sequenceLength,
    microBatchSize: fields.microBatchSize,
    globalBatchSize: fields.globalBatchSize,
    gradientAccumulation: fields.gradientAccumulation,
    activationCheckpointing: fields.activationCheckpointing,
    parallelism: fields.parallelism,
    packing: fields.packing,
    loraRank: fields.loraRank,
    loraTargets: fields.loraTargets,
    adapterParameters: fields.adapterParameters,
    colocatedEngine,
  });
  draft.set("memoryPerAccelerator", memory.quantity);
  draft.step(memory.step);
  for (const { field, value, reason, source } of memory.assumptions) draft.assume(field, value, reason, source);
  if (memory.fits === false)
    draft.note(
      `needs about ${Number(memory.quantity.central.toPrecision(3))} GB per accelerator; ${plan.hardware.accelerator.name} has ${plan.hardware.accelerator.memory} GB`,
    );
}
