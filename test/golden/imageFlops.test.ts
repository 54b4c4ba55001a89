import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { denoiserPass, transformerFlops } from "../../src/core/image/denoiser";
import {
  autoregressive,
  diffusionHeadParameters,
  groupwise,
  maskedAutoregressive,
  maskedModels,
  nextScale,
  rolling,
  scales256,
  scales512,
  tokensOfScales,
  transfusion,
} from "../../src/core/image/sequential";
import { pipelineByName } from "../../src/core/image/shapes";

const near = (actual: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / wanted - 1) <= tolerance, `${actual} is not within ${tolerance} of ${wanted}`);

const passOf = (name: string, size?: { width: number; height: number; frames?: number }) => {
  const pipeline = pipelineByName(name);
  assert.ok(pipeline, name);
  const canvas = { width: pipeline.width, height: pipeline.height, frames: pipeline.frames, ...size };
  return denoiserPass(pipeline.denoiser, canvas, pipeline.latent, pipeline.textTokens);
};

describe("class-conditional DiTs reproduce the published giga-multiply-adds (arXiv 2212.09748, table 4)", () => {
  const published: readonly [string, number][] = [
    ["DiT-S/8", 0.36],
    ["DiT-S/4", 1.41],
    ["DiT-S/2", 6.06],
    ["DiT-B/8", 1.42],
    ["DiT-B/4", 5.56],
    ["DiT-B/2", 23.01],
    ["DiT-L/8", 5.01],
    ["DiT-L/4", 19.7],
    ["DiT-L/2", 80.71],
    ["DiT-XL/8", 7.39],
    ["DiT-XL/4", 29.05],
    ["DiT-XL/2", 118.64],
  ];
  for (const [name, gmacs] of published)
    it(`golden 23: ${name} at 256²: ${gmacs}`, () => {
      const pass = passOf(name, { width: 256, height: 256 });
      near((pass.linear + pass.attention) / 2e9, gmacs, gmacs < 2 ? 0.012 : 0.002);
    });
  it("golden 23: DiT-XL/2 at 512²: 524.60", () => {
    const pass = passOf("DiT-XL-2-512", { width: 512, height: 512 });
    near((pass.linear + pass.attention) / 2e9, 524.6, 0.002);
  });
});

describe("denoisers cost what their configurations say, per pass", () => {
  const table: readonly [string, number, number, number][] = [
    ["black-forest-labs/FLUX.1-dev", 4096, 59.49e12, 14.872e12],
    ["stabilityai/stable-diffusion-3-medium", 4096, 6.0e12, 2.9e12],
    ["stabilityai/stable-diffusion-3.5-medium", 4096, 7.0e12, 4.2e12],
    ["stabilityai/stable-diffusion-3.5-large", 4096, 23.9e12, 7.25e12],
    ["PixArt-alpha/PixArt-Sigma-XL-2-1024-MS", 4096, 4.3e12, 2.3e12],
    ["Tencent-Hunyuan/HunyuanDiT-v1.2", 4096, 10.3e12, 4.1e12],
    ["Wan-AI/Wan2.1-T2V-1.3B", 32_760, 82e12, 201e12],
    ["Wan-AI/Wan2.1-T2V-14B", 32_760, 785e12, 893e12],
    ["tencent/HunyuanVideo", 118_800, 1618e12, 10_450e12],
    ["THUDM/CogVideoX-2b", 17_550, 47e12, 73e12],
    ["THUDM/CogVideoX-5b", 17_550, 169e12, 163e12],
    ["THUDM/CogVideoX1.5-5B", 44_880, 429e12, 1050e12],
  ];
  for (const [name, tokens, linear, attention] of table)
    it(name, () => {
      const pass = passOf(name);
      assert.equal(pass.imageTokens, tokens);
      near(pass.linear, linear, 0.02);
      near(pass.attention, attention, 0.02);
    });

  it("the U-Net of Stable Diffusion 1.5 takes 0.339 tera-multiply-adds at 512², that of SDXL 2.99 at 1024²", () => {
    near(passOf("runwayml/stable-diffusion-v1-5").linear / 2e12, 0.339, 0.005);
    near(passOf("stabilityai/stable-diffusion-xl-base-1.0").linear / 2e12, 2.99, 0.005);
  });
});

describe("autoregressive pictures", () => {
  const llamaGen = { parameters: 325_058_560, layers: 24, width: 1024 };
  const llama3 = { parameters: 7_504_924_672, layers: 32, width: 4096 };
  it("LlamaGen-L makes 576 tokens with guidance for 7.816e11 FLOP, 256 for 3.393e11", () => {
    near(autoregressive(llamaGen, 1, 576, 2).flops, 7.816065e11, 1e-6);
    near(autoregressive(llamaGen, 1, 256, 2).flops, 3.393276e11, 1e-6);
  });
  it("an 8 B model makes 4,096 tokens for 6.696e13 FLOP, twice that with guidance", () => {
    near(autoregressive(llama3, 64, 4096, 1).flops, 6.69614e13, 1e-5);
    near(autoregressive(llama3, 64, 4096, 2).flops, 1.33923e14, 1e-5);
    near(autoregressive(llama3, 64, 1024, 1).flops, 1.66257e13, 1e-5);
  });
});

