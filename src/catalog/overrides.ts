/**
 * The user's own figures, from `aicost.yaml` or settings: prices, discounts, and any field of any row. They are laid over the
 * bundled rows and stay visible in every estimate that uses them.
 */
import * as z from "zod";
import type { ModelFacts } from "../core/facts";
import { modelSpecSchema } from "../core/model/specification";
import { precisions } from "../core/precision";
import type { PriceSnapshot } from "./refresh/snapshot";

const name = z.string().min(1).max(200);
const usd = z.number().positive().max(1e6);
const peaks = z.partialRecord(z.enum(precisions), z.number().positive().max(1e7));

/** A price per hour, of one accelerator or of a whole instance. Fields left out match anything. */
export const ownPriceSchema = z
  .strictObject({
    accelerator: name.optional(),
    instanceType: name.optional(),
    provider: name.optional(),
    region: name.optional(),
    pricing: z.enum(["onDemand", "spot", "reserved"]).optional(),
    perAcceleratorHour: usd.optional(),
    perNodeHour: usd.optional(),
    /** Share off the list price. */
    discount: z.number().min(0).max(1).optional(),
  })
  .refine(
    (own) => own.perAcceleratorHour !== undefined || own.perNodeHour !== undefined || own.discount !== undefined,
    {
      message: "state perAcceleratorHour, perNodeHour or discount",
    },
  );
export type OwnPrice = z.output<typeof ownPriceSchema>;

/** An accelerator of the user's own, or changes to a bundled one. `like` names the row that the rest is taken from. */
export const ownAcceleratorSchema = z.strictObject({
  id: name,
  like: name.optional(),
  name: name.optional(),
  memory: z.number().positive().max(1e5).optional(),
  usableMemory: z.number().positive().max(1e5).optional(),
  bandwidth: z.number().positive().max(1e6).optional(),
  link: z.number().positive().max(1e6).optional(),
  linkDomain: z.int().min(1).max(1e5).optional(),
  network: z.number().positive().max(1e5).optional(),
  peak: peaks.optional(),
  achievable: peaks.optional(),
  tdp: z.number().positive().max(1e5).optional(),
  idlePower: z.number().positive().max(1e5).optional(),
  purchasePrice: usd.optional(),
  acceleratorsPerNode: z.int().min(1).max(1024).optional(),
});
export type OwnAccelerator = z.output<typeof ownAcceleratorSchema>;

export const ownInstanceSchema = z.strictObject({
  id: name,
  provider: name.optional(),
  accelerator: name.optional(),
  accelerators: z.number().min(0).max(1024),
  vcpus: z.number().positive().optional(),
  memory: z.number().positive().optional(),
});

/** `source` and `date` where the model was fetched rather than stated. */
export const ownModelSchema = z.strictObject({
  id: name,
  spec: modelSpecSchema,
  source: z.string().max(500).optional(),
  date: z.string().max(40).optional(),
});

export const ownDatasetSchema = z.strictObject({
  id: name,
  samples: z.number().positive().max(1e13),
  tokensPerSample: z.number().positive().max(1e8).optional(),
});

/** What the `catalog` block of `aicost.yaml` and the setting of the same name hold. */
export const catalogOverridesSchema = z.strictObject({
  /** Share off every list price. */
  discount: z.number().min(0).max(1).optional(),
  prices: z.array(ownPriceSchema).max(1000).optional(),
  accelerators: z.array(ownAcceleratorSchema).max(200).optional(),
  instances: z.array(ownInstanceSchema).max(1000).optional(),
  models: z.array(ownModelSchema).max(1000).optional(),
  datasets: z.array(ownDatasetSchema).max(1000).optional(),
});

export interface CatalogOverrides extends z.output<typeof catalogOverridesSchema> {
  /** Printable origin: `aicost.yaml`, `settings`. */
  readonly origin?: string;
  /** Prices fetched on the user's command; between the user's own and the bundled ones. */
  readonly refreshed?: PriceSnapshot;
  /** Models read from a hub on the user's command; between the user's own and the bundled ones. */
  readonly resolved?: readonly ModelFacts[];
}

/** Reads a `catalog` block. One wrong figure makes the block unusable: half of a price list is worse than none. */
export function parseOverrides(
  value: unknown,
  origin: string,
): { readonly overrides: CatalogOverrides; readonly problems: readonly string[] } {
  const parsed = catalogOverridesSchema.safeParse(value ?? {});
  if (parsed.success) return { overrides: { ...parsed.data, origin }, problems: [] };
  const problems = parsed.error.issues.map(({ path, message }) => `${origin}: catalog.${path.join(".")}: ${message}`);
  return { overrides: { origin }, problems };
}
