import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import type { GenerationWorkload } from "../../../../src/core/workload";

const facts = createCatalog();
const of = (fields: Partial<GenerationWorkload>): Estimate =>
  estimate(
    {
      kind: "imageGeneration",
      accelerator: "H100-SXM",
      accelerators: 1,
      batchSize: 1,
      ...fields,
    } as GenerationWorkload,
    facts,
  );
const memory = (fields: Partial<GenerationWorkload>) => of(fields).quantities.memoryPerAccelerator;
const within = (value: number | undefined, low: number, high: number): void =>
  assert.ok(value !== undefined && value >= low && value <= high, `${value} is not in ${low}…${high}`);

describe("memory of generation", () => {
  it("FLUX.1-dev in 16 bit takes 33 to 38 GB, SDXL 8 to 12, SD 1.5 2.5 to 4.5", () => {
    within(memory({ model: "FLUX.1-dev", width: 1024, height: 1024 })?.central, 33, 38);
    within(memory({ model: "stabilityai/stable-diffusion-xl-base-1.0", width: 1024, height: 1024 })?.central, 8, 12);
    within(
      memory({ model: "stable-diffusion-v1-5/stable-diffusion-v1-5", width: 512, height: 512 })?.central,
      2.5,
      4.5,
    );
  });
  it("CogVideoX-5b takes 34 GB in 16 bit and 24 in 8 bit (diffusers-torchao, A100)", () => {
    const clip = { kind: "videoGeneration", model: "THUDM/CogVideoX-5b", accelerator: "A100-SXM-80GB" } as const;
    const whole = memory({ ...clip, width: 720, height: 480, frames: 49, precision: "bf16" });
    within(whole?.central, 34.1 * 0.85, 34.1 * 1.15);
    const narrow = memory({ ...clip, width: 720, height: 480, frames: 49, weightPrecision: "int8" });
    within(narrow?.central, 23.9 * 0.85, 23.9 * 1.15);
  });
  it("FLUX.1-dev fits an 80 GB part, not a 24 GB one; then the smallest that would do is named", () => {
    assert.equal(memory({ model: "FLUX.1-dev" })?.fits, true);
    const small = of({ model: "FLUX.1-dev", accelerator: "RTX4090" });
    assert.equal(small.quantities.memoryPerAccelerator?.fits, false);
    assert.ok(small.notes.some((note) => note.startsWith("does not fit")));
    const part = small.alternatives?.find((one) => "accelerator" in one.changes);
    assert.ok(part);
    assert.equal(memory({ model: "FLUX.1-dev", accelerator: String(part.changes.accelerator) })?.fits, true);
  });
  it("8-bit weights are offered where they fit", () => {
    const { alternatives } = of({ model: "stabilityai/stable-diffusion-3.5-large", accelerator: "RTX4090" });
    const narrow = alternatives?.find((one) => one.changes.weightPrecision === "int8");
    assert.ok(narrow);
    const { quantities } = of({
      model: "stabilityai/stable-diffusion-3.5-large",
      accelerator: "RTX4090",
      weightPrecision: "int8",
    });
    assert.equal(quantities.memoryPerAccelerator?.fits, true);
  });
  it("grows with the batch and is unknown where the parameters are", () => {
    const one = memory({ model: "FLUX.1-dev" })?.central ?? 0;
    const eight = memory({ model: "FLUX.1-dev", batchSize: 8 })?.central ?? 0;
    assert.ok(eight > one);
    assert.equal(memory({ model: "somebody/unheard-of-picture-model" }), undefined);
  });
});
