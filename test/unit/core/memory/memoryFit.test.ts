import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isCommon } from "../../../../src/core/stepUp";
import { trainingMemory } from "../../../../src/core/training/memory";
import { smallestFit } from "../../../../src/core/training/memoryFit";
import type { TrainingMemoryInput } from "../../../../src/core/training/memorySetting";
import { architectureOf, device, llama3_8b, llama3_70b } from "../noFacts";

const shop = [
  device(24, "l4"),
  device(48, "l40s"),
  device(80, "h100-sxm"),
  device(141, "h200-sxm"),
  device(180, "announced part"),
  device(192, "b200"),
];
const run = (more: Partial<TrainingMemoryInput> = {}): TrainingMemoryInput => ({
  model: architectureOf(llama3_8b),
  method: "lora",
  accelerators: 1,
  accelerator: device(24),
  framework: "transformers",
  precision: "bf16",
  sequenceLength: 4096,
  microBatchSize: 4,
  activationCheckpointing: "none",
  ...more,
});

describe("the smallest change that makes a run fit", () => {
  it("is none when it fits already", () => assert.deepEqual(smallestFit(run({ accelerator: device(500) }), shop), []));
  it("is none when the device is unknown", () =>
    assert.deepEqual(smallestFit(run({ accelerator: undefined }), shop), []));
  it("is checkpointing where that is enough", () => {
    const first = smallestFit(run({ accelerator: device(70) }), shop)[0];
    assert.deepEqual(first?.changes, { activationCheckpointing: "full" });
  });
  it("is a smaller micro-batch next", () => {
    const first = smallestFit(run({ activationCheckpointing: "full", accelerator: device(30) }), shop)[0];
    assert.deepEqual(first?.changes, { microBatchSize: 1 });
  });
  it("is a quantised base where the base is what is too large", () => {
    const first = smallestFit(
      run({ model: architectureOf(llama3_70b), accelerator: device(80), microBatchSize: 1 }),
      shop,
    )[0];
    assert.equal(first?.changes.method, "qlora");
  });
  it("is ZeRO-3 where states are replicated", () => {
    const first = smallestFit(
      run({
        method: "full",
        accelerators: 8,
        accelerator: device(80),
        framework: "deepspeed",
        parallelism: { zeroStage: 0 },
        activationCheckpointing: "full",
        microBatchSize: 1,
      }),
      shop,
    )[0];
    assert.deepEqual(first?.changes, { "parallelism.zeroStage": 3 });
  });
  it("offers more accelerators and a larger one", () => {
    const all = smallestFit(
      run({
        method: "full",
        framework: "deepspeed",
        activationCheckpointing: "full",
        microBatchSize: 1,
        accelerator: device(80),
      }),
      shop,
    );
    assert.equal(all[0]?.changes.accelerators, 4);
    assert.deepEqual(all[1]?.changes, { accelerator: "h200-sxm" });
  });
  it("the larger accelerator is the smallest that holds it", () => {
    const { changes } = smallestFit(run(), shop).at(-1) as { changes: Record<string, unknown> };
    const chosen = shop.find((one) => one.id === changes.accelerator);
    const smaller = shop.filter((one) => isCommon(one) && one.memory < (chosen?.memory ?? 0));
    for (const accelerator of smaller) assert.equal(trainingMemory(run({ accelerator })).fits, false);
  });
  it("never suggests a part that nobody can rent", () => {
    const long = run({ activationCheckpointing: "full", microBatchSize: 1, sequenceLength: 60_000 });
    const suggested = [24, 40, 80, 100].flatMap((memory) =>
      smallestFit({ ...long, accelerator: device(memory) }, shop).map(({ changes }) => changes.accelerator),
    );
    assert.ok(suggested.some((id) => id !== undefined));
    assert.ok(!suggested.includes("announced part"));
  });
  it("every alternative fits", () => {
    for (const input of [run(), run({ model: architectureOf(llama3_70b) }), run({ method: "full", accelerators: 2 })])
      for (const alternative of smallestFit(input, shop))
        assert.equal(alternative.memory.fits, true, alternative.label);
  });
  it("another vendor's part is no alternative", () => {
    const foreign = shop.map((one) => ({ ...one, vendor: "amd" }));
    assert.ok(smallestFit(run(), foreign).every((alternative) => !("accelerator" in alternative.changes)));
  });
});
