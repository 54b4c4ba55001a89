import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { stepUp } from "../../../../src/core/stepUp";
import { device } from "../noFacts";

const part = (id: string, memory: number, bf16: number, vendor = "nvidia") => ({
  ...device(memory, id),
  peak: { bf16 },
  vendor,
});
const all = [
  part("a16", 16, 18),
  part("l40s", 48, 362),
  part("a100-sxm-80", 80, 312),
  part("h100-sxm", 80, 989),
  part("b100", 192, 1800),
  part("b200", 180, 2250),
  part("mi300x", 192, 1307, "amd"),
];
const holding = (gigabytes: number) => (candidate: { memory: number }) => candidate.memory >= gigabytes;

describe("the next part up", () => {
  it("is the smallest common one that holds the work", () =>
    assert.equal(stepUp(part("l4", 24, 121), all, holding(40))?.id, "l40s"));
  it("is not slower than the own one", () =>
    assert.equal(stepUp(part("l40s", 48, 362), all, holding(60))?.id, "a100-sxm-80"));
  it("passes an older part by for a fast one", () =>
    assert.equal(stepUp(part("rtxpro6000", 72, 500), all, holding(75))?.id, "h100-sxm"));
  it("is never one that is not sold", () =>
    assert.equal(stepUp(part("h100-sxm", 80, 989), all, holding(100))?.id, "b200"));
  it("stays with the maker", () => assert.equal(stepUp(part("h100-sxm", 80, 989), all, holding(190)), undefined));
  it("does not exist for what nothing holds", () =>
    assert.equal(stepUp(part("h100-sxm", 80, 989), all, holding(1000)), undefined));
});
