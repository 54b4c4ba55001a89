/**
 * Time to sample responses: decoding in batches, bound by reading weights and cache, by compute, or by per-layer latency.
 */
import type { Architecture } from "../model/architecture";
import { cacheBytesPerToken, matmulParameters } from "../model/flops";
import { type TrainingConstants, trainingConstants } from "./constants";
import type { TrainingDevice } from "./device";

export interface RolloutInput {
  readonly model: Architecture;
  readonly device: TrainingDevice;
  /** Accelerators that generate. */
  readonly accelerators: number;
  /** Sequences to sample together. */
  readonly sequences: number;
  readonly promptTokens: number;
  /** Mean tokens sampled per sequence. */
  readonly responseTokens: number;
  /** Longest response allowed: the last sequences of a batch run on nearly alone. */
  readonly longest: number;
  /** The next batch starts while the last sequences finish. */
  readonly continuous?: boolean;
}

export interface Rollout {
  /** Accelerators of one engine (weights within 60 % of their memory). */
  readonly engine: number;
  readonly sequencesPerEngine: number;
  /** Batches one after the other where the cache does not hold all sequences. */
  readonly waves: number;
  /** Decode steps, stragglers included. */
  readonly steps: number;
  readonly secondsPerStep: number;
  /** Wall-clock seconds. */
  readonly seconds: number;
}

export function rollout(input: RolloutInput, c: TrainingConstants = trainingConstants): Rollout {
  const { model, device } = input;
  const weightBytes = 2 * model.parameters;
  const memory = device.memory * 1e9;
  const engine = Math.min(
    Math.max(1, input.accelerators),
    2 ** Math.max(0, Math.ceil(Math.log2(weightBytes / (0.6 * memory)))),
  );
  const engines = Math.max(1, input.accelerators / engine);
  const all = Math.max(1, input.sequences / engines);
  const cache = cacheBytesPerToken(model);
  const length = input.promptTokens + input.responseTokens / 2;
  const room = Math.max(0.1 * memory * engine, 0.9 * memory * engine - weightBytes);
  // Sequences that start together are all long at the end; ones that follow each other are half grown on average.
  const grown = input.promptTokens + input.responseTokens * (input.continuous ? 0.5 : 1);
  const perSequence = Math.max(1, cache * grown);
  const waves = Math.max(1, all / Math.max(1, room / perSequence));
  const batch = all / waves;

  const { experts, expertsPerToken } = model.spec;
  const touched =
    experts && expertsPerToken && model.count.experts > 0
      ? 1 - (1 - Math.min(1, expertsPerToken / experts)) ** batch
      : 1;
  const read = 2 * (model.count.active - model.count.activeExperts + model.count.experts * touched);
  const secondsPerStep =
    (read + batch * cache * length) / (engine * 0.7 * device.bandwidth) +
    (2 * matmulParameters(model) * batch) / (engine * 0.6 * device.matmul16) +
    model.spec.layers * c.rolloutLayer * (1 + 0.33 * Math.log2(engine));
  const tail = input.continuous
    ? 1
    : Math.min(c.rolloutTail, Math.max(1, input.longest / Math.max(1, input.responseTokens)));
  const steps = input.responseTokens * tail;
  const prefill = (2 * matmulParameters(model) * input.promptTokens * all) / (engine * 0.5 * device.matmul16);
  return {
    engine,
    sequencesPerEngine: all,
    waves,
    steps,
    secondsPerStep,
    seconds: steps * waves * secondsPerStep + prefill,
  };
}
