/**
 * Schemas of what reaches us from outside: command arguments and the language-model tool's input. Imported dynamically, as the
 * validator is not needed to activate.
 */
import * as z from "zod";

export const targetSchema = z.strictObject({
  uri: z.string().min(1).max(4000),
  workload: z.string().max(2000).optional(),
});

export const toolInputSchema = z.strictObject({
  workload: z.record(z.string(), z.unknown()).optional(),
  text: z.string().max(200_000).optional(),
  language: z.enum(["yaml", "json", "jsonc"]).optional(),
  path: z.string().max(1000).optional(),
});
