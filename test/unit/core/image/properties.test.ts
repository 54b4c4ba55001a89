import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import type { Estimate, Quantities, QuantityKey } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { pipelines } from "../../../../src/core/image/shapes";
import { type GenerationWorkload, workloadSchema } from "../../../../src/core/workload";

const facts = createCatalog();

const size = fc.oneof(
  fc.integer({ min: 1, max: 4096 }),
  fc.double({ min: 1e-6, max: 1e21, noNaN: true }),
  fc.constantFrom(1, 2, 512, 1024, 1e9, 1e21),
);
const amount = fc.oneof(fc.constant(0), size);
const names = [
  ...pipelines.map((pipeline) => pipeline.label),
  "unheard of",
  "",
  "facebook/DiT-XL-2-256",
  "VAR-d16",
  "MAR-B",
  "LlamaGen-L",
  "meta-llama/Llama-3-8B",
];
const model = fc.oneof(
  fc.constantFrom(...names),
  fc.record(
    {
      name: fc.constantFrom(...names),
      parameters: amount,
      layers: amount,
      hiddenSize: amount,
      attentionHeads: amount,
      intermediateSize: amount,
      vocabularySize: amount,
      backbone: fc.constantFrom("unet" as const, "diffusionTransformer" as const, "transformer" as const),
      denoiser: fc.record(
        {
          doubleBlocks: amount,
          crossBlocks: amount,
          textTokens: amount,
          latentScale: amount,
          patchSize: amount,
          temporalScale: amount,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
);
const workload: fc.Arbitrary<unknown> = fc.record(
  {
    kind: fc.constantFrom("imageGeneration" as const, "videoGeneration" as const),
    model,
    decoder: model,
    architecture: fc.constantFrom(
      "diffusion" as const,
      "autoregressive" as const,
      "autoregressiveDiffusion" as const,
      "nextScale" as const,
      "groupwiseDiffusion" as const,
      "maskedAutoregressive" as const,
    ),
    accelerator: fc.constantFrom(
      "H100-SXM",
      "B200",
      "A100",
      "RTX4090",
      "T4",
      "MI300X",
      "TPU-v5e",
      "M2 Ultra",
      "no such part",
    ),
    accelerators: amount,
    precision: fc.constantFrom("bf16" as const, "fp32" as const, "fp8" as const, "int4" as const),
    engine: fc.constantFrom("diffusers", "TensorRT", "torch.compile", "torchao", "vllm"),
    width: size,
    height: size,
    frames: size,
    steps: size,
    guidancePasses: fc.integer({ min: 1, max: 4 }),
    batchSize: size,
    items: amount,
    imageTokens: size,
    promptTokens: amount,
    groups: size,
    stepsPerGroup: size,
    window: size,
    scales: fc.array(size, { maxLength: 12 }),
    duration: fc.double({ min: 0, max: 1e9, noNaN: true }),
    mfu: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  },
  { requiredKeys: ["kind"] },
);

function assertSound(estimated: Estimate): void {
  for (const [key, quantity] of Object.entries(estimated.quantities)) {
    assert.ok(
      Number.isFinite(quantity.low) && Number.isFinite(quantity.central) && Number.isFinite(quantity.high),
      key,
    );
    assert.ok(
      quantity.low >= 0 && quantity.low <= quantity.central * (1 + 1e-9),
      `${key}: ${JSON.stringify(quantity)}`,
    );
    assert.ok(quantity.central <= quantity.high * (1 + 1e-9), `${key}: ${JSON.stringify(quantity)}`);
  }
}

describe("generation, over the whole schema", () => {
  it("gives finite, ordered, non-negative results or none", () => {
    fc.assert(
      fc.property(workload, (value) => {
        const parsed = workloadSchema.safeParse(value);
        assert.ok(parsed.success);
        assertSound(estimate(parsed.data, facts));
      }),
      { numRuns: 1500 },
    );
  });
});

const sane = fc.record({
  kind: fc.constantFrom("imageGeneration" as const, "videoGeneration" as const),
  model: fc.constantFrom(
    "FLUX.1-dev",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "Wan2.1-14B",
    "SANA 1.6B",
    "SD 3.5 medium",
  ),
  accelerator: fc.constantFrom("H100-SXM", "B200", "A100-SXM-80GB", "RTX4090"),
  accelerators: fc.constantFrom(1, 2, 4, 8),
  width: fc.constantFrom(512, 768, 1024),
  height: fc.constantFrom(512, 768, 1024),
  frames: fc.constantFrom(1, 17, 81),
  steps: fc.integer({ min: 1, max: 100 }),
  guidancePasses: fc.constantFrom(1, 2),
  batchSize: fc.integer({ min: 1, max: 16 }),
  items: fc.integer({ min: 1, max: 1000 }),
}) as fc.Arbitrary<GenerationWorkload>;

const central = (value: GenerationWorkload, key: QuantityKey): number => {
  const quantities: Quantities = estimate(value, facts).quantities;
  return quantities[key]?.central ?? Number.NaN;
};
const results: readonly QuantityKey[] = ["flops", "latency", "energy", "energyPerItem"];

describe("diffusion", () => {
  const grows = (title: string, more: (value: GenerationWorkload) => Partial<GenerationWorkload>): void => {
    it(`never gets cheaper with ${title}`, () => {
      fc.assert(
        fc.property(sane, (value) => {
          const larger = { ...value, ...more(value) } as GenerationWorkload;
          for (const key of results) assert.ok(central(larger, key) >= central(value, key) * (1 - 1e-9), key);
        }),
        { numRuns: 150 },
      );
    });
  };
  grows("more steps", (value) => ({ steps: (value.steps ?? 1) + 5 }));
  grows("a wider picture", (value) => ({ width: (value.width ?? 1) + 256 }));
  grows("a taller picture", (value) => ({ height: (value.height ?? 1) + 256 }));
  grows("more frames", (value) => ({ frames: (value.frames ?? 1) + 16 }));
  grows("guidance", () => ({ guidancePasses: 2 }));

  it("is linear in items: FLOP, hours, energy, carbon", () => {
    fc.assert(
      fc.property(sane, fc.integer({ min: 2, max: 50 }), (value, times) => {
        const many = { ...value, items: (value.items ?? 1) * times };
        for (const key of ["flops", "acceleratorHours", "energy", "carbon"] as const) {
          const ratio = central(many, key) / central(value, key);
          assert.ok(Math.abs(ratio / times - 1) < 1e-9, `${key}: ${ratio}`);
        }
        assert.equal(central(many, "latency"), central(value, "latency"));
      }),
      { numRuns: 100 },
    );
  });

  it("guidance doubles the denoiser's FLOP", () => {
    fc.assert(
      fc.property(sane, (value) => {
        const denoising = (passes: number): number =>
          estimate({ ...value, guidancePasses: passes }, facts).steps.find(
            (step) => step.quantity === "denoising FLOP per item",
          )?.result ?? Number.NaN;
        assert.equal(denoising(2), 2 * denoising(1));
      }),
      { numRuns: 50 },
    );
  });

  it("accelerators' energy is that of the items", () => {
    fc.assert(
      fc.property(sane, (value) => {
        const joules = central(value, "energyPerItem") * (value.items ?? 1);
        assert.ok(Math.abs((central(value, "acceleratorEnergy") * 3.6e6) / joules - 1) < 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("never draws more than the part may", () => {
    fc.assert(
      fc.property(sane, (value) => {
        const tdp = facts.accelerator(value.accelerator ?? "")?.value.tdp ?? 0;
        assert.ok(central(value, "acceleratorPower") <= tdp);
      }),
      { numRuns: 50 },
    );
  });
});
