import type { Confidence } from "../core/facts";

const order: readonly Confidence[] = ["low", "medium", "high"];

/** The weaker of two: a sure name for a doubtful row is doubtful, and the other way round. */
export const weaker = (a: Confidence, b: Confidence): Confidence =>
  order[Math.min(order.indexOf(a), order.indexOf(b))] as Confidence;
