import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { parseDuration, parseNumber } from "../../../../src/core/numbers";

describe("numbers as people write them", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["8", 8],
    ["  8 ", 8],
    ["-3", -3],
    ["+4", 4],
    ["0.5", 0.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e-4", 1e-4],
    ["2E3", 2000],
    ["100_000", 100_000],
    ["8k", 8000],
    ["8K", 8000],
    ["1.5M", 1.5e6],
    ["2m", 2e6],
    ["70B", 70e9],
    ["2b", 2e9],
    ["3G", 3e9],
    ["15T", 15e12],
    ["1P", 1e15],
    ["1.4 T", 1.4e12],
    ["1_000k", 1e6],
  ];
  for (const [text, value] of cases)
    it(`${JSON.stringify(text)} is ${value}`, () => assert.equal(parseNumber(text), value));

  for (const text of [
    "",
    " ",
    "k",
    "abc",
    "8x",
    "1.2.3",
    "0x10",
    "8bit",
    "ten",
    "1,000",
    "NaN",
    "Infinity",
    "--3",
    "1e999",
    "_",
    "$8",
    "8 9",
  ])
    it(`${JSON.stringify(text)} is not a number`, () => assert.equal(parseNumber(text), undefined));

  it("reads back every finite number", () =>
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => parseNumber(String(x)) === x)));

  it("a suffix multiplies", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (x) => {
        assert.equal(parseNumber(`${x}k`), x * 1e3);
        assert.equal(parseNumber(`${x}B`), x * 1e9);
      }),
    ));

  it("never throws and never gives NaN", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const value = parseNumber(text);
        return value === undefined || Number.isFinite(value);
      }),
    ));
});

describe("durations as people write them, in hours", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["90m", 1.5],
    ["36h", 36],
    ["2d", 48],
    ["1w", 168],
    ["3600s", 1],
    ["86400s", 24],
    ["1h30m", 1.5],
    ["1h 30min", 1.5],
    ["1.5h", 1.5],
    ["2 days", 48],
    ["1 day", 24],
    ["4 hours", 4],
    ["3hr", 3],
    ["30sec", 30 / 3600],
    ["04:00:00", 4],
    ["00:30:00", 0.5],
    ["100:00:00", 100],
    ["1-12:00:00", 36],
    ["25:23:00:00", 25 * 24 + 23],
    ["2D", 48],
  ];
  for (const [text, value] of cases)
    it(`${JSON.stringify(text)} is ${value} h`, () => {
      const parsed = parseDuration(text) as number;
      assert.ok(Math.abs(parsed - value) < 1e-9, String(parsed));
    });

  for (const text of ["", "8", "h", "1x", "1h30", "abc", "-1h", "12:00", "1:2:3:4:5", "h1", "1.2.3h"])
    it(`${JSON.stringify(text)} is not a duration`, () => assert.equal(parseDuration(text), undefined));

  it("parts add up", () =>
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(59), fc.nat(59), (h, m, s) => {
        const parsed = parseDuration(`${h}h${m}m${s}s`) as number;
        return Math.abs(parsed - (h + m / 60 + s / 3600)) < 1e-9;
      }),
    ));

  it("clock and units agree", () =>
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (h, m, s) => {
        const two = (x: number): string => String(x).padStart(2, "0");
        const clock = parseDuration(`${two(h)}:${two(m)}:${two(s)}`) as number;
        return Math.abs(clock - (parseDuration(`${h}h${m}m${s}s`) as number)) < 1e-9;
      }),
    ));

  it("never throws", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const value = parseDuration(text);
        return value === undefined || Number.isFinite(value);
      }),
    ));

  it("a long run of units is read to its end", () => {
    assert.ok(Math.abs((parseDuration("1s".repeat(3600)) as number) - 1) < 1e-9);
    assert.equal(parseDuration(`${"1s".repeat(20_000)}x`), undefined);
  });
});
