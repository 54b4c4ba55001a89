import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { llama3_8b } from "../noFacts";
import { central, estimateOf, near } from "./estimate";

const grpo = {
  kind: "reinforcementLearning",
  algorithm: "grpo",
  method: "full",
  model: llama3_8b,
  framework: "trl",
  accelerator: "h100-sxm",
  accelerators: 16,
  acceleratorsPerNode: 8,
  microBatchSize: 4,
  gradientAccumulation: 16,
  samplesPerPrompt: 16,
  promptTokens: 512,
  responseTokens: 4096,
  activationCheckpointing: "full",
  steps: 100,
  precision: "bf16",
  asynchronous: true,
};

describe("memory of sampled training", () => {
  it("shards the states where nothing is said, so that an 8B model fits a node of 80 GB parts", () =>
    assert.equal(estimateOf(grpo).quantities.memoryPerAccelerator?.fits, true));
  it("holds logits of the answers only", () => {
    const short = central(estimateOf({ ...grpo, promptTokens: 4096, responseTokens: 512 }), "memoryPerAccelerator");
    assert.ok(short < central(estimateOf(grpo), "memoryPerAccelerator"));
  });
});

describe("prompts of a step", () => {
  it("follow from batch, accumulation, accelerators and samples", () => {
    const derived = estimateOf(grpo);
    assert.ok(!derived.assumptions.some(({ field }) => field === "promptsPerStep"));
    const stated = estimateOf({ ...grpo, promptsPerStep: (4 * 16 * 16) / 16 });
    near(central(derived, "acceleratorHours"), central(stated, "acceleratorHours"), 1e-9);
  });
  it("are assumed where one of them is open", () => {
    const { gradientAccumulation: _, ...open } = grpo;
    assert.ok(estimateOf(open).assumptions.some(({ field }) => field === "promptsPerStep"));
  });
});
