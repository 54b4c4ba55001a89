/**
 * A run of training or fine-tuning: from plan and amount of work to FLOPs, throughput, hours, power and footprint.
 */
import type { Draft } from "../draft";
import type { Generation } from "../facts";
import { exact, logNormal, multiply, type Quantity, scale, sigmaOf, widen } from "../quantity";
import { trainingCalibration } from "./constants";
import { is16Bit } from "./device";
import { evaluationOf } from "./evaluation";
import { trainingFlopsPerToken } from "./flops";
import { goodputOf, isTuned } from "./goodput";
import { addReservation, finish, shownNumber as round } from "./outcome";
import { addMemory } from "./peak";
import { type Plan, type PlanDefaults, type PlanFields, planRun } from "./plan";
import { trainingPower } from "./power";
import { stagedOutcome } from "./stagedRun";
import { type TimePerToken, timePerToken } from "./time";
import { type Work, workOf } from "./work";

const reference = "docs/method.md, training; constants fitted on published measurements";

/** Standard deviations of the logarithm of measured over estimated, by what is known; fitted with the constants. */
const sigma = trainingCalibration.sigma;

interface Pace {
  /** Accelerator-seconds per token, steady state. */
  readonly seconds: number;
  /** Spread of the steady rate, and of hours over the whole run. */
  readonly stepSigma: number;
  /** Spread of the steady rate to its slow side, where that is wider. */
  readonly slowSigma?: number;
  readonly runSigma: number;
  /** Share of the run's hours that the steady rate accounts for. */
  readonly goodput: number;
  readonly goodputReason?: string;
  readonly terms?: TimePerToken;
}

/** Generations that the fit has measurements of; others are predicted by the same form alone. */
const measured: ReadonlySet<Generation> = new Set(["ampere", "hopper", "blackwell", "cdna3", "gaudi", "tpu"]);

/** Spread per doubling of the accelerators beyond a node: nobody states the network, nor how well an engine hides it. */
const networkSigma = 0.05;

const nodesSigma = (plan: Plan): number => networkSigma * Math.log2(Math.max(1, plan.count / 8));

/** Spread of other makers' chips beside NVIDIA's: few were measured per generation, and their compilers move faster (Gaudi 2, TPUs v4 to v7). */
const makerSigma = 0.1;

/**
 * Outside vendors' stacks Blackwell runs its own attention kernels (DeepSpeed over PyTorch's, B200) or those of earlier generations at a
 * quarter of their pace (prime-rl on B200, FlashAttention 2): per share of the time that is attention.
 */
const kernelSigma = 0.6;

function attentionSigma(plan: Plan, { attention, bubble, scale, total }: TimePerToken): number {
  if (plan.device.generation !== "blackwell" || plan.stack !== "typical") return 0;
  return (kernelSigma * attention * bubble * scale) / total;
}

/** What an engine adds that no constant was fitted on: its kernels, and its exchanges over many nodes. */
const engineSigma = (plan: Plan): number => Math.hypot(sigma.stepOther, nodesSigma(plan));

/**
 * Rates of makers' stacks were fitted on the makers' own tables: layouts searched, host and network at their best. The same stack on other
 * people's clusters is rarely faster and often slower. Spreads to both sides.
 */
function ownCluster(plan: Plan, moe: boolean): { readonly fast: number; readonly slow: number } {
  if (plan.stack !== "vendor" || !plan.frameworkFitted.rate) {
    const either = moe ? sigma.stepExperts : sigma.step;
    return { fast: either, slow: either };
  }
  if (!moe) return { fast: sigma.step, slow: sigma.stepSlow };
  return { fast: plan.device.nvidia ? sigma.stepExpertsFast : sigma.stepExperts, slow: sigma.stepExpertsSlow };
}

/** Formats below 16 bit on a generation that the fit has no measurements of: its kernels and what converts to them are unknown. */
const formatSigma = 0.2;

/** Trainers that publish no rates: their loss, adapters and attention may take as long again as the model. */
const unfittedTrainer = 0.25;

/** Experts on engines that no constant was fitted on: how evenly tokens spread over them, and in which kernels, differs by trainer. */
const unfittedExperts = 0.5;

