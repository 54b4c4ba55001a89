/** `estimate -`: one native workload a line in, one estimate a line out, in the same order, streaming. */
import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Estimate } from "../core/estimate";
import { estimate } from "../core/estimator";
import type { Facts } from "../core/facts";
import { parseWorkload } from "../core/parseWorkload";
import type { WorkloadProblem } from "../core/workload";

/** A line longer than this is refused instead of collected. */
const longestLine = 4 << 20;

export interface Answer {
  readonly estimate?: Estimate["quantities"];
  readonly assumptions?: Estimate["assumptions"];
  readonly dominatedBy?: string;
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
  const { quantities, assumptions, dominatedBy, notes } = estimate(workload, facts);
  const remarks = [...notes, ...problems.map((problem) => place(problem) + problem.message)];
  return {
    estimate: quantities,
    assumptions,
    ...(dominatedBy === undefined ? {} : { dominatedBy }),
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

/** Copies answers for the lines of `input` to `output`, waiting when the reader is slower. `prepare` runs once before an API workload. */
export async function estimateStream(
  input: Readable,
  output: Writable,
  facts: Facts,
  prepare: () => Promise<void>,
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let prepared = false;
  const work = async (text: string): Promise<void> => {
    let out = "";
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = text.slice(from, end);
      from = end + 1;
      if (line.trim() === "") continue;
      if (!prepared && line.includes('"api"')) {
        await prepare();
        prepared = true;
      }
      out += `${JSON.stringify(answerLine(line, facts))}\n`;
    }
    rest = text.slice(from);
    if (rest.length > longestLine) {
      out += `${JSON.stringify({ error: "line longer than 4 MB" })}\n`;
      rest = "";
    }
    if (out !== "" && !output.write(out)) await new Promise((resolve) => output.once("drain", resolve));
  };
  for await (const chunk of input) await work(rest + decoder.write(chunk as Buffer));
  const last = rest + decoder.end();
  rest = "";
  if (last.trim() !== "") await work(`${last}\n`);
}
