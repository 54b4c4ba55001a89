import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateFineTuning(_workload: WorkloadOf<"fineTuning">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
