/**
 * Denoisers of pictures. Dimensions are those of the published configurations (`transformer/config.json`, `unet/config.json` of each model
 * repository); the transformers reproduce their published parameter counts, and the U-Nets the published 0.339 (SD 1.5) and 2.99 (SDXL)
 * tera-multiply-adds. Order matters: the first pattern that matches wins, so variants stand before their family.
 */
import type { DiffusionTransformer } from "./denoiser";
import type { Latent } from "./pass";
import {
  clipAndT5,
  clipL,
  clipPair,
  clipPairAndT5,
  type NamedPipeline,
  named,
  still,
  t5,
  transformer,
  unet,
} from "./pipeline";
import { sd1, sd2, sdxl } from "./unetShapes";

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
export const stills: readonly NamedPipeline[] = [
  named("flux-1-schnell", "FLUX.1-schnell", /flux.*schnell/, flux, still(256, clipAndT5, 4, 1)),
  named(
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
  named("chroma", "Chroma", /chroma1?-|chroma$/, flux, still(512, t5, 40, 2)),
  named("flux-1", "FLUX.1-dev", /flux/, flux, still(512, clipAndT5, 50, 1)),
  named(
    "sd3-5-large-turbo",
    "Stable Diffusion 3.5 Large Turbo",
    /(sd-?|stable-diffusion-)3-?5.*large.*turbo/,
    sd3(38, 38, { queryKeyNorm: true }),
    still(333, clipPairAndT5, 4, 1),
  ),
  named(
    "sd3-5-large",
    "Stable Diffusion 3.5 Large",
    /(sd-?|stable-diffusion-)3-?5.*large/,
    sd3(38, 38, { queryKeyNorm: true }),
    still(333, clipPairAndT5, 28, 2),
  ),
  named(
    "sd3-5-medium",
    "Stable Diffusion 3.5 Medium",
    /(sd-?|stable-diffusion-)3-?5/,
    sd3(24, 24, { queryKeyNorm: true, dualLayers: 13 }),
    still(333, clipPairAndT5, 40, 2),
  ),
  named(
    "sd3-medium",
    "Stable Diffusion 3 Medium",
    /(sd-?|stable-diffusion-)3/,
    sd3(24, 24),
    still(333, clipPairAndT5, 28, 2),
  ),
  named(
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
  named("pixart-sigma", "PixArt-Σ", /pixart-?(sigma|σ)/, pixart, still(300, t5, 20, 2)),
  named("pixart-alpha", "PixArt-α", /pixart/, pixart, still(120, t5, 20, 2)),
  named(
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
  named("sana-sprint", "SANA-Sprint", /sana.*sprint/, sana(20), still(300, 2.6e9, 2, 1, 1024, deepCompression)),
  named("sana-4.8b", "SANA 4.8B", /sana.*4-?8-?b/, sana(60), still(300, 2.6e9, 20, 2, 1024, deepCompression)),
  named("sana-1.6b", "SANA 1.6B", /sana/, sana(20), still(300, 2.6e9, 20, 2, 1024, deepCompression)),
  named(
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
  named(
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
  named(
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
  named("ssd-1b", "SSD-1B", /ssd-?1b/, unet({ ...sdxl, down: [0, 2, 4], up: [[4, 4, 10], [2, 1, 1], 0], middle: 0 }), {
    ...still(77, clipPair, 50, 2),
    wideDecoder: true,
  }),
  named("segmind-vega", "Segmind-Vega", /vega/, unet({ ...sdxl, down: [0, 1, 2], up: [[2, 2, 1], 1, 0], middle: 0 }), {
    ...still(77, clipPair, 50, 2),
    wideDecoder: true,
  }),
  named("kolors", "Kolors", /kolors/, unet(sdxl), { ...still(256, 6.2e9, 50, 2), wideDecoder: true }),
  named("sdxl-turbo", "SDXL-Turbo", /sdxl-?turbo|(xl|sdxl).*(turbo)/, unet(sdxl), {
    ...still(77, clipPair, 1, 1, 512),
    wideDecoder: true,
  }),
  named("sdxl-few-step", "SDXL few-step", /(xl|sdxl).*(lightning|hyper|lcm|dmd|few-step)|lcm.*(xl|sdxl)/, unet(sdxl), {
    ...still(77, clipPair, 4, 1),
    wideDecoder: true,
  }),
  named(
    "sdxl",
    "Stable Diffusion XL",
    /sdxl|stable-?diffusion-?xl|playground|(realvis|dreamshaper|juggernaut|proteus|albedobase).*xl|pony-?diffusion|illustrious|animagine/,
    unet(sdxl),
    { ...still(77, clipPair, 50, 2), wideDecoder: true },
  ),
  named(
    "kandinsky-3",
    "Kandinsky 3",
    /kandinsky-?3/,
    unet({
      channels: [384, 768, 1536, 3072],
      residualBlocks: 3,
      down: [0, 1, 1, 1],
      middle: 0,
      crossWidth: 4096,
      headWidth: 64,
      modulesFactor: 1.9,
    }),
    still(128, 8.6e9, 25, 2),
  ),
  named(
    "kandinsky-2",
    "Kandinsky 2",
    /kandinsky/,
    unet({
      channels: [384, 768, 1152, 1536],
      residualBlocks: 3,
      down: [0, 1, 1, 1],
      middle: 1,
      crossWidth: 768,
      headWidth: 64,
      plainAttention: true,
      residualResampling: true,
    }),
    still(77, 3.6e9, 25, 2, 512),
  ),
  named("sd-turbo", "SD-Turbo", /sd-?turbo/, unet(sd2), still(77, 0.34e9, 1, 1, 512)),
  named("lcm", "Latent Consistency Model", /lcm|latent-?consistency/, unet(sd1), still(77, clipL, 4, 1, 768)),
  named("sd-2", "Stable Diffusion 2", /(sd-?|stable-?diffusion-?)(v-?)?2/, unet(sd2), still(77, 0.34e9, 50, 2, 768)),
  named(
    "sd-1",
    "Stable Diffusion 1",
    /(sd-?|stable-?diffusion-?)(v-?)?1|runwayml|compvis|realistic-?vision|openjourney|dreamlike|dreamshaper|analog-?diffusion|anything-v|deliberate|stable-?diffusion$/,
    unet(sd1),
    still(77, clipL, 50, 2, 512),
  ),
];
