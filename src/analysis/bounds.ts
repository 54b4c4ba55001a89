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

/** What hardware costs while it is there: nothing when all of it is gone. */
const rates: ReadonlySet<QuantityKey> = new Set(["costRate", "costPerMonth", "power", "carbonRate", "energyPerYear"]);
/** Totals of reserved hardware. Those of work that has to be done stay: with fewer accelerators it takes longer. */
const totals: ReadonlySet<QuantityKey> = new Set([
  "acceleratorHours",
  "acceleratorEnergy",
  "energy",
  "cost",
  "carbon",
  "embodiedCarbon",
  "water",
]);

/** Says what the central value of something that scales to zero rests on. */
function runningAssumption(now: Estimate, count: number): Estimate["assumptions"] {
  const reason = "scales down to none: central as if these run all the time, low end 0";
  return [...now.assumptions, { field: "accelerators", value: count, reason }];
}

export interface Scaling {
  readonly low: number;
  readonly high: number;
  /** Accelerators of the central value. */
  readonly count: number | undefined;
}

/** Widens an estimate to the ends of an autoscaler: central as it runs now, low at the least count, high at the most. */
export function overRange(now: Estimate, ends: readonly Estimate[], { low, high, count }: Scaling): Estimate {
  const note = `${low} to ${high} accelerators may run; the interval covers both ends`;
  const toZero = (key: QuantityKey): boolean =>
    low === 0 && (rates.has(key) || (now.kind === "allocation" && totals.has(key)));
  const quantities: Partial<Record<QuantityKey, Quantity>> = {};
  for (const key of Object.keys(quantityUnits) as QuantityKey[]) {
    const own = now.quantities[key];
    if (own === undefined) continue;
    const all = [own, ...ends.flatMap((estimate) => estimate.quantities[key] ?? [])];
    quantities[key] = {
      ...own,
      low: toZero(key) ? 0 : Math.min(...all.map((quantity) => quantity.low)),
      high: Math.max(...all.map((quantity) => quantity.high)),
    };
  }
  return {
    ...now,
    quantities: quantities as Quantities,
    ...(low === 0 && count !== undefined && count > 0 ? { assumptions: runningAssumption(now, count) } : {}),
    notes: [note, ...now.notes],
  };
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
