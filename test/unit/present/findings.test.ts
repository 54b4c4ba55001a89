import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { interval } from "../../../src/core/quantity";
import { type Budget, findingsOf } from "../../../src/present/findings";
import { createFormatter } from "../../../src/present/numbers";
import type { Subject } from "../../../src/present/subject";
import { allocation, facts, fileFact, hostile, subject, training } from "./fixtures";

const format = createFormatter("en");
const find = (one: Subject, budget?: Budget) =>
  findingsOf(one, { names: facts, format, ...(budget === undefined ? {} : { budget }) });

const tight = (accelerator: string | undefined): Subject =>
  subject("training", {
    fields: { ...(accelerator === undefined ? {} : { accelerator }), accelerators: 8 },
    facts: { accelerators: fileFact(8, 4, 5), ...(accelerator ? { accelerator: fileFact(accelerator, 10, 14) } : {}) },
    estimate: {
      quantities: { memoryPerAccelerator: { ...interval(90, 100, 120, "GB"), fits: false } },
      assumptions: accelerator === undefined ? [{ field: "accelerator", value: "NVIDIA H100 SXM", reason: "" }] : [],
      alternatives: [{ label: "16× H100 SXM", changes: { accelerators: 16 }, reason: "halves the shards" }],
    },
  });

describe("findings", () => {
  it("has nothing to say of a sound workload", () => assert.deepEqual(find(training()), []));

  it("warns when the memory does not suffice, at the accelerator, with a way out", () => {
    const [finding] = find(tight("H100"));
    assert.equal(finding?.code, "memory");
    assert.deepEqual(finding?.range, { start: 10, end: 14 });
    assert.match(finding?.message ?? "", /100 GB \(90–120 GB\).*does not fit on 8× H100 SXM.*16× H100 SXM/);
  });

  it("does not warn of hardware that the file never named", () => assert.deepEqual(find(tight(undefined)), []));

  it("warns above the budget, and mentions that it may be exceeded", () => {
    assert.match(
      find(training(), { cost: 30_000 })[0]?.message ?? "",
      /Cost \$41k \(29k–58k\) exceeds the budget of \$30k/,
    );
    assert.equal(find(training(), { cost: 30_000 })[0]?.severity, "warning");
    assert.equal(find(training(), { cost: 50_000 })[0]?.severity, "information");
    assert.deepEqual(find(training(), { cost: 60_000 }), []);
    assert.equal(find(allocation(), { costPerMonth: 1000 })[0]?.code, "budget");
    assert.deepEqual(find(allocation(), { cost: 1 }), []);
  });

  it("does not charge a budget twice for what is counted elsewhere", () => {
    const one = training();
    assert.deepEqual(find({ ...one, recognized: { ...one.recognized, countedIn: "other" } }, { cost: 1 }), []);
  });

  it("finds accelerators that are not nodes times accelerators per node", () => {
    const fields = { accelerators: 60, nodes: 8, acceleratorsPerNode: 8 };
    const stated = Object.fromEntries(
      Object.entries(fields).map(([name, value], at) => [name, fileFact(value, at, at + 1)]),
    );
    const [finding] = find(subject("allocation", { fields, facts: stated }));
    assert.equal(finding?.code, "contradiction");
    assert.match(finding?.message ?? "", /Accelerators is 60, but nodes 8 × accelerators per node 8 is 64/);
    assert.deepEqual(find(subject("allocation", { fields: { ...fields, accelerators: 64 }, facts: stated })), []);
  });

  it("does not doubt a count that recognition multiplied itself", () => {
    const fields = { accelerators: 60, nodes: 8, acceleratorsPerNode: 8 };
    const stated = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fileFact(value, 0, 1, { note: "2 × 30" })]),
    );
    assert.deepEqual(find(subject("allocation", { fields, facts: stated })), []);
  });

  it("points at the value that cannot be read", () => {
    const broken = subject("training", {
      fields: { accelerators: "many" },
      facts: { accelerators: fileFact("many", 7, 11) },
    });
    assert.deepEqual(find(broken)[0]?.range, { start: 7, end: 11 });
    assert.equal(find(broken)[0]?.code, "value");
  });

  it("speaks of unknown fields only where a person wrote them for us", () => {
    const extra = { path: ["colour"], message: "unknown field colour", severity: "warning" } as const;
    const one = { ...subject("allocation"), problems: [extra] };
    assert.deepEqual(find(one), []);
    assert.equal(find({ ...one, recognized: { ...one.recognized, dialect: "native" } }).length, 1);
    const directive = fileFact("red", 3, 6, { source: "directive" });
    assert.deepEqual(find({ ...one, facts: { colour: directive } })[0]?.range, { start: 3, end: 6 });
  });

  it("prints no control characters of the file", () => {
    const one = hostile("a\u001b[31m\nb");
    const problem = { path: ["\u001b[2J"], message: "x\u001b[31m\ny", severity: "warning" } as const;
    for (const { message } of find({ ...one, problems: [problem] })) assert.doesNotMatch(message, /\p{Cc}/u);
  });
});
