/** Pages and schemas that are written from code and data are those that the code and data give now. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { measureAccuracy } from "../../../scripts/accuracy";
import accuracy from "../../../scripts/calibration/data/accuracy.json";
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
