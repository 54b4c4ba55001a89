/** A comparison: a baseline from a file and edited copies. Plain data, so that it is stored as it is and tested without an editor. */
import * as z from "zod";
import { parseNumber } from "../core/numbers";
import { choices, type EditableField } from "./fields";

const edits = z.record(z.string(), z.union([z.string(), z.number()]));
const scenario = z.object({
  id: z.string(),
  name: z.string(),
  /** The workload the column starts from: an id in the compared file, or `preset:…`. */
  from: z.string(),
  edits,
});

export const comparisonSchema = z.object({
  version: z.literal(1),
  nextId: z.number().int(),
  scenarios: z.array(scenario).max(12),
});
export type Comparison = z.output<typeof comparisonSchema>;
export type Scenario = Comparison["scenarios"][number];

export const mostScenarios = 8;
export const baselineId = "baseline";

export function newComparison(workload: string): Comparison {
  return { version: 1, nextId: 1, scenarios: [{ id: baselineId, name: "", from: workload, edits: {} }] };
}

/** Adds a column: a copy of a scenario (`copy:ID`), or another workload (`workload:ID`, `preset:ID`). */
export function addScenario(comparison: Comparison, from: string): Comparison {
  if (comparison.scenarios.length >= mostScenarios) return comparison;
  const id = `s${comparison.nextId}`;
  const copied = from.startsWith("copy:") ? comparison.scenarios.find((one) => one.id === from.slice(5)) : undefined;
  if (from.startsWith("copy:") && copied === undefined) return comparison;
  const added: Scenario = copied
    ? { id, name: "", from: copied.from, edits: { ...copied.edits } }
    : { id, name: "", from: from.startsWith("workload:") ? from.slice(9) : from, edits: {} };
  return { ...comparison, nextId: comparison.nextId + 1, scenarios: [...comparison.scenarios, added] };
}

/** Adds a column with edits of its own: a suggestion that was taken. */
export function trySuggestion(comparison: Comparison, edits: Scenario["edits"]): Comparison {
  const baseline = comparison.scenarios.find(({ id }) => id === baselineId);
  if (baseline === undefined || comparison.scenarios.length >= mostScenarios) return comparison;
  const untouched = comparison.scenarios.find((one) => isUntouchedCopy(one, baseline));
  // A copy that nobody has changed yet is what a new column would be.
  if (untouched !== undefined) return change(comparison, untouched.id, (one) => ({ ...one, edits: { ...edits } }));
  const added: Scenario = { id: `s${comparison.nextId}`, name: "", from: baseline.from, edits: { ...edits } };
  return { ...comparison, nextId: comparison.nextId + 1, scenarios: [...comparison.scenarios, added] };
}

const isUntouchedCopy = (one: Scenario, baseline: Scenario): boolean =>
  one.id !== baselineId && one.name === "" && one.from === baseline.from && Object.keys(one.edits).length === 0;

export function removeScenario(comparison: Comparison, id: string): Comparison {
  return id === baselineId
    ? comparison
    : { ...comparison, scenarios: comparison.scenarios.filter((one) => one.id !== id) };
}

const change = (comparison: Comparison, id: string, update: (one: Scenario) => Scenario): Comparison => ({
  ...comparison,
  scenarios: comparison.scenarios.map((one) => (one.id === id && id !== baselineId ? update(one) : one)),
});

export const renameScenario = (comparison: Comparison, id: string, name: string): Comparison =>
  change(comparison, id, (one) => ({ ...one, name: name.trim().slice(0, 80) }));

export const resetScenario = (comparison: Comparison, id: string): Comparison =>
  change(comparison, id, (one) => ({ ...one, edits: {} }));

export type EditResult = { readonly comparison: Comparison } | { readonly problem: string };

/** Sets one field of a scenario from the text a person typed. Empty text gives the field back to its origin. */
export function editScenario(comparison: Comparison, id: string, field: EditableField, text: string): EditResult {
  const trimmed = text.trim();
  if (trimmed === "")
    return {
      comparison: change(comparison, id, (one) => ({
        ...one,
        edits: Object.fromEntries(Object.entries(one.edits).filter(([key]) => key !== field.name)),
      })),
    };
  let value: string | number = trimmed;
  if (field.input === "number") {
    const parsed = parseNumber(trimmed);
    if (parsed === undefined || parsed < 0) return { problem: `not a number: ${trimmed.slice(0, 40)}` };
    value = parsed;
  } else if (choices[field.name] && !choices[field.name]?.includes(trimmed))
    return { problem: `one of ${choices[field.name]?.join(", ")}` };
  return { comparison: change(comparison, id, (one) => ({ ...one, edits: { ...one.edits, [field.name]: value } })) };
}
