/** Fine-tuning: all parameters, a low-rank adapter, or an adapter on a 4-bit base. */
import type { Draft } from "../draft";
import type { Method } from "../training/layout";
import { estimatePreference } from "../training/preference";
import { estimateRun } from "../training/run";
import type { FineTuningFields, WorkloadOf } from "../workload";

/** The method as stated, or as the other fields imply it. */
export function methodOf(workload: FineTuningFields, draft: Draft): Method {
  const fourBit = ["nf4", "int4", "fp4"].includes(workload.weightPrecision ?? "");
  if (workload.method === "lora" && fourBit) return "qlora";
  if (workload.method !== undefined) return workload.method;
  if (workload.loraRank !== undefined || workload.adapterParameters !== undefined || workload.loraTargets !== undefined)
    return fourBit ? "qlora" : "lora";
  return draft.assume("method", fourBit ? "qlora" : "full", "neither full nor adapter training is stated");
}

export function estimateFineTuning(workload: WorkloadOf<"fineTuning">, draft: Draft): void {
  const method = methodOf(workload, draft);
  if (workload.preferencePairs) estimatePreference(workload, method, draft);
  else estimateRun(workload, { method, sequence: 2048 }, draft);
}
