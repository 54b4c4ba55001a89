import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { workloadSchema } from "../../../../src/core/workload";

const facts = createCatalog();
const run = (workload: Readonly<Record<string, unknown>>): Estimate => estimate(workloadSchema.parse(workload), facts);
const lora = { kind: "fineTuning", method: "lora", loraRank: 16, steps: 2000, microBatchSize: 1, accelerators: 1 };
const reasons = (of: Estimate): string => of.assumptions.map(({ reason }) => reason).join("; ");

describe("adapters of image models", () => {
  it("see the patches of a picture, not the tokens of a chat", () => {
    const result = run({ ...lora, model: "black-forest-labs/FLUX.1-dev", accelerator: "h100-sxm" });
    const sequence = result.assumptions.find(({ field }) => field === "sequenceLength");
    assert.equal(sequence?.value, 64 * 64 + 512);
    assert.doesNotMatch(reasons(result), /Alpaca/);
    const hours = result.quantities.duration?.central ?? 0;
    assert.ok(hours > 0.15 && hours < 2, `${hours} h`);
  });
  it("see the patches of a clip where the model makes clips", () =>
    assert.match(reasons(run({ ...lora, model: "Wan-AI/Wan2.1-T2V-14B", accelerator: "h100-sxm" })), /81 frames/));
  it("of U-Nets are not reckoned as language models", () => {
    const result = run({ ...lora, model: "stabilityai/stable-diffusion-xl-base-1.0", accelerator: "l4" });
    assert.equal(result.quantities.trainingThroughput, undefined);
    assert.equal(result.quantities.cost, undefined);
    assert.ok(result.quantities.costRate !== undefined);
    assert.ok(result.notes.some((note) => note.includes("U-Net")));
  });
});

describe("a model alone", () => {
  const keys = (model: string): readonly string[] => Object.keys(run({ kind: "model", model }).quantities);
  it("that denoises has no cache and no tokens", () => {
    for (const name of ["black-forest-labs/FLUX.1-dev", "stabilityai/stable-diffusion-xl-base-1.0"]) {
      assert.ok(keys(name).includes("weightMemory"), name);
      assert.ok(!keys(name).includes("kvCachePerToken") && !keys(name).includes("flopsPerToken"), name);
    }
  });
  it("that encodes keeps no cache", () => {
    const encoder = keys("google-bert/bert-large-uncased");
    assert.ok(encoder.includes("flopsPerToken") && !encoder.includes("kvCachePerToken"), encoder.join());
  });
  it("that writes has both", () => {
    const writer = keys("meta-llama/Llama-3.1-8B");
    assert.ok(writer.includes("flopsPerToken") && writer.includes("kvCachePerToken"));
  });
});
