import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Draft } from "../../../../src/core/draft";
import { resolveModel } from "../../../../src/core/model/architecture";
import { partsNamed, partsOf, stageFlopsPerSample } from "../../../../src/core/training/stages";
import { central, estimateOf, near } from "./estimate";
import { facts, llama8b } from "./facts";

/** InternLM2-1.8B behind eight causal layers that embed 28-pixel patches and text alike (HoVLE, arXiv 2412.16158). */
const hovle = {
  name: "one embedding",
  layers: 32,
  embeddingLayers: 8,
  hiddenSize: 2048,
  attentionHeads: 16,
  keyValueHeads: 8,
  headDimension: 128,
  intermediateSize: 8192,
  vocabularySize: 92_553,
  tieWordEmbeddings: false,
  gatedMlp: true,
  vision: { layers: 0, imageSize: 448, patchSize: 28, tokensPerTile: 256 },
};
const teacher = {
  name: "ViT-300M",
  parameters: 304e6,
  layers: 24,
  hiddenSize: 1024,
  vision: { layers: 24, hiddenSize: 1024, intermediateSize: 4096, imageSize: 448, patchSize: 14, tokensPerTile: 256 },
};
const run = { kind: "training", model: hovle, accelerator: "a100-sxm-80", accelerators: 64, globalBatchSize: 4096 };
const flops = (stages: readonly object[]): number => central(estimateOf({ ...run, stages }), "flops");

describe("training in stages", () => {
  it("distils an embedding of images and text: 9.06e20 FLOP over 500 M images", () => {
    const stage = {
      samples: 5e8,
      visualTokens: 256,
      textTokens: 100,
      trainable: "embedding",
      modules: "embedding",
      teacher,
    };
    near(flops([stage]), 9.06152e20, 0.03);
  });

  it("aligns through a frozen language model: gradients pass, weights do not change", () => {
    const stage = { samples: 5e7, visualTokens: 256, textTokens: 256, trainable: "embedding" };
    near(flops([stage]), 2.55211e20, 0.03);
    near(flops([{ ...stage, visualTokens: 1792 }]), 1.06723e21, 0.03);
  });

  it("tunes everything: 3.44e19 FLOP over 5 M samples", () => {
    const stage = { samples: 5e6, visualTokens: 256, textTokens: 256, trainable: "all" };
    near(flops([stage]), 3.43516e19, 0.03);
    near(flops([{ ...stage, visualTokens: 1792 }]), 1.43591e20, 0.03);
  });

  it("sums stages", () => {
    const one = { samples: 1e6, visualTokens: 256, textTokens: 100, trainable: "embedding" };
    const two = { samples: 1e5, visualTokens: 256, textTokens: 256, trainable: "all" };
    near(flops([one, two]), flops([one]) + flops([two]), 1e-9);
  });

  it("takes tokens for samples where only they are stated", () => {
    near(
      flops([{ tokens: 512e6, visualTokens: 256, textTokens: 256 }]),
      flops([{ samples: 1e6, visualTokens: 256, textTokens: 256 }]),
      1e-9,
    );
  });

  it("does not sum stages of unknown amount", () => {
    const open = estimateOf({ ...run, stages: [{ samples: 1e6, textTokens: 100 }, { name: "open end" }] });
    assert.equal(open.quantities.flops, undefined);
    assert.equal(open.quantities.acceleratorHours, undefined);
    assert.ok(open.notes.some((note) => note.includes("does not say how many")));
  });

  it("costs a text model's single stage as much as the plain run", () => {
    const plain = { kind: "training", model: llama8b, accelerator: "h100-sxm", accelerators: 8, sequenceLength: 4096 };
    const staged = estimateOf({ ...plain, stages: [{ tokens: 1e9 }] });
    near(central(staged, "flops"), central(estimateOf({ ...plain, tokens: 1e9 }), "flops"), 1e-9);
    near(central(staged, "acceleratorHours"), central(estimateOf({ ...plain, tokens: 1e9 }), "acceleratorHours"), 1e-9);
  });
});

describe("frozen parts", () => {
  const vlm = {
    ...llama8b,
    name: "llava",
    vision: { layers: 24, hiddenSize: 1024, parameters: 304e6, imageSize: 336, patchSize: 14, tokensPerTile: 576 },
  };
  const model = resolveModel(vlm, new Draft("training", facts));
  assert.ok(model);
  const parts = partsOf(model, 576, 100);
  const all = partsNamed("all");
  const cost = (trainable: string) => stageFlopsPerSample(parts, partsNamed(trainable), all);

  it("run in order: vision, projector, embedding, language model", () => {
    assert.deepEqual(
      parts.map((part) => part.name),
      ["vision", "projector", "embedding", "llm"],
    );
  });

  it("cost less the later the first trained part", () => {
    const [vision, projector, , llm] = parts;
    assert.ok(vision && projector && llm);
    assert.ok(cost("projector") < cost("projector,llm") && cost("projector,llm") < cost("all"));
    near(cost("llm"), vision.matmul + vision.attention + projector.matmul + 3 * (llm.matmul + llm.attention), 1e-9);
    near(
      cost("projector"),
      vision.matmul + vision.attention + 3 * projector.matmul + 2 * llm.matmul + 3 * llm.attention,
      1e-9,
    );
  });

  it("are understood by many names, unknown ones meaning everything", () => {
    assert.deepEqual([...partsNamed("mlp_connector")], ["projector"]);
    assert.deepEqual([...partsNamed(["vit", "language_model"])], ["vision", "llm"]);
    assert.equal(partsNamed("whatever").size, 4);
    assert.equal(partsNamed(undefined).size, 4);
  });
});
