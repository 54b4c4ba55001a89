/** Diffusion, plain or groupwise: sizes and defaults filled in, one batch timed. */
import type { Draft } from "../draft";
import type { Hardware } from "../hardware";
import { exact } from "../quantity";
import type { GenerationWorkload } from "../workload";
import type { Batch } from "./batch";
import { imageConstants, imageGeneration } from "./constants";
import { denoiserPass } from "./denoiser";
import { engineOf } from "./engine";
import { decodeFlops, generationTime, type Job, type Timing, textFlops, unfusedWidth } from "./law";
import { addMemory } from "./memory";
import type { Canvas, Pass } from "./pass";
import type { Pipeline } from "./pipeline";
import {
  defaultGuidance,
  denoiserParameters,
  type ResolvedPipeline,
  resolvePipeline,
  usualSteps,
} from "./resolvePipeline";
import { groupwise, rolling } from "./sequential";
import { energyWidth, latencyWidth } from "./widths";

const reference =
  "law fitted on ML.ENERGY v2 and v3, xDiT, stable-fast, diffusers-torchao and ten lesser sources; docs/method.md, images";

/** Width, height and frames of one item; defaults are the pipeline's and recorded. */
export function canvasOf(workload: GenerationWorkload, pipeline: Pipeline, draft: Draft): Canvas {
  const why = `default of ${pipeline.label}`;
  const { width: w, height: h } = workload;
  const width =
    w ?? (h === undefined ? draft.assume("width", pipeline.width, why) : draft.assume("width", h, "square"));
  const height =
    h ?? (w === undefined ? draft.assume("height", pipeline.height, why) : draft.assume("height", w, "square"));
  const video = workload.kind === "videoGeneration";
  const frames =
    workload.frames ?? (video ? draft.assume("frames", pipeline.frames > 1 ? pipeline.frames : 81, why) : 1);
  return { width: clampSide(width), height: clampSide(height), frames: Math.min(1e6, Math.max(1, frames)) };
}

/** Sides beyond a million pixels are typing errors; the bound keeps squares finite. */
const clampSide = (side: number): number => Math.min(1e6, Math.max(1, side));

/** The evaluations of the denoiser that a workload asks for, and FLOP of them per item and guidance pass. */
interface Plan {
  readonly evaluations: number;
  readonly flops: number;
  /** A cheaper variant of groupwise diffusion, as a share of the FLOP. */
  readonly lowest?: number;
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number>>;
}

function planOf(workload: GenerationWorkload, pass: Pass, steps: number, passes: number): Plan {
  const perPass = pass.linear + pass.attention;
  if (workload.groups === undefined)
    return {
      evaluations: steps,
      flops: steps * passes * perPass,
      formula: "steps · guidance passes · FLOP per pass",
      inputs: { steps, "guidance passes": passes, "FLOP per pass": perPass },
    };
  const groups = Math.max(1, Math.min(workload.groups ?? 1, pass.imageTokens));
  const perGroup = workload.stepsPerGroup ?? Math.max(1, Math.ceil(steps / groups));
  if (workload.window !== undefined) {
    const work = rolling(pass, groups, perGroup, workload.window, passes);
    return {
      ...work,
      formula: "rolling window: steps per group / window · Σ over positions of FLOP of the occupied groups",
      inputs: { groups, "steps per group": perGroup, window: workload.window, "guidance passes": passes },
    };
  }
  const { full, cached } = groupwise(pass, groups, perGroup, passes);
  return {
    ...full,
    ...(groups > 1 ? { lowest: cached.flops / full.flops } : {}),
    formula:
      "groups · steps per group · guidance passes · FLOP per pass (whole canvas; with finished groups cached: steps per group · (linear + attention · (groups + 1)/(2·groups)))",
    inputs: {
      groups,
      "steps per group": perGroup,
      "guidance passes": passes,
      "FLOP per pass": perPass,
      "FLOP with cache": cached.flops,
    },
  };
}

export interface Diffusion {
  readonly resolved: ResolvedPipeline;
  readonly canvas: Canvas;
  readonly pass: Pass;
  readonly plan: Plan;
  readonly passes: number;
}

