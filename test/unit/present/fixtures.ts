/** Hand-made workloads with estimates, and a catalogue of three rows: what the words are tested on. */
import type { Estimate, Quantities } from "../../../src/core/estimate";
import type { AcceleratorFacts, Facts } from "../../../src/core/facts";
import { parseWorkload } from "../../../src/core/parseWorkload";
import { exact, interval } from "../../../src/core/quantity";
import type { Subject } from "../../../src/present/subject";
import type { Fact } from "../../../src/recognize/recognized";

const row = (id: string, name: string, memory: number): AcceleratorFacts => ({
  id,
  name,
  vendor: "NVIDIA",
  generation: "hopper",
  memory,
  bandwidth: 3350,
  linkDomain: 8,
  peak: { bf16: 989 },
  tdp: 700,
  acceleratorsPerNode: 8,
  source: "data sheet",
  date: "2026-08",
  confidence: "high",
});
const h100 = row("h100-sxm", "NVIDIA H100 SXM", 80);
const a100s = [row("a100-80gb", "NVIDIA A100 80GB", 80), row("a100-40gb", "NVIDIA A100 40GB", 40)];

export const facts: Facts = {
  asOf: "2026-08-10",
  accelerator(name) {
    const wanted = name.toLowerCase();
    if (wanted.includes("h100")) return { value: h100, how: "alias", confidence: "high" };
    const first = a100s[0];
    if (wanted === "a100" && first) return { value: first, how: "ambiguous", confidence: "medium", candidates: a100s };
    return undefined;
  },
  accelerators: () => [h100, ...a100s],
  instance: (name) =>
    name === "p5.48xlarge"
      ? {
          value: {
            id: name,
            provider: "aws",
            accelerator: "h100-sxm",
            accelerators: 8,
            source: "price list",
            date: "2026-08-01",
            confidence: "high",
          },
          how: "exact",
          confidence: "high",
        }
      : undefined,
  model: () => undefined,
  price: () => undefined,
  region: () => ({
    id: "world",
    pue: interval(1.1, 1.25, 1.5, "1"),
    carbonIntensity: interval(200, 470, 650, "gCO2e/kWh"),
    notes: [],
    source: "grid table",
    confidence: "low",
  }),
  tokenPrice: () => undefined,
  dataset: () => undefined,
};

export const fileFact = (value: unknown, start: number, end: number, more: Partial<Fact> = {}): Fact => ({
  value,
  source: "file",
  confidence: "high",
  path: "/x",
  range: { start, end },
  ...more,
});

const quantities: Quantities = {
  flops: interval(3.3e21, 3.5e21, 3.7e21, "FLOP"),
  acceleratorHours: interval(10_000, 17_200, 24_000, "h"),
  duration: interval(160, 268, 380, "h"),
  energy: interval(16_000, 23_000, 31_000, "kWh"),
  cost: interval(29_000, 41_000, 58_000, "USD"),
  costRate: exact(153, "USD/h"),
  carbon: interval(5200, 8100, 12_000, "kgCO2e"),
  memoryPerAccelerator: { ...interval(50, 61, 74, "GB"), fits: true },
};

const emptyEstimate: Estimate = {
  kind: "training",
  quantities: {},
  assumptions: [],
  steps: [],
  notes: [],
  methodology: "1.0.0",
};

interface Parts {
  readonly fields?: Record<string, unknown>;
  readonly estimate?: Partial<Estimate>;
  readonly recognized?: Partial<Subject["recognized"]>;
  readonly facts?: Record<string, Fact>;
}

export function subject(kind: Subject["recognized"]["kind"], parts: Parts = {}): Subject {
  const { workload, problems } = parseWorkload({ kind, ...parts.fields });
  const own = parts.facts ?? {};
  return {
    recognized: {
      id: `test:/${kind}`,
      dialect: "axolotl",
      kind,
      range: { start: 0, end: 100 },
      anchor: 0,
      facts: own,
      ...parts.recognized,
    },
    facts: own,
    problems,
    ...(workload === undefined ? {} : { workload, estimate: { ...emptyEstimate, kind, ...parts.estimate } }),
  };
}

