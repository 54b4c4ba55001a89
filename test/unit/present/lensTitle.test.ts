import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { interval } from "../../../src/core/quantity";
import { fillTemplate, lensTitle, missingInputs } from "../../../src/present/lensTitle";
import { createFormatter } from "../../../src/present/numbers";
import { scaledToZero } from "../../../src/recognize/recognized";
import { allocation, facts, fileFact, hostile, hostileTexts, subject, training } from "./fixtures";

const format = createFormatter("en");
const title = (one: Parameters<typeof lensTitle>[0], template?: string): string =>
  lensTitle(one, { names: facts, format, ...(template === undefined ? {} : { template }) });

describe("the line above a workload", () => {
  it("tells cost, energy, carbon, hardware and time", () => {
    assert.equal(title(training()), "≈ $41k (29k–58k) · 23 MWh · 8.1 tCO₂e · 64× H100 SXM · 11 d");
  });

  it("gives rates where the end is unknown", () => {
    assert.equal(title(allocation()), "≈ $8/h (6–12) · $5.8k/month · 2.1 kW · 900 gCO₂e/h · 4× A100");
  });

  it("names what several parts share when the name is ambiguous", () => {
    assert.match(title(allocation()), /4× A100$/);
  });

  it("marks assumed hardware", () => {
    const assumed = subject("training", {
      fields: { accelerators: 8, tokens: 1e9, model: { parameters: 7e9 } },
      estimate: { assumptions: [{ field: "accelerator", value: "NVIDIA H100 SXM", reason: "not stated" }] },
    });
    assert.equal(title(assumed), "8× H100 SXM (assumed)");
  });

  it("says what is missing instead of a number", () => {
    const noTokens = subject("training", {
      fields: { accelerator: "H100", accelerators: 8, model: "llama" },
      estimate: {
        quantities: { costRate: interval(20, 24, 30, "USD/h"), parameters: interval(8e9, 8e9, 8e9, "1") },
      },
    });
    assert.deepEqual(missingInputs(noTokens, facts), ["tokens"]);
    assert.equal(title(noTokens), "≈ $24/h (20–30) · 8× H100 SXM · needs tokens");
    assert.equal(title(subject("api")), "Hosted model · needs model, requests and output tokens");
  });

  it("names the kind where there is no figure to lead with", () => {
    assert.equal(title(subject("training")), "Training · needs model and tokens");
  });

  it("asks for the size of a data set that nobody knows, not for tokens", () => {
    const fields = { model: "llama", epochs: 3, dataset: { name: "acme/private" } };
    assert.deepEqual(missingInputs(subject("fineTuning", { fields }), facts), ["dataset.samples"]);
    assert.match(title(subject("fineTuning", { fields })), /needs samples$/);
    const known = { quantities: { flops: interval(1, 2, 3, "FLOP") } };
    assert.deepEqual(missingInputs(subject("fineTuning", { fields, estimate: known }), facts), []);
  });

  it("asks for the steps of a model that makes pictures, and for the samples of preference pairs", () => {
    const unet = subject("fineTuning", { fields: { model: { backbone: "unet", parameters: 860e6 } } });
    assert.deepEqual(missingInputs(unet, facts), ["steps"]);
    const names = {
      ...facts,
      model: () => ({
        value: { id: "sd", spec: { backbone: "unet" as const }, source: "x", confidence: "high" as const },
        how: "exact" as const,
        confidence: "high" as const,
      }),
    };
    assert.deepEqual(missingInputs(subject("fineTuning", { fields: { model: "sd-1.5" } }), names), ["steps"]);
    const pairs = subject("reinforcementLearning", { fields: { model: "llama", algorithm: "dpo" } });
    assert.deepEqual(missingInputs(pairs, facts), ["dataset.samples"]);
  });

  it("tells the work where the clock is unknown", () => {
    const work = (hours: number): string =>
      title(
        subject("fineTuning", {
          fields: { model: "llama", tokens: 1e6 },
          estimate: {
            quantities: { cost: interval(1, 2, 3, "USD"), acceleratorHours: interval(hours, hours, hours, "h") },
          },
        }),
      );
    assert.equal(work(0.01), "≈ $2 (1–3) · 36 s of accelerator time");
    assert.equal(work(17_200), "≈ $2 (1–3) · 17k h of accelerator time");
  });

  it("says that no list has a price for the part", () => {
    const unpriced = subject("allocation", {
      fields: { accelerator: "H100", accelerators: 8 },
      estimate: { quantities: { power: interval(5, 6, 7, "kW") } },
    });
    assert.equal(title(unpriced), "6 kW · 8× H100 SXM · no list price");
    assert.doesNotMatch(title(allocation()), /no list price/);
  });

  it("says that a named model has no known size", () => {
    const fields = { model: "acme/Mystery", accelerator: "H100", accelerators: 2 };
    assert.equal(title(subject("inference", { fields, estimate: {} })), "2× H100 SXM · model size unknown");
    const sized = { quantities: { parameters: interval(7e9, 7e9, 7e9, "1") } };
    assert.doesNotMatch(title(subject("inference", { fields, estimate: sized })), /unknown/);
  });

  it("leaves out what the catalogue adds to a name to tell its rows apart", () => {
    const renamed = (name: string): string =>
      lensTitle(subject("allocation", { fields: { accelerator: "h100", accelerators: 2 } }), {
        names: {
          ...facts,
          accelerator: (wanted) => {
            const match = facts.accelerator(wanted);
            return match && { ...match, value: { ...match.value, name } };
          },
        },
        format,
      });
    assert.equal(renamed("TPU v5e (chip)"), "2× TPU v5e");
    assert.equal(renamed("NVIDIA GB200 (per GPU)"), "2× GB200 GPU");
    assert.equal(renamed("Tesla K80 (one of two GPUs)"), "2× Tesla K80 (one of two GPUs)");
  });

  it("asks for nothing when the run time is known", () => {
    assert.deepEqual(missingInputs(subject("training", { fields: { duration: 24 } }), facts), []);
  });

  it("leaves out a part that is assumed and not counted", () => {
    const open = subject("training", {
      estimate: { assumptions: [{ field: "accelerator", value: "NVIDIA H100 SXM", reason: "not stated" }] },
    });
    assert.doesNotMatch(title(open), /H100/);
  });

  it("counts the assumed accelerators of stated nodes", () => {
    const nodes = subject("training", {
      fields: { nodes: 2, accelerator: "H100" },
      estimate: { assumptions: [{ field: "acceleratorsPerNode", value: 8, reason: "as usual" }] },
    });
    assert.match(title(nodes), /16× H100 SXM \(assumed\)/);
  });

  it("says that nothing is reserved", () => {
    const off = subject("allocation", { fields: { accelerators: 0, accelerator: "H100" } });
    assert.equal(title(off), "no accelerators");
  });

  it("gives a fleet's totals as those of a year", () => {
    const fleet = subject("fleet", {
      fields: { servers: 10 },
      estimate: {
        quantities: { cost: interval(1, 2, 3, "USD"), duration: interval(8760, 8760, 8760, "h") },
        assumptions: [{ field: "duration", value: 8760, reason: "totals are those of a year" }],
      },
    });
    assert.equal(title(fleet), "≈ $2 (1–3) · in a year");
  });

  it("never shows a zero for what is unknown", () => {
    const title_ = title(subject("allocation"));
    assert.doesNotMatch(title_, /\d/);
    assert.equal(title_, "no estimate: too little is known");
  });

  it("tells a model's size and memory", () => {
    const model = subject("model", {
      estimate: {
        quantities: {
          parameters: interval(31e9, 31e9, 31e9, "1"),
          activeParameters: interval(3e9, 3e9, 3e9, "1"),
          weightMemory: interval(61, 61, 61, "GB"),
          kvCachePerToken: interval(98_304, 98_304, 98_304, "B/token"),
          flopsPerToken: interval(6.4e9, 6.4e9, 6.4e9, "FLOP/token"),
        },
      },
    });
    assert.equal(title(model), "31B parameters (3B active) · 61 GB weights · 98 kB/token KV cache · 6.4 GFLOP/token");
  });

  it("says that the memory does not suffice", () => {
    const tight = subject("training", {
      fields: { accelerator: "H100", accelerators: 1, tokens: 1, model: "x" },
      estimate: { quantities: { memoryPerAccelerator: { ...interval(90, 100, 120, "GB"), fits: false } } },
    });
    assert.match(title(tight), /does not fit in memory/);
  });

  it("shows an autoscaler's range", () => {
    const scaled = subject("allocation", {
      fields: { accelerator: "H100", accelerators: 1 },
      recognized: { acceleratorsRange: { low: 1, high: 8 } },
    });
    assert.equal(title(scaled), "1–8× H100 SXM");
  });

  it("tells what is scaled to zero from what has no accelerators", () => {
    const fields = { accelerator: "H100", accelerators: 0 };
    assert.equal(title(subject("allocation", { fields, recognized: { notes: [scaledToZero] } })), "scaled to zero");
    assert.equal(title(subject("allocation", { fields })), "no accelerators");
  });

  it("tells apart what another workload already counts", () => {
    const worker = subject("allocation", {
      fields: { accelerator: "H100", accelerators: 8 },
      recognized: { countedIn: "head" },
    });
    assert.match(title(worker), /counted elsewhere/);
  });

  it("says what was read from other files, without their names", () => {
    const one = training();
    const facts_ = { ...one.facts, tokens: fileFact(1, 0, 1, { source: "referenced", file: "$(x) base.yaml" }) };
    assert.match(title({ ...one, facts: facts_ }), / · reads 1 other file$/);
    const lost = { ...one, recognized: { ...one.recognized, notes: ["$(x).yaml: inherited, not resolved"] } };
    assert.match(title(lost), / · inherited, not resolved$/);
  });

  it("names the field that cannot be read", () => {
    const broken = subject("training", { fields: { accelerators: "many" } });
    assert.equal(title(broken), "not estimated: accelerators cannot be read");
  });

  it("fills a person's own template and drops unknown parts with their separator", () => {
    assert.equal(title(training(), "cost {cost} · {water} · {time}"), "cost ≈ $41k (29k–58k) · 11 d");
    assert.equal(fillTemplate("{cost}·{nonsense}·fixed", { cost: "1" }), "1 · fixed");
    assert.equal(fillTemplate("{__proto__} · {constructor}", {}), "");
  });

  for (const text of hostileTexts)
    it(`holds nothing of a file that says ${JSON.stringify(text)}`, () => {
      assert.equal(title(hostile(text)), title(hostile("harmless")));
    });

  it("shows no name that the catalogue does not know", () => {
    const odd = subject("allocation", {
      fields: { accelerator: "$(zap)[x](command:y)", accelerators: 2 },
      facts: { accelerator: fileFact("$(zap)[x](command:y)", 0, 5) },
    });
    assert.equal(title(odd), "2 accelerators");
  });

  it("cannot be made to show an icon by a template", () => {
    assert.ok(!title(training(), "$(rocket) {cost}").includes("$("));
  });
});
