import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { loraMatrices, loraParameters, loraTargets } from "../../../../src/core/model/lora";
import { architectureOf, gpt3, llama3_8b } from "../noFacts";

const model = architectureOf(llama3_8b);

describe("adapter targets", () => {
  const cases: readonly (readonly [string | readonly string[], string])[] = [
    [["q_proj", "v_proj"], "q v"],
    ["q_proj,k_proj", "k q"],
    ["all-linear", "down gate k o q up v"],
    [["query_key_value"], "k q v"],
    [["gate_up_proj"], "gate up"],
    [["model.layers.0.self_attn.o_proj"], "o"],
    [["w1", "w2", "w3"], "down gate up"],
    ["mlp", "down gate up"],
  ];
  for (const [targets, expected] of cases)
    it(`${JSON.stringify(targets)}: ${expected}`, () =>
      assert.equal([...(loraTargets(targets) ?? [])].sort().join(" "), expected));
  it("unknown names select nothing", () => assert.equal(loraTargets(["experts"]), undefined));
  it("no targets are no choice", () => assert.equal(loraTargets(undefined), undefined));
});

describe("adapter parameters", () => {
  it("grow in proportion to the rank", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 512 }),
        (rank) => loraParameters(model, rank) === rank * loraParameters(model, 1),
      ),
    ));
  it("targets add up", () => {
    const sum = loraMatrices.reduce((total, matrix) => total + loraParameters(model, 8, [matrix]), 0);
    assert.equal(sum, loraParameters(model, 8, "all-linear"));
  });
  it("each matrix costs rank·(in + out)", () => {
    assert.equal(loraParameters(model, 1, ["q_proj"]), 32 * (4096 + 4096));
    assert.equal(loraParameters(model, 1, ["k_proj"]), 32 * (4096 + 1024));
    assert.equal(loraParameters(model, 1, ["down_proj"]), 32 * (14_336 + 4096));
  });
  it("an MLP of two matrices has no gate", () =>
    assert.equal(loraParameters(architectureOf(gpt3), 8, ["gate_proj"]), 0));
  it("routed experts carry none, shared ones do", () => {
    const mixture = { ...llama3_8b, experts: 8, expertsPerToken: 2, expertIntermediateSize: 1024 };
    const attention = loraParameters(model, 1, ["attention"]);
    assert.equal(loraParameters(architectureOf(mixture), 1), attention);
    assert.ok(loraParameters(architectureOf({ ...mixture, sharedExperts: 1 }), 1) > attention);
  });
  it("what is not understood means all linear layers", () =>
    assert.equal(loraParameters(model, 4, ["strange"]), loraParameters(model, 4, "all-linear")));
});
