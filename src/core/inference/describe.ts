/** The chain of formulas of an inference estimate, with its numbers, for hover, report and explanation. */
import type { Draft } from "../draft";
import type { Quantity } from "../quantity";
import type { InferenceProblem, Solution } from "./problem";

const reference = "additive decode model, docs/method.md, inference";
const ms = (seconds: number): number => seconds * 1e3;

export function describe(
  problem: InferenceProblem,
  solution: Solution,
  power: Quantity | undefined,
  draft: Draft,
): void {
  const { system: s, load, visual } = problem;
  const { point } = solution;
  const { step } = point;
  if (visual)
    draft.step?.({
      quantity: "imageTokens",
      formula: visual.rule,
      inputs: { tiles: visual.tiles, "tower TFLOP": visual.flops / 1e12 },
      result: visual.tokens,
      unit: "tokens",
    });
  draft.step?.({
    quantity: "concurrency",
    formula: "min(asked, cache capacity, scheduler's limit), less those that wait for prefill",
    inputs: {
      "asked per copy": solution.asked,
      "cache holds": solution.capacity,
      held: point.batch,
      copies: s.layout.copies,
      "accelerators per copy": s.layout.group * s.layout.stages,
    },
    result: point.decoding,
    unit: "sequences decoding",
    reference,
  });
  draft.step?.({
    quantity: "decodeStep",
    formula: "((weights + cache)^p + compute^p)^(1/p) + collectives + launches and scheduling",
    inputs: {
      "weight reads (ms)": ms(step.weightTime),
      "cache reads (ms)": ms(step.cacheTime),
      "compute (ms)": ms(step.computeTime),
      "collectives (ms)": ms(step.exchangeTime),
      "launches and scheduling (ms)": ms(step.host),
      "GB read per accelerator": step.bytes / 1e9,
      ...(step.coverage > 0 ? { "share of experts read": step.coverage } : {}),
      ...(point.tokensPerStep > 1 ? { "tokens per step": point.tokensPerStep } : {}),
    },
    result: point.stepTime,
    unit: "s",
    reference,
  });
  draft.step?.({
    quantity: "prefill",
    formula: "(2 · parameters · input + attention) / (accelerators · peak · utilisation)",
    inputs: { "input tokens": load.input, "share cached": load.cached, TFLOP: point.prefillFlops / 1e12 },
    result: point.prefillTime,
    unit: "s",
    reference,
  });
  draft.step?.({
    quantity: "timePerOutputToken",
    formula: "step, and the prefills that fall into the median step",
    inputs: { "step (s)": point.stepTime, "prefills per step": (point.decoding * point.tokensPerStep) / load.output },
    result: point.timePerOutputToken,
    unit: "s",
    reference,
  });
  draft.step?.({
    quantity: "outputThroughput",
    formula: "copies · sequences decoding / (step + sequences / output tokens · prefill)",
    inputs: {
      copies: s.layout.copies,
      "sequences decoding": point.decoding,
      "step with prefills (s)": point.round,
      "output tokens": load.output,
    },
    result: solution.throughput,
    unit: "tokens/s",
    reference,
  });
  if (power === undefined || s.tdp === undefined) return;
  draft.step?.({
    quantity: "acceleratorPower",
    formula: "TDP · (serving + a · busy + b · bandwidth use^0.65 + c · compute use^0.84)",
    inputs: {
      "TDP (W)": s.tdp,
      busy: point.busy,
      "bandwidth use": point.memoryUse,
      "compute use": point.computeUse,
    },
    result: power.central,
    unit: "W",
    reference,
  });
  draft.step?.({
    quantity: "energyPerOutputToken",
    formula: "power · accelerators / output tokens per second; prefill is inside",
    inputs: {
      "W per accelerator": power.central,
      accelerators: s.layout.accelerators,
      "tokens/s": solution.throughput,
    },
    result: (power.central * s.layout.accelerators) / solution.throughput,
    unit: "J",
    reference,
  });
}
