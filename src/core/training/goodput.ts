/**
 * Share of a run's hours that its steady rate accounts for.
 */
import { type TrainingConstants, trainingConstants } from "./constants";
import type { Plan } from "./plan";

/**
 * Start, evaluation and saving of a fine-tuning run. They weigh more than in pre-training, as the run is short: between 0.77 (short
 * adapter runs that evaluate often, MLPerf Training v5.0) and 0.95 (one that evaluates at its end).
 */
export const fineTuningGoodput = 0.83;

/** A tuned stack that is named keeps its pace; runs published without one hold restarts, evaluations and untuned phases. */
export const isTuned = (plan: Plan): boolean => plan.frameworkStated && plan.stack === "vendor";

export function goodputOf(plan: Plan, fineTuning: boolean, c: TrainingConstants = trainingConstants): number {
  if (fineTuning) return fineTuningGoodput;
  return isTuned(plan) ? c.goodputVendor : c.goodputTypical;
}
