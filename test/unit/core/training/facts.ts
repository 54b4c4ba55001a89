/** A small world for the tests of training: a few accelerators and datasets with round figures, no models but those stated. */
import type { AcceleratorFacts, DatasetFacts, Facts, Match } from "../../../../src/core/facts";

const base = { source: "test", confidence: "high", acceleratorsPerNode: 8, linkDomain: 8 } as const;

export const accelerators: readonly AcceleratorFacts[] = [
  {
    ...base,
    id: "h100-sxm",
    name: "H100 SXM",
    vendor: "NVIDIA",
    generation: "hopper",
    memory: 80,
    bandwidth: 3350,
    link: 900,
    network: 50,
    peak: { bf16: 989.4, fp16: 989.4, fp8: 1979, tf32: 494.5, fp32: 67 },
    achievable: { bf16: 794.5, fp8: 1402.6 },
    tdp: 700,
  },
  {
    ...base,
    id: "a100-sxm-80",
    name: "A100 SXM 80 GB",
    vendor: "NVIDIA",
    generation: "ampere",
    memory: 80,
    bandwidth: 2039,
    link: 600,
    network: 25,
    peak: { bf16: 312, fp16: 312, tf32: 156, fp32: 19.5 },
    achievable: { bf16: 271.2 },
    tdp: 400,
  },
  {
    ...base,
    id: "tpu-v4",
    name: "TPU v4",
    vendor: "Google",
    generation: "tpu",
    memory: 32,
    bandwidth: 1200,
    linkDomain: 4096,
    peak: { bf16: 275, int8: 275 },
    tdp: 192,
  },
  {
    ...base,
    id: "b200",
    name: "B200",
    vendor: "NVIDIA",
    generation: "blackwell",
    memory: 180,
    bandwidth: 8000,
    link: 1800,
    network: 50,
    peak: { bf16: 2250, fp16: 2250, fp8: 4500, fp4: 9000 },
    achievable: { bf16: 1745, fp8: 3432.5 },
    tdp: 1000,
  },
  { ...base, id: "bare", name: "Bare", vendor: "?", generation: "other", memory: 16, bandwidth: 300, peak: {} },
];

const datasets: readonly DatasetFacts[] = [
  {
    source: "test",
    confidence: "high",
    id: "alpaca",
    samples: 52_000,
    tokensPerSample: { low: 80, central: 100, high: 130, unit: "tokens" },
  },
];

const found = <T extends { readonly id: string }>(rows: readonly T[], name: string): Match<T> | undefined => {
  const value = rows.find((row) => row.id === name.toLowerCase());
  return value && { value, how: "exact", confidence: "high" };
};

export const facts: Facts = {
  asOf: "2026-08-01",
  accelerator: (name) => found(accelerators, name),
  accelerators: () => accelerators,
  instance: () => undefined,
  model: () => undefined,
  price: () => undefined,
  region: () => ({
    id: "world",
    pue: { low: 1.1, central: 1.2, high: 1.5, unit: "1" },
    carbonIntensity: { low: 300, central: 400, high: 500, unit: "gCO2e/kWh" },
    notes: [],
    source: "test",
    confidence: "low",
  }),
  tokenPrice: () => undefined,
  dataset: (name) => found(datasets, name),
};

export const llama8b = {
  name: "Llama-3-8B",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 14_336,
  vocabularySize: 128_256,
  tieWordEmbeddings: false,
  gatedMlp: true,
  contextLength: 8192,
};

export const llama70b = {
  ...llama8b,
  name: "Llama-3-70B",
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  intermediateSize: 28_672,
};

export const qwen8b = {
  ...llama8b,
  name: "Qwen3-8B",
  layers: 36,
  intermediateSize: 12_288,
  vocabularySize: 151_936,
  queryKeyNorm: true,
};

export const qwen32b = {
  ...qwen8b,
  name: "Qwen3-32B",
  layers: 64,
  hiddenSize: 5120,
  attentionHeads: 64,
  intermediateSize: 25_600,
};

/** GPT-3's shape: MLP of four widths without a gate. */
export const gpt = (
  layers: number,
  hiddenSize: number,
  headDimension: number,
  vocabularySize: number,
  learnedPositions = 2048,
) => ({
  name: `GPT ${layers} x ${hiddenSize}`,
  layers,
  hiddenSize,
  attentionHeads: hiddenSize / headDimension,
  keyValueHeads: hiddenSize / headDimension,
  headDimension,
  intermediateSize: 4 * hiddenSize,
  vocabularySize,
  tieWordEmbeddings: true,
  gatedMlp: false,
  attentionBias: true,
  mlpBias: true,
  normBias: true,
  learnedPositions,
});
