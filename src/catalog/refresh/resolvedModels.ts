/** Models that were read from a hub on the user's command: stored beside the bundled ones. */
import * as z from "zod";
import { modelSpecSchema } from "../../core/model/specification";

export const resolvedModelSchema = z.object({
  /** `owner/name` on the hub. */
  id: z.string().min(1).max(200),
  spec: modelSpecSchema,
  /** Printable, with address and date: `read from huggingface.co/acme/lm on 2026-09-01`. */
  source: z.string().max(500),
  /** ISO date of the reading; unknown for what early versions stored. */
  date: z.string().max(40).optional(),
  confidence: z.enum(["high", "medium", "low"]),
  /** Commit where the hub told it, else the name that was asked for. */
  revision: z.string().max(100).optional(),
});
export type ResolvedModel = z.output<typeof resolvedModelSchema>;

/** Early versions stored id and dimensions alone, all of the public hub. */
const earlySchema = z.object({ id: resolvedModelSchema.shape.id, spec: modelSpecSchema }).transform(
  ({ id, spec }): ResolvedModel => ({
    id,
    spec,
    source: `read from huggingface.co/${id}`,
    confidence: "high",
  }),
);

const storedSchema = z.union([resolvedModelSchema, earlySchema]);

/** Reads what is stored; a row that is none is left out. */
export function parseResolvedModels(value: unknown): readonly ResolvedModel[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((row: unknown) => {
    const parsed = storedSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The rows with one more, which replaces an earlier reading of the same id. */
export const withResolvedModel = (rows: readonly ResolvedModel[], model: ResolvedModel): readonly ResolvedModel[] => [
  ...rows.filter(({ id }) => id.toLowerCase() !== model.id.toLowerCase()),
  model,
];
