/** Estimates of the tests: a workload as a plain object in, quantities out. */
import assert from "node:assert/strict";
import type { Estimate, QuantityKey } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { workloadSchema } from "../../../../src/core/workload";
import { facts } from "./facts";

export function estimateOf(workload: Readonly<Record<string, unknown>>): Estimate {
  return estimate(workloadSchema.parse(workload), facts);
}

/** Central value of a quantity that must be there. */
export function central(of: Estimate, key: QuantityKey): number {
  const quantity = of.quantities[key];
  assert.ok(quantity, `${key} is missing; notes: ${of.notes.join("; ")}`);
  return quantity.central;
}

export function near(actual: number, expected: number, tolerance: number): void {
  const error = Math.abs(actual / expected - 1);
  assert.ok(
    error <= tolerance,
    `${actual} is ${(100 * error).toFixed(2)} % from ${expected}, allowed ${100 * tolerance} %`,
  );
}
