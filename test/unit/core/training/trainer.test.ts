/** What a trainer's name tells of its kernels, and what they cost. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { adapterBytes, trainerOf } from "../../../../src/core/training/trainer";
import { central, estimateOf } from "./estimate";
import { llama8b } from "./facts";

describe("trainerOf", () => {
  it("loops over experts where modules of single experts are usual", () => {
    for (const name of ["transformers", "PyTorch, PEFT", "ms-swift deepspeed", "transformers 4.51"])
      assert.equal(trainerOf(name).experts, "looped", name);
    for (const name of ["TRL, transformers v5", "transformers>=5", "axolotl", "unsloth", undefined])
      assert.equal(trainerOf(name).experts, "grouped", name);
  });
  it("gathers matrix by matrix in DeepSpeed alone", () => {
    assert.ok(trainerOf("LLaMA-Factory deepspeed").gathersMatrices);
    assert.ok(!trainerOf("transformers fsdp").gathersMatrices);
  });
  it("keeps adapters in fp32 unless something casts them", () => {
    assert.equal(trainerOf("transformers").adapters, "fp32");
    assert.equal(trainerOf("transformers", true).adapters, "half");
    assert.equal(trainerOf("transformers deepspeed").adapters, "half");
    assert.equal(trainerOf("unsloth").adapters, "fused");
  });
});

describe("adapterBytes", () => {
  it("counts the passes over inputs and outputs", () => {
    assert.equal(adapterBytes(1000, "fused", 1), 0);
    assert.equal(adapterBytes(1000, "half", 0), 16_000);
    assert.equal(adapterBytes(1000, "fp32", 1), 71_000);
  });
});

const mixture = { ...llama8b, name: "mixture", experts: 128, expertsPerToken: 8, expertIntermediateSize: 1536 };
const tuning = {
  kind: "fineTuning",
  model: mixture,
  accelerator: "h100-sxm",
  accelerators: 8,
  precision: "bf16",
  method: "full",
  sequenceLength: 8192,
  microBatchSize: 1,
  globalBatchSize: 8,
  activationCheckpointing: "full",
  steps: 100,
};
const seconds = (change: object): number => 1 / central(estimateOf({ ...tuning, ...change }), "trainingThroughput");

describe("experts in eager trainers", () => {
  const stage = (zeroStage: number, framework: string) => seconds({ parallelism: { zeroStage }, framework });

  it("take longer in a loop than grouped", () =>
    assert.ok(stage(2, "transformers deepspeed") > 1.5 * stage(2, "axolotl")));
  it("are gathered one by one in DeepSpeed's stage 3, layer by layer in PyTorch's sharding", () => {
    assert.ok(stage(3, "transformers deepspeed") > 4 * stage(2, "transformers deepspeed"));
    assert.ok(stage(3, "transformers fsdp") < 1.5 * stage(2, "transformers fsdp"));
  });
  it("wait for the loop however many tokens there are", () => {
    const loop = (microBatchSize: number): number =>
      8192 *
      microBatchSize *
      (seconds({ microBatchSize, framework: "transformers" }) - seconds({ microBatchSize, framework: "axolotl" }));
    assert.ok(loop(8) > 0.8 * loop(4));
  });
});

describe("gathering in DeepSpeed's stage 3", () => {
  const dense = (sequenceLength: number, framework: string): number =>
    seconds({ model: llama8b, sequenceLength, framework, parallelism: { zeroStage: 3 } });

  it("is felt by short micro-batches and hidden behind long ones", () => {
    assert.ok(dense(512, "transformers deepspeed") > 1.5 * dense(512, "transformers fsdp"));
    assert.ok(dense(16_384, "transformers deepspeed") < 1.02 * dense(16_384, "transformers fsdp"));
  });
});

describe("adapters of PEFT", () => {
  it("cost memory traffic that fused ones do not, by the matrices they sit on", () => {
    const lora = { model: llama8b, method: "lora", accelerators: 1 };
    const all = seconds({ ...lora, framework: "transformers" });
    const attention = seconds({ ...lora, framework: "transformers", loraTargets: ["q_proj", "v_proj"] });
    const fused = seconds({ ...lora, framework: "unsloth" });
    assert.ok(all > 1.1 * fused);
    assert.ok(attention < all && attention > fused);
  });
});
