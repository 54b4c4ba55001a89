import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Estimate } from "../../../../src/core/estimate";
import { inferenceConstants } from "../../../../src/core/inference/constants";
import { memoryCapacity, operate, saturatedBatch } from "../../../../src/core/inference/operatingPoint";
import { expertCoverage } from "../../../../src/core/inference/step";
import { precisions } from "../../../../src/core/precision";
import { llama3_8b, llama3_70b } from "../noFacts";
import { central, type Inference, infer, problem } from "./facts";

const moe = {
  name: "experts",
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 32,
  keyValueHeads: 4,
  headDimension: 128,
  intermediateSize: 6144,
  vocabularySize: 151_936,
  experts: 128,
  expertsPerToken: 8,
  expertIntermediateSize: 768,
};
const models = [llama3_8b, llama3_70b, moe];
const engines = [
  "vllm",
  "vLLM 0.5.4",
  "sglang",
  "TensorRT-LLM",
  "TensorRT-LLM 0.6",
  "transformers",
  "gpt-fast",
  "llama.cpp",
  "exllama",
  "mlc",
];

const serving = fc.record({
  model: fc.constantFrom(...models),
  accelerator: fc.constantFrom("l4", "a100", "h100", "b200"),
  accelerators: fc.constantFrom(1, 2, 4, 8, 16),
  engine: fc.constantFrom(...engines),
  weightPrecision: fc.constantFrom(...precisions),
  concurrency: fc.integer({ min: 1, max: 2000 }),
  inputTokens: fc.integer({ min: 1, max: 50_000 }),
  outputTokens: fc.integer({ min: 1, max: 20_000 }),
});

