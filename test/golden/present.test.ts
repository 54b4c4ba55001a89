/**
 * The words in full, against files: a change of wording shows up as a diff to look at. `UPDATE_GOLDEN=1` writes the files anew.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { scale } from "../../src/core/quantity";
import { explainMarkdown, explainText } from "../../src/present/explain";
import { hoverMarkdown, hoverTarget } from "../../src/present/hover";
import { lensTitle } from "../../src/present/lensTitle";
import { createFormatter } from "../../src/present/numbers";
import { type AnalyzedFile, buildReport } from "../../src/present/report";
import { reportFormats, reportText } from "../../src/present/reportText";
import type { Subject } from "../../src/present/subject";
import { allocation, facts, hostile, hostileTexts, training } from "../unit/present/fixtures";

const folder = join("test", "golden", "present");
const format = createFormatter("en");

function assertGolden(name: string, words: string): void {
  const text = words.replaceAll("\r\n", "\n");
  const path = join(folder, `${name}.golden`);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1 and read it`);
  assert.equal(text, readFileSync(path, "utf8").replaceAll("\r\n", "\n"));
}

const allHostile = hostileTexts.join(" ");
const subjects: readonly (readonly [string, () => Subject])[] = [
  ["training", training],
  ["allocation", allocation],
  ["hostile", () => hostile(allHostile)],
];

function hoverOf(subject: Subject, offset: number): string {
  const target = hoverTarget([subject], offset);
  assert.ok(target);
  return hoverMarkdown(target, {
    facts,
    format,
    reestimate: () =>
      subject.estimate && {
        ...subject.estimate,
        quantities: Object.fromEntries(
          Object.entries(subject.estimate.quantities).map(([key, quantity]) => [key, scale(quantity, 2)]),
        ),
      },
    actions: [
      {
        label: "Explain",
        command: "aiCostLens.explainEstimate",
        argument: { uri: "file:///w/a (1).yaml", workload: subject.recognized.id },
        title: "The chain of formulas",
      },
    ],
  });
}

describe("golden words", () => {
  it("lens titles", () =>
    assertGolden(
      "lens.txt",
      `${subjects.map(([name, make]) => `${name}: ${lensTitle(make(), { names: facts, format })}`).join("\n")}\n`,
    ));

  for (const [name, offset] of [
    ["training", 61],
    ["training", 31],
    ["training", 12],
    ["allocation", 5],
    ["hostile", 5],
  ] as const)
    it(`hover of ${name} at ${offset}`, () => {
      const subject = subjects.find(([one]) => one === name)?.[1]();
      assert.ok(subject);
      assertGolden(`hover-${name}-${offset}.md`, `${hoverOf(subject, offset)}\n`);
    });

  for (const [name, make] of subjects) {
    it(`chain of formulas of ${name}`, () => {
      assertGolden(`explain-${name}.md`, explainMarkdown(make(), { facts, format }));
      assertGolden(`explain-${name}.txt`, explainText(make(), { facts, format }));
    });
  }

  const files: readonly AnalyzedFile[] = [
    ["train.yaml", training()] as const,
    ["infra/reserved.yaml", allocation()] as const,
    [`${allHostile}.yaml`, hostile(allHostile)] as const,
  ].map(([path, subject]) => ({
    path,
    positionOf: (offset) => ({ line: Math.floor(offset / 10), character: offset % 10 }),
    workloads: [subject],
    problems: [],
  }));
  for (const as of reportFormats)
    it(`report as ${as}`, () =>
      assertGolden(
        `report.${{ table: "txt", markdown: "md", csv: "csv", json: "json" }[as]}`,
        reportText(buildReport(files, { names: facts, asOf: facts.asOf, budget: { cost: 30_000 } }), as, format),
      ));
});
