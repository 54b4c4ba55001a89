import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const path = "ds.json";

describe("DeepSpeed JSON", () => {
  it("divides the batch into a number of accelerators when all are whole numbers", () => {
    const workload = workloadOf(
      '{"train_batch_size": 512, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 8, "zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"}}, "bf16": {"enabled": true}}',
      { path },
    );
    assert.equal(workload.dialect, "deepspeed");
    assertFacts(workload, {
      accelerators: 16,
      globalBatchSize: 512,
      microBatchSize: 4,
      gradientAccumulation: 8,
      "parallelism.zeroStage": 3,
      "parallelism.cpuOffload": true,
      precision: "bf16",
    });
  });

  it("leaves auto and uneven quotients open", () => {
    assertFacts(
      workloadOf(
        '{"train_batch_size": "auto", "train_micro_batch_size_per_gpu": "auto", "zero_optimization": {"stage": 2}, "bf16": {"enabled": "auto"}}',
        { path },
      ),
      {
        accelerators: undefined,
        globalBatchSize: undefined,
        precision: undefined,
        "parallelism.zeroStage": 2,
      },
    );
    assertFacts(
      workloadOf(
        '{"train_batch_size": 10, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 1, "zero_optimization": {"stage": 1}}',
        { path },
      ),
      {
        accelerators: undefined,
      },
    );
  });

  it("is silent about training results and half-typed JSON", () => {
    assert.deepEqual(workloadsOf('{"train_batch_size": 32, "accuracy": 0.9}', { path }), []);
    assert.deepEqual(workloadsOf('{"zero_optimization": ', { path }), []);
  });
});
