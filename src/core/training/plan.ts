/**
 * The plan of a run: model, hardware, layout and the choices a configuration leaves open, each recorded as an assumption.
 */
import type { Draft } from "../draft";
import { type Hardware, resolveHardware } from "../hardware";
import type { Architecture } from "../model/architecture";
import { loraParameters } from "../model/lora";
import type { Precision } from "../precision";
import { type TrainingDevice, trainingDevice } from "./device";
import { knownModel } from "./knownModel";
import { type Layout, layoutOf, type Method } from "./layout";
import { settledCheckpointing, trainingMemory } from "./memory";
import { type MemoryFields, type MemoryQuestion, memoryInput } from "./memoryInput";
import { type Fitted, fittedOf, type Stack, stackOf } from "./stack";
import type { Checkpointing, TimeInput } from "./time";
import { trainerOf } from "./trainer";

export interface Plan extends TimeInput {
  readonly hardware: Hardware;
  readonly device: TrainingDevice;
  readonly layout: Layout;
  readonly model: Architecture;
  readonly precision: Precision;
  /** Parameters of the adapter; 0 in full training. */
  readonly adapter: number;
  /** Recomputation follows from memory: the memory model need not ask again. */
  readonly checkpointingSettled: boolean;
  /** The file names its framework. */
  readonly frameworkStated: boolean;
  /** Which speeds of that framework the constants were fitted on. */
  readonly frameworkFitted: Fitted;
  /** Accelerators to reckon with; `countStated` tells whether the file says so. */
  readonly count: number;
  readonly countStated: boolean;
}

export type PlanFields = MemoryFields & { readonly kind?: string };

export interface PlanDefaults {
  readonly method: Method;
  /** Tokens per sequence where nothing is stated. */
  readonly sequence: number;
  readonly checkpointing?: Checkpointing;
  readonly stack?: Stack;
}

/** 16-bit format of a part: older ones have no bf16. */
function usualPrecision(hardware: Hardware): Precision {
  const { peak } = hardware.accelerator;
  return peak.bf16 === undefined && peak.fp16 !== undefined ? "fp16" : "bf16";
}

/** Bytes per parameter of weights, gradients and optimiser states (mixed-precision Adam; frozen base; 4-bit base). */
const stateBytes: Readonly<Record<Method, number>> = { full: 16, lora: 2.4, qlora: 0.8 };

/** The fewest accelerators, as a power of two, whose memory holds the states with a quarter left for activations. */
export function smallestCount(parameters: number, method: Method, memory: number): number {
  const need = (parameters * stateBytes[method]) / (0.75 * memory * 1e9);
  return 2 ** Math.min(20, Math.max(0, Math.ceil(Math.log2(Math.max(1e-9, need)))));
}

/** Doubles an assumed count until the run fits; the count as it was where more of the same do not help. */
function holdingCount(
  fields: PlanFields,
  question: MemoryQuestion,
  packed: boolean,
): { count: number; holds: boolean } {
  for (let count = question.count; count <= 16 * question.count; count *= 2)
    if (trainingMemory(memoryInput(fields, { ...question, count }, packed, false)).fits !== false)
      return { count, holds: true };
  return { count: question.count, holds: false };
}

/** A long run without a stated count is taken to last about a month at 40 % of peak. */
function usualCount(fields: PlanFields, model: Architecture, device: TrainingDevice, method: Method): number {
  const { tensor = 1, pipeline = 1, context = 1, data = 1 } = fields.parallelism ?? {};
  const together = Math.min(2 ** 20, Math.max(1, Math.round(tensor) * Math.round(pipeline) * Math.round(context)));
  const states = smallestCount(model.parameters, method, device.memory);
  const least = together * Math.max(Math.min(2 ** 20, Math.round(data)), Math.ceil(states / together));
  const { tokens } = fields;
  if (tokens === undefined || method !== "full") return least;
  const seconds = (6 * model.activeParameters * tokens) / (0.4 * device.peak);
  return Math.max(least, 2 ** Math.min(14, Math.max(0, Math.round(Math.log2(Math.max(1, seconds / (30 * 86400)))))));
}

