/** Pictures made token by token, scale by scale, by masked iterations, or by a language model with a diffusion decoder. */
import type { Draft } from "../draft";
import type { Hardware } from "../hardware";
import { resolveModel } from "../model/architecture";
import { matmulParameters } from "../model/flops";
import type { ModelSpec } from "../model/specification";
import { weightBits } from "../precision";
import type { GenerationWorkload } from "../workload";
import type { Batch } from "./batch";
import { imageConstants } from "./constants";
import { cachedLatency, countDiffusion, jobOf } from "./diffuse";
import { decodeFlops, generationTime } from "./law";
import {
  autoregressive,
  type Decoder,
  type MaskedModel,
  maskedAutoregressive,
  maskedModels,
  nextScale,
  scales256,
  scales512,
  tokensOfScales,
  transfusion,
  type Work,
} from "./sequential";
import { pipelineByName } from "./shapes";
import { type Passes, passTime } from "./tokenTime";

const reference = "launches: LlamaGen serving page (A100); FLOP counts: docs/method.md, images";
const tokenWidth = 0.4;
/** Image tokenisers of this family shrink a picture 16-fold along each side. */
const tokeniserScale = 16;

/** Families known by name: VAR-d16 … d36 (width 64·depth) and LlamaGen. */
function namedSpec(name: string): ModelSpec | undefined {
  const deep = /var[-_ ]?d(\d{2})\b/i.exec(name);
  if (deep) {
    const layers = Number(deep[1]);
    return plain(layers, 64 * layers, 256 * layers, 4096, false);
  }
  const llama = /llamagen[-_ ]?(3b|xxl|xl|l|b)\b/i.exec(name)?.[1]?.toLowerCase();
  if (llama === "b") return plain(12, 768, 2048, 16_384, true);
  if (llama === "l") return plain(24, 1024, 2816, 16_384, true);
  if (llama === "xl") return plain(36, 1280, 3584, 16_384, true);
  if (llama === "xxl") return plain(48, 1536, 4096, 16_384, true);
  if (llama === "3b") return plain(24, 3200, 8704, 16_384, true);
  return undefined;
}

function plain(layers: number, width: number, feedForward: number, vocabulary: number, gated: boolean): ModelSpec {
  const heads = Math.max(1, Math.round(width / 64));
  return {
    layers,
    hiddenSize: width,
    attentionHeads: heads,
    keyValueHeads: heads,
    intermediateSize: feedForward,
    vocabularySize: vocabulary,
    gatedMlp: gated,
    tieWordEmbeddings: false,
  };
}

interface Resolved {
  readonly decoder: Decoder;
  readonly weights: number;
  readonly cachePerToken: number;
  readonly generic: boolean;
}

/** The transformer that predicts tokens; 7 B where nothing is known. */
function tokenModel(workload: GenerationWorkload, draft: Draft): Resolved {
  const given = typeof workload.model === "string" ? { name: workload.model } : workload.model;
  const named = given?.name === undefined ? undefined : namedSpec(given.name);
  let model = resolveModel(named ? { ...named, ...given } : workload.model, draft);
  let generic = model?.generic ?? true;
  if (model === undefined) {
    draft.assume("model.parameters", 7e9, "the size of the token model is not known");
    model = resolveModel({ name: "token model", parameters: 7e9 }, draft);
    generic = true;
  }
  if (model === undefined) throw new RangeError("a size alone gives a model");
  const bits = weightBits[workload.weightPrecision ?? workload.precision ?? "bf16"];
  const parameters = matmulParameters(model);
  return {
    decoder: { parameters, layers: model.spec.layers, width: model.attentionWidth },
    weights: (model.parameters * bits) / 8,
    cachePerToken: 2 * model.cacheWidth * model.attentionLayers,
    generic,
  };
}