function paceOf(plan: Plan, fields: PlanFields, flopsPerToken: number): Pace {
  if (fields.mfu !== undefined) {
    const rate = plan.device.peakAtPrecision * fields.mfu;
    return { seconds: flopsPerToken / rate, stepSigma: 0.05, runSigma: 0.08, goodput: 1 };
  }
  const terms = timePerToken(plan);
  const moe = plan.model.expertLayers > 0;
  const assumed = Math.hypot(
    plan.model.generic ? 0.1 : 0,
    measured.has(plan.device.generation) ? 0 : 0.2,
    measured.has(plan.device.generation) || is16Bit(plan.device.precision) ? 0 : formatSigma,
    attentionSigma(plan, terms),
  );
  if (plan.method === "full" && fields.kind !== "fineTuning") {
    const tuned = isTuned(plan);
    const engine = engineSigma(plan);
    const { rate, run } = plan.frameworkFitted;
    const known = Math.hypot(assumed, plan.device.nvidia ? 0 : makerSigma);
    const { fast, slow } = ownCluster(plan, moe);
    const unfitted = rate ? 0 : Math.hypot(engine, moe ? unfittedExperts : 0);
    return {
      seconds: terms.total,
      stepSigma: Math.hypot(fast, known, unfitted),
      slowSigma: Math.hypot(slow, known, unfitted),
      runSigma: Math.hypot(
        moe ? sigma.runExperts : tuned ? sigma.runTuned : sigma.run,
        known,
        tuned && !run ? engine : 0,
      ),
      goodput: goodputOf(plan, false, false),
      goodputReason: tuned
        ? "share of the hours spent at the steady rate on a tuned stack: evaluations, checkpoints, restarts"
        : "hours of published runs over their steady rate: restarts, evaluations, stack not at its best",
      terms,
    };
  }
  const vendor = plan.stack === "vendor";
  const evaluated = evaluationOf(fields, plan) !== undefined;
  const experts = moe ? unfittedExperts : 0;
  const other = Math.hypot(sigma.tune, unfittedTrainer, nodesSigma(plan), experts);
  const step = vendor ? Math.hypot(sigma.tuneVendor, experts) : other;
  const run = vendor ? Math.hypot(sigma.tuneVendorRun, experts) : Math.hypot(other, 0.1);
  return {
    seconds: terms.total,
    stepSigma: Math.hypot(step, moe ? sigma.stepExperts : 0, assumed),
    runSigma: Math.hypot(run, moe ? sigma.stepExperts : 0, assumed),
    goodput: goodputOf(plan, true, evaluated),
    goodputReason: evaluated
      ? "share of a fine-tuning run at the steady rate: start, saving"
      : "share of a fine-tuning run at the steady rate: start, evaluation, saving",
    terms,
  };
}

/** A batch that follows from accelerators nobody counted, or from an accumulation nobody stated, is a guess. */
function batchSigmaOf(fields: PlanFields, plan: Plan): number {
  if (fields.globalBatchSize !== undefined) return 0;
  if (!plan.countStated) return plan.count > 1 ? 0.8 : 0.4;
  return plan.layout.batchStated ? 0 : 0.4;
}

export function estimateRun(fields: PlanFields, defaults: PlanDefaults, draft: Draft): void {
  const plan = planRun(fields, defaults, draft);
  if (plan === undefined) {
    addReservation(fields, draft);
    return;
  }
  const { model, layout, sequence, hardware } = plan;
  const perToken = trainingFlopsPerToken(model, sequence, plan.method, plan.adapter);
  draft.set("parameters", exact(model.parameters, "1"));
  draft.set("activeParameters", exact(model.activeParameters, "1"));
  const flopsSigma = model.generic ? 0.08 : 0;
  draft.set("flopsPerToken", logNormal(perToken.total, flopsSigma, "FLOP/token"));
  draft.step?.({
    quantity: "flopsPerToken",
    formula: plan.method === "full" ? "6·N + attention" : "4·N (frozen base) + 6·N_adapter + attention",
    inputs: {
      "N multiplied per token": perToken.matmul / (plan.method === "full" ? 6 : 4),
      "attention (FLOP)": perToken.attention,
      "sequence length": sequence,
      ...(plan.adapter > 0 ? { N_adapter: plan.adapter } : {}),
    },
    result: perToken.total,
    unit: "FLOP/token",
    reference: "Kaplan et al. 2020 with causal attention; LoRA: Hu et al. 2021",
  });

  if (fields.stages !== undefined && fields.stages.length > 0) {
    const pace = paceOf(plan, fields, perToken.total);
    explainPace(plan, fields, pace, perToken.total, draft);
    const outcome = stagedOutcome(fields, plan, pace.seconds, perToken.total, draft);
    const stepTokens = layout.globalBatch * sequence;
    const stepSeconds = (stepTokens * pace.seconds) / Math.max(1, plan.count);
    finish(
      fields,
      plan,
      outcome ?? { acceleratorHours: undefined, acceleratorPower: undefined, stepSeconds, stepTokens },
      draft,
    );
    return;
  }
  const { globalBatch, microBatch } = layout;
  const work = workOf(fields, { sequence, globalBatch, microBatch, batchSigma: batchSigmaOf(fields, plan) }, draft);
  const pace = paceOf(plan, fields, perToken.total);
  explainPace(plan, fields, pace, perToken.total, draft);
  const evaluation = evaluationOf(fields, plan);
  if (evaluation) draft.assume("evaluation", round(evaluation.share), evaluation.reason);
  const seconds = pace.seconds * (1 + (evaluation?.share ?? 0));
  // A fine-tuning run's throughput is that of the run, evaluations included; a number of steps alone is a steady rate.
  const wholeRun = fields.kind === "fineTuning" && (fields.tokens !== undefined || fields.epochs !== undefined);
  const throughput = (wholeRun ? pace.goodput : 1) / seconds;
  const rate = logNormal(throughput, pace.stepSigma, "tokens/s/accelerator");
  const slow = logNormal(throughput, pace.slowSigma ?? pace.stepSigma, "tokens/s/accelerator");
  draft.set("trainingThroughput", { ...rate, low: slow.low });
  draft.uncertainty("training speed", pace.runSigma);

  addMemory(fields, plan, draft);
  const utilisation = perToken.total / pace.seconds / plan.device.peakAtPrecision;
  const busy = pace.terms ? (pace.terms.matmul + pace.terms.attention + pace.terms.memory) / pace.terms.total : 0.85;
  const acceleratorPower = trainingPower(hardware, utilisation, Math.min(1, busy));
  const acceleratorHours = work && hoursOf(work, seconds, pace, perToken.total, flopsSigma, draft);
  const stepTokens = layout.globalBatch * sequence;
  const stepSeconds = (stepTokens * seconds) / Math.max(1, plan.count);
  finish(fields, plan, { acceleratorHours, acceleratorPower, stepSeconds, stepTokens }, draft);
}

