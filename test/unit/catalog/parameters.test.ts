import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { modelRows } from "../../../src/catalog/models";
import { type CompleteSpec, countParameters } from "../../../src/core/model/count";

/** Rows whose dimensions say everything about a transformer; hybrids state their totals. */
const countable = modelRows().filter(
  ({ spec }) => spec.layers && spec.vocabularySize && spec.linearAttentionLayers === undefined,
);

const counted = (row: (typeof countable)[number]) => countParameters(row.spec as CompleteSpec);
const deviation = (row: (typeof countable)[number]): number =>
  Math.abs((counted(row).total + (row.spec.vision?.parameters ?? 0)) / (row.spec.parameters ?? Number.NaN) - 1);

describe("counted parameters", () => {
  it("cover the table: more than 300 models by their dimensions", () => {
    assert.ok(countable.length > 300, String(countable.length));
  });

  it("meet the published number within 1 % for at least 95 % of the rows", () => {
    const off = countable.filter((row) => !(deviation(row) <= 0.01));
    const share = 1 - off.length / countable.length;
    assert.ok(share >= 0.95, `${(100 * share).toFixed(1)} %: ${off.map((row) => row.id).join(", ")}`);
  });

  it("are nowhere off by more than 15 %", () => {
    for (const row of countable) assert.ok(deviation(row) <= 0.15, `${row.id}: ${deviation(row)}`);
  });

  it("of rows called certain are all within 1 %", () => {
    for (const row of countable)
      if (row.confidence === "high") assert.ok(deviation(row) <= 0.01, `${row.id}: ${deviation(row)}`);
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
