/**
 * One step of reinforcement learning or on-policy distillation: sample, score, update. FLOPs per token and seconds per step.
 */
import type { Architecture } from "../model/architecture";
import { attentionFlopsPerToken, matmulParameters } from "../model/flops";
import { type TrainingConstants, trainingConstants } from "./constants";
import { trainingFlopsPerToken } from "./flops";
import type { Plan } from "./plan";
import { type Rollout, rollout } from "./rollout";
import { timePerToken } from "./time";

/** Models that look at every sampled sequence, beside the one trained. */
export interface Scorers {
  /** Forward passes of the trained model itself over what it sampled (old log-probabilities). */
  readonly ownPasses: number;
  readonly reference?: Architecture | undefined;
  readonly reward?: Architecture | undefined;
  readonly teacher?: Architecture | undefined;
  /** Scores and is trained alongside (PPO). */
  readonly critic?: Architecture | undefined;
}

export interface StepShape {
  readonly sequences: number;
  readonly prompts: number;
  readonly promptTokens: number;
  readonly responseTokens: number;
  readonly longest: number;
  /** Sampling of the next step runs beside training of this one, on its own share of the accelerators. */
  readonly asynchronous: boolean;
}

/** Multiplied parameters, and the attention over `length` tokens counted as parameters: FLOPs of a forward pass over 2. */
const forwardSize = (model: Architecture, length: number): number =>
  matmulParameters(model) + attentionFlopsPerToken(model, length) / 2;

export interface StepFlops {
  readonly sample: number;
  readonly score: number;
  readonly critic: number;
  readonly update: number;
  readonly total: number;
}

/** FLOPs of one step. Prompts are read once per prompt when sampling, with every sequence when scoring and training. */
export function stepFlops(plan: Plan, shape: StepShape, scorers: Scorers): StepFlops {
  const length = shape.promptTokens + shape.responseTokens;
  const tokens = shape.sequences * length;
  const sampled = shape.sequences * shape.responseTokens + shape.prompts * shape.promptTokens;
  const own = forwardSize(plan.model, length);
  const forward = (model: Architecture | undefined): number => (model ? 2 * forwardSize(model, length) : 0);
  const sample = 2 * own * sampled;
  const score =
    tokens *
    (2 * own * scorers.ownPasses + forward(scorers.reference) + forward(scorers.reward) + forward(scorers.teacher));
  const critic = 4 * forward(scorers.critic) * tokens;
  const update = trainingFlopsPerToken(plan.model, length, plan.method, plan.adapter).total * tokens;
  return { sample, score, critic, update, total: sample + score + critic + update };
}

export interface StepTime {
  /** Share of the accelerators that samples; 1 where sampling and training take turns. */
  readonly samplingShare: number;
  readonly rollout: Rollout;
  readonly generate: number;
  readonly score: number;
  readonly update: number;
  /** Moving weights to the sampler, rewards, bookkeeping. */
  readonly fixed: number;
  readonly total: number;
}

/** Share of the accelerators that samples in an asynchronous run: the best of these is taken, as people tune it. */
const samplingShares = [0.25, 0.5, 0.75] as const;

/** Wall-clock seconds of one step. */
export function stepTime(
  plan: Plan,
  shape: StepShape,
  scorers: Scorers,
  c: TrainingConstants = trainingConstants,
): StepTime {
  if (!shape.asynchronous || plan.count < 2) return stepTimeOn(plan, shape, scorers, 1, 1, false, c);
  let best: StepTime | undefined;
  for (const share of samplingShares) {
    const time = stepTimeOn(plan, shape, scorers, share, 1 - share, true, c);
    if (best === undefined || time.total < best.total) best = time;
  }
  return best as StepTime;
}

function stepTimeOn(
  plan: Plan,
  shape: StepShape,
  scorers: Scorers,
  samplingShare: number,
  trainingShare: number,
  overlapped: boolean,
  c: TrainingConstants,
): StepTime {
  const length = shape.promptTokens + shape.responseTokens;
  const tokens = shape.sequences * length;
  const trainers = Math.max(1, plan.count * trainingShare);
  const update = (c.rolloutTrain * timePerToken(plan, c).total * tokens) / trainers;
  // With recomputation a trained token costs four forward passes (three without a frozen base's weight gradients).
  const forward = update / (plan.method === "full" ? 4 : 3);
  const own = matmulParameters(plan.model);
  const share = (model: Architecture | undefined): number => (model ? matmulParameters(model) / own : 0);
  const passes = scorers.ownPasses + share(scorers.reference) + share(scorers.reward) + share(scorers.teacher);
  const critic = share(scorers.critic);
  const score = forward * (passes + critic);
  const updates = update * (1 + critic);
  const sampled = rollout(
    {
      model: plan.model,
      device: plan.device,
      accelerators: Math.max(1, plan.count * samplingShare),
      sequences: shape.sequences,
      promptTokens: shape.promptTokens,
      responseTokens: shape.responseTokens,
      longest: shape.longest,
    },
    c,
  );
  const fixed = c.rolloutFixed * Math.sqrt(plan.model.parameters / 30e9);
  const training = score + updates;
  const total = (overlapped ? Math.max(sampled.seconds, training) : sampled.seconds + training) + fixed;
  return { samplingShare, rollout: sampled, generate: sampled.seconds, score, update: updates, fixed, total };
}
