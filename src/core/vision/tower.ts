/** What a picture costs a vision-language model: tokens by the model's family, FLOPs of its vision tower. */
import type { Architecture } from "../model/architecture";
import {
  type ImageTokens,
  internVlTokens,
  llavaNextTokens,
  llavaTokens,
  qwenFunctionPixels,
  qwenProcessorPixels,
  qwenTokens,
} from "./tokens";

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly count?: number | undefined;
}

const visionNames =
  /(?:^|[-_./ ])(vl|vlm|llava|omni|vision|chameleon|hovle)|internvl|qwen[\d.]*-?vl|pixtral|smolvlm|idefics|paligemma|moondream|minicpm-v|fuyu/i;

/** The model is used with pictures: it says so in its name, or its vision part is stated. */
export const takesPictures = (model: Architecture): boolean =>
  visionNames.test(model.name) || (model.spec.vision !== undefined && model.facts === undefined);

/** Tokens of one picture by the family's preprocessing; `rule` names it. */
export function imageTokensOf(model: Architecture, width: number, height: number): ImageTokens & { rule: string } {
  const name = model.name.toLowerCase();
  const vision = model.spec.vision ?? {};
  if (/qwen[\d.]*-?(vl|omni)|qwen.*-vl|qvq/.test(name)) {
    const third = /qwen-?3/.test(name);
    const factor = third ? 32 : 28;
    return {
      ...qwenTokens(width, height, third ? qwenProcessorPixels : qwenProcessorPixels, factor),
      rule: `smart resize to blocks of ${factor} px`,
    };
  }
  if (/llava.*(next|1\.6|onevision)/.test(name))
    return { ...llavaNextTokens(width, height), rule: "LLaVA-NeXT any resolution" };
  if (/chameleon/.test(name))
    return { tokens: 1024, tiles: 1, patches: 1024, grid: [32, 32], rule: "1,024 codes per picture" };
  if (/llava/.test(name)) return { ...llavaTokens(), rule: "LLaVA-1.5, one view" };
  const tile = vision.imageSize ?? 448;
  const patch = vision.patchSize ?? 14;
  const perTile = vision.tokensPerTile ?? (vision.patchSize ? Math.max(1, Math.round((tile / patch) ** 2 / 4)) : 256);
  if (/internvl|hovle/.test(name) || vision.maxTiles !== undefined || vision.tokensPerTile !== undefined)
    return {
      ...internVlTokens(width, height, vision.maxTiles ?? 12, tile, perTile, Math.min(tile, patch)),
      rule: `InternVL tiles of ${tile} px`,
    };
  return { ...qwenTokens(width, height, qwenFunctionPixels), rule: "blocks of 28 px up to one megapixel" };
}

/**
 * FLOPs of the vision tower for one view of `patches` patches: 2·parameters per patch, attention over the view, and the projector
 * (4d → D → D on a quarter of the patches). Without layers (a patch projection alone) only its parameters count, once per image token.
 */
export function towerFlops(model: Architecture, patches: number, tokens: number): number {
  const vision = model.spec.vision;
  if (!vision) return 2 * model.visionParameters * patches;
  const { layers, hiddenSize: d } = vision;
  if (!layers || !d) {
    const parameters = vision.parameters ?? 0;
    return 2 * parameters * (parameters > 5e7 ? patches : tokens);
  }
  const sequence = patches + 1;
  const body =
    2 * layers * (4 * d * d + 2 * d * (vision.intermediateSize ?? 4 * d)) * sequence +
    4 * layers * d * sequence * sequence;
  const projector = 2 * (4 * d * model.spec.hiddenSize + model.spec.hiddenSize ** 2) * tokens;
  return body + projector;
}

export interface VisualLoad {
  readonly tokens: number;
  readonly flops: number;
  readonly tiles: number;
  readonly pictures: number;
  readonly rule: string;
}

/** Tokens and tower FLOPs of all pictures of one request. */
export function visualLoad(model: Architecture, pictures: readonly Picture[]): VisualLoad {
  let tokens = 0;
  let flops = 0;
  let tiles = 0;
  let pictureCount = 0;
  let rule = "";
  for (const picture of pictures) {
    const one = imageTokensOf(model, picture.width, picture.height);
    const count = picture.count ?? 1;
    tokens += count * one.tokens;
    tiles += count * one.tiles;
    pictureCount += count;
    flops += count * one.tiles * towerFlops(model, one.patches / one.tiles, one.tokens / one.tiles);
    rule = one.rule;
  }
  return { tokens, flops, tiles, pictures: pictureCount, rule };
}