const tiny = fc.constantFrom(0, 1, 2, 3, 7, 8, 64, 1000);
const size = fc.oneof(tiny, fc.double({ min: 0, max: 1e21, noNaN: true }));
const positive = fc.oneof(fc.constantFrom(1, 2, 8, 1e-9), fc.double({ min: 1e-12, max: 1e21, noNaN: true }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const modelSpec = fc.record(
  {
    name: fc.constantFrom("x", "qwen3-vl-8b", "llava-1.5", "gpt-oss-20b", "model-awq"),
    parameters: size,
    activeParameters: size,
    layers: size,
    hiddenSize: size,
    attentionHeads: size,
    keyValueHeads: size,
    headDimension: size,
    intermediateSize: size,
    vocabularySize: size,
    experts: size,
    expertsPerToken: size,
    expertIntermediateSize: size,
    slidingWindow: size,
    slidingLayers: size,
    linearAttentionLayers: size,
    vision: fc.record(
      {
        parameters: size,
        layers: size,
        hiddenSize: size,
        imageSize: size,
        patchSize: size,
        tokensPerTile: size,
        maxTiles: size,
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const anything = fc.record(
  {
    model: fc.oneof(modelSpec, fc.constantFrom("meta-llama/Llama-3.1-8B", "x-7b", "8x7b", "")),
    accelerator: fc.constantFrom("l4", "a100", "h100", "b200", "bare", "none"),
    accelerators: size,
    nodes: size,
    acceleratorsPerNode: size,
    engine: fc.constantFrom(...engines, "unheard of"),
    precision: fc.constantFrom(...precisions),
    weightPrecision: fc.constantFrom(...precisions),
    kvCachePrecision: fc.constantFrom(...precisions),
    inputTokens: size,
    outputTokens: size,
    concurrency: positive,
    requests: size,
    requestsPerSecond: size,
    duration: fc.double({ min: 0, max: 1e9, noNaN: true }),
    parallelism: fc.record(
      { tensor: positive, pipeline: positive, expert: positive, data: positive },
      { requiredKeys: [] },
    ),
    prefixCacheHitRate: share,
    maxModelLength: positive,
    images: fc.array(fc.record({ width: positive, height: positive, count: positive }), { maxLength: 3 }),
    replicas: size,
    latencyTarget: positive,
    draftModel: modelSpec,
    draftTokens: positive,
    acceptanceRate: share,
  },
  { requiredKeys: [] },
);

function assertSound(result: Estimate): void {
  for (const [key, quantity] of Object.entries(result.quantities)) {
    if (quantity === undefined) continue;
    const { low, central: middle, high } = quantity;
    assert.ok(
      Number.isFinite(low) && Number.isFinite(middle) && Number.isFinite(high),
      `${key}: ${low} ${middle} ${high}`,
    );
    assert.ok(
      low >= 0 && low <= middle * (1 + 1e-12) && middle <= high * (1 + 1e-12),
      `${key}: ${low} ${middle} ${high}`,
    );
  }
}

describe("inference, properties", () => {
  it("gives ordered, finite, non-negative intervals over the whole schema and never throws", () => {
    fc.assert(
      fc.property(anything, (fields) => assertSound(infer(fields as Inference))),
      { numRuns: 2000 },
    );
  });

  it("gives ordered, finite, non-negative intervals for plausible servers", () => {
    fc.assert(
      fc.property(serving, (fields) => assertSound(infer(fields))),
      { numRuns: 500 },
    );
  });

  it("never makes more output cheaper", () => {
    fc.assert(
      fc.property(serving, fc.integer({ min: 1, max: 10_000 }), (fields, more) => {
        const less = infer({ ...fields, requests: 1000 });
        const longer = infer({ ...fields, requests: 1000, outputTokens: fields.outputTokens + more });
        for (const key of ["duration", "cost"] as const)
          assert.ok(central(longer, key) >= central(less, key) * (1 - 1e-9), key);
      }),
    );
  });

  it("costs and consumes in proportion to many requests, and no less per request for few", () => {
    fc.assert(
      fc.property(
        serving,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 2, max: 9 }),
        (fields, requests, times) => {
          const few = infer({ ...fields, requests });
          const more = infer({ ...fields, requests: requests * times });
          const many = infer({ ...fields, requests: 1e9 });
          const most = infer({ ...fields, requests: 1e9 * times });
          for (const key of ["duration", "cost", "energy", "carbon"] as const) {
            assert.ok(central(more, key) >= central(few, key) * (1 - 1e-9), key);
            assert.ok(Math.abs(central(most, key) / central(many, key) / times - 1) < 1e-3, key);
          }
          assert.ok(Math.abs(central(most, "flops") / central(many, "flops") / times - 1) < 1e-9);
        },
      ),
    );
  });

  it("never slows a larger batch's throughput where prefill does not compete", () => {
    fc.assert(
      fc.property(serving, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (fields, a, b) => {
        const { system, load } = problem(fields);
        const short = { ...load, input: 1 };
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        const slow = operate(system, short, small, inferenceConstants).throughput;
        const fast = operate(system, short, large, inferenceConstants).throughput;
        // The local single-sequence shortcut leaves prefill out of the rate.
        if (small > 1) assert.ok(fast >= slow * (1 - 1e-9), `${small}: ${slow}, ${large}: ${fast}`);
      }),
    );
  });

  it("never shortens the time per token with a larger batch", () => {
    fc.assert(
      fc.property(serving, fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 2, max: 1000 }), (fields, a, b) => {
        const { system, load } = problem(fields);
        const at = (batch: number): number => operate(system, load, batch, inferenceConstants).timePerOutputToken;
        assert.ok(at(Math.max(a, b)) >= at(Math.min(a, b)) * (1 - 1e-9));
      }),
    );
  });

  it("holds fewer sequences the longer they are, and never asks for more than it can hold", () => {
    fc.assert(
      fc.property(serving, (fields) => {
        const { system, load } = problem(fields);
        const short = memoryCapacity(system, 1000);
        assert.ok(short < 0 || memoryCapacity(system, 2000) <= short);
        const batch = saturatedBatch(system, load, inferenceConstants);
        const capacity = memoryCapacity(system, load.input + inferenceConstants.residentOutput * load.output);
        assert.ok(batch <= Math.max(1, capacity));
      }),
    );
  });

  it("keeps power between idle and 1.05 of TDP", () => {
    fc.assert(
      fc.property(serving, (fields) => {
        const { system } = problem(fields);
        const power = infer(fields).quantities.acceleratorPower;
        assert.ok(power && power.central >= (system.idlePower ?? 0) && power.high <= 1.05 * (system.tdp ?? 0) + 1e-9);
      }),
    );
  });

  it("covers all experts with a large batch and a token's own with one sequence", () => {
    const { system } = problem({ model: moe, accelerator: "h100", accelerators: 1 });
    assert.equal(expertCoverage(system, 1, inferenceConstants), 8 / 128);
    assert.ok(expertCoverage(system, 1000, inferenceConstants) > 0.999);
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (a, b) => {
          const [small, large] = [Math.min(a, b), Math.max(a, b)];
          assert.ok(
            expertCoverage(system, small, inferenceConstants) <= expertCoverage(system, large, inferenceConstants),
          );
        },
      ),
    );
  });
});
