/** Pages and schemas that are written from code and data are those that the code and data give now. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { measureAccuracy } from "../../../scripts/accuracy";
import accuracy from "../../../scripts/calibration/data/accuracy.json";
import wider from "../../../scripts/calibration/data/check/accuracy.json";
import widerBlind from "../../../scripts/calibration/data/check/first.json";
import later from "../../../scripts/calibration/data/recheck/accuracy.json";
import laterBlind from "../../../scripts/calibration/data/recheck/first.json";
import { generated } from "../../../scripts/docs";

const root = join(__dirname, "../../..");

describe("generated files", () => {
  for (const [path, make] of Object.entries(generated))
    it(`${path} is current: run \`npm run docs\` after a change`, () =>
      assert.ok(readFileSync(join(root, path), "utf8") === make(), `${path} is not what the code gives`));

  it("holds the dialects, the method and the schema", () =>
    assert.deepEqual(Object.keys(generated).sort(), [
      "docs/dialects.md",
      "docs/method.md",
      "media/aicost.schema.json",
    ]));
});

describe("the published error", () => {
  let measured: ReturnType<typeof measureAccuracy>;
  before(() => {
    measured = measureAccuracy();
  });

  it("is of this methodology", () => assert.equal(accuracy.methodology, measured.methodology));

  it("is what the code gives, within one point: run `npm run accuracy -- --json` and `npm run docs` after a change", () => {
    const published = new Map(accuracy.figures.map((one) => [`${one.figure}, ${one.source}`, one]));
    assert.deepEqual(
      measured.figures.map((one) => `${one.figure}, ${one.source}`),
      [...published.keys()],
    );
    for (const one of measured.figures) {
      const name = `${one.figure}, ${one.source}`;
      const stated = published.get(name);
      assert.ok(
        stated && Math.abs(stated.median - one.median) <= 0.01,
        `${name}: ${stated?.median}, now ${one.median}`,
      );
      assert.equal(stated.answered, one.answered, name);
    }
  });

  it("answers every row", () => {
    for (const one of measured.figures) assert.equal(one.answered, one.rows, `${one.figure}, ${one.source}`);
  });

  it("is below what the simple rules reach on the same rows", () => {
    for (const one of measured.baselines) assert.ok(one.ours < one.median, `${one.figure}, ${one.on}`);
  });
});

describe("the published error on other publishers' rows", () => {
  for (const [folder, published, blind] of [
    ["data/check", wider, widerBlind],
    ["data/recheck", later, laterBlind],
  ] as const) {
    it(`is what the code gives for ${folder}, within one point: run \`npm run accuracy\` with --json for each folder after a change`, () => {
      const measured = measureAccuracy(folder);
      assert.equal(published.methodology, measured.methodology);
      assert.deepEqual(
        measured.figures.map(({ figure, source, rows }) => [figure, source, rows]),
        published.figures.map(({ figure, source, rows }) => [figure, source, rows]),
      );
      measured.figures.forEach(({ figure, source, median }, index) => {
        const stated = published.figures[index]?.median ?? Number.NaN;
        assert.ok(Math.abs(stated - median) <= 0.01, `${figure}, ${source}: ${stated}, now ${median}`);
      });
    });

    it(`of ${folder} was judged blind on the same rows`, () => {
      const counts = ({ figures }: typeof published | typeof blind) =>
        figures.map(({ figure, source, rows }) => `${figure}, ${source}: ${rows}`).sort();
      assert.deepEqual(counts(blind), counts(published));
    });
  }
});
