/**
 * The shapes of the bundled rows (`data/*.json`), as zod schemas. They are checked in tests, not at start-up: the bundle is ours.
 * An interval is written `[low, central, high]`.
 */
import * as z from "zod";
import { generations } from "../core/facts";
import { modelSpecSchema } from "../core/model/specification";
import { precisions } from "../core/precision";

const positive = z.number().positive();
export const isoDate = z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/);
export const confidence = z.enum(["high", "medium", "low"]);
export const intervalRow = z
  .tuple([z.number().nonnegative(), z.number().nonnegative(), z.number().nonnegative()])
  .refine(([low, central, high]) => low <= central && central <= high, { message: "low ≤ central ≤ high" });
export type IntervalRow = z.output<typeof intervalRow>;

const peaks = z.partialRecord(z.enum(precisions), positive.max(1e6));
/** Keys into `sources.json`, best first. */
const sourceKeys = z.array(z.string()).min(1);
const provenance = { sources: sourceKeys, date: isoDate, confidence };

export const acceleratorRow = z.strictObject({
  id: z.string().regex(/^[a-z0-9.-]+$/),
  name: z.string(),
  vendor: z.string(),
  generation: z.enum(generations),
  formFactor: z.string(),
  memory: positive.max(2000),
  usableMemory: positive.max(2000).optional(),
  bandwidth: positive.max(50_000),
  link: positive.max(10_000).optional(),
  linkDomain: z.int().min(1).max(10_000),
  network: positive.max(1000).optional(),
  peak: peaks,
  achievable: peaks.optional(),
  tdp: positive.max(3000).optional(),
  powerShare: positive.max(1).optional(),
  idlePower: positive.max(400).optional(),
  hostPower: intervalRow.optional(),
  embodied: intervalRow.optional(),
  purchasePrice: positive.max(1e6).optional(),
  acceleratorsPerNode: z.int().min(1).max(72),
  released: isoDate.optional(),
  ...provenance,
});
export type AcceleratorRow = z.output<typeof acceleratorRow>;

/** One model; `models.json` writes them as arrays in the order of its `columns`, `more` holding the rarer fields. */
export const modelRow = z.strictObject({
  id: z.string(),
  spec: modelSpecSchema,
  aliases: z.array(z.string()),
  sources: sourceKeys,
  confidence,
});
export type ModelRow = z.output<typeof modelRow>;

/** Name, total and active parameters in billions. */
export const closedModelRow = z.tuple([z.string(), intervalRow, intervalRow]);
export type ClosedModelRow = z.output<typeof closedModelRow>;

/** Instance type, accelerator, how many, vCPUs, memory in GiB. */
const instanceRow = z
  .tuple([z.string(), z.string(), positive.max(64), positive.max(1000).optional(), positive.max(8000).optional()])
  .readonly();
export const instanceTable = z.record(z.string(), z.strictObject({ ...provenance, rows: z.array(instanceRow) }));
export type InstanceTable = z.output<typeof instanceTable>;

const usdPerHour = positive.max(1000).refine((value) => value !== 700, { message: "700 means unknown" });
const spotRange = z.tuple([usdPerHour, usdPerHour]).refine(([low, high]) => low <= high);
const share = z.number().min(0).max(1);
const hourlyPrices = z.strictObject({
  sources: sourceKeys,
  date: isoDate,
  hourly: z.record(z.string(), usdPerHour),
});
export const priceTable = z.record(
  z.string(),
  z.strictObject({
    ...provenance,
    /** Region of `onDemand`; `any` where the list is the same everywhere. */
    baseRegion: z.string(),
    /** USD per instance-hour by instance type. */
    onDemand: z.record(z.string(), usdPerHour),
    /** The same by instance type and region, where it differs from the base. */
    regions: z.record(z.string(), z.record(z.string(), usdPerHour)).optional(),
    /** Lowest and highest spot price by instance type and region. */
    spotRegions: z.record(z.string(), z.record(z.string(), spotRange)).optional(),
    /** USD per instance-hour of types that are sold by reservation in advance only. */
    capacityBlock: hourlyPrices.optional(),
    /** USD per instance-hour of the same type under the provider's managed service (SageMaker's `ml.`). */
    managed: hourlyPrices.optional(),
    /** Share of the on-demand price that spot saves: 10 %, median and 90 % of the regions. */
    spotSaving: z.record(z.string(), intervalRow).optional(),
    /** Fixed price of preemptible capacity relative to on demand. */
    spotShare: share.optional(),
    /** One-year commitment relative to on demand. */
    reserved: z.record(z.string(), share).optional(),
    /** USD per accelerator-hour by accelerator and region, where accelerators are sold on their own. */
    perAccelerator: z
      .record(
        z.string(),
        z.strictObject({
          onDemand: z.record(z.string(), usdPerHour),
          spot: z.record(z.string(), spotRange),
          sources: sourceKeys,
          date: isoDate,
        }),
      )
      .optional(),
  }),
);
export type PriceTable = z.output<typeof priceTable>;

/** Azure: instance type → price relative to the base → regions, separated by blanks. */
export const regionRatios = z.record(z.string(), z.record(z.string().regex(/^\d+(\.\d+)?$/), z.string()));
export type RegionRatios = z.output<typeof regionRatios>;

const grams = z.number().min(0).max(1500);
export const regionTable = z.strictObject({
  columns: z.array(z.string()),
  /** In the order of `columns`; trailing unknowns are left out. */
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()])).min(5)),
  /** Fleet means for regions without figures of their own. */
  fleets: z.record(z.string(), z.strictObject({ pue: intervalRow, waterOnSite: intervalRow, note: z.string() })),
  /** ISO 3166 alpha-3, alpha-2, name, gCO2e/kWh, year, off-site water L/kWh. */
  countries: z.array(
    z
      .tuple([
        z.string().length(3),
        z.string().length(2),
        z.string(),
        grams.positive(),
        z.int().min(2020).max(2026),
        z.number().min(0).max(30).optional(),
      ])
      .readonly(),
  ),
  /** gCO2e/kWh and year. */
  groups: z.record(z.string(), z.tuple([grams, z.int()])),
  /** USD/kWh: industrial, commercial. */
  statePrices: z.record(z.string(), z.tuple([positive.max(1), positive.max(1)])),
  countryPrices: z.record(z.string(), intervalRow),
  continentPrices: z.record(z.string(), positive.max(1)),
});
export type RegionTable = z.output<typeof regionTable>;

/** Hub id, samples, tokens per sample, other names. */
export const datasetRow = z.tuple([z.string(), positive, intervalRow, z.array(z.string()).optional()]).readonly();
export type DatasetRow = z.output<typeof datasetRow>;

export const sourceRow = z.strictObject({
  /** Printable: who, what. */
  title: z.string(),
  url: z.url().optional(),
  licence: z.string(),
  date: isoDate.optional(),
  /** Words the licence asks us to show. */
  attribution: z.string().optional(),
});
export type SourceRow = z.output<typeof sourceRow>;
