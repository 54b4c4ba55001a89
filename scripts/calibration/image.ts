/**
 * Fits the constants of the image and video law to published measurements (data/image.tsv, one source per row, and part of
 * data/check/image.tsv at a lower weight), and reports residuals in sample, on the rest of the check tables, and with one family left out,
 * with the share that the shown intervals hold. Run by hand:
 *
 *   npx tsx scripts/calibration/image.ts [--fit] [--write] [--leave family|model|group] [--rows]
 *
 * `--fit` starts from the present constants and prints the fitted ones, rounded; `--write` puts them with method, date and residuals into
 * src/core/image/constants.json.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageConstants, imageConstants, imageGeneration } from "../../src/core/image/constants";
import { generationTime } from "../../src/core/image/law";
import { energyWidth, latencyWidth } from "../../src/core/image/widths";
import { borrowed, borrowedWeight, type Row, readRows } from "./imageRows";

/** Free constants by path, with the bounds that keep them physical. */
const free: readonly (readonly [path: string, low: number, high: number])[] = [
  ["hopper.linear", 0.3, 0.82],
  ["hopper.attention", 0.1, 0.9],
  ["hopper.perFlop", 0.3, 4],
  ["blackwell.linear", 0.3, 0.78],
  ["blackwell.attention", 0.05, 0.9],
  ["blackwell.memory", 0.2, 1],
  ["blackwell.perFlop", 0.3, 4],
  ["perByte", 20, 300],
  ["hopper.ceiling", 0.85, 1],
  ["blackwell.ceiling", 0.75, 1],
  ["ampere.ceiling", 0.85, 1],
  ["ampere.linear", 0.4, 0.9],
  ["ampere.attention", 0.2, 0.9],
  ["ampere.perFlop", 0.5, 5],
  ["ada.linear", 0.4, 1],
  ["basePower", 0.15, 0.4],
  ["decodePower", 0.3, 0.9],
  ["unetEnergy", 0.4, 1.2],
  ["baseVisits", 40, 250],
  ["queryKeyVisits", 0, 120],
  ["convolutionVisits", 2, 30],
  ["unetAttention", 0.2, 1],
  ["launchUnit", 2e-4, 2e-3],
  ["launchModule", 2e-4, 2e-3],
  ["launchSplit", 1e-5, 2e-3],
  ["launchHop", 1e-5, 1e-3],
  ["allToAll", 0.003, 1],
  ["ring", 0.003, 1],
  ["decodeImage", 1e4, 4e5],
  ["decodeVideo", 1e5, 2e6],
  ["decodeDeep", 1e5, 3e6],
  ["hostPerMegapixel", 1e-3, 6e-2],
  ["perCall", 5e-3, 0.2],
  ["ada.attention", 0.3, 1],
  ["ada.memory", 0.6, 2.5],
  ["workstation.linear", 0.6, 1],
  ["workstation.attention", 0.3, 1],
  ["workstation.memory", 0.6, 2],
  ["tpu.linear", 0.3, 0.9],
  ["tail", 0.01, 0.3],
  ["wideDecode", 1, 6],
  ["halfSums", 0.5, 1],
  ["compile.linear", 0.75, 1],
  ["compile.memory", 0.2, 1],
  ["compile.launch", 0.1, 1],
  ["static.linear", 0.7, 1],
  ["static.attention", 0.6, 1],
  ["static.memory", 0.1, 1],
  ["static.launch", 0.05, 1],
];

type Tree = { [key: string]: number | Tree };
const copy = (constants: ImageConstants): Tree => JSON.parse(JSON.stringify(constants)) as Tree;
function get(tree: Tree, path: string): number {
  let node: number | Tree = tree;
  for (const part of path.split(".")) node = (node as Tree)[part] as number | Tree;
  return node as number;
}
function put(tree: Tree, path: string, value: number): void {
  const parts = path.split(".");
  let node = tree;
  for (const part of parts.slice(0, -1)) node = node[part] as Tree;
  node[parts.at(-1) as string] = value;
}

interface Residual {
  readonly row: Row;
  readonly latency: number;
  readonly energy: number | undefined;
  /** 80 % half-widths that a user is shown. */
  readonly width: { readonly latency: number; readonly energy: number };
}
function residuals(rows: readonly Row[], constants: ImageConstants): Residual[] {
  return rows.map((row) => {
    const timing = generationTime(row.accelerator, row.job, constants);
    if (!timing) throw new Error(row.id);
    const context = {
      accelerators: row.job.accelerators,
      architecture: 0,
      generation: imageGeneration(row.accelerator.generation).width,
      timing,
      measured: row.job.engine.measured,
      stated: true,
    };
    return {
      row,
      width: { latency: latencyWidth(context), energy: energyWidth(context) },
      latency: Math.log(timing.latency / row.latency),
      energy:
        row.energy && timing.energy !== undefined ? Math.log(timing.energy / row.job.batch / row.energy) : undefined,
    };
  });
}

