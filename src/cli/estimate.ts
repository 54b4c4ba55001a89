/** `estimate [FILE|-]`: native workloads from a file, or one a line from standard input. */
import { createReadStream } from "node:fs";
import { createCatalog } from "../catalog/catalog";
import { loadTokenPrices } from "../catalog/tokenPrices";
import { createFormatter } from "../present/numbers";
import { reportText } from "../present/reportText";
import { estimateStream } from "./estimateStream";
import { reportOn } from "./report";
import { exitCodes, UsageError } from "./usage";

export async function estimateCommand(file: string, options: { readonly format: string }): Promise<number> {
  if (options.format !== "json" && options.format !== "table") throw new UsageError("--format is json or table");
  if (file === "-" || file.endsWith(".ndjson") || file.endsWith(".jsonl")) {
    const input = file === "-" ? process.stdin : createReadStream(file);
    const script = process.argv[1];
    await estimateStream(input, process.stdout, {
      facts: createCatalog(),
      prepare: loadTokenPrices,
      ...(script === undefined ? {} : { script }),
    });
    return exitCodes.done;
  }
  const report = await reportOn([file], {}, (message) => console.error(message));
  if (options.format === "table") {
    process.stdout.write(`${reportText(report, "table", createFormatter("en"))}\n`);
    return exitCodes.done;
  }
  for (const { workloads, problems } of report.files) {
    for (const { name, estimate, assumptions, notes } of workloads)
      console.log(JSON.stringify({ name, estimate, assumptions, ...(notes.length > 0 ? { notes } : {}) }));
    for (const problem of problems)
      if (problem.severity === "error") console.log(JSON.stringify({ error: problem.message, range: problem.range }));
  }
  return exitCodes.done;
}
