/** Answers to native workloads, one JSON text a line. */
import type { Estimate } from "../core/estimate";
import { estimate } from "../core/estimator";
import type { Facts } from "../core/facts";
import { parseWorkload } from "../core/parseWorkload";
import type { WorkloadProblem } from "../core/workload";

export interface Answer {
  readonly estimate?: Estimate["quantities"];
  readonly assumptions?: Estimate["assumptions"];
  readonly dominatedBy?: string;
  readonly alternatives?: Estimate["alternatives"];
  readonly notes?: readonly string[];
  readonly error?: string;
}

const place = (problem: WorkloadProblem): string => (problem.path.length > 0 ? `${problem.path.join(".")}: ` : "");

/** Answers one workload. */
export function answer(value: unknown, facts: Facts): Answer {
  const { workload, problems } = parseWorkload(value);
  if (workload === undefined) {
    const errors = problems.filter((problem) => problem.severity === "error");
    return { error: errors.map((problem) => place(problem) + problem.message).join("; ") };
  }
  const { quantities, assumptions, dominatedBy, alternatives, notes } = estimate(workload, facts, { steps: false });
  const remarks = [...notes, ...problems.map((problem) => place(problem) + problem.message)];
  return {
    estimate: quantities,
    assumptions,
    ...(dominatedBy === undefined ? {} : { dominatedBy }),
    ...(alternatives === undefined || alternatives.length === 0 ? {} : { alternatives }),
    ...(remarks.length > 0 ? { notes: remarks } : {}),
  };
}

function parsed(line: string): { readonly value: unknown } | Answer {
  try {
    return { value: JSON.parse(line) };
  } catch (error) {
    return { error: `not JSON: ${(error as Error).message.slice(0, 120)}` };
  }
}

const kindOf = (value: unknown): unknown => (value as { kind?: unknown } | null)?.kind;

/**
 * Answers a block of whole lines in their order; empty lines are passed over. A line that comes again is not reckoned again. Lines of a
 * kind are reckoned one after the other, as the processor keeps the formulas of one kind at hand but not of all.
 */
export function answerBlock(block: string, facts: Facts): string {
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  const answers = new Map<string, string>();
  const byKind = new Map<unknown, (readonly [line: string, value: unknown])[]>();
  for (const line of lines) {
    if (answers.has(line)) continue;
    const one = parsed(line);
    answers.set(line, "value" in one ? "" : JSON.stringify(one));
    if (!("value" in one)) continue;
    const kind = kindOf(one.value);
    const same = byKind.get(kind);
    if (same) same.push([line, one.value]);
    else byKind.set(kind, [[line, one.value]]);
  }
  for (const same of byKind.values())
    for (const [line, value] of same) answers.set(line, JSON.stringify(answer(value, facts)));
  return lines.map((line) => `${answers.get(line)}\n`).join("");
}

/** True when a block may hold an API workload: the price table must be loaded before it is answered. */
export const mayHoldApi = (block: string): boolean => block.includes('"api"');
