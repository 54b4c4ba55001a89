import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AcceleratorFacts } from "../../../../src/core/facts";
import { trainingDevice } from "../../../../src/core/training/device";
import { fittedOf } from "../../../../src/core/training/stack";
import { central, estimateOf, near } from "./estimate";
import { accelerators, llama8b } from "./facts";

const run = {
  kind: "training",
  model: llama8b,
  accelerator: "h100-sxm",
  accelerators: 8,
  sequenceLength: 4096,
  globalBatchSize: 1024,
  microBatchSize: 1,
  parallelism: { zeroStage: 3 },
  activationCheckpointing: "full",
  precision: "bf16",
  tokens: 1e9,
};

/** Factor from the central throughput to the upper end of its interval. */
function width(change: object): number {
  const quantity = estimateOf({ ...run, ...change }).quantities.trainingThroughput;
  assert.ok(quantity);
  return quantity.high / quantity.central;
}

describe("speed of engines that no constant was fitted on", () => {
  it("is less sure than that of a fitted one, as is that of an engine nobody names", () => {
    const fitted = width({ framework: "llm-foundry" });
    assert.ok(width({ framework: "my own loop (PyTorch FSDP)" }) > 1.15 * fitted);
    assert.ok(width({ framework: undefined }) > 1.15 * fitted);
  });

  it("is the less sure the more nodes exchange over a network nobody states; a fitted engine's is not", () => {
    const own = { framework: "my own loop (PyTorch FSDP)" };
    assert.ok(width({ ...own, accelerators: 512 }) > 1.05 * width(own));
    near(width({ framework: "llm-foundry", accelerators: 512 }), width({ framework: "llm-foundry" }), 1e-9);
  });

  it("depends on whose attention kernels run on Blackwell, the more so the longer the sequences", () => {
    const long = { accelerator: "b200", sequenceLength: 131_072, globalBatchSize: 8 };
    assert.ok(
      width({ ...long, framework: "DeepSpeed" }) >
        1.1 * width({ ...long, sequenceLength: 2048, framework: "DeepSpeed" }),
    );
    near(width({ ...long, framework: "NeMo" }), width({ ...long, sequenceLength: 2048, framework: "NeMo" }), 1e-9);
  });

  it("is known of MaxText on TPUs alone, and of whole runs for makers' releases alone", () => {
    assert.deepEqual(fittedOf("MaxText", "tpu"), { rate: true, run: true });
    assert.deepEqual(fittedOf("MaxText", "hopper"), { rate: false, run: false });
    assert.deepEqual(fittedOf("Megatron-LM", "hopper"), { rate: true, run: false });
    assert.deepEqual(fittedOf("Megatron-DeepSpeed", "ampere"), { rate: false, run: false });
    assert.deepEqual(fittedOf("NVIDIA NeMo", "blackwell"), { rate: true, run: true });
    assert.deepEqual(fittedOf(undefined, "hopper"), { rate: false, run: false });
  });
});

describe("TPUs and Trainium in training", () => {
  const tpu = accelerators.find((one) => one.id === "tpu-v4") as AcceleratorFacts;

  it("feed their arrays where memory keeps up with them, and less well where it does not or values are quantised", () => {
    const share = (accelerator: AcceleratorFacts, precision: "bf16" | "int8"): number => {
      const device = trainingDevice(accelerator, precision);
      assert.ok(device);
      return device.matmul / device.peakAtPrecision;
    };
    near(share(tpu, "bf16"), 0.95, 1e-9);
    near(share({ ...tpu, peak: { bf16: 918, int8: 1836 }, bandwidth: 1640 }, "bf16"), 0.8, 1e-9);
    near(share({ ...tpu, peak: { bf16: 459, int8: 918 }, bandwidth: 2765 }, "int8"), 0.6, 1e-9);
  });

  it("lose less on the maker's stack than elsewhere", () => {
    const speed = (framework: string): number =>
      central(estimateOf({ ...run, accelerator: "tpu-v4", accelerators: 64, framework }), "trainingThroughput");
    assert.ok(speed("MaxText") > 1.2 * speed("EasyLM"));
  });

  it("are less surely known than NVIDIA's parts", () => {
    assert.ok(width({ accelerator: "tpu-v4", framework: "MaxText" }) > 1.03 * width({ framework: "Megatron-LM" }));
  });

  it("run the step as one program: no expert's kernels wait for a host", () => {
    const mixture = { ...llama8b, name: "mixture", experts: 128, expertsPerToken: 8, expertIntermediateSize: 1536 };
    const kernels = (accelerator: string, framework: string): number => {
      const seconds = (experts: number): number =>
        1 /
        central(
          estimateOf({
            ...run,
            accelerator,
            framework,
            accelerators: 64,
            parallelism: { data: 64 },
            // Parameters are stated: only the number of experts differs.
            model: { ...mixture, experts, parameters: 30e9, activeParameters: 3e9 },
          }),
          "trainingThroughput",
        );
      return seconds(32) / seconds(8);
    };
    assert.ok(kernels("h100-sxm", "Megatron-LM") > 1.05);
    assert.ok(kernels("tpu-v4", "MaxText") < kernels("h100-sxm", "Megatron-LM") - 0.05);
  });
});

describe("makers' stacks in other hands", () => {
  const sides = (change: object): { slow: number; fast: number } => {
    const { trainingThroughput: rate } = estimateOf({ ...run, ...change }).quantities;
    assert.ok(rate);
    return { slow: Math.log(rate.central / rate.low), fast: Math.log(rate.high / rate.central) };
  };

  it("are slower than the makers' tables more often than faster", () => {
    const { slow, fast } = sides({ framework: "Megatron-LM" });
    assert.ok(slow > 1.5 * fast, `${slow} ${fast}`);
  });

  it("have even sides where the rates are from the trainer's own users", () => {
    const { slow, fast } = sides({ framework: "torchtitan" });
    assert.ok(Math.abs(slow / fast - 1) < 0.01);
  });
});
