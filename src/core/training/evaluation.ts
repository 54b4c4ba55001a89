/**
 * Evaluations inside a run, as a share of its training time, where the workload states them.
 */
import type { Plan, PlanFields } from "./plan";

export interface Evaluation {
  /** Seconds of evaluation per second of training. */
  readonly share: number;
  readonly reason: string;
}

/** A forward pass as a share of a step: a third of a full one, half of one on a frozen base. */
const forwardShare = (plan: Plan): number => (plan.method === "full" ? 1 / 3 : 1 / 2);

export function evaluationOf(fields: PlanFields, plan: Plan): Evaluation | undefined {
  const { samples, every } = fields.evaluation ?? {};
  if (samples === undefined || every === undefined || !(every > 0)) return undefined;
  // Every replica evaluates as many sequences as the busiest one.
  const replicas = Math.max(1, Math.round(plan.layout.data));
  const sequences = Math.ceil(samples / replicas) * replicas;
  return {
    share: (sequences / every) * forwardShare(plan),
    reason: `${samples} sequences are evaluated every ${every} trained ones`,
  };
}
