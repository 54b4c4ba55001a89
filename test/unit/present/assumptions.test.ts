import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { byInfluence } from "../../../src/present/assumptions";

const assumed = (...fields: string[]) => fields.map((field) => ({ field, value: 1, reason: "not stated" }));
const order = (fields: string[], dominatedBy?: string): string[] =>
  byInfluence({ assumptions: assumed(...fields), ...(dominatedBy === undefined ? {} : { dominatedBy }) }).map(
    ({ field }) => field,
  );

describe("the order of assumptions", () => {
  it("puts hardware and amounts of work before conventions", () => {
    assert.deepEqual(order(["facility.pue", "goodput", "region", "steps", "accelerators", "accelerator"]), [
      "accelerator",
      "accelerators",
      "steps",
      "region",
      "facility.pue",
      "goodput",
    ]);
  });

  it("is led by what widens the interval most", () => {
    assert.equal(order(["accelerator", "pricePerAcceleratorHour"], "price")[0], "pricePerAcceleratorHour");
    assert.equal(
      order(["accelerator", "dataset.tokensPerSample"], "length of the samples")[0],
      "dataset.tokensPerSample",
    );
    assert.equal(order(["steps", "accelerator"], "accelerator")[0], "accelerator");
  });

  it("keeps the estimate's order among equals, and loses none", () => {
    assert.deepEqual(order(["goodput", "longestSample", "__proto__"], "__proto__"), [
      "goodput",
      "longestSample",
      "__proto__",
    ]);
  });
});
