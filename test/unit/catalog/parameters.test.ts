import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { modelRows } from "../../../src/catalog/models";
import { type CompleteSpec, countParameters } from "../../../src/core/model/count";
import { countDenoiser } from "./denoiserCount";

type Row = ReturnType<typeof modelRows>[number];

const rows = modelRows();
/** Rows that state dimensions; the others are a size alone (U-Nets, a convolution net, models whose layers differ among themselves). */
const dimensioned = rows.filter(({ spec }) => spec.layers !== undefined);
const sizeOnly = rows.filter(({ spec }) => spec.layers === undefined);
const countable = dimensioned.filter(({ spec }) => spec.vocabularySize !== undefined);

const counted = (row: Row) => countParameters(row.spec as CompleteSpec);
const total = (row: Row): number | undefined =>
  row.spec.vocabularySize === undefined
    ? countDenoiser(row.id, row.spec)
    : counted(row).total + (row.spec.vision?.parameters ?? 0);
const deviation = (row: Row): number => Math.abs((total(row) ?? Number.NaN) / (row.spec.parameters ?? Number.NaN) - 1);
const meets = (row: Row): boolean => deviation(row) <= 0.01;

describe("counted parameters", () => {
  it("cover the whole table: every row states dimensions or is one of 22 with a size alone", () => {
    assert.equal(dimensioned.length + sizeOnly.length, rows.length);
    assert.ok(sizeOnly.length <= 22, sizeOnly.map((row) => row.id).join(", "));
    for (const row of sizeOnly) assert.ok((row.spec.parameters ?? 0) > 0, row.id);
  });

  it("meet the published number within 1 % for at least 97 % of all rows with dimensions, hybrids and diffusion included", () => {
    const off = dimensioned.filter((row) => !meets(row));
    const ratio = `${dimensioned.length - off.length} of ${dimensioned.length}`;
    assert.ok(dimensioned.length >= 400, String(dimensioned.length));
    assert.ok(off.length <= 0.03 * dimensioned.length, `${ratio}; not ${off.map((row) => row.id).join(", ")}`);
  });

  it("meet it for at least 92 % of the table if a size alone counts as a miss", () => {
    assert.ok(dimensioned.filter(meets).length >= 0.92 * rows.length);
  });

  it("are nowhere off by more than 15 %, but for one whose layers share their weights", () => {
    for (const row of dimensioned)
      if (row.id !== "zamba2-7b") assert.ok(deviation(row) <= 0.15, `${row.id}: ${deviation(row)}`);
  });

  it("of rows called certain are all within 1 %", () => {
    for (const row of dimensioned) if (row.confidence === "high") assert.ok(meets(row), `${row.id}: ${deviation(row)}`);
  });

  it("of rows whose dimensions only the count confirms are confirmed by it", () => {
    for (const row of countable)
      if (row.sources.join() === "KC") assert.ok(deviation(row) <= 0.015, `${row.id}: ${deviation(row)}`);
  });

  it("of mixtures' active part are near the published ones", () => {
    const off = countable.filter(({ spec, ...rest }) => {
      if (!spec.experts) return false;
      const active = counted({ spec, ...rest }).active + (spec.vision?.parameters ?? 0);
      return Math.abs(active / (spec.activeParameters ?? Number.NaN) - 1) > 0.2;
    });
    assert.ok(off.length <= 5, off.map((row) => row.id).join(", "));
  });

  it("of attention whose heads share the latent and leave in groups follow DeepSeek-V4's published sizes", () => {
    for (const id of ["deepseek-v4-flash", "deepseek-v4-pro"]) {
      const row = countable.find((each) => each.id === id);
      assert.ok(row, id);
      const { total, active } = counted(row);
      assert.ok(Math.abs(total / (row.spec.parameters as number) - 1) < 0.03, `${id}: ${total}`);
      assert.ok(Math.abs(active / (row.spec.activeParameters as number) - 1) < 0.03, `${id}: ${active}`);
    }
  });

  const exact: readonly (readonly [string, number])[] = [
    ["llama-3.1-8b", 8_030_261_248],
    ["qwen2.5-7b", 7_615_616_512],
    ["mistral-7b-v0.3", 7_248_023_552],
    ["mixtral-8x7b", 46_702_792_704],
    ["qwen3-8b", 8_190_735_360],
    ["gemma-2-9b", 9_241_705_984],
    ["pythia-6.9b", 6_857_302_016],
  ];
  for (const [id, total] of exact)
    it(`of ${id} are those of its published weights`, () => {
      const row = countable.find((each) => each.id === id);
      assert.ok(row);
      assert.equal(counted(row).total, total);
    });
});

describe("windows and caches", () => {
  const spec = (id: string) => modelRows().find((row) => row.id === id)?.spec;
  it("gemma-3 slides in five layers of six, 1B over 512 tokens", () => {
    assert.equal(spec("gemma-3-27b")?.slidingLayers, 52);
    assert.equal(spec("gemma-3-27b")?.slidingWindow, 1024);
    assert.equal(spec("gemma-3-1b")?.slidingWindow, 512);
  });
  it("gpt-oss slides in every second layer over 128 tokens", () => {
    assert.equal(spec("gpt-oss-120b")?.slidingLayers, 18);
    assert.equal(spec("gpt-oss-120b")?.slidingWindow, 128);
  });
  it("DeepSeek-V3 keeps a latent of 512 + 64 numbers per layer", () => {
    assert.deepEqual(spec("deepseek-v3")?.latentAttention, {
      queryRank: 1536,
      keyValueRank: 512,
      ropeDimension: 64,
      nopeDimension: 128,
      valueDimension: 128,
    });
  });
  it("Qwen3-Next has softmax attention in a quarter of its layers", () => {
    assert.equal(spec("qwen3-next-80b-a3b")?.linearAttentionLayers, 36);
  });
  it("HoVLE has no vision encoder: 24 + 8 layers and patches of 28", () => {
    assert.equal(spec("hovle")?.layers, 32);
    assert.equal(spec("hovle")?.vision?.tokensPerTile, 256);
  });
});
