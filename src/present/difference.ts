/** What a change costs: two reports, the workloads of one matched with those of the other, and what each quantity became. */
import type { Quantities, QuantityKey } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import type { Report, ReportFact, ReportWorkload } from "./report";
import { bare, type TotalKey, totalKeys } from "./totals";

/** What is compared: what ends, what runs on, and how long it takes. */
export const differenceKeys = [
  "cost",
  "costPerMonth",
  "purchaseCost",
  "energy",
  "power",
  "carbon",
  "carbonRate",
  "duration",
] as const satisfies readonly QuantityKey[];

/** Rates that say nothing new beside the whole run's quantity. */
const wholes: Readonly<Partial<Record<QuantityKey, QuantityKey>>> = { power: "energy", carbonRate: "carbon" };

/** Either side is absent where nothing is known (or nothing is there). */
export interface QuantityChange {
  readonly before?: Quantity;
  readonly after?: Quantity;
  /** After less before, negative for a saving; absent where one side is unknown. The ends are taken as fully dependent. */
  readonly difference?: Quantity;
}

export interface FieldChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface WorkloadChange {
  readonly change: "added" | "removed" | "changed";
  readonly path: string;
  /** What the file was called before. */
  readonly pathBefore?: string;
  /** Zero-based, in the file that has the workload (of a removed one, the file before). */
  readonly line: number;
  readonly id: string;
  readonly dialect: string;
  readonly kind: string;
  readonly name?: string;
  readonly quantities: Readonly<Partial<Record<QuantityKey, QuantityChange>>>;
  /** Facts that differ; of a changed workload only. */
  readonly fields: readonly FieldChange[];
  /** Counted in another workload: not in the totals. */
  readonly countedIn?: string;
}

export interface ReportDifference {
  readonly schema: "ai-cost-lens/difference@1";
  readonly methodology: string;
  readonly catalog: { readonly asOf: string };
  readonly base: string;
  readonly head: string;
  readonly changes: readonly WorkloadChange[];
  /** Workloads that are on both sides and cost the same. */
  readonly unchanged: number;
  readonly totals: Readonly<Partial<Record<TotalKey, QuantityChange>>>;
}

export interface SideNames {
  readonly base: string;
  readonly head: string;
}

/** Compares two reports whose paths are relative to the same place. `renamed` tells the old path of a file by its new one. */
export function differenceOf(
  before: Report,
  after: Report,
  names: SideNames,
  renamed: ReadonlyMap<string, string> = new Map(),
): ReportDifference {
  const changes: WorkloadChange[] = [];
  let unchanged = 0;
  const old = new Map(before.files.map((file) => [file.path, file.workloads]));
  const now = new Map(after.files.map((file) => [file.path, file.workloads]));
  const moved = new Set([...renamed].flatMap(([path, from]) => (now.has(path) ? [from] : [])));
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => now.has(path) || !moved.has(path));
  for (const path of paths.sort()) {
    const from = renamed.get(path) ?? path;
    for (const [one, other] of pairs(old.get(from) ?? [], now.get(path) ?? [])) {
      const change = changeOf(path, one, other);
      if (change === undefined) unchanged++;
      else changes.push(from === path ? change : { ...change, pathBefore: from });
    }
  }
  return {
    schema: "ai-cost-lens/difference@1",
    methodology: after.methodology,
    catalog: after.catalog,
    ...names,
    changes,
    unchanged,
    totals: totalChanges(before, after),
  };
}

type Pair = readonly [before: ReportWorkload | undefined, after: ReportWorkload | undefined];

/** What makes two workloads of a file the same one, surest first: a document that was put in before shifts the places of all after it. */
const identities: readonly ((workload: ReportWorkload) => string | undefined)[] = [
  ({ id, kind, name }) => JSON.stringify([id, kind, name]),
  ({ kind, name }) => (name === undefined ? undefined : JSON.stringify([kind, name])),
  ({ id, kind }) => JSON.stringify([id, kind]),
  ({ id }) => id,
];