/** Counts the denoising of one item, recording the steps. `field` names the model's field (the decoder of a hybrid). */
export function countDiffusion(
  workload: GenerationWorkload,
  draft: Draft,
  field: "model" | "decoder",
  defaultSteps?: number,
): Diffusion {
  const reference = field === "decoder" ? (workload.decoder ?? "FLUX.1-dev") : workload.model;
  const resolved = resolvePipeline(reference, draft, workload.kind === "videoGeneration", field);
  const { pipeline } = resolved;
  const canvas = canvasOf(workload, pipeline, draft);
  const pass = denoiserPass(pipeline.denoiser, canvas, pipeline.latent, pipeline.textTokens);
  // Steps per group, where stated, leave nothing for the total to say.
  const usual = defaultSteps ?? usualSteps(resolved);
  const steps =
    workload.steps ??
    (workload.groups !== undefined && workload.stepsPerGroup !== undefined
      ? workload.groups * workload.stepsPerGroup
      : draft.assume("steps", usual, `default of ${pipeline.label}`));
  const passes =
    workload.guidancePasses ??
    draft.assume(
      "guidancePasses",
      defaultGuidance(resolved, steps),
      `${pipeline.label}: 2 with classifier-free guidance, 1 where guidance is distilled into the weights`,
    );
  const plan = planOf(workload, pass, steps, passes);
  draft.step?.({
    quantity: "FLOP per pass",
    formula: passFormula(pass),
    inputs: {
      denoiser: pipeline.label,
      "image tokens": pass.imageTokens,
      "text tokens": pass.textTokens,
      "linear FLOP": pass.linear,
      "attention FLOP": pass.attention,
    },
    result: pass.linear + pass.attention,
    unit: "FLOP",
    reference: "shape of the published configuration",
  });
  draft.step?.({
    quantity: "denoising FLOP per item",
    formula: plan.formula,
    inputs: plan.inputs,
    result: plan.flops,
    unit: "FLOP",
  });
  return { resolved, canvas, pass, plan, passes };
}

const passFormula = (pass: Pass): string =>
  pass.backbone === "unet"
    ? "2 · multiply-adds of every residual block, transformer and resampling, block by block"
    : "2·L·(4d² + 2·d·f)·tokens + 4·L·tokens·context·d";

export function jobOf(workload: GenerationWorkload, counted: Diffusion, accelerators: number, batch: number): Job {
  return {
    pipeline: counted.resolved.pipeline,
    canvas: counted.canvas,
    pass: counted.pass,
    evaluations: counted.plan.evaluations,
    guidancePasses: counted.passes,
    batch,
    accelerators,
    precision: workload.precision,
    engine: engineOf(workload.engine),
    ...(workload.mfu === undefined ? {} : { mfu: workload.mfu }),
  };
}

export function diffuse(
  workload: GenerationWorkload,
  draft: Draft,
  hardware: Hardware | undefined,
  count: number,
  batchSize: number,
): Batch | undefined {
  const counted = countDiffusion(workload, draft, "model");
  const { resolved, canvas, pass, plan, passes } = counted;
  const extra = textFlops(resolved.pipeline, passes) + decodeFlops(resolved.pipeline, canvas);
  const flops = plan.flops + extra;
  const assumed =
    (workload.steps === undefined && workload.stepsPerGroup === undefined) || workload.width === undefined ? 0.15 : 0;
  const architecture = Math.hypot(resolved.width, assumed);
  const base = {
    flops,
    flopsWidth: Math.hypot(0.05, architecture),
    ...(plan.lowest === undefined ? {} : { lowestFlops: plan.flops * plan.lowest + extra }),
    reference,
  };
  const parameters = denoiserParameters(workload.model, resolved, draft);
  if (parameters !== undefined) {
    draft.set("parameters", exact(parameters, "1"));
    const weightPrecision = workload.weightPrecision ?? workload.precision ?? "bf16";
    const { pipeline } = resolved;
    addMemory(
      draft,
      {
        pipeline,
        canvas,
        pass,
        parameters,
        weightPrecision,
        guidancePasses: passes,
        batch: batchSize,
        accelerators: count,
      },
      hardware,
    );
  }
  if (workload.engine === undefined)
    draft.assume("engine", "eager PyTorch", "compiled or CUDA-graph engines take 0.5 to 0.7 of the time");
  if (hardware === undefined) return { ...base, latencyWidth: 0, energyWidth: 0, powerWidth: 0 };
  const job = jobOf(workload, counted, count, batchSize);
  const timing = generationTime(hardware.accelerator, timedJob(job, plan), imageConstants);
  if (timing === undefined) {
    draft.note("the catalogue knows no matrix peak or bandwidth of this accelerator: no time");
    return { ...base, latencyWidth: 0, energyWidth: 0, powerWidth: 0 };
  }
  explain(draft, job, timing, count);
  const generation = imageGeneration(hardware.accelerator.generation).width;
  const context = {
    accelerators: count,
    architecture,
    generation,
    timing,
    measured: job.engine.measured,
    stated: hardware.stated,
  };
  const cheaper = cachedLatency(hardware, job, plan, timing);
  const slower = unfusedLatency(hardware, job, plan);
  return {
    ...base,
    latency: timing.latency,
    ...(cheaper === undefined ? {} : { lowestLatency: cheaper }),
    ...(slower === undefined ? {} : { highestLatency: slower }),
    latencyWidth: latencyWidth(context),
    ...(timing.energy === undefined ? {} : { energy: timing.energy }),
    energyWidth: energyWidth(context),
    powerWidth: 0.12,
  };
}

