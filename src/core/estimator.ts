/** The door of the core: one workload in, one estimate out. Pure; never throws on a schema-valid workload. */
import { Draft, type EstimateOptions } from "./draft";
import type { Estimate, MemoryQuantity, Quantities, QuantityKey } from "./estimate";
import { quantityUnits } from "./estimate";
import type { AcceleratorFacts, Facts } from "./facts";
import type { Quantity } from "./quantity";
import type { Workload } from "./workload";
import { estimateAllocation } from "./workloads/allocation";
import { estimateApi } from "./workloads/api";
import { estimateDistillation } from "./workloads/distillation";
import { estimateFineTuning } from "./workloads/fineTuning";
import { estimateFleet } from "./workloads/fleet";
import { estimateImageGeneration } from "./workloads/imageGeneration";
import { estimateInference } from "./workloads/inference";
import { estimateModel } from "./workloads/model";
import { estimateReinforcementLearning } from "./workloads/reinforcementLearning";
import { estimateTraining } from "./workloads/training";

function estimateOnce(workload: Workload, facts: Facts, options: EstimateOptions): Estimate {
  const draft = new Draft(workload.kind, facts, options);
  switch (workload.kind) {
    case "training":
      estimateTraining(workload, draft);
      break;
    case "fineTuning":
      estimateFineTuning(workload, draft);
      break;
    case "reinforcementLearning":
      estimateReinforcementLearning(workload, draft);
      break;
    case "distillation":
      estimateDistillation(workload, draft);
      break;
    case "inference":
      estimateInference(workload, draft);
      break;
    case "imageGeneration":
    case "videoGeneration":
      estimateImageGeneration(workload, draft);
      break;
    case "fleet":
      estimateFleet(workload, draft);
      break;
    case "api":
      estimateApi(workload, draft);
      break;
    case "allocation":
      estimateAllocation(workload, draft);
      break;
    case "model":
      estimateModel(workload, draft);
      break;
  }
  return draft.finish();
}

/** Central values of the first, ends over all: the interval covers every part the name may mean. */
function merge(estimates: readonly Estimate[], note: string): Estimate {
  const first = estimates[0] as Estimate;
  const quantities: Partial<Record<QuantityKey, Quantity>> = {};
  for (const key of Object.keys(quantityUnits) as QuantityKey[]) {
    const all = estimates.map((estimate) => estimate.quantities[key]);
    const head = all[0];
    if (head === undefined || all.some((quantity) => quantity === undefined)) continue;
    const defined = all as Quantity[];
    const merged = {
      ...head,
      low: Math.min(...defined.map((q) => q.low)),
      high: Math.max(...defined.map((q) => q.high)),
    };
    const fits = new Set(defined.map((q) => (q as MemoryQuantity).fits));
    const { fits: _, ...plain } = merged as MemoryQuantity;
    quantities[key] = fits.size > 1 ? plain : merged;
  }
  return {
    ...first,
    quantities: quantities as Quantities,
    notes: [note, ...first.notes],
    dominatedBy: first.dominatedBy ?? "accelerator",
  };
}

/** Accelerators from which on a run is taken to use parts that are linked by a switch, not cards in a workstation. */
const manyTogether = 16;

/** Of the parts a name may mean, those that so many accelerators are built from; all where that leaves none. */
function plausible(candidates: readonly AcceleratorFacts[], workload: Workload): readonly AcceleratorFacts[] {
  const tensor = ("parallelism" in workload ? workload.parallelism?.tensor : undefined) ?? 1;
  const { accelerators, acceleratorsPerNode = 1, nodes = 1 } = workload;
  const count = accelerators ?? acceleratorsPerNode * nodes;
  const training = workload.kind === "training" || workload.kind === "fineTuning" || "algorithm" in workload;
  const linked = Math.max(tensor, training && count >= manyTogether ? 8 : 1);
  const fast = candidates.filter((candidate) => candidate.linkDomain >= linked);
  return fast.length > 0 ? fast : candidates;
}

/** Estimates a workload. A name that may mean several accelerators (`A100`) gives the interval over all of them. */
export function estimate(workload: Workload, facts: Facts, options: EstimateOptions = {}): Estimate {
  const name = workload.accelerator;
  const match = name === undefined || workload.kind === "model" ? undefined : facts.accelerator(name);
  const candidates = match?.how === "ambiguous" ? match.candidates : undefined;
  if (candidates === undefined || candidates.length < 2) return estimateOnce(workload, facts, options);
  const left = plausible(candidates, workload);
  const estimates = left.map((candidate) => estimateOnce({ ...workload, accelerator: candidate.id }, facts, options));
  const names = left.map((candidate) => candidate.name).join(" or ");
  const called = `"${(name as string).slice(0, 40)}"`;
  return merge(
    estimates,
    left.length === 1
      ? `${called} read as ${names}: so many work together`
      : `${called} may be ${names}: the interval covers them`,
  );
}
