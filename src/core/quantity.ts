/**
 * Quantities with an 80 % interval, and their arithmetic.
 *
 * An uncertain input is log-normal; `low` and `high` are its 10th and 90th percentiles, `central` its median. The two sides may
 * differ (a hull over candidates is not symmetric); each side is carried on its own. Products add variances in log space, which is
 * exact for log-normals; sums match moments. Inputs are taken as independent.
 */

export interface Quantity {
  readonly low: number;
  readonly central: number;
  readonly high: number;
  /** SI or contract unit: `USD`, `kWh`, `h`, `tokens/s`, … */
  readonly unit: string;
}

/** Standard normal quantile of 90 %: an 80 % interval reaches this many standard deviations to each side. */
export const z80 = 1.2815515655446004;

/** A value known exactly. */
export function exact(value: number, unit: string): Quantity {
  return { low: value, central: value, high: value, unit };
}

/** A stated interval. Throws a RangeError unless low ≤ central ≤ high and all are finite. */
export function interval(low: number, central: number, high: number, unit: string): Quantity {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= central && central <= high))
    throw new RangeError(`not an interval: ${low} ≤ ${central} ≤ ${high} ${unit}`);
  return { low, central, high, unit };
}

/** A log-normal quantity with median `central` and standard deviation `sigma` of its logarithm. */
export function logNormal(central: number, sigma: number, unit: string): Quantity {
  const factor = Math.exp(z80 * sigma);
  return { low: central / factor, central, high: central * factor, unit };
}

/** Natural-log distances of the two ends from the median; 0 for an exact or zero quantity. */
function spread(q: Quantity): [down: number, up: number] {
  if (!(q.central > 0)) return [0, 0];
  return [q.low > 0 ? Math.log(q.central / q.low) : 40, q.high > 0 ? Math.log(q.high / q.central) : 0];
}

/** The mean of both sides' standard deviations of the logarithm. */
export function sigmaOf(q: Quantity): number {
  const [down, up] = spread(q);
  return (down + up) / 2 / z80;
}

const fromSpread = (central: number, down: number, up: number, unit: string): Quantity => ({
  low: central * Math.exp(-down),
  central,
  high: central * Math.exp(up),
  unit,
});

export function multiply(a: Quantity, b: Quantity, unit: string): Quantity {
  const [aDown, aUp] = spread(a);
  const [bDown, bUp] = spread(b);
  return fromSpread(a.central * b.central, Math.hypot(aDown, bDown), Math.hypot(aUp, bUp), unit);
}

/** a / b; the divisor must be positive. */
export function divide(a: Quantity, b: Quantity, unit: string): Quantity {
  const [aDown, aUp] = spread(a);
  const [bDown, bUp] = spread(b);
  return fromSpread(a.central / b.central, Math.hypot(aDown, bUp), Math.hypot(aUp, bDown), unit);
}

/** Multiplies by an exact factor ≥ 0. */
export function scale(q: Quantity, factor: number, unit = q.unit): Quantity {
  return { low: q.low * factor, central: q.central * factor, high: q.high * factor, unit };
}

/** Sum of independent quantities: medians add, each side's distance adds in quadrature. */
export function add(...terms: readonly Quantity[]): Quantity {
  const first = terms[0];
  if (first === undefined) throw new RangeError("add needs at least one quantity");
  let central = 0;
  let down = 0;
  let up = 0;
  for (const term of terms) {
    if (term.unit !== first.unit) throw new RangeError(`cannot add ${term.unit} to ${first.unit}`);
    central += term.central;
    down += (term.central - term.low) ** 2;
    up += (term.high - term.central) ** 2;
  }
  if (terms.length === 1) return first;
  return { low: Math.max(0, central - Math.sqrt(down)), central, high: central + Math.sqrt(up), unit: first.unit };
}

/** Sum of fully dependent quantities (the same unknown behind each): the ends add. */
export function addDependent(...terms: readonly Quantity[]): Quantity {
  const first = terms[0];
  if (first === undefined) throw new RangeError("addDependent needs at least one quantity");
  return terms.slice(1).reduce((sum, term) => {
    if (term.unit !== first.unit) throw new RangeError(`cannot add ${term.unit} to ${first.unit}`);
    return { low: sum.low + term.low, central: sum.central + term.central, high: sum.high + term.high, unit: sum.unit };
  }, first);
}

/** Adds an independent log-normal uncertainty `sigma` to a quantity. */
export function widen(q: Quantity, sigma: number): Quantity {
  if (sigma === 0) return q;
  const [down, up] = spread(q);
  return fromSpread(q.central, Math.hypot(down, z80 * sigma), Math.hypot(up, z80 * sigma), q.unit);
}

/** The smallest interval that holds all of them; its centre is the geometric mean of the centres (arithmetic if one is 0). */
export function hull(...all: readonly Quantity[]): Quantity {
  const first = all[0];
  if (first === undefined) throw new RangeError("hull needs at least one quantity");
  const positive = all.every((q) => q.central > 0);
  const central = positive
    ? Math.exp(all.reduce((sum, q) => sum + Math.log(q.central), 0) / all.length)
    : all.reduce((sum, q) => sum + q.central, 0) / all.length;
  return {
    low: Math.min(...all.map((q) => q.low)),
    central: all.length === 1 ? first.central : central,
    high: Math.max(...all.map((q) => q.high)),
    unit: first.unit,
  };
}
