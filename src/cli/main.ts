/** The command line (docs/contract.md, section 4). Exit codes: 0 done, 1 over budget, 2 bad usage or unreadable input. */
import { parentPort, workerData } from "node:worker_threads";
import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { estimateWorkerRole, serveEstimates } from "./estimatePool";
import type { ReportOptions } from "./report";
import { exitCodes, UsageError } from "./usage";

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

function commands(done: (code: number) => void): Command {
  const program = new Command("ai-cost-lens")
    .description("What AI workloads in YAML and JSON configs will cost: money, energy, carbon, time, memory.")
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.replace(/^error: /, "").split("\n")[0]}\n`) })
    .showSuggestionAfterError(false);
  program
    .command("report")
    .description("the workloads of files, folders and globs, and their totals")
    .argument("<path...>", "files, folders (respecting .gitignore) or globs")
    .option("--format <format>", "table, markdown, json or csv", "table")
    .option("--output <file>", "write to a file instead of the terminal")
    .option("--budget <USD>", "exit with 1 when the runs and one month of endless work cost more")
    .option("--set <field=value>", "state a field for every workload (repeatable)", collect, [])
    .action(async (paths: string[], options: ReportOptions) =>
      done(await (await import("./report")).reportCommand(paths, options)),
    );
  program
    .command("estimate")
    .description("native workloads: a *.aicost file, or one JSON object a line from standard input")
    .argument("[file]", "file, or - for standard input", "-")
    .option("--format <format>", "json or table", "json")
    .action(async (file: string, options: { format: string }) =>
      done(await (await import("./estimate")).estimateCommand(file, options)),
    );
  program
    .command("diff")
    .description("what a change costs: two files, two folders, or git revisions (diff HEAD~1 .)")
    .argument("<base>", "file, folder or revision before")
    .argument("<head>", "file, folder or revision after")
    .option("--format <format>", "table, markdown or json", "table")
    .action(async (base: string, head: string, options: { format: string }) =>
      done(await (await import("./diff")).diffCommand(base, head, options)),
    );
  program
    .command("catalog")
    .description("accelerators, instances, models, regions, prices, datasets: with source and date")
    .argument("<kind>", "what to list")
    .argument("[query]", "text to look for")
    .option("--format <format>", "table or json", "table")
    .action(async (kind: string, query: string | undefined, options: { format: string }) =>
      done(await (await import("./catalog")).catalogCommand(kind, query, options)),
    );
  program
    .command("explain")
    .description("the chain of formulas behind a workload")
    .argument("<file[:line]>", "a file, or a line of it")
    .action(async (target: string) => done(await (await import("./explain")).explainCommand(target)));
  return program;
}

async function main(): Promise<number> {
  let code: number = exitCodes.done;
  try {
    await commands((result) => {
      code = result;
    }).parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const known = error instanceof UsageError || typeof (error as NodeJS.ErrnoException).code === "string";
    console.error(known ? (error as Error).message : `unexpected: ${(error as Error).stack}`);
    return exitCodes.usage;
  }
}

const port = workerData?.role === estimateWorkerRole ? parentPort : null;
if (port !== null) import("./answering").then(({ answerLines }) => serveEstimates(port, answerLines));
else {
  // A reader that closes early (head) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));
  main().then((code) => {
    process.exitCode = code;
  });
}
