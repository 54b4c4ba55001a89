/**
 * Share of a run's hours that its steady rate accounts for.
 */
import { type TrainingConstants, trainingConstants } from "./constants";
import type { Plan } from "./plan";

/**
 * Start, evaluation and saving of a fine-tuning run whose evaluations are not stated: the share of a tuned run (0.94) over one seventh
 * more work, a forward pass (a third to a half of a step) over a third of as many tokens as are trained. The one published set of runs,
 * MLPerf's adapter runs, evaluates 173 sequences every 384 and comes to 0.77: 0.94 over 1.22, the same rule.
 */
export const fineTuningGoodput = 0.83;

/** A tuned stack that is named keeps its pace; runs published without one hold restarts, evaluations and untuned phases. */
export const isTuned = (plan: Plan): boolean => plan.frameworkStated && plan.stack === "vendor";

/** `evaluated`: the evaluations of a fine-tuning run are stated and reckoned on their own. */
export function goodputOf(
  plan: Plan,
  fineTuning: boolean,
  evaluated: boolean,
  c: TrainingConstants = trainingConstants,
): number {
  if (fineTuning) return evaluated ? c.goodputVendor : fineTuningGoodput;
  return isTuned(plan) ? c.goodputVendor : c.goodputTypical;
}
