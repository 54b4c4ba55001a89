/**
 * HoVLE (arXiv 2412.16158): a vision-language model whose pictures and words pass one shared embedding of eight causal layers instead of a
 * vision tower, against InternVL2-2B with the same language model (InternLM2-1.8B). Ratios of FLOPs before the first token, of bytes per
 * decoded token, of the cache; within 3 %.
 */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import { problemOf } from "../../src/core/inference/problem";
import { prefillFlops } from "../../src/core/inference/step";
import type { System } from "../../src/core/inference/system";
import { type Architecture, resolveModel } from "../../src/core/model/architecture";
import type { ModelSpec } from "../../src/core/model/specification";
import { towerFlops } from "../../src/core/vision/tower";
import type { WorkloadOf } from "../../src/core/workload";

const facts = createCatalog();

const language: ModelSpec = {
  layers: 24,
  hiddenSize: 2048,
  attentionHeads: 16,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 8192,
  vocabularySize: 92_553,
  tieWordEmbeddings: false,
  gatedMlp: true,
};
const internVl2: ModelSpec = {
  ...language,
  name: "compositional",
  vision: {
    parameters: 304_000_000,
    layers: 24,
    hiddenSize: 1024,
    intermediateSize: 4096,
    imageSize: 448,
    patchSize: 14,
    tokensPerTile: 256,
    maxTiles: 12,
  },
};
/** 24 + 8 layers; the picture enters through a projection of patches of 28 × 28 × 3. */
const hovle: ModelSpec = {
  ...language,
  name: "holistic",
  layers: 32,
  vision: { parameters: 3 * 28 * 28 * 2048 + 2048, imageSize: 448, patchSize: 28, tokensPerTile: 256, maxTiles: 12 },
};

/** A square of 448 px is one tile; the others are grids of 1 × 2, 2 × 2, 2 × 3 and 3 × 4 with their thumbnail. */
const pictures: Readonly<Record<number, { width: number; height: number }>> = {
  1: { width: 448, height: 448 },
  3: { width: 896, height: 448 },
  5: { width: 896, height: 896 },
  7: { width: 1344, height: 896 },
  13: { width: 1792, height: 1344 },
};

function reading(
  model: ModelSpec,
  text: number,
  tiles: number,
): { flops: number; system: System; architecture: Architecture } {
  const workload: Omit<WorkloadOf<"inference">, "kind"> = {
    model,
    accelerator: "A100-80GB",
    accelerators: 1,
    inputTokens: text,
    outputTokens: 120,
    concurrency: 1,
    images: [pictures[tiles] ?? { width: 448, height: 448 }],
  };
  const problem = problemOf(workload, new Draft("inference", facts));
  const architecture = resolveModel(model, new Draft("inference", facts));
  if (problem === undefined || architecture === undefined) throw new Error("not resolved");
  assert.equal(problem.visual?.tiles, tiles);
  const { input, visionFlops } = problem.load;
  const read = prefillFlops(problem.system, input, input);
  return { flops: read.dense + read.attention + visionFlops, system: problem.system, architecture };
}

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${actual} against ${expected}`);

const ratios: readonly (readonly [text: number, tiles: number, ratio: number])[] = [
  [48, 1, 0.748],
  [48, 3, 0.717],
  [48, 5, 0.714],
  [48, 7, 0.716],
  [48, 13, 0.727],
  [256, 1, 0.912],
  [256, 3, 0.793],
  [256, 5, 0.764],
  [256, 7, 0.753],
  [256, 13, 0.749],
];

describe("HoVLE against InternVL2-2B", () => {
  for (const [text, tiles, ratio] of ratios)
    it(`${text} text tokens and ${tiles} tiles: × ${ratio} before the first token`, () =>
      near(reading(hovle, text, tiles).flops / reading(internVl2, text, tiles).flops, ratio, 0.03));

  it("needs 2.099e12 FLOP against 2.301e12 for one tile and 256 text tokens", () => {
    near(reading(hovle, 256, 1).flops, 2.09886e12, 0.01);
    near(reading(internVl2, 256, 1).flops, 2.30119e12, 0.01);
  });

  it("a tile costs the tower of InternVL2 0.722 TFLOP and its projector 6.4 GFLOP", () => {
    const { architecture } = reading(internVl2, 256, 1);
    near(towerFlops(architecture, 1024, 256), 7.2236e11 + 6.4425e9, 0.01);
  });

  it("reads × 1.296 the weights per decoded token and caches × 1.333", () => {
    const ours = reading(hovle, 256, 1).system;
    const theirs = reading(internVl2, 256, 1).system;
    near(ours.residentBytes / theirs.residentBytes, 1.29616, 0.001);
    assert.equal(ours.cacheFull, 131_072);
    assert.equal(theirs.cacheFull, 98_304);
  });
});
