/** Key/value caches: bytes per token from published dimensions, and sizes that llama.cpp prints. Exact. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { Draft } from "../../src/core/draft";
import { type Architecture, resolveModel } from "../../src/core/model/architecture";
import { cacheBytes, cacheBytesPerToken } from "../../src/core/model/flops";
import type { ModelSpec } from "../../src/core/model/specification";

const facts = createCatalog();
const model = (reference: string | ModelSpec): Architecture => {
  const found = resolveModel(reference, new Draft("model", facts));
  if (found === undefined) throw new Error("unknown model");
  return found;
};

const perToken: readonly (readonly [string, number])[] = [
  ["meta-llama/Llama-2-7b", 524_288],
  ["facebook/opt-13b", 819_200],
  ["meta-llama/Meta-Llama-3-8B", 131_072],
  ["meta-llama/Meta-Llama-3-70B", 327_680],
  ["meta-llama/Llama-3.1-405B", 516_096],
  ["Qwen/Qwen2.5-72B", 327_680],
  ["Qwen/Qwen3-8B", 147_456],
  ["01-ai/Yi-34B", 245_760],
  ["deepseek-ai/DeepSeek-V3", 70_272],
];
const yi6b: ModelSpec = {
  name: "yi-6b",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 4,
  headDimension: 128,
  intermediateSize: 11_008,
  vocabularySize: 64_000,
};
const gpt3: ModelSpec = {
  name: "gpt-3",
  layers: 96,
  hiddenSize: 12_288,
  attentionHeads: 96,
  keyValueHeads: 96,
  headDimension: 128,
  intermediateSize: 49_152,
  vocabularySize: 51_200,
};
const mebibyte = 2 ** 20;

describe("key/value cache", () => {
  for (const [name, bytes] of perToken)
    it(`golden 43: ${name}: ${bytes} bytes a token in bf16`, () =>
      assert.equal(cacheBytesPerToken(model(name)), bytes));
  it("golden 43: GPT-3: 4,718,592 bytes a token", () => assert.equal(cacheBytesPerToken(model(gpt3)), 4_718_592));
  it("golden 44: llama.cpp prints 11,718.75 MiB for Yi-34B at 50,000 tokens and 46.875 GiB at 204,800", () => {
    assert.equal(cacheBytes(model("01-ai/Yi-34B"), 50_000) / mebibyte, 11_718.75);
    assert.equal(cacheBytes(model("01-ai/Yi-34B"), 204_800) / mebibyte / 1024, 46.875);
  });
  it("golden 44: llama.cpp prints 12,500 MiB for Yi-6B at 200,000 tokens", () =>
    assert.equal(cacheBytes(model(yi6b), 200_000) / mebibyte, 12_500));
});
