/** Facts (dotted names, each with its source) to a workload object of the contract. */
import { type ParsedWorkload, parseWorkload } from "../core/parseWorkload";
import { fieldsOf, type Kind, type WorkloadProblem } from "../core/workload";
import type { FactMap } from "../recognize/recognized";

/** Nests dotted names: `{ "parallelism.tensor": 4 }` → `{ parallelism: { tensor: 4 } }`. A plain object fact takes its dotted ones in. */
export function nest(
  kind: Kind,
  name: string | undefined,
  facts: FactMap,
  skip: ReadonlySet<string>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { kind, ...(name === undefined ? {} : { name }) };
  for (const [key, fact] of Object.entries(facts)) {
    if (skip.has(key) || fact.value === undefined || fact.value === null) continue;
    const dot = key.indexOf(".");
    if (dot < 0) {
      const existing = result[key];
      result[key] = isRecord(existing) && isRecord(fact.value) ? { ...fact.value, ...existing } : fact.value;
      continue;
    }
    const outer = key.slice(0, dot);
    const inner = key.slice(dot + 1);
    const existing = result[outer];
    if (existing === undefined || isRecord(existing)) result[outer] = { ...existing, [inner]: fact.value };
    else if (typeof existing === "string" && outer === "dataset")
      result[outer] = { name: existing, [inner]: fact.value };
  }
  return result;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Parses the facts as a workload. `strict` (the native file): a wrong type is an error and there is no workload. Otherwise the facts
 * that do not fit are left out one after the other and reported as warnings: a dialect's odd value must not hide the rest.
 */
export function workloadFromFacts(
  kind: Kind,
  name: string | undefined,
  facts: FactMap,
  strict: boolean,
): ParsedWorkload {
  // What a dialect read beyond what the kind has a use for is no mistake of the file's author.
  const known = fieldsOf(kind);
  const foreign = strict ? [] : Object.keys(facts).filter((key) => !known.has(key.split(".")[0] ?? key));
  const dropped = new Set<string>(foreign);
  const warnings: WorkloadProblem[] = [];
  for (let round = 0; round < 8; round++) {
    const parsed = parseWorkload(nest(kind, name, facts, dropped));
    if (strict || parsed.workload !== undefined)
      return warnings.length === 0 ? parsed : { ...parsed, problems: [...warnings, ...parsed.problems] };
    const before = dropped.size;
    for (const problem of parsed.problems) {
      if (problem.severity !== "error") continue;
      warnings.push({ ...problem, severity: "warning" });
      const path = problem.path.map(String);
      const dotted = path.slice(0, 2).join(".");
      if (facts[dotted] !== undefined) dropped.add(dotted);
      else if (path[0] !== undefined)
        for (const key of Object.keys(facts)) if (key === path[0] || key.startsWith(`${path[0]}.`)) dropped.add(key);
    }
    if (dropped.size === before) return { workload: undefined, problems: parsed.problems };
  }
  return { workload: undefined, problems: warnings };
}
