import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateFleet(_workload: WorkloadOf<"fleet">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