/** Every workload of either side once, in the order of the new file, what went last. */
function pairs(before: readonly ReportWorkload[], after: readonly ReportWorkload[]): Pair[] {
  const partner = new Map<ReportWorkload, ReportWorkload>();
  const left = new Set(before);
  for (const identity of identities) {
    const waiting = new Map<string, ReportWorkload[]>();
    for (const workload of left) {
      const key = identity(workload);
      if (key !== undefined) waiting.set(key, [...(waiting.get(key) ?? []), workload]);
    }
    for (const workload of after) {
      const key = partner.has(workload) ? undefined : identity(workload);
      const found = key === undefined ? undefined : waiting.get(key)?.shift();
      if (found === undefined) continue;
      partner.set(workload, found);
      left.delete(found);
    }
  }
  return [
    ...after.map((workload): Pair => [partner.get(workload), workload]),
    ...[...left].map((workload): Pair => [workload, undefined]),
  ];
}

/** Undefined when the pair costs the same. */
function changeOf(
  path: string,
  before: ReportWorkload | undefined,
  after: ReportWorkload | undefined,
): WorkloadChange | undefined {
  const shown = after ?? before;
  if (shown === undefined) return undefined;
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const quantities: Partial<Record<QuantityKey, QuantityChange>> = {};
  for (const key of differenceKeys) {
    const whole = wholes[key];
    if (whole !== undefined && quantities[whole] !== undefined) continue;
    const one = quantityOf(before?.estimate, key);
    const other = quantityOf(after?.estimate, key);
    if ((one ?? other) === undefined || (one !== undefined && other !== undefined && same(one, other))) continue;
    quantities[key] = quantityChange(one, other, change);
  }
  if (change === "changed" && Object.keys(quantities).length === 0) return undefined;
  return {
    change,
    path,
    line: shown.range.start.line,
    id: shown.id,
    dialect: shown.dialect,
    kind: shown.kind,
    ...(shown.name === undefined ? {} : { name: shown.name }),
    quantities,
    fields: before !== undefined && after !== undefined ? fieldChanges(before.facts, after.facts) : [],
    ...(shown.countedIn === undefined ? {} : { countedIn: shown.countedIn }),
  };
}

const quantityOf = (estimate: Quantities | undefined, key: QuantityKey): Quantity | undefined =>
  estimate?.[key] && bare(estimate[key]);

/** Equal but for the rounding of sums in another order. */
const same = (a: Quantity, b: Quantity): boolean =>
  (["low", "central", "high"] as const).every(
    (end) => Math.abs(a[end] - b[end]) <= 1e-9 * Math.max(Math.abs(a[end]), Math.abs(b[end])),
  );

/** A workload that is not there costs nothing; one that is there and unknown has no difference. */
function quantityChange(
  before: Quantity | undefined,
  after: Quantity | undefined,
  change: WorkloadChange["change"],
): QuantityChange {
  const unit = (before ?? after)?.unit ?? "1";
  const zero: Quantity = { low: 0, central: 0, high: 0, unit };
  const from = before ?? (change === "added" ? zero : undefined);
  const to = after ?? (change === "removed" ? zero : undefined);
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(from === undefined || to === undefined ? {} : { difference: subtract(to, from) }),
  };
}

/** The same price list, grid and utilisation stand behind both sides, so their ends are subtracted each from its own. */
function subtract(to: Quantity, from: Quantity): Quantity {
  const ends = [to.low - from.low, to.central - from.central, to.high - from.high];
  return {
    low: Math.min(...ends),
    central: to.central - from.central,
    high: Math.max(...ends),
    unit: to.unit,
  };
}

function fieldChanges(
  before: Readonly<Record<string, ReportFact>>,
  after: Readonly<Record<string, ReportFact>>,
): FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field): FieldChange[] => {
    const [one, other] = [before[field]?.value, after[field]?.value];
    if (field === "name" || JSON.stringify(one) === JSON.stringify(other)) return [];
    return [{ field, ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) }];
  });
}

/** Sums count what is known, so that a side with nothing of a quantity stands at nothing. */
function totalChanges(before: Report, after: Report): Partial<Record<TotalKey, QuantityChange>> {
  const totals: Partial<Record<TotalKey, QuantityChange>> = {};
  for (const key of totalKeys) {
    const [one, other] = [before.totals[key], after.totals[key]];
    if ((one ?? other) === undefined) continue;
    totals[key] = quantityChange(one, other, one === undefined ? "added" : other === undefined ? "removed" : "changed");
  }
  return totals;
}