/** A rolling window's evaluations see part of the canvas: the mean FLOP of one evaluation stands for the pass. */
function timedJob(job: Job, plan: Plan): Job {
  const mean = plan.flops / (plan.evaluations * job.guidancePasses);
  const share = mean / (job.pass.linear + job.pass.attention);
  return share > 0.999999 || !(share > 0) ? job : { ...job, pass: scaledPass(job.pass, share) };
}

function scaledPass(pass: Pass, share: number): Pass {
  const { traffic } = pass;
  return {
    ...pass,
    linear: pass.linear * share,
    attention: pass.attention * share,
    traffic: {
      base: traffic.base * share,
      queryKey: traffic.queryKey * share,
      convolution: traffic.convolution * share,
    },
  };
}

/**
 * Latency without a fused attention kernel, the upper end for U-Nets on an engine of which only the name is known: most are older than such
 * kernels. Undefined where that is no question.
 */
function unfusedLatency(hardware: Hardware, job: Job, plan: Plan): number | undefined {
  if (job.pass.backbone !== "unet" || !job.engine.undated || job.engine.class !== "eager") return undefined;
  const unfused = timedJob({ ...job, engine: { ...job.engine, unfusedAttention: true } }, plan);
  const latency = generationTime(hardware.accelerator, unfused, imageConstants)?.latency;
  return latency && latency * Math.exp(unfusedWidth / 2);
}

/** Latency with finished groups cached, its lower end; undefined where that is no choice. */
export function cachedLatency(hardware: Hardware, job: Job, plan: Plan, full: Timing): number | undefined {
  if (plan.lowest === undefined) return undefined;
  const cached = { ...job, pass: scaledPass(job.pass, plan.lowest) };
  const latency = generationTime(hardware.accelerator, cached, imageConstants)?.latency ?? full.latency;
  return latency * Math.exp(-0.15);
}

function explain(draft: Draft, job: Job, timing: Timing, accelerators: number): void {
  const { parts } = timing;
  draft.step?.({
    quantity: "time of one step",
    formula: "((linear + attention + memory + communication)⁴ + launch⁴)^¼",
    inputs: {
      batch: job.batch,
      accelerators,
      "linear (s)": parts.linear,
      "attention (s)": parts.attention,
      "memory (s)": parts.memory,
      "communication (s)": parts.communication,
      "launch (s)": parts.launch,
      engine: job.engine.class,
    },
    result: timing.step,
    unit: "s",
    reference,
  });
  draft.step?.({
    quantity: "latency",
    formula: "steps · time of one step + text encoder + autoencoder",
    inputs: {
      steps: job.evaluations,
      "time of one step (s)": timing.step,
      "text encoder (s)": timing.text,
      "autoencoder (s)": timing.decode,
    },
    result: timing.latency,
    unit: "s",
  });
}
