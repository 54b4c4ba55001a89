import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { estimate } from "../../../../src/core/estimator";
import { workloadSchema } from "../../../../src/core/workload";
import { accelerators, facts, llama8b } from "./facts";

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1e12, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-9, 0.5, 1, 1e15, 1e21) },
);
const positive = size.map((value) => (value > 0 ? value : 1));
const name = fc.constantFrom("Llama-3.1-8B", "Qwen3-30B-A3B", "8x7B", "mystery", "70B", "", "gpt2");
const spec = fc.record(
  {
    name,
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
    sharedExperts: size,
    slidingWindow: size,
    slidingLayers: size,
    linearAttentionLayers: size,
    embeddingLayers: size,
    contextLength: size,
    vision: fc.record(
      { parameters: size, layers: size, hiddenSize: size, imageSize: size, patchSize: size, tokensPerTile: size },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const model = fc.oneof(name, spec, fc.constant(llama8b));
const parts = fc.constantFrom("all", "embedding", "projector", "llm", "vision");
const common = {
  model,
  accelerator: fc.constantFrom(...accelerators.map((one) => one.id), "unheard-of"),
  accelerators: size,
  acceleratorsPerNode: size,
  nodes: size,
  precision: fc.constantFrom("fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4", "nf4"),
  duration: fc.double({ min: 0, max: 1e6, noNaN: true }),
  mfu: fc.double({ min: 0.001, max: 1, noNaN: true }),
  tokens: size,
  steps: size,
  epochs: size,
  dataset: fc.record(
    { name: fc.constantFrom("alpaca", "other"), samples: size, tokensPerSample: size },
    { requiredKeys: [] },
  ),
  sequenceLength: positive,
  globalBatchSize: positive,
  microBatchSize: positive,
  gradientAccumulation: positive,
  activationCheckpointing: fc.constantFrom("none", "selective", "full"),
  framework: fc.constantFrom("NeMo", "torchtitan", "trl", "llama-factory", "unsloth", ""),
  optimizer: fc.constantFrom("adamw_torch", "paged_adamw_8bit", "sgd"),
  packing: fc.boolean(),
  parallelism: fc.record(
    {
      tensor: positive,
      pipeline: positive,
      virtualPipeline: positive,
      context: positive,
      expert: positive,
      data: positive,
      zeroStage: fc.integer({ min: 0, max: 3 }),
      cpuOffload: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  stages: fc.array(
    fc.record(
      {
        samples: size,
        tokens: size,
        textTokens: size,
        visualTokens: size,
        trainable: parts,
        modules: parts,
        teacher: model,
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  ),
  method: fc.constantFrom("full", "lora", "qlora"),
  weightPrecision: fc.constantFrom("nf4", "int8", "bf16"),
  loraRank: positive,
  loraTargets: fc.constantFrom("all-linear", "q_proj,v_proj", "x"),
  adapterParameters: size,
};
const sampled = {
  promptsPerStep: positive,
  samplesPerPrompt: positive,
  promptTokens: size,
  responseTokens: size,
  asynchronous: fc.boolean(),
  teacher: model,
};
const kindOf = (kind: string, fields: object) =>
  fc.record({ kind: fc.constant(kind), ...common, ...fields } as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: ["kind"],
  });
const workload = fc.oneof(
  kindOf("training", {}),
  kindOf("fineTuning", {}),
  kindOf("reinforcementLearning", {
    ...sampled,
    algorithm: fc.constantFrom("ppo", "grpo"),
    reference: model,
    critic: model,
    rewardModel: model,
  }),
  kindOf("distillation", {
    ...sampled,
    strategy: fc.constantFrom("onPolicy", "offPolicy"),
    prompts: size,
    reuseExistingData: fc.boolean(),
  }),
);

describe("training kinds over the whole schema", () => {
  it("never throw, and give ordered, finite, non-negative intervals", () => {
    fc.assert(
      fc.property(workload, (value) => {
        const parsed = workloadSchema.safeParse(value);
        if (!parsed.success) return;
        const result = estimate(parsed.data, facts);
        for (const [key, quantity] of Object.entries(result.quantities)) {
          assert.ok(quantity.low >= 0 && Number.isFinite(quantity.high), `${key} ${JSON.stringify(quantity)}`);
          assert.ok(quantity.low <= quantity.central * (1 + 1e-9), `${key} ${JSON.stringify(quantity)}`);
          assert.ok(quantity.central <= quantity.high * (1 + 1e-9), `${key} ${JSON.stringify(quantity)}`);
        }
        for (const step of result.steps)
          for (const input of Object.values(step.inputs)) assert.ok(!Number.isNaN(input), JSON.stringify(step));
      }),
      { numRuns: 1500 },
    );
  });
});

const plain = fc.record({
  kind: fc.constantFrom("training", "fineTuning"),
  accelerator: fc.constantFrom("h100-sxm", "a100-sxm-80", "b200"),
  accelerators: fc.constantFrom(1, 2, 8, 64, 1024),
  sequenceLength: fc.constantFrom(512, 2048, 8192, 65_536),
  globalBatchSize: fc.constantFrom(64, 256, 1024),
  framework: fc.constantFrom("torchtitan", "Megatron-LM", "trl"),
  method: fc.constantFrom("full", "lora"),
});
const quantity = (value: object, key: "acceleratorHours" | "flops" | "trainingThroughput" | "cost"): number =>
  estimate(workloadSchema.parse(value), facts).quantities[key]?.central ?? Number.NaN;

describe("training formulas", () => {
  it("are linear in tokens", () => {
    fc.assert(
      fc.property(
        plain,
        fc.double({ min: 1e6, max: 1e13, noNaN: true }),
        fc.integer({ min: 2, max: 9 }),
        (base, tokens, k) => {
          const one = { ...base, model: llama8b, tokens };
          for (const key of ["flops", "acceleratorHours"] as const) {
            const ratio = quantity({ ...one, tokens: tokens * k }, key) / quantity(one, key);
            // A long run's usual batch is larger: only a stated one keeps the rate exactly.
            assert.ok(Math.abs(ratio / k - 1) < 1e-9, `${key} ${ratio}`);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("give the same for tokens as for steps · batch · sequence", () => {
    fc.assert(
      fc.property(plain, fc.integer({ min: 1, max: 1e5 }), (base, steps) => {
        const tokens = steps * base.globalBatchSize * base.sequenceLength;
        for (const key of ["flops", "acceleratorHours"] as const) {
          const a = quantity({ ...base, model: llama8b, steps }, key);
          const b = quantity({ ...base, model: llama8b, tokens }, key);
          assert.ok(Math.abs(a / b - 1) < 1e-9, `${key} ${a} ${b}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("grow with layers and width", () => {
    fc.assert(
      fc.property(plain, fc.integer({ min: 8, max: 60 }), fc.integer({ min: 1, max: 20 }), (base, layers, more) => {
        const of = (change: object) => ({ ...base, tokens: 1e9, model: { ...llama8b, ...change } });
        for (const key of ["flops", "acceleratorHours"] as const)
          assert.ok(quantity(of({ layers: layers + more }), key) > quantity(of({ layers }), key), key);
        assert.ok(quantity(of({ intermediateSize: 16_384 }), "flops") > quantity(of({}), "flops"));
      }),
      { numRuns: 60 },
    );
  });

  /**
   * The layout is stated here: where it is not, a larger model may be cut another way (stages in place of a split context), and in a run
   * with fewer sequences than accelerators that other way can be the faster one.
   */
  it("grow with every dimension of a model at a stated layout", () => {
    const dimensions = {
      layers: 8,
      hiddenSize: 1024,
      intermediateSize: 2048,
      vocabularySize: 8000,
      experts: 8,
    } as const;
    const layout = fc.constantFrom(
      { tensor: 8, data: 1 },
      { tensor: 4, pipeline: 2, expert: 8 },
      { zeroStage: 3 },
      { context: 2 },
    );
    const dimension = fc.constantFrom("layers", "hiddenSize", "intermediateSize", "vocabularySize", "experts");
    const steps = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(plain, layout, dimension, steps, fc.boolean(), (base, parallelism, which, [from, more], mixture) => {
        const experts =
          mixture || which === "experts" ? { experts: 64, expertsPerToken: 4, expertIntermediateSize: 1024 } : {};
        const of = (size: number) => ({
          ...base,
          parallelism,
          tokens: 1e9,
          model: { ...llama8b, ...experts, [which]: size * dimensions[which] },
        });
        for (const key of ["flops", "acceleratorHours"] as const)
          assert.ok(quantity(of(from + more), key) >= quantity(of(from), key) * (1 - 1e-12), `${key} by ${which}`);
      }),
      { numRuns: 60 },
    );
  });

  // PEFT's copies in fp32 can take longer than the gradients of the weights that they save.
  it("make an adapter cheaper than full training where it is fused", () => {
    fc.assert(
      fc.property(plain, (base) => {
        const of = (method: string) => ({
          ...base,
          framework: "unsloth",
          kind: "fineTuning",
          activationCheckpointing: "none",
          tokens: 1e8,
          model: llama8b,
          method,
        });
        assert.ok(quantity(of("lora"), "flops") < quantity(of("full"), "flops"));
        assert.ok(quantity(of("lora"), "acceleratorHours") < quantity(of("full"), "acceleratorHours"));
      }),
      { numRuns: 60 },
    );
  });

  it("price hours exactly", () => {
    fc.assert(
      fc.property(plain, fc.double({ min: 0.1, max: 50, noNaN: true }), (base, price) => {
        const one = { ...base, model: llama8b, tokens: 1e9, pricePerAcceleratorHour: price };
        assert.ok(Math.abs(quantity(one, "cost") / (quantity(one, "acceleratorHours") * price) - 1) < 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});
