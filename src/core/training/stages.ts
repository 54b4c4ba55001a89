/**
 * Training in stages with frozen parts (vision-language models): FLOPs of each part by what is trained and what lies before it.
 *
 * A part costs its forward pass; where something before it (or itself) is trained, gradients of its activations as well; where it is
 * trained, gradients of its weights: 2·N, 4·N, 6·N per token. The backward pass of attention is twice its forward pass.
 */
import type { Draft } from "../draft";
import type { Architecture } from "../model/architecture";
import { attentionFlopsPerToken, matmulParameters } from "../model/flops";
import type { Stage } from "../workload";
import { knownModel } from "./knownModel";

export const partNames = ["vision", "projector", "embedding", "llm"] as const;
export type PartName = (typeof partNames)[number];

export interface Part {
  readonly name: PartName;
  /** FLOPs of one sample's forward pass. */
  readonly matmul: number;
  readonly attention: number;
}

export interface StageCost {
  readonly name: string;
  readonly samples: number;
  /** Tokens that the language part sees, all samples. */
  readonly tokens: number;
  readonly flopsPerSample: number;
  readonly flops: number;
  /** Share of flops that a frozen teacher spends. */
  readonly teacherFlops: number;
}

const words: readonly (readonly [RegExp, PartName])[] = [
  [/vit|vision|visual.?encoder|image.?encoder/i, "vision"],
  [/proj|connector|adapter|mlp|merger/i, "projector"],
  [/embed/i, "embedding"],
  [/llm|language|decoder|backbone|transformer/i, "llm"],
];

/** Parts that a stage names; `all` (or nothing, or words that are not understood) means every part. */
export function partsNamed(value: string | readonly string[] | undefined): ReadonlySet<PartName> {
  const names = value === undefined ? ["all"] : typeof value === "string" ? value.split(/[\s,+]+/) : value;
  const found = new Set<PartName>();
  for (const name of names.slice(0, 50)) {
    if (/^(all|full|everything)$/i.test(name)) return new Set(partNames);
    const part = words.find(([pattern]) => pattern.test(name.slice(0, 100)))?.[1];
    if (part) found.add(part);
  }
  return found.size > 0 ? found : new Set(partNames);
}

/** FLOPs of a vision transformer on `views` pictures of `patches` patches and a class token: attention sees the whole view. */
function towerForward(layers: number, width: number, intermediate: number, patches: number, views: number) {
  const tokens = patches + 1;
  const matrices = layers * (4 * width * width + 2 * width * intermediate);
  return { matmul: 2 * matrices * tokens * views, attention: 4 * layers * width * tokens * tokens * views };
}

/** Forward FLOPs of one sample of `visual` image tokens and `text` tokens, part by part, in the order they run. */
export function partsOf(model: Architecture, visual: number, text: number): Part[] {
  const { spec } = model;
  const tokens = visual + text;
  const vision = spec.vision ?? {};
  const d = spec.hiddenSize;
  const perTile = Math.max(1, vision.tokensPerTile ?? 256);
  const views = visual / perTile;
  const side = Math.min(1e4, (vision.imageSize ?? 448) / Math.max(1, vision.patchSize ?? 14));
  const parts: Part[] = [];
  const hasTower = visual > 0 && ((vision.layers ?? 0) > 0 || (model.visionParameters > 0 && !spec.embeddingLayers));
  if (hasTower) {
    const width = vision.hiddenSize ?? 1024;
    const tower =
      vision.layers && vision.hiddenSize
        ? towerForward(vision.layers, width, vision.intermediateSize ?? 4 * width, side * side, views)
        : { matmul: 2 * model.visionParameters * side * side * views, attention: 0 };
    parts.push({ name: "vision", ...tower });
    // Pixel shuffle: four patches become one token of four times the width.
    parts.push({ name: "projector", matmul: 2 * (4 * width * d + d * d) * visual, attention: 0 });
  }
  const layers = Math.max(1, spec.layers);
  const embeddingShare = Math.min(1, (spec.embeddingLayers ?? 0) / layers);
  const head = 2 * model.count.headMatmul * tokens;
  const body = 2 * (matmulParameters(model) - model.count.headMatmul) * tokens;
  const attention = attentionFlopsPerToken(model, tokens) * tokens;
  const patchProjection =
    spec.embeddingLayers && vision.patchSize ? 2 * 3 * vision.patchSize * vision.patchSize * d * visual : 0;
  parts.push({
    name: "embedding",
    matmul: body * embeddingShare + patchProjection,
    attention: attention * embeddingShare,
  });
  parts.push({ name: "llm", matmul: body * (1 - embeddingShare) + head, attention: attention * (1 - embeddingShare) });
  return parts;
}

/** FLOPs of one sample's training step over the parts. */
export function stageFlopsPerSample(
  parts: readonly Part[],
  trainable: ReadonlySet<PartName>,
  running: ReadonlySet<PartName>,
): number {
  let upstream = false;
  let total = 0;
  for (const part of parts) {
    if (!running.has(part.name)) continue;
    const trained = trainable.has(part.name);
    if (trained) total += 3 * (part.matmul + part.attention);
    else if (upstream) total += 2 * part.matmul + 3 * part.attention;
    else total += part.matmul + part.attention;
    upstream ||= trained;
  }
  return total;
}

/** A teacher's forward pass over the pictures of one sample. */
function teacherForward(teacher: Architecture | undefined, visual: number, text: number): number {
  if (teacher === undefined) return 0;
  const vision = teacher.spec.vision;
  if (vision?.layers && vision.hiddenSize) {
    const [tower] = partsOf(teacher, visual, 0);
    return tower ? tower.matmul + tower.attention : 0;
  }
  const tokens = visual + text;
  return (2 * matmulParameters(teacher) + attentionFlopsPerToken(teacher, tokens)) * tokens;
}

/** Cost of every stage; undefined for one whose amount is not stated. */
export function stageCosts(
  model: Architecture,
  stages: readonly Stage[],
  sequence: number,
  draft: Draft,
): (StageCost | undefined)[] {
  return stages.map((stage, index) => {
    const visual = stage.visualTokens ?? 0;
    const stated = visual + (stage.textTokens ?? 0);
    const perSample = Math.max(1, stated > 0 ? stated : sequence);
    const text = Math.max(0, perSample - visual);
    const samples = stage.samples ?? (stage.tokens === undefined ? undefined : stage.tokens / perSample);
    if (samples === undefined) return undefined;
    const teacher =
      stage.teacher === undefined ? undefined : knownModel(stage.teacher, draft, `stages.${index}.teacher`);
    const trained = stageFlopsPerSample(
      partsOf(model, visual, text),
      partsNamed(stage.trainable),
      partsNamed(stage.modules),
    );
    const watched = teacherForward(teacher, visual, text);
    return {
      name: stage.name ?? `stage ${index + 1}`,
      samples,
      tokens: samples * perSample,
      flopsPerSample: trained + watched,
      flops: samples * (trained + watched),
      teacherFlops: samples * watched,
    };
  });
}
