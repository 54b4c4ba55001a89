/**
 * Fits the constants of inference on published measurements and writes src/core/inference/constants.json. Run by hand:
 *
 *   npx tsx scripts/calibration/inference.ts            fit, check on unseen systems, write (then npm run format)
 *   npx tsx scripts/calibration/inference.ts --check    residuals of the constants as they are; nothing is written
 *   … --dry                                             fit and check, write nothing
 *   … --seen                                            fit, print the constants, write nothing
 *
 * data/check/inference.tsv and data/recheck/inference.tsv: a wider choice of sources, each of which enters the fit at a modest weight.
 * data/inference.tsv: one published measurement a row, with its source. `chosen` marks at most two rows per source, model,
 * accelerator and count; they weigh more, so that long sweeps do not decide.
 *
 * Loss: mean over (figure, source) of the mean of a clipped |ln(estimated / measured)|, so that a source counts once however many rows
 * it has; plus a weak pull of every constant towards its prior. Constants marked `wide` are then fitted again with the check tables; the
 * others keep to the main table. Search: one constant at a time, multiplicative steps that shrink.
 * Check: systems (source, model, accelerator) are dealt into five folds; each fold is estimated by constants fitted without it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import type { InferenceConstants, InferenceResidual } from "../../src/core/inference/constants";
import { inferenceCalibration } from "../../src/core/inference/constants";
import { engineClasses, isLocal } from "../../src/core/inference/engine";
import { type InferenceProblem, problemOf, solve } from "../../src/core/inference/problem";
import { sigmasOf } from "../../src/core/inference/uncertainty";
import { type Parameter, parameters } from "./inferenceParameters";
import { inferenceWorkload } from "./workloads";

const figures = [
  "timePerOutputToken",
  "outputThroughput",
  "energyPerOutputToken",
  "acceleratorPower",
  "timeToFirstToken",
] as const;
type Figure = (typeof figures)[number];
const figureWeight: Record<Figure, number> = {
  timePerOutputToken: 1,
  outputThroughput: 1,
  energyPerOutputToken: 1,
  acceleratorPower: 1,
  timeToFirstToken: 0.25,
};

export interface Row {
  readonly source: string;
  readonly model: string;
  readonly accelerator: string;
  readonly engine: string;
  readonly chosen: boolean;
  /** Of the check tables. */
  readonly check: boolean;
  readonly fold: number;
  readonly problem: InferenceProblem;
  readonly truth: Partial<Record<Figure, number>>;
  readonly line: string;
}

const folds = 5;

/** A small string hash (FNV-1a), so that folds never move. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h >>> 0;
}

const number = (text: string | undefined): number | undefined =>
  text === undefined || text === "" ? undefined : Number(text);

/** Weight in the fit of a source of the check tables. */
const checkWeight = 0.15;

export function readRows(folder: "data" | "data/check" | "data/recheck" = "data"): { rows: Row[]; refused: string[] } {
  const facts = createCatalog();
  const path = join(__dirname, folder, "inference.tsv");
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split("\t");
  const rows: Row[] = [];
  const refused: string[] = [];
  for (const line of lines) {
    const cell = Object.fromEntries(line.split("\t").map((text, i) => [names[i], text])) as Record<string, string>;
    const workload = inferenceWorkload(cell);
    const problem = problemOf(workload, new Draft("inference", facts));
    if (problem === undefined) {
      refused.push(line);
      continue;
    }
    const truth: Partial<Record<Figure, number>> = {};
    for (const figure of figures) {
      const value = number(cell[figure]);
      if (value === undefined || value <= 0) continue;
      // Streams that arrive in chunks report times per token below the time to read the weights once: not a decode time.
      const s = problem.system;
      const least = s.residentBytes / (s.bandwidth * s.layout.accelerators);
      if (figure === "timePerOutputToken" && value < 0.5 * least) continue;
      truth[figure] = value;
    }
    rows.push({
      source: cell.source ?? "",
      model: cell.model ?? "",
      accelerator: cell.accelerator ?? "",
      engine: problem.engine,
      chosen: cell.chosen === "1" || folder !== "data",
      check: folder !== "data",
      fold: hash(`${cell.source}|${cell.model}|${cell.accelerator}`) % folds,
      problem,
      truth,
      line,
    });
  }
  return { rows, refused };
}

