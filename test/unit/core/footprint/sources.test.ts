import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { workloadSchema } from "../../../../src/core/workload";

const facts = createCatalog();
const run = (more: Readonly<Record<string, unknown>> = {}): Estimate =>
  estimate(
    workloadSchema.parse({ kind: "allocation", accelerator: "h100-sxm", accelerators: 8, duration: 24, ...more }),
    facts,
  );
const step = (of: Estimate, quantity: string) => of.steps.find((one) => one.quantity === quantity);
const assumption = (of: Estimate, field: string) => of.assumptions.find((one) => one.field === field);

describe("where the figures of a facility are from", () => {
  it("the PUE cites the operator's figure and its year, not the table of the grid", () => {
    const result = run({ provider: "aws", region: "us-east-1" });
    assert.match(String(assumption(result, "facility.pue")?.source), /AWS|region/);
    assert.match(String(step(result, "power")?.reference), /^PUE: .*20\d\d/);
    assert.doesNotMatch(String(step(result, "power")?.reference), /Ember/);
  });
  it("the grid cites its own, with the year", () => {
    const world = run();
    assert.match(String(step(world, "carbon")?.reference), /Ember.*20\d\d/);
    assert.match(String(assumption(world, "region")?.source), /Ember/);
    assert.doesNotMatch(String(assumption(world, "facility.pue")?.source), /Ember/);
  });
  it("water names both of its sources", () =>
    assert.match(
      String(step(run({ region: "europe-west9" }), "water")?.reference),
      /on site: .*; power stations: Eco/,
    ));
  it("what the file states is its own source and no assumption", () => {
    const result = run({ facility: { pue: 1.2, carbonIntensity: 50 } });
    assert.equal(assumption(result, "facility.pue"), undefined);
    assert.equal(step(result, "power")?.reference, "PUE: stated");
    assert.equal(step(result, "carbon")?.reference, "stated");
  });
});

describe("what widens the result", () => {
  it("is told of the money where there is money", () => assert.notEqual(run().dominatedBy, "carbon intensity"));
  it("is the grid where no price is known", () => {
    const result = estimate(
      workloadSchema.parse({ kind: "allocation", accelerator: "h100-sxm", accelerators: 1, duration: 1 }),
      { ...facts, price: () => undefined },
    );
    assert.ok(result.quantities.cost === undefined && result.quantities.carbon !== undefined);
    assert.ok(result.notes.some((note) => note.includes("pricePerAcceleratorHour")));
    assert.equal(result.dominatedBy, "carbon intensity");
  });
});
