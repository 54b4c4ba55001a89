import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import { estimate } from "../../../src/core/estimator";
import { parseWorkload } from "../../../src/core/parseWorkload";
import { workloadMix } from "../../bench/workloads";

const facts = createCatalog();

describe("an estimate without the chain of formulas", () => {
  for (const value of workloadMix())
    it(`has the same numbers and assumptions: ${value.kind} of ${JSON.stringify(value.model ?? value.accelerator)}`, () => {
      const { workload } = parseWorkload(value);
      assert.ok(workload);
      const { steps, ...whole } = estimate(workload, facts);
      const { steps: none, ...bare } = estimate(workload, facts, { steps: false });
      assert.ok(steps.length > 0);
      assert.deepEqual(none, []);
      assert.deepEqual(bare, whole);
    });
});
