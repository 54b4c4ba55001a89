import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateTraining(_workload: WorkloadOf<"training">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
