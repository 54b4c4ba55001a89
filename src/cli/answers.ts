/** Answers to native workloads, one JSON text a line. */
import type { Estimate } from "../core/estimate";
import { estimate } from "../core/estimator";
import type { Facts } from "../core/facts";
import { type ParsedWorkload, parseWorkload } from "../core/parseWorkload";
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

/** Answers one workload, as parsed. */
function answer({ workload, problems }: ParsedWorkload, facts: Facts): Answer {
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
 * kind go through each stage together: a processor keeps one stage of one kind at hand, all of them it would fetch again for each line.
 */
export function answerBlock(block: string, facts: Facts): string {
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  const answers = new Map<string, string>();
  const byKind = new Map<unknown, { readonly lines: string[]; readonly values: unknown[] }>();
  for (const line of lines) {
    if (answers.has(line)) continue;
    const one = parsed(line);
    answers.set(line, "value" in one ? "" : JSON.stringify(one));
    if (!("value" in one)) continue;
    const kind = kindOf(one.value);
    const group = byKind.get(kind) ?? { lines: [], values: [] };
    byKind.set(kind, group);
    group.lines.push(line);
    group.values.push(one.value);
  }
  for (const group of byKind.values()) {
    const workloads = group.values.map(parseWorkload);
    const reckoned = workloads.map((workload) => answer(workload, facts));
    for (const [index, line] of group.lines.entries()) answers.set(line, JSON.stringify(reckoned[index]));
  }
  return lines.map((line) => `${answers.get(line)}\n`).join("");
}

/** True when a block may hold an API workload: the price table must be loaded before it is answered. */
export const mayHoldApi = (block: string): boolean => block.includes('"api"');
