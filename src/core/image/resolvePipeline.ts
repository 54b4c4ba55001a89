/** From what a workload says of its model to a pipeline whose cost can be counted. */
import type { Draft } from "../draft";
import { specificationOf } from "../model/architecture";
import type { ModelSpec } from "../model/specification";
import type { ModelReference } from "../workload";
import type { DiffusionTransformer } from "./denoiser";
import type { Pipeline } from "./pipeline";
import { genericPipeline, isDistilled, pipelineByKey, pipelineByName } from "./shapes";

export interface ResolvedPipeline {
  readonly pipeline: Pipeline;
  readonly name: string;
  /** 80 % log half-width that not knowing the architecture adds. */
  readonly width: number;
}

/** Measured against models whose names were hidden: half the estimates lie within a factor of 1.5. */
const unknownWidth = 0.5;
const guessedWidth = 0.25;
const assumedWidth = 0.9;

/** U-Nets are told apart from transformers by size where only the size is known: SD 1/2 has 0.86 B, SDXL 2.57 B. */
function knownSize(parameters: number, video: boolean): Pipeline | undefined {
  if (video) return undefined;
  if (parameters > 0.84e9 && parameters < 0.9e9) return pipelineByKey("sd-1");
  if (parameters > 2.5e9 && parameters < 2.62e9) return pipelineByKey("sdxl");
  return undefined;
}

/** A transformer whose dimensions the workload or the catalogue states, over the defaults of the nearest known pipeline. */
function fromDimensions(spec: ModelSpec, near: Pipeline | undefined, video: boolean): Pipeline | undefined {
  const { layers, hiddenSize, denoiser } = spec;
  if (!layers || !hiddenSize || spec.backbone === "unet") return undefined;
  const base = near ?? genericPipeline(12 * layers * hiddenSize ** 2, video, spec.name ?? "");
  const old = base.denoiser.backbone === "transformer" ? base.denoiser : undefined;
  const doubles = denoiser?.doubleBlocks ?? 0;
  const text = denoiser?.crossBlocks ? "cross" : doubles || denoiser?.singleBlocks ? "joint" : (old?.text ?? "cross");
  const shape: DiffusionTransformer = {
    backbone: "transformer",
    text,
    patch: denoiser?.patchSize ?? old?.patch ?? 2,
    ...(old?.queryKeyNorm ? { queryKeyNorm: true } : {}),
    ...(old?.rotary ? { rotary: true } : {}),
    ...(old?.linearAttention ? { linearAttention: true } : {}),
    ...(doubles > 0
      ? { doubleLayers: Math.min(doubles, layers) }
      : old?.doubleLayers
        ? { doubleLayers: Math.min(layers, old.doubleLayers) }
        : {}),
    ...((denoiser?.temporalPatchSize ?? old?.temporalPatch)
      ? { temporalPatch: denoiser?.temporalPatchSize ?? old?.temporalPatch ?? 1 }
      : {}),
    layers,
    width: hiddenSize,
    heads: Math.max(1, Math.round(spec.attentionHeads ?? hiddenSize / 64)),
    feedForward: (spec.intermediateSize ?? 4 * hiddenSize) * (spec.gatedMlp ? 1.5 : 1),
  };
  if (!(shape.patch > 0)) return undefined;
  return {
    ...base,
    key: "stated",
    label: "stated dimensions",
    denoiser: shape,
    latent: {
      ...base.latent,
      ...(denoiser?.latentScale ? { scale: denoiser.latentScale } : {}),
      ...(denoiser?.temporalScale ? { temporalScale: denoiser.temporalScale } : {}),
    },
    textTokens: denoiser?.textTokens ?? base.textTokens,
    textEncoder: denoiser?.textEncoderParameters ?? base.textEncoder,
    steps: denoiser?.defaultSteps ?? base.steps,
    guidancePasses: denoiser?.defaultGuidancePasses ?? base.guidancePasses,
  };
}

