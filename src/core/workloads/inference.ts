import type { Draft } from "../draft";
import type { WorkloadOf } from "../workload";

export function estimateInference(_workload: WorkloadOf<"inference">, draft: Draft): void {
  draft.note("this kind is not estimated yet");
}
