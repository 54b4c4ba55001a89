/**
 * Training on what the model samples itself: reinforcement learning and on-policy distillation, from steps to hours and footprint.
 */
import type { Draft } from "../draft";
import type { Architecture } from "../model/architecture";
import { exact, logNormal } from "../quantity";
import type { FineTuningFields, ModelReference, WorkloadOf } from "../workload";
import { trainingCalibration } from "./constants";
import type { ParameterFlops } from "./distill";
import { knownModel } from "./knownModel";
import type { Method } from "./layout";
import { addReservation, finish } from "./outcome";
import { addMemory } from "./peak";
import { type Plan, planRun } from "./plan";
import { trainingPower } from "./power";
import { type Scorers, type StepFlops, type StepShape, type StepTime, stepFlops, stepTime } from "./reinforcement";

type SampledFields = FineTuningFields &
  Pick<WorkloadOf<"reinforcementLearning">, "promptTokens" | "responseTokens" | "asynchronous" | "samplesPerPrompt">;

export interface Sampling {
  readonly method: Method;
  readonly promptsPerStep: number | undefined;
  readonly samplesPerPrompt: number | undefined;
  readonly usualSamples: number;
  readonly usualResponse: number;
  readonly scorers: Scorers;
  /** Optimiser steps of the run, each over promptsPerStep prompts; undefined when the end is not known. */
  readonly steps: number | undefined;
  /** FLOPs by the rule of parameters for so many sampled tokens, for comparison with published accounts. */
  readonly account?: (model: Architecture, tokens: number) => ParameterFlops;
}

/** The models that score a step of reinforcement learning, by algorithm; missing ones are taken to be as large as the trained one. */
export function scorersOf(workload: WorkloadOf<"reinforcementLearning">, draft: Draft): Scorers {
  const named = (reference: ModelReference | undefined, field: string): Architecture | undefined =>
    reference === undefined ? undefined : knownModel(reference, draft, field);
  const same = (field: "critic" | "reference" | "rewardModel"): Architecture | undefined => {
    const own = named(workload[field], field);
    if (own !== undefined || workload.model === undefined) return own;
    draft.assume(field, "as the model", `${field} not stated: same size as the trained model`);
    return knownModel(workload.model, draft);
  };
  const ppo = workload.algorithm === "ppo";
  return {
    ownPasses: 1,
    reference: same("reference"),
    reward: ppo ? same("rewardModel") : named(workload.rewardModel, "rewardModel"),
    critic: ppo ? same("critic") : undefined,
    teacher: named(workload.teacher, "teacher"),
  };
}

/** Sequences of a step where batch, accumulation and accelerators are all stated; each data-parallel rank brings its own. */
function statedSequences(fields: SampledFields): number | undefined {
  const { microBatchSize: micro, gradientAccumulation: accumulation, nodes = 1, parallelism = {} } = fields;
  const accelerators =
    fields.accelerators ?? (fields.acceleratorsPerNode === undefined ? undefined : fields.acceleratorsPerNode * nodes);
  if (micro === undefined || accumulation === undefined || accelerators === undefined) return undefined;
  const together = (parallelism.tensor ?? 1) * (parallelism.pipeline ?? 1) * (parallelism.context ?? 1);
  return (micro * accumulation * accelerators) / Math.max(1, together);
}

function shapeOf(
  fields: SampledFields,
  sampling: Omit<Sampling, "scorers" | "steps" | "account">,
  draft: Draft,
): StepShape {
  // Fewer than one sample per prompt states that a batch is split into smaller updates: every prompt is still sampled once.
  const samples = Math.max(
    1,
    sampling.samplesPerPrompt ??
      draft.assume("samplesPerPrompt", sampling.usualSamples, "samples per prompt not stated"),
  );
  const sequences = fields.globalBatchSize ?? statedSequences(fields);
  const statedPrompts =
    sampling.promptsPerStep ??
    (sequences === undefined
      ? draft.assume("promptsPerStep", 128, "prompts per step not stated")
      : sequences / samples);
  const prompts = Math.min(1e12, Math.max(1, statedPrompts));
  const promptTokens = fields.promptTokens ?? draft.assume("promptTokens", 256, "length of the prompts not stated");
  const limit = fields.sequenceLength === undefined ? undefined : Math.max(1, fields.sequenceLength - promptTokens);
  const responseTokens = Math.max(
    1,
    fields.responseTokens ??
      draft.assume(
        "responseTokens",
        Math.min(sampling.usualResponse, limit ?? sampling.usualResponse),
        "mean length of the responses not stated",
      ),
  );
  if (fields.responseTokens === undefined) draft.uncertainty("length of the responses", 0.6);
  return {
    sequences: prompts * samples,
    prompts,
    promptTokens,
    responseTokens,
    longest: Math.max(responseTokens, limit ?? 2 * responseTokens),
    asynchronous: fields.asynchronous === true,
  };
}

/** Plan and shape of one step; undefined (with a note) where model or accelerator are not known. */
export function planSampled(
  fields: SampledFields,
  sampling: Omit<Sampling, "scorers" | "steps" | "account">,
  draft: Draft,
): { plan: Plan; shape: StepShape } | undefined {
  const shape = shapeOf(fields, sampling, draft);
  const length = shape.promptTokens + shape.responseTokens;
  const planned = planRun(
    { ...fields, tokens: undefined, sequenceLength: length, globalBatchSize: shape.sequences },
    { method: sampling.method, sequence: length, stack: "vendor", checkpointing: "full" },
    draft,
  );
  if (planned === undefined) return undefined;
  // Trainers of sampled sequences keep experts within two nodes and split only very long sequences.
  const expert = Math.min(16, planned.layout.expert);
  const plan: Plan = planned.layout.stated ? planned : { ...planned, layout: { ...planned.layout, expert } };
  return { plan, shape };
}

