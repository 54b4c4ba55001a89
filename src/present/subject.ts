/**
 * What is presented: a recognised workload with its facts and its estimate. Analysis produces values of this shape; this room
 * states what it needs of them, so that it does not depend on how they came about.
 */
import type { Assumption, Estimate } from "../core/estimate";
import type { Facts } from "../core/facts";
import type { Quantity } from "../core/quantity";
import type { Workload, WorkloadProblem } from "../core/workload";
import type { FactMap, Recognized } from "../recognize/recognized";

export interface Subject {
  readonly recognized: Recognized;
  /** The file's facts with defaults added where it is silent. */
  readonly facts: FactMap;
  readonly workload?: Workload;
  readonly estimate?: Estimate;
  /** At most this, where the work has no known end but a time limit. */
  readonly bound?: Bound;
  readonly problems: readonly WorkloadProblem[];
}

/** What a run comes to at its time limit. */
export interface Bound {
  readonly hours: number;
  readonly cost?: Quantity;
  readonly energy?: Quantity;
  readonly carbon?: Quantity;
}

/** The part of the catalogue that naming hardware needs. */
export type HardwareNames = Pick<Facts, "accelerator" | "instance">;

/** And what naming what is missing needs. */
export type CatalogueNames = HardwareNames & Pick<Facts, "model">;

export const assumptionOf = (subject: Subject, field: string): Assumption | undefined =>
  subject.estimate?.assumptions.find((assumption) => assumption.field === field);

/** The end of the work is known: totals, not rates. */
export const hasEnd = (subject: Subject): boolean => subject.estimate?.quantities.cost !== undefined;
