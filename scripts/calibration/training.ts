/**
 * Fits the constants of the training-time model on published measurements and writes src/core/training/constants.ts.
 *
 *   npx tsx scripts/calibration/training.ts [--dry]
 *
 * Tables: data/training.tsv, data/finetune.tsv (facts with their sources) and, at a modest weight, data/check/training.tsv and data/recheck/training.tsv. Residuals are reported twice: of the fit on everything, and
 * of each source predicted by constants fitted without it.
 */
import { writeFileSync } from "node:fs";
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import type { TrainingConstants } from "../../src/core/training/constants";
import { evaluationOf } from "../../src/core/training/evaluation";
import { goodputOf } from "../../src/core/training/goodput";
import { type Plan, planRun } from "../../src/core/training/plan";
import { stepTime } from "../../src/core/training/reinforcement";
import { planSampled, scorersOf } from "../../src/core/training/sampled";
import { timePerToken } from "../../src/core/training/time";
import { fit, type Observation, type Prior, quantile } from "./fit";
import { number, type Row, readTable } from "./table";
import { trainingWorkload } from "./workloads";

const facts = createCatalog();

/** Where each constant would be without data, and how far data may move it (standard deviation of the logarithm). */
const priors: Readonly<Record<keyof TrainingConstants, Prior>> = {
  matmul: { value: 0.9, width: 0.1 },
  memoryVendor: { value: 13, width: 0.25 },
  memoryCompiled: { value: 13, width: 0.25 },
  memoryTypical: { value: 13, width: 0.25 },
  headBytes: { value: 24, width: 0.5 },
  attentionAmpere: { value: 0.5, width: 0.4 },
  attentionHopper: { value: 0.5, width: 0.4 },
  attentionHopperCompiled: { value: 0.5, width: 0.4 },
  attentionHopperVendor: { value: 0.75, width: 0.4 },
  attentionBlackwell: { value: 0.7, width: 0.4 },
  attentionHalf: { value: 1000, width: 0.6 },
  // As fast as FlashAttention-2 at 2,000 tokens with a fifth of its FLOPs (Mamba-2, arXiv 2405.21060, figure 10).
  scanShare: { value: 0.1, width: 0.6 },
  narrowExperts: { value: 300, width: 0.6 },
  // The router's kernels and synchronisations per expert layer, forward and backward; some twenty kernels per expert at about 10 µs each.
  expertLaunch: { value: 4e-3, width: 0.5 },
  expertKernels: { value: 2e-4, width: 0.7 },
  // A layer's some hundred kernels, forward or backward, at 10 to 20 µs each; makers capture graphs in their own tables.
  vendorPass: { value: 1.5e-3, width: 0.3 },
  tensorExposed: { value: 1, width: 0.4 },
  shardExposed: { value: 0.5, width: 0.4 },
  dataExposed: { value: 0.5, width: 0.6 },
  scale: { value: 0.006, width: 0.6 },
  software: { value: 0.85, width: 0.15 },
  // Static programs with overlapped exchanges; published at 0.55 to 0.71 of peak with recomputation (MaxText, configs/v4, v5e and v5p).
  softwareTpu: { value: 1, width: 0.15 },
  offloadRate: { value: 9e9, width: 0.6 },
  goodputVendor: { value: 0.92, width: 0.04 },
  // Llama 3 trained in over 90 % of its time (arXiv 2407.21783); runs published without a tuned stack hold evaluations and slow phases.
  goodputTypical: { value: 0.87, width: 0.15 },
  rolloutTrain: { value: 1.6, width: 0.35 },
  rolloutLayer: { value: 100e-6, width: 0.4 },
  rolloutTail: { value: 1.4, width: 0.15 },
  rolloutFixed: { value: 5, width: 0.5 },
};

/**
 * Rows whose published figure holds something else than their inputs say; listed in the tables, not fitted on. Hours of more than one
 * pass (Llama-3 8B cards), one step's figure that contradicts its own duration (Nemotron SWE), rates above the part's peak (A6000).
 */
const excluded = new Set(["T0688", "T0690", "T0727", "T0747", "F0295", "F0002", "F0004"]);

interface Case {
  readonly id: string;
  readonly source: string;
  readonly group: string;
  readonly figure: string;
  readonly core: boolean;
  /** From the tables of data/check and data/recheck: other people's frameworks and clusters, at a modest weight. */
  readonly check: boolean;
  /** An engine the constants were not fitted on, on accelerators of the usual kinds and few enough for their network to matter little. */
  readonly otherEngine: boolean;
  /** A maker's stack that the constants were fitted on, in other hands. */
  readonly ownCluster: boolean;
  readonly estimate: (c: TrainingConstants) => number;
  readonly truth: number;
}

