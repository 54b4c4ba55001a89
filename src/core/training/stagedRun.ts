/** A run in stages: each stage's FLOPs at the pace of full training of the same model. */
import type { Draft } from "../draft";
import { logNormal } from "../quantity";
import { trainingCalibration } from "./constants";
import { goodputOf } from "./goodput";
import { type Outcome, shownNumber } from "./outcome";
import { addMemory } from "./peak";
import type { Plan, PlanFields } from "./plan";
import { trainingPower } from "./power";
import { type StageCost, stageCosts } from "./stages";

/** Pictures of many sizes leave accelerators waiting: vision-language runs reach about 0.8 of a text run's rate. */
const imbalance = 0.8;
const imbalanceSigma = 0.25;

/**
 * Sums the stages on the draft. `secondsPerToken` and `flopsPerToken` are those of full training on text; undefined when a stage does
 * not say how much there is to do.
 */
export function stagedOutcome(
  fields: PlanFields,
  plan: Plan,
  secondsPerToken: number,
  flopsPerToken: number,
  draft: Draft,
): Outcome | undefined {
  const costs = stageCosts(plan.model, fields.stages ?? [], plan.sequence, draft);
  if (costs.length === 0 || costs.some((cost) => cost === undefined)) {
    draft.note("a stage does not say how many samples or tokens it has: the stages are not summed");
    return undefined;
  }
  const known = costs as StageCost[];
  const visual = (fields.stages ?? []).some((stage) => (stage.visualTokens ?? 0) > 0);
  const factor = visual && fields.mfu === undefined ? imbalance : 1;
  if (factor !== 1)
    draft.assume("efficiency on pictures", factor, "pictures of many sizes: rate of a text run times this");
  let flops = 0;
  let tokens = 0;
  for (const cost of known) {
    flops += cost.flops;
    tokens += cost.tokens;
    draft.step?.({
      quantity: `FLOPs, ${cost.name.slice(0, 60)}`,
      formula: "samples · Σ parts (trained 6·N, behind a trained part 4·N, otherwise 2·N; attention) · tokens",
      inputs: {
        samples: cost.samples,
        "FLOP per sample": cost.flopsPerSample,
        ...(cost.teacherFlops > 0 ? { "teacher (FLOP)": cost.teacherFlops } : {}),
      },
      result: cost.flops,
      unit: "FLOP",
      reference: "docs/method.md, stages",
    });
  }
  draft.set("flops", logNormal(flops, plan.model.generic ? 0.08 : 0.03, "FLOP"));
  const goodput = fields.mfu === undefined ? goodputOf(plan, fields.kind === "fineTuning", false) : 1;
  const secondsPerFlop = secondsPerToken / flopsPerToken / factor;
  const hours = (flops * secondsPerFlop) / goodput / 3600;
  const sigma =
    fields.mfu === undefined ? Math.hypot(trainingCalibration.sigma.run, visual ? imbalanceSigma : 0) : 0.08;
  draft.set(
    "trainingThroughput",
    logNormal(
      tokens / (flops * secondsPerFlop),
      // No engine was fitted on runs of stages.
      Math.hypot(trainingCalibration.sigma.stepOther, visual ? imbalanceSigma : 0),
      "tokens/s/accelerator",
    ),
  );
  draft.step?.({
    quantity: "acceleratorHours",
    formula: "FLOPs · seconds per FLOP of full training / efficiency on pictures / goodput / 3600",
    inputs: {
      FLOPs: flops,
      "achieved in full training (TFLOP/s)": shownNumber(flopsPerToken / secondsPerToken / 1e12),
      "efficiency on pictures": factor,
      goodput,
    },
    result: hours,
    unit: "h",
    reference: "docs/method.md, stages",
  });
  draft.uncertainty("training speed", sigma);
  addMemory(fields, plan, draft);
  const utilisation = 1 / secondsPerFlop / plan.device.peakAtPrecision;
  const stepTokens =
    (plan.layout.globalBatch * tokens) /
    Math.max(
      1,
      known.reduce((sum, one) => sum + one.samples, 0),
    );
  return {
    acceleratorHours: logNormal(hours, sigma, "h"),
    acceleratorPower: trainingPower(plan.hardware, utilisation, 0.85),
    stepTokens,
    stepSeconds: (stepTokens * flops * secondsPerFlop) / Math.max(1, tokens) / Math.max(1, plan.count),
  };
}
