/**
 * Simple rules that people use instead, on the rows we are judged on: what our terms add over them. Constants of other tools are theirs,
 * with the version they were read at.
 */
import type { Facts } from "../../src/core/facts";
import { quantile } from "./fit";
import { number, type Row } from "./table";

export interface Baseline {
  readonly figure: string;
  readonly rule: string;
  /** Which rows of the tables. */
  readonly on: string;
  readonly rows: number;
  readonly median: number;
  readonly p90: number;
  readonly bias: number;
  /** Our median error on the same rows. */
  readonly ours: number;
}

/** A rule's figure for a row; undefined where it says nothing. */
export interface Rule {
  readonly figure: string;
  readonly rule: string;
  readonly on: string;
  readonly table: string;
  readonly column: string;
  /** Every row of the table, not the chosen ones alone: where those are few. */
  readonly all?: boolean;
  readonly applies: (row: Row) => boolean;
  readonly estimate: (row: Row, facts: Facts) => number | undefined;
}

const peak = (row: Row, facts: Facts): number | undefined => {
  const found = facts.accelerator(row.accelerator ?? "")?.value.peak;
  const tera = found?.bf16 ?? found?.fp16;
  return tera === undefined ? undefined : tera * 1e12;
};
const active = (row: Row): number | undefined => number(row, "activeParameters") ?? number(row, "parameters");
const from =
  (source: string) =>
  (row: Row): boolean =>
    row.source === source;

/** Wh per output token and accelerator: EcoLogits @2d0a1c7 (2025-11-13), ecologits/impacts/llm.py; parameters in billions. */
export const ecoLogitsPerToken = (active: number, batch: number): number =>
  1.1665273170451914e-6 * Math.exp(-0.011205921025579175 * batch) * active + 4.052928146734005e-5;

/** s per output token, the same. */
export const ecoLogitsLatency = (active: number, batch: number): number =>
  6.785088094353663e-4 * active + 3.119310311688259e-4 * batch + 0.019473717579473387;

function ecoLogits(row: Row, batch: number): number | undefined {
  const parameters = number(row, "parameters");
  const used = active(row);
  if (parameters === undefined || used === undefined) return undefined;
  const perAccelerator = ecoLogitsPerToken(used / 1e9, batch);
  const bytes = row.weights === "fp8" ? 1 : 2;
  const memory = (1.2 * parameters * bytes) / 1e9;
  return 3600 * perAccelerator * 2 ** Math.ceil(Math.log2(Math.ceil(memory / 80)));
}
const hopperChat = (row: Row): boolean =>
  row.source === "mlenergy-v3" && /h100/i.test(row.accelerator ?? "") && /lm-arena-chat/.test(row.reference ?? "");

export const rules: readonly Rule[] = [
  ...["mosaic", "torchtitan", "megatron-bridge"].map(
    (source): Rule => ({
      figure: "training throughput",
      rule: "40 % of the 16-bit peak over 6·N",
      on: source,
      table: "training",
      column: "throughput",
      applies: from(source),
      estimate: (row, facts) => {
        const n = active(row);
        const rate = peak(row, facts);
        return n === undefined || rate === undefined ? undefined : (0.4 * rate) / (6 * n);
      },
    }),
  ),
  {
    figure: "accelerator-hours of whole runs",
    rule: "6·N·D at 40 % of the 16-bit peak",
    on: "literature",
    table: "training",
    column: "acceleratorHours",
    applies: from("literature"),
    estimate: (row, facts) => {
      const n = active(row);
      const rate = peak(row, facts);
      const tokens = number(row, "tokens");
      return n === undefined || rate === undefined || tokens === undefined
        ? undefined
        : (6 * n * tokens) / (0.4 * rate) / 3600;
    },
  },
  {
    figure: "energy per output token",
    rule: "EcoLogits' regression with the true batch",
    on: "mlenergy-v3, H100, text chat",
    table: "inference",
    column: "energyPerOutputToken",
    all: true,
    applies: hopperChat,
    estimate: (row) => ecoLogits(row, number(row, "concurrency") ?? 64),
  },
  {
    figure: "energy per output token",
    rule: "EcoLogits' regression as shipped (batch 64)",
    on: "mlenergy-v3, H100, text chat",
    table: "inference",
    column: "energyPerOutputToken",
    all: true,
    applies: hopperChat,
    estimate: (row) => ecoLogits(row, 64),
  },
  {
    figure: "power while serving",
    rule: "TDP",
    on: "mlenergy-v2 and -v3",
    table: "inference",
    column: "acceleratorPower",
    applies: (row) => row.source === "mlenergy-v3" || row.source === "mlenergy-v2",
    estimate: (row, facts) => facts.accelerator(row.accelerator ?? "")?.value.tdp,
  },
  {
    figure: "time per output token",
    rule: "weights over memory bandwidth",
    on: "llama.cpp, one GPU",
    table: "inference",
    column: "timePerOutputToken",
    applies: (row) => row.source === "llamacpp-xd" && Number(row.accelerators || 1) === 1,
    estimate: (row, facts) => {
      const n = number(row, "parameters");
      const bandwidth = facts.accelerator(row.accelerator ?? "")?.value.bandwidth;
      const bits = { fp16: 16, bf16: 16, int8: 8.5, int4: 4.85 }[row.weights ?? ""];
      return n === undefined || bandwidth === undefined || bits === undefined
        ? undefined
        : (n * bits) / 8 / (bandwidth * 1e9);
    },
  },
];

const rounded = (value: number): number => Number(value.toFixed(3));

/** One rule over its rows; `ours` gives our own estimate of a row. */
export function judgeRule(
  rule: Rule,
  rows: readonly Row[],
  facts: Facts,
  ours: (row: Row) => number | undefined,
): Baseline {
  const ratios: number[] = [];
  const own: number[] = [];
  for (const row of rows) {
    const truth = number(row, rule.column);
    if (!rule.applies(row) || truth === undefined || truth <= 0) continue;
    const theirs = rule.estimate(row, facts);
    const mine = ours(row);
    if (theirs === undefined || mine === undefined) continue;
    ratios.push(theirs / truth);
    own.push(Math.abs(mine / truth - 1));
  }
  const errors = ratios.map((ratio) => Math.abs(ratio - 1));
  return {
    figure: rule.figure,
    rule: rule.rule,
    on: rule.on,
    rows: ratios.length,
    median: rounded(quantile(errors, 0.5)),
    p90: rounded(quantile(errors, 0.9)),
    bias: rounded(quantile(ratios, 0.5)),
    ours: rounded(quantile(own, 0.5)),
  };
}
