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
  sources: sourceKeys,
  date: isoDate,
  confidence,
});
export type AcceleratorRow = z.output<typeof acceleratorRow>;

export const modelRow = z.strictObject({
  id: z.string(),
  spec: modelSpecSchema,
  aliases: z.array(z.string()).optional(),
  sources: sourceKeys,
  date: isoDate,
  confidence,
});
export type ModelRow = z.output<typeof modelRow>;

export const sourceRow = z.strictObject({
  /** Printable: who, what. */
  title: z.string(),
  url: z.string().optional(),
  licence: z.string(),
  date: isoDate.optional(),
  /** Words the licence asks us to show. */
  attribution: z.string().optional(),
});
export type SourceRow = z.output<typeof sourceRow>;
