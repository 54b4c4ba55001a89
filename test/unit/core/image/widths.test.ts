import assert from "node:assert/strict";
import fc from "fast-check";
import type { Timing } from "../../../../src/core/image/law";
import { energyWidth, latencyWidth, type WidthContext } from "../../../../src/core/image/widths";

const parts = { linear: 0.4, attention: 0.3, memory: 0.3, communication: 0, launch: 0.1 };
const timing: WidthContext["timing"] = { parts, step: 1, text: 0.1, decode: 0.9, latency: 51, engineWidth: 0 };
const context: WidthContext = {
  accelerators: 1,
  architecture: 0,
  generation: 0,
  timing,
  measured: true,
  stated: true,
};
const withParts = (more: Partial<Timing["parts"]>): WidthContext => ({
  ...context,
  measured: false,
  timing: { ...timing, parts: { ...parts, ...more } },
});

describe("widths of pictures and clips", () => {
  it("are least for an engine that the fit rests on", () => {
    assert.equal(latencyWidth(context), 0.1);
    assert.ok(latencyWidth({ ...context, measured: false }) > 0.14);
    assert.ok(energyWidth({ ...context, measured: false }) > energyWidth(context));
  });
  it("grow with what software and host decide: attention, launches, decoding", () => {
    const plain = latencyWidth(withParts({}));
    assert.ok(latencyWidth(withParts({ linear: 0, memory: 0.1, attention: 0.9 })) > plain);
    assert.ok(latencyWidth(withParts({ launch: 0.98 })) > plain);
    assert.ok(latencyWidth({ ...context, measured: false, timing: { ...timing, decode: 30 } }) > plain);
  });
  it("only grow with what is not known", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (accelerators, architecture, generation, stated) => {
          const wider = { ...context, accelerators, architecture, generation, stated };
          assert.ok(latencyWidth(wider) >= latencyWidth(context));
          assert.ok(energyWidth(wider) >= energyWidth(context));
        },
      ),
    ));
});
