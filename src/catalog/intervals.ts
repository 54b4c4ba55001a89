/** Intervals of the bundled rows as quantities. */
import type { Quantity } from "../core/quantity";
import type { IntervalRow } from "./rows";

export const quantityOf = ([low, central, high]: IntervalRow, unit: string): Quantity => ({ low, central, high, unit });
