import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Draft } from "../../../../src/core/draft";
import { resolveModel } from "../../../../src/core/model/architecture";
import { trainingDevice } from "../../../../src/core/training/device";
import { type LayoutInput, layoutOf } from "../../../../src/core/training/layout";
import { rollout } from "../../../../src/core/training/rollout";
import { stackOf } from "../../../../src/core/training/stack";
import { near } from "./estimate";
import { accelerators, facts, llama8b, llama70b } from "./facts";

const architecture = (model: object) => {
  const resolved = resolveModel(model, new Draft("training", facts));
  assert.ok(resolved);
  return resolved;
};
const part = (id: string) => {
  const found = accelerators.find((one) => one.id === id);
  assert.ok(found);
  return found;
};
const layout = (change: Partial<LayoutInput>) =>
  layoutOf({
    model: architecture(llama70b),
    method: "full",
    stack: "vendor",
    accelerators: 64,
    memory: 80,
    sequence: 4096,
    ...change,
  });

describe("layout", () => {
  it("takes stated degrees as they are and leaves the rest to data parallelism", () => {
    const stated = layout({ parallelism: { tensor: 4, pipeline: 2 }, globalBatch: 64, microBatch: 1 });
    assert.deepEqual([stated.tensor, stated.pipeline, stated.data, stated.microBatches], [4, 2, 8, 8]);
    assert.equal(stated.stated, true);
    assert.equal(stated.sharded, false);
  });

  it("cuts a model that one accelerator does not hold: tensor and pipeline on tuned stacks, shards on others", () => {
    const tuned = layout({ globalBatch: 512 });
    assert.ok(tuned.tensor * tuned.pipeline >= 8, JSON.stringify(tuned));
    const common = layout({ stack: "typical", globalBatch: 512 });
    assert.deepEqual([common.tensor, common.pipeline, common.sharded], [1, 1, true]);
  });

  it("leaves a small model whole", () => {
    const small = layout({ model: architecture({ ...llama8b, layers: 16 }), globalBatch: 512, accelerators: 8 });
    assert.equal(small.tensor * small.pipeline * small.context, 1);
  });

  it("splits sequences where there are fewer of them than accelerators", () => {
    const few = layout({ model: architecture(llama8b), stack: "typical", globalBatch: 16 });
    assert.equal(few.context, 4);
    near(few.data, 16, 1e-12);
  });

  it("multiplies micro-batch, accumulation and replicas to the global batch", () => {
    const known = layout({ stack: "typical", microBatch: 2, gradientAccumulation: 4 });
    assert.equal(known.globalBatch, 2 * 4 * 64);
    assert.equal(known.microBatches, 4);
    assert.equal(known.batchStated, true);
  });

  it("cuts the rank's batch of a PyTorch pipeline into single sequences", () => {
    const cut = layout({ stack: "compiled", parallelism: { tensor: 8, pipeline: 8, zeroStage: 3 }, microBatch: 32 });
    assert.deepEqual([cut.microBatch, cut.microBatches, cut.globalBatch], [1, 32, 32]);
  });

  it("spreads experts on tuned stacks", () => {
    const moe = architecture({ ...llama8b, experts: 128, expertsPerToken: 8, expertIntermediateSize: 768 });
    assert.equal(layout({ model: moe, globalBatch: 512 }).expert, 64);
    assert.equal(layout({ model: moe, globalBatch: 512, accelerators: 8 }).expert, 8);
  });
});

describe("stacks", () => {
  for (const [name, wanted] of [
    ["NVIDIA NeMo Framework Release 24.04", "vendor"],
    ["Megatron-Core r0.8.0", "vendor"],
    ["maxtext", "vendor"],
    ["PyTorch 2.6.0, ROCm 6.4", "vendor"],
    ["torchtitan", "compiled"],
    ["Megatron-DeepSpeed", "typical"],
    ["GPT-NeoX", "typical"],
    ["NGC PyTorch Release 24.01 Deepspeed N4", "typical"],
    ["llm-foundry (torch 2.x)", "typical"],
    ["axolotl", "typical"],
    ["", undefined],
  ] as const)
    it(`"${name}" is ${wanted ?? "not told"}`, () => assert.equal(stackOf(name), wanted));
});

describe("devices", () => {
  it("run 8-bit formats at 16 bit where the part has none", () => {
    const a100 = trainingDevice(part("a100-sxm-80"), "fp8");
    assert.equal(a100?.precision, "bf16");
    near(a100?.matmul ?? 0, 271.2e12, 1e-9);
  });

  it("use the integer peak of a TPU for 8-bit training", () => {
    assert.equal(trainingDevice(part("tpu-v4"), "fp8")?.precision, "int8");
  });

  it("slow down under a stated power cap, less than in proportion", () => {
    const free = trainingDevice(part("h100-sxm"), "bf16", "H100-SXM")?.matmul ?? 0;
    const capped = trainingDevice(part("h100-sxm"), "bf16", "H100-SXM 500W")?.matmul ?? 0;
    assert.ok(capped < free && capped > (5 / 7) * free, `${capped} ${free}`);
  });

  it("are not to be had without a peak rate", () => {
    assert.equal(trainingDevice(part("bare"), "bf16"), undefined);
  });
});

describe("rollouts", () => {
  const model = architecture(llama8b);
  const device = trainingDevice(part("h100-sxm"), "bf16");
  assert.ok(device);
  const base = {
    model,
    device,
    accelerators: 8,
    sequences: 512,
    promptTokens: 256,
    responseTokens: 1024,
    longest: 1024,
  };

  it("take longer for longer answers and more sequences, less than in proportion to the sequences", () => {
    const one = rollout(base).seconds;
    assert.ok(rollout({ ...base, responseTokens: 2048, longest: 2048 }).seconds > 1.9 * one);
    const doubled = rollout({ ...base, sequences: 1024 }).seconds;
    assert.ok(doubled > one && doubled < 2 * one);
  });

  it("wait for stragglers only where answers may grow beyond the mean", () => {
    const even = rollout(base);
    const ragged = rollout({ ...base, longest: 8192 });
    assert.equal(even.steps, 1024);
    assert.ok(ragged.steps > even.steps && ragged.steps <= 1.6 * even.steps);
    assert.equal(rollout({ ...base, longest: 8192, continuous: true }).steps, 1024);
  });

  it("run in waves where the cache does not hold all sequences", () => {
    assert.equal(rollout(base).waves, 1);
    assert.ok(rollout({ ...base, sequences: 100_000 }).waves > 10);
  });

  it("use one engine for weights that fit, several accelerators for those that do not", () => {
    assert.equal(rollout(base).engine, 1);
    assert.equal(rollout({ ...base, model: architecture(llama70b) }).engine, 4);
  });
});
