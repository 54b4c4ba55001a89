/** The native file `*.aicost.yaml` / `*.aicost.json` as one schema; the JSON Schema that editors use is generated from it. */
import * as z from "zod";
import { commonFieldsSchema, workloadSchema } from "./workload";

export const nativeFileSchema = z.object({
  aicost: z.literal(1).describe("Version of the format"),
  defaults: commonFieldsSchema
    .partial()
    .optional()
    .describe("Fields for every workload of the file that does not state them"),
  workloads: z.array(workloadSchema).describe("What is to be estimated"),
});

/** JSON Schema (draft 2020-12) of the native file: numbers accept suffixes such as 15T, durations 36h. */
export const nativeFileJsonSchema = (): Record<string, unknown> => ({
  title: "AI Cost Lens workloads",
  ...z.toJSONSchema(nativeFileSchema, { io: "input", unrepresentable: "any", reused: "ref" }),
});
