/** Peak memory of a run on the draft, from the memory model, and what to do where it does not fit. */
import type { Draft } from "../draft";
import type { MemoryQuantity } from "../estimate";
import { trainingMemory } from "./memory";
import { smallestFit } from "./memoryFit";
import { type MemoryFields, memoryInput } from "./memoryInput";
import type { Plan, PlanFields } from "./plan";

export function addMemory(fields: PlanFields & MemoryFields, plan: Plan, draft: Draft, colocatedEngine = false): void {
  const asked = memoryInput(fields, plan, draft.kind === "training", colocatedEngine);
  const input = plan.checkpointingSettled ? { ...asked, settledCheckpointing: plan.checkpointing } : asked;
  const memory = trainingMemory(input);
  const { accelerator, stated } = plan.hardware;
  const { fits, ...size } = memory.quantity;
  // An accelerator that we took for granted proves nothing about the one it will run on.
  const quantity: MemoryQuantity = stated && fits !== undefined ? { ...size, fits } : size;
  draft.set("memoryPerAccelerator", quantity);
  draft.step?.(memory.step);
  for (const { field, value, reason, source } of memory.assumptions) {
    // The plan has said already that the states are sharded.
    if (field === "parallelism.zeroStage" && plan.layout.sharded && !plan.layout.stated) continue;
    draft.assume(field, value, reason, source);
    if (fits === true && field === "activationCheckpointing" && value === "full" && plan.checkpointing === "none")
      draft.note("memory is with activations recomputed, as it would hardly fit otherwise; the time is without");
  }
  const need = `needs about ${rounded(size.central)} GB per accelerator`;
  if (!stated || fits !== false) {
    if (size.central > accelerator.memory)
      draft.note(
        stated
          ? `${need} of the ${accelerator.memory} GB of ${accelerator.name}: may or may not fit, by what the file leaves open`
          : `${need}: more than the assumed ${accelerator.name} has`,
      );
    return;
  }
  draft.note(`${need}; ${accelerator.name} has ${accelerator.memory} GB`);
  for (const { label, changes, memory: changed } of smallestFit(asked, draft.facts.accelerators()))
    draft.alternative({
      label,
      changes,
      reason: `fits: about ${rounded(changed.quantity.central)} GB per accelerator`,
    });
}

const rounded = (gigabytes: number): number => Number(gigabytes.toPrecision(3));
