/**
 * One shared embedding in place of a vision encoder (HoVLE, arXiv 2412.16158) against the compositional InternVL2-2B with the same language
 * model: the shipped example, through the whole core.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import type { Estimate } from "../../src/core/estimate";
import { estimate } from "../../src/core/estimator";
import { resolveModel } from "../../src/core/model/architecture";
import type { ModelSpec } from "../../src/core/model/specification";
import { parseWorkload } from "../../src/core/parseWorkload";
import { towerFlops } from "../../src/core/vision/tower";

const facts = createCatalog();
const example = parse(readFileSync(join(__dirname, "../../examples/vision-language-hovle.aicost.yaml"), "utf8")) as {
  defaults: object;
  workloads: object[];
};
const [training, hovle, internVl] = example.workloads;

const of = (workload: object | undefined, changes: object = {}): Estimate => {
  const parsed = parseWorkload({ ...example.defaults, ...workload, ...changes });
  assert.ok(parsed.workload, JSON.stringify(parsed.problems));
  return estimate(parsed.workload, facts);
};
const input = (estimated: Estimate, quantity: string, name: string): number =>
  Number(estimated.steps.find((step) => step.quantity === quantity)?.inputs[name]);
const near = (actual: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / wanted - 1) <= tolerance, `${actual} is not within ${tolerance} of ${wanted}`);

describe("FLOPs before the first token, HoVLE over InternVL2-2B, within 3 %", () => {
  /** Tiles with thumbnail, and a picture that is cut into so many. */
  const pictures: readonly [number, number, number][] = [
    [1, 448, 448],
    [3, 896, 448],
    [5, 896, 896],
    [7, 1344, 896],
    [13, 1792, 1344],
  ];
  const published: Readonly<Record<number, readonly number[]>> = {
    48: [0.748, 0.717, 0.714, 0.716, 0.727],
    128: [0.824, 0.748, 0, 0.731, 0.736],
    256: [0.912, 0.793, 0.764, 0.753, 0.749],
  };
  for (const [text, ratios] of Object.entries(published))
    pictures.forEach(([tiles, width, height], i) => {
      // Of 128 words and 5 tiles nothing is published.
      const ratio = ratios[i];
      if (!ratio) return;
      it(`${text} text tokens, ${tiles} tiles: ×${ratio}`, () => {
        const prefill = (workload: object | undefined): number =>
          input(of(workload, { inputTokens: Number(text), images: [{ width, height }] }), "prefill", "TFLOP");
        near(prefill(hovle) / prefill(internVl), ratio, 0.03);
        assert.equal(input(of(internVl, { images: [{ width, height }] }), "imageTokens", "tiles"), tiles);
      });
    });
  it("256 text tokens and one tile: 2.099e12 against 2.301e12", () => {
    near(input(of(hovle), "prefill", "TFLOP"), 2.09886, 0.01);
    near(input(of(internVl), "prefill", "TFLOP"), 2.30119, 0.01);
  });
});

describe("the vision tower that HoVLE does without", () => {
  it("costs 0.722 TFLOP a tile, and its projector 6.4 GFLOP", () => {
    const model = (internVl as { model?: ModelSpec } | undefined)?.model;
    const architecture = resolveModel(model, new Draft("inference", facts));
    assert.ok(architecture);
    near(towerFlops(architecture, 1024, 256), 7.2236e11 + 6.4425e9, 0.01);
  });
});

describe("what a written token costs", () => {
  it("1.30 times the bytes to read", () => {
    const read = (workload: object | undefined): number => input(of(workload), "decodeStep", "GB read per accelerator");
    near(read(hovle) / read(internVl), 1.296, 0.005);
  });
  it("1.33 times the key/value cache: 131,072 against 98,304 bytes per token", () => {
    assert.equal(of(hovle).quantities.kvCachePerToken?.central, 131_072);
    assert.equal(of(internVl).quantities.kvCachePerToken?.central, 98_304);
  });
  it("so the answer starts no later and is written more slowly", () => {
    const a = of(hovle).quantities;
    const b = of(internVl).quantities;
    assert.ok((a.outputThroughput?.central ?? 0) < (b.outputThroughput?.central ?? 0));
    assert.ok((a.timePerOutputToken?.central ?? 0) > (b.timePerOutputToken?.central ?? 0));
  });
});

describe("training stages, within 3 %", () => {
  const stage = (name: string): number =>
    of(training).steps.find((step) => step.quantity === `FLOPs, ${name}`)?.result ?? Number.NaN;
  it("distillation of 500 M images, teacher forward alone: 9.06e20", () =>
    near(stage("distillation"), 9.06152e20, 0.03));
  it("alignment of 50 M samples through the frozen language model: 2.55e20", () =>
    near(stage("alignment"), 2.55211e20, 0.03));
  it("instruction tuning of everything on 5 M samples: 3.44e19", () =>
    near(stage("instruction tuning"), 3.43516e19, 0.03));
  it("their sum", () => near(of(training).quantities.flops?.central ?? Number.NaN, 1.196e21, 0.03));
});
