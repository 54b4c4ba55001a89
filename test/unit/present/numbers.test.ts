import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { quantityUnits } from "../../../src/core/estimate";
import { exact, interval } from "../../../src/core/quantity";
import { createFormatter } from "../../../src/present/numbers";

const format = createFormatter("en");
const units = [...new Set(Object.values(quantityUnits))];

describe("numbers in words", () => {
  for (const [value, unit, expected] of [
    [41_234, "USD", "$41k"],
    [0, "USD", "$0"],
    [0.0123, "USD", "$0.012"],
    [999.6, "USD", "$1k"],
    [1_250_000, "USD", "$1.3M"],
    [3.2e13, "USD", "$32T"],
    [31.4, "USD/h", "$31/h"],
    [23_000, "kWh", "23 MWh"],
    [0.3e-3, "kWh", "300 mWh"],
    [0.34, "kWh", "340 Wh"],
    [29.2e9, "kWh", "29 TWh"],
    [9.6e5, "kWh", "960 MWh"],
    [8100, "kgCO2e", "8.1 tCO₂e"],
    [0.5, "kgCO2e", "500 gCO₂e"],
    [0.9, "kgCO2e/h", "900 gCO₂e/h"],
    [5.2, "kW", "5.2 kW"],
    [0.25, "kW", "250 W"],
    [650, "W", "650 W"],
    [268, "h", "11 d"],
    [36, "h", "36 h"],
    [1.5, "h", "1.5 h"],
    [0.5, "h", "30 min"],
    [0.01, "h", "36 s"],
    [26_280, "h", "3 yr"],
    [8760, "h", "1 yr"],
    [0.01, "accelerator-hours", "36 s"],
    [0.5, "accelerator-hours", "30 min"],
    [17_200, "accelerator-hours", "17k h"],
    [0.043, "s", "43 ms"],
    [61.2, "GB", "61 GB"],
    [1640, "GB", "1.6 TB"],
    [131_072, "B/token", "130 kB/token"],
    [2412, "tokens/s", "2.4k tokens/s"],
    [3.5e21, "FLOP", "3.5e21 FLOP"],
    [1.6e10, "FLOP/token", "16 GFLOP/token"],
    [8.03e9, "1", "8B"],
    [2_500_000, "L", "2,500 m³"],
  ] as const)
    it(`prints ${value} ${unit} as ${expected}`, () => assert.equal(format.value(value, unit), expected));

  it("writes ranges with the magnitude on both ends and the unit once", () => {
    assert.equal(format.range(interval(29_000, 41_000, 58_000, "USD")), "29k–58k");
    assert.equal(format.range(interval(950, 1100, 1200, "USD")), "950–1.2k");
    assert.equal(format.range(interval(16_000, 23_000, 31_000, "kWh")), "16–31 MWh");
    assert.equal(format.range(interval(900, 1000, 1200, "kWh")), "900 kWh–1.2 MWh");
    assert.equal(format.range(interval(1, 2, 3, "kgCO2e/h")), "1–3 kgCO₂e/h");
  });

  it("leaves a range out that shows nothing more", () => {
    assert.equal(format.range(exact(5, "USD")), undefined);
    assert.equal(format.range(interval(4.999, 5, 5.001, "USD")), undefined);
    assert.equal(format.quantityWithRange(exact(5, "USD")), "$5");
  });

  it("signs differences", () => {
    assert.equal(format.difference(41_000, "USD"), "+$41k");
    assert.equal(format.difference(-3.2, "h"), "−3.2 h");
    assert.equal(format.difference(0, "USD"), "±0");
  });

  it("prints whole counts in full", () => {
    assert.equal(format.count(1024), "1,024");
    assert.equal(format.count(16_384), "16,384");
    assert.equal(format.count(0.5), "0.5");
  });

  it("follows the locale's separators and survives a locale that does not exist", () => {
    assert.equal(createFormatter("de").value(1_250_000, "USD"), "$1,3M");
    assert.equal(createFormatter("not_a_locale!").value(1500, "USD"), "$1.5k");
  });

  it("never prints NaN, Infinity or undefined", () =>
    fc.assert(
      fc.property(fc.double(), fc.constantFrom(...units), (value, unit) => {
        assert.doesNotMatch(format.value(value, unit), /NaN|Infinity|undefined/);
        assert.doesNotMatch(format.difference(value, unit), /NaN|Infinity|undefined/);
      }),
    ));

  it("never prints a positive number as zero", () =>
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e25, noNaN: true }), fc.constantFrom(...units), (value, unit) => {
        const [digits = ""] = /[\d.,]+(e-?\d+)?/.exec(format.value(value, unit).replaceAll(",", "")) ?? [];
        assert.ok(Number(digits) > 0, format.value(value, unit));
      }),
    ));

  it("stays within half a unit of the second digit", () =>
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e14, noNaN: true }), (value) => {
        const text = format.value(value, "USD").slice(1);
        const factor = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 }[text.at(-1) ?? ""] ?? 1;
        const shown = Number.parseFloat(text.replaceAll(",", "")) * factor;
        assert.ok(Math.abs(shown - value) <= 0.0501 * value, `${value} as ${text}`);
      }),
    ));
});
