/** A difference as text: plain columns for a terminal, Markdown for a review, JSON. */
import type { QuantityKey } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import type { FieldChange, QuantityChange, ReportDifference, WorkloadChange } from "./difference";
import { columns } from "./explain";
import { fieldWords, printed, quantityLabels } from "./fields";
import { kindWords } from "./kinds";
import { escapeMarkdown, inlineCode, plain, table } from "./markdown";
import type { Formatter } from "./numbers";
import { totalKeys } from "./totals";
import { valueText } from "./values";

export const differenceFormats = ["table", "markdown", "json"] as const;
export type DifferenceFormat = (typeof differenceFormats)[number];

export function differenceText(difference: ReportDifference, as: DifferenceFormat, format: Formatter): string {
  if (as === "json") return `${JSON.stringify(difference, undefined, 2)}\n`;
  return as === "table" ? differenceTable(difference, format) : differenceMarkdown(difference, format);
}

/** What stands in a cell when nothing is known: never a zero. */
const unknown = "–";
const mostFields = 8;
const signs = { added: "+", removed: "−", changed: "~" } as const;
const kindOf = (change: WorkloadChange): string => kindWords(change.kind as Parameters<typeof kindWords>[0]);

/** Label, before, after, difference. */
type Cells = readonly [string, string, string, string];

function quantityCells(key: QuantityKey, change: QuantityChange, format: Formatter): Cells {
  const text = (quantity: Quantity | undefined): string =>
    quantity === undefined ? unknown : format.quantityWithRange(printed(key, quantity));
  return [quantityLabels[key], text(change.before), text(change.after), differenceCell(key, change, format)];
}

function differenceCell(key: QuantityKey, { before, difference }: QuantityChange, format: Formatter): string {
  if (difference === undefined) return unknown;
  const shown = printed(key, difference);
  const text = format.difference(shown.central, shown.unit);
  const base = before === undefined ? undefined : printed(key, before).central;
  if (base === undefined || !(base > 0) || shown.central === 0 || shown.central <= -base) return text;
  const ratio = shown.central / base;
  if (ratio >= 9) return `${text} (×${format.number(ratio + 1)})`;
  return `${text} (${ratio > 0 ? "+" : "−"}${format.number(100 * Math.abs(ratio))} %)`;
}

/** `write` makes foreign text safe where it is printed. */
type Write = (text: string, limit: number) => string;

function fieldCells({ field, before, after }: FieldChange, format: Formatter, write: Write): Cells {
  const text = (value: unknown): string =>
    value === undefined || value === null ? unknown : write(valueText(field, value, format), 40);
  return [fieldWords(field).label, text(before), text(after), ""];
}

function cellsOf(change: WorkloadChange, format: Formatter, write: Write): Cells[] {
  const fields = change.fields.slice(0, mostFields).map((field) => fieldCells(field, format, write));
  const quantities = Object.entries(change.quantities).map(([key, quantity]) =>
    quantityCells(key as QuantityKey, quantity, format),
  );
  return [...fields, ...quantities];
}

const totalCells = (difference: ReportDifference, format: Formatter): Cells[] =>
  totalKeys.flatMap((key) => {
    const total = difference.totals[key];
    return total === undefined ? [] : [quantityCells(key, total, format)];
  });

function summary({ changes, unchanged }: ReportDifference, format: Formatter): string {
  const count = (kind: WorkloadChange["change"]): number => changes.filter(({ change }) => change === kind).length;
  return `${format.count(count("added"))} added, ${format.count(count("removed"))} removed, ${format.count(count("changed"))} changed, ${format.count(unchanged)} as before`;
}

const method = ({ methodology, catalog }: ReportDifference): string =>
  `Method ${plain(methodology, 20)}, catalogue ${plain(catalog.asOf, 20)}. Estimates: 80 % intervals in brackets; list prices.`;

export function differenceTable(difference: ReportDifference, format: Formatter): string {
  const title = (change: WorkloadChange): string =>
    `${signs[change.change]} ${change.pathBefore === undefined ? "" : `${plain(change.pathBefore, 60)} → `}${plain(change.path, 60)}:${change.line + 1} ${plain(change.name ?? change.dialect, 32)} (${kindOf(change)})${change.countedIn === undefined ? "" : " *"}`;
  const rows: string[][] = [];
  for (const change of difference.changes) {
    rows.push([title(change), "", "", ""]);
    for (const [label, ...cells] of cellsOf(change, format, plain)) rows.push([`    ${label}`, ...cells]);
  }
  const totals = totalCells(difference, format);
  if (totals.length > 0) rows.push(["Total", "", "", ""]);
  for (const [label, ...cells] of totals) rows.push([`    ${label}`, ...cells]);
  const head = `${plain(difference.base, 60)} → ${plain(difference.head, 60)}: ${summary(difference, format)}`;
  // Titles are no cells: a long one would push the figures out of the terminal.
  const body = columns(
    ["", "Before", "After", "Difference"],
    rows.map((row) => (row[1] === "" && row[2] === "" ? ["", "", "", ""] : row)),
  )
    .split("\n")
    .map((line, index) => (line === "" && index > 0 ? (rows[index - 1]?.[0] ?? "") : line));
  const lines = [head, ...(rows.length > 0 ? [body.join("\n")] : [])];
  if (difference.changes.some(({ countedIn }) => countedIn !== undefined))
    lines.push("* counted in another workload, not in the totals");
  return `${[...lines, method(difference)].join("\n\n")}\n`;
}

export function differenceMarkdown(difference: ReportDifference, format: Formatter): string {
  const header = ["", "Before", "After", "Difference"];
  const rows = (cells: readonly Cells[]): string =>
    table(
      header,
      cells.map((row) => [...row]),
      [1, 2, 3],
    );
  const sections = [
    "# What this change costs",
    `${inlineCode(difference.base, 80)} → ${inlineCode(difference.head, 80)}: ${summary(difference, format)}.`,
  ];
  const totals = totalCells(difference, format);
  if (totals.length > 0) sections.push("## Totals", rows(totals));
  if (difference.changes.length > 0) sections.push("## Workloads");
  for (const change of difference.changes) {
    sections.push(
      `### ${change.change[0]?.toUpperCase()}${change.change.slice(1)}: ${escapeMarkdown(change.name ?? change.dialect, 60)} (${kindOf(change)}) — ${inlineCode(change.path, 80)}${change.pathBefore === undefined ? "" : ` (was ${inlineCode(change.pathBefore, 80)})`}, line ${change.line + 1}${change.countedIn === undefined ? "" : ", counted elsewhere"}`,
    );
    const cells = cellsOf(change, format, escapeMarkdown);
    sections.push(cells.length > 0 ? rows(cells) : "Nothing is known of its cost.");
  }
  return `${[...sections, "---", escapeMarkdown(method(difference), 300)].join("\n\n")}\n`;
}
