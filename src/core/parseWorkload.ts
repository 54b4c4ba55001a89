/** From an unknown value to a workload: validates, reports unknown fields, turns Hugging Face configs into dimensions. */
import { fromHuggingFace, isHuggingFaceConfig } from "./model/huggingFace";
import { storedPrecision } from "./model/storedPrecision";
import { fieldsOf, type Kind, kinds, type Workload, type WorkloadProblem, workloadSchema } from "./workload";

export type ParsedWorkload =
  | { readonly workload: Workload; readonly problems: readonly WorkloadProblem[] }
  | { readonly workload: undefined; readonly problems: readonly WorkloadProblem[] };

const modelFields = ["model", "teacher", "reference", "critic", "rewardModel", "decoder", "draftModel"] as const;

/** Parses one workload. A wrong type is an error for this workload alone; an unknown field is a warning and otherwise ignored. */
export function parseWorkload(value: unknown): ParsedWorkload {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return {
      workload: undefined,
      problems: [{ path: [], message: "a workload is a mapping with a kind", severity: "error" }],
    };
  let record = value as Record<string, unknown>;
  const kind = record.kind;
  if (typeof kind !== "string" || !(kinds as readonly string[]).includes(kind)) {
    const message = kind === undefined ? "kind is missing" : `unknown kind ${JSON.stringify(kind).slice(0, 60)}`;
    return {
      workload: undefined,
      problems: [{ path: ["kind"], message: `${message}; one of ${kinds.join(", ")}`, severity: "error" }],
    };
  }
  for (const field of modelFields) {
    const reference = record[field];
    if (!isHuggingFaceConfig(reference)) continue;
    record = { ...record, [field]: fromHuggingFace(reference) };
    // A config states how its weights are stored: that is the precision of a model looked at alone.
    const stored = kind === "model" ? storedPrecision(reference) : undefined;
    if (stored !== undefined && record.precision === undefined) record.precision = stored;
  }
  const known = fieldsOf(kind as Kind);
  const problems: WorkloadProblem[] = [];
  for (const key of Object.keys(record))
    if (!known.has(key))
      problems.push({ path: [key], message: `unknown field ${key.slice(0, 60)}`, severity: "warning" });
  const result = workloadSchema.safeParse(record);
  if (result.success) return { workload: result.data, problems };
  for (const issue of result.error.issues)
    problems.push({
      path: issue.path.filter((part) => typeof part !== "symbol"),
      message: issue.message,
      severity: "error",
    });
  return { workload: undefined, problems };
}
