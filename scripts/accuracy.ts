/**
 * How far our estimates lie from published measurements: every chosen row of scripts/calibration/data through the same `estimate()` that
 * the editor calls, with the bundled catalogue.
 *
 *   npm run accuracy              prints the table
 *   npm run accuracy -- --json    also writes accuracy.json beside the tables, which the method page shows
 *   npm run accuracy -- --check   the rows of scripts/calibration/data/check instead: a wider choice of sources, at modest weight in the fits
 *   npm run accuracy -- --recheck the rows of scripts/calibration/data/recheck instead: collected later, first judged blind
 *   npm run accuracy -- --rows    also one line a row: source, model, accelerator, figure, measured, low, central, high, ratio
 *
 * Chosen rows (`core`, `chosen`) are at most two per source, model, accelerator and count, so that no sweep decides the result. Rows that
 * the fit left out for contradicting themselves count here. Sources with fewer than five rows of a figure are judged together as "small".
 */
import { existsSync, writeFileSync } from "node:fs";
import { createCatalog } from "../src/catalog/catalog";
import type { QuantityKey } from "../src/core/estimate";
import { estimate } from "../src/core/estimator";
import { methodology } from "../src/core/methodology";
import type { Quantity } from "../src/core/quantity";
import type { Workload } from "../src/core/workload";
import { type Baseline, judgeRule, rules } from "./calibration/baselines";
import { quantile } from "./calibration/fit";
import { number, type Row, readTable } from "./calibration/table";
import { imageWorkload, inferenceWorkload, trainingWorkload } from "./calibration/workloads";

export interface Accuracy {
  /** Table or kind of work, and the key of the estimate. */
  readonly figure: string;
  /** Where the measurements are from; "macro" is the mean over sources. */
  readonly source: string;
  readonly rows: number;
  /** Rows for which we gave the figure. */
  readonly answered: number;
  /** Median and 90th percentile of |estimated / measured − 1|. */
  readonly median: number;
  readonly p90: number;
  /** Median of estimated / measured. */
  readonly bias: number;
  /** Share of answers whose 80 % interval holds the measurement. */
  readonly inside: number;
}

export interface AccuracyReport {
  readonly date: string;
  readonly methodology: string;
  /** Rows of the tables that were judged. */
  readonly rows: number;
  readonly figures: readonly Accuracy[];
  /** Simple rules on the same rows. */
  readonly baselines: readonly Baseline[];
}

interface Case {
  readonly figure: string;
  readonly source: string;
  readonly workload: Workload;
  /** Key of the estimate and what was measured, in its unit. */
  readonly truth: readonly (readonly [key: QuantityKey, value: number | undefined])[];
}

/** Folders of tables: what constants are fitted on, and two collections of other publishers. */
export type Folder = "data" | "data/check" | "data/recheck";

function table(name: string, folder: Folder = "data"): Row[] {
  const path = new URL(`calibration/${folder}/${name}.tsv`, import.meta.url);
  return existsSync(path) ? readTable(path) : [];
}
const chosen = (rows: Row[]): Row[] => rows.filter((row) => (row.core ?? row.chosen) === "1");

function casesOf(folder: Folder): Case[] {
  const trained = (row: Row, kind: string, figure: string): Case => {
    const workload = trainingWorkload(row, kind);
    return {
      figure,
      source: row.source ?? "",
      // Hours of reinforcement learning are those of one step.
      workload: workload.kind === "reinforcementLearning" ? { ...workload, steps: 1 } : workload,
      truth: [
        ["trainingThroughput", number(row, "throughput")],
        ["duration", number(row, "hours")],
        ["acceleratorHours", number(row, "acceleratorHours")],
      ],
    };
  };
  const names: Readonly<Record<string, string>> = {
    fineTuning: "fine-tuning",
    reinforcementLearning: "reinforcement learning",
  };
  return [
    ...chosen(table("training", folder)).map((row) => trained(row, "training", "training")),
    ...chosen(table("finetune", folder)).map((row) => {
      const kind = row.kind || "fineTuning";
      return trained(row, kind, names[kind] ?? kind);
    }),
    ...chosen(table("memory", folder))
      .filter((row) => row.accelerator !== "")
      .map(
        (row): Case => ({
          figure: "training memory",
          source: row.source ?? "",
          workload: trainingWorkload(row, row.kind || "fineTuning"),
          truth: [["memoryPerAccelerator", number(row, "peak")]],
        }),
      ),
    ...chosen(table("inference", folder)).map(
      (row): Case => ({
        figure: "inference",
        source: row.source ?? "",
        workload: inferenceWorkload(row),
        truth: (
          [
            "timePerOutputToken",
            "outputThroughput",
            "energyPerOutputToken",
            "acceleratorPower",
            "timeToFirstToken",
          ] as const
        ).map((key) => [key, number(row, key)] as const),
      }),
    ),
    ...chosen(table("image", folder)).map(
      (row): Case => ({
        figure: row.task === "video" ? "video" : "image",
        source: row.group ?? "",
        workload: imageWorkload(row),
        truth: [
          ["latency", number(row, "latency")],
          ["energyPerItem", number(row, "energyPerItem")],
        ],
      }),
    ),
  ];
}

/** Columns are named as the estimate's keys, but for the rate of training. */
const keyOf = (column: string): QuantityKey =>
  column === "throughput" ? "trainingThroughput" : (column as QuantityKey);

