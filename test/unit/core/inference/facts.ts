/** Facts with a few accelerators and a price, so that the tests do not move with the catalogue. */
import { Draft } from "../../../../src/core/draft";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import type { AcceleratorFacts, Facts } from "../../../../src/core/facts";
import { type InferenceProblem, problemOf } from "../../../../src/core/inference/problem";
import { exact } from "../../../../src/core/quantity";
import type { WorkloadOf } from "../../../../src/core/workload";
import { noFacts } from "../noFacts";

const accelerator = (id: string, rest: Partial<AcceleratorFacts>): AcceleratorFacts => ({
  id,
  name: id,
  vendor: "nvidia",
  generation: "hopper",
  memory: 80,
  bandwidth: 3350,
  link: 900,
  linkDomain: 8,
  peak: { fp32: 67, bf16: 989, fp16: 989, fp8: 1979 },
  tdp: 700,
  idlePower: 70,
  acceleratorsPerNode: 8,
  source: "test",
  confidence: "high",
  ...rest,
});

export const h100 = accelerator("h100", {});
export const accelerators: readonly AcceleratorFacts[] = [
  accelerator("l4", {
    generation: "ada",
    memory: 24,
    bandwidth: 300,
    link: undefined,
    peak: { bf16: 121, fp8: 242 },
    tdp: 72,
    idlePower: undefined,
  }),
  accelerator("a100", { generation: "ampere", memory: 80, bandwidth: 2039, peak: { bf16: 312, int8: 624 }, tdp: 400 }),
  h100,
  accelerator("b200", {
    generation: "blackwell",
    memory: 180,
    bandwidth: 8000,
    peak: { bf16: 2250, fp8: 4500, fp4: 9000 },
    tdp: 1000,
  }),
  accelerator("bare", { generation: "other", memory: 32, bandwidth: 500, link: undefined, peak: {}, tdp: undefined }),
];

export const facts: Facts = {
  ...noFacts,
  accelerator: (name) => {
    const value = accelerators.find((a) => a.id === name) ?? (name === "h100-sxm" ? h100 : undefined);
    return value && { value, how: "exact", confidence: "high" };
  },
  accelerators: () => accelerators,
  price: () => ({
    perAcceleratorHour: exact(2, "USD/h"),
    basis: "test",
    source: "test",
    confidence: "high",
  }),
};

export type Inference = Omit<WorkloadOf<"inference">, "kind">;

export const infer = (fields: Inference): Estimate => estimate({ kind: "inference", ...fields }, facts);

export function problem(fields: Inference): InferenceProblem {
  const found = problemOf(fields, new Draft("inference", facts));
  if (found === undefined) throw new Error("not resolved");
  return found;
}

/** Central value of a result that must be there. */
export function central(result: Estimate, key: keyof Estimate["quantities"]): number {
  const quantity = result.quantities[key];
  if (quantity === undefined) throw new Error(`${key} is absent`);
  return quantity.central;
}

/** A dense model of 8 B parameters. */
export const dense = {
  name: "dense",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 14_336,
  vocabularySize: 128_256,
};
