/**
 * What the formulas ask the catalogue. The catalogue implements this; the core knows only the questions.
 */
import type { ModelSpec } from "./model/specification";
import type { Precision } from "./precision";
import type { Quantity } from "./quantity";

export type Confidence = "high" | "medium" | "low";

/** Where a fact is from: printable, with the date the figure was true. */
export interface Provenance {
  readonly source: string;
  readonly date?: string;
  readonly confidence: Confidence;
}

/** Architecture generations that share calibrated constants. */
export const generations = [
  "pascal",
  "volta",
  "turing",
  "ampere",
  "ampereWorkstation",
  "ada",
  "hopper",
  "blackwell",
  "blackwellWorkstation",
  "cdna2",
  "cdna3",
  "cdna4",
  "gaudi",
  "tpu",
  "neuron",
  "ascend",
  "apple",
  "arc",
  "other",
] as const;
export type Generation = (typeof generations)[number];

export interface AcceleratorFacts extends Provenance {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly generation: Generation;
  readonly formFactor?: string;
  /** GB (1e9), raw; `usableMemory` is what a program can allocate. */
  readonly memory: number;
  readonly usableMemory?: number;
  /** GB/s. */
  readonly bandwidth: number;
  /** GB/s, both directions together, between accelerators of one node. */
  readonly link?: number;
  /** Accelerators in one fast-link domain (8 in an HGX board, 72 in an NVL72 rack). */
  readonly linkDomain: number;
  /** GB/s per accelerator, one direction, between nodes. */
  readonly network?: number;
  /** Dense peak, TFLOP/s, by format. Never the sparse figure. */
  readonly peak: Readonly<Partial<Record<Precision, number>>>;
  /** Measured largest matrix-multiplication rate, TFLOP/s. */
  readonly achievable?: Readonly<Partial<Record<Precision, number>>>;
  /** W. */
  readonly tdp?: number;
  readonly idlePower?: number;
  /** `tdp` over the data sheet's, where a power cap is known (500 W on a 700 W part: 0.714); already inside `achievable`. */
  readonly powerShare?: number;
  /** Share of a whole device (a MIG slice); already inside memory, peak, bandwidth and power. */
  readonly share?: number;
  /** W of the host (processors, memory, fans, network cards) per accelerator at load. */
  readonly hostPower?: Quantity;
  /** kgCO2e of manufacture per accelerator, its share of the server included. */
  readonly embodied?: Quantity;
  /** USD, street price of one. */
  readonly purchasePrice?: number;
  readonly acceleratorsPerNode: number;
  /** ISO date or year-month. */
  readonly released?: string;
}

export interface Match<T> {
  readonly value: T;
  /** `ambiguous`: the text names several rows (`A100`); `candidates` lists them, most common first, and `value` is the first. */
  readonly how: "exact" | "alias" | "fuzzy" | "ambiguous";
  readonly confidence: Confidence;
  readonly candidates?: readonly T[];
}

export interface InstanceFacts extends Provenance {
  readonly id: string;
  readonly provider: string;
  /** Catalogue id of the accelerator; absent for processors-only types. */
  readonly accelerator?: string;
  /** Accelerators of one instance; fractions for shared parts (1/6 of an A10). */
  readonly accelerators: number;
  readonly vcpus?: number;
  readonly memory?: number;
}

export interface ModelFacts extends Provenance {
  readonly id: string;
  readonly spec: ModelSpec;
  /** Closed model: the sizes are guesses. */
  readonly closed?: boolean;
  /** Interval of total and active parameters of a closed model. */
  readonly parametersRange?: Quantity;
  readonly activeParametersRange?: Quantity;
}

export interface PriceQuery {
  readonly accelerator?: string;
  readonly instanceType?: string;
  readonly provider?: string;
  readonly region?: string;
  readonly pricing?: "onDemand" | "spot" | "reserved";
}

export interface PriceFacts extends Provenance {
  /** USD per accelerator-hour, the host's share included. An interval where the provider or the region is open. */
  readonly perAcceleratorHour: Quantity;
  /** USD per instance-hour, where an instance type is known. */
  readonly perNodeHour?: Quantity;
  /** Printable: `aws p5.48xlarge us-east-1 on demand`. */
  readonly basis: string;
  /** The user's own price. */
  readonly override?: boolean;
}

export interface RegionFacts extends Provenance {
  readonly id: string;
  readonly zone?: string;
  readonly pue: Quantity;
  /** gCO2e/kWh, location-based. */
  readonly carbonIntensity: Quantity;
  /** L/kWh of IT energy, on site. */
  readonly waterOnSite?: Quantity;
  /** L/kWh of facility energy, off site (power stations). */
  readonly waterOffSite?: Quantity;
  /** USD/kWh. */
  readonly electricityPrice?: Quantity;
  /** What each figure rests on, printable. */
  readonly notes: readonly string[];
  /** Where each figure is from and of which year; `source` where one is missing. */
  readonly sources?: Readonly<Partial<Record<FacilityFigure, string>>>;
}

export type FacilityFigure = "pue" | "carbonIntensity" | "waterOnSite" | "waterOffSite" | "electricityPrice";

export interface TokenPriceFacts extends Provenance {
  readonly provider: string;
  readonly model: string;
  /** USD per million tokens. */
  readonly input: number;
  readonly cachedInput?: number;
  readonly output: number;
  /** Factor of a batch call, usually 0.5. */
  readonly batchFactor?: number;
}

export interface DatasetFacts extends Provenance {
  readonly id: string;
  readonly samples: number;
  /** Mean tokens per sample, prompt and answer together. */
  readonly tokensPerSample: Quantity;
}

export interface Facts {
  /** Date of the bundled snapshot. */
  readonly asOf: string;
  accelerator(name: string): Match<AcceleratorFacts> | undefined;
  instance(name: string): Match<InstanceFacts> | undefined;
  model(name: string): Match<ModelFacts> | undefined;
  price(query: PriceQuery): PriceFacts | undefined;
  /** Region of a provider, a grid zone or a country; without arguments the world's average. */
  region(query: { readonly provider?: string; readonly region?: string; readonly zone?: string }): RegionFacts;
  tokenPrice(model: string, provider?: string): TokenPriceFacts | undefined;
  dataset(name: string): Match<DatasetFacts> | undefined;
  /** Rows in order of peak rate, for "smallest that fits". */
  accelerators(): readonly AcceleratorFacts[];
}