function maskedModel(workload: GenerationWorkload, draft: Draft): MaskedModel {
  const given = typeof workload.model === "string" ? { name: workload.model } : workload.model;
  const letter = /\bmar[-_ ]?(b|l|h)(?:ase|arge|uge)?\b/i.exec(given?.name ?? "")?.[1]?.toLowerCase();
  if (letter === "b" || letter === "l" || letter === "h") return maskedModels[letter];
  if (given?.layers && given.hiddenSize)
    return { layers: given.layers / 2, width: given.hiddenSize, headWidth: 1.25 * given.hiddenSize, headBlocks: 8 };
  draft.assume("model", "MAR-L", "the masked model is not known");
  return maskedModels.l;
}

/** Tokens of one item: stated, or one per 16 × 16 pixels of every frame. */
function tokensOf(workload: GenerationWorkload, draft: Draft): number {
  if (workload.imageTokens !== undefined) return Math.min(1e9, workload.imageTokens);
  const side = (pixels: number | undefined): number => Math.ceil(Math.min(1e6, pixels ?? 1024) / tokeniserScale);
  const width = workload.width ?? workload.height;
  const tokens = side(width) * side(workload.height ?? width) * Math.min(1e6, Math.max(1, workload.frames ?? 1));
  return draft.assume("imageTokens", Math.min(1e9, tokens), "one token per 16 × 16 pixels");
}

function addWork(draft: Draft, formula: string, inputs: Readonly<Record<string, number | string>>, work: Work): void {
  draft.step?.({
    quantity: "FLOP of the token model per item",
    formula,
    inputs: { ...inputs, "sequential evaluations": work.evaluations },
    result: work.flops,
    unit: "FLOP",
  });
}

const guidanceOf = (workload: GenerationWorkload, draft: Draft, fallback: number): number =>
  workload.guidancePasses ??
  draft.assume("guidancePasses", fallback, "classifier-free guidance runs the network twice");

const promptOf = (workload: GenerationWorkload, draft: Draft): number =>
  Math.min(1e9, workload.promptTokens ?? draft.assume("promptTokens", 64, "a short text prompt"));

/** Side lengths of the token maps: stated, or VAR's own for 256² or 512². */
function scalesOf(workload: GenerationWorkload, draft: Draft): readonly number[] {
  if (workload.scales && workload.scales.length > 0) return workload.scales.map((side) => Math.min(1e5, side));
  const scales = (workload.width ?? 256) > 384 ? scales512 : scales256;
  draft.assume("scales", scales.join(" "), "VAR's own schedule", "FoundationVision/VAR");
  return scales;
}

/** One item's FLOP and the passes of one batch. */
interface Counted {
  readonly work: Work;
  readonly passes: Passes;
  readonly generic: boolean;
}

function countTokens(workload: GenerationWorkload, draft: Draft, batch: number): Counted {
  const { decoder, weights, cachePerToken, generic } = tokenModel(workload, draft);
  const rows = (guidance: number): number => batch * guidance;
  if (workload.architecture === "nextScale") {
    const guidance = guidanceOf(workload, draft, 2);
    const scales = scalesOf(workload, draft);
    const work = nextScale(decoder, scales, guidance);
    addWork(
      draft,
      "guidance · (2·N·Σp² + 4·L·d·Σp²·c), c = tokens so far",
      { N: decoder.parameters, L: decoder.layers, d: decoder.width, tokens: tokensOfScales(scales), guidance },
      work,
    );
    const kept = tokensOfScales(scales) / 2;
    return {
      work,
      generic,
      passes: passesOf(work, decoder.layers, weights + rows(guidance) * kept * cachePerToken, batch),
    };
  }
  const guidance = workload.architecture === "autoregressiveDiffusion" ? 1 : guidanceOf(workload, draft, 2);
  const prompt = promptOf(workload, draft);
  const tokens = tokensOf(workload, draft);
  const work = autoregressive(decoder, prompt, tokens, guidance);
  addWork(
    draft,
    "guidance · (2·N·T + 2·L·d·T·(T+1)), T = prompt + tokens − 1",
    { N: decoder.parameters, L: decoder.layers, d: decoder.width, prompt, tokens, guidance },
    work,
  );
  const kept = prompt + tokens / 2;
  return {
    work,
    generic,
    passes: passesOf(work, decoder.layers, weights + rows(guidance) * kept * cachePerToken, batch),
  };
}

