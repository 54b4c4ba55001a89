/**
 * Evaluations inside a run, as a share of its training time.
 */
import type { Plan, PlanFields } from "./plan";

export interface Evaluation {
  /** Seconds of evaluation per second of training. */
  readonly share: number;
  readonly reason: string;
  readonly source: string;
}

/**
 * Protocols that fix their evaluations. MLPerf's LoRA benchmark evaluates 173 sequences every 384 trained ones (rules of the
 * benchmark: mlcommons/training, llama2_70b_lora). An evaluated sequence costs a forward pass: half of a LoRA step.
 */
const protocols = [
  {
    name: /mlperf/i,
    method: "lora",
    evaluated: 173,
    every: 384,
    forwardShare: 0.5,
    source: "github:mlcommons/training, llama2_70b_lora, evaluation interval",
  },
] as const;

export function evaluationOf(fields: PlanFields, plan: Plan): Evaluation | undefined {
  if (fields.kind !== "fineTuning") return undefined;
  const text = `${plan.model.name} ${fields.dataset?.name ?? ""}`;
  const protocol = protocols.find((one) => one.name.test(text) && one.method === plan.method);
  if (protocol === undefined) return undefined;
  // Every replica evaluates as many sequences as the busiest one.
  const replicas = Math.max(1, Math.round(plan.layout.data));
  const rounds = Math.ceil(protocol.evaluated / replicas) * replicas;
  return {
    share: (rounds / protocol.every) * protocol.forwardShare,
    reason: `${protocol.evaluated} sequences are evaluated every ${protocol.every} trained ones`,
    source: protocol.source,
  };
}
