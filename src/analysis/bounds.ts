/** What the counts around a workload make of its estimate: an autoscaler's range, and a time limit as an upper bound. */
import type { Estimate, Quantities, QuantityKey } from "../core/estimate";
import { quantityUnits } from "../core/estimate";
import { type Quantity, scale } from "../core/quantity";

/** What a workload costs at most if it runs to its time limit. */
export interface UpperBound {
  readonly hours: number;
  readonly cost?: Quantity;
  readonly energy?: Quantity;
  readonly carbon?: Quantity;
}

/** Widens an estimate to the ends of an autoscaler: central as it runs now, low at the least count, high at the most. */
export function overRange(now: Estimate, ends: readonly Estimate[], note: string): Estimate {
  const quantities: Partial<Record<QuantityKey, Quantity>> = {};
  for (const key of Object.keys(quantityUnits) as QuantityKey[]) {
    const own = now.quantities[key];
    if (own === undefined) continue;
    const all = [own, ...ends.flatMap((estimate) => estimate.quantities[key] ?? [])];
    quantities[key] = {
      ...own,
      low: Math.min(...all.map(({ low }) => low)),
      high: Math.max(...all.map(({ high }) => high)),
    };
  }
  return { ...now, quantities: quantities as Quantities, notes: [note, ...now.notes] };
}

/** The bound that a time limit sets; undefined where the run's length is known anyway or no rate is. */
export function boundOf(estimate: Estimate, hours: number | undefined): UpperBound | undefined {
  const { cost, costRate, power, carbonRate } = estimate.quantities;
  if (hours === undefined || !(hours > 0) || cost !== undefined) return undefined;
  if (costRate === undefined && power === undefined) return undefined;
  return {
    hours,
    ...(costRate ? { cost: scale(costRate, hours, "USD") } : {}),
    ...(power ? { energy: scale(power, hours, "kWh") } : {}),
    ...(carbonRate ? { carbon: scale(carbonRate, hours, "kgCO2e") } : {}),
  };
}
