/** One picture, five ways to make it: the figures that follow from the shapes, through the whole core. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import type { Estimate } from "../../src/core/estimate";
import { estimate } from "../../src/core/estimator";
import type { WorkloadOf } from "../../src/core/workload";

const facts = createCatalog();
type Image = WorkloadOf<"imageGeneration">;

const of = (fields: Omit<Image, "kind">): Estimate =>
  estimate({ kind: "imageGeneration", accelerator: "H100-SXM", accelerators: 1, items: 1, ...fields }, facts);
const flops = (estimated: Estimate): number => estimated.quantities.flops?.central ?? Number.NaN;
const step = (estimated: Estimate, quantity: string): number =>
  estimated.steps.find((one) => one.quantity === quantity)?.result ?? Number.NaN;
const near = (actual: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / wanted - 1) <= tolerance, `${actual} is not within ${tolerance} of ${wanted}`);

const flux = { model: "FLUX.1-dev", width: 1024, height: 1024 } as const;
/** Dimensions of Llama-3-8B. */
const eight = {
  name: "8 B token model",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 14_336,
  vocabularySize: 128_256,
  gatedMlp: true,
  tieWordEmbeddings: false,
} as const;

describe("a picture by diffusion", () => {
  it("FLUX.1-dev denoises in 3.718e15 FLOP with 50 steps, 2.082e15 with 28", () => {
    near(step(of({ ...flux, architecture: "diffusion", steps: 50 }), "denoising FLOP per item"), 3.7181e15, 1e-3);
    near(step(of({ ...flux, architecture: "diffusion", steps: 28 }), "denoising FLOP per item"), 2.08214e15, 1e-3);
  });
  it("DiT-XL/2 at 256² with 250 steps and guidance takes 1.186e14", () => {
    const dit = of({ model: "facebook/DiT-XL-2-256", steps: 250, guidancePasses: 2, width: 256, height: 256 });
    near(step(dit, "denoising FLOP per item"), 1.1864e14, 1e-3);
  });
});

describe("a picture token by token", () => {
  it("4,096 tokens of an 8 B model take 6.696e13 FLOP, a 55th of FLUX with 50 steps", () => {
    const tokens = of({
      architecture: "autoregressive",
      model: eight,
      imageTokens: 4096,
      promptTokens: 64,
      guidancePasses: 1,
    });
    near(flops(tokens), 6.69614e13, 1e-4);
    near(step(of({ ...flux, steps: 50 }), "denoising FLOP per item") / flops(tokens), 55.5, 0.01);
  });
  it("yet no faster than reading the weights 4,096 times", () => {
    const tokens = of({
      architecture: "autoregressive",
      model: eight,
      imageTokens: 4096,
      promptTokens: 64,
      guidancePasses: 1,
      engine: "vllm",
    });
    assert.ok((tokens.quantities.latency?.central ?? 0) > (4096 * 15e9) / 3.35e12);
  });
});

describe("a picture by tokens and a diffusion decoder", () => {
  const hybrid = {
    architecture: "autoregressiveDiffusion",
    model: eight,
    decoder: "FLUX.1-dev",
    imageTokens: 1024,
    promptTokens: 64,
    steps: 20,
    width: 1024,
    height: 1024,
  } as const;
  it("1,024 tokens of an 8 B model and 20 steps of a FLUX-size decoder take 1.514e15 FLOP", () => {
    near(flops(of(hybrid)), 1.51379e15, 1e-3);
  });
  it("in four groups of five steps it evaluates as often, and a cache of finished groups could make it cheaper", () => {
    const grouped = of({ ...hybrid, groups: 4, stepsPerGroup: 5 });
    near(flops(grouped), flops(of(hybrid)), 1e-9);
    assert.ok((grouped.quantities.flops?.low ?? 0) < 0.6 * flops(grouped));
  });
});

describe("a picture scale by scale", () => {
  it("VAR-d30 at 256² with guidance takes 3.763e12 FLOP", () => {
    near(
      flops(of({ architecture: "nextScale", model: "VAR-d30", guidancePasses: 2, width: 256, height: 256 })),
      3.763103e12,
      1e-4,
    );
  });
});

describe("a picture by masked iterations", () => {
  it("MAR-L with 64 iterations and guidance takes 3.303e13 FLOP", () => {
    const mar = of({
      architecture: "maskedAutoregressive",
      model: "MAR-L",
      steps: 64,
      guidancePasses: 2,
      imageTokens: 256,
    });
    near(flops(mar), 3.3027e13, 1e-4);
  });
});

describe("groupwise diffusion between the two", () => {
  const dit = { model: "facebook/DiT-XL-2-256", width: 256, height: 256, guidancePasses: 1 } as const;
  it("one group is plain diffusion, to the last digit of every result", () => {
    const plain = of({ ...dit, architecture: "diffusion", steps: 250 });
    const grouped = of({ ...dit, architecture: "groupwiseDiffusion", groups: 1, stepsPerGroup: 250, steps: 250 });
    assert.deepEqual(grouped.quantities, plain.quantities);
  });
  it("one group without steps of its own is plain diffusion too", () => {
    const plain = of({ ...dit, architecture: "diffusion", steps: 50 });
    assert.deepEqual(
      of({ ...dit, architecture: "groupwiseDiffusion", groups: 1, steps: 50 }).quantities,
      plain.quantities,
    );
  });
  it("as many groups as tokens evaluates once per token, as next-token generation does", () => {
    const grouped = of({ ...dit, architecture: "groupwiseDiffusion", groups: 256, stepsPerGroup: 1 });
    const tokens = of({ architecture: "autoregressive", model: eight, imageTokens: 256, promptTokens: 1 });
    const evaluations = tokens.steps.find((one) => one.quantity === "latency")?.inputs.evaluations;
    assert.equal(grouped.steps.find((one) => one.quantity === "latency")?.inputs.steps, evaluations);
    assert.equal(evaluations, 256);
  });
  it("names the cost with a cache of finished groups as the lower end", () => {
    const grouped = of({ ...dit, architecture: "groupwiseDiffusion", groups: 16, stepsPerGroup: 16, steps: 250 });
    const ratio = (grouped.quantities.flops?.low ?? 0) / flops(grouped);
    assert.ok(ratio < 0.2, String(ratio));
  });
});

describe("the families side by side at 256²", () => {
  it("next scale < masked < diffusion in FLOP", () => {
    const scale = flops(
      of({ architecture: "nextScale", model: "VAR-d30", guidancePasses: 2, width: 256, height: 256 }),
    );
    const masked = flops(
      of({ architecture: "maskedAutoregressive", model: "MAR-L", steps: 64, guidancePasses: 2, imageTokens: 256 }),
    );
    const diffusion = flops(
      of({ model: "facebook/DiT-XL-2-256", steps: 250, guidancePasses: 2, width: 256, height: 256 }),
    );
    assert.ok(scale < masked && masked < diffusion);
  });
});
