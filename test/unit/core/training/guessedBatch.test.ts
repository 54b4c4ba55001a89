import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { llama3_8b } from "../noFacts";
import { estimateOf } from "./estimate";

const run = { kind: "training", model: llama3_8b, accelerator: "h100-sxm", sequenceLength: 4096, steps: 1000 };
const width = (more: Readonly<Record<string, unknown>>): number => {
  const hours = estimateOf({ ...run, ...more }).quantities.acceleratorHours;
  assert.ok(hours);
  return hours.high / hours.low;
};

describe("steps whose batch is a guess", () => {
  const stated = width({ accelerators: 64, globalBatchSize: 256 });
  it("give a wider interval than steps whose batch is stated", () => {
    const open = width({ accelerators: 64 });
    assert.ok(open > 1.3 * stated, `${stated} to ${open}`);
  });
  it("give the widest where nobody counted the accelerators", () =>
    assert.ok(width({}) > 1.3 * width({ accelerators: 64 })));
  it("follow from micro-batch, accumulation and count where these are stated", () => {
    const derived = width({ accelerators: 64, microBatchSize: 1, gradientAccumulation: 4 });
    assert.ok(Math.abs(derived / stated - 1) < 0.05, `${stated} and ${derived}`);
  });
  it("do not matter where tokens are stated", () =>
    assert.ok(Math.abs(width({ accelerators: 64, tokens: 1e9, steps: undefined }) / stated - 1) < 0.05));
  it("are named as what widens the result", () =>
    assert.equal(
      estimateOf({ ...run, accelerator: "h100-sxm", pricePerAcceleratorHour: 2 }).dominatedBy,
      "amount of work",
    ));
});