/** Figures of one row, each with the function from constants to estimate. */
function casesOf(row: Row, fallback: string, check = false): Case[] {
  const kind = row.kind || fallback;
  const workload = trainingWorkload(row, kind);
  const draft = new Draft(kind, facts);
  const throughput = number(row, "throughput");
  const hours = number(row, "hours");
  const acceleratorHours = number(row, "acceleratorHours");
  const tokens = number(row, "tokens");
  const base = {
    id: row.id as string,
    source: row.source as string,
    group: [row.source, row.model, row.accelerator, row.accelerators].join("|"),
    core: row.core === "1",
    check,
    otherEngine: false,
    ownCluster: false,
  };
  const cases: Case[] = [];
  if (workload.kind === "reinforcementLearning") {
    const sampled = planSampled(
      workload,
      {
        method: "full",
        usualSamples: 1,
        usualResponse: 1024,
        promptsPerStep: workload.promptsPerStep,
        samplesPerPrompt: workload.samplesPerPrompt,
      },
      draft,
    );
    if (sampled === undefined) return [];
    const scorers = scorersOf(workload, draft);
    const { plan, shape } = sampled;
    const seconds = (c: TrainingConstants) => stepTime(plan, shape, scorers, c).total;
    const perStep = shape.sequences * (shape.promptTokens + shape.responseTokens);
    if (throughput)
      cases.push({
        ...base,
        figure: "rl.throughput",
        truth: throughput,
        estimate: (c) => perStep / seconds(c) / plan.count,
      });
    if (hours) cases.push({ ...base, figure: "rl.duration", truth: hours, estimate: (c) => seconds(c) / 3600 });
    return cases;
  }
  if (workload.kind !== "training" && workload.kind !== "fineTuning") return [];
  const tuning = workload.kind === "fineTuning";
  const method = workload.kind === "fineTuning" ? (workload.method ?? "full") : "full";
  const plan: Plan | undefined = planRun(workload, { method, sequence: 4096 }, draft);
  if (plan === undefined) return [];
  const moe = plan.model.expertLayers > 0 ? "Experts" : "";
  const otherEngine = check && !plan.frameworkFitted.rate && plan.count <= 128;
  const ownCluster = check && plan.frameworkFitted.rate && plan.stack === "vendor" && plan.device.nvidia;
  const evaluation = 1 + (evaluationOf(workload, plan)?.share ?? 0);
  const seconds = (c: TrainingConstants) => timePerToken(plan, c).total * evaluation;
  const kindName = tuning ? "tuning" : "training";
  // As in run.ts: a fine-tuning run's throughput holds its evaluations.
  const share = (c: TrainingConstants) =>
    tuning && workload.tokens !== undefined ? goodputOf(plan, tuning, false, c) : 1;
  if (throughput)
    cases.push({
      ...base,
      otherEngine,
      ownCluster,
      figure: `${kindName}.throughput${moe}`,
      truth: throughput,
      estimate: (c) => share(c) / seconds(c),
    });
  if (hours && tokens)
    cases.push({
      ...base,
      figure: `${kindName}.duration`,
      truth: hours,
      estimate: (c) => (tokens * seconds(c)) / goodputOf(plan, tuning, false, c) / 3600 / plan.count,
    });
  if (acceleratorHours && tokens)
    cases.push({
      ...base,
      figure: `${kindName}.acceleratorHours${moe}`,
      truth: acceleratorHours,
      estimate: (c) => (tokens * seconds(c)) / goodputOf(plan, tuning, false, c) / 3600,
    });
  return cases;
}

const scales: Readonly<Record<string, number>> = {
  "training.throughput": 0.12,
  "training.throughputExperts": 0.25,
  "training.duration": 0.1,
  "training.acceleratorHours": 0.22,
  "training.acceleratorHoursExperts": 0.4,
  "tuning.throughput": 0.2,
  "tuning.duration": 0.2,
  "rl.throughput": 0.45,
  "rl.duration": 0.45,
};

/** Weight and spread of a check source against one that we know: its cluster, its tuning and its inputs are less sure. */
const checkWeight = 0.15;
const checkScale = 2;

