/**
 * An estimate in the making: collects quantities, the chain of formulas, and what was assumed, in the order they come about.
 */
import type { Alternative, Assumption, Estimate, Quantities, QuantityKey, Step } from "./estimate";
import { quantityUnits } from "./estimate";
import type { Facts } from "./facts";
import { methodology } from "./methodology";
import type { Quantity } from "./quantity";

export interface EstimateOptions {
  /** False leaves the chain of formulas out: long streams print results alone. */
  readonly steps?: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Draft {
  readonly #quantities: Mutable<Quantities> = {};
  readonly #assumptions: Assumption[] = [];
  readonly #assumed = new Set<string>();
  readonly #steps: Step[] = [];
  readonly #notes: string[] = [];
  readonly #alternatives: Alternative[] = [];
  readonly #uncertainties = new Map<string, number>();

  /**
   * Takes one link of the chain of formulas. Absent where nobody asks for the chain: `draft.step?.({ … })` then builds nothing.
   */
  readonly step: ((step: Step) => void) | undefined;

  constructor(
    readonly kind: string,
    readonly facts: Facts,
    { steps = true }: EstimateOptions = {},
  ) {
    this.step = steps ? (step) => void this.#steps.push(step) : undefined;
  }

  /** Sets a result. Not finite or negative means unknown: it stays absent. The unit must be the contract's. */
  set(key: QuantityKey, quantity: Quantity | undefined): void {
    if (quantity === undefined) return;
    if (quantity.unit !== quantityUnits[key])
      throw new RangeError(`${key} is in ${quantityUnits[key]}, not ${quantity.unit}`);
    if (!(Number.isFinite(quantity.high) && quantity.low >= 0)) return;
    this.#quantities[key] = quantity;
  }

  get(key: QuantityKey): Quantity | undefined {
    return this.#quantities[key];
  }

  /** Drops a result, e.g. a rate once the total is known. */
  unset(key: QuantityKey): void {
    delete this.#quantities[key];
  }

  /** Records an assumption once per field and returns its value: `const s = draft.assume("sequenceLength", 4096, "…")`. */
  assume<T extends number | string | boolean>(field: string, value: T, reason: string, source?: string): T {
    if (!this.#assumed.has(field)) {
      this.#assumed.add(field);
      this.#assumptions.push(source === undefined ? { field, value, reason } : { field, value, reason, source });
    }
    return value;
  }

  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  alternative(alternative: Alternative): void {
    this.#alternatives.push(alternative);
  }

  /** Tells how much an input widens the result: standard deviation of its logarithm. The largest is named in the estimate. */
  uncertainty(name: string, sigma: number): void {
    if (sigma > (this.#uncertainties.get(name) ?? 0)) this.#uncertainties.set(name, sigma);
  }

  finish(): Estimate {
    // Where nothing is known there is no interval to widen.
    const known = Object.keys(this.#quantities).length > 0;
    let dominatedBy: string | undefined;
    let largest = 0;
    for (const [name, sigma] of this.#uncertainties)
      if (known && sigma > largest) {
        largest = sigma;
        dominatedBy = name;
      }
    return {
      kind: this.kind,
      quantities: this.#quantities,
      assumptions: this.#assumptions,
      steps: this.#steps,
      ...(dominatedBy === undefined ? {} : { dominatedBy }),
      ...(this.#alternatives.length > 0 ? { alternatives: this.#alternatives } : {}),
      notes: this.#notes,
      methodology,
    };
  }
}
