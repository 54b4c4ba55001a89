/** A report as text: plain columns for a terminal, Markdown, CSV, JSON. Everything is printed from the one report object. */
import type { QuantityKey } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import { byInfluence } from "./assumptions";
import { boundTitle } from "./bound";
import { csvRows } from "./csv";
import { columns } from "./explain";
import { fieldWords, inSentence, printed, quantityLabels } from "./fields";
import { hardwareText } from "./hardware";
import { kindWords } from "./kinds";
import { escapeMarkdown, inlineCode, plain, table } from "./markdown";
import type { Formatter } from "./numbers";
import type { Report, ReportWorkload } from "./report";
import { totalKeys } from "./totals";
import { dated, valueMarkdown } from "./values";

export const reportFormats = ["table", "markdown", "csv", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export function reportText(report: Report, as: ReportFormat, format: Formatter): string {
  switch (as) {
    case "table":
      return reportTable(report, format);
    case "markdown":
      return reportMarkdown(report, format);
    case "csv":
      return reportCsv(report);
    case "json":
      return `${JSON.stringify(report, undefined, 2)}\n`;
  }
}

const kindOf = (workload: ReportWorkload): string => kindWords(workload.kind as Parameters<typeof kindWords>[0]);
/** Zero-based line, as people count. */
const lineOf = (workload: ReportWorkload): number => workload.range.start.line + 1;

interface Cells {
  readonly cost: string;
  readonly energy: string;
  readonly carbon: string;
  readonly time: string;
}

/** The figures of one row; the cost with its interval, the others with theirs where `ranges` asks for it. */
function cells(workload: ReportWorkload, format: Formatter, ranges = false): Cells {
  const quantity = (keys: readonly QuantityKey[]): Quantity | undefined => {
    const key = keys.find((name) => workload.estimate?.[name] !== undefined);
    return key && printed(key, workload.estimate?.[key] as Quantity);
  };
  const text = (keys: readonly QuantityKey[], withRange: boolean): string => {
    const found = quantity(keys);
    if (found === undefined) return "";
    return withRange ? format.quantityWithRange(found) : format.quantity(found);
  };
  const cost = text(["cost", "costPerMonth", "costRate", "purchaseCost"], true);
  return {
    cost: [cost, boundTitle(workload.bound, format)].filter(Boolean).join(" · "),
    energy: text(["energy", "power", "energyPerYear"], ranges),
    carbon: text(["carbon", "carbonRate"], ranges),
    time: text(["duration"], ranges),
  };
}

const hardwareCell = (workload: ReportWorkload, format: Formatter): string =>
  workload.hardware === undefined ? "" : hardwareText(workload.hardware, format);

/** What stands in a cell when nothing is known: never a zero. */
const unknown = "–";
const known = (cell: string): string => (cell === "" ? unknown : cell);

/** Columns for a terminal, one heading a file. Control characters of names and paths do not reach it. */
export function reportTable(report: Report, format: Formatter): string {
  const header = ["Workload", "Line", "Kind", "Cost", "Energy", "Carbon", "Hardware", "Time"];
  const files = report.files.filter(({ workloads }) => workloads.length > 0);
  const rowsOf = files.map((file) =>
    file.workloads.map((workload) => {
      const { cost, energy, carbon, time } = cells(workload, format);
      return [
        `  ${plain(workload.name ?? workload.dialect, 32)}${workload.countedIn === undefined ? "" : " *"}`,
        String(lineOf(workload)),
        kindOf(workload),
        ...[cost, energy, carbon, hardwareCell(workload, format), time].map(known),
      ];
    }),
  );
  const rows = rowsOf.flat();
  const lines: string[] = [];
  if (rows.length === 0) lines.push("No workloads found.");
  else {
    // A path is no cell: a long one would push the figures out of the terminal.
    const [head = "", ...body] = columns(header, rows, [1]).split("\n");
    const blocks = files.map((file, index) => {
      const before = rowsOf.slice(0, index).reduce((sum, one) => sum + one.length, 0);
      return [plain(file.path, 100), ...body.slice(before, before + file.workloads.length)].join("\n");
    });
    lines.push([head, ...blocks].join("\n"));
  }
  if (rows.some((row) => row[0]?.endsWith(" *"))) lines.push("* counted in another workload, not in the totals");
  const totals = totalsLine(report, format);
  if (totals !== "") lines.push(`Total  ${totals}`);
  const problems = report.files.flatMap((file) =>
    file.problems.map(
      (problem) =>
        `${problem.severity}  ${plain(file.path, 60)}:${problem.range.start.line + 1}  ${plain(problem.message, 240)}`,
    ),
  );
  if (problems.length > 0) lines.push(problems.join("\n"));
  lines.push(
    `Method ${report.methodology}, catalogue ${plain(report.catalog.asOf, 20)}. Estimates at list prices; 80 % intervals in brackets, all of them in the other formats.`,
  );
  return `${lines.join("\n\n")}\n`;
}

function totalsLine(report: Report, format: Formatter): string {
  return totalKeys
    .flatMap((key) => {
      const quantity = report.totals[key];
      if (quantity === undefined) return [];
      return [`${quantityLabels[key]}: ${format.quantityWithRange(printed(key, quantity))}`];
    })
    .join(" · ");
}

export interface ReportMarkdownOptions {
  readonly title?: string;
}

export function reportMarkdown(report: Report, format: Formatter, options: ReportMarkdownOptions = {}): string {
  const sections: string[] = [`# ${escapeMarkdown(options.title ?? "What these workloads cost", 120)}`];
  const workloads = report.files.flatMap((file) => file.workloads.map((workload) => ({ file, workload })));
  if (workloads.length === 0) sections.push("No workloads were found.");
  const totals = totalKeys.flatMap((key) => {
    const quantity = report.totals[key];
    if (quantity === undefined) return [];
    const shown = printed(key, quantity);
    return [[quantityLabels[key], format.quantity(shown), format.range(shown) ?? ""]];
  });
  if (totals.length > 0) sections.push("## Totals", table(["Quantity", "Central", "80 % interval"], totals, [1, 2]));
  const oneFile = report.files.length === 1;
  const whereOf = (path: string, workload: ReportWorkload): string =>
    `${oneFile ? "" : `${inlineCode(path, 80)}, `}line ${lineOf(workload)}`;
  if (workloads.length > 0) {
    sections.push(
      "## Workloads",
      table(
        ["Workload", "Where", "Cost", "Energy", "Carbon", "Hardware", "Time"],
        workloads.map(({ file, workload }) => {
          const { cost, energy, carbon, time } = cells(workload, format);
          return [
            `${escapeMarkdown(workload.name ?? workload.dialect, 80)}${workload.countedIn === undefined ? "" : " (counted elsewhere)"}`,
            whereOf(file.path, workload),
            ...[cost, energy, carbon, escapeMarkdown(hardwareCell(workload, format)), time].map(known),
          ];
        }),
        [2, 3, 4, 6],
      ),
    );
  }
  for (const { file, workload } of workloads.slice(0, 50)) {
    const details = detailsOf(workload, format);
    if (details.length === 0) continue;
    sections.push(
      `### ${escapeMarkdown(workload.name ?? workload.dialect, 100)}`,
      `${kindOf(workload)}, ${whereOf(file.path, workload)}`,
      details.join("\n"),
    );
  }
  if (workloads.length > 50) sections.push(`Details of ${workloads.length - 50} more workloads are left out.`);
  const problems = report.files.flatMap((file) =>
    file.problems.map(
      (problem) =>
        `- ${problem.severity}: ${inlineCode(file.path, 80)}, line ${problem.range.start.line + 1}: ${escapeMarkdown(problem.message, 300)}`,
    ),
  );
  if (problems.length > 0) sections.push("## Problems", problems.join("\n"));
  sections.push(
    `---\n\nMethod ${escapeMarkdown(report.methodology, 20)}, catalogue of ${escapeMarkdown(report.catalog.asOf, 20)}. Estimates, not measurements: the interval holds in four cases of five. Prices are list prices unless stated; carbon is location-based.`,
  );
  return `${sections.join("\n\n")}\n`;
}

/** Assumptions and notes of one workload as a list. */
function detailsOf(workload: ReportWorkload, format: Formatter): string[] {
  const lines: string[] = [];
  const { energy, carbon, time } = cells(workload, format, true);
  const figures = [energy && `energy ${energy}`, carbon && `carbon ${carbon}`, time && `time ${time}`].filter(Boolean);
  if (figures.length > 0) lines.push(`- With intervals: ${figures.join(" · ")}`);
  const memory = workload.estimate?.memoryPerAccelerator;
  if (memory !== undefined)
    lines.push(
      `- Memory per accelerator: ${format.quantityWithRange(memory)}${memory.fits === false ? ", **does not fit**" : memory.fits ? ", fits" : ""}`,
    );
  for (const { label, reason } of (workload.alternatives ?? []).slice(0, 3))
    lines.push(`- Would also do: ${escapeMarkdown(label, 80)} (${escapeMarkdown(reason, 160)})`);
  for (const [name, { value, catalog }] of Object.entries(workload.facts))
    if (catalog !== undefined)
      lines.push(
        `- ${fieldWords(name).label} ${valueMarkdown(name, value, format)}: dimensions from ${dated(catalog.source, catalog.date)}`,
      );
  for (const note of workload.notes.slice(0, 6)) lines.push(`- ${escapeMarkdown(note, 240)}`);
  for (const assumption of byInfluence(workload).slice(0, 12)) {
    const value = valueMarkdown(assumption.field, assumption.value, format);
    const source = assumption.source === undefined ? "" : ` (${escapeMarkdown(assumption.source, 160)})`;
    lines.push(
      `- Assumed ${inSentence(assumption.field)} ${value}: ${escapeMarkdown(assumption.reason, 200)}${source}`,
    );
  }
  return lines;
}

const csvQuantities = Object.keys(quantityLabels) as QuantityKey[];

/** One row per workload; every quantity as low, central, high in the contract's unit. Numbers are full and never localised. */
export function reportCsv(report: Report): string {
  const present = csvQuantities.filter((key) =>
    report.files.some((file) => file.workloads.some((workload) => workload.estimate?.[key] !== undefined)),
  );
  const unitOf = (key: QuantityKey): string =>
    report.files.flatMap((file) => file.workloads).find((workload) => workload.estimate?.[key])?.estimate?.[key]
      ?.unit ?? "";
  const head = [
    "path",
    "line",
    "id",
    "dialect",
    "kind",
    "name",
    "accelerator",
    "accelerators",
    "countedIn",
    ...present.flatMap((key) => ["low", "central", "high"].map((end) => `${key} ${end} (${unitOf(key)})`)),
  ];
  const rows = report.files.flatMap((file) =>
    file.workloads.map((workload) => [
      file.path,
      String(lineOf(workload)),
      workload.id,
      workload.dialect,
      workload.kind,
      workload.name ?? "",
      workload.hardware?.accelerator ?? "",
      workload.hardware?.count === undefined ? "" : String(workload.hardware.count),
      workload.countedIn ?? "",
      ...present.flatMap((key) => {
        const quantity = workload.estimate?.[key];
        return quantity === undefined ? ["", "", ""] : [quantity.low, quantity.central, quantity.high].map(String);
      }),
    ]),
  );
  return csvRows([head, ...rows]);
}