/** What a diffusion transformer sees of one sample: latent patches of a usual picture or clip, and its prompt. */
function pictureTokens({
  backbone,
  denoiser,
}: Architecture["spec"]): { readonly tokens: number; readonly reason: string } | undefined {
  if (backbone !== "diffusionTransformer") return undefined;
  const { latentScale = 8, patchSize = 2, temporalScale, temporalPatchSize = 1, textTokens = 0 } = denoiser ?? {};
  const patch = Math.max(1, latentScale * patchSize);
  const patches = (width: number, height: number): number => Math.round(width / patch) * Math.round(height / patch);
  if (temporalScale === undefined)
    return {
      tokens: Math.max(1, patches(1024, 1024) + textTokens),
      reason: "patches of a picture of 1024 × 1024 and its prompt, as no size is stated",
    };
  const moments = Math.max(1, Math.round(80 / Math.max(1, temporalScale * temporalPatchSize)) + 1);
  return {
    tokens: Math.max(1, patches(832, 480) * moments + textTokens),
    reason: "patches of a clip of 832 × 480 with 81 frames and its prompt, as no size is stated",
  };
}

function sequenceOf(fields: PlanFields, model: Architecture, usual: number, draft: Draft): number {
  if (fields.sequenceLength !== undefined) return Math.min(1e9, Math.max(1, fields.sequenceLength));
  const picture = pictureTokens(model.spec);
  if (picture !== undefined) return draft.assume("sequenceLength", picture.tokens, picture.reason);
  const context = model.spec.contextLength;
  const value = context !== undefined && context > 0 ? Math.min(usual, context) : usual;
  return draft.assume("sequenceLength", value, "tokens per sequence not stated");
}

function adapterOf(fields: PlanFields, model: Architecture, method: Method, draft: Draft): number {
  if (method === "full") return 0;
  if (fields.adapterParameters !== undefined) return Math.min(fields.adapterParameters, model.parameters);
  const rank = fields.loraRank ?? draft.assume("loraRank", 16, "rank of the adapter not stated");
  return Math.min(loraParameters(model, rank, fields.loraTargets), model.parameters);
}

/** Inputs' and outputs' widths of all adapted matrices: parameters per rank. */
const adaptedWidths = ({ adapterParameters, loraRank, loraTargets }: PlanFields, model: Architecture): number =>
  adapterParameters !== undefined && loraRank !== undefined
    ? Math.min(adapterParameters, model.parameters) / Math.max(1, loraRank)
    : loraParameters(model, 1, loraTargets);

const followsMemory = (fields: PlanFields, method: Method, stack: Stack): boolean =>
  fields.activationCheckpointing === undefined && method === "full" && stack !== "vendor";

/**
 * What is not stated: a tuned stack spreads a model until nothing need be recomputed; an adapter over several accelerators recomputes,
 * as its recipes do; full training on other stacks recomputes where its memory asks for it.
 */
function checkpointingOf(
  fields: PlanFields,
  stack: Stack,
  question: MemoryQuestion,
  fallback: Checkpointing | undefined,
  draft: Draft,
): Checkpointing {
  if (fields.activationCheckpointing !== undefined) return fields.activationCheckpointing;
  const usual = (): Checkpointing => {
    if (question.method !== "full") return question.count > 1 && stack !== "vendor" ? "full" : "none";
    return followsMemory(fields, question.method, stack)
      ? settledCheckpointing(memoryInput(fields, question, draft.kind === "training", false))
      : "none";
  };
  return draft.assume("activationCheckpointing", fallback ?? usual(), "recomputation of activations not stated");
}

