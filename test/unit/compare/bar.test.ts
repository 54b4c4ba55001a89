import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { barsOf } from "../../../src/compare/page/bar";

describe("interval bars", () => {
  it("share one axis from zero", () => {
    const [small, large] = barsOf(
      [
        { low: 1, central: 2, high: 5 },
        { low: 5, central: 8, high: 10 },
      ],
      100,
    );
    assert.equal(small?.low, 10);
    assert.equal(large?.low, 50);
    assert.equal((large?.low ?? 0) + (large?.width ?? 0), 100);
  });
  it("leave unknown cells out", () => assert.deepEqual(barsOf([null], 100), [null]));
  it("draw nothing for zeros", () => assert.deepEqual(barsOf([{ low: 0, central: 0, high: 0 }], 100), [null]));
  it("stay inside the track", () => {
    const cell = fc
      .tuple(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
      )
      .map((values) => values.sort((a, b) => a - b))
      .map(([low = 0, central = 0, high = 0]) => ({ low, central, high }));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (cells) => {
        for (const bar of barsOf(cells, 120))
          if (bar) assert.ok(bar.low >= 0 && bar.low <= 120 && bar.central >= 0 && bar.central <= 120 + 1e-6);
      }),
    );
  });
});
