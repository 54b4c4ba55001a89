import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  internVlTokens,
  llavaNextTokens,
  llavaTokens,
  qwenFunctionPixels,
  qwenProcessorPixels,
  qwenTokens,
} from "../../../../src/core/vision/tokens";

/** Computed with the published preprocessing code: InternVL at most 12 and 6 tiles; Qwen2-VL at both pixel limits. */
const golden: readonly (readonly [number, number, number, number, number, number])[] = [
  [448, 448, 256, 256, 256, 256],
  [800, 600, 3328, 1792, 609, 609],
  [1024, 768, 3328, 1792, 999, 999],
  [1280, 720, 2304, 768, 1196, 1196],
  [1920, 1080, 2304, 768, 1222, 2691],
  [896, 448, 768, 768, 512, 512],
  [2480, 3508, 1792, 1792, 1260, 11_125],
];

describe("image tokens", () => {
  for (const [width, height, twelve, six, small, large] of golden)
    it(`${width} × ${height}: InternVL ${twelve} and ${six}, Qwen2-VL ${small} and ${large}`, () => {
      assert.equal(internVlTokens(width, height, 12).tokens, twelve);
      assert.equal(internVlTokens(width, height, 6).tokens, six);
      assert.equal(qwenTokens(width, height, qwenFunctionPixels).tokens, small);
      assert.equal(qwenTokens(width, height, qwenProcessorPixels).tokens, large);
    });

  it("224 × 224 is one tile for InternVL and 64 blocks for Qwen2-VL", () => {
    assert.equal(internVlTokens(224, 224).tokens, 256);
    assert.equal(qwenTokens(224, 224).tokens, 64);
  });

  it("shows the grid: a portrait scan is two columns of three tiles", () => {
    assert.deepEqual(internVlTokens(2480, 3508).grid, [2, 3]);
    assert.deepEqual(internVlTokens(1920, 1080).grid, [4, 2]);
  });

  it("counts tower patches before they are merged", () => {
    assert.equal(internVlTokens(448, 448).patches, 1024);
    assert.equal(qwenTokens(448, 448).patches, 1024);
  });

  it("one LLaVA-1.5 view is 576 tokens, five LLaVA-NeXT views 2,880", () => {
    assert.equal(llavaTokens().tokens, 576);
    assert.equal(llavaNextTokens(672, 672).tokens, 2880);
    assert.equal(llavaNextTokens(336, 672).tokens, 3 * 576);
  });

  it("stays within the tile and pixel limits whatever the picture", () => {
    const side = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 40 }), (width, height, most) => {
        const tiled = internVlTokens(width, height, most);
        assert.ok(tiled.tiles >= 1 && tiled.tiles <= most + 1 && tiled.tokens === 256 * tiled.tiles);
        const blocks = qwenTokens(width, height);
        assert.ok(Number.isFinite(blocks.tokens) && blocks.tokens >= 1);
        assert.ok(llavaNextTokens(width, height).tiles <= 5);
      }),
    );
  });

  it("turning a picture by a right angle keeps Qwen's tokens", () => {
    const side = fc.integer({ min: 28, max: 4000 });
    fc.assert(
      fc.property(side, side, (width, height) =>
        assert.equal(qwenTokens(width, height).tokens, qwenTokens(height, width).tokens),
      ),
    );
  });
});
