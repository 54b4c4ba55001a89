/** A comparison with its estimates, as the page shows it. Pure: the same input gives the same state. */
import type { AnalyzedWorkload } from "../analysis/analysis";
import type { Analyzer } from "../analysis/analyzer";
import { type Estimate, type QuantityKey, quantityUnits } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import { printed, quantityLabels } from "../present/fields";
import type { Formatter } from "../present/numbers";
import type { FactSource } from "../recognize/recognized";
import { changesOf, choices, type EditableField, fieldsFor } from "./fields";
import { type CellView, protocolVersion, type ScenarioView, type StateMessage } from "./protocol";
import { baselineId, type Comparison, mostScenarios, type Scenario } from "./scenarios";
import { suggestionsFor } from "./suggestions";

export interface ViewContext {
  readonly analyzer: Analyzer;
  readonly format: Formatter;
  /** Finds a workload a column starts from; undefined when the file no longer has it. */
  readonly find: (from: string) => AnalyzedWorkload | undefined;
  readonly title: string;
  readonly subtitle: string;
  readonly options: { readonly accelerators: readonly Option[]; readonly regions: readonly Option[] };
  readonly additions: StateMessage["additions"];
  /** Refused edits by `scenario/field`, shown beside the input. */
  readonly problems?: ReadonlyMap<string, string>;
  readonly canUndo?: boolean;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface Row {
  readonly key: QuantityKey;
  readonly explanation: string;
  /** More is better (throughput); otherwise less is. */
  readonly more?: boolean;
}

const rows: readonly Row[] = [
  { key: "cost", explanation: "The whole run at list price" },
  { key: "costRate", explanation: "All accelerators, while they run" },
  { key: "costPerMonth", explanation: "730 hours" },
  { key: "purchaseCost", explanation: "Buying the servers" },
  { key: "duration", explanation: "Wall clock" },
  { key: "acceleratorHours", explanation: "Accelerators times hours" },
  { key: "energy", explanation: "Whole facility: accelerators, hosts, PUE once" },
  { key: "power", explanation: "Whole facility, mean" },
  { key: "carbon", explanation: "Operation, location-based" },
  { key: "carbonRate", explanation: "Operation, location-based" },
  { key: "outputThroughput", explanation: "All accelerators of one replica", more: true },
  { key: "costPerMillionOutputTokens", explanation: "At the estimated throughput" },
  { key: "memoryPerAccelerator", explanation: "Peak" },
  { key: "trainingThroughput", explanation: "Tokens per second and accelerator", more: true },
  { key: "timeToFirstToken", explanation: "At the stated concurrency" },
  { key: "timePerOutputToken", explanation: "At the stated concurrency" },
  { key: "energyPerOutputToken", explanation: "Accelerators alone" },
  { key: "energyPerRequest", explanation: "Whole facility" },
  { key: "latency", explanation: "Of one batch" },
  { key: "energyPerItem", explanation: "Accelerators alone" },
  { key: "embodiedCarbon", explanation: "Manufacture, spread over the service life" },
  { key: "water", explanation: "On site and at the power stations" },
  { key: "eWaste", explanation: "Mass retired" },
  { key: "flops", explanation: "Model FLOPs; a multiply-add is 2" },
  { key: "flopsPerToken", explanation: "One token forward; a multiply-add is 2" },
  { key: "parameters", explanation: "Counted from the dimensions" },
  { key: "activeParameters", explanation: "Used for one token" },
  { key: "weightMemory", explanation: "In memory" },
  { key: "kvCachePerToken", explanation: "Keys and values of all layers" },
];

/** What a decision hangs on: money, time, energy, carbon. */
const primaryKeys: ReadonlySet<QuantityKey> = new Set([
  "cost",
  "costRate",
  "costPerMonth",
  "purchaseCost",
  "duration",
  "energy",
  "power",
  "carbon",
  "carbonRate",
  "outputThroughput",
  "costPerMillionOutputTokens",
]);
/** Quantities of which neither more nor less is better: they say what the scenario is. */
const neutral: ReadonlySet<QuantityKey> = new Set([
  "flops",
  "flopsPerToken",
  "parameters",
  "activeParameters",
  "weightMemory",
  "kvCachePerToken",
  "memoryPerAccelerator",
]);

interface Column {
  readonly scenario: Scenario;
  readonly analyzed: AnalyzedWorkload | undefined;
  readonly estimate: Estimate | undefined;
  readonly fields: readonly EditableField[];
}

/** Builds the page's state. */
export function buildView(comparison: Comparison, context: ViewContext, revision: number): StateMessage {
  const columns = comparison.scenarios.map((scenario): Column => {
    const analyzed = context.find(scenario.from);
    const edited = Object.keys(scenario.edits).length > 0;
    const estimate =
      analyzed && (edited ? context.analyzer.reestimate(analyzed, changesOf(scenario.edits)) : analyzed.estimate);
    return { scenario, analyzed, estimate, fields: analyzed ? fieldsFor(analyzed.recognized.kind) : [] };
  });
  const fields = new Map<string, EditableField>();
  for (const column of columns)
    for (const field of column.fields) if (!fields.has(field.name)) fields.set(field.name, field);
  const baseline = columns[0]?.estimate;
  return {
    type: "state",
    version: protocolVersion,
    revision,
    title: context.title,
    subtitle: context.subtitle,
    fields: [...fields.values()].map((field) => ({ ...field, options: optionsOf(field, context) })),
    scenarios: columns.map((column, index) => scenarioView(column, index, context, fields)),
    results: rows
      .filter(({ key }) => columns.some(({ estimate }) => estimate?.quantities[key]))
      .map((row) => ({
        key: row.key,
        label: quantityLabels[row.key],
        explanation: row.explanation,
        unit: quantityUnits[row.key],
        primary: primaryKeys.has(row.key),
        cells: withBest(
          row,
          columns.map(({ estimate }, index) =>
            cellView(row, estimate, index === 0 ? undefined : baseline, context.format),
          ),
        ),
      })),
    additions: comparison.scenarios.length >= mostScenarios ? [] : [...context.additions],
    suggestions: comparison.scenarios.length >= mostScenarios ? [] : suggestionsOf(columns, context),
    canUndo: context.canUndo ?? false,
    footnote: footnote(columns, context),
  };
}

/** What nobody has tried yet of what one would ask. */
function suggestionsOf(columns: readonly Column[], context: ViewContext): StateMessage["suggestions"] {
  const baseline = columns[0]?.analyzed;
  if (baseline === undefined) return [];
  const tried = new Set(columns.map(({ scenario }) => JSON.stringify(scenario.edits)));
  return suggestionsFor(baseline, context.analyzer.facts)
    .filter(({ edits }) => !tried.has(JSON.stringify(edits)))
    .map(({ id, label }) => ({ id, label }));
}

/** Marks the best of a row, once there are enough columns to lose sight of it. */
function withBest(row: Row, cells: readonly (CellView | null)[]): (CellView | null)[] {
  const values = cells.flatMap((cell) => (cell === null ? [] : [cell.central]));
  if (values.length < 3 || neutral.has(row.key)) return [...cells];
  const best = row.more ? Math.max(...values) : Math.min(...values);
  if (values.filter((value) => Math.abs(value - best) <= 0.005 * best).length > 1) return [...cells];
  return cells.map((cell) => (cell?.central === best ? { ...cell, best: true } : cell));
}

function optionsOf(field: EditableField, context: ViewContext): Option[] {
  if (field.name === "accelerator") return [...context.options.accelerators];
  if (field.name === "region") return [...context.options.regions];
  return (choices[field.name] ?? []).map((value) => ({ value, label: choiceLabels[value] ?? value }));
}
const choiceLabels: Readonly<Record<string, string>> = {
  onDemand: "On demand",
  spot: "Spot",
  reserved: "Reserved",
  full: "Full",
  lora: "LoRA",
  qlora: "QLoRA",
};

function scenarioView(
  column: Column,
  index: number,
  context: ViewContext,
  fields: ReadonlyMap<string, EditableField>,
): ScenarioView {
  const { scenario, analyzed, estimate } = column;
  const values: ScenarioView["values"] = {};
  for (const field of fields.values()) {
    if (!column.fields.some(({ name }) => name === field.name)) continue;
    const problem = context.problems?.get(`${scenario.id}/${field.name}`);
    values[field.name] = { ...fieldValue(field, column, context), ...(problem === undefined ? {} : { problem }) };
  }
  const notes =
    analyzed === undefined
      ? ["The file no longer has this workload."]
      : estimate === undefined
        ? ["These values do not make a valid workload."]
        : [...estimate.notes];
  return {
    id: scenario.id,
    name: scenario.name || defaultName(column, index, context),
    baseline: scenario.id === baselineId,
    edited: !scenario.from.startsWith("preset:") && Object.keys(scenario.edits).length > 0,
    values,
    notes: notes.slice(0, 6),
  };
}

/** Columns name themselves by what they change until a person names them. */
function defaultName({ scenario, analyzed, fields }: Column, index: number, context: ViewContext): string {
  const edits = Object.entries(scenario.edits);
  const words = edits.slice(0, 3).map(([name, value]) => {
    if (name === "accelerator") return context.analyzer.facts.accelerator(String(value))?.value.name ?? String(value);
    if (name === "weightPrecision") return `${value} weights`;
    if (typeof value === "string") return choiceLabels[value] ?? value;
    const label = fields.find((field) => field.name === name)?.label.toLowerCase() ?? name;
    return `${context.format.number(value)} ${label}`;
  });
  if (edits.length > 0) return words.join(" · ");
  const own = analyzed?.workload?.name ?? analyzed?.recognized.name;
  return index === 0 ? (own ?? "This file") : (own ?? `Scenario ${index}`);
}

function fieldValue(
  field: EditableField,
  column: Column,
  context: ViewContext,
): { text: string; origin: "file" | "setting" | "assumed" | "edited" | "unknown" } {
  const { scenario, analyzed, estimate } = column;
  const edit = scenario.edits[field.name];
  if (edit !== undefined) return { text: String(edit), origin: "edited" };
  const fact = analyzed?.facts[field.name];
  const displaced = fact !== undefined && field.name in changesOf(scenario.edits);
  if (fact !== undefined && !displaced)
    return { text: plain(field.name, fact.value, context), origin: originOf(fact.source) };
  const stated = (analyzed?.workload as Readonly<Record<string, unknown>> | undefined)?.[field.name];
  if (stated !== undefined && !displaced) return { text: plain(field.name, stated, context), origin: "file" };
  const assumed = estimate?.assumptions.find((assumption) => assumption.field === field.name);
  // List prices are those of machines on demand.
  if (field.name === "pricing" && estimate !== undefined) return { text: "onDemand", origin: "assumed" };
  return assumed
    ? { text: plain(field.name, assumed.value, context), origin: "assumed" }
    : { text: "", origin: "unknown" };
}

const originOf = (source: FactSource): "file" | "setting" | "assumed" =>
  source === "setting" ? "setting" : source === "assumed" || source === "catalog" ? "assumed" : "file";

function plain(name: string, value: unknown, context: ViewContext): string {
  if (typeof value === "object" && value !== null)
    return String((value as { name?: unknown }).name ?? "from dimensions");
  if (name === "accelerator" && typeof value === "string") {
    const match = context.analyzer.facts.accelerator(value);
    // An ambiguous name stays as written: choosing one would claim more than the file says.
    return match === undefined || match.how === "ambiguous" ? value : match.value.id;
  }
  return String(value);
}

function cellView(
  row: Row,
  estimate: Estimate | undefined,
  baseline: Estimate | undefined,
  format: Formatter,
): CellView | null {
  const quantity: Quantity | undefined = estimate?.quantities[row.key];
  if (quantity === undefined) return null;
  const shown = printed(row.key, quantity);
  const range = format.range(shown);
  const base: Quantity | undefined = baseline?.quantities[row.key];
  const fits = row.key === "memoryPerAccelerator" ? estimate?.quantities.memoryPerAccelerator?.fits : undefined;
  return {
    text: format.quantity(shown),
    ...(range === undefined ? {} : { range }),
    low: quantity.low,
    central: quantity.central,
    high: quantity.high,
    ...(base === undefined ? {} : { difference: difference(row, shown, base, format) }),
    ...(fits === false ? { warning: "does not fit" } : {}),
  };
}

function difference(
  row: Row,
  quantity: Quantity,
  base: Quantity,
  format: Formatter,
): NonNullable<CellView["difference"]> {
  const delta = quantity.central - base.central;
  const relative = base.central > 0 ? delta / base.central : 0;
  if (Math.abs(relative) < 0.005) return { text: "same", verdict: "same" };
  const share =
    Math.abs(relative) >= 9.995
      ? `×${format.number(quantity.central / base.central)}`
      : `${delta > 0 ? "+" : "−"}${format.number(Math.abs(relative) * 100)} %`;
  return {
    text: `${format.difference(delta, quantity.unit)} (${share})`,
    verdict: neutral.has(row.key) ? "neutral" : delta > 0 === (row.more ?? false) ? "better" : "worse",
  };
}

function footnote(columns: readonly Column[], context: ViewContext): string {
  const method = columns.find(({ estimate }) => estimate)?.estimate?.methodology;
  return `Intervals hold the truth four times in five. Catalogue of ${context.analyzer.facts.asOf}${method === undefined ? "" : `, method ${method}`}. Estimates, not measurements.`;
}
