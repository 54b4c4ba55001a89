/** The comparison for other places: a Markdown table, CSV with full numbers, JSON. */

import { csvRows } from "../present/csv";
import { escapeMarkdown, plain, table } from "../present/markdown";
import type { CellView, StateMessage } from "./protocol";

export const exportFormats = ["markdown", "csv", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export function exportComparison(state: StateMessage, as: ExportFormat): string {
  switch (as) {
    case "markdown":
      return comparisonMarkdown(state);
    case "csv":
      return comparisonCsv(state);
    case "json":
      return comparisonJson(state);
  }
}

export function comparisonMarkdown(state: StateMessage): string {
  const inputs = state.fields.map((field) => [
    escapeMarkdown(field.label),
    ...state.scenarios.map(({ values }) => escapeMarkdown(shownValue(field, values[field.name]?.text) || "–")),
  ]);
  const results = state.results.map((row) => [escapeMarkdown(row.label), ...row.cells.map(cellMarkdown)]);
  const head = ["", ...state.scenarios.map(({ name }) => escapeMarkdown(name, 80))];
  return `${table(head, [...inputs, ...results])}\n\n${escapeMarkdown(state.footnote, 300)}\n`;
}

const shownValue = (field: StateMessage["fields"][number], text: string | undefined): string =>
  field.options.find(({ value }) => value === text)?.label ?? text ?? "";

function cellMarkdown(cell: CellView | null): string {
  if (cell === null) return "–";
  const range = cell.range === undefined ? "" : ` (${cell.range})`;
  const difference = cell.difference === undefined ? "" : `, ${cell.difference.text}`;
  return escapeMarkdown(`${cell.text}${range}${difference}`, 120);
}

/** One row per input and per quantity; quantities as low, central, high in full. */
function comparisonCsv(state: StateMessage): string {
  const ends = ["low", "central", "high"] as const;
  return csvRows([
    ["", ...state.scenarios.map(({ name }) => name)],
    ...state.fields.map((field) => [
      field.name,
      ...state.scenarios.map(({ values }) => values[field.name]?.text ?? ""),
    ]),
    ...state.results.flatMap((row) =>
      ends.map((end) => [
        `${row.key} ${end} (${row.unit})`,
        ...row.cells.map((cell) => (cell === null ? "" : String(cell[end]))),
      ]),
    ),
  ]);
}

function comparisonJson(state: StateMessage): string {
  const scenarios = state.scenarios.map(({ name, baseline, values }, index) => ({
    name: plain(name, 200),
    baseline,
    inputs: Object.fromEntries(
      Object.entries(values).flatMap(([field, { text, origin }]) =>
        text === "" ? [] : [[field, { value: text, origin }]],
      ),
    ),
    estimate: Object.fromEntries(
      state.results.flatMap((row) => {
        const cell = row.cells[index];
        if (cell === null || cell === undefined) return [];
        return [[row.key, { low: cell.low, central: cell.central, high: cell.high, unit: row.unit }]];
      }),
    ),
  }));
  return `${JSON.stringify({ schema: "ai-cost-lens/comparison@1", title: plain(state.title, 200), scenarios, note: state.footnote }, undefined, 2)}\n`;
}
