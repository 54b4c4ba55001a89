import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { central, estimateOf, near } from "./estimate";

const base = {
  model: {
    name: "m",
    layers: 32,
    hiddenSize: 4096,
    attentionHeads: 32,
    keyValueHeads: 8,
    intermediateSize: 14336,
    vocabularySize: 128256,
  },
  accelerator: "H100-SXM",
  accelerators: 8,
  steps: 100,
  globalBatchSize: 64,
  microBatchSize: 1,
  sequenceLength: 1024,
};
const preference = estimateOf({ ...base, kind: "reinforcementLearning", algorithm: "dpo", method: "full" });
/** Fine-tuning on the same sequences: a pair is two. */
const tuning = estimateOf({ ...base, globalBatchSize: 128, microBatchSize: 2, kind: "fineTuning", method: "full" });

describe("preference optimisation", () => {
  it("costs two sequences per pair and the reference's forward pass", () => {
    for (const key of ["flops", "acceleratorHours", "energy", "acceleratorEnergy"] as const)
      near(central(preference, key) / central(tuning, key), 4 / 3, 1e-9);
  });

  it("is the same on an adapter, as fine-tuning with pairs", () => {
    const adapter = { ...base, method: "lora", loraRank: 16 };
    const pairs = estimateOf({ ...adapter, kind: "fineTuning", preferencePairs: true });
    const plain = estimateOf({ ...adapter, globalBatchSize: 128, microBatchSize: 2, kind: "fineTuning" });
    near(central(pairs, "flops") / central(plain, "flops"), 3 / 2, 1e-9);
  });

  it("samples nothing: no length of answers is assumed", () => {
    assert.ok(preference.assumptions.every(({ field }) => field !== "responseTokens" && field !== "samplesPerPrompt"));
  });
});
