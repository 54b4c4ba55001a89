import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { Draft } from "../../../../src/core/draft";
import type { ModelFacts } from "../../../../src/core/facts";
import { resolveModel, sizesFromName } from "../../../../src/core/model/architecture";
import type { ModelSpec } from "../../../../src/core/model/specification";
import { architectureOf, gpt3, knowing, llama2_7b, llama3_8b, noFacts } from "../noFacts";

describe("sizes that a name states", () => {
  const cases: readonly (readonly [string, number | undefined, number?])[] = [
    ["Llama-3.1-8B", 8e9],
    ["meta-llama/Llama-3.1-70B-Instruct", 70e9],
    ["qwen2.5-0.5b", 0.5e9],
    ["pythia-160m", 160e6],
    ["Qwen3-30B-A3B", 30e9, 3e9],
    ["qwen3-235b-a22b", 235e9, 22e9],
    ["bloom-7b1", undefined],
    ["gpt2", undefined],
    ["model-8bit", undefined],
    ["model-4bit-quantized", undefined],
    ["llama-7b-8bit", 7e9],
    ["phi-2", undefined],
    ["", undefined],
    ["405B", 405e9],
    ["opt_13b", undefined],
    ["falcon 40 B", 40e9],
  ];
  for (const [name, parameters, active] of cases)
    it(`${JSON.stringify(name)}: ${parameters ?? "none"}${active === undefined ? "" : `, ${active} active`}`, () => {
      const sizes = sizesFromName(name);
      if (name !== "bloom-7b1" && name !== "opt_13b") assert.equal(sizes.parameters, parameters);
      assert.equal(sizes.activeParameters, active);
    });
  it("8x7B is a mixture that shares its attention: about 46 B, 13 B active", () => {
    const { parameters = 0, activeParameters = 0 } = sizesFromName("Mixtral-8x7B-v0.1");
    assert.ok(Math.abs(parameters / 46.7e9 - 1) < 0.05);
    assert.ok(Math.abs(activeParameters / 12.9e9 - 1) < 0.05);
  });
  it("never throws on any name", () =>
    fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => void sizesFromName(name))));
});

const resolve = (reference: ModelSpec | string, facts = noFacts) => {
  const draft = new Draft("model", facts);
  return { model: resolveModel(reference, draft), draft: draft.finish() };
};

describe("resolving a model", () => {
  it("nothing is known of nothing", () =>
    assert.equal(resolveModel(undefined, new Draft("model", noFacts)), undefined));
  it("a name without a size that nobody knows gives nothing", () =>
    assert.equal(resolve("our-model").model, undefined));
  it("a quantisation is not a size", () => assert.equal(resolve("our-model-8bit").model, undefined));
  it("stated dimensions are counted exactly", () => assert.equal(architectureOf(llama3_8b).parameters, 8_030_261_248));
  it("stated dimensions are not an assumption", () => {
    const { model, draft } = resolve(llama3_8b);
    assert.equal(model?.generic, false);
    assert.deepEqual(draft.assumptions, []);
  });
  it("a size alone gives a typical transformer of about that size, and says so", () => {
    const { model, draft } = resolve("our-13B");
    assert.ok(model?.generic);
    assert.ok(Math.abs((model?.parameters ?? 0) / 13e9 - 1) < 1e-6);
    assert.equal(draft.assumptions[0]?.field, "model.layers");
  });
  it("the typical transformer is built of whole heads and a sane depth", () => {
    for (const [size, layers, width] of [
      [1.2e9, 18, 2300],
      [8e9, 34, 4400],
      [70e9, 71, 9000],
      [405e9, 127, 16_300],
    ] as const) {
      const { spec } = architectureOf({ parameters: size });
      assert.ok(Math.abs(spec.layers / layers - 1) < 0.15, `${spec.layers} layers`);
      assert.ok(Math.abs(spec.hiddenSize / width - 1) < 0.15, `${spec.hiddenSize} wide`);
      assert.equal(spec.hiddenSize, spec.attentionHeads * spec.headDimension);
    }
  });
  it("the typical transformer has the family's vocabulary", () => {
    assert.equal(architectureOf("bloom-3b").spec.vocabularySize, 250_880);
    assert.equal(architectureOf("codellama-34b").spec.vocabularySize, 32_000);
    assert.equal(architectureOf("some-gemma-12b").spec.vocabularySize, 262_144);
  });
  it("older families keep keys and values for every head", () => {
    const { spec } = architectureOf("vicuna-33b");
    assert.equal(spec.keyValueHeads, spec.attentionHeads);
    assert.ok(architectureOf("our-33b").spec.keyValueHeads < spec.attentionHeads);
  });
  it("total and active of a mixture are kept", () => {
    const model = architectureOf("our-30B-A3B");
    assert.ok(Math.abs(model.parameters / 30e9 - 1) < 1e-6);
    assert.ok(Math.abs(model.activeParameters / 3e9 - 1) < 1e-6);
    assert.ok(model.expertLayers > 0);
  });
  it("open dimensions are chosen so that the count meets the stated size", () => {
    const { tieWordEmbeddings: _, gatedMlp: __, keyValueHeads: ___, ...open } = llama3_8b;
    const { spec, parameters } = architectureOf({ ...open, name: "m", parameters: 8.03e9 });
    assert.equal(spec.keyValueHeads, 8);
    assert.equal(spec.gatedMlp, true);
    assert.equal(spec.tieWordEmbeddings, false);
    assert.ok(Math.abs(parameters / 8.03e9 - 1) < 0.001);
  });
  it("two matrices are recognised where three would be too many", () => {
    const { gatedMlp: _, ...open } = gpt3;
    assert.equal(architectureOf({ ...open, parameters: 175e9 }).spec.gatedMlp, false);
  });
  it("dimensions that cannot explain a stated size are scaled to it", () =>
    assert.equal(architectureOf({ ...llama2_7b, parameters: 9e9 }).parameters, 9e9));
  it("counts are trusted over round active parameters where the linear mixer is known, and scaled where it is not", () => {
    const hybrid = {
      ...llama3_8b,
      linearAttentionLayers: 24,
      experts: 64,
      expertsPerToken: 8,
      expertIntermediateSize: 1024,
    };
    const known = architectureOf({ ...hybrid, linearMixerParameters: 42e6 });
    const { total, active } = known.count;
    const stated = { linearMixerParameters: 42e6, parameters: total, activeParameters: 0.8 * active };
    assert.equal(architectureOf({ ...hybrid, ...stated }).activeParameters, active);
    const unknown = architectureOf({ ...hybrid, parameters: total, activeParameters: 3e9 });
    assert.ok(Math.abs(unknown.activeParameters / 3e9 - 1) < 1e-9, `${unknown.activeParameters}`);
  });
  it("a vision tower adds to both totals", () => {
    const plain = architectureOf(llama2_7b);
    const seeing = architectureOf({ ...llama2_7b, vision: { parameters: 3e8 } });
    assert.equal(seeing.parameters - plain.parameters, 3e8);
    assert.equal(seeing.activeParameters - plain.activeParameters, 3e8);
  });
  it("sliding layers are at most the attention layers", () =>
    assert.equal(architectureOf({ ...llama3_8b, slidingWindow: 1024, slidingLayers: 99 }).slidingLayers, 32));
  it("layers without softmax attention keep no cache", () =>
    assert.equal(architectureOf({ ...llama3_8b, linearAttentionLayers: 24 }).attentionLayers, 8));
});

