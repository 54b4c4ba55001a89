import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { central, estimateOf, near } from "./estimate";
import { llama8b, llama70b } from "./facts";

const run = {
  kind: "fineTuning",
  model: llama8b,
  accelerator: "a100-sxm-80",
  accelerators: 8,
  sequenceLength: 2048,
  microBatchSize: 4,
  gradientAccumulation: 2,
  activationCheckpointing: "none",
  framework: "trl",
  tokens: 5e7,
};

describe("fine-tuning", () => {
  it("costs two thirds of the multiplications with a frozen base", () => {
    const full = central(estimateOf({ ...run, method: "full" }), "flops");
    const lora = central(estimateOf({ ...run, method: "lora", loraRank: 16 }), "flops");
    assert.ok(lora / full > 0.66 && lora / full < 0.7, String(lora / full));
  });

  it("takes less time with an adapter than with all parameters, and more on a 4-bit base", () => {
    const hours = (method: string) => central(estimateOf({ ...run, method }), "acceleratorHours");
    assert.ok(hours("lora") < hours("full"));
    assert.ok(hours("lora") < hours("qlora"));
  });

  it("takes an adapter's size from rank and targets, or as stated", () => {
    const rank = estimateOf({ ...run, method: "lora", loraRank: 16, loraTargets: "all-linear" });
    const stated = estimateOf({ ...run, method: "lora", adapterParameters: 41_943_040 });
    near(central(stated, "flops"), central(rank, "flops"), 1e-12);
  });

  it("says that getting ready is not counted where the run is short", () => {
    const said = (tokens: number) =>
      estimateOf({ ...run, method: "lora", tokens }).notes.some((note) => /loading weights/.test(note));
    assert.deepEqual([said(1e5), said(1e9)], [true, false]);
  });

  it("reads the method from the other fields", () => {
    const implied = estimateOf({ ...run, loraRank: 16 });
    const stated = estimateOf({ ...run, method: "lora", loraRank: 16 });
    near(central(implied, "acceleratorHours"), central(stated, "acceleratorHours"), 1e-12);
    const fourBit = estimateOf({ ...run, loraRank: 16, weightPrecision: "nf4" });
    near(
      central(fourBit, "acceleratorHours"),
      central(estimateOf({ ...run, method: "qlora", loraRank: 16 }), "acceleratorHours"),
      1e-12,
    );
  });

  it("pays for padding: unpacked samples cost more than their own tokens, up to the sequence length", () => {
    const data = { ...run, tokens: undefined, epochs: 1, dataset: { samples: 100_000, tokensPerSample: 300 } };
    const packed = central(estimateOf({ ...data, packing: true }), "flops");
    const padded = central(estimateOf({ ...data, packing: false }), "flops");
    const whole = central(estimateOf({ ...data, dataset: { samples: 100_000, tokensPerSample: 2048 } }), "flops");
    assert.ok(packed < padded && padded < whole, `${packed} ${padded} ${whole}`);
    const single = central(estimateOf({ ...data, packing: false, microBatchSize: 1 }), "flops");
    near(single, packed, 1e-9);
  });

  it("reckons unpacked steps with the samples' own length, not the limit", () => {
    const steps = { ...run, tokens: undefined, steps: 100 };
    const packed = estimateOf({ ...steps, packing: true });
    const padded = estimateOf({ ...steps, packing: false });
    assert.ok(central(padded, "flops") < central(packed, "flops"));
    assert.ok(padded.assumptions.some((one) => one.field === "dataset.tokensPerSample"));
  });

  it("cuts samples at the sequence length", () => {
    const long = { ...run, tokens: undefined, epochs: 1, dataset: { samples: 1000, tokensPerSample: 1e6 } };
    near(central(estimateOf(long), "flops"), central(estimateOf({ ...run, tokens: 1000 * 2048 }), "flops"), 1e-9);
  });

  it("says when the memory does not hold it", () => {
    const large = estimateOf({ ...run, model: llama70b, method: "full", accelerators: 1 });
    assert.equal(large.quantities.memoryPerAccelerator?.fits, false);
    assert.ok(large.notes.some((note) => note.includes("GB per accelerator")));
  });

  it("assumes one accelerator that holds a small job and says so", () => {
    const { accelerators: _, ...rest } = run;
    const open = estimateOf({ ...rest, method: "lora" });
    assert.ok(open.assumptions.some((one) => one.field === "accelerators" && one.value === 1));
  });

  it("counts the evaluations that the workload states", () => {
    const base = { ...run, method: "lora", model: { ...llama70b, name: "Llama-2-70B" } };
    const without = estimateOf({ ...base, evaluation: { samples: 0, every: 384 } });
    const benchmark = estimateOf({ ...base, evaluation: { samples: 173, every: 384 } });
    // Eight replicas evaluate 22 sequences each.
    near(central(benchmark, "acceleratorHours") / central(without, "acceleratorHours"), 1 + (22 * 8) / 384 / 2, 1e-9);
    assert.ok(benchmark.assumptions.some((one) => one.field === "evaluation"));
  });

  it("puts a run whose evaluations are not stated between one without any and one that evaluates often", () => {
    const base = { ...run, method: "lora", model: { ...llama70b, name: "Llama-2-70B" } };
    const hours = (samples: number): number =>
      central(estimateOf({ ...base, evaluation: { samples, every: 384 } }), "acceleratorHours");
    const unstated = central(estimateOf(base), "acceleratorHours");
    assert.ok(hours(0) < unstated && unstated < hours(384));
  });
});
