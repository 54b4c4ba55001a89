import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateReinforcementLearning(_workload: WorkloadOf<"reinforcementLearning">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
