import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { central, estimateOf, near } from "./estimate";
import { llama8b, llama70b } from "./facts";

const run = {
  kind: "training",
  model: llama8b,
  accelerator: "h100-sxm",
  accelerators: 64,
  sequenceLength: 4096,
  globalBatchSize: 512,
  framework: "torchtitan",
};
const tokens = 1000 * 512 * 4096;

describe("training: amount of work", () => {
  it("takes stated tokens, steps and epochs over data as the same amount", () => {
    const stated = estimateOf({ ...run, tokens });
    const steps = estimateOf({ ...run, steps: 1000 });
    const epochs = estimateOf({ ...run, epochs: 2, dataset: { samples: 256_000, tokensPerSample: 4096 } });
    for (const other of [steps, epochs])
      for (const key of ["flops", "acceleratorHours", "duration", "acceleratorEnergy"] as const)
        near(central(other, key), central(stated, key), 1e-9);
  });

  it("is linear in steps", () => {
    const once = estimateOf({ ...run, steps: 1000 });
    const tripled = estimateOf({ ...run, steps: 3000 });
    for (const key of ["flops", "acceleratorHours", "energy", "carbon"] as const)
      near(central(tripled, key), 3 * central(once, key), 1e-9);
    near(central(tripled, "trainingThroughput"), central(once, "trainingThroughput"), 1e-12);
  });

  it("prefers stated tokens to steps, and steps to epochs, as trainers do", () => {
    const both = estimateOf({ ...run, tokens, steps: 7, epochs: 9 });
    near(central(both, "flops"), central(estimateOf({ ...run, tokens }), "flops"), 1e-12);
    const capped = estimateOf({ ...run, steps: 10, epochs: 9, dataset: { samples: 1e6, tokensPerSample: 500 } });
    near(central(capped, "flops"), central(estimateOf({ ...run, steps: 10 }), "flops"), 1e-12);
  });

  it("looks a dataset up by name and says so", () => {
    const named = estimateOf({ ...run, epochs: 3, dataset: { name: "alpaca" } });
    near(central(named, "flops"), central(estimateOf({ ...run, tokens: 3 * 52_000 * 100 }), "flops"), 1e-9);
    assert.ok(named.assumptions.some((one) => one.field === "dataset.tokensPerSample" && one.value === 100));
    const flops = named.quantities.flops;
    assert.ok(flops && flops.low < flops.central && flops.central < flops.high);
  });

  it("gives rates and figures per step, never a total, where the amount is unknown", () => {
    const open = estimateOf({ ...run, pricePerAcceleratorHour: 2 });
    for (const key of ["acceleratorHours", "cost", "duration", "flops", "energy", "carbon"] as const)
      assert.equal(open.quantities[key], undefined, key);
    assert.equal(central(open, "costRate"), 128);
    assert.ok(central(open, "trainingThroughput") > 0);
    assert.ok(
      open.notes.some((note) => /one optimiser step of .* takes about .* s and costs about .* USD/.test(note)),
      open.notes.join(),
    );
  });

  it("ends at the stated duration where the work needs longer, and says so", () => {
    const cut = estimateOf({ ...run, tokens: 1e15, duration: 24 });
    assert.equal(central(cut, "duration"), 24);
    assert.equal(central(cut, "acceleratorHours"), 24 * 64);
    assert.ok(cut.notes.some((note) => note.includes("end it before")));
  });

  it("keeps a run shorter than its stated limit as it is", () => {
    const limited = estimateOf({ ...run, steps: 10, duration: 1000 });
    near(central(limited, "duration"), central(estimateOf({ ...run, steps: 10 }), "duration"), 1e-9);
  });
});

