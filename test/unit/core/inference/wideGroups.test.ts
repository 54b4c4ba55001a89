import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { central, type Inference, infer } from "./facts";

const experts = {
  name: "many experts",
  layers: 60,
  hiddenSize: 7168,
  attentionHeads: 128,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 18_432,
  vocabularySize: 129_280,
  experts: 256,
  expertsPerToken: 8,
  expertIntermediateSize: 2048,
};
const wide: Inference = {
  model: experts,
  accelerator: "h100",
  accelerators: 32,
  engine: "sglang",
  weightPrecision: "fp8",
  concurrency: 2048,
  inputTokens: 200,
  outputTokens: 1000,
};

describe("experts over many accelerators", () => {
  it("data-parallel copies that cannot hold the experts share them", () => {
    const result = infer({ ...wide, parallelism: { tensor: 1, data: 32 } });
    assert.equal(result.quantities.memoryPerAccelerator?.fits, true);
    assert.deepEqual(
      result.quantities.memoryPerAccelerator,
      infer({ ...wide, parallelism: { tensor: 1, data: 32, expert: 32 } }).quantities.memoryPerAccelerator,
    );
  });
  it("copies that can hold the model keep it to themselves", () => {
    const small = { ...experts, experts: 8, layers: 4 };
    const own = infer({ ...wide, model: small, parallelism: { tensor: 1, data: 4 }, accelerators: 4 });
    const shared = infer({ ...wide, model: small, parallelism: { tensor: 1, data: 4, expert: 4 }, accelerators: 4 });
    assert.ok(central(own, "memoryPerAccelerator") > central(shared, "memoryPerAccelerator"));
  });
  it("with data-parallel attention more members serve more, each with its own peers", () => {
    const throughput = (members: number) =>
      central(
        infer({
          ...wide,
          accelerators: members,
          concurrency: 64 * members,
          parallelism: { tensor: 1, expert: members },
        }),
        "outputThroughput",
      ) / members;
    assert.ok(throughput(64) > 0.6 * throughput(16), `${throughput(16)} to ${throughput(64)}`);
  });
});
