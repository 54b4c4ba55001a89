/**
 * Denoisers by name: shape, latent and the pipeline's own defaults. Dimensions are those of the published configurations
 * (`transformer/config.json`, `unet/config.json` of each model repository); every transformer below reproduces its published parameter
 * count, and the U-Nets the published 0.339 (SD 1.5) and 2.99 (SDXL) tera-multiply-adds.
 */
import type { Denoiser, DiffusionTransformer } from "./denoiser";
import type { Latent } from "./pass";
import type { UNet } from "./unet";

/** A denoiser with what surrounds it. */
export interface Pipeline {
  readonly key: string;
  readonly label: string;
  readonly denoiser: Denoiser;
  readonly latent: Latent;
  /** Text tokens the denoiser attends to. */
  readonly textTokens: number;
  /** Parameters of the text encoders together. */
  readonly textEncoder: number;
  /** The published pipeline's defaults. */
  readonly steps: number;
  readonly guidancePasses: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

const image8: Latent = { scale: 8, temporalScale: 1, decoder: "image" };
const video4: Latent = { scale: 8, temporalScale: 4, decoder: "video" };

const t5 = 4.76e9;
const clipAndT5 = 4.88e9;
const clipPairAndT5 = 5.58e9;
const clipPair = 0.817e9;
const clipL = 0.123e9;

const transformer = (
  shape: Omit<DiffusionTransformer, "backbone" | "patch"> & { patch?: number },
): DiffusionTransformer => ({
  backbone: "transformer",
  patch: 2,
  ...shape,
});
const unet = (shape: Omit<UNet, "backbone">): UNet => ({ backbone: "unet", ...shape });

type Surroundings = Omit<Pipeline, "key" | "label" | "denoiser">;

const still = (
  textTokens: number,
  textEncoder: number,
  steps: number,
  guidancePasses: number,
  side = 1024,
  latent = image8,
): Surroundings => ({ latent, textTokens, textEncoder, steps, guidancePasses, width: side, height: side, frames: 1 });

const clip = (
  textTokens: number,
  textEncoder: number,
  steps: number,
  guidancePasses: number,
  size: readonly [width: number, height: number, frames: number],
  latent = video4,
): Surroundings => ({
  latent,
  textTokens,
  textEncoder,
  steps,
  guidancePasses,
  width: size[0],
  height: size[1],
  frames: size[2],
});

const flux = transformer({
  layers: 57,
  doubleLayers: 19,
  width: 3072,
  heads: 24,
  feedForward: 12_288,
  text: "joint",
  queryKeyNorm: true,
  rotary: true,
});
const sd3 = (layers: number, heads: number, more: Partial<DiffusionTransformer> = {}): DiffusionTransformer =>
  transformer({
    layers,
    doubleLayers: layers,
    width: 64 * heads,
    heads,
    feedForward: 256 * heads,
    text: "joint",
    ...more,
  });
const pixart = transformer({ layers: 28, width: 1152, heads: 16, feedForward: 4608, text: "cross" });
const sana = (layers: number): DiffusionTransformer =>
  transformer({ layers, width: 2240, heads: 70, feedForward: 5600, text: "cross", linearAttention: true, patch: 1 });
const deepCompression: Latent = { scale: 32, temporalScale: 1, decoder: "deepCompression" };
const wan = (layers: number, width: number, feedForward: number): DiffusionTransformer =>
  transformer({
    layers,
    width,
    heads: width / 128,
    feedForward,
    text: "cross",
    queryKeyNorm: true,
    rotary: true,
  });
const cogVideo = (layers: number, width: number, more: Partial<DiffusionTransformer> = {}): DiffusionTransformer =>
  transformer({
    layers,
    width,
    heads: width / 64,
    feedForward: 4 * width,
    text: "joint",
    queryKeyNorm: true,
    ...more,
  });

const sd1 = { channels: [320, 640, 1280, 1280], residualBlocks: 2, down: [1, 1, 1, 0], middle: 1, crossWidth: 768 };
const sd2 = { ...sd1, crossWidth: 1024 };
const sdxl = { channels: [320, 640, 1280], residualBlocks: 2, down: [0, 2, 10], middle: 10, crossWidth: 2048 };

/** Class-conditional DiTs (arXiv 2212.09748): depth and width by letter. */
const ditSizes = {
  s: [12, 384, 6],
  b: [12, 768, 12],
  l: [24, 1024, 16],
  xl: [28, 1152, 16],
} as const;

function classDit(letter: keyof typeof ditSizes, patch: number, side: number): Pipeline {
  const [layers, width, heads] = ditSizes[letter];
  return {
    key: `dit-${letter}-${patch}`,
    label: `DiT-${letter.toUpperCase()}/${patch}`,
    denoiser: transformer({
      layers,
      width,
      heads,
      feedForward: 4 * width,
      text: "none",
      patch,
      channels: [4, 8],
    }),
    ...still(0, 0, 250, 2, side),
  };
}

interface Entry extends Pipeline {
  /** Matched against the lower-case name with separators turned into single dashes. */
  readonly pattern: RegExp;
}
const entry = (key: string, label: string, pattern: RegExp, denoiser: Denoiser, around: Surroundings): Entry => ({
  key,
  label,
  pattern,
  denoiser,
  ...around,
});

/** Order matters: the first pattern that matches wins, so variants stand before their family. */
const entries: readonly Entry[] = [
  entry("flux-1-schnell", "FLUX.1-schnell", /flux.*schnell/, flux, still(256, clipAndT5, 4, 1)),
  entry(
    "flux-2",
    "FLUX.2-dev",
    /flux-?2/,
    transformer({
      layers: 56,
      doubleLayers: 8,
      width: 6144,
      heads: 48,
      feedForward: 27_648,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    still(512, 24e9, 50, 1),
  ),
  entry("chroma", "Chroma", /chroma1?-|chroma$/, flux, still(512, t5, 40, 2)),
  entry("flux-1", "FLUX.1-dev", /flux/, flux, still(512, clipAndT5, 50, 1)),
  entry(
    "sd3-5-large-turbo",
    "Stable Diffusion 3.5 Large Turbo",
    /(sd-?|stable-diffusion-)3-?5.*large.*turbo/,
    sd3(38, 38, { queryKeyNorm: true }),
    still(333, clipPairAndT5, 4, 1),
  ),
  entry(
    "sd3-5-large",
    "Stable Diffusion 3.5 Large",
    /(sd-?|stable-diffusion-)3-?5.*large/,
    sd3(38, 38, { queryKeyNorm: true }),
    still(333, clipPairAndT5, 28, 2),
  ),
  entry(
    "sd3-5-medium",
    "Stable Diffusion 3.5 Medium",
    /(sd-?|stable-diffusion-)3-?5/,
    sd3(24, 24, { queryKeyNorm: true, dualLayers: 13 }),
    still(333, clipPairAndT5, 40, 2),
  ),
  entry(
    "sd3-medium",
    "Stable Diffusion 3 Medium",
    /(sd-?|stable-diffusion-)3/,
    sd3(24, 24),
    still(333, clipPairAndT5, 28, 2),
  ),
  entry(
    "aura-flow",
    "AuraFlow",
    /aura-?flow/,
    transformer({
      layers: 36,
      doubleLayers: 4,
      width: 3072,
      heads: 12,
      feedForward: 12_288,
      text: "joint",
      queryKeyNorm: true,
    }),
    still(256, 1.2e9, 50, 2),
  ),
  entry("pixart-sigma", "PixArt-Σ", /pixart-?(sigma|σ)/, pixart, still(300, t5, 20, 2)),
  entry("pixart-alpha", "PixArt-α", /pixart/, pixart, still(120, t5, 20, 2)),
  entry(
    "hunyuan-dit",
    "Hunyuan-DiT",
    /hunyuan-?dit/,
    transformer({
      layers: 40,
      width: 1408,
      heads: 16,
      feedForward: 6144,
      text: "cross",
      skipLayers: 20,
      queryKeyNorm: true,
      rotary: true,
    }),
    still(333, 2.0e9, 50, 2),
  ),
  entry("sana-sprint", "SANA-Sprint", /sana.*sprint/, sana(20), still(300, 2.6e9, 2, 1, 1024, deepCompression)),
  entry("sana-4.8b", "SANA 4.8B", /sana.*4-?8-?b/, sana(60), still(300, 2.6e9, 20, 2, 1024, deepCompression)),
  entry("sana-1.6b", "SANA 1.6B", /sana/, sana(20), still(300, 2.6e9, 20, 2, 1024, deepCompression)),
  entry(
    "qwen-image",
    "Qwen-Image",
    /qwen-?image/,
    transformer({
      layers: 60,
      doubleLayers: 60,
      width: 3072,
      heads: 24,
      feedForward: 12_288,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    still(256, 8.3e9, 50, 2, 1328),
  ),
  entry(
    "z-image",
    "Z-Image",
    /z-image/,
    transformer({
      layers: 32,
      width: 3840,
      heads: 30,
      feedForward: 15_360,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    still(256, 4.0e9, 50, 2),
  ),
  entry(
    "lumina-2",
    "Lumina-Image 2.0",
    /lumina/,
    transformer({
      layers: 28,
      width: 2304,
      heads: 24,
      feedForward: 12_288,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    still(256, 2.6e9, 50, 2),
  ),
  entry("wan-5b", "Wan 2.2 5B", /wan.*(ti2v|5b)/, wan(30, 3072, 14_336), {
    ...clip(512, 5.7e9, 50, 2, [1280, 704, 121], { scale: 16, temporalScale: 4, decoder: "video" }),
  }),
  entry("wan-1.3b", "Wan 2.1 1.3B", /wan.*1-?3b/, wan(30, 1536, 8960), clip(512, 5.7e9, 50, 2, [832, 480, 81])),
  entry(
    "wan-14b",
    "Wan 14B",
    /wan-?(2|14b|t2v|i2v|video|ai|$)/,
    wan(40, 5120, 13_824),
    clip(512, 5.7e9, 50, 2, [832, 480, 81]),
  ),
  entry(
    "hunyuan-video",
    "HunyuanVideo",
    /hunyuan-?video/,
    transformer({
      layers: 60,
      doubleLayers: 20,
      width: 3072,
      heads: 24,
      feedForward: 12_288,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    clip(256, 8.1e9, 50, 1, [1280, 720, 129]),
  ),
  entry(
    "cogvideox-1.5-5b",
    "CogVideoX1.5-5B",
    /cogvideo-?x?-?1-?5/,
    cogVideo(42, 3072, { rotary: true, temporalPatch: 2 }),
    {
      ...clip(226, t5, 50, 2, [1360, 768, 81]),
    },
  ),
  entry("cogvideox-2b", "CogVideoX-2b", /cogvideo.*2b/, cogVideo(30, 1920), clip(226, t5, 50, 2, [720, 480, 49])),
  entry(
    "cogvideox-5b",
    "CogVideoX-5b",
    /cogvideo/,
    cogVideo(42, 3072, { rotary: true }),
    clip(226, t5, 50, 2, [720, 480, 49]),
  ),
  entry(
    "ltx-video",
    "LTX-Video",
    /ltx/,
    transformer({
      layers: 28,
      width: 2048,
      heads: 32,
      feedForward: 8192,
      text: "cross",
      queryKeyNorm: true,
      rotary: true,
      patch: 1,
    }),
    clip(128, t5, 50, 2, [704, 480, 161], { scale: 32, temporalScale: 8, decoder: "video" }),
  ),
  entry(
    "mochi-1",
    "Mochi 1",
    /mochi/,
    transformer({
      layers: 48,
      doubleLayers: 48,
      width: 3072,
      heads: 24,
      feedForward: 12_288,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
    }),
    clip(256, t5, 64, 2, [848, 480, 84], { scale: 8, temporalScale: 6, decoder: "video" }),
  ),
  entry(
    "latte-1",
    "Latte-1",
    /latte/,
    transformer({ layers: 56, width: 1152, heads: 16, feedForward: 4608, text: "cross", factorised: true }),
    clip(120, t5, 50, 2, [512, 512, 16], image8),
  ),
  entry(
    "animatediff",
    "AnimateDiff",
    /animate-?diff/,
    unet({ ...sd1, temporal: { residual: 22, transformer: 0, motionModules: true } }),
    {
      ...clip(77, clipL, 25, 2, [512, 512, 16], image8),
    },
  ),
  entry("i2vgen-xl", "I2VGen-XL", /i2vgen/, unet({ ...sd2, temporal: { residual: 12, transformer: 22 } }), {
    ...clip(77, 0.9e9, 50, 2, [1280, 704, 16], image8),
  }),
  entry("ssd-1b", "SSD-1B", /ssd-?1b/, unet({ ...sdxl, down: [0, 2, 4], up: [[4, 4, 10], [2, 1, 1], 0], middle: 0 }), {
    ...still(77, clipPair, 50, 2),
  }),
  entry("segmind-vega", "Segmind-Vega", /vega/, unet({ ...sdxl, down: [0, 1, 2], up: [[2, 2, 1], 1, 0], middle: 0 }), {
    ...still(77, clipPair, 50, 2),
  }),
  entry("kolors", "Kolors", /kolors/, unet(sdxl), still(256, 6.2e9, 50, 2)),
  entry("sdxl-turbo", "SDXL-Turbo", /sdxl-?turbo|(xl|sdxl).*(turbo)/, unet(sdxl), still(77, clipPair, 1, 1, 512)),
  entry(
    "sdxl-few-step",
    "SDXL few-step",
    /(xl|sdxl).*(lightning|hyper|lcm|dmd|few-step)|lcm.*(xl|sdxl)/,
    unet(sdxl),
    still(77, clipPair, 4, 1),
  ),
  entry(
    "stable-video-diffusion",
    "Stable Video Diffusion",
    /stable-?video|svd/,
    unet({ ...sd2, temporal: { residual: 6, transformer: 30 } }),
    clip(77, 0.63e9, 25, 2, [1024, 576, 25], image8),
  ),
  entry(
    "sdxl",
    "Stable Diffusion XL",
    /sdxl|stable-?diffusion-?xl|playground|juggernaut-?xl|pony|illustrious|animagine|-xl(-|$)/,
    unet(sdxl),
    {
      ...still(77, clipPair, 50, 2),
    },
  ),
  entry(
    "kandinsky-3",
    "Kandinsky 3",
    /kandinsky-?3/,
    unet({
      channels: [384, 768, 1536, 3072],
      residualBlocks: 3,
      down: [0, 1, 1, 1],
      middle: 0,
      crossWidth: 4096,
      modulesFactor: 1.9,
    }),
    still(128, 8.6e9, 25, 2),
  ),
  entry(
    "kandinsky-2",
    "Kandinsky 2",
    /kandinsky/,
    unet({
      channels: [384, 768, 1152, 1536],
      residualBlocks: 3,
      down: [0, 1, 1, 1],
      middle: 1,
      crossWidth: 768,
      plainAttention: true,
      residualResampling: true,
    }),
    still(77, 3.6e9, 25, 2, 512),
  ),
  entry(
    "modelscope",
    "ModelScope text-to-video",
    /modelscope|text-to-video-ms|zeroscope/,
    unet({ ...sd2, temporal: { residual: 12, transformer: 22 } }),
    clip(77, 0.34e9, 50, 2, [256, 256, 16], image8),
  ),
  entry("sd-turbo", "SD-Turbo", /sd-?turbo/, unet(sd2), still(77, 0.34e9, 1, 1, 512)),
  entry("lcm", "Latent Consistency Model", /lcm|latent-?consistency/, unet(sd1), still(77, clipL, 4, 1, 768)),
  entry("sd-2", "Stable Diffusion 2", /(sd-?|stable-?diffusion-?)(v-?)?2/, unet(sd2), still(77, 0.34e9, 50, 2, 768)),
  entry(
    "sd-1",
    "Stable Diffusion 1",
    /(sd-?|stable-?diffusion-?)(v-?)?1|runwayml|compvis|realistic-?vision|openjourney|dreamlike|dreamshaper|analog-?diffusion|anything-v|deliberate|stable-?diffusion$/,
    unet(sd1),
    still(77, clipL, 50, 2, 512),
  ),
];

const byKey = new Map<string, Entry>(entries.map((row) => [row.key, row]));

const ditName = /(?:^|[^a-z])dit-(s|b|l|xl)-(2|4|8)(?:$|[^0-9])/;

/** Separators become dashes, letters lower case, the owner part stays: `black-forest-labs/FLUX.1-dev` → `black-forest-labs-flux-1-dev`. */
const normalise = (name: string): string =>
  name
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9σ]+/g, "-")
    .replace(/^-|-$/g, "");

/** The pipeline that a name means; undefined when no known denoiser is named. */
export function pipelineByName(name: string): Pipeline | undefined {
  const text = normalise(name);
  const dit = ditName.exec(text);
  if (dit) return classDit(dit[1] as keyof typeof ditSizes, Number(dit[2]), /512/.test(text) ? 512 : 256);
  // The organisation may share a word with another family (`hunyuanvideo-community/…`), so the last part is asked first.
  const own = normalise(name.slice(name.lastIndexOf("/") + 1));
  return entries.find((row) => row.pattern.test(own)) ?? entries.find((row) => row.pattern.test(text));
}

/** A pipeline by its key, as the catalogue's `denoiser.shape` names it. */
export const pipelineByKey = (key: string): Pipeline | undefined => byKey.get(key) ?? pipelineByName(key);

/** Distilled to few steps by its name: guidance is folded into the weights. */
export const isDistilled = (name: string): boolean =>
  /turbo|schnell|lightning|lcm|hyper|distill|dmd|flash|sprint/i.test(name);

/**
 * The denoiser of a model of which only the size is known. Image: L = d/64 layers of 12·d², of which a token uses 0.40 (text streams and
 * modulation weigh but do not multiply every token); video 0.8 of it with a 4 × 8 × 8 autoencoder.
 */
export function genericPipeline(parameters: number, video: boolean, name: string): Pipeline {
  const used = (video ? 0.8 : 0.4) * Math.max(1e7, parameters);
  const width = Math.max(64, Math.cbrt((64 * used) / 12));
  const layers = Math.max(1, used / (12 * width * width));
  const passes = isDistilled(name) ? 1 : 2;
  return {
    key: "generic",
    label: video ? "video diffusion transformer of this size" : "diffusion transformer of this size",
    denoiser: transformer({
      layers,
      width,
      heads: Math.max(1, Math.round(width / 64)),
      feedForward: 4 * width,
      text: "joint",
      queryKeyNorm: true,
    }),
    ...(video
      ? clip(256, t5, passes === 1 ? 8 : 50, passes, [832, 480, 81])
      : still(256, t5, passes === 1 ? 4 : 28, passes)),
  };
}

/** Every known pipeline, for tests and documentation. */
export const pipelines: readonly Pipeline[] = entries;
