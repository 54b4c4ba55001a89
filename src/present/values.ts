/** Facts in words: their value, where they were read, and what the catalogue says of the thing they name. */
import type { Facts } from "../core/facts";
import type { Quantity } from "../core/quantity";
import type { Fact, FactMap, Factor } from "../recognize/recognized";
import { fieldWords } from "./fields";
import { escapeMarkdown, inlineCode } from "./markdown";
import type { Formatter } from "./numbers";

/** A fact's value as Markdown: numbers with their unit, text as code, nested values by their size. */
export function valueMarkdown(field: string, value: unknown, format: Formatter): string {
  if (typeof value === "number") return numberText(field, value, format);
  if (typeof value === "string") return inlineCode(value, 60);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return `${format.count(value.length)} ${value.length === 1 ? "entry" : "entries"}`;
  return "stated by its dimensions";
}

/** The same for plain text. */
export function valueText(field: string, value: unknown, format: Formatter): string {
  if (typeof value === "string") return value;
  return valueMarkdown(field, value, format);
}

function numberText(field: string, value: number, format: Formatter): string {
  const { unit } = fieldWords(field);
  if (unit !== undefined && unit !== "tokens") return format.value(value, unit);
  return Math.abs(value) < 1e6 ? format.count(value) : format.number(value);
}

/** Where a fact was read, as Markdown. */
export function originMarkdown(fact: Fact): string {
  const note = fact.note === undefined ? "" : ` (${escapeMarkdown(fact.note, 100)})`;
  switch (fact.source) {
    case "file":
      return `this file${note}`;
    case "directive":
      return `a directive comment${note}`;
    case "comment":
      return `a comment beside it${note}`;
    case "path":
      return `the file's path${note}`;
    case "referenced":
      return `${fact.file === undefined ? "a referenced file" : inlineCode(fact.file)}${note}`;
    case "setting":
      return fact.note === undefined ? "settings" : escapeMarkdown(fact.note, 100);
    case "catalog":
      return `the catalogue${note}`;
    case "assumed":
      return `an assumption${note}`;
  }
}

/** `2 replicas × 8 GPUs = 16`, labels escaped; undefined without a product. */
export function chainMarkdown(chain: readonly Factor[] | undefined, format: Formatter): string | undefined {
  if (chain === undefined || chain.length < 2) return undefined;
  const product = chain.reduce((result, factor) => result * factor.value, 1);
  const factors = chain.map(({ value, label }) =>
    `${format.count(value)} ${escapeMarkdown(value === 1 ? singular(label) : label, 40)}`.trim(),
  );
  return `${factors.slice(0, 6).join(" × ")}${factors.length > 6 ? " × …" : ""} = ${format.count(product)}`;
}

/** `accelerators per pod` → `accelerator per pod`, for the words that recognition counts. */
const singular = (label: string): string =>
  label.replace(/^(accelerator|chip|core|GPU|group|host|node|pod|process|replica|slice|task|worker)(?:e?s)\b/, "$1");

/** Source and date, which some sources name themselves. */
export const dated = (source: string, date: string | undefined): string =>
  date === undefined || source.includes(date)
    ? escapeMarkdown(source, 160)
    : `${escapeMarkdown(source, 80)}, ${escapeMarkdown(date, 20)}`;

/** Facts that name a model, in the order in which they are told. */
const modelFields: readonly string[] = ["model", "teacher", "reference", "critic", "rewardModel", "draftModel"];

/** Where the catalogue has a model's dimensions from. */
export interface ModelSource {
  readonly field: string;
  readonly source: string;
  readonly date?: string;
}

/** Sources of the models that a workload names and the catalogue knows. */
export const modelSources = (facts: FactMap, names: Pick<Facts, "model">): readonly ModelSource[] =>
  modelFields.flatMap((field) => {
    const name = facts[field]?.value;
    const row = typeof name === "string" ? names.model(name)?.value : undefined;
    return row === undefined
      ? []
      : [{ field, source: row.source, ...(row.date === undefined ? {} : { date: row.date }) }];
  });

/** What the catalogue holds of the hardware, model, region or data set that a fact names; Markdown, one line. */
export function catalogueMarkdown(field: string, value: unknown, facts: Facts, format: Formatter): string | undefined {
  if (typeof value !== "string") return undefined;
  switch (field) {
    case "accelerator": {
      const match = facts.accelerator(value);
      if (match === undefined) return "no such accelerator";
      if (match.how === "ambiguous" && match.candidates)
        return `may be ${match.candidates
          .slice(0, 4)
          .map((row) => escapeMarkdown(row.name, 40))
          .join(", ")}; the interval covers them`;
      const row = match.value;
      const peak = row.peak.bf16 ?? row.peak.fp16;
      const parts = [
        `${escapeMarkdown(row.name, 40)}: ${format.value(row.memory, "GB")}`,
        peak === undefined ? undefined : `${format.count(peak)} TFLOP/s dense at 16 bit`,
        row.tdp === undefined ? undefined : `${format.count(row.tdp)} W`,
      ];
      return `${parts.filter(Boolean).join(", ")} (${dated(row.source, row.date)})`;
    }
    case "instanceType": {
      const row = facts.instance(value)?.value;
      if (row === undefined) return "no such machine";
      const name = row.accelerator === undefined ? undefined : facts.accelerator(row.accelerator)?.value.name;
      const what =
        name === undefined ? "no accelerators" : `${format.count(row.accelerators)}× ${escapeMarkdown(name, 40)}`;
      return `${what} (${dated(row.source, row.date)})`;
    }
    case "model":
    case "teacher":
    case "reference":
    case "critic":
    case "rewardModel":
    case "draftModel": {
      const row = facts.model(value)?.value;
      if (row === undefined) return "no such model; its size is read from the name where that states one";
      const { parameters, activeParameters, layers, hiddenSize } = row.spec;
      const parts = [
        parameters === undefined ? undefined : `${format.number(parameters)} parameters`,
        activeParameters === undefined || activeParameters === parameters
          ? undefined
          : `${format.number(activeParameters)} active`,
        layers === undefined || hiddenSize === undefined
          ? undefined
          : `${format.count(layers)} layers of width ${format.count(hiddenSize)}`,
      ].filter(Boolean);
      const closed = row.closed ? "closed model, sizes are guesses; " : "";
      return parts.length === 0 ? undefined : `${closed}${parts.join(", ")} (${dated(row.source, row.date)})`;
    }
    case "dataset":
    case "dataset.name": {
      const row = facts.dataset(value)?.value;
      if (row === undefined) return "no such data set; state its samples to get a total";
      return `${format.count(row.samples)} samples of about ${format.quantity(row.tokensPerSample)} (${dated(row.source, row.date)})`;
    }
    case "region":
    case "facility.zone": {
      const row = facts.region(field === "region" ? { region: value } : { zone: value });
      return `${quantity(row.carbonIntensity, format)}, PUE ${format.number(row.pue.central)} (${dated(row.source, row.date)})`;
    }
    default:
      return undefined;
  }
}

const quantity = (value: Quantity, format: Formatter): string => format.quantityWithRange(value);