export function predict(problem: InferenceProblem, c: InferenceConstants): Record<Figure, number> {
  const solution = solve(problem, c);
  const { point, throughput } = solution;
  const tdp = problem.system.tdp ?? Number.NaN;
  const power = Math.min(1, point.powerShare) * tdp;
  return {
    timePerOutputToken: point.timePerOutputToken,
    outputThroughput: throughput,
    acceleratorPower: power,
    energyPerOutputToken: (power * problem.system.layout.accelerators) / throughput,
    timeToFirstToken: point.timeToFirstToken,
  };
}

const clipped = (x: number): number => (x < 0.6 ? x : 0.6 + 0.25 * (x - 0.6));

export function dataLoss(rows: readonly Row[], c: InferenceConstants): number {
  const cells = new Map<string, { sum: number; weight: number; share: number }>();
  for (const row of rows) {
    const estimate = predict(row.problem, c);
    const weight = row.chosen ? 1 : 0.35;
    for (const figure of figures) {
      const truth = row.truth[figure];
      if (truth === undefined) continue;
      const key = figure + row.source;
      let cell = cells.get(key);
      if (!cell) {
        cell = { sum: 0, weight: 0, share: figureWeight[figure] * (row.check ? checkWeight : 1) };
        cells.set(key, cell);
      }
      const error = Math.abs(Math.log(estimate[figure] / truth));
      cell.sum += weight * clipped(Number.isFinite(error) ? error : 5);
      cell.weight += weight;
    }
  }
  let sum = 0;
  let total = 0;
  for (const cell of cells.values()) {
    const weight = cell.share * Math.min(1, cell.weight / 8);
    sum += (weight * cell.sum) / cell.weight;
    total += weight;
  }
  return sum / total;
}

type Mutable = { [key: string]: number | Mutable };
const read = (root: unknown, path: readonly string[]): number =>
  path.reduce((node, key) => (node as Mutable)[key] as Mutable, root as Mutable) as unknown as number;
function write(root: unknown, path: readonly string[], value: number): void {
  let node = root as Mutable;
  for (const key of path.slice(0, -1)) node = node[key] as Mutable;
  node[path.at(-1) as string] = value;
}
function assign(c: InferenceConstants, parameter: Parameter, value: number): void {
  for (const path of parameter.paths) write(c, path.split("."), value);
}
const currentOf = (c: InferenceConstants, parameter: Parameter): number =>
  read(c, (parameter.paths[0] as string).split("."));

const penalty = (c: InferenceConstants, strength: number): number => {
  let sum = 0;
  for (const p of parameters) sum += (p.pull ?? 1) * Math.log(currentOf(c, p) / p.prior) ** 2;
  return strength * sum;
};

export function fit(
  rows: readonly Row[],
  start: InferenceConstants,
  sweeps: number,
  strength: number,
  free: (parameter: Parameter) => boolean = () => true,
): { c: InferenceConstants; loss: number } {
  const c = structuredClone(start);
  let best = dataLoss(rows, c) + penalty(c, strength);
  const steps = new Map(parameters.map((p) => [p, 0.25]));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = false;
    for (const p of parameters) {
      if (p.fixed || !free(p)) continue;
      const step = steps.get(p) as number;
      if (step < 0.01) continue;
      const now = currentOf(c, p);
      let better = false;
      for (const direction of [1, -1]) {
        const value = Math.min(p.most ?? Infinity, Math.max(p.least ?? 0, now * Math.exp(direction * step)));
        if (value === now) continue;
        assign(c, p, value);
        const loss = dataLoss(rows, c) + penalty(c, strength);
        if (loss < best - 1e-7) {
          best = loss;
          better = true;
          break;
        }
        assign(c, p, now);
      }
      steps.set(p, better ? Math.min(0.4, step * 1.4) : step * 0.5);
      moved ||= better;
    }
    if (!moved && [...steps.values()].every((s) => s < 0.01)) break;
  }
  return { c, loss: best };
}

/** Constants on the main table first; then those that it does not tell, on all tables. */
function fitBoth(
  rows: readonly Row[],
  start: InferenceConstants,
  sweeps: number,
  strength: number,
): { c: InferenceConstants; loss: number } {
  const { c } = fit(
    rows.filter((row) => !row.check),
    start,
    sweeps,
    strength,
  );
  return fit(rows, c, sweeps, strength, (p) => p.wide === true);
}

export function priors(): InferenceConstants {
  const c = structuredClone(inferenceCalibration.constants);
  for (const p of parameters) assign(c, p, p.prior);
  return c;
}

