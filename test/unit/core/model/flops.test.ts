import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import {
  attentionFlopsPerToken,
  cacheBytes,
  cacheBytesPerToken,
  denseMatmulParameters,
  forwardFlopsPerToken,
  matmulParameters,
  weightBytes,
} from "../../../../src/core/model/flops";
import { precisions } from "../../../../src/core/precision";
import { architectureOf, gpt3, llama2_7b, llama3_8b, llama3_70b } from "../noFacts";

const dense = architectureOf(llama3_8b);
const sliding = architectureOf({ ...llama3_8b, slidingWindow: 1024, slidingLayers: 16 });
const hybrid = architectureOf({ ...llama3_8b, linearAttentionLayers: 24, parameters: 8e9 });
const mixture = architectureOf({
  ...llama3_8b,
  experts: 8,
  expertsPerToken: 2,
  vocabularySize: 32_000,
});
const length = fc.integer({ min: 1, max: 1_000_000 });

describe("parameters multiplied per token", () => {
  it("are all but the input table and the vectors", () => {
    assert.equal(matmulParameters(dense), dense.parameters - 128_256 * 4096 - 65 * 4096);
    assert.equal(matmulParameters(dense), 7_504_658_432);
  });
  it("a tied head is multiplied all the same", () => {
    const tied = architectureOf({ ...llama3_8b, tieWordEmbeddings: true });
    assert.equal(matmulParameters(tied), matmulParameters(dense));
  });
  it("only the chosen experts of a mixture count", () => {
    assert.equal(
      matmulParameters(mixture) - denseMatmulParameters(mixture),
      32 * 2 * 3 * 4096 * 14_336 + 32_000 * 4096,
    );
  });
});

describe("attention FLOPs", () => {
  it("causal: 2·s·d per token and layer, half of the full square", () =>
    assert.equal(attentionFlopsPerToken(dense, 8192), 2 * 32 * 8192 * 4096));
  it("grow linearly with the sequence", () =>
    fc.assert(
      fc.property(length, (s) => {
        const ratio = attentionFlopsPerToken(dense, 2 * s) / attentionFlopsPerToken(dense, s);
        return Math.abs(ratio - 2) < 1e-9;
      }),
    ));
  it("a window never costs more than the full square", () =>
    fc.assert(fc.property(length, (s) => attentionFlopsPerToken(sliding, s) <= attentionFlopsPerToken(dense, s))));
  it("a window no shorter than the sequence changes nothing", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1024 }),
        (s) => attentionFlopsPerToken(sliding, s) === attentionFlopsPerToken(dense, s),
      ),
    ));
  it("a long sequence under a window costs the window per token", () => {
    const all = architectureOf({ ...llama3_8b, slidingWindow: 1024 });
    const limit = 4 * 4096 * 32 * 1024;
    assert.ok(Math.abs(attentionFlopsPerToken(all, 1e9) / limit - 1) < 1e-5);
  });
  it("layers without softmax attention cost none", () =>
    assert.equal(attentionFlopsPerToken(hybrid, 8192), attentionFlopsPerToken(dense, 8192) / 4));
  it("are two per multiply-add, and the forward pass 2·N + attention", () =>
    assert.equal(forwardFlopsPerToken(dense, 4096), 2 * matmulParameters(dense) + attentionFlopsPerToken(dense, 4096)));
});

describe("training FLOPs of known runs", () => {
  it("Llama-3-8B at 8,192: 5.147e10 per token", () => {
    const perToken = 3 * forwardFlopsPerToken(dense, 8192);
    assert.ok(Math.abs(perToken / 5.147e10 - 1) < 0.001, String(perToken));
  });
  it("GPT-3: 6·N·D leaves out about 1 %", () => {
    const model = architectureOf(gpt3);
    const ratio = (6 * model.parameters) / (3 * forwardFlopsPerToken(model, 2048));
    assert.ok(ratio > 0.97 && ratio < 1, String(ratio));
  });
  it("Llama-3-8B at 8,192: 6·N·D leaves out about 6 %", () => {
    const ratio = (6 * dense.parameters) / (3 * forwardFlopsPerToken(dense, 8192));
    assert.ok(Math.abs(ratio - 0.936) < 0.003, String(ratio));
  });
});

describe("caches", () => {
  it("a sequence costs its tokens while every layer keeps all", () =>
    fc.assert(fc.property(length, (s) => cacheBytes(dense, s) === s * cacheBytesPerToken(dense))));
  it("sliding layers stop growing at the window", () => {
    const grown = cacheBytes(sliding, 10_001) - cacheBytes(sliding, 10_000);
    assert.equal(grown, cacheBytesPerToken(dense) / 2);
  });
  it("fp8 halves it", () => assert.equal(cacheBytesPerToken(dense, "fp8") * 2, cacheBytesPerToken(dense)));
  it("grouped heads shrink it", () => {
    assert.equal(cacheBytesPerToken(architectureOf(llama2_7b)), 524_288);
    assert.equal(cacheBytesPerToken(architectureOf(llama3_70b)), 327_680);
  });
});

describe("bytes of weights", () => {
  it("16 bit is two bytes per parameter", () => assert.equal(weightBytes(dense, "bf16"), 2 * dense.parameters));
  it("tables stay at 16 bit below that", () => {
    const tables = 2 * 128_256 * 4096;
    assert.equal(weightBytes(dense, "int8"), dense.parameters - tables + 2 * tables);
  });
  it("fewer bits never need more", () => {
    const order = ["fp32", "bf16", "fp8", "int4", "nf4"] as const;
    for (let i = 1; i < order.length; i++)
      assert.ok(weightBytes(dense, order[i] as "bf16") <= weightBytes(dense, order[i - 1] as "bf16"));
  });
  it("every format has a size", () => {
    for (const precision of precisions) assert.ok(weightBytes(dense, precision) > 0);
  });
});
