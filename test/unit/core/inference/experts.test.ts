/** What mixtures of experts add to a decode step: tiles, stragglers, exchanges. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inferenceConstants as c } from "../../../../src/core/inference/constants";
import { operate } from "../../../../src/core/inference/operatingPoint";
import { decodeStep } from "../../../../src/core/inference/step";
import { type Inference, problem } from "./facts";

const moe = {
  name: "experts",
  layers: 94,
  hiddenSize: 4096,
  attentionHeads: 64,
  keyValueHeads: 4,
  headDimension: 128,
  intermediateSize: 12_288,
  vocabularySize: 151_936,
  experts: 128,
  expertsPerToken: 8,
  expertIntermediateSize: 1536,
};
const system = (fields: Inference = {}) =>
  problem({
    model: moe,
    accelerator: "h100",
    accelerators: 8,
    engine: "vllm",
    weightPrecision: "bf16",
    parallelism: { tensor: 8, expert: 8 },
    ...fields,
  }).system;

describe("experts in a decode step", () => {
  it("tiles are filled for the experts that are chosen", () => {
    const wide = system();
    const [few, many] = [decodeStep(wide, 8, 1000, c), decodeStep(wide, 32, 1000, c)];
    assert.ok(many.computeTime > 1.5 * few.computeTime, `${few.computeTime} ${many.computeTime}`);
  });

  it("vLLM's grouped 8-bit kernels take every expert of a member, others those that are chosen", () => {
    const narrow = system({ weightPrecision: "fp8" });
    const [few, many] = [decodeStep(narrow, 8, 1000, c), decodeStep(narrow, 32, 1000, c)];
    assert.equal(few.coverage, 1);
    assert.ok(many.computeTime < 1.3 * few.computeTime, `${few.computeTime} ${many.computeTime}`);
    const chosen = decodeStep(system({ weightPrecision: "fp8", engine: "sglang" }), 8, 1000, c);
    assert.ok(chosen.coverage < 0.5, `${chosen.coverage}`);
    assert.ok(chosen.weightTime + chosen.computeTime < few.weightTime + few.computeTime);
  });

  it("the empty rows of tiles take time but are no work", () => {
    const s = system();
    const step = decodeStep(s, 8, 1000, c);
    assert.ok(step.computeTime > (2 * step.flops) / s.peak, `${step.computeTime}`);
    assert.ok(step.flops < (2 * s.routedParameters * c.expertRows * step.coverage) / s.layout.group);
  });

  it("members wait for the one with the most chosen experts, until all are chosen", () => {
    const step = decodeStep(system(), 8, 1000, c);
    assert.ok(step.straggling > 0 && step.straggling < step.weightTime);
    const large = decodeStep(system(), 4000, 1000, c);
    assert.ok(large.straggling < 1e-3 * large.weightTime, `${large.straggling}`);
  });

  it("nobody waits where every member holds a slice of every expert", () => {
    assert.equal(decodeStep(system({ parallelism: { tensor: 8 } }), 8, 1000, c).straggling, 0);
  });

  it("tensor-parallel ranks add up their experts by the all-reduce they make anyway", () => {
    const spread = decodeStep(system(), 8, 1000, c).exchangeTime;
    const sliced = decodeStep(system({ parallelism: { tensor: 8 } }), 8, 1000, c).exchangeTime;
    assert.equal(spread, sliced);
  });

  it("with data-parallel attention every member schedules its own sequences", () => {
    const own = system({ engine: "sglang", parallelism: { tensor: 1, data: 8, expert: 8 } });
    const one = system({ engine: "sglang" });
    const growth = (s: typeof own) => decodeStep(s, 800, 1000, c).host - decodeStep(s, 400, 1000, c).host;
    assert.ok(Math.abs((8 * growth(own)) / growth(one) - 1) < 1e-9);
  });
});

describe("pictures in a serving engine", () => {
  it("hold it up while the accelerator waits", () => {
    const { system: s, load } = problem({
      model: { ...moe, experts: 0 },
      accelerator: "h100",
      accelerators: 8,
      engine: "vllm",
      inputTokens: 500,
      outputTokens: 200,
      concurrency: 32,
    });
    const text = operate(s, load, 32, c);
    const pictures = operate(s, { ...load, pictures: 4 }, 32, c);
    assert.ok(pictures.throughput < text.throughput);
    assert.ok(pictures.busy < text.busy);
  });
});
