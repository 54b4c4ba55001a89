/** Facts that know nothing, for formulas that need no catalogue. */

import { Draft } from "../../../src/core/draft";
import type { AcceleratorFacts, Facts, ModelFacts } from "../../../src/core/facts";
import { type Architecture, resolveModel } from "../../../src/core/model/architecture";
import type { ModelSpec } from "../../../src/core/model/specification";
import { exact } from "../../../src/core/quantity";

export const noFacts: Facts = {
  asOf: "2026-01-01",
  accelerator: () => undefined,
  instance: () => undefined,
  model: () => undefined,
  price: () => undefined,
  region: () => ({
    id: "world",
    pue: exact(1, "1"),
    carbonIntensity: exact(400, "gCO2e/kWh"),
    notes: [],
    source: "test",
    confidence: "low",
  }),
  tokenPrice: () => undefined,
  dataset: () => undefined,
  accelerators: () => [],
};

/** Facts that know one model by its name. */
export const knowing = (facts: ModelFacts, how: "exact" | "fuzzy" = "exact"): Facts => ({
  ...noFacts,
  model: (name) => (name === facts.id ? { value: facts, how, confidence: "high" } : undefined),
});

export function architectureOf(spec: ModelSpec | string, facts: Facts = noFacts): Architecture {
  const model = resolveModel(spec, new Draft("model", facts));
  if (model === undefined) throw new Error("no architecture");
  return model;
}

export const device = (memory: number, name = `${memory} GB part`): AcceleratorFacts => ({
  id: name,
  name,
  vendor: "nvidia",
  generation: "hopper",
  memory,
  bandwidth: 2000,
  linkDomain: 8,
  peak: { bf16: memory * 10 },
  acceleratorsPerNode: 8,
  source: "test",
  confidence: "high",
});

export const llama2_7b: ModelSpec = {
  name: "llama-2-7b",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 32,
  headDimension: 128,
  intermediateSize: 11_008,
  vocabularySize: 32_000,
  tieWordEmbeddings: false,
  gatedMlp: true,
};
export const llama3_8b: ModelSpec = {
  ...llama2_7b,
  name: "llama-3-8b",
  keyValueHeads: 8,
  intermediateSize: 14_336,
  vocabularySize: 128_256,
};
export const llama3_70b: ModelSpec = {
  ...llama3_8b,
  name: "llama-3-70b",
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  intermediateSize: 28_672,
};
/** GPT-3 175B (Brown et al. 2020): 96 layers of width 12,288. */
export const gpt3: ModelSpec = {
  name: "gpt-3",
  layers: 96,
  hiddenSize: 12_288,
  attentionHeads: 96,
  keyValueHeads: 96,
  headDimension: 128,
  intermediateSize: 49_152,
  vocabularySize: 51_200,
  tieWordEmbeddings: true,
  gatedMlp: false,
};
