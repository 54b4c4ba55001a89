/**
 * Energy of a hosted model's answers: a wide interval, as neither size nor hardware nor batching is public. Active parameters (stated, or a
 * range for closed models) times 2 FLOP per token, on the accelerators of 2024 to 2026 at the utilisation that serving reaches.
 */
import type { Draft } from "../draft";
import { interval, type Quantity, scale, widen } from "../quantity";
import type { ModelReference } from "../workload";

/** Active parameters of a closed model of which nothing is known: 10 to 30 % of 70 B to 2 T (EcoLogits), 100 B in the middle (Epoch AI). */
export const unknownActive = interval(10e9, 100e9, 400e9, "1");

/** Words in a name that tell the smaller members of a family apart. */
const small = /mini|nano|flash|haiku|lite|small|fast|turbo|instant|8b|7b|3b|1b/i;

/**
 * J per FLOP, facility: generated tokens at 10 % of an H100's bf16 peak and 1,071 W with its server and cooling share (Epoch AI 2025);
 * prompt tokens at 40 %.
 */
export const perOutputFlop = 1071 / (989e12 * 0.1);
export const perInputFlop = 1071 / (989e12 * 0.4);

/** Factor 3 either way: batching, hardware and idle capacity differ that much between operators. */
const operatorSigma = Math.log(3) / 1.2815515655446004;

export interface ApiTokens {
  /** Tokens per request that are read afresh, and that are written. */
  readonly input: number;
  readonly output: number;
}

/** Wh per request, whole facility. */
export function apiEnergyPerRequest(model: ModelReference | undefined, tokens: ApiTokens, draft: Draft): Quantity {
  const active = activeParameters(model, draft);
  const perParameter = 2 * (tokens.output * perOutputFlop + tokens.input * perInputFlop);
  const joules = widen(scale(active, perParameter, "J"), operatorSigma);
  const energy = scale(joules, 1 / 3600, "Wh");
  draft.step?.({
    quantity: "energyPerRequest",
    formula: "2 · active parameters · (output tokens · J/FLOP when generating + input tokens · J/FLOP when reading)",
    inputs: {
      "active parameters": active.central,
      "input tokens": tokens.input,
      "output tokens": tokens.output,
      "J/FLOP generating": perOutputFlop,
      "J/FLOP reading": perInputFlop,
    },
    result: energy.central,
    unit: "Wh",
    reference: "Epoch AI, How much energy does ChatGPT use? (2025-02); EcoLogits for sizes of closed models",
  });
  return energy;
}

function activeParameters(model: ModelReference | undefined, draft: Draft): Quantity {
  const given = typeof model === "string" ? { name: model } : model;
  const stated = given?.activeParameters ?? given?.parameters;
  if (stated !== undefined && stated > 0) return interval(stated, stated, stated, "1");
  const facts = given?.name === undefined ? undefined : draft.facts.model(given.name)?.value;
  const range = facts?.activeParametersRange ?? facts?.parametersRange;
  if (range && range.central > 0) {
    draft.assume(
      "model.activeParameters",
      range.central,
      "the operator does not publish the size: middle of a range",
      facts?.source,
    );
    return range;
  }
  const known = facts?.spec.activeParameters ?? facts?.spec.parameters;
  if (known !== undefined && known > 0 && !facts?.closed) return interval(known, known, known, "1");
  const guess = small.test(given?.name ?? "") ? scale(unknownActive, 0.2) : unknownActive;
  draft.assume(
    "model.activeParameters",
    guess.central,
    "the operator does not publish the size: guessed from the family, a factor of ten either way",
    "EcoLogits; Epoch AI 2025",
  );
  return guess;
}