describe("training: time", () => {
  it("takes longer for more parameters", () => {
    const small = estimateOf({ ...run, tokens });
    const large = estimateOf({ ...run, tokens, model: llama70b });
    assert.ok(central(large, "acceleratorHours") > 5 * central(small, "acceleratorHours"));
  });

  it("costs attention on long sequences at the same number of tokens", () => {
    const short = estimateOf({ ...run, tokens, sequenceLength: 4096 });
    const long = estimateOf({ ...run, tokens, sequenceLength: 65_536, globalBatchSize: 64 });
    assert.ok(central(long, "flops") > 1.4 * central(short, "flops"));
    assert.ok(central(long, "trainingThroughput") < 0.75 * central(short, "trainingThroughput"));
  });

  it("pays for recomputation in time, not in model FLOPs", () => {
    const kept = estimateOf({ ...run, tokens, activationCheckpointing: "none" });
    const full = estimateOf({ ...run, tokens, activationCheckpointing: "full" });
    const ratio = central(full, "acceleratorHours") / central(kept, "acceleratorHours");
    assert.ok(ratio > 1.15 && ratio < 1.34, String(ratio));
    assert.equal(central(full, "flops"), central(kept, "flops"));
  });

  it("is faster in fp8 where the part has it, and the same where it has not", () => {
    const rate = (accelerator: string, precision: string) =>
      central(estimateOf({ ...run, accelerator, precision }), "trainingThroughput");
    assert.ok(rate("h100-sxm", "fp8") > 1.15 * rate("h100-sxm", "bf16"));
    near(rate("a100-sxm-80", "fp8"), rate("a100-sxm-80", "bf16"), 1e-9);
  });

  it("slows down with pipeline bubbles, less so with more micro-batches", () => {
    const rate = (globalBatchSize: number) =>
      central(
        estimateOf({
          ...run,
          model: llama70b,
          microBatchSize: 1,
          globalBatchSize,
          parallelism: { tensor: 8, pipeline: 8 },
          framework: "Megatron-LM",
        }),
        "trainingThroughput",
      );
    assert.ok(rate(8) < 0.9 * rate(64));
    assert.ok(rate(64) < rate(512));
  });

  it("pays for offloading the optimiser, most with small steps", () => {
    const rate = (globalBatchSize: number, cpuOffload: boolean) =>
      central(estimateOf({ ...run, globalBatchSize, parallelism: { zeroStage: 3, cpuOffload } }), "trainingThroughput");
    const small = rate(64, true) / rate(64, false);
    const large = rate(2048, true) / rate(2048, false);
    assert.ok(small < large && large < 1, `${small} ${large}`);
  });

  it("reckons with a stated utilisation exactly: hours = FLOPs / (peak · MFU)", () => {
    const stated = estimateOf({ ...run, tokens, mfu: 0.4 });
    near(central(stated, "acceleratorHours"), central(stated, "flops") / (989.4e12 * 0.4 * 3600), 1e-9);
  });

  it("needs no more hours on a named tuned stack than on an unnamed one", () => {
    const hours = (framework: string | undefined) =>
      central(estimateOf({ ...run, tokens, framework }), "acceleratorHours");
    assert.ok(hours("NVIDIA NeMo Framework 25.04") < hours(undefined));
  });

  it("explains itself: terms of time, utilisation, FLOPs and hours as steps", () => {
    const steps = estimateOf({ ...run, tokens }).steps.map((step) => step.quantity);
    for (const wanted of ["flopsPerToken", "trainingThroughput", "mfu", "tokens", "flops", "acceleratorHours"])
      assert.ok(steps.includes(wanted), `${wanted} in ${steps.join()}`);
  });

  it("lands at a plausible utilisation", () => {
    const mfu = estimateOf({ ...run, tokens }).steps.find((step) => step.quantity === "mfu")?.result ?? 0;
    assert.ok(mfu > 0.3 && mfu < 0.6, String(mfu));
  });
});

describe("training: what is not known", () => {
  it("gives hours but no time on the clock where the number of accelerators is not stated", () => {
    const { accelerators: _, ...rest } = run;
    const open = estimateOf({ ...rest, tokens });
    assert.ok(central(open, "acceleratorHours") > 0);
    assert.equal(open.quantities.duration, undefined);
    assert.ok(open.assumptions.some((one) => one.field === "accelerators"));
  });

  it("records what it assumed", () => {
    const bare = estimateOf({ kind: "training", model: llama8b, tokens: 1e12 });
    const fields = bare.assumptions.map((one) => one.field);
    for (const field of [
      "accelerator",
      "accelerators",
      "precision",
      "sequenceLength",
      "framework",
      "globalBatchSize",
      "goodput",
    ])
      assert.ok(fields.includes(field), `${field} in ${fields.join()}`);
  });

  it("prices the reservation alone where the model is not known", () => {
    const unknown = estimateOf({
      kind: "training",
      accelerator: "h100-sxm",
      accelerators: 8,
      pricePerAcceleratorHour: 3,
    });
    assert.equal(central(unknown, "costRate"), 24);
    assert.equal(unknown.quantities.trainingThroughput, undefined);
  });

  it("gives no time on a part without a peak rate", () => {
    const bare = estimateOf({ ...run, accelerator: "bare", tokens });
    assert.equal(bare.quantities.acceleratorHours, undefined);
    assert.ok(bare.notes.some((note) => note.includes("peak rate")));
  });

  it("widens the interval of an unknown model", () => {
    const known = estimateOf({ ...run, tokens }).quantities.acceleratorHours;
    const sized = estimateOf({ ...run, tokens, model: { name: "mystery", parameters: 8e9 } }).quantities
      .acceleratorHours;
    assert.ok(known && sized && sized.high / sized.low > known.high / known.low);
  });
});

describe("training: nodes", () => {
  it("have as many accelerators as usual for the part, where only nodes are stated", () => {
    const { accelerators: _, ...rest } = run;
    const nodes = estimateOf({ ...rest, nodes: 8, tokens });
    near(central(nodes, "duration"), central(estimateOf({ ...run, tokens }), "duration"), 1e-9);
    assert.ok(nodes.assumptions.some((one) => one.field === "acceleratorsPerNode" && one.value === 8));
  });
});