function rowLine(source: string, workload: Workload, key: QuantityKey, measured: number, answer?: Quantity): string {
  const fields = workload as { readonly model?: { readonly name?: string } | string; readonly accelerator?: string };
  const model = typeof fields.model === "string" ? fields.model : fields.model?.name;
  const digits = (value: number | undefined): string => value?.toPrecision(4) ?? "";
  const { low, central, high } = answer ?? {};
  const ratio = central === undefined ? "" : (central / measured).toFixed(2);
  return [source, model, fields.accelerator, key, measured, digits(low), digits(central), digits(high), ratio].join(
    "\t",
  );
}

interface Judged {
  readonly ratio: number | undefined;
  readonly inside: boolean;
}

const rounded = (value: number): number => Number(value.toFixed(3));

function summary(figure: string, source: string, judged: readonly Judged[]): Accuracy {
  const ratios = judged.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
  const errors = ratios.map((ratio) => Math.abs(ratio - 1));
  return {
    figure,
    source,
    rows: judged.length,
    answered: ratios.length,
    median: rounded(quantile(errors, 0.5)),
    p90: rounded(quantile(errors, 0.9)),
    bias: rounded(quantile(ratios, 0.5)),
    inside: rounded(judged.filter(({ inside }) => inside).length / Math.max(1, ratios.length)),
  };
}

function macro(figure: string, of: readonly Accuracy[]): Accuracy {
  const mean = (value: (one: Accuracy) => number): number =>
    rounded(of.reduce((sum, one) => sum + value(one), 0) / of.length);
  return {
    figure,
    source: "macro",
    rows: of.reduce((sum, one) => sum + one.rows, 0),
    answered: of.reduce((sum, one) => sum + one.answered, 0),
    median: mean((one) => one.median),
    p90: mean((one) => one.p90),
    bias: mean((one) => one.bias),
    inside: mean((one) => one.inside),
  };
}

export function measureAccuracy(
  folder: Folder = "data",
  eachRow?: (line: string) => void,
): Omit<AccuracyReport, "date"> {
  const facts = createCatalog();
  const cells = new Map<string, Map<string, Judged[]>>();
  const cases = casesOf(folder);
  for (const { figure, source, workload, truth } of cases) {
    const { quantities } = estimate(workload, facts);
    for (const [key, measured] of truth) {
      if (measured === undefined || measured <= 0) continue;
      const answer = quantities[key];
      eachRow?.(rowLine(source, workload, key, measured, answer));
      const name = `${figure}: ${key}`;
      const sources = cells.get(name) ?? new Map<string, Judged[]>();
      cells.set(name, sources);
      const list = sources.get(source) ?? [];
      sources.set(source, list);
      list.push({
        ratio: answer === undefined ? undefined : answer.central / measured,
        inside: answer !== undefined && answer.low <= measured && measured <= answer.high,
      });
    }
  }
  const fewest = folder === "data" ? 5 : 1;
  const figures = [...cells].flatMap(([figure, sources]) => {
    const small = [...sources.values()].filter((list) => list.length < fewest).flat();
    const large = [...sources].filter(([, list]) => list.length >= fewest).sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = [...large, ...(small.length > 0 ? [["small", small] as const] : [])].map(([source, list]) =>
      summary(figure, source, list),
    );
    const unanswered = rows.filter(({ answered }) => answered === 0).reduce((sum, one) => sum + one.rows, 0);
    const answered = rows.filter((one) => one.answered > 0);
    const mean = macro(figure, answered);
    return [...answered, { ...mean, rows: mean.rows + unanswered }];
  });
  const judgedRules = folder === "data" ? rules : [];
  const baselines = judgedRules.map((rule) =>
    judgeRule(rule, rule.all ? table(rule.table) : chosen(table(rule.table)), facts, (row) => {
      const workload = rule.table === "inference" ? inferenceWorkload(row) : trainingWorkload(row, "training");
      return estimate(workload, facts).quantities[keyOf(rule.column)]?.central;
    }),
  );
  return { methodology, rows: cases.length, figures, baselines };
}

function main(): void {
  const asked = (flag: string): boolean => process.argv.includes(flag);
  const folder: Folder = asked("--recheck") ? "data/recheck" : asked("--check") ? "data/check" : "data";
  const eachRow = asked("--rows") ? (line: string): void => console.log(line) : undefined;
  const report = { date: new Date().toISOString().slice(0, 10), ...measureAccuracy(folder, eachRow) };
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`.padStart(9);
  console.log(`${"figure".padEnd(40)} ${"source".padEnd(18)} answered   median       p90  bias    inside`);
  for (const one of report.figures)
    console.log(
      `${one.figure.padEnd(40)} ${one.source.padEnd(18)} ${`${one.answered}/${one.rows}`.padStart(8)}${percent(one.median)} ${percent(one.p90)}  ${one.bias.toFixed(2)} ${percent(one.inside)}`,
    );
  console.log("\nsimple rules on the same rows");
  for (const one of report.baselines)
    console.log(
      `${one.figure.padEnd(34)} ${one.rule.padEnd(46)} ${one.on.padEnd(24)} ${String(one.rows).padStart(3)} median${percent(one.median)} p90${percent(one.p90)} bias ${one.bias.toFixed(2)}  ours${percent(one.ours)}`,
    );
  if (asked("--json")) {
    const path = new URL(`calibration/${folder}/accuracy.json`, import.meta.url);
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  }
}

if (process.argv[1]?.endsWith("accuracy.ts")) main();