const passesOf = (work: Work, layers: number, bytes: number, batch: number): Passes => ({
  count: work.evaluations,
  layers,
  bytes,
  flops: work.evaluations > 0 ? (work.flops * batch) / work.evaluations : 0,
});

function countMasked(workload: GenerationWorkload, draft: Draft, batch: number): Counted {
  const model = maskedModel(workload, draft);
  const guidance = guidanceOf(workload, draft, 2);
  const iterations = Math.min(1e6, workload.steps ?? draft.assume("steps", 64, "MAR's default iterations"));
  const headSteps = Math.min(
    1e6,
    workload.stepsPerGroup ?? draft.assume("stepsPerGroup", 100, "sampling steps of the diffusion head"),
  );
  const tokens =
    workload.imageTokens === undefined
      ? draft.assume("imageTokens", 256, "a 256² picture")
      : Math.min(1e6, workload.imageTokens);
  const work = maskedAutoregressive(model, iterations, tokens, headSteps, guidance);
  addWork(
    draft,
    "guidance · (Σ encoder(64 + known) + iterations · decoder(64 + tokens) + tokens · head steps · 2·M)",
    {
      "layers of each half": model.layers,
      d: model.width,
      iterations,
      tokens,
      "head steps": headSteps,
      guidance,
      "encoder FLOP": work.encoder,
      "decoder FLOP": work.decoder,
      "head FLOP": work.head,
    },
    work,
  );
  const weights = 2 * (24 * model.layers * model.width ** 2);
  // The head's passes are short: a block of it launches about a sixth of a layer's kernels.
  const layers = (2 * model.layers + (headSteps * model.headBlocks) / 6) / (1 + headSteps);
  // … and a sampler's update takes about a fifth of what surrounds a pass of the trunk.
  const around = (1 + headSteps / 5) / (1 + headSteps);
  return { work, generic: false, passes: { ...passesOf(work, layers, weights / (1 + headSteps), batch), around } };
}

export function generateTokens(
  workload: GenerationWorkload,
  draft: Draft,
  hardware: Hardware | undefined,
  count: number,
  batchSize: number,
): Batch {
  if (workload.architecture === "autoregressiveDiffusion") return hybrid(workload, draft, hardware, count, batchSize);
  const counted =
    workload.architecture === "maskedAutoregressive"
      ? countMasked(workload, draft, batchSize)
      : countTokens(workload, draft, batchSize);
  const width = counted.generic ? Math.hypot(tokenWidth, 0.4) : tokenWidth;
  const timed = hardware && passTime(hardware.accelerator, count, counted.passes, workload.engine);
  if (timed) explainPasses(draft, counted.passes, timed.seconds);
  return {
    flops: counted.work.flops,
    flopsWidth: counted.generic ? 0.3 : 0.05,
    ...(timed ? { latency: timed.seconds } : {}),
    ...(timed?.joules === undefined ? {} : { energy: timed.joules }),
    latencyWidth: width,
    energyWidth: width,
    powerWidth: 0.25,
    reference,
  };
}

function explainPasses(draft: Draft, passes: Passes, seconds: number): void {
  draft.step?.({
    quantity: "latency",
    formula: "evaluations · max(bytes/bandwidth + FLOP/peak, launches per layer · layers)",
    inputs: {
      evaluations: passes.count,
      "bytes per evaluation": passes.bytes,
      "FLOP per evaluation": passes.flops,
      layers: passes.layers,
    },
    result: seconds,
    unit: "s",
    reference,
  });
}

const nameOf = (reference: GenerationWorkload["model"]): string | undefined =>
  typeof reference === "string" ? reference : reference?.name;

