/**
 * Robust least squares in log space with a prior: minimises Σ w·ρ(residual/scale) + Σ (ln c − ln prior)²/width² by Gauss–Newton with
 * Huber weights. Constants are positive; their logarithms are fitted.
 */

export interface Observation {
  readonly source: string;
  readonly weight: number;
  /** Typical spread of this kind of figure. */
  readonly scale: number;
  /** ln(estimated / measured) with these constants. */
  readonly residual: (constants: Readonly<Record<string, number>>) => number;
}

export interface Prior {
  readonly value: number;
  /** Standard deviation of the logarithm. */
  readonly width: number;
}

const huber = 1.3;

function loss(
  observations: readonly Observation[],
  constants: Readonly<Record<string, number>>,
  priors: Readonly<Record<string, Prior>>,
): number {
  let sum = 0;
  for (const o of observations) {
    const r = Math.abs(o.residual(constants)) / o.scale;
    sum += o.weight * (r <= huber ? r * r : 2 * huber * r - huber * huber);
  }
  for (const [name, prior] of Object.entries(priors))
    sum += (Math.log((constants[name] as number) / prior.value) / prior.width) ** 2;
  return sum;
}

/** Solves a symmetric positive definite system in place (Cholesky). */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const l: number[][] = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i] as number[])[j] as number;
      for (let k = 0; k < j; k++) sum -= ((l[i] as number[])[k] as number) * ((l[j] as number[])[k] as number);
      (l[i] as number[])[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / ((l[j] as number[])[j] as number);
    }
  const y = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) y[i] = (y[i] as number) - ((l[i] as number[])[k] as number) * (y[k] as number);
    y[i] = (y[i] as number) / ((l[i] as number[])[i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) y[i] = (y[i] as number) - ((l[k] as number[])[i] as number) * (y[k] as number);
    y[i] = (y[i] as number) / ((l[i] as number[])[i] as number);
  }
  return y;
}

/** Fits the constants that have a prior; the others of `start` stay as they are. */
export function fit(
  observations: readonly Observation[],
  start: Readonly<Record<string, number>>,
  priors: Readonly<Record<string, Prior>>,
): Record<string, number> {
  const names = Object.keys(priors);
  let current: Record<string, number> = { ...start };
  let best = loss(observations, current, priors);
  let damping = 1e-2;
  for (let iteration = 0; iteration < 40; iteration++) {
    const n = names.length;
    const matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    const right = new Array<number>(n).fill(0);
    const moved = names.map((name) => ({ ...current, [name]: (current[name] as number) * Math.exp(0.01) }));
    for (const o of observations) {
      const r = o.residual(current);
      const size = Math.abs(r) / o.scale;
      const weight = (o.weight * (size <= huber ? 1 : huber / size)) / o.scale ** 2;
      const slope = moved.map((m) => (o.residual(m) - r) / 0.01);
      for (let i = 0; i < n; i++) {
        right[i] = (right[i] as number) - weight * (slope[i] as number) * r;
        for (let j = 0; j < n; j++)
          (matrix[i] as number[])[j] =
            ((matrix[i] as number[])[j] as number) + weight * (slope[i] as number) * (slope[j] as number);
      }
    }
    names.forEach((name, i) => {
      const prior = priors[name] as Prior;
      right[i] = (right[i] as number) - Math.log((current[name] as number) / prior.value) / prior.width ** 2;
      (matrix[i] as number[])[i] = ((matrix[i] as number[])[i] as number) + 1 / prior.width ** 2;
    });
    let improved = false;
    for (let attempt = 0; attempt < 8; attempt++) {
      const damped = matrix.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));
      const step = solve(damped, right);
      const next: Record<string, number> = { ...current };
      names.forEach((name, i) => {
        next[name] = (current[name] as number) * Math.exp(Math.max(-0.5, Math.min(0.5, step[i] as number)));
      });
      const value = loss(observations, next, priors);
      if (value < best - 1e-9) {
        improved = value < best * (1 - 1e-6);
        best = value;
        current = next;
        damping = Math.max(1e-4, damping / 3);
        break;
      }
      damping *= 4;
    }
    if (!improved) break;
  }
  return current;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0
    ? Number.NaN
    : (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number);
}