function hoursOf(
  work: Work,
  seconds: number,
  pace: Pace,
  flopsPerToken: number,
  flopsSigma: number,
  draft: Draft,
): Quantity {
  draft.step?.({
    quantity: "tokens",
    formula: work.formula,
    inputs: work.inputs,
    result: work.tokens.central,
    unit: "tokens",
  });
  const flops = widen(scale(work.tokens, flopsPerToken, "FLOP"), flopsSigma);
  draft.set("flops", flops);
  draft.step?.({
    quantity: "flops",
    formula: "tokens · FLOPs per token",
    inputs: { tokens: work.tokens.central, "FLOP/token": flopsPerToken },
    result: flops.central,
    unit: "FLOP",
  });
  if (pace.goodputReason !== undefined) draft.assume("goodput", pace.goodput, pace.goodputReason, reference);
  const perToken = logNormal(seconds / pace.goodput / 3600, pace.runSigma, "h");
  const hours = multiply(work.tokens, perToken, "h");
  draft.step?.({
    quantity: "acceleratorHours",
    formula: "tokens · seconds per token / 3600 / goodput",
    inputs: {
      tokens: work.tokens.central,
      "µs per token and accelerator": round(seconds * 1e6),
      goodput: pace.goodput,
    },
    result: hours.central,
    unit: "h",
    reference,
  });
  draft.uncertainty("amount of work", sigmaOf(work.tokens));
  return hours;
}

function explainPace(plan: Plan, fields: PlanFields, pace: Pace, flopsPerToken: number, draft: Draft): void {
  const { device } = plan;
  const achieved = flopsPerToken / pace.seconds;
  const inputs: Record<string, number | string> = {};
  if (pace.terms) {
    const micro = (value: number): number => round(value * 1e6);
    inputs["matrix multiplication (µs)"] = micro(pace.terms.matmul);
    inputs["attention (µs)"] = micro(pace.terms.attention);
    inputs["memory traffic (µs)"] = micro(pace.terms.memory + pace.terms.launch);
    inputs["communication (µs)"] = micro(pace.terms.communication);
    inputs["optimiser (µs)"] = micro(pace.terms.optimizer + pace.terms.offload);
    inputs["pipeline bubble (×)"] = round(pace.terms.bubble);
    inputs["scale (×)"] = round(pace.terms.scale);
    draft.step?.({
      quantity: "trainingThroughput",
      formula: "1 / ((multiplication + attention + memory traffic + communication + optimiser) · bubble · scale)",
      inputs,
      result: 1 / pace.seconds,
      unit: "tokens/s/accelerator",
      reference,
    });
  } else {
    draft.step?.({
      quantity: "trainingThroughput",
      formula: "peak · MFU / FLOPs per token",
      inputs: {
        "peak (TFLOP/s)": device.peakAtPrecision / 1e12,
        MFU: fields.mfu as number,
        "FLOP/token": flopsPerToken,
      },
      result: 1 / pace.seconds,
      unit: "tokens/s/accelerator",
      reference: "stated model FLOPs utilisation",
    });
  }
  draft.step?.({
    quantity: "mfu",
    formula: "FLOPs per token · tokens per second / peak",
    inputs: {
      "achieved (TFLOP/s)": round(achieved / 1e12),
      "peak (TFLOP/s)": device.peakAtPrecision / 1e12,
      precision: device.precision,
    },
    result: round(achieved / device.peakAtPrecision),
    unit: "1",
    reference: plan.hardware.accelerator.source,
  });
}