/**
 * Semantic tokens from a language model, pixels from a diffusion decoder, which may work group by group. Where model and decoder are
 * one and the same, the language model itself denoises (Transfusion).
 */
function hybrid(
  workload: GenerationWorkload,
  draft: Draft,
  hardware: Hardware | undefined,
  count: number,
  batchSize: number,
): Batch {
  const own = nameOf(workload.model);
  if (own !== undefined && own === nameOf(workload.decoder) && pipelineByName(own) === undefined)
    return transfuse(workload, draft, hardware, count, batchSize);
  const tokens = countTokens(workload, draft, batchSize);
  if (workload.decoder === undefined)
    draft.assume("decoder", "FLUX.1-dev", "the diffusion decoder is not named: one of this size");
  const counted = countDiffusion(workload, draft, "decoder", 20);
  const { pipeline } = counted.resolved;
  const decode = decodeFlops(pipeline, counted.canvas);
  const flops = tokens.work.flops + counted.plan.flops + decode;
  const lowest = counted.plan.lowest;
  const width = Math.hypot(
    0.3,
    workload.decoder === undefined ? 0.7 : 0,
    counted.resolved.width,
    tokens.generic ? 0.3 : 0,
  );
  const first = hardware && passTime(hardware.accelerator, count, tokens.passes, workload.engine);
  const job = jobOf(workload, counted, count, batchSize);
  const second = hardware && generationTime(hardware.accelerator, job, imageConstants);
  const cheaper = second && hardware && cachedLatency(hardware, job, counted.plan, second);
  const latency = first && second ? first.seconds + second.latency : undefined;
  if (latency !== undefined && first && second)
    draft.step?.({
      quantity: "latency",
      formula: "tokens · time per token + diffusion decoder",
      inputs: { "token model (s)": first.seconds, "decoder (s)": second.latency },
      result: latency,
      unit: "s",
    });
  return {
    flops,
    flopsWidth: Math.hypot(0.05, workload.decoder === undefined ? 0.7 : 0, tokens.generic ? 0.2 : 0),
    ...(lowest === undefined ? {} : { lowestFlops: tokens.work.flops + counted.plan.flops * lowest + decode }),
    ...(latency === undefined ? {} : { latency }),
    ...(first && cheaper !== undefined ? { lowestLatency: first.seconds + cheaper } : {}),
    ...(first?.joules !== undefined && second?.energy !== undefined ? { energy: first.joules + second.energy } : {}),
    latencyWidth: width,
    energyWidth: width,
    powerWidth: 0.2,
    reference,
  };
}

function transfuse(
  workload: GenerationWorkload,
  draft: Draft,
  hardware: Hardware | undefined,
  count: number,
  batchSize: number,
): Batch {
  const { decoder, weights, generic } = tokenModel(workload, draft);
  const guidance = guidanceOf(workload, draft, 2);
  const prompt = promptOf(workload, draft);
  const tokens = tokensOf(workload, draft);
  const steps = workload.steps ?? draft.assume("steps", 250, "Transfusion's own sampling steps");
  const work = transfusion(decoder, prompt, tokens, steps, guidance, true);
  addWork(
    draft,
    "text once + (steps · guidance + 1) · (2·N·T + 4·L·d·T·(prompt + T))",
    { N: decoder.parameters, L: decoder.layers, d: decoder.width, prompt, tokens, steps, guidance },
    work,
  );
  const passes = passesOf(work, decoder.layers, weights, batchSize);
  const timed = hardware && passTime(hardware.accelerator, count, passes, workload.engine);
  if (timed) explainPasses(draft, passes, timed.seconds);
  return {
    flops: work.flops,
    flopsWidth: generic ? 0.3 : 0.05,
    ...(timed ? { latency: timed.seconds } : {}),
    ...(timed?.joules === undefined ? {} : { energy: timed.joules }),
    latencyWidth: tokenWidth,
    energyWidth: tokenWidth,
    powerWidth: 0.25,
    reference,
  };
}
