/** Sums over the workloads of a file or a folder. */
import type { Quantities, QuantityKey } from "../core/estimate";
import { addDependent, type Quantity } from "../core/quantity";

export const totalKeys = [
  "cost",
  "costPerMonth",
  "energy",
  "carbon",
  "embodiedCarbon",
  "water",
  "acceleratorHours",
] as const satisfies readonly QuantityKey[];
export type TotalKey = (typeof totalKeys)[number];

interface Summand {
  readonly estimate?: Quantities | undefined;
  /** Counted in another workload: left out here. */
  readonly countedIn?: string | undefined;
}

export type Totals = Readonly<Partial<Record<TotalKey, Quantity>>>;

/**
 * Sums over what is counted once; a quantity that nobody knows is absent. The ends add (fully dependent): the same grid, price list
 * and utilisation stand behind most workloads of a folder, so their errors do not cancel.
 */
export function totalsOf(workloads: readonly Summand[]): Totals {
  const totals: Partial<Record<TotalKey, Quantity>> = {};
  const counted = workloads.filter((workload) => workload.countedIn === undefined);
  for (const key of totalKeys) {
    const known = counted.flatMap(({ estimate }) =>
      // A rate beside a total is the same money twice.
      key === "costPerMonth" && estimate?.cost !== undefined ? [] : (estimate?.[key] ?? []),
    );
    if (known.length > 0) totals[key] = bare(addDependent(...known));
  }
  return totals;
}

/** The contract's members and nothing beside them. */
export const bare = ({ low, central, high, unit }: Quantity): Quantity => ({ low, central, high, unit });