/** Each (source, model, accelerator) weighs as the square root of its rows; each source alike, the largest half more. */
function weights(rows: readonly Row[]): number[] {
  const cell = (row: Row): string => `${row.group} ${row.model} ${row.accelerator.id}`;
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(cell(row), (counts.get(cell(row)) ?? 0) + 1);
  const raw = rows.map((row) => 1 / Math.sqrt(counts.get(cell(row)) as number));
  const groups = new Map<string, number>();
  rows.forEach((row, i) => {
    groups.set(row.group, (groups.get(row.group) ?? 0) + (raw[i] as number));
  });
  return rows.map((row, i) => {
    const share = groups.get(row.group) as number;
    return ((raw[i] as number) / share ** 0.5) * (borrowed.has(row.group) ? borrowedWeight : 1);
  });
}

/** Pseudo-Huber: quadratic below 8 %, linear beyond, so that odd rows do not pull. */
const robust = (x: number): number => 0.08 * (Math.sqrt(1 + (x / 0.08) ** 2) - 1);

/** Weak pull towards the present value, in units of loss: what the data do not determine stays. */
const prior = 0.02;

function loss(rows: readonly Row[], weight: readonly number[], tree: Tree, start: Tree): number {
  const found = residuals(rows, tree as unknown as ImageConstants);
  let sum = 0;
  let total = 0;
  found.forEach((residual, i) => {
    const w = weight[i] as number;
    sum += w * robust(residual.latency);
    total += w;
    if (residual.energy !== undefined) {
      sum += w * robust(residual.energy);
      total += w;
    }
  });
  let pull = 0;
  for (const [path] of free) pull += Math.log(get(tree, path) / get(start, path)) ** 2;
  return sum / total + (prior * pull) / free.length;
}

/** Coordinate descent with shrinking steps in the logarithm. */
function fit(rows: readonly Row[], constants: ImageConstants, rounds: number): Tree {
  const start = copy(constants);
  const tree = copy(constants);
  const weight = weights(rows);
  let best = loss(rows, weight, tree, start);
  const step = free.map(() => 0.2);
  for (let round = 0; round < rounds; round++)
    free.forEach(([path, low, high], i) => {
      const value = get(tree, path);
      const size = step[i] as number;
      let moved = false;
      for (const direction of [1, -1]) {
        const candidate = Math.min(high, Math.max(low, value * Math.exp(direction * size)));
        put(tree, path, candidate);
        const now = loss(rows, weight, tree, start);
        if (now < best - 1e-9) {
          best = now;
          moved = true;
          break;
        }
        put(tree, path, value);
      }
      step[i] = moved ? Math.min(0.4, size * 1.3) : size * 0.5;
    });
  return tree;
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};
const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

function report(found: readonly Residual[], by: (row: Row) => string, title: string): void {
  console.log(`\n${title.padEnd(30)}   n   latency: bias, median, p80 |error|, inside   energy: the same`);
  const cells = new Map<string, Residual[]>();
  for (const residual of found) {
    const key = by(residual.row);
    cells.set(key, [...(cells.get(key) ?? []), residual]);
  }
  const line = (list: readonly Residual[], figure: "latency" | "energy"): string => {
    const known = list.flatMap((one) => {
      const error = one[figure];
      return error === undefined ? [] : [{ error, inside: Math.abs(error) <= one.width[figure] }];
    });
    if (known.length === 0) return "–";
    const errors = known.map(({ error }) => error);
    const sizes = errors.map(Math.abs);
    const median = quantile(errors.map(Math.expm1).map(Math.abs), 0.5);
    const inside = known.filter((one) => one.inside).length / known.length;
    return `${Math.exp(quantile(errors, 0.5)).toFixed(2)} ${percent(median).padStart(7)} ${quantile(sizes, 0.8).toFixed(3)} ${percent(inside).padStart(7)}`;
  };
  for (const [key, list] of [...cells].sort())
    console.log(
      `${key.padEnd(30)} ${String(list.length).padStart(4)}  ${line(list, "latency")}     ${line(list, "energy")}`,
    );
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : (process.argv[at + 1] ?? "");
};

