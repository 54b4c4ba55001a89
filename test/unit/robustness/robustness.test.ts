/** Hostile texts through the whole way and through every dialect: nothing thrown, a note or silence, no nonsense in a number. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import type { Language } from "../../../src/analysis/analysis";
import { Analyzer } from "../../../src/analysis/analyzer";
import { createCatalog } from "../../../src/catalog/catalog";
import { defaultLimits, interactiveWork, parsingWork } from "../../../src/document/limits";
import { parseMarkdown } from "../../../src/document/markdown";
import { parseDocuments } from "../../../src/document/parse";
import type { TreeDocument } from "../../../src/document/tree";
import { workOfOneEdit } from "../../../src/document/work";
import { explainText } from "../../../src/present/explain";
import { hoverMarkdown, hoverTarget } from "../../../src/present/hover";
import { lensTitle } from "../../../src/present/lensTitle";
import { createFormatter } from "../../../src/present/numbers";
import { buildReport } from "../../../src/present/report";
import { reportText } from "../../../src/present/reportText";
import { recognize } from "../../../src/recognize/recognize";
import type { RecognitionContext } from "../../../src/recognize/recognized";
import { dialects } from "../../../src/recognize/registry";
import { hostileTexts, largeJson, longDocument, longStream } from "./hostile";

const facts = createCatalog();
const format = createFormatter("en");

const documentsOf = (text: string, language: Language): readonly TreeDocument[] =>
  language === "markdown" ? parseMarkdown(text) : parseDocuments(text, language).documents;

/** Every face that prints an analysis. Returns what was found. */
function throughAllFaces(text: string, language: Language, path = "x.yaml"): { workloads: number; codes: string[] } {
  const analyzer = new Analyzer({ facts });
  const { workloads, problems } = analyzer.analyze({ path, text, language });
  for (const subject of workloads) {
    const { range, anchor } = subject.recognized;
    assert.ok(range.start >= 0 && range.end <= text.length && anchor <= text.length, "a range outside the text");
    for (const quantity of Object.values(subject.estimate?.quantities ?? {})) {
      const { low, central, high } = quantity;
      assert.ok(low <= central && central <= high, `${low} ≤ ${central} ≤ ${high}`);
    }
    assert.doesNotMatch(lensTitle(subject, { names: facts, format }), /NaN|undefined|Infinity/);
    const target = hoverTarget(workloads, anchor + 1);
    if (target)
      hoverMarkdown(target, {
        facts,
        format,
        reestimate: (changes) => analyzer.reestimate(subject, changes),
        actions: [],
      });
    explainText(subject, { facts, format });
  }
  const report = buildReport([{ path, positionOf: () => ({ line: 0, character: 0 }), workloads, problems }], {
    names: facts,
    asOf: facts.asOf,
  });
  for (const as of ["table", "markdown", "csv", "json"] as const) assert.ok(reportText(report, as, format).length > 0);
  return { workloads: workloads.length, codes: problems.map(({ code }) => code) };
}

describe("hostile texts", () => {
  for (const { name, language, text, path } of hostileTexts) {
    it(`go through every face: ${name}`, () => {
      const { codes } = throughAllFaces(text, language, path);
      assert.ok(codes.length <= 200, `${codes.length} problems`);
    });
    it(`go through every dialect: ${name}`, () => {
      const documents = documentsOf(text, language).slice(0, 20);
      const context: RecognitionContext = {
        path: path ?? "x.yaml",
        documents,
        read: () => undefined,
        parse: () => [],
        follow: () => [],
      };
      for (const document of documents)
        for (const dialect of dialects)
          assert.doesNotThrow(() => {
            if (document.root && dialect.matches(document, context)) dialect.read(document, context);
          }, `${dialect.id} throws`);
      recognize(documents, "x.yaml", () => undefined);
    });
  }

  it("say what was too much for them", () => {
    const code = (name: string): string[] => {
      const found = hostileTexts.find((one) => one.name === name);
      assert.ok(found, name);
      return throughAllFaces(found.text, found.language).codes;
    };
    assert.deepEqual(code("an alias bomb"), ["aliasExpansion"]);
    assert.deepEqual(code("merge keys upon merge keys"), ["aliasExpansion"]);
    assert.deepEqual(code("flow brackets in the deep"), ["tooDeep"]);
    assert.deepEqual(code("JSON in the deep"), ["tooDeep"]);
  });
  it("are estimated where a person could: templates and tabs", () => {
    for (const name of ["a Helm template", "a shell script without end"]) {
      const found = hostileTexts.find((one) => one.name === name);
      assert.equal(throughAllFaces(found?.text ?? "", "yaml").workloads, 1, name);
    }
  });
  it("never throw, whatever is cut out of or put into them", () => {
    const languages = fc.constantFrom<Language>("yaml", "json", "jsonc", "markdown");
    const small = hostileTexts.filter(({ text }) => text.length < 4000).map(({ text }) => text);
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.nat(4000),
        fc.nat(40),
        fc.string({ unit: "binary" }),
        languages,
        (text, at, length, added, language) => {
          throughAllFaces(text.slice(0, at) + added + text.slice(at + length), language);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("large texts", () => {
  it("are not parsed beyond the limit, and say so", () => {
    const { documents, problems } = parseDocuments(largeJson(50), "json");
    assert.deepEqual([documents.length, problems.map(({ code }) => code)], [0, ["tooLarge"]]);
    assert.match(problems[0]?.message ?? "", /50\.0 MB .*limit 1\.0 MB/);
  });
  it("stay in the bounds of one problem where they are 100,000 lines", () => {
    const { workloads, codes } = throughAllFaces(longDocument(100_000), "yaml");
    assert.deepEqual([workloads, codes], [0, ["tooLarge"]]);
    assert.ok(longDocument(100_000).length > defaultLimits.length);
  });
});

describe("work of one edit", () => {
  it("lets documents of two thousand lines through", () =>
    assert.ok(workOfOneEdit("key: some value of it\n".repeat(2000), "yaml") <= interactiveWork));
  for (const [name, text] of [
    ["100,000 lines", `nvidia.com/gpu: 8\nl:\n${"- 1\n".repeat(100_000)}`],
    ["100,000 lines of sparse text", `nvidia.com/gpu: 8\n${"a: 1\n\n".repeat(50_000)}`],
    ["one line of 20,000 items", `a: [${"1,".repeat(20_000)}]`],
    ["one line of nested sequences", `a: ${"- ".repeat(20_000)}`],
    ["quotes upon quotes", `a: ${'"" '.repeat(20_000)}`],
    ["tabs", "a:\n\tb: 1\n".repeat(3000)],
  ] as const)
    it(`is too much for ${name}`, () => assert.ok(workOfOneEdit(text, "yaml") > interactiveWork));
  it("is that of the largest document of a stream", () => {
    assert.ok(workOfOneEdit(longStream(1000), "yaml") < interactiveWork / 25);
    assert.equal(workOfOneEdit(`a: 1\n---\n${"b: 1\n".repeat(9)}`, "yaml"), parsingWork(`---\n${"b: 1\n".repeat(9)}`));
  });
  it("is that of all blocks of Markdown", () => {
    const block = `\`\`\`yaml\n${longDocument(800)}\`\`\`\n`;
    assert.ok(workOfOneEdit(block, "markdown") < interactiveWork);
    assert.ok(workOfOneEdit(block.repeat(5), "markdown") > interactiveWork);
    assert.equal(workOfOneEdit("prose, ".repeat(100_000), "markdown"), 0);
  });
  it("grows with the text", () =>
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => parsingWork(a + b) >= parsingWork(a))));
});
