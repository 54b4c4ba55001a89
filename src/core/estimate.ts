/**
 * The estimate: what comes out. Keys, units and boundaries are the contract's (docs/contract.md, section 2).
 */
import type { Quantity } from "./quantity";

export const quantityUnits = {
  flops: "FLOP",
  acceleratorHours: "h",
  duration: "h",
  acceleratorEnergy: "kWh",
  energy: "kWh",
  acceleratorPower: "W",
  power: "kW",
  cost: "USD",
  costRate: "USD/h",
  costPerMonth: "USD",
  purchaseCost: "USD",
  carbon: "kgCO2e",
  embodiedCarbon: "kgCO2e",
  water: "L",
  eWaste: "kg",
  parameters: "1",
  activeParameters: "1",
  memoryPerAccelerator: "GB",
  weightMemory: "GB",
  kvCachePerToken: "B/token",
  flopsPerToken: "FLOP/token",
  trainingThroughput: "tokens/s/accelerator",
  outputThroughput: "tokens/s",
  timeToFirstToken: "s",
  timePerOutputToken: "s",
  energyPerOutputToken: "J",
  energyPerRequest: "Wh",
  costPerMillionOutputTokens: "USD",
  latency: "s",
  energyPerItem: "J",
  /** Per hour of running, where the end is unknown. */
  carbonRate: "kgCO2e/h",
  energyPerYear: "kWh",
  /** Fleets: energy that the stated queries need in a year, servers that would serve them, supply over demand. */
  demandEnergyPerYear: "kWh",
  impliedServers: "1",
  supplyOverDemand: "1",
} as const satisfies Record<string, string>;

export type QuantityKey = keyof typeof quantityUnits;

/** Peak memory and whether it fits the device it was estimated for; `fits` is absent when the device is unknown. */
export interface MemoryQuantity extends Quantity {
  readonly fits?: boolean;
}

export type Quantities = { readonly [K in Exclude<QuantityKey, "memoryPerAccelerator">]?: Quantity } & {
  readonly memoryPerAccelerator?: MemoryQuantity;
};

/** Something the estimate took for granted because the file did not say it. */
export interface Assumption {
  /** Workload field, dotted where nested, or a name of the formula's own input. */
  readonly field: string;
  readonly value: number | string | boolean;
  readonly reason: string;
  /** Paper, data sheet, repository path or catalogue row, with date where it matters. */
  readonly source?: string;
}

/** One link of the chain of formulas. */
export interface Step {
  readonly quantity: string;
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number | string>>;
  readonly result?: number;
  readonly unit?: string;
  readonly reference?: string;
}

/** A cheaper or smaller arrangement that would do, e.g. the smallest one whose memory fits. */
export interface Alternative {
  readonly label: string;
  readonly changes: Readonly<Record<string, number | string>>;
  readonly reason: string;
}

export interface Estimate {
  readonly kind: string;
  readonly quantities: Quantities;
  readonly assumptions: readonly Assumption[];
  readonly steps: readonly Step[];
  /** The input whose uncertainty widens the result most. */
  readonly dominatedBy?: string;
  readonly alternatives?: readonly Alternative[];
  /** Things the reader must know: does not fit, closed model, time limit cuts the run. */
  readonly notes: readonly string[];
  /** Version of formulas and constants; changes when a number changes. */
  readonly methodology: string;
}
