/**
 * Preference optimisation on given pairs (DPO and relatives): fine-tuning on the chosen and the rejected answer, which a frozen
 * reference scores as well. Nothing is sampled.
 */
import type { Draft } from "../draft";
import type { QuantityKey } from "../estimate";
import { interval, multiply } from "../quantity";
import type { WorkloadOf } from "../workload";
import { knownModel } from "./knownModel";
import type { Method } from "./layout";
import { estimateRun } from "./run";

/** What grows with the work of a step; power and memory do not. */
const perStep: readonly QuantityKey[] = [
  "flops",
  "flopsPerToken",
  "acceleratorHours",
  "duration",
  "acceleratorEnergy",
  "energy",
  "cost",
  "carbon",
  "embodiedCarbon",
  "water",
];

const twice = (value: number | undefined): number | undefined => (value === undefined ? undefined : 2 * value);

/** One pair is two sequences. The reference adds a forward pass: 2N to the 6N (4N with a frozen base) of training; ORPO and SimPO have none. */
export function estimatePreference(
  workload: WorkloadOf<"reinforcementLearning"> | WorkloadOf<"fineTuning">,
  method: Method,
  draft: Draft,
): void {
  const { dataset, globalBatchSize, microBatchSize } = workload;
  const free = workload.referenceFree === true;
  const known = dataset?.name === undefined ? undefined : draft.facts.dataset(dataset.name)?.value;
  const pairs = dataset?.samples ?? known?.samples;
  // An adapter's reference is the base itself, the adapter switched off.
  const other =
    workload.kind === "reinforcementLearning" ? knownModel(workload.reference, draft, "reference") : undefined;
  const fields = {
    ...workload,
    frozenReference: method === "full" && !free ? (other ?? ("copy" as const)) : undefined,
    kind: "fineTuning" as const,
    globalBatchSize: twice(globalBatchSize),
    microBatchSize: twice(microBatchSize),
    ...(pairs === undefined ? {} : { dataset: { ...dataset, samples: 2 * pairs } }),
  };
  estimateRun(fields, { method, sequence: 2048 }, draft);
  if (free) {
    draft.note("the objective scores no reference: neither its forward pass nor its weights are counted");
    draft.step?.({
      quantity: "flops",
      formula: "2 sequences per pair × training",
      inputs: { "sequences per pair": 2 },
      reference: "ORPO: Hong et al. 2024, arXiv 2403.07691; SimPO: Meng et al. 2024, arXiv 2405.14734",
    });
    return;
  }
  const extra = method === "full" ? 1 / 3 : 1 / 2;
  const factor = interval(1, 1 + extra, 1 + extra, "1");
  for (const key of perStep) {
    const quantity = draft.get(key);
    if (quantity) draft.set(key, multiply(quantity, factor, quantity.unit));
  }
  draft.note(
    method === "full"
      ? "memory holds a frozen reference beside the trained model; variants without one need its weights less"
      : "the reference is the frozen base, so that memory is the trained model's",
  );
  const rate = draft.get("trainingThroughput");
  if (rate)
    draft.set("trainingThroughput", { ...rate, low: rate.low / (1 + extra), central: rate.central / (1 + extra) });
  draft.step?.({
    quantity: "flops",
    formula: "2 sequences per pair × (training + forward pass of the reference)",
    inputs: { "sequences per pair": 2, "reference / training": Number(extra.toFixed(2)) },
    reference: "Rafailov et al. 2023, arXiv 2305.18290",
  });
}