describe("next-scale pictures (VAR)", () => {
  const model = (depth: number) => ({
    parameters: 12 * depth * (64 * depth) ** 2 + 64 * depth * 4096,
    layers: depth,
    width: 64 * depth,
  });
  it("golden 24: the schedule of 256² pictures has 680 tokens, that of 512² 2,240", () => {
    assert.equal(tokensOfScales(scales256), 680);
    assert.equal(tokensOfScales(scales512), 2240);
  });
  const published: readonly [number, number][] = [
    [16, 5.965603e11],
    [20, 1.14247e12],
    [24, 1.949764e12],
    [30, 3.763103e12],
  ];
  for (const [depth, flops] of published)
    it(`VAR-d${depth} with guidance: ${flops} FLOP in 10 evaluations`, () => {
      const work = nextScale(model(depth), scales256, 2);
      near(work.flops, flops, 1e-5);
      assert.equal(work.evaluations, 10);
    });
});

describe("masked autoregressive pictures (MAR)", () => {
  const heads = { b: 35_700_736, l: 72_151_040, h: 151_068_672 } as const;
  const totals = { b: [1.46286e13, 5.08705e13], l: [3.3027e13, 1.17688e14], h: [6.51103e13, 2.29004e14] } as const;
  for (const letter of ["b", "l", "h"] as const)
    it(`MAR-${letter.toUpperCase()}: head, 64 and 256 iterations`, () => {
      const model = maskedModels[letter];
      assert.equal(diffusionHeadParameters(model), heads[letter]);
      near(maskedAutoregressive(model, 64, 256, 100, 2).flops, totals[letter][0], 1e-5);
      near(maskedAutoregressive(model, 256, 256, 100, 2).flops, totals[letter][1], 1e-5);
    });
  it("evaluates the trunk once and the head 100 times per iteration", () => {
    assert.equal(maskedAutoregressive(maskedModels.l, 64, 256, 100, 2).evaluations, 64 * 101);
  });
});

describe("groupwise diffusion", () => {
  const shape = {
    backbone: "transformer",
    layers: 28,
    width: 1152,
    heads: 16,
    feedForward: 4608,
    text: "none",
    patch: 2,
  } as const;
  const T = 256;
  const N = 28 * 12 * 1152 ** 2;
  const pass = transformerFlops(shape, T, 0);
  const plain = (steps: number) => steps * (2 * N * T + 4 * 28 * 1152 * T * T);

  it("one group is plain diffusion exactly, with and without a cache", () => {
    const { full, cached } = groupwise(pass, 1, 250, 1);
    assert.equal(full.flops, plain(250));
    assert.equal(cached.flops, full.flops);
    assert.equal(full.evaluations, 250);
  });
  it("as many groups as tokens evaluates as often as next-token generation, and with a cache costs exactly the same", () => {
    const { full, cached } = groupwise(pass, T, 1, 1);
    const tokens = autoregressive({ parameters: N, layers: 28, width: 1152 }, 1, T, 1);
    assert.equal(full.evaluations, tokens.evaluations);
    near(cached.flops, tokens.flops, 1e-12);
    near(cached.flops, 2.325487e11, 1e-6);
  });
  const table: readonly [number, number, number, number][] = [
    [1, 250, 5.919002e13, 5.919002e13],
    [2, 125, 5.919002e13, 2.933077e13],
    [4, 63, 5.966354e13, 1.471612e13],
    [16, 16, 6.061058e13, 3.724743e12],
    [64, 4, 6.061058e13, 9.303931e11],
    [256, 1, 6.061058e13, 2.325487e11],
  ];
  for (const [groups, steps, full, cached] of table)
    it(`${groups} groups of ${steps} steps`, () => {
      const work = groupwise(pass, groups, steps, 1);
      near(work.full.flops, full, 1e-6);
      near(work.cached.flops, cached, 1e-6);
    });
  it("guidance doubles the work", () => {
    near(groupwise(pass, 4, 10, 2).full.flops, 2 * groupwise(pass, 4, 10, 1).full.flops, 1e-12);
  });
});

describe("rolling diffusion", () => {
  const N = 28 * 12 * 1152 ** 2;
  const pass = { linear: 2 * N * 256, attention: 4 * 28 * 1152 * 256 * 256 };
  const table: readonly [number, number, number][] = [
    [1, 1024, 1.46453e13],
    [4, 304, 1.47362e13],
    [16, 124, 1.497296e13],
  ];
  for (const [window, evaluations, flops] of table)
    it(`a window of ${window} over 16 groups, 64 steps each: ${evaluations} evaluations`, () => {
      const work = rolling(pass, 16, 64, window, 1);
      assert.equal(work.evaluations, evaluations);
      near(work.flops, flops, 1e-5);
    });
});

describe("Transfusion", () => {
  const model = { parameters: 6_476_005_376, layers: 32, width: 4096 };
  const table: readonly [number, number][] = [
    [256, 1.68352e15],
    [64, 4.18275e14],
    [16, 1.0499e14],
  ];
  for (const [tokens, flops] of table)
    it(`${tokens} picture tokens, 250 steps with guidance: ${flops} FLOP`, () => {
      near(transfusion(model, 64, tokens, 250, 2, true).flops, flops, 1e-4);
    });
});
