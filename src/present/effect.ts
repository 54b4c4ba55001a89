/** What another value would do: the marginal effect of one field, from a second estimate with that field changed. */
import type { Estimate, QuantityKey } from "../core/estimate";
import type { Formatter } from "./numbers";
import type { Subject } from "./subject";

export interface Change {
  /** `Doubling it`, `With spot prices`. */
  readonly label: string;
  /** Field (dotted) → new value. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Shares, ratios and switches: twice as much of them says nothing. */
const notDoubled: ReadonlySet<string> = new Set([
  "mfu",
  "discount",
  "load",
  "facility.pue",
  "prefixCacheHitRate",
  "acceptanceRate",
  "parallelism.zeroStage",
  "guidancePasses",
  "demandElasticity",
]);
/** Factors of the accelerator count. */
const counts: ReadonlySet<string> = new Set(["nodes", "acceleratorsPerNode", "replicas", "accelerators"]);

/**
 * The change worth asking about for one field; undefined where none is. `together` are the other fields that the same value states
 * (`replicas: 2` is replicas and nodes): they change with it.
 */
export function changeFor(
  field: string,
  value: unknown,
  subject: Subject,
  together: readonly string[] = [],
): Change | undefined {
  const { workload } = subject;
  if (workload === undefined) return undefined;
  if (field === "pricing" || field === "precision" || field === "method") return swapped(field, value);
  if (typeof value !== "number" || !(value > 0) || notDoubled.has(field)) return undefined;
  const label = "Doubling it";
  if (field === "accelerators" && together.length === 0) return { label, changes: doubledCount(subject) };
  const changes: Record<string, number> = { [field]: value * 2 };
  for (const other of together) {
    const stated = subject.facts[other]?.value;
    if (counts.has(other) && typeof stated === "number") changes[other] = stated * 2;
  }
  if (counts.has(field) && workload.accelerators !== undefined) changes.accelerators = workload.accelerators * 2;
  return { label, changes };
}

/** Twice the accelerators; `nodes` follows, so that the product still holds. */
export function doubledCount(subject: Subject): Readonly<Record<string, unknown>> {
  const { accelerators, nodes, acceleratorsPerNode } = subject.workload ?? {};
  return {
    ...(accelerators === undefined ? {} : { accelerators: accelerators * 2 }),
    ...(nodes === undefined || acceleratorsPerNode === undefined ? {} : { nodes: nodes * 2 }),
  };
}

function swapped(field: string, value: unknown): Change | undefined {
  const swaps: Readonly<Record<string, Readonly<Record<string, readonly [label: string, to: string]>>>> = {
    pricing: {
      onDemand: ["With spot prices", "spot"],
      reserved: ["On demand", "onDemand"],
      spot: ["On demand", "onDemand"],
    },
    precision: {
      bf16: ["With fp8", "fp8"],
      fp16: ["With fp8", "fp8"],
      fp32: ["With bf16", "bf16"],
      fp8: ["With bf16", "bf16"],
    },
    method: {
      full: ["With LoRA", "lora"],
      lora: ["Training all weights", "full"],
      qlora: ["Training all weights", "full"],
    },
  };
  const byValue = swaps[field];
  const to = typeof value === "string" && byValue && Object.hasOwn(byValue, value) ? byValue[value] : undefined;
  return to && { label: to[0], changes: { [field]: to[1] } };
}

/** Groups of which the first known member is compared. */
const watched: readonly (readonly QuantityKey[])[] = [
  ["cost", "costPerMonth", "costRate", "purchaseCost"],
  ["energy", "power", "energyPerYear"],
  ["carbon", "carbonRate"],
  ["duration"],
  ["outputThroughput", "trainingThroughput"],
  ["memoryPerAccelerator"],
];
const suffixes: Partial<Record<QuantityKey, string>> = {
  costPerMonth: "/month",
  energyPerYear: "/year",
  memoryPerAccelerator: " memory",
};

/** `+$41k, +23 MWh, −2 d`; differences below half a percent are left out. */
export function effectText(before: Estimate, after: Estimate, format: Formatter): string {
  const parts: string[] = [];
  for (const keys of watched) {
    const key = keys.find((name) => before.quantities[name] !== undefined && after.quantities[name] !== undefined);
    if (key === undefined) continue;
    const from = before.quantities[key]?.central ?? 0;
    const to = after.quantities[key]?.central ?? 0;
    if (Math.abs(to - from) <= 0.005 * Math.max(Math.abs(from), Math.abs(to))) continue;
    parts.push(`${format.difference(to - from, before.quantities[key]?.unit ?? "1")}${suffixes[key] ?? ""}`);
  }
  const fitted = before.quantities.memoryPerAccelerator?.fits;
  const fits = after.quantities.memoryPerAccelerator?.fits;
  if (fitted === true && fits === false) parts.push("no longer fits in memory");
  if (fitted === false && fits === true) parts.push("then fits in memory");
  return parts.length === 0 ? "no change" : parts.join(", ");
}

export type Reestimate = (changes: Readonly<Record<string, unknown>>) => Estimate | undefined;

/** One line for the hover: `Doubling it: +$41k, +23 MWh`; undefined where nothing can be asked. */
export function effectOf(
  field: string,
  value: unknown,
  subject: Subject,
  reestimate: Reestimate,
  format: Formatter,
  together: readonly string[] = [],
): string | undefined {
  const change = changeFor(field, value, subject, together);
  if (change === undefined || subject.estimate === undefined) return undefined;
  const after = reestimate(change.changes);
  return after && `${change.label}: ${effectText(subject.estimate, after, format)}`;
}
