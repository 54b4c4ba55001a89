import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateDistillation(_workload: WorkloadOf<"distillation">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
