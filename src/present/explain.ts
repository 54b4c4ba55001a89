/** The chain of formulas behind one workload: what went in, each step, what was assumed, what came out. */
import { type QuantityKey, quantityUnits } from "../core/estimate";
import type { Facts } from "../core/facts";
import { exact } from "../core/quantity";
import { byInfluence } from "./assumptions";
import { boundSentence } from "./bound";
import { fieldWords, printed, quantityLabels } from "./fields";
import { kindWords } from "./kinds";
import { lensTitle } from "./lensTitle";
import { escapeMarkdown, inlineCode, plain, table } from "./markdown";
import type { Formatter } from "./numbers";
import type { Subject } from "./subject";
import { catalogueMarkdown, chainMarkdown, modelSources, originMarkdown, valueMarkdown, valueText } from "./values";

export interface ExplainOptions {
  readonly facts: Facts;
  readonly format: Formatter;
}

/** How text is set: Markdown, or plain columns for a terminal. */
interface Style {
  heading(text: string): string;
  /** Foreign text. */
  text(text: string, limit?: number): string;
  code(text: string, limit?: number): string;
  table(header: readonly string[], rows: readonly (readonly string[])[]): string;
  list(items: readonly string[]): string;
  readonly markdown: boolean;
}

const markdownStyle: Style = {
  heading: (text) => `## ${text}`,
  text: escapeMarkdown,
  code: inlineCode,
  table: (header, rows) => table(header, rows),
  list: (items) => items.map((item) => `- ${item}`).join("\n"),
  markdown: true,
};

const plainStyle: Style = {
  heading: (text) => text.toUpperCase(),
  text: plain,
  code: plain,
  table: (header, rows) => columns(header, rows),
  list: (items) => items.map((item) => `  ${item}`).join("\n"),
  markdown: false,
};

/** Text columns two blanks apart; `right` marks columns aligned to the right. */
export function columns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, index) => Math.max(...all.map((row) => displayWidth(row[index] ?? ""))));
  return all
    .map((row) =>
      row
        .map((cell, index) => {
          const fill = " ".repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(cell)));
          return right.includes(index) ? fill + cell : cell + fill;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Columns a text takes in a terminal: wide East Asian characters take two. */
const displayWidth = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );

export const explainMarkdown = (subject: Subject, options: ExplainOptions): string =>
  explain(subject, options, markdownStyle);
export const explainText = (subject: Subject, options: ExplainOptions): string => explain(subject, options, plainStyle);