/** Undefined (with a note) when the model, the accelerator or its peak rate is not known. */
export function planRun(fields: PlanFields, defaults: PlanDefaults, draft: Draft): Plan | undefined {
  const model = knownModel(fields.model, draft);
  if (model === undefined) {
    if (fields.model === undefined) draft.note("no model is stated");
    return undefined;
  }
  if (model.spec.backbone === "unet") {
    draft.note("how fast a U-Net trains is not estimated: only the hardware is");
    return undefined;
  }
  const hardware = resolveHardware(fields, draft);
  if (hardware === undefined || hardware.count === 0) {
    if (hardware?.count === 0) draft.note("no accelerators are reserved");
    return undefined;
  }
  const precision =
    fields.precision ??
    draft.assume("precision", usualPrecision(hardware), "precision of the multiplications not stated");
  const device = trainingDevice(hardware.accelerator, precision, fields.accelerator);
  if (device === undefined) {
    draft.note(`the catalogue has no peak rate of ${hardware.accelerator.name} in ${precision}`);
    return undefined;
  }
  const { method } = defaults;
  const sequence = sequenceOf(fields, model, defaults.sequence, draft);
  const { nodes } = fields;
  const fromNodes = nodes === undefined || nodes <= 0 ? undefined : nodes * hardware.accelerator.acceleratorsPerNode;
  if (hardware.count === undefined && fromNodes !== undefined)
    draft.assume(
      "acceleratorsPerNode",
      hardware.accelerator.acceleratorsPerNode,
      "accelerators of one node not stated: as usual for the part",
    );
  const countStated = hardware.count !== undefined || fromNodes !== undefined;
  const assumedCount = (): number => {
    const usual = { model, method, hardware, sequence, count: usualCount(fields, model, device, method) };
    const { count: enough, holds } = holdingCount(fields, usual, draft.kind === "training");
    return draft.assume(
      "accelerators",
      enough,
      holds ? "number of accelerators not stated: enough to hold the run" : "number of accelerators not stated",
    );
  };
  const count = hardware.count ?? fromNodes ?? assumedCount();
  const stated = stackOf(fields.framework);
  const stack = stated ?? defaults.stack ?? (model.expertLayers > 0 && method === "full" ? "vendor" : "typical");
  if (stated === undefined)
    draft.assume(
      "framework",
      stack === "vendor" ? "vendor-tuned stack" : "common PyTorch stack",
      model.expertLayers > 0 && stack === "vendor"
        ? "framework not stated; experts are rarely trained without a tuned stack"
        : "framework not stated",
    );
  const layout = layoutOf({
    model,
    method,
    stack,
    accelerators: count,
    memory: device.memory,
    sequence,
    parallelism: fields.parallelism,
    microBatch: fields.microBatchSize,
    gradientAccumulation: fields.gradientAccumulation,
    globalBatch: fields.globalBatchSize,
    usualBatchTokens: fields.tokens !== undefined && fields.tokens > 5e10 ? 4e6 : undefined,
  });
  if (!layout.batchStated)
    draft.assume("globalBatchSize", Math.round(layout.globalBatch), "sequences per step not stated");
  if (!layout.stated && count > 1)
    draft.assume("parallelism", describe(layout), "layout not stated: the usual one for this size and count");
  const adapter = adapterOf(fields, model, method, draft);
  return {
    hardware,
    device,
    layout,
    model,
    method,
    precision,
    stack,
    frameworkStated: stated !== undefined,
    frameworkFitted: fittedOf(fields.framework, device.generation),
    checkpointing: checkpointingOf(
      fields,
      stack,
      { model, method, count, hardware, sequence, layout },
      defaults.checkpointing,
      draft,
    ),
    checkpointingSettled: defaults.checkpointing === undefined && followsMemory(fields, method, stack),
    sequence,
    adapter,
    trainable: method === "full" ? model.parameters : adapter,
    trainer: trainerOf(fields.framework, layout.sharded),
    adapted: method === "full" ? 0 : adaptedWidths(fields, model),
    count,
    countStated,
  };
}

/** `tensor 4, pipeline 2, data 8`. */
export function describe(layout: Layout): string {
  const parts = [
    layout.tensor > 1 ? `tensor ${layout.tensor}` : "",
    layout.pipeline > 1 ? `pipeline ${layout.pipeline}` : "",
    layout.context > 1 ? `context ${layout.context}` : "",
    layout.expert > 1 ? `expert ${layout.expert}` : "",
    `data ${Math.round(layout.data * 100) / 100}`,
    layout.sharded ? "sharded" : "",
  ];
  return parts.filter(Boolean).join(", ");
}
