import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { interval } from "../../../src/core/quantity";
import { boundSentence, boundTitle } from "../../../src/present/bound";
import { explainText } from "../../../src/present/explain";
import { hoverMarkdown, hoverTarget } from "../../../src/present/hover";
import { lensTitle } from "../../../src/present/lensTitle";
import { createFormatter } from "../../../src/present/numbers";
import { buildReport } from "../../../src/present/report";
import { reportText } from "../../../src/present/reportText";
import type { Subject } from "../../../src/present/subject";
import { allocation, facts, training } from "./fixtures";

const format = createFormatter("en");
const bounded: Subject = {
  ...allocation(),
  bound: {
    hours: 96,
    cost: interval(37_000, 55_000, 150_000, "USD"),
    energy: interval(60_000, 70_000, 80_000, "kWh"),
    carbon: interval(20_000, 33_000, 45_000, "kgCO2e"),
  },
};

describe("a time limit as an upper bound", () => {
  it("is told in the lens as at most so much in at most so long", () =>
    assert.match(lensTitle(bounded, { names: facts, format }), / · ≤ \$55k in ≤ 4 d/));
  it("is told by energy where no price is known", () =>
    assert.equal(
      boundTitle({ hours: 96, energy: interval(60_000, 70_000, 80_000, "kWh") }, format),
      "≤ 70 MWh in ≤ 4 d",
    ));
  it("is not told where nothing is known but the limit", () => {
    assert.equal(boundTitle({ hours: 96 }, format), undefined);
    assert.equal(boundSentence({ hours: 96 }, format), undefined);
  });
  it("is absent where a run has an end of its own", () =>
    assert.doesNotMatch(lensTitle(training(), { names: facts, format }), /≤/));
  it("is a sentence in the hover", () => {
    const [field, fact] = Object.entries(bounded.facts).find(([, one]) => one.range !== undefined) ?? [];
    assert.ok(field !== undefined && fact?.range !== undefined);
    const target = hoverTarget([bounded], fact.range.start);
    assert.ok(target);
    const text = hoverMarkdown(target, { facts, format, reestimate: () => undefined });
    assert.match(text, /Upper bound: at most .*55k.*33 tCO₂e.*4 d/);
  });
  it("is in the explanation", () =>
    assert.match(explainText(bounded, { facts, format }), /Upper bound: at most \$55k/));
  it("is in the report, but not in its totals", () => {
    const report = buildReport(
      [{ path: "a.yaml", positionOf: () => ({ line: 0, character: 0 }), workloads: [bounded], problems: [] }],
      { asOf: "2026-08-10", names: facts } as Parameters<typeof buildReport>[1],
    );
    assert.equal(report.files[0]?.workloads[0]?.bound?.cost?.central, 55_000);
    assert.equal(report.totals.cost, undefined);
    assert.match(reportText(report, "table", format), /≤ \$55k in ≤ 4 d/);
  });
});
