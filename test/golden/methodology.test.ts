/**
 * The methodology version names the numbers: the same workloads under the same version give the same figures. When a formula or a constant
 * moves one, raise `methodology` (src/core/methodology.ts), say why in the changelog, and record the new digest with UPDATE_GOLDEN=1; a
 * digest that is on record is never overwritten.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { estimate } from "../../src/core/estimator";
import { methodology } from "../../src/core/methodology";
import { type Workload, workloadSchema } from "../../src/core/workload";

const path = join(__dirname, "methodology.json");
const facts = createCatalog();

const dense = {
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 8,
  intermediateSize: 14336,
  vocabularySize: 128256,
};
const sparse = {
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 32,
  keyValueHeads: 4,
  headDimension: 128,
  vocabularySize: 151936,
  experts: 128,
  expertsPerToken: 8,
  expertIntermediateSize: 768,
};
const eight = { accelerator: "H100-SXM", accelerators: 8, precision: "bf16" };
const facility = { pue: 1.2, carbonIntensity: 300 };

/** One or two of each kind, with nothing left to a price list or a region. */
const workloads: readonly object[] = [
  { kind: "training", model: dense, tokens: 1e11, sequenceLength: 8192, ...eight, facility },
  { kind: "training", model: sparse, tokens: 1e11, sequenceLength: 4096, ...eight, accelerators: 64, facility },
  {
    kind: "fineTuning",
    method: "qlora",
    model: dense,
    samples: 10_000,
    sequenceLength: 2048,
    ...eight,
    accelerators: 1,
    facility,
  },
  { kind: "fineTuning", method: "full", model: dense, tokens: 1e9, ...eight, facility },
  {
    kind: "reinforcementLearning",
    algorithm: "grpo",
    model: dense,
    steps: 100,
    promptsPerStep: 64,
    samplesPerPrompt: 8,
    responseTokens: 2048,
    ...eight,
    facility,
  },
  { kind: "distillation", student: dense, teacher: sparse, tokens: 1e9, ...eight, facility },
  {
    kind: "inference",
    model: dense,
    ...eight,
    accelerators: 1,
    engine: "vllm",
    concurrency: 64,
    inputTokens: 512,
    outputTokens: 256,
    facility,
  },
  {
    kind: "inference",
    model: sparse,
    ...eight,
    engine: "sglang",
    precision: "fp8",
    requests: 1e6,
    inputTokens: 512,
    outputTokens: 256,
    facility,
  },
  {
    kind: "imageGeneration",
    model: { name: "own", parameters: 12e9 },
    steps: 28,
    items: 100,
    ...eight,
    accelerators: 1,
    facility,
  },
  {
    kind: "videoGeneration",
    model: { name: "own", parameters: 5e9 },
    frames: 81,
    steps: 50,
    items: 1,
    ...eight,
    accelerators: 1,
    facility,
  },
  // Classes that have terms of their own: eager loops over experts, 4-bit bases, other makers, local engines, U-Nets.
  {
    kind: "fineTuning",
    method: "lora",
    model: sparse,
    tokens: 1e7,
    sequenceLength: 512,
    microBatchSize: 1,
    framework: "trl",
    ...eight,
    facility,
  },
  {
    kind: "fineTuning",
    method: "full",
    model: sparse,
    tokens: 1e7,
    sequenceLength: 512,
    microBatchSize: 1,
    framework: "transformers, deepspeed",
    parallelism: { zeroStage: 3 },
    ...eight,
    facility,
  },
  {
    kind: "fineTuning",
    method: "qlora",
    model: dense,
    tokens: 1e7,
    sequenceLength: 512,
    microBatchSize: 1,
    framework: "peft",
    ...eight,
    accelerators: 1,
    facility,
  },
  {
    kind: "training",
    model: dense,
    tokens: 1e11,
    sequenceLength: 4096,
    accelerator: "tpu-v5p",
    accelerators: 64,
    framework: "maxtext",
    facility,
  },
  {
    kind: "training",
    model: dense,
    tokens: 1e11,
    sequenceLength: 4096,
    framework: "megatron-lm",
    parallelism: { tensor: 8 },
    microBatchSize: 1,
    ...eight,
    facility,
  },
  {
    kind: "inference",
    model: dense,
    accelerator: "mi300x",
    accelerators: 8,
    engine: "vllm",
    concurrency: 64,
    inputTokens: 512,
    outputTokens: 256,
    parallelism: { tensor: 8 },
    facility,
  },
  {
    kind: "inference",
    model: dense,
    accelerator: "rtx4090",
    accelerators: 1,
    weightPrecision: "int4",
    engine: "llama.cpp",
    concurrency: 1,
    inputTokens: 512,
    outputTokens: 256,
    facility,
  },
  {
    kind: "inference",
    model: dense,
    accelerator: "t4",
    accelerators: 1,
    weightPrecision: "int8",
    engine: "transformers",
    concurrency: 1,
    inputTokens: 512,
    outputTokens: 64,
    facility,
  },
  {
    kind: "imageGeneration",
    model: "stabilityai/stable-diffusion-xl-base-1.0",
    steps: 30,
    items: 1,
    engine: "diffusers 0.10",
    accelerator: "a100-sxm-80",
    accelerators: 1,
    precision: "fp16",
    facility,
  },
  { kind: "allocation", ...eight, replicas: 2, duration: "24h", facility },
];

function digest(): string {
  const lines = workloads.map((one) => {
    const { quantities } = estimate(workloadSchema.parse(one) as Workload, facts);
    return Object.entries(quantities)
      .filter(([key]) => !/cost|price/i.test(key))
      .map(([key, { low, central, high }]) => [key, ...[low, central, high].map((x) => x.toPrecision(4))].join(" "))
      .sort()
      .join("\n");
  });
  for (const line of lines) assert.ok(line.length > 0, "a workload gives no figure");
  return createHash("sha256").update(lines.join("\n\n")).digest("hex").slice(0, 16);
}

describe("the methodology version", () => {
  it("changes when a number changes", () => {
    const recorded = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
    const now = digest();
    const known = recorded[methodology];
    if (known === undefined && process.env.UPDATE_GOLDEN === "1")
      writeFileSync(path, `${JSON.stringify({ ...recorded, [methodology]: now }, null, 2)}\n`);
    else
      assert.equal(
        now,
        known,
        known === undefined
          ? `methodology ${methodology} is not on record: run with UPDATE_GOLDEN=1`
          : `numbers moved under methodology ${methodology}: raise it in src/core/methodology.ts`,
      );
  });
});