/** The second collection has no part in the fit. */
const checked = ["check", "recheck"].flatMap((table) => readRows(`data/${table}/image.tsv`));
const rows = [...readRows("data/image.tsv"), ...checked.filter((row) => borrowed.has(row.group))];

/** Two and a half digits: more would claim what the data do not say. */
function rounded(tree: Tree): Tree {
  for (const [path] of free) {
    const value = get(tree, path);
    const unit = 10 ** (Math.floor(Math.log10(value)) - 1) / 2;
    put(tree, path, Number((Math.round(value / unit) * unit).toPrecision(3)));
  }
  return tree;
}

/** Residuals of rows whose model family (or model, or source) had no part in the fit. */
function leftOut(key: (row: Row) => string): Residual[] {
  return [...new Set(rows.map(key))].sort().flatMap((name) =>
    residuals(
      rows.filter((row) => key(row) === name),
      fit(
        rows.filter((row) => key(row) !== name),
        imageConstants,
        8,
      ) as unknown as ImageConstants,
    ),
  );
}

const medianError = (values: readonly number[]): number =>
  Number(
    quantile(
      values.map((x) => Math.abs(Math.expm1(x))),
      0.5,
    ).toFixed(3),
  );

function write(constants: Tree): void {
  const seen = residuals(rows, constants as unknown as ImageConstants);
  const unseen = leftOut((row) => row.family);
  const sources = [...new Set(rows.map((row) => row.group))].sort();
  const of = (list: readonly Residual[], source: string, figure: "latency" | "energy"): number[] =>
    list.flatMap((one) => (one.row.group === source && one[figure] !== undefined ? [one[figure]] : []));
  const figures = [
    ["latency", "latency"],
    ["energyPerItem", "energy"],
  ] as const;
  const summary = {
    method:
      "coordinate descent on a robust mean of |ln(estimated / measured)| of latency and energy, sources alike (those of the check table at 0.15), with a weak log-normal prior; checked by leaving model families out",
    date: new Date().toISOString().slice(0, 10),
    rows: rows.length,
    sources,
    residuals: figures.flatMap(([figure, key]) =>
      sources.flatMap((source) => {
        const inSample = of(seen, source, key);
        if (inSample.length === 0) return [];
        return [
          {
            figure,
            source,
            rows: inSample.length,
            medianError: medianError(inSample),
            medianErrorUnseen: medianError(of(unseen, source, key)),
          },
        ];
      }),
    ),
    constants,
  };
  writeFileSync(
    join(import.meta.dirname, "../../src/core/image/constants.json"),
    `${JSON.stringify(summary, null, 2)}\n`,
  );
}

const leave = option("leave");
if (leave !== undefined) {
  const key = (row: Row): string =>
    leave === "group" ? row.group : leave === "model" ? `${row.model} ${row.accelerator.id}` : row.family;
  const left = leftOut(key);
  report(left, key, `left out: ${leave}`);
  report(left, (row) => row.group, "left out, by source");
  report(left, (row) => `accelerators ${row.job.accelerators}`, "left out, by accelerators");
  report(
    left.filter((r) => r.row.core),
    (row) => `core: ${borrowed.has(row.group) ? "borrowed" : row.group}`,
    "left out, chosen rows",
  );
} else {
  const constants = process.argv.includes("--fit") ? rounded(fit(rows, imageConstants, 40)) : copy(imageConstants);
  if (process.argv.includes("--fit"))
    for (const [path] of free)
      console.log(path.padEnd(22), get(constants, path).toPrecision(3), `(from ${get(copy(imageConstants), path)})`);
  if (process.argv.includes("--write")) write(constants);
  const found = residuals(rows, constants as unknown as ImageConstants);
  report(found, (row) => row.group, "source");
  report(
    residuals(
      checked.filter((row) => !borrowed.has(row.group)),
      constants as unknown as ImageConstants,
    ),
    (row) => row.group,
    "check, never fitted",
  );
  report(found, (row) => `accelerators ${row.job.accelerators}`, "by accelerators");
  report(
    found.filter((r) => r.row.core),
    () => "all core rows",
    "together",
  );
  report(found, (row) => `${row.model} ${row.accelerator.id}`, "model and accelerator");
  if (process.argv.includes("--rows"))
    for (const { row, latency, energy } of found)
      console.log(
        row.id,
        row.model,
        row.accelerator.id,
        `x${row.job.accelerators}`,
        `b${row.job.batch}`,
        row.split,
        Math.exp(latency).toFixed(2),
        energy === undefined ? "" : Math.exp(energy).toFixed(2),
      );
}
