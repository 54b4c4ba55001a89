/** `report PATH…`: what the workloads of files and folders cost. */
import { writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { type Analyzer, tokenPricesWanted } from "../analysis/analyzer";
import { loadTokenPrices } from "../catalog/tokenPrices";
import { parseNumber } from "../core/numbers";
import { createFormatter } from "../present/numbers";
import { type AnalyzedFile, buildReport, type Report } from "../present/report";
import { type ReportFormat, reportFormats, reportText } from "../present/reportText";
import { findFiles } from "./files";
import { exitCodes, UsageError } from "./usage";
import { Workspaces } from "./workspace";

export interface ReportOptions {
  readonly format: string;
  readonly output?: string;
  readonly budget?: string;
  readonly set: readonly string[];
}

/** `field=value` pairs; numbers with suffixes become numbers. Throws UsageError. */
export function parseSettings(pairs: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at <= 0) throw new UsageError(`--set wants field=value, not ${pair}`);
    const text = pair.slice(at + 1);
    settings[pair.slice(0, at)] = text === "true" ? true : text === "false" ? false : (parseNumber(text) ?? text);
  }
  return settings;
}

/** USD of a report: runs that end, plus one month of what has no end. */
export const totalCost = (report: Report): number =>
  (report.totals.cost?.central ?? 0) + (report.totals.costPerMonth?.central ?? 0);

/** Analyses, and again once the token prices are there if something of it is billed by them. */
export async function withTokenPrices(
  analyzeAll: () => AnalyzedFile[],
  analyzers: () => readonly Analyzer[],
): Promise<AnalyzedFile[]> {
  const files = analyzeAll();
  if (!files.some(({ workloads }) => workloads.some(tokenPricesWanted))) return files;
  await loadTokenPrices();
  for (const analyzer of new Set(analyzers())) analyzer.forgetEstimates();
  return analyzeAll();
}

/** Analyses paths into a report. */
export async function reportOn(
  paths: readonly string[],
  overrides: Readonly<Record<string, unknown>>,
  warn: (message: string) => void,
): Promise<Report> {
  const sources = findFiles(paths);
  const workspaces = new Workspaces([], overrides, warn);
  const shown = (path: string): string => {
    const below = relative(process.cwd(), path);
    return (below === "" || below.startsWith("..") ? path : below).replaceAll(sep, "/");
  };
  const files = await withTokenPrices(
    () => sources.map((source) => workspaces.analyze(source, shown(source.path))),
    () => sources.map(({ root }) => workspaces.at(root).analyzer),
  );
  const facts = workspaces.at(sources[0]?.root ?? process.cwd()).analyzer.facts;
  return buildReport(
    files.filter(({ workloads, problems }) => workloads.length > 0 || problems.length > 0),
    { names: facts, asOf: facts.asOf },
  );
}

export async function reportCommand(paths: readonly string[], options: ReportOptions): Promise<number> {
  if (!(reportFormats as readonly string[]).includes(options.format))
    throw new UsageError(`--format is one of ${reportFormats.join(", ")}`);
  const budget = options.budget === undefined ? undefined : parseNumber(options.budget);
  if (options.budget !== undefined && !(budget !== undefined && budget >= 0))
    throw new UsageError(`--budget wants an amount in USD, not ${options.budget}`);
  const report = await reportOn(paths, parseSettings(options.set), (message) => console.error(message));
  const format = createFormatter("en");
  const text = reportText(report, options.format as ReportFormat, format);
  if (options.output === undefined) process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  else writeFileSync(options.output, text);
  if (budget === undefined) return exitCodes.done;
  const cost = totalCost(report);
  if (cost <= budget) return exitCodes.done;
  console.error(
    `over budget: ${format.value(cost, "USD")} against ${format.value(budget, "USD")} (runs that end, plus one month of what does not)`,
  );
  return exitCodes.overBudget;
}
