/** What is taken for granted of a deployed service: it answers people at a steady load, it is not a batch run at full tilt. */
import type { Estimate } from "../core/estimate";
import type { Kind } from "../core/workload";
import { type Fact, type FactMap, serverBound } from "../recognize/recognized";

/** Sequences in flight per replica of a busy service; what published per-request figures assume (EcoLogits, methodology of 2025: 64). */
const busyConcurrency = 64;

/** Generation scripts of training libraries are no services. */
const oneAtATime = /^(?:torchtune|litgpt|gpt-?fast|transformers)$/i;

/** Adds the concurrency of a service whose file names none. Native workloads say what they mean and are left alone. */
export function withServiceDefaults(kind: Kind, dialect: string, facts: FactMap): FactMap {
  if (kind !== "inference" || dialect === "native") return facts;
  if (facts.engine !== undefined && oneAtATime.test(String(facts.engine.value))) {
    const alone: Fact = { value: 1, source: "assumed", confidence: "medium", note: "a script that answers one prompt" };
    return facts.concurrency === undefined && facts.requests === undefined ? { ...facts, concurrency: alone } : facts;
  }
  const bound = facts.concurrency?.note === serverBound.note ? facts.concurrency : undefined;
  if (bound && typeof bound.value === "number") {
    if (bound.value <= busyConcurrency) return facts;
    const capped: Fact = {
      ...bound,
      value: busyConcurrency,
      source: "assumed",
      confidence: "low",
      note: `assumed load of a busy service; the server would take up to ${bound.value} at once`,
    };
    return { ...facts, concurrency: capped };
  }
  for (const stated of ["concurrency", "requests", "requestsPerSecond", "latencyTarget"])
    if (facts[stated] !== undefined) return facts;
  const concurrency: Fact = {
    value: busyConcurrency,
    source: "assumed",
    confidence: "low",
    note: "assumed load of a busy service; state concurrency, requests or requestsPerSecond",
  };
  return { ...facts, concurrency };
}

/** An assumed load stands among the assumptions of the estimate that rests on it. */
export function withAssumedLoad(estimate: Estimate, { concurrency }: FactMap): Estimate {
  if (concurrency?.source !== "assumed" || typeof concurrency.value !== "number") return estimate;
  if (estimate.assumptions.some(({ field }) => field === "concurrency")) return estimate;
  const assumption = { field: "concurrency", value: concurrency.value, reason: concurrency.note ?? "assumed load" };
  return { ...estimate, assumptions: [...estimate.assumptions, assumption] };
}
