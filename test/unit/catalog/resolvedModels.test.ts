import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import {
  parseResolvedModels,
  type ResolvedModel,
  withResolvedModel,
} from "../../../src/catalog/refresh/resolvedModels";
import { createFormatter } from "../../../src/present/numbers";
import { catalogueMarkdown } from "../../../src/present/values";

const model: ResolvedModel = {
  id: "acme/lm",
  spec: { name: "acme/lm", layers: 32, hiddenSize: 4096, parameters: 8e9 },
  source: "read from huggingface.co/acme/lm on 2026-09-01",
  date: "2026-09-01",
  confidence: "high",
  revision: "main",
};

describe("kept models", () => {
  it("survive JSON with source, date, confidence and revision", () => {
    assert.deepEqual(parseResolvedModels(JSON.parse(JSON.stringify([model]))), [model]);
  });

  it("of early versions are still read: id and dimensions, without a date", () => {
    const [early] = parseResolvedModels([{ id: "acme/lm", spec: model.spec }]);
    assert.deepEqual(early, {
      id: "acme/lm",
      spec: model.spec,
      source: "read from huggingface.co/acme/lm",
      confidence: "high",
    });
  });

  it("that are none are left out, and the others stay", () => {
    const bad = [
      null,
      7,
      "acme/x",
      {},
      { id: "acme/x" },
      { id: "", spec: {} },
      { id: "a/b", spec: { layers: "many" } },
    ];
    assert.deepEqual(parseResolvedModels([...bad, model]), [model]);
    for (const value of [undefined, null, {}, "text", 7]) assert.deepEqual(parseResolvedModels(value), []);
  });

  it("are replaced by a later reading, whatever the letters' case", () => {
    const later = { ...model, id: "Acme/LM", date: "2026-10-01" };
    const other = { ...model, id: "acme/other" };
    assert.deepEqual(withResolvedModel([model, other], later), [other, later]);
  });

  it("say in an estimate's provenance where and when they were read", () => {
    const shown = catalogueMarkdown("model", "acme/lm", createCatalog({ resolved: [model] }), createFormatter("en"));
    assert.ok(shown?.includes("32 layers of width 4,096"), shown);
    assert.match(shown?.replaceAll("\\", "") ?? "", /\(read from huggingface\.co\/acme\/lm on 2026-09-01\)$/);
  });
});