/** Resolves the denoiser named or described by `reference`, recording under `field` what had to be assumed. */
export function resolvePipeline(
  reference: ModelReference | undefined,
  draft: Draft,
  video: boolean,
  field = "model",
): ResolvedPipeline {
  const given: ModelSpec = reference === undefined ? {} : specificationOf(reference);
  const name = given.name ?? "";
  const named = name === "" ? undefined : pipelineByName(name);
  const own = fromDimensions(given, named, video);
  if (own) return { pipeline: own, name, width: named ? 0 : guessedWidth };
  if (given.denoiser?.shape) {
    const keyed = pipelineByKey(given.denoiser.shape);
    if (keyed) return { pipeline: keyed, name, width: 0 };
  }
  if (named) return { pipeline: named, name, width: 0 };

  const facts = name === "" ? undefined : draft.facts.model(name);
  const spec = facts && facts.how !== "fuzzy" ? facts.value.spec : undefined;
  if (spec) {
    const keyed = spec.denoiser?.shape ? pipelineByKey(spec.denoiser.shape) : undefined;
    if (keyed) return { pipeline: keyed, name, width: 0 };
    const described = spec.denoiser ? fromDimensions({ ...spec, ...given }, undefined, video) : undefined;
    if (described) return { pipeline: described, name, width: guessedWidth };
  }
  const parameters = given.parameters ?? spec?.parameters;
  if (parameters === undefined || parameters < 1e6) {
    const key = video ? "wan-14b" : "sdxl";
    const pipeline = pipelineByKey(key) as Pipeline;
    draft.assume(
      field,
      pipeline.label,
      name === "" ? "no model is named" : `the architecture of "${name.slice(0, 60)}" is not known`,
    );
    return { pipeline, name, width: assumedWidth };
  }
  if (given.backbone === "unet") {
    const pipeline = scaledUNet(parameters, video);
    draft.assume(
      `${field}.denoiser`,
      pipeline.label,
      "blocks are not known: the nearest U-Net, scaled to the parameters",
    );
    return { pipeline, name, width: unknownWidth };
  }
  const sized = given.backbone === undefined ? knownSize(parameters, video) : undefined;
  const pipeline = sized ?? genericPipeline(parameters, video, name);
  draft.assume(
    `${field}.denoiser`,
    pipeline.label,
    `the architecture of "${name.slice(0, 60)}" is not known: taken from its ${(parameters / 1e9).toPrecision(3)} B parameters`,
  );
  return { pipeline, name, width: unknownWidth };
}

/** SD 1 or SDXL with channels scaled by the square root of the parameters' ratio. */
function scaledUNet(parameters: number, video: boolean): Pipeline {
  const near = pipelineByKey(video ? "animatediff" : parameters > 1.5e9 ? "sdxl" : "sd-1") as Pipeline;
  const size = near.key === "sdxl" ? 2.57e9 : near.key === "animatediff" ? 1.3e9 : 0.86e9;
  const factor = Math.sqrt(parameters / size);
  if (near.denoiser.backbone !== "unet") return near;
  return {
    ...near,
    key: "scaled-unet",
    label: `${near.label} scaled to size`,
    denoiser: { ...near.denoiser, channels: near.denoiser.channels.map((c) => c * factor) },
  };
}

/** Steps beyond a distilled model's schedule were run with its family's ordinary guidance. */
const distilledSchedule = 8;

export function defaultGuidance(resolved: ResolvedPipeline, steps: number): number {
  const { pipeline, name } = resolved;
  if (pipeline.ownSchedule) return pipeline.guidancePasses;
  if (isDistilled(name) || pipeline.steps <= 4) {
    const consistency = /lcm|consistency/i.test(name) || pipeline.key === "lcm";
    return steps > distilledSchedule && !consistency && !/schnell/i.test(name) ? 2 : 1;
  }
  return pipeline.guidancePasses;
}

/** Steps of the published pipeline; of a distilled member that is not known by itself, the most its schedule has. */
export function usualSteps({ pipeline, name }: ResolvedPipeline): number {
  return isDistilled(name) && !pipeline.ownSchedule ? Math.min(distilledSchedule, pipeline.steps) : pipeline.steps;
}

/** Parameters of the denoiser: stated, or the catalogue's; undefined where neither knows. */
export function denoiserParameters(
  reference: ModelReference | undefined,
  { pipeline, name, width }: ResolvedPipeline,
  draft: Draft,
): number | undefined {
  const stated = typeof reference === "string" ? undefined : reference?.parameters;
  if (stated !== undefined && stated > 0) return stated;
  // A model that stands in for an unknown one says nothing of its size.
  if (width >= assumedWidth) return undefined;
  const own = name === "" ? undefined : draft.facts.model(name);
  const known = own && own.how !== "fuzzy" ? own.value.spec : draft.facts.model(pipeline.key)?.value.spec;
  return known?.denoiser ? known.parameters : undefined;
}
