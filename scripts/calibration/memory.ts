/**
 * Fits the constants of the training-memory model on published peaks (data/memory.tsv, one source per row) and reports residuals. Run by
 * hand; the constants are rounded and entered in src/core/training/memoryConstants.ts:
 *
 *   npx tsx scripts/calibration/memory.ts [--rows]
 *
 * Residuals are reported of the constants as they are, of a fit on everything, and of each source predicted by constants fitted without
 * it. Peaks are what the framework reserved, GB = 1e9.
 */
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import { resolveModel } from "../../src/core/model/architecture";
import { trainingMemory } from "../../src/core/training/memory";
import { type MemoryConstants, memoryConstants } from "../../src/core/training/memoryConstants";
import type { TrainingMemoryInput } from "../../src/core/training/memorySetting";
import { fit, type Observation, type Prior, quantile } from "./fit";
import { number, type Row, readTable } from "./table";
import { trainingWorkload } from "./workloads";

const facts = createCatalog();

/** Where each constant would be without data, and how far data may move it (standard deviation of the logarithm). */
const priors: Readonly<Partial<Record<keyof MemoryConstants, Prior>>> = {
  allocator: { value: 1.1, width: 0.1 },
  liveLayers: { value: 1.3, width: 0.2 },
  selectiveShare: { value: 0.45, width: 0.3 },
  unpackedLayers: { value: 2, width: 0.4 },
  quantizedOnDevice: { value: 0.3, width: 0.5 },
  buffers: { value: 1, width: 0.5 },
  offloadBuffers: { value: 2, width: 0.5 },
};

/** Published figures that contradict their own inputs (rates above the part's peak, or no source for the excess). */
const excluded = new Set(["F0004", "F0155"]);

interface Case {
  readonly row: Row;
  readonly source: string;
  readonly truth: number;
  readonly input: TrainingMemoryInput;
}

function caseOf(row: Row): Case | undefined {
  const n = (name: string) => number(row, name);
  // States and activations are those of tuning whatever the kind; the device and count are set below.
  const workload = trainingWorkload({ ...row, accelerator: "", accelerators: "" }, "fineTuning");
  if (workload.kind !== "fineTuning") return undefined;
  const model = resolveModel(workload.model, new Draft("fineTuning", facts));
  if (model === undefined) return undefined;
  const { name: _, kind: __, model: ___, accelerator: ____, method = "full", ...rest } = workload;
  return {
    row,
    source: row.source ?? "",
    truth: n("peak") as number,
    input: {
      ...rest,
      model,
      method,
      accelerators: n("accelerators") ?? 1,
      accelerator: row.accelerator ? facts.accelerator(row.accelerator)?.value : undefined,
      colocatedEngine: row.kind === "reinforcementLearning",
    },
  };
}

const cases = readTable(new URL("data/memory.tsv", import.meta.url))
  .map(caseOf)
  .filter((one) => one !== undefined);

/** A sweep of one system counts as about two rows. */
const systemSize = new Map<string, number>();
const systemOf = (one: Case): string => `${one.source} ${one.row.model} ${one.row.accelerator} ${one.row.accelerators}`;
for (const one of cases) systemSize.set(systemOf(one), (systemSize.get(systemOf(one)) ?? 0) + 1);
const weightOf = (one: Case): number => Math.min(1, 2 / (systemSize.get(systemOf(one)) as number));

const ratio = (one: Case, constants: MemoryConstants): number =>
  trainingMemory(one.input, constants).quantity.central / one.truth;

const fitted = (on: readonly Case[]): MemoryConstants => {
  const observations: Observation[] = on
    .filter((one) => !excluded.has(one.row.id ?? ""))
    .map((one) => ({
      source: one.source,
      weight: weightOf(one),
      scale: 0.2,
      residual: (constants) => Math.log(ratio(one, { ...memoryConstants, ...constants })),
    }));
  return { ...memoryConstants, ...fit(observations, { ...memoryConstants }, priors as Record<string, Prior>) };
};

function report(title: string, constants: (source: string) => MemoryConstants): void {
  console.log(`\n${title}\nsource        rows  median|err|  p90|err|  bias  in 80 % interval`);
  for (const source of [...new Set(cases.map((one) => one.source))].sort()) {
    const own = cases.filter((one) => one.source === source && one.row.accelerator !== "");
    if (own.length === 0) continue;
    const c = constants(source);
    const ratios = own.map((one) => ratio(one, c));
    const errors = ratios.map((r) => Math.abs(r - 1));
    const inside = own.filter((one) => {
      const { low, high } = trainingMemory(one.input, c).quantity;
      return one.truth >= low && one.truth <= high;
    }).length;
    const percent = (x: number): string => `${(100 * x).toFixed(1)} %`.padStart(8);
    console.log(
      `${source.padEnd(12)} ${String(own.length).padStart(5)}   ${percent(quantile(errors, 0.5))}   ${percent(quantile(errors, 0.9))}  ${quantile(ratios, 0.5).toFixed(2)}  ${percent(inside / own.length)}`,
    );
  }
}

if (process.argv.includes("--rows"))
  for (const one of cases)
    console.log([one.row.id, one.source, one.row.model, one.truth, ratio(one, memoryConstants).toFixed(2)].join("\t"));
report("constants as they are", () => memoryConstants);
const all = fitted(cases);
console.log(
  "\nfitted on everything:",
  Object.fromEntries(Object.keys(priors).map((k) => [k, all[k as keyof MemoryConstants].toPrecision(3)])),
);
report("fitted on everything", () => all);
const without = new Map<string, MemoryConstants>();
report("left-out source", (source) => {
  const known = without.get(source) ?? fitted(cases.filter((one) => one.source !== source));
  without.set(source, known);
  return known;
});
