/** Tables of the method page: constants with their meaning, our error, that of other tools. */

import type { Quantity } from "../src/core/quantity";
import type { AccuracyReport } from "./accuracy";

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A number as people write it, to three digits. */
export function shown(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(2).replace("e+", "e");
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))} billion`;
  if (size >= 1000) return Number(value.toPrecision(4)).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

export const range = (q: Quantity): string => `${shown(q.central)} (${shown(q.low)} to ${shown(q.high)})`;

export const percent = (share: number): string =>
  `${share >= 0.0995 ? (100 * share).toFixed(0) : (100 * share).toFixed(1)} %`;

/** Names of figures as the estimate's keys stand for them. */
const figureNames: Readonly<Record<string, string>> = {
  trainingThroughput: "tokens per second",
  duration: "duration",
  acceleratorHours: "accelerator-hours",
  memoryPerAccelerator: "peak",
  timePerOutputToken: "time per output token",
  outputThroughput: "output throughput",
  energyPerOutputToken: "energy per output token",
  acceleratorPower: "power",
  timeToFirstToken: "time to first token",
  latency: "latency",
  energyPerItem: "energy per item",
};
export const figureName = (figure: string): string => {
  const [kind = "", key = ""] = figure.split(": ");
  return `${kind}: ${figureNames[key] ?? key}`;
};

/** Every figure and source; a figure with several sources ends with their mean. */
export function accuracyTable({ figures }: Pick<AccuracyReport, "figures">): string {
  const sources = (figure: string): number => figures.filter((one) => one.figure === figure).length - 1;
  const kept = figures.filter((one) => one.source !== "macro" || sources(one.figure) > 1);
  return table(
    ["figure", "source", "rows", "median error", "90 % below", "bias", "inside"],
    kept.map((one) => {
      const mean = one.source === "macro";
      const bold = (text: string): string => (mean ? `**${text}**` : text);
      return [
        bold(figureName(one.figure)),
        bold(mean ? "mean of sources" : one.source),
        one.answered === one.rows ? String(one.rows) : `${one.answered} of ${one.rows}`,
        bold(percent(one.median)),
        percent(one.p90),
        `× ${one.bias.toFixed(2)}`,
        percent(one.inside),
      ];
    }),
  );
}

type Figures = Pick<AccuracyReport, "figures">;

const figuresOf = ({ figures }: Figures): string[] => [...new Set(figures.map((one) => one.figure))];

/** One figure over all its sources: errors are means of the sources' medians, the share inside is of all rows. */
function overSources({ figures }: Figures, figure: string) {
  const sources = figures.filter((one) => one.figure === figure && one.source !== "macro");
  const rows = figures.find((one) => one.figure === figure && one.source === "macro")?.rows ?? 0;
  const answered = sources.reduce((sum, one) => sum + one.answered, 0);
  const mean = (value: (one: Figures["figures"][number]) => number): number =>
    sources.reduce((sum, one) => sum + value(one), 0) / sources.length;
  return {
    sources: String(sources.length),
    rows: answered === rows ? String(rows) : `${answered} of ${rows}`,
    median: percent(mean((one) => one.median)),
    inside: percent(sources.reduce((sum, one) => sum + one.inside * one.answered, 0) / answered),
  };
}

/** Other publishers' rows: error and share inside when they were new, and now. */
export function widerTable(first: Figures, now: Figures): string {
  return table(
    ["figure", "sources", "rows", "median error: blind", "now", "inside: blind", "now"],
    figuresOf(now).map((figure) => {
      const [was, is] = [overSources(first, figure), overSources(now, figure)];
      return [figureName(figure), is.sources, is.rows, was.median, is.median, was.inside, is.inside];
    }),
  );
}

export function baselineTable({ baselines }: Pick<AccuracyReport, "baselines">): string {
  return table(
    ["figure", "rule", "rows of", "rows", "its median error", "90 % below", "its bias", "ours, same rows"],
    baselines.map((one) => [
      one.figure,
      one.rule,
      one.on,
      String(one.rows),
      percent(one.median),
      percent(one.p90),
      `× ${one.bias.toFixed(2)}`,
      percent(one.ours),
    ]),
  );
}

export interface Unseen {
  readonly figure: string;
  readonly source: string;
  readonly rows: number;
  readonly seen: number;
  readonly unseen: number;
}

/** One row per figure: each source's median in the fit and left out of it. */
export function unseenTable(rows: readonly Unseen[]): string {
  const figures = [...new Set(rows.map((one) => one.figure))];
  return table(
    ["figure", "source (rows): median in the fit → left out"],
    figures.map((figure) => [
      figure,
      rows
        .filter((one) => one.figure === figure)
        .map((one) => `${one.source} (${one.rows}): ${percent(one.seen)} → ${percent(one.unseen)}`)
        .join("; "),
    ]),
  );
}

/** What other estimators say of themselves. Each figure is the authors' own, on their own test, unless the last column says otherwise. */
export const otherTools: readonly (readonly [tool: string, what: string, claim: string, remark: string])[] = [
  [
    "llm-analysis (cli99/llm-analysis @d841e40)",
    "training hours, latency",
    "LLaMA hours −5.6, +9.5, −3.8, −0.7 %; FasterTransformer latency −11 % (1 GPU), −25 % (2)",
    "with an efficiency of 0.5 taken from the literature; experts' FLOPs leave out the number chosen, decoding charges the final cache at every step",
  ],
  [
    "LLMCarbon (SotaroKaneda/MLCarbon @dbd96b7; arXiv 2309.14393)",
    "training carbon",
    "within 8.2 % of published values",
    "the measured efficiency and device count of the very run are inputs; an earlier table of the repository (`data/table4.csv`) has GPT-3 at +15.7 %",
  ],
  [
    "EcoLogits (genai-impact/ecologits @2d0a1c7)",
    "energy of API calls",
    "no error figure; approximation intervals",
    "input tokens cost nothing, batch fixed at 64, one part; water multiplies a figure that holds the PUE already. Measured by us above",
  ],
  [
    "Vidur (arXiv 2405.05465)",
    "inference latency",
    "below 9 %",
    "profiles the operators on the hardware first; model, engine and part must be profiled",
  ],
  [
    "LLMCompass (ISCA 2024; arXiv 2312.03134)",
    "inference latency",
    "4.1 % for inference, 10.9 % for operators, both means",
    "simulates the hardware; minutes per configuration",
  ],
  [
    "NeuSight (ASPLOS 2025; arXiv 2407.13853)",
    "latency of one model on one GPU",
    "2.3 % for GPT-3 on an unseen H100, where earlier work has 121 % and 31 %",
    "learned per kernel tile; kernels, not services",
  ],
  [
    "vTrain (KAIST; arXiv 2312.12391)",
    "training time",
    "8.37 % on one node of A100, 14.73 % on several",
    "profiles kernels on the hardware first",
  ],
  [
    "GenZ (abhibambhaniya/GenZ-LLM-Analyzer @091bdd0)",
    "inference time, power",
    "none read in the repository",
    "default energy is 100 times high (percentages not divided); sparse peaks for some parts",
  ],
  [
    "EleutherAI cookbook (@827ee3b)",
    "FLOPs, memory",
    "none",
    "inference cache counts keys or values, not both; width of the MLP is read and not used",
  ],
  [
    "accelerate estimate-memory (huggingface/accelerate)",
    "training memory",
    "none",
    "largest of the parts, not their sum: half of what mixed precision with Adam needs; no activations",
  ],
  [
    "mlco2/impact (@d0d3ee5), Green Algorithms (@30df2fe), CodeCarbon (@b05965e)",
    "energy and carbon of stated hours",
    "none",
    "TDP times hours (the first two); no PUE in the first and the last; the first rounds kg/kWh to two digits",
  ],
];
