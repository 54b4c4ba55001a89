import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { central, estimateOf } from "./estimate";
import { llama8b, llama70b } from "./facts";

const mixture = { ...llama8b, name: "mixture", experts: 128, expertsPerToken: 8, expertIntermediateSize: 1536 };
const run = {
  kind: "training",
  accelerator: "h100-sxm",
  accelerators: 64,
  framework: "Megatron-LM",
  sequenceLength: 4096,
  globalBatchSize: 512,
  microBatchSize: 1,
  tokens: 1e9,
};
const hours = (change: object): number =>
  central(estimateOf({ ...run, model: mixture, ...change }), "acceleratorHours");

describe("mixtures of experts in training", () => {
  it("pay for the kernels of each expert a rank holds: fewer experts per rank are faster inside a node", () => {
    assert.ok(hours({ parallelism: { expert: 8 } }) < hours({ parallelism: { expert: 2 } }));
  });

  it("multiply many experts of one rank together: more of them launch nothing more", () => {
    const total = { parameters: 30e9, activeParameters: 3e9 };
    const of = (experts: number): number =>
      hours({ model: { ...mixture, ...total, experts }, parallelism: { data: 64 }, globalBatchSize: 64 });
    assert.ok(of(32) > 1.1 * of(8));
    assert.ok(Math.abs(of(128) / of(64) - 1) < 0.02, `${of(128) / of(64)}`);
  });

  it("hide kernels behind more work per micro-batch", () => {
    const gain = (microBatchSize: number) => hours({ parallelism: { expert: 8 }, microBatchSize });
    assert.ok(gain(4) < gain(1));
  });

  it("exchange between nodes and inside them at once: slower fast links cost nothing where the network is the narrower", () => {
    const exchange = (expert: number): number => {
      const step = estimateOf({ ...run, model: mixture, parallelism: { expert } }).steps.find(
        (one) => one.quantity === "trainingThroughput",
      );
      return Number(step?.inputs["communication (µs)"]);
    };
    // Over four nodes: 3/4 of the tokens to at most four nodes of eight experts, 2·4 bytes there and back, at 0.9 of 50 GB/s.
    const far = (8 * 8 * 4096 * 32 * (1 - 8 / 32) * 0.5) / (0.9 * 50e9);
    // The rest is the exchange of gradients.
    assert.ok(Math.abs(exchange(32) / (far * 1e6) - 1) < 0.03, `${exchange(32)} ${far * 1e6}`);
  });
});

describe("recomputation that nothing states", () => {
  const dense = { ...run, model: llama70b, framework: undefined, microBatchSize: undefined };
  const assumed = (change: object): unknown =>
    estimateOf({ ...dense, ...change }).assumptions.find((one) => one.field === "activationCheckpointing")?.value;

  it("is full where the activations do not fit, in time as in memory", () => {
    assert.equal(assumed({}), "full");
    const estimate = estimateOf(dense);
    const stated = estimateOf({ ...dense, activationCheckpointing: "full" });
    assert.equal(central(estimate, "acceleratorHours"), central(stated, "acceleratorHours"));
    assert.equal(central(estimate, "memoryPerAccelerator"), central(stated, "memoryPerAccelerator"));
  });

  it("is none where they fit, and on a tuned stack", () => {
    assert.equal(assumed({ model: llama8b }), "none");
    assert.equal(assumed({ framework: "Megatron-LM" }), "none");
  });

  it("follows the recipes of a framework that always recomputes", () => {
    assert.equal(assumed({ model: llama8b, framework: "GPT-NeoX" }), "full");
  });
});

describe("hybrids in training", () => {
  const hybrid = {
    ...llama8b,
    name: "hybrid",
    linearAttentionLayers: 28,
    linearMixerParameters: 50_000_000,
    normsPerLayer: 2,
  };

  it("pay for the scan of their mixers", () => {
    const of = (linearMixerParameters: number): number =>
      central(estimateOf({ ...run, model: { ...hybrid, linearMixerParameters } }), "acceleratorHours");
    const plain = estimateOf({ ...run, model: hybrid });
    const flops = central(plain, "flopsPerToken");
    // Twice the mixers cost more than their multiplications alone.
    const more = central(
      estimateOf({ ...run, model: { ...hybrid, linearMixerParameters: 100_000_000 } }),
      "flopsPerToken",
    );
    assert.ok(of(100_000_000) / of(50_000_000) > 1 + 0.5 * (more / flops - 1));
  });

  it("do not count MLPs that they do not have", () => {
    const without = { ...hybrid, mlpLayers: 16 };
    assert.ok(
      central(estimateOf({ ...run, model: without }), "acceleratorHours") <
        0.8 * central(estimateOf({ ...run, model: hybrid }), "acceleratorHours"),
    );
  });
});
