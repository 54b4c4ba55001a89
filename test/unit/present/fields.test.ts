import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fieldsOf, kinds } from "../../../src/core/workload";
import { fieldWords, inSentence, isField } from "../../../src/present/fields";

/** Fields that hold others; a directive states their members (`facility.pue`). */
const groups = ["facility", "parallelism", "evaluation"];

describe("the words for fields", () => {
  for (const kind of kinds)
    it(`name every field of ${kind}`, () => {
      const unnamed = [...fieldsOf(kind)].filter(
        (name) => name !== "kind" && !isField(name) && fieldWords(name).role === "read for the estimate",
      );
      assert.deepEqual(unnamed, []);
    });

  it("let a directive state fields, and neither groups nor what is only ever assumed", () => {
    for (const name of ["preferencePairs", "window", "facility.pue"]) assert.ok(isField(name), name);
    for (const name of [...groups, "goodput", "acceleratorPower", "longestSample"]) assert.ok(!isField(name), name);
  });

  it("keep names of the field as they are inside a sentence", () => {
    assert.equal(inSentence("dataset.samples"), "samples");
    assert.equal(inSentence("loraRank"), "LoRA rank");
    assert.equal(inSentence("facility.pue"), "PUE");
    assert.equal(inSentence("kvCachePrecision"), "KV cache precision");
    assert.equal(inSentence("parallelism.zeroStage"), "ZeRO stage");
    assert.equal(inSentence("parallelism.cpuOffload"), "CPU offload");
  });

  it("tell a field that nobody named by its own letters", () => {
    assert.equal(fieldWords("someNewField").label, "Some new field");
    assert.equal(fieldWords("<b>x</b>").label, "Bxb");
  });
});