function explain(subject: Subject, { facts, format }: ExplainOptions, style: Style): string {
  const { recognized, estimate } = subject;
  const sections: string[] = [];
  const title = recognized.name ?? `${recognized.kind} (${recognized.dialect})`;
  sections.push(style.markdown ? `# ${style.text(title)}` : style.text(title));
  const line = lensTitle(subject, { names: facts, format });
  sections.push(style.markdown ? `**${escapeMarkdown(line, 240)}**` : line);
  sections.push(
    `${kindWords(recognized.kind)}, read as ${style.code(recognized.dialect, 60)}. ${
      estimate === undefined
        ? "No estimate."
        : `Method ${estimate.methodology}, catalogue of ${style.text(facts.asOf, 20)}. Intervals hold in four cases of five.`
    }`,
  );

  const bound = boundSentence(subject.bound, format);
  if (bound !== undefined) sections.push(`Upper bound: ${style.text(bound, 200)}.`);

  const results = (Object.keys(quantityLabels) as QuantityKey[]).flatMap((key) => {
    const quantity = estimate?.quantities[key];
    if (quantity === undefined) return [];
    const shown = printed(key, quantity);
    return [
      [
        quantityLabels[key],
        format.quantity(shown),
        format.range(shown) ?? "",
        `${rawNumber(quantity.central)} ${quantityUnits[key]}`,
      ],
    ];
  });
  if (results.length > 0)
    sections.push(style.heading("Result"), style.table(["Quantity", "Central", "80 % interval", "In full"], results));
  if (estimate?.quantities.memoryPerAccelerator?.fits === false)
    sections.push("It does not fit in the accelerator's memory.");
  if (estimate?.dominatedBy !== undefined && results.length > 0)
    sections.push(`The interval is widened most by: ${style.text(estimate.dominatedBy, 60)}.`);

  const inputs = Object.entries(subject.facts).map(([name, fact]) => [
    fieldWords(name).label,
    style.markdown ? valueMarkdown(name, fact.value, format) : plain(valueText(name, fact.value, format), 60),
    style.markdown ? originMarkdown(fact) : plain(originMarkdown(fact).replaceAll("\\", "").replaceAll("`", ""), 100),
    fact.confidence,
  ]);
  if (inputs.length > 0)
    sections.push(style.heading("What was read"), style.table(["Input", "Value", "From", "Confidence"], inputs));
  for (const { field } of modelSources(subject.facts, facts)) {
    const row = catalogueMarkdown(field, subject.facts[field]?.value, facts, format);
    if (row !== undefined)
      sections.push(`${fieldWords(field).label} in the catalogue: ${style.markdown ? row : row.replaceAll("\\", "")}`);
  }
  const chain = chainMarkdown(recognized.chain, format);
  if (chain !== undefined) sections.push(`Accelerators: ${style.markdown ? chain : chain.replaceAll("\\", "")}`);

  if (estimate !== undefined && estimate.steps.length > 0) {
    sections.push(style.heading("Formulas"));
    const steps = estimate.steps.map((step, index) => {
      const label = (quantityLabels as Readonly<Record<string, string>>)[step.quantity] ?? step.quantity;
      const result =
        step.result === undefined || step.unit === undefined
          ? ""
          : ` = ${style.markdown ? "**" : ""}${format.quantity(printed(step.quantity, exact(step.result, step.unit)))}${style.markdown ? "**" : ""}`;
      const with_ = Object.entries(step.inputs)
        .map(
          ([name, value]) =>
            `${style.text(name, 60)} = ${typeof value === "number" ? rawNumber(value) : style.code(value, 60)}`,
        )
        .join(", ");
      const rows = [`${style.text(label, 60)} = ${style.code(step.formula, 160)}${result}`];
      if (with_ !== "") rows.push(`with ${with_}`);
      if (step.reference !== undefined) rows.push(`see ${style.text(step.reference, 160)}`);
      return style.markdown ? `${index + 1}. ${rows.join("  \n   ")}` : `  ${index + 1}. ${rows.join("\n     ")}`;
    });
    sections.push(steps.join("\n"));
  }

  if (estimate !== undefined && estimate.assumptions.length > 0) {
    const rows = byInfluence(estimate).map((assumption) => [
      fieldWords(assumption.field).label,
      style.markdown
        ? valueMarkdown(assumption.field, assumption.value, format)
        : plain(valueText(assumption.field, assumption.value, format), 60),
      style.text(assumption.reason, 200),
      style.text(assumption.source ?? "", 160),
    ]);
    sections.push(style.heading("What was assumed"), style.table(["Input", "Value", "Why", "Source"], rows));
  }
  const notes = [...(estimate?.notes ?? []), ...(recognized.notes ?? [])];
  if (notes.length > 0) sections.push(style.heading("Notes"), style.list(notes.map((note) => style.text(note, 240))));
  if (estimate?.alternatives !== undefined && estimate.alternatives.length > 0)
    sections.push(
      style.heading("Would also do"),
      style.list(
        estimate.alternatives.map((other) => `${style.text(other.label, 80)}: ${style.text(other.reason, 160)}`),
      ),
    );
  return `${sections.join("\n\n")}\n`;
}

/** A number in full for the chain: four significant digits, exponent where long. */
function rawNumber(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e7 || (rounded !== 0 && Math.abs(rounded) < 1e-4)
    ? rounded.toExponential().replace("e+", "e")
    : String(rounded);
}
