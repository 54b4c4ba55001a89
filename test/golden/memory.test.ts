/** Memory figures that papers and tools print: caches, ZeRO's table, activations, adapters. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cacheBytes, cacheBytesPerToken } from "../../src/core/model/flops";
import { loraParameters } from "../../src/core/model/lora";
import type { ModelSpec } from "../../src/core/model/specification";
import { trainingMemory } from "../../src/core/training/memory";
import { memoryConstants } from "../../src/core/training/memoryConstants";
import { layerActivations } from "../../src/core/training/memoryParts";
import { resolveSetting } from "../../src/core/training/memoryResolve";
import type { TrainingMemoryInput } from "../../src/core/training/memorySetting";
import { architectureOf, device, gpt3, llama2_7b, llama3_8b, llama3_70b } from "../unit/core/noFacts";

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${actual} is not ${expected} ± ${100 * tolerance} %`);

describe("key/value cache per token, 16 bit", () => {
  const yi34: ModelSpec = {
    ...llama3_8b,
    layers: 60,
    hiddenSize: 7168,
    attentionHeads: 56,
    intermediateSize: 20_480,
    vocabularySize: 64_000,
  };
  const yi6: ModelSpec = { ...llama3_8b, keyValueHeads: 4, intermediateSize: 11_008, vocabularySize: 64_000 };
  const cases: readonly (readonly [string, ModelSpec, number])[] = [
    ["Llama-2-7B", llama2_7b, 524_288],
    [
      "OPT-13B",
      { ...gpt3, layers: 40, hiddenSize: 5120, attentionHeads: 40, keyValueHeads: 40, intermediateSize: 20_480 },
      819_200,
    ],
    ["Llama-3-8B", llama3_8b, 131_072],
    ["Llama-3-70B", llama3_70b, 327_680],
    [
      "Llama-3.1-405B",
      { ...llama3_70b, layers: 126, hiddenSize: 16_384, attentionHeads: 128, intermediateSize: 53_248 },
      516_096,
    ],
    ["Qwen2.5-72B", { ...llama3_70b, intermediateSize: 29_568, vocabularySize: 152_064 }, 327_680],
    ["Qwen3-8B", { ...llama3_8b, layers: 36, intermediateSize: 12_288, vocabularySize: 151_936 }, 147_456],
    ["Yi-34B", yi34, 245_760],
    ["GPT-3", gpt3, 4_718_592],
    [
      "DeepSeek-V3, latent",
      {
        ...llama3_70b,
        layers: 61,
        hiddenSize: 7168,
        latentAttention: {
          queryRank: 1536,
          keyValueRank: 512,
          ropeDimension: 64,
          nopeDimension: 128,
          valueDimension: 128,
        },
      },
      70_272,
    ],
  ];
  for (const [name, spec, bytes] of cases)
    it(`${name}: ${bytes} bytes`, () => assert.equal(cacheBytesPerToken(architectureOf(spec)), bytes));

  it("llama.cpp prints 11718.75 MiB for Yi-34B at 50,000 tokens and 12500 MiB for Yi-6B at 200,000", () => {
    assert.equal(cacheBytes(architectureOf(yi34), 50_000) / 2 ** 20, 11_718.75);
    assert.equal(cacheBytes(architectureOf(yi6), 200_000) / 2 ** 20, 12_500);
  });
});

const run = (spec: ModelSpec, more: Partial<TrainingMemoryInput> = {}): TrainingMemoryInput => ({
  model: architectureOf(spec),
  method: "full",
  accelerators: 1,
  framework: "deepspeed",
  sequenceLength: 2048,
  microBatchSize: 1,
  ...more,
});
const statesOf = (input: TrainingMemoryInput): number => {
  const { weights, gradients, optimizer } = trainingMemory(input).parts;
  return weights + gradients + optimizer;
};

describe("states of mixed-precision Adam (ZeRO, arXiv 1910.02054, figure 1: 7.5 B parameters on 64 devices)", () => {
  const model: ModelSpec = { ...llama3_8b, parameters: 7.5e9 };
  for (const [zeroStage, gigabytes] of [
    [0, 120],
    [1, 31.4],
    [2, 16.6],
    [3, 1.88],
  ] as const)
    it(`golden 45: stage ${zeroStage}: ${gigabytes} GB`, () => {
      const spec = { ...model, intermediateSize: 12_900 };
      const exact = statesOf(run(spec, { accelerators: 64, parallelism: { zeroStage } }));
      const parameters = architectureOf(spec).parameters;
      close((exact * 7.5e9) / parameters, gigabytes, 0.003);
    });

  it("golden 49: 65 B parameters need more than 780 GB in full, and 48 GB are enough with a 4-bit base (QLoRA, arXiv 2305.14314)", () => {
    const model65: ModelSpec = {
      ...llama2_7b,
      layers: 80,
      hiddenSize: 8192,
      attentionHeads: 64,
      keyValueHeads: 64,
      intermediateSize: 22_016,
    };
    close(architectureOf(model65).parameters, 65.3e9, 0.01);
    assert.ok(statesOf(run(model65)) > 780);
    const quantized = run(model65, {
      method: "qlora",
      loraRank: 64,
      sequenceLength: 512,
      framework: "",
      activationCheckpointing: "full",
      optimizer: "paged_adamw_32bit",
    });
    assert.ok(trainingMemory({ ...quantized, accelerator: device(48) }).fits);
  });
});

describe("activations per layer (Korthikanti et al., arXiv 2205.05198)", () => {
  const inner = (input: TrainingMemoryInput): number => layerActivations(resolveSetting(input, memoryConstants, []));
  const d = 12_288;

  it("golden 48: without dropout masks and stored scores a GPT-3 layer keeps 32 of the paper's 34 bytes per token and width", () => {
    assert.equal(inner(run(gpt3)), 32 * d);
  });

  it("golden 48: eight-fold tensor and sequence parallelism keep an eighth: 0.1070 GB per layer with the masks", () => {
    const bytes = inner(run(gpt3, { accelerators: 8, parallelism: { tensor: 8 } })) * 2048;
    close((bytes * 34) / 32, 0.107e9, 0.001);
  });

  it("golden 47: stored scores would add 5·a·s/d bytes: 80 for GPT-3, 64 for MT-NLG", () => {
    assert.equal((5 * 96 * 2048) / d, 80);
    assert.equal((5 * 128 * 2048) / 20_480, 64);
  });

  it("full checkpointing keeps 2·s·b·d per layer", () => {
    const kept = (layers: number): number =>
      trainingMemory(run({ ...gpt3, layers }, { accelerators: 2, activationCheckpointing: "full" })).parts.activations;
    close(kept(97) - kept(96), (2 * 2048 * d) / 1e9, 1e-9);
  });
});

describe("adapter sizes", () => {
  it("golden 49: GPT-3 with rank 4 on query and value: 18,874,368; rank 8: 37,748,736 (LoRA, arXiv 2106.09685)", () => {
    const model = architectureOf(gpt3);
    assert.equal(loraParameters(model, 4, ["q_proj", "v_proj"]), 18_874_368);
    assert.equal(loraParameters(model, 8, ["q_proj", "v_proj"]), 37_748_736);
  });

  it("golden 50: rank 16 on all linear layers of Llama-3-8B: 41,943,040; rank 64 on 70B: 828,375,040", () => {
    assert.equal(loraParameters(architectureOf(llama3_8b), 16, "all-linear"), 41_943_040);
    assert.equal(loraParameters(architectureOf(llama3_70b), 64), 828_375_040);
  });
});
