/**
 * Share of a run's hours that its steady rate accounts for.
 */
import { type TrainingConstants, trainingConstants } from "./constants";
import type { Plan } from "./plan";

/** Start, evaluation and saving of a plain fine-tuning run. */
export const fineTuningGoodput = 0.9;

/** A tuned stack that is named keeps its pace; runs published without one hold restarts, evaluations and untuned phases. */
export const isTuned = (plan: Plan): boolean => plan.frameworkStated && plan.stack === "vendor";

export function goodputOf(plan: Plan, fineTuning: boolean, c: TrainingConstants = trainingConstants): number {
  if (isTuned(plan)) return c.goodputVendor;
  return fineTuning ? fineTuningGoodput : c.goodputTypical;
}