export interface Judged {
  readonly row: Row;
  readonly figure: Figure;
  readonly ratio: number;
  readonly sigma: number;
}

export function judge(rows: readonly Row[], c: InferenceConstants): Judged[] {
  return rows.flatMap((row) => {
    const estimate = predict(row.problem, c);
    const sigmas = sigmasOf(row.problem, solve(row.problem, c));
    const sigma: Record<Figure, number> = {
      timePerOutputToken: sigmas.timePerOutputToken,
      outputThroughput: sigmas.throughput,
      energyPerOutputToken: sigmas.energy,
      acceleratorPower: sigmas.power,
      timeToFirstToken: sigmas.firstToken,
    };
    return figures.flatMap((figure) => {
      const truth = row.truth[figure];
      return truth === undefined ? [] : [{ row, figure, ratio: estimate[figure] / truth, sigma: sigma[figure] }];
    });
  });
}

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number) : Number.NaN;
};

interface Summary {
  figure: Figure;
  source: string;
  rows: number;
  median: number;
  p90: number;
  bias: number;
  inside: number;
}

/** Chosen rows only; sources with fewer than five of a figure are judged together. */
export function summarize(judged: readonly Judged[]): Summary[] {
  const cells = new Map<string, Judged[]>();
  for (const j of judged)
    if (j.row.chosen)
      cells.set(`${j.figure}\t${j.row.source}`, [...(cells.get(`${j.figure}\t${j.row.source}`) ?? []), j]);
  const merged = new Map<string, Judged[]>();
  for (const [key, list] of cells) {
    const target = list.length < 5 ? `${key.split("\t")[0]}\tsmall` : key;
    merged.set(target, [...(merged.get(target) ?? []), ...list]);
  }
  return [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, list]) => {
      const [figure, source] = key.split("\t") as [Figure, string];
      const errors = list.map((j) => Math.abs(j.ratio - 1));
      return {
        figure,
        source,
        rows: list.length,
        median: quantile(errors, 0.5),
        p90: quantile(errors, 0.9),
        bias: quantile(
          list.map((j) => j.ratio),
          0.5,
        ),
        inside: list.filter((j) => Math.abs(Math.log(j.ratio)) <= 1.2815515655446004 * j.sigma).length / list.length,
      };
    });
}

