import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import {
  add,
  addDependent,
  divide,
  exact,
  hull,
  interval,
  logNormal,
  multiply,
  type Quantity,
  scale,
  sigmaOf,
  widen,
  z80,
} from "../../../../src/core/quantity";

const close = (a: number, b: number, tolerance = 1e-9): boolean =>
  a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
const same = (a: Quantity, b: Quantity, tolerance = 1e-9): void => {
  assert.equal(a.unit, b.unit);
  for (const end of ["low", "central", "high"] as const)
    assert.ok(close(a[end], b[end], tolerance), `${end}: ${a[end]} ≠ ${b[end]}`);
};

const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
const sigma = fc.double({ min: 0, max: 1.5, noNaN: true });
const quantity = fc.tuple(positive, sigma).map(([central, s]) => logNormal(central, s, "x"));
const lopsided = fc
  .tuple(positive, fc.double({ min: 0.1, max: 1, noNaN: true }), fc.double({ min: 1, max: 10, noNaN: true }))
  .map(([central, down, up]) => interval(central * down, central, central * up, "x"));
const any = fc.oneof(quantity, lopsided);
const ordered = (q: Quantity): boolean => q.low <= q.central * (1 + 1e-12) && q.central <= q.high * (1 + 1e-12);

describe("exact and interval", () => {
  it("an exact value has no width", () => assert.deepEqual(exact(3, "h"), { low: 3, central: 3, high: 3, unit: "h" }));
  it("refuses ends out of order", () => {
    assert.throws(() => interval(2, 1, 3, "h"), RangeError);
    assert.throws(() => interval(1, 3, 2, "h"), RangeError);
  });
  it("refuses what is not finite", () => {
    assert.throws(() => interval(Number.NaN, 1, 2, "h"), RangeError);
    assert.throws(() => interval(0, 1, Number.POSITIVE_INFINITY, "h"), RangeError);
  });
  it("names the unit in the error", () => assert.throws(() => interval(2, 1, 3, "kWh"), /kWh/));
});

describe("log-normal quantities", () => {
  it("the ends are the 10th and 90th percentile: 1.2816 standard deviations of the logarithm", () => {
    const q = logNormal(10, 0.5, "h");
    assert.ok(close(Math.log(q.high / q.central), 1.2815515655446004 * 0.5));
    assert.ok(close(q.central / q.low, q.high / q.central));
  });
  it("zero spread is exact", () => same(logNormal(7, 0, "h"), exact(7, "h")));
  it("sigmaOf gives back the spread", () =>
    fc.assert(
      fc.property(positive, sigma, (central, s) => close(sigmaOf(logNormal(central, s, "x")), s, 1e-6) || s < 1e-6),
    ));
  it("a quantity of zero has no spread", () => assert.equal(sigmaOf(exact(0, "h")), 0));
});

describe("products", () => {
  it("the product of log-normals is log-normal with added variances", () =>
    fc.assert(
      fc.property(positive, positive, sigma, sigma, (a, b, sa, sb) => {
        const product = multiply(logNormal(a, sa, "x"), logNormal(b, sb, "y"), "z");
        same(product, logNormal(a * b, Math.hypot(sa, sb), "z"), 1e-6);
      }),
    ));
  it("one is neutral", () => fc.assert(fc.property(any, (q) => same(multiply(q, exact(1, "1"), "x"), q, 1e-9))));
  it("the order does not matter", () =>
    fc.assert(fc.property(any, any, (a, b) => same(multiply(a, b, "z"), multiply(b, a, "z")))));
  it("the grouping does not matter", () =>
    fc.assert(
      fc.property(any, any, any, (a, b, c) =>
        same(multiply(multiply(a, b, "z"), c, "z"), multiply(a, multiply(b, c, "z"), "z"), 1e-7),
      ),
    ));
  it("an exact factor only scales", () =>
    fc.assert(fc.property(any, positive, (q, f) => same(multiply(q, exact(f, "1"), "x"), scale(q, f), 1e-7))));
  it("dividing by an exact value undoes multiplying by it", () =>
    fc.assert(
      fc.property(any, positive, (q, f) => same(divide(multiply(q, exact(f, "y"), "z"), exact(f, "y"), "x"), q, 1e-7)),
    ));
  it("a quotient's upper end comes from the divisor's lower end", () => {
    const q = divide(exact(10, "x"), interval(1, 2, 2, "y"), "z");
    assert.ok(close(q.high, 10));
    assert.ok(close(q.low, 5));
  });
  it("the ends stay in order", () =>
    fc.assert(fc.property(any, any, (a, b) => ordered(multiply(a, b, "z")) && ordered(divide(a, b, "z")))));
  it("zero times anything is zero", () => {
    const q = multiply(exact(0, "x"), logNormal(5, 1, "y"), "z");
    assert.equal(q.central, 0);
    assert.equal(q.high, 0);
  });
  it("wider factors never give a narrower product", () =>
    fc.assert(
      fc.property(positive, positive, sigma, sigma, sigma, (a, b, s1, s2, sb) => {
        const [less, more] = s1 < s2 ? [s1, s2] : [s2, s1];
        const y = logNormal(b, sb, "y");
        const narrow = multiply(logNormal(a, less, "x"), y, "z");
        const wide = multiply(logNormal(a, more, "x"), y, "z");
        return wide.high >= narrow.high * (1 - 1e-9) && wide.low <= narrow.low * (1 + 1e-9);
      }),
    ));
});

