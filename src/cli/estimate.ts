/** `estimate [FILE|-]`: native workloads from a file, or one a line from standard input. */
import { createReadStream } from "node:fs";
import { estimateStream } from "./estimateStream";
import { exitCodes, UsageError } from "./usage";

export async function estimateCommand(file: string, options: { readonly format: string }): Promise<number> {
  if (options.format !== "json" && options.format !== "table") throw new UsageError("--format is json or table");
  if (file !== "-" && !/\.(?:ndjson|jsonl)$/.test(file)) {
    const { estimateFile } = await import("./estimateFile");
    return estimateFile(file, options.format);
  }
  const input = file === "-" ? process.stdin : createReadStream(file);
  const script = process.argv[1];
  await estimateStream(input, process.stdout, {
    // Read when it is needed: long streams are answered in threads, which read their own.
    answer: async (block) => (await import("./answering")).answerLines(block),
    ...(script === undefined ? {} : { script }),
  });
  return exitCodes.done;
}
