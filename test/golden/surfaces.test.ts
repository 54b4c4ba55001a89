/** The same number on every face: lens, hover, report in four formats, explanation, comparison, command line. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PassThrough, Readable } from "node:stream";
import { describe, it } from "mocha";
import { Analyzer } from "../../src/analysis/analyzer";
import { createCatalog } from "../../src/catalog/catalog";
import { answerBlock } from "../../src/cli/answers";
import { estimateStream } from "../../src/cli/estimateStream";
import { comparisonMarkdown } from "../../src/compare/export";
import { newComparison } from "../../src/compare/scenarios";
import { buildView } from "../../src/compare/view";
import { LineIndex } from "../../src/document/positions";
import { explainText } from "../../src/present/explain";
import { lensTitle } from "../../src/present/lensTitle";
import { createFormatter } from "../../src/present/numbers";
import { buildReport } from "../../src/present/report";
import { reportText } from "../../src/present/reportText";

const facts = createCatalog();
const format = createFormatter("en");
const files = ["kubernetes/llama-70b-serving.yaml", "training/axolotl-qlora.yaml", "launchers/skypilot-finetune.yaml"];

describe("every face prints the same number", () => {
  for (const path of files)
    it(path, async () => {
      const text = readFileSync(`examples/${path}`, "utf8");
      const analyzer = new Analyzer({ facts });
      const { workloads } = analyzer.analyze({ path, text, language: "yaml" });
      const subject = workloads[0];
      assert.ok(subject?.estimate && subject.workload, "a workload with an estimate");
      const key = subject.estimate.quantities.cost ? "cost" : "costRate";
      const quantity = subject.estimate.quantities[key];
      assert.ok(quantity, "a price");
      const number = format.quantity(quantity);

      assert.ok(lensTitle(subject, { names: facts, format }).includes(number), "lens");
      const index = new LineIndex(text);
      const report = buildReport([{ path, positionOf: (offset) => index.position(offset), workloads, problems: [] }], {
        names: facts,
        asOf: facts.asOf,
      });
      assert.equal(report.files[0]?.workloads[0]?.estimate?.[key]?.central, quantity.central, "report object");
      // Without an end a report counts in months, the others in hours as well.
      const month = subject.estimate.quantities.costPerMonth;
      const inReport = key === "cost" || month === undefined ? number : format.quantity(month);
      for (const as of ["table", "markdown"] as const)
        assert.ok(reportText(report, as, format).replaceAll("\\", "").includes(inReport), `report as ${as}`);
      assert.ok(reportText(report, "csv", format).includes(String(quantity.central)), "report as csv");
      assert.equal(
        JSON.parse(reportText(report, "json", format)).files[0].workloads[0].estimate[key].central,
        quantity.central,
        "report as json",
      );
      assert.ok(explainText(subject, { facts, format }).includes(number), "explanation");

      const view = buildView(
        newComparison(subject.recognized.id),
        {
          analyzer,
          format,
          find: () => subject,
          title: "",
          subtitle: "",
          options: { accelerators: [], regions: [] },
          additions: [],
        },
        1,
      );
      assert.equal(view.results.find((row) => row.key === key)?.cells[0]?.text, number, "comparison");
      assert.ok(comparisonMarkdown(view).replaceAll("\\", "").includes(number), "comparison as Markdown");

      const output = new PassThrough();
      await estimateStream(Readable.from([Buffer.from(`${JSON.stringify(subject.workload)}\n`)]), output, {
        answer: async (block) => answerBlock(block, facts),
      });
      assert.equal(JSON.parse(String(output.read())).estimate[key].central, quantity.central, "command line");
    });
});