/** At most two rows' worth of weight for the same source, model, accelerator and count; sources weigh with the root of their size. */
function observationsOf(cases: readonly Case[]): Observation[] {
  const kept = cases.filter((one) => !excluded.has(one.id));
  const groups = new Map<string, number>();
  for (const one of kept) groups.set(one.group + one.figure, (groups.get(one.group + one.figure) ?? 0) + 1);
  const raw = kept.map((one) => {
    const size = groups.get(one.group + one.figure) as number;
    return Math.min(2, size) / size;
  });
  const totals = new Map<string, number>();
  kept.forEach((one, i) => {
    totals.set(one.source + one.figure, (totals.get(one.source + one.figure) ?? 0) + (raw[i] as number));
  });
  return kept.map((one, i) => {
    const total = totals.get(one.source + one.figure) as number;
    return {
      source: one.source,
      weight: ((raw[i] as number) / total) * Math.sqrt(total) * 3 * (one.check ? checkWeight : 1),
      scale: (scales[one.figure] ?? 0.3) * (one.check ? checkScale : 1),
      residual: (c) => Math.log(one.estimate(c as TrainingConstants) / one.truth),
    };
  });
}

const cases = [
  ...["check", "recheck"].flatMap((name) =>
    readTable(new URL(`data/${name}/training.tsv`, import.meta.url)).flatMap((row) => casesOf(row, "training", true)),
  ),
  ...readTable(new URL("data/training.tsv", import.meta.url)).flatMap((row) => casesOf(row, "training")),
  ...readTable(new URL("data/finetune.tsv", import.meta.url)).flatMap((row) => casesOf(row, "fineTuning")),
];
const start = Object.fromEntries(Object.entries(priors).map(([name, prior]) => [name, prior.value]));
const round = (value: number, digits = 2): number => Number(value.toPrecision(digits));
const rounded = (c: Record<string, number>) =>
  Object.fromEntries(Object.entries(c).map(([name, value]) => [name, round(value, 3)])) as unknown as TrainingConstants;

const all = rounded(fit(observationsOf(cases), start, priors));
const sources = [...new Set(cases.filter((one) => !one.check).map((one) => one.source))];
const without = new Map(
  sources.map((source) => [
    source,
    rounded(fit(observationsOf(cases.filter((one) => one.source !== source)), start, priors)),
  ]),
);
/** Four folds by source, model and accelerator: what a new model on a new part may expect where its source is known. */
const foldOf = (one: Case): number => {
  let hash = 7;
  for (const letter of one.group) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash % 4;
};
const folds = [0, 1, 2, 3].map((fold) =>
  rounded(fit(observationsOf(cases.filter((one) => foldOf(one) !== fold)), start, priors)),
);

interface Residual {
  figure: string;
  source: string;
  rows: number;
  median: number;
  p90: number;
  bias: number;
  foldMedian: number;
  withoutSourceMedian: number;
  withoutSourceBias: number;
}
const residuals: Residual[] = [];
const figures = [...new Set(cases.map((one) => one.figure))];
const error = (one: Case, c: TrainingConstants): number => Math.abs(one.estimate(c) / one.truth - 1);
for (const figure of figures)
  for (const source of sources) {
    const rows = cases.filter((one) => one.figure === figure && one.source === source && one.core);
    if (rows.length === 0) continue;
    const left = without.get(source) as TrainingConstants;
    residuals.push({
      figure,
      source,
      rows: rows.length,
      median: round(
        quantile(
          rows.map((one) => error(one, all)),
          0.5,
        ),
      ),
      p90: round(
        quantile(
          rows.map((one) => error(one, all)),
          0.9,
        ),
      ),
      bias: round(
        quantile(
          rows.map((one) => one.estimate(all) / one.truth),
          0.5,
        ),
        3,
      ),
      foldMedian: round(
        quantile(
          rows.map((one) => error(one, folds[foldOf(one)] as TrainingConstants)),
          0.5,
        ),
      ),
      withoutSourceMedian: round(
        quantile(
          rows.map((one) => error(one, left)),
          0.5,
        ),
      ),
      withoutSourceBias: round(
        quantile(
          rows.map((one) => one.estimate(left) / one.truth),
          0.5,
        ),
        3,
      ),
    });
  }

/** Spread of the logarithm that holds four rows in five. */
const spreadOf = (rows: readonly Case[], c: (one: Case) => TrainingConstants): number =>
  quantile(
    rows.map((one) => Math.abs(Math.log(one.estimate(c(one)) / one.truth))),
    0.8,
  ) / 1.2816;

const byFold = (one: Case): TrainingConstants => folds[foldOf(one)] as TrainingConstants;
const bySource = (one: Case): TrainingConstants => without.get(one.source) as TrainingConstants;

/** A spread of so many rows, drawn with the weight of four rows towards what is expected without data. */
const drawn = (spread: number, rows: number, expected: number): number =>
  round(Math.sqrt((rows * spread ** 2 + 4 * expected ** 2) / (rows + 4)));

