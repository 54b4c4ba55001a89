/** Training a model from its start, or continuing it, with all parameters trained unless stages say otherwise. */
import type { Draft } from "../draft";
import { estimateRun } from "../training/run";
import type { WorkloadOf } from "../workload";

export function estimateTraining(workload: WorkloadOf<"training">, draft: Draft): void {
  estimateRun(workload, { method: "full", sequence: 4096 }, draft);
}
