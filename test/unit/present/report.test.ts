import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { exact } from "../../../src/core/quantity";
import { explainMarkdown, explainText } from "../../../src/present/explain";
import { lensTitle } from "../../../src/present/lensTitle";
import { createFormatter } from "../../../src/present/numbers";
import { type AnalyzedFile, buildReport } from "../../../src/present/report";
import { reportCsv, reportMarkdown, reportTable, reportText } from "../../../src/present/reportText";
import type { Subject } from "../../../src/present/subject";
import { allocation, facts, hostile, hostileTexts, subject, training } from "./fixtures";
import { forbidden, readMarkdown } from "./tokens";

const format = createFormatter("en");
const file = (path: string, ...workloads: Subject[]): AnalyzedFile => ({
  path,
  positionOf: (offset) => ({ line: Math.floor(offset / 10), character: offset % 10 }),
  workloads,
  problems: [],
});
const report = (...files: AnalyzedFile[]) => buildReport(files, { names: facts, asOf: facts.asOf });

describe("the report", () => {
  it("has the contract's shape", () => {
    const { files, ...head } = report(file("a/train.yaml", training()));
    assert.equal(head.schema, "ai-cost-lens/report@1");
    assert.match(head.methodology, /^\d+\.\d+\.\d+$/);
    assert.deepEqual(head.catalog, { asOf: "2026-08-10" });
    const workload = files[0]?.workloads[0];
    assert.equal(workload?.kind, "training");
    assert.deepEqual(workload?.range, { start: { line: 0, character: 0 }, end: { line: 10, character: 0 } });
    assert.deepEqual(workload?.facts.accelerator, {
      value: "H100-SXM",
      source: "file",
      path: "/x",
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 8 } },
      confidence: "high",
    });
    assert.deepEqual(workload?.estimate?.cost, { low: 29_000, central: 41_000, high: 58_000, unit: "USD" });
    assert.equal(workload?.estimate?.memoryPerAccelerator?.fits, true);
    assert.equal(workload?.assumptions.length, 4);
    assert.equal(workload?.steps[0]?.quantity, "cost");
  });

  it("survives JSON: nothing is NaN, nothing is lost", () => {
    const one = report(file("a.yaml", training(), allocation()));
    assert.deepEqual(JSON.parse(reportText(one, "json", format)), JSON.parse(JSON.stringify(one)));
    assert.doesNotMatch(reportText(one, "json", format), /null|NaN/);
  });

  it("shows the lens's own line", () => {
    const [workload] = report(file("a.yaml", training())).files[0]?.workloads ?? [];
    assert.equal(workload?.summary, lensTitle(training(), { names: facts, format }));
  });

  it("adds up what is known, over all files, the ends with it", () => {
    const { totals } = report(file("a.yaml", training()), file("b.yaml", training(), allocation()));
    assert.deepEqual(totals.cost, { low: 58_000, central: 82_000, high: 116_000, unit: "USD" });
    assert.equal(totals.costPerMonth?.central, 5840);
    assert.equal(totals.water, undefined);
  });

  it("does not add a month's cost to the total of the same workload", () => {
    const one = training();
    const both = { ...one.estimate, quantities: { ...one.estimate?.quantities, costPerMonth: exact(9, "USD") } };
    const { totals } = report(file("a.yaml", { ...one, estimate: both as typeof one.estimate }));
    assert.equal(totals.cost?.central, 41_000);
    assert.equal(totals.costPerMonth, undefined);
  });

  it("counts once what is counted once", () => {
    const part = training();
    const counted = { ...part, recognized: { ...part.recognized, countedIn: "test:/other" } };
    assert.equal(report(file("a.yaml", training(), counted)).totals.cost?.central, 41_000);
  });

  it("has no totals where nothing is known", () =>
    assert.deepEqual(report(file("a.yaml", subject("allocation"))).totals, {}));

  it("places problems by line", () => {
    const problems = [{ severity: "warning", code: "template", message: "braces", start: 25, end: 29 }] as const;
    const [problem] = report({ ...file("a.yaml"), problems }).files[0]?.problems ?? [];
    assert.deepEqual(problem?.range.start, { line: 2, character: 5 });
  });

  it("gives no range for a fact of another file", () => {
    const one = subject("training", {
      facts: {
        tokens: { value: 1, source: "referenced", confidence: "high", file: "base.yaml", range: { start: 0, end: 9 } },
      },
    });
    const fact = report(file("a.yaml", one)).files[0]?.workloads[0]?.facts.tokens;
    assert.equal(fact?.file, "base.yaml");
    assert.equal(fact?.range, undefined);
  });

  it("prints the same numbers as table, Markdown and lens", () => {
    const one = report(file("a.yaml", training()));
    for (const text of [reportTable(one, format), reportMarkdown(one, format)]) {
      assert.match(text, /\$41k \(29k–58k\)/);
      assert.match(text, /23 MWh/);
      assert.match(text, /64× H100 SXM/);
    }
  });

  it("leaves cells of unknown quantities without a zero", () => {
    assert.match(reportTable(report(file("a.yaml", subject("allocation"))), format), /–\s+–\s+–/);
  });

  it("is one row per workload in CSV, with full numbers", () => {
    const lines = reportCsv(report(file("a.yaml", training(), allocation())))
      .trimEnd()
      .split("\r\n");
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? "", /cost low \(USD\),cost central \(USD\),cost high \(USD\)/);
    assert.match(lines[1] ?? "", /,29000,41000,58000,/);
  });

  it("says so when there is nothing", () => {
    assert.match(reportTable(report(), format), /No workloads found/);
    assert.match(reportMarkdown(report(), format), /No workloads were found/);
  });

  for (const text of hostileTexts) {
    it(`keeps ${JSON.stringify(text)} inert in Markdown`, () => {
      const markdown = reportMarkdown(report(file(text, hostile(text))), format, { title: text });
      const explained = explainMarkdown(hostile(text), { facts, format });
      for (const page of [markdown, explained]) {
        const { types, links } = readMarkdown(page);
        assert.deepEqual(links, []);
        for (const type of forbidden) assert.ok(!types.includes(type), `${type}: ${page}`);
      }
      const columns = 7;
      const { types } = readMarkdown(markdown);
      assert.equal(types.filter((type) => type === "td_open").length % columns, (3 * totalRows(markdown)) % columns);
    });

    it(`lets ${JSON.stringify(text)} run nothing in a terminal or a spreadsheet`, () => {
      const one = report(file(text, hostile(text)));
      for (const page of [reportTable(one, format), explainText(hostile(text), { facts, format })])
        assert.doesNotMatch(page.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
      const cells = reportCsv(one).split("\r\n")[1] ?? "";
      assert.doesNotMatch(cells, /(^|,)"?[=+@]/);
    });
  }
});

/** Rows of the totals table, which has three columns. */
const totalRows = (markdown: string): number =>
  (markdown.split("## Workloads")[0] ?? "").split("\n").filter((line) => line.startsWith("| ") && !line.includes("---"))
    .length - 1;
