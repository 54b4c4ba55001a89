import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Facts } from "../../../src/core/facts";
import { explainMarkdown, explainText } from "../../../src/present/explain";
import { createFormatter } from "../../../src/present/numbers";
import { buildReport } from "../../../src/present/report";
import { reportMarkdown } from "../../../src/present/reportText";
import { facts, fileFact, subject } from "./fixtures";

const format = createFormatter("en");
/** One model, whose source has characters that Markdown means something by. */
const names: Facts = {
  ...facts,
  model: (name) =>
    name === "org/m-8b"
      ? {
          value: {
            id: name,
            spec: { parameters: 8e9, layers: 32, hiddenSize: 4096 },
            source: "config_of_*org*",
            date: "2026-01-02",
            confidence: "high",
          },
          how: "exact",
          confidence: "high",
        }
      : undefined,
};
const tuned = (model: string) =>
  subject("fineTuning", {
    fields: { model },
    facts: { model: fileFact(model, 0, 5), teacher: fileFact("org/x", 6, 9) },
  });

describe("the source of a model's dimensions", () => {
  it("stands in the explanation", () => {
    const text = explainText(tuned("org/m-8b"), { facts: names, format });
    assert.match(text, /Model in the catalogue: .*32 layers.*\(config_of_\*org\*, 2026-01-02\)/);
    assert.doesNotMatch(text, /Teacher in the catalogue/);
    const markdown = explainMarkdown(tuned("org/m-8b"), { facts: names, format });
    assert.ok(markdown.includes("config\\_of\\_\\*org\\*"), markdown);
  });

  it("stands in the report", () => {
    const positionOf = () => ({ line: 0, character: 0 });
    const file = { path: "a.yaml", positionOf, workloads: [tuned("org/m-8b")], problems: [] };
    const report = buildReport([file], { names, asOf: names.asOf });
    const [workload] = report.files[0]?.workloads ?? [];
    assert.deepEqual(workload?.facts.model?.catalog, { source: "config_of_*org*", date: "2026-01-02" });
    assert.equal(workload?.facts.teacher?.catalog, undefined);
    assert.match(reportMarkdown(report, format), /Model .*m-8b.*: dimensions from config/);
  });

  it("is left out where the catalogue does not know the model", () => {
    assert.doesNotMatch(explainText(tuned("org/other"), { facts: names, format }), /in the catalogue/);
  });
});
