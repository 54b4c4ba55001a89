/** Prices that a refresh brought: stored beside the bundled ones, and dropped to undo. */
import * as z from "zod";

const usdPerHour = z.number().positive().max(2000);

export const refreshedPriceSchema = z.object({
  provider: z.string(),
  /** Instance type, or a catalogue accelerator where the provider sells accelerators. */
  instanceType: z.string().optional(),
  accelerator: z.string().optional(),
  /** Absent where the list is the same everywhere. */
  region: z.string().optional(),
  pricing: z.enum(["onDemand", "spot"]),
  /** USD per instance-hour, or per accelerator-hour where only an accelerator is named. */
  usdPerHour,
});
export type RefreshedPrice = z.output<typeof refreshedPriceSchema>;

export const priceSnapshotSchema = z.object({
  schema: z.literal("ai-cost-lens/prices@1"),
  /** One entry per list that was read; a provider may have several (a table and a spot feed), the later one wins. */
  providers: z.array(
    z.object({
      provider: z.string(),
      /** When it was fetched, ISO 8601. */
      fetchedAt: z.string(),
      source: z.string(),
      prices: z.array(refreshedPriceSchema),
    }),
  ),
});
export type PriceSnapshot = z.output<typeof priceSnapshotSchema>;

export const emptySnapshot: PriceSnapshot = { schema: "ai-cost-lens/prices@1", providers: [] };

/** Reads a stored snapshot; undefined for anything that is not one. */
export function parseSnapshot(value: unknown): PriceSnapshot | undefined {
  const parsed = priceSnapshotSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
