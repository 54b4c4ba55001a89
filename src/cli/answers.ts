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

function answerLine(line: string, facts: Facts): Answer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { error: `not JSON: ${(error as Error).message.slice(0, 120)}` };
  }
  return answer(value, facts);
}

/** Answers a block of whole lines in their order; empty lines are passed over. A line that comes again is not reckoned again. */
export function answerBlock(block: string, facts: Facts): string {
  const answered = new Map<string, string>();
  let out = "";
  let from = 0;
  while (from < block.length) {
    let end = block.indexOf("\n", from);
    if (end < 0) end = block.length;
    const line = block.slice(from, end);
    from = end + 1;
    if (line.trim() === "") continue;
    let text = answered.get(line);
    if (text === undefined) {
      text = `${JSON.stringify(answerLine(line, facts))}\n`;
      answered.set(line, text);
    }
    out += text;
  }
  return out;
}

/** True when a block may hold an API workload: the price table must be loaded before it is answered. */
export const mayHoldApi = (block: string): boolean => block.includes('"api"');
