/** `estimate FILE`: the native workloads of one file, as a table or one JSON object a line. */
import { createFormatter } from "../present/numbers";
import { reportText } from "../present/reportText";
import { reportOn } from "./report";
import { exitCodes } from "./usage";

export async function estimateFile(file: string, format: "json" | "table"): Promise<number> {
  const report = await reportOn([file], {}, (message) => console.error(message));
  if (format === "table") {
    process.stdout.write(`${reportText(report, "table", createFormatter("en"))}\n`);
    return exitCodes.done;
  }
  for (const { workloads, problems } of report.files) {
    for (const { name, estimate, assumptions, alternatives, notes } of workloads)
      console.log(
        JSON.stringify({ name, estimate, assumptions, alternatives, ...(notes.length > 0 ? { notes } : {}) }),
      );
    for (const problem of problems)
      if (problem.severity === "error") console.log(JSON.stringify({ error: problem.message, range: problem.range }));
  }
  return exitCodes.done;
}