/** A training run on 64 H100s with everything known. */
export const training = (): Subject =>
  subject("training", {
    fields: {
      accelerator: "H100-SXM",
      accelerators: 64,
      nodes: 8,
      acceleratorsPerNode: 8,
      tokens: 1.2e12,
      model: "llama",
    },
    recognized: {
      name: "pretrain",
      chain: [
        { label: "nodes", value: 8, range: { start: 40, end: 41 } },
        { label: "GPUs per node", value: 8, range: { start: 50, end: 51 } },
      ],
    },
    facts: {
      accelerator: fileFact("H100-SXM", 10, 18, { keyRange: { start: 0, end: 8 } }),
      accelerators: fileFact(64, 30, 32, { note: "8 nodes × 8 GPUs" }),
      tokens: fileFact(1.2e12, 60, 64, { keyRange: { start: 52, end: 58 } }),
    },
    estimate: {
      quantities,
      assumptions: [
        { field: "mfu", value: 0.41, reason: "calibrated", source: "measured runs" },
        { field: "facility.pue", value: 1.25, reason: "facility energy per IT energy" },
        { field: "region", value: "world", reason: "no region stated" },
        { field: "sequenceLength", value: 4096, reason: "not stated" },
      ],
      steps: [
        {
          quantity: "cost",
          formula: "accelerator-hours · price per hour",
          inputs: { "accelerator-hours": 17_200, "USD per accelerator-hour": 2.38 },
          result: 41_000,
          unit: "USD",
          reference: "price list, 2026-08-01",
        },
      ],
      dominatedBy: "price",
    },
  });

/** Reserved hardware without an end. */
export const allocation = (): Subject =>
  subject("allocation", {
    fields: { accelerator: "A100", accelerators: 4 },
    facts: { accelerators: fileFact(4, 5, 6) },
    estimate: {
      quantities: {
        costRate: interval(6, 8, 12, "USD/h"),
        costPerMonth: interval(4380, 5840, 8760, "USD"),
        power: interval(1.2, 2.1, 2.6, "kW"),
        carbonRate: interval(0.4, 0.9, 1.4, "kgCO2e/h"),
      },
      assumptions: [],
    },
  });

/** What a hostile repository would write. */
export const hostileTexts = [
  "$(zap) free",
  "[click](command:workbench.action.terminal.new)",
  "<img src=x onerror=alert(1)>",
  "`` ` ``` tick",
  "line one\nline two\r\n# heading",
  "![x](https://example.com/t.png)",
  "https://example.com/?a=b www.example.com a@b.example",
  "see config.py and evil.com",
  "a | b \\| [c](d) \\\\| e",
  "*bold* _it_ ~~x~~ **",
  "\u202egnp.exe \u200b\u0007",
  "1. list",
  "- item",
  "=cmd|' /C calc'!A0",
  "&lt;b&gt; &#91;",
  "</td></table><script>",
] as const;

/** A workload whose every text is hostile. */
export const hostile = (text: string): Subject =>
  subject("training", {
    fields: { accelerator: "H100", accelerators: 8 },
    recognized: {
      name: text,
      dialect: text,
      id: text,
      notes: [text],
      chain: [
        { label: text, value: 2, range: { start: 20, end: 21 } },
        { label: text, value: 4 },
      ],
    },
    facts: {
      model: fileFact(text, 0, 10, { note: text }),
      [text]: fileFact(text, 40, 50),
      accelerators: fileFact(8, 12, 13, { source: "referenced", note: text }),
    },
    estimate: {
      quantities,
      notes: [text],
      dominatedBy: text,
      assumptions: [{ field: text, value: text, reason: text, source: text }],
      steps: [{ quantity: text, formula: text, inputs: { [text]: text }, reference: text, result: 1, unit: "USD" }],
      alternatives: [{ label: text, changes: {}, reason: text }],
    },
  });