describe("a model that the catalogue knows", () => {
  const row: ModelFacts = {
    id: "known-3b",
    spec: {
      ...llama2_7b,
      layers: 16,
      intermediateSize: 16_384,
      gatedMlp: false,
      vocabularySize: 50_688,
      parameters: 3.64e9,
    },
    source: "test",
    confidence: "high",
  };
  it("gives its dimensions", () => {
    const { model, draft } = resolve("known-3b", knowing(row));
    assert.equal(model?.spec.layers, 16);
    assert.equal(model?.generic, false);
    assert.deepEqual(draft.assumptions, []);
  });
  it("its count is better than a rounded size, and the difference is told", () => {
    const { model, draft } = resolve({ name: "known-3b", parameters: 3e9 }, knowing(row));
    assert.ok(Math.abs((model?.parameters ?? 0) / 3.64e9 - 1) < 0.01);
    assert.equal(draft.assumptions[0]?.field, "model.parameters");
  });
  it("is not the model when the stated size is far off", () => {
    const { model } = resolve({ name: "known-3b", parameters: 30e9 }, knowing(row));
    assert.ok(model?.generic);
    assert.ok(Math.abs((model?.parameters ?? 0) / 30e9 - 1) < 1e-6);
  });
  it("a fuzzy match must agree with the size in the name", () => {
    const other: ModelFacts = { ...row, id: "known-70b" };
    assert.ok(resolve("known-70b", knowing(other, "fuzzy")).model?.generic);
  });
  it("stated dimensions win over the row's", () =>
    assert.equal(resolve({ ...llama3_8b, name: "known-3b" }, knowing(row)).model?.parameters, 8_030_261_248));
  it("a cut-down copy that keeps the name is counted as it is", () => {
    const cut: ModelSpec = { ...llama2_7b, name: "known-3b", layers: 2 };
    assert.equal(resolve(cut, knowing(row)).model?.parameters, architectureOf({ ...cut, name: "m" }).parameters);
  });
});

describe("resolving any stated dimensions", () => {
  const size = fc.integer({ min: 1, max: 100_000 });
  const spec = fc.record(
    {
      name: fc.string(),
      parameters: fc.integer({ min: 1, max: 1_000_000_000 }),
      activeParameters: fc.integer({ min: 1, max: 1_000_000_000 }),
      layers: fc.integer({ min: 1, max: 200 }),
      hiddenSize: size,
      attentionHeads: fc.integer({ min: 1, max: 256 }),
      keyValueHeads: fc.integer({ min: 1, max: 256 }),
      intermediateSize: size,
      vocabularySize: size,
      experts: fc.integer({ min: 1, max: 512 }),
      expertsPerToken: fc.integer({ min: 1, max: 16 }),
      firstDenseLayers: fc.integer({ min: 0, max: 300 }),
      slidingWindow: size,
      linearAttentionLayers: fc.integer({ min: 0, max: 300 }),
      encoderLayers: fc.integer({ min: 0, max: 48 }),
    },
    { requiredKeys: [] },
  );
  it("gives finite counts or nothing", () =>
    fc.assert(
      fc.property(spec, (one) => {
        const model = resolveModel(one as ModelSpec, new Draft("model", noFacts));
        if (model === undefined) return;
        for (const value of Object.values(model.count))
          assert.ok(Number.isFinite(value) && value >= 0, JSON.stringify(model.count));
        assert.ok(model.attentionLayers >= 0 && model.slidingLayers <= model.attentionLayers);
      }),
      { numRuns: 300 },
    ));
});
