/** Reinforcement learning of a language model: PPO or GRPO, one model or several, in turn or asynchronously. */
import type { Draft } from "../draft";
import { estimatePreference } from "../training/preference";
import { sampleAndTrain, scorersOf } from "../training/sampled";
import type { WorkloadOf } from "../workload";
import { methodOf } from "./fineTuning";

export function estimateReinforcementLearning(workload: WorkloadOf<"reinforcementLearning">, draft: Draft): void {
  const algorithm =
    workload.algorithm ?? draft.assume("algorithm", "grpo", "algorithm not stated: group-relative policy optimisation");
  if (algorithm === "dpo") {
    estimatePreference(workload, workload.method ?? methodOf(workload, draft), draft);
    return;
  }
  const ppo = algorithm === "ppo";
  sampleAndTrain(
    workload,
    {
      method: workload.method ?? methodOf(workload, draft),
      promptsPerStep: workload.promptsPerStep,
      samplesPerPrompt: workload.samplesPerPrompt,
      usualSamples: ppo ? 1 : 8,
      usualResponse: 1024,
      scorers: scorersOf({ ...workload, algorithm }, draft),
      steps: stepsOf(workload, draft),
    },
    draft,
  );
}

/** Steps stated, or epochs over the prompts. */
function stepsOf(workload: WorkloadOf<"reinforcementLearning">, draft: Draft): number | undefined {
  if (workload.steps !== undefined) return workload.steps;
  const { dataset, promptsPerStep } = workload;
  const known = dataset?.name === undefined ? undefined : draft.facts.dataset(dataset.name)?.value;
  const prompts = dataset?.samples ?? known?.samples;
  if (prompts === undefined || promptsPerStep === undefined) return undefined;
  const epochs = workload.epochs ?? draft.assume("epochs", 1, "number of passes over the prompts not stated");
  return (prompts * epochs) / promptsPerStep;
}