describe("sums", () => {
  it("medians add", () => fc.assert(fc.property(any, any, (a, b) => close(add(a, b).central, a.central + b.central))));
  it("distances add in quadrature", () => {
    const q = add(interval(7, 10, 13, "x"), interval(6, 10, 14, "x"));
    assert.ok(close(q.high - q.central, 5) && close(q.central - q.low, 5));
  });
  it("zero is neutral", () => fc.assert(fc.property(any, (q) => same(add(q, exact(0, "x")), q, 1e-6))));
  it("one term is that term", () => fc.assert(fc.property(any, (q) => assert.equal(add(q), q))));
  it("never goes below zero", () =>
    fc.assert(fc.property(fc.array(any, { minLength: 1 }), (all) => add(...all).low >= 0)));
  it("the ends stay in order", () =>
    fc.assert(fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), (all) => ordered(add(...all)))));
  it("independent terms are never wider than dependent ones", () =>
    fc.assert(
      fc.property(any, any, (a, b) => {
        const free = add(a, b);
        const bound = addDependent(a, b);
        return free.high <= bound.high * (1 + 1e-9) && free.low >= bound.low * (1 - 1e-9) - 1e-9;
      }),
    ));
  it("dependent terms add end by end", () =>
    assert.deepEqual(addDependent(interval(1, 2, 3, "x"), interval(2, 4, 8, "x")), {
      low: 3,
      central: 6,
      high: 11,
      unit: "x",
    }));
  it("different units do not add", () => {
    assert.throws(() => add(exact(1, "h"), exact(1, "kWh")), /kWh/);
    assert.throws(() => addDependent(exact(1, "h"), exact(1, "kWh")), RangeError);
  });
  it("nothing does not add", () => {
    assert.throws(() => add(), RangeError);
    assert.throws(() => addDependent(), RangeError);
  });
});

describe("scale, widen, hull", () => {
  it("scaling by a factor scales all three", () =>
    assert.deepEqual(scale(interval(1, 2, 4, "h"), 3, "d"), { low: 3, central: 6, high: 12, unit: "d" }));
  it("scaling keeps the unit unless told", () => assert.equal(scale(exact(1, "h"), 2).unit, "h"));
  it("widening adds a variance", () =>
    fc.assert(
      fc.property(positive, sigma, sigma, (c, s, w) =>
        same(widen(logNormal(c, s, "x"), w), logNormal(c, Math.hypot(s, w), "x"), 1e-6),
      ),
    ));
  it("widening by nothing changes nothing", () => {
    const q = logNormal(1, 0.3, "x");
    assert.equal(widen(q, 0), q);
  });
  it("the hull holds every part", () =>
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), (all) => {
        const q = hull(...all);
        return all.every((one) => q.low <= one.low && q.high >= one.high);
      }),
    ));
  it("the hull's centre is the geometric mean", () =>
    assert.ok(close(hull(exact(1, "x"), exact(100, "x")).central, 10)));
  it("a hull with a zero is centred on the mean", () => assert.equal(hull(exact(0, "x"), exact(4, "x")).central, 2));
  it("a hull of one is that one", () => fc.assert(fc.property(any, (q) => same(hull(q), q))));
  it("a hull of nothing is an error", () => assert.throws(() => hull(), RangeError));
  it("z80 is the normal quantile of 90 %", () => {
    // Φ(z) by a rational approximation good to 1e-7 (Abramowitz and Stegun 26.2.17).
    const t = 1 / (1 + 0.2316419 * z80);
    const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    const phi = 1 - (Math.exp((-z80 * z80) / 2) / Math.sqrt(2 * Math.PI)) * poly;
    assert.ok(Math.abs(phi - 0.9) < 1e-6);
  });
});