export function print(title: string, summaries: readonly Summary[]): void {
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`.padStart(8);
  console.log(`\n${title}`);
  for (const s of summaries)
    console.log(
      `${s.figure.padEnd(21)} ${s.source.padEnd(17)} ${String(s.rows).padStart(4)} ${percent(s.median)} p90 ${percent(s.p90)} bias ${s.bias.toFixed(2)} inside ${percent(s.inside)}`,
    );
  for (const figure of figures) {
    const cells = summaries.filter((s) => s.figure === figure && (s.rows >= 5 || s.source !== "small"));
    if (cells.length === 0) continue;
    const rows = cells.reduce((sum, s) => sum + s.rows, 0);
    console.log(
      `  ${figure.padEnd(21)} macro ${percent(cells.reduce((sum, s) => sum + s.median, 0) / cells.length)}  inside ${percent(cells.reduce((sum, s) => sum + s.inside * s.rows, 0) / rows)}  rows ${rows}`,
    );
  }
}

function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(3));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
  return value;
}

export function unseen(rows: readonly Row[], start: InferenceConstants, sweeps: number, strength: number): Judged[] {
  const judged: Judged[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const { c } = fitBoth(
      rows.filter((row) => row.fold !== fold),
      start,
      sweeps,
      strength,
    );
    judged.push(
      ...judge(
        rows.filter((row) => row.fold === fold),
        c,
      ),
    );
  }
  return judged;
}

const sigmaFigures = ["timePerOutputToken", "outputThroughput", "energyPerOutputToken", "acceleratorPower"] as const;
const cautious = [0.3, 0.35, 0.35, 0.22];

/**
 * Standard deviations by engine from residuals of systems that the fit had not seen: the 80th percentile of |ln(estimated / measured)|
 * over 1.2816, chosen rows threefold, at least eight rows; else the next wider class, else a cautious guess. Classes of which the main
 * table has few chosen rows take the check tables' too.
 */
function sigmaTable(judged: readonly Judged[]): Record<string, { dense: number[]; experts: number[] }> {
  const of = (everything: readonly Judged[], least: number): number | undefined => {
    const main = everything.filter((j) => !j.row.check);
    const list = main.filter((j) => j.row.chosen).length < 20 ? everything : main;
    const chosen = list.filter((j) => j.row.chosen);
    if (chosen.length < 8) return undefined;
    const logs = [...list, ...chosen, ...chosen].map((j) => Math.abs(Math.log(j.ratio)));
    // One publisher's rows agree with each other more than with the next one's.
    const floor = list.some((j) => j.row.check) ? least : 0.1;
    return Math.max(floor, Number((quantile(logs, 0.8) / 1.2815515655446004).toFixed(3)));
  };
  const table: Record<string, { dense: number[]; experts: number[] }> = {};
  for (const engine of engineClasses) {
    const rows = { dense: [] as number[], experts: [] as number[] };
    sigmaFigures.forEach((figure, i) => {
      const all = judged.filter(
        (j) => j.figure === figure && j.row.engine === engine && !j.row.problem.picturesUnknown,
      );
      const local = judged.filter((j) => j.figure === figure && isLocal(j.row.problem.engine) === isLocal(engine));
      const guess = cautious[i] ?? 0.4;
      const least = 0.6 * guess;
      const dense = of(
        all.filter((j) => j.row.problem.system.experts === 0),
        least,
      );
      const experts = of(
        all.filter((j) => j.row.problem.system.experts > 0),
        least,
      );
      // One sequence at a time: the throughput is as sure as the time per token, but for reading and overheads of a request.
      const inverse = figure === "outputThroughput" && isLocal(engine);
      const whole =
        inverse && rows.dense[0] !== undefined
          ? Number(Math.hypot(rows.dense[0], 0.15).toFixed(3))
          : (of(all, least) ?? Math.max(of(local, least) ?? 0, guess));
      rows.dense.push(dense ?? whole);
      rows.experts.push(experts ?? Math.max(whole, dense ?? 0, (figure === "acceleratorPower" ? 0.7 : 1) * 0.25));
    });
    table[engine] = rows;
  }
  return table;
}

function main(): void {
  const flags = new Set(process.argv.slice(2));
  const { rows, refused } = readRows();
  const checks = readRows("data/check").rows;
  const rechecks = readRows("data/recheck").rows;
  const others = [...checks, ...rechecks];
  console.log(`${rows.length} rows, ${refused.length} refused, ${others.length} of other sources`);
  if (flags.has("--check")) {
    print("constants as they are", summarize(judge(rows, inferenceCalibration.constants)));
    print("check table", summarize(judge(checks, inferenceCalibration.constants)));
    print("recheck table", summarize(judge(rechecks, inferenceCalibration.constants)));
    return;
  }
  const strength = 0.006;
  const start = priors();
  const { c, loss } = fitBoth([...rows, ...others], start, 24, strength);
  console.log(`loss ${loss.toFixed(4)}`);
  const constants = rounded(c) as InferenceConstants;
  const seen = summarize(judge(rows, constants));
  print("rows of the fit", seen);
  print("check table", summarize(judge(checks, constants)));
  print("recheck table", summarize(judge(rechecks, constants)));
  if (flags.has("--seen")) {
    for (const p of parameters) console.log(p.paths[0], currentOf(c, p).toPrecision(3), p.prior);
    return;
  }
  const left = unseen([...rows, ...others], start, 12, strength);
  const out = summarize(left.filter((j) => !j.row.check));
  const sigmas = sigmaTable(left);
  print("of other sources", summarize(left.filter((j) => j.row.check)));
  console.log(JSON.stringify(sigmas));
  print("systems left out of the fit", out);
  if (flags.has("--dry")) return;
  const residuals: InferenceResidual[] = seen.map((s) => ({
    figure: s.figure,
    source: s.source,
    rows: s.rows,
    medianError: Number(s.median.toFixed(3)),
    medianErrorUnseen: Number(
      (out.find((o) => o.figure === s.figure && o.source === s.source)?.median ?? s.median).toFixed(3),
    ),
  }));
  const file = {
    method:
      "coordinate search on the mean over figure and source of clipped |ln(estimated / measured)| with a weak log-normal prior; constants that the main table does not tell on the check tables too, their sources at 0.15; checked by leaving systems (source, model, accelerator) out in five folds",
    date: new Date().toISOString().slice(0, 10),
    rows: rows.length,
    sources: [...new Set(rows.map((row) => row.source))],
    residuals,
    sigmas,
    constants,
  };
  writeFileSync(join(__dirname, "../../src/core/inference/constants.json"), `${JSON.stringify(file, null, 2)}\n`);
}

if (require.main === module) main();
