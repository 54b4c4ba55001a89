/** Geometry of an interval bar: pure numbers, so that it is tested without a page. */
import { max } from "d3-array";
import { scaleLinear } from "d3-scale";

export interface BarGeometry {
  readonly low: number;
  readonly width: number;
  readonly central: number;
}

/** Places intervals of one row on a common axis from 0, `width` units long. Unknown cells stay null. */
export function barsOf(
  cells: readonly ({ readonly low: number; readonly central: number; readonly high: number } | null)[],
  width: number,
): (BarGeometry | null)[] {
  const largest = max(cells, (cell) => cell?.high) ?? 0;
  if (!(largest > 0)) return cells.map(() => null);
  const x = scaleLinear([0, largest], [0, width]);
  return cells.map((cell) =>
    cell === null
      ? null
      : { low: x(cell.low), width: Math.max(2, x(cell.high) - x(cell.low)), central: x(cell.central) },
  );
}