export function sampleAndTrain(fields: SampledFields, sampling: Sampling, draft: Draft): void {
  const planned = planSampled(fields, sampling, draft);
  if (planned === undefined) {
    addReservation(fields, draft);
    return;
  }
  const { plan, shape } = planned;
  const length = shape.promptTokens + shape.responseTokens;
  const { model, count } = plan;
  draft.set("parameters", exact(model.parameters, "1"));
  draft.set("activeParameters", exact(model.activeParameters, "1"));

  const flops = stepFlops(plan, shape, sampling.scorers);
  const time = stepTime(plan, shape, sampling.scorers);
  const tokens = shape.sequences * length;
  const lengthSigma = fields.responseTokens === undefined ? 0.6 : 0;
  const sigma = Math.hypot(trainingCalibration.sigma.reinforcement, lengthSigma, model.generic ? 0.1 : 0);
  const seconds =
    fields.mfu === undefined ? time.total : flops.total / (plan.device.peakAtPrecision * fields.mfu * count);
  draft.set("trainingThroughput", logNormal(tokens / seconds / count, sigma, "tokens/s/accelerator"));
  draft.uncertainty("time of a step", sigma);
  explain(plan, shape, flops, time, seconds, draft);

  const { steps } = sampling;
  if (steps !== undefined) {
    const account = sampling.account?.(model, shape.sequences * shape.responseTokens * steps);
    draft.set("flops", logNormal(flops.total * steps, Math.hypot(lengthSigma, model.generic ? 0.08 : 0), "FLOP"));
    draft.step?.({
      quantity: "flops",
      formula: "steps · FLOPs per step",
      inputs: {
        steps,
        "FLOP per step": flops.total,
        ...(account
          ? {
              "student by parameters alone (FLOP)": account.student,
              "teacher by parameters alone (FLOP)": account.teacher,
            }
          : {}),
      },
      result: flops.total * steps,
      unit: "FLOP",
    });
  }
  addMemory(fields, plan, draft, !shape.asynchronous);
  const utilisation = flops.total / seconds / count / plan.device.peakAtPrecision;
  const trained = Math.min(1, (time.update + time.score) / time.total);
  // Decoding keeps memory busy, multiplication units hardly: about two thirds of TDP; training phases as in training.
  const power = trainingPower(plan.hardware, Math.min(1, utilisation), 0.4 + 0.5 * trained);
  const acceleratorHours = steps === undefined ? undefined : logNormal((seconds * steps * count) / 3600, sigma, "h");
  if (acceleratorHours)
    draft.step?.({
      quantity: "acceleratorHours",
      formula: "steps · seconds per step · accelerators / 3600",
      inputs: { steps: steps as number, "seconds per step": Number(seconds.toPrecision(4)), accelerators: count },
      result: acceleratorHours.central,
      unit: "h",
    });
  finish(fields, plan, { acceleratorHours, acceleratorPower: power, stepSeconds: seconds, stepTokens: tokens }, draft);
}

function explain(plan: Plan, shape: StepShape, flops: StepFlops, time: StepTime, seconds: number, draft: Draft): void {
  draft.step?.({
    quantity: "FLOPs per step",
    formula: "sample 2·N + score 2·N per pass + critic 8·N + update 6·N, per token",
    inputs: {
      sequences: shape.sequences,
      "prompt tokens": shape.promptTokens,
      "response tokens": shape.responseTokens,
      "sample (FLOP)": flops.sample,
      "score (FLOP)": flops.score,
      ...(flops.critic > 0 ? { "critic (FLOP)": flops.critic } : {}),
      "update (FLOP)": flops.update,
    },
    result: flops.total,
    unit: "FLOP",
    reference: "docs/method.md, reinforcement learning",
  });
  const round = (value: number): number => Number(value.toPrecision(3));
  draft.step?.({
    quantity: "seconds per step",
    formula: shape.asynchronous
      ? "max(sample, score + update) + fixed, each on its share of the accelerators"
      : "sample + score + update + fixed",
    inputs: {
      ...(shape.asynchronous ? { "share that samples": time.samplingShare } : {}),
      "sample (s)": round(time.generate),
      "decode steps": Math.round(time.rollout.steps),
      "ms per decode step": round(time.rollout.secondsPerStep * 1e3),
      "sequences per engine": round(time.rollout.sequencesPerEngine),
      "accelerators per engine": time.rollout.engine,
      "score (s)": round(time.score),
      "update (s)": round(time.update),
      "fixed (s)": round(time.fixed),
    },
    result: seconds,
    unit: "s",
    reference: "docs/method.md, reinforcement learning",
  });
  draft.step?.({
    quantity: "mfu",
    formula: "FLOPs per step / seconds / accelerators / peak",
    inputs: { accelerators: plan.count, "peak (TFLOP/s)": plan.device.peakAtPrecision / 1e12 },
    result: round(flops.total / seconds / plan.count / plan.device.peakAtPrecision),
    unit: "1",
  });
}
