import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { changesOf, type EditableField, fieldsFor } from "../../../src/compare/fields";
import {
  addScenario,
  baselineId,
  comparisonSchema,
  editScenario,
  mostScenarios,
  newComparison,
  removeScenario,
  renameScenario,
  resetScenario,
} from "../../../src/compare/scenarios";
import { kinds } from "../../../src/core/workload";

const count: EditableField = { name: "accelerators", label: "Accelerators", input: "number", hint: "" };
const pricing: EditableField = { name: "pricing", label: "Pricing", input: "select", hint: "" };
const two = addScenario(newComparison("w"), "copy:baseline");
const edited = (text: string, field = count) => {
  const result = editScenario(two, "s1", field, text);
  return "problem" in result ? result.problem : result.comparison.scenarios[1]?.edits;
};

describe("scenarios of a comparison", () => {
  it("start with the baseline, which cannot be removed, renamed or edited", () => {
    assert.equal(removeScenario(two, baselineId).scenarios.length, 2);
    assert.equal(renameScenario(two, baselineId, "x").scenarios[0]?.name, "");
    const result = editScenario(two, baselineId, count, "4");
    assert.deepEqual("comparison" in result && result.comparison.scenarios[0]?.edits, {});
  });
  it("take numbers with suffixes", () => assert.deepEqual(edited("2k"), { accelerators: 2000 }));
  it("refuse what is not a number", () => assert.match(String(edited("many")), /not a number/));
  it("refuse negative numbers", () => assert.match(String(edited("-3")), /not a number/));
  it("refuse a choice that does not exist", () => assert.match(String(edited("cheap", pricing)), /onDemand/));
  it("take a choice that does", () => assert.deepEqual(edited("spot", pricing), { pricing: "spot" }));
  it("give a field back when its text is emptied", () => {
    const first = editScenario(two, "s1", count, "4");
    assert.ok("comparison" in first);
    const second = editScenario(first.comparison, "s1", count, " ");
    assert.deepEqual("comparison" in second && second.comparison.scenarios[1]?.edits, {});
  });
  it("copy edits, and keep the copies apart", () => {
    const first = editScenario(two, "s1", count, "4");
    assert.ok("comparison" in first);
    const copied = addScenario(first.comparison, "copy:s1");
    assert.deepEqual(copied.scenarios[2]?.edits, { accelerators: 4 });
    assert.deepEqual(resetScenario(copied, "s2").scenarios[1]?.edits, { accelerators: 4 });
  });
  it("never reuse an id", () => {
    const again = addScenario(removeScenario(two, "s1"), "copy:baseline");
    assert.equal(again.scenarios[1]?.id, "s2");
  });
  it("stop at the most that fit beside each other", () => {
    let many = two;
    for (let i = 0; i < 20; i++) many = addScenario(many, "copy:baseline");
    assert.equal(many.scenarios.length, mostScenarios);
  });
  it("survive storage", () => assert.deepEqual(comparisonSchema.parse(JSON.parse(JSON.stringify(two))), two));
  it("refuse what a later version stored", () =>
    assert.equal(comparisonSchema.safeParse({ ...two, version: 2 }).success, false));
});

describe("edits and what they displace", () => {
  it("a new accelerator leaves the file's machine", () => {
    const changes = changesOf({ accelerator: "l4" });
    assert.ok("instanceType" in changes && changes.instanceType === undefined);
  });
  it("an edit of both keeps both", () => assert.equal(changesOf({ tokens: 5, epochs: 2 }).epochs, 2));
  for (const kind of kinds)
    it(`${kind} offers fields with different names`, () => {
      const names = fieldsFor(kind).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
    });
});