/**
 * Spread of figures, every published row counted. `known`: of a new model or part on an engine that the fit knows, by folds; else the
 * wider of folds and of left-out sources.
 */
function spread(expected: number, known: boolean, ...names: string[]): number {
  const rows = cases.filter((one) => names.includes(one.figure) && one.core && !one.check);
  const fold = spreadOf(rows, byFold);
  const left = spreadOf(rows, bySource);
  const sigma = drawn(known ? fold : Math.max(fold, left), rows.length, expected);
  console.log(names.join("+"), {
    rows: rows.length,
    all: round(spreadOf(rows, () => all)),
    fold: round(fold),
    left: round(left),
    sigma,
  });
  return sigma;
}

/** Spread on engines that no constant was fitted on. */
function spreadElsewhere(expected: number): number {
  const rows = cases.filter((one) => one.otherEngine && one.figure === "training.throughput");
  const measured = spreadOf(rows, () => all);
  console.log("other engines", { rows: rows.length, all: round(measured) });
  return drawn(measured, rows.length, expected);
}

/** Spread to the slow side, of makers' stacks in other hands: hardly one is faster than the makers', so a sixth may be slower than this. */
function spreadSlow(expected: number, figure: string): number {
  const rows = cases.filter((one) => one.ownCluster && one.figure === figure);
  const logs = rows.map((one) => Math.log(one.estimate(all) / one.truth));
  const measured = quantile(logs, 5 / 6) / 1.2816;
  console.log("own clusters", figure, { rows: rows.length, all: round(measured) });
  return drawn(measured, rows.length, expected);
}

/** Spread to the fast side, of engines that the fit knows. */
function spreadFast(expected: number, figure: string): number {
  const rows = cases.filter((one) => one.figure === figure && one.core && !one.check);
  const logs = rows.map((one) => -Math.log(one.estimate(byFold(one)) / one.truth));
  return drawn(quantile(logs, 0.9) / 1.2816, rows.length, expected);
}

console.table(residuals);
console.table(
  [...new Set(cases.filter((one) => one.check).map((one) => `${one.source}|${one.figure}`))].map((name) => {
    const rows = cases.filter((one) => one.check && `${one.source}|${one.figure}` === name);
    const ratios = rows.map((one) => one.estimate(all) / one.truth);
    const median = quantile(
      rows.map((one) => error(one, all)),
      0.5,
    );
    return { name, rows: rows.length, median: round(median), bias: round(quantile(ratios, 0.5), 3) };
  }),
);
const sigma = {
  step: spread(0.1, true, "training.throughput"),
  stepExperts: spread(0.28, true, "training.throughputExperts"),
  stepOther: spreadElsewhere(0.25),
  stepSlow: spreadSlow(0.2, "training.throughput"),
  stepExpertsFast: spreadFast(0.2, "training.throughputExperts"),
  stepExpertsSlow: spreadSlow(0.35, "training.throughputExperts"),
  run: spread(0.28, false, "training.acceleratorHours"),
  runExperts: spread(0.34, false, "training.acceleratorHoursExperts"),
  runTuned: spread(0.12, true, "training.duration"),
  tuneVendor: spread(0.2, false, "tuning.throughput"),
  tuneVendorRun: spread(0.18, false, "tuning.duration"),
  // Other stacks publish memory, hardly ever speed: the spread of their pre-training, doubled for unknown kernels and data loading.
  tune: 0.35,
  reinforcement: spread(0.55, false, "rl.throughput", "rl.duration"),
};
console.log(all, sigma);
if (process.argv.includes("--rows"))
  for (const one of cases)
    console.log(one.id, one.figure, one.core ? 1 : 0, one.group, (one.estimate(all) / one.truth).toFixed(2));
if (!process.argv.includes("--dry")) {
  const data = {
    method:
      "Huber-weighted Gauss-Newton in log space with a log-normal prior on each constant; sources weigh with the root of their rows; intervals from four folds by source, model and accelerator and from left-out sources",
    date: new Date().toISOString().slice(0, 10),
    rows: cases.length,
    constants: all,
    sigma,
    residuals,
  };
  const text = `/**
 * Constants of the training-time model. Written by scripts/calibration/training.ts from published measurements; do not edit by hand.
 */
export const trainingCalibration = ${JSON.stringify(data, null, 2)} as const;

export type TrainingConstants = { readonly [K in keyof typeof trainingCalibration.constants]: number };
export const trainingConstants: TrainingConstants = trainingCalibration.constants;
`;
  writeFileSync(new URL("../../src/core/training/constants.ts", import.meta.url), text);
}
