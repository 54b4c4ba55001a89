import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateApi(_workload: WorkloadOf<"api">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
