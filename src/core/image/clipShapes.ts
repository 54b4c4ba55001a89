/** Denoisers of clips; see `stillShapes.ts` for where the dimensions are from. */
import type { DiffusionTransformer } from "./denoiser";
import { clip, clipL, image8, type NamedPipeline, named, t5, transformer, unet } from "./pipeline";
import { sd1, sd2 } from "./unetShapes";

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

export const clips: readonly NamedPipeline[] = [
  named("wan-5b", "Wan 2.2 5B", /wan.*(ti2v|5b)/, wan(30, 3072, 14_336), {
    ...clip(512, 5.7e9, 50, 2, [1280, 704, 121], { scale: 16, temporalScale: 4, decoder: "video" }),
  }),
  named("wan-1.3b", "Wan 2.1 1.3B", /wan.*1-?3b/, wan(30, 1536, 8960), clip(512, 5.7e9, 50, 2, [832, 480, 81])),
  named(
    "wan-14b",
    "Wan 14B",
    /wan-?(2|14b|t2v|i2v|video|ai|$)/,
    wan(40, 5120, 13_824),
    clip(512, 5.7e9, 50, 2, [832, 480, 81]),
  ),
  named(
    "hunyuan-video",
    "HunyuanVideo",
    /hunyuan-?video|skyreels-?v?1|fast-?hunyuan/,
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
  named(
    "cogvideox-1.5-5b",
    "CogVideoX1.5-5B",
    /cogvideo-?x?-?1-?5/,
    cogVideo(42, 3072, { rotary: true, temporalPatch: 2 }),
    {
      ...clip(226, t5, 50, 2, [1360, 768, 81]),
    },
  ),
  named("cogvideox-2b", "CogVideoX-2b", /cogvideo.*2b/, cogVideo(30, 1920), clip(226, t5, 50, 2, [720, 480, 49])),
  named(
    "cogvideox-5b",
    "CogVideoX-5b",
    /cogvideo/,
    cogVideo(42, 3072, { rotary: true }),
    clip(226, t5, 50, 2, [720, 480, 49]),
  ),
  named(
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
  named(
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
  named(
    "allegro",
    "Allegro",
    /allegro/,
    transformer({ layers: 32, width: 2304, heads: 24, feedForward: 9216, text: "cross", rotary: true }),
    clip(512, t5, 100, 2, [1280, 720, 88]),
  ),
  named(
    "latte-1",
    "Latte-1",
    /latte/,
    transformer({ layers: 56, width: 1152, heads: 16, feedForward: 4608, text: "cross", factorised: true }),
    clip(120, t5, 50, 2, [512, 512, 16], image8),
  ),
  named(
    "animatediff",
    "AnimateDiff",
    /animate-?diff/,
    unet({ ...sd1, temporal: { residual: 22, transformer: 0, motionModules: true } }),
    {
      ...clip(77, clipL, 25, 2, [512, 512, 16], image8),
    },
  ),
  named("i2vgen-xl", "I2VGen-XL", /i2vgen/, unet({ ...sd2, temporal: { residual: 12, transformer: 22 } }), {
    ...clip(77, 0.9e9, 50, 2, [1280, 704, 16], image8),
  }),
  named(
    "stable-video-diffusion",
    "Stable Video Diffusion",
    /stable-?video|svd/,
    unet({ ...sd2, temporal: { residual: 6, transformer: 30 } }),
    clip(77, 0.63e9, 25, 2, [1024, 576, 25], image8),
  ),
  named(
    "modelscope",
    "ModelScope text-to-video",
    /modelscope|text-to-video-ms|zeroscope/,
    unet({ ...sd2, temporal: { residual: 12, transformer: 22 } }),
    clip(77, 0.34e9, 50, 2, [256, 256, 16], image8),
  ),
];
