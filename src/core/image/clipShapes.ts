/** Denoisers of clips; see `stillShapes.ts` for where the dimensions are from. */
import type { DiffusionTransformer } from "./denoiser";
import type { Latent } from "./pass";
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

const hunyuanVideo = transformer({
  layers: 60,
  doubleLayers: 20,
  width: 3072,
  heads: 24,
  feedForward: 12_288,
  text: "joint",
  queryKeyNorm: true,
  rotary: true,
});
const ltx = (layers: number, width: number): DiffusionTransformer =>
  transformer({
    layers,
    width,
    heads: 32,
    feedForward: 4 * width,
    text: "cross",
    queryKeyNorm: true,
    rotary: true,
    patch: 1,
  });
/** Its decoder ends in patches of 4 × 4: a sixteenth of the pixels. */
const ltxLatent: Latent = { scale: 32, temporalScale: 8, decoder: "video", decoderShare: 1 / 16 };
const cosmos = (layers: number, width: number): DiffusionTransformer =>
  transformer({
    layers,
    width,
    heads: width / 128,
    feedForward: 4 * width,
    text: "cross",
    queryKeyNorm: true,
    rotary: true,
  });

/** Clips of ten seconds attend sparsely (NABLA, arXiv 2507.13546: up to 2.7 times as fast). */
const kandinsky5 = (layers: number, width: number, head: number, sparseAttention = 1): DiffusionTransformer =>
  transformer({
    layers,
    width,
    heads: width / head,
    feedForward: 4 * width,
    text: "cross",
    queryKeyNorm: true,
    rotary: true,
    sparseAttention,
  });

const textToVideo = unet({ ...sd2, temporal: { residual: 12, transformer: 22 } });

export const clips: readonly NamedPipeline[] = [
  named("skyreels-v2-1.3b", "SkyReels-V2 1.3B", /skyreels.*1-?3b/, wan(30, 1536, 8960), {
    ...clip(512, 5.7e9, 50, 2, [960, 544, 97]),
  }),
  named("skyreels-v2", "SkyReels-V2 14B", /skyreels-?v?[23]/, wan(40, 5120, 13_824), {
    ...clip(512, 5.7e9, 50, 2, [960, 544, 97]),
  }),
  named("fastwan-14b", "FastWan 14B", /fast-?wan.*14b/, wan(40, 5120, 13_824), {
    ...clip(512, 5.7e9, 3, 1, [832, 480, 81]),
    ownSchedule: true,
  }),
  named("fastwan-1.3b", "FastWan 1.3B", /fast-?wan.*1-?3b/, wan(30, 1536, 8960), {
    ...clip(512, 5.7e9, 3, 1, [832, 480, 81]),
    ownSchedule: true,
  }),
  named("wan-5b", "Wan 2.2 5B", /wan.*(ti2v|5b)/, wan(30, 3072, 14_336), {
    ...clip(512, 5.7e9, 50, 2, [1280, 704, 121], { scale: 16, temporalScale: 4, decoder: "video" }),
  }),
  named("wan-1.3b", "Wan 2.1 1.3B", /wan.*1-?3b/, wan(30, 1536, 8960), clip(512, 5.7e9, 50, 2, [832, 480, 81])),
  named("wan-a14b", "Wan 2.2 A14B", /wan.*a14b/, wan(40, 5120, 13_824), clip(512, 5.7e9, 40, 2, [1280, 720, 81])),
  named(
    "wan-14b",
    "Wan 14B",
    /wan-?(2|14b|t2v|i2v|video|ai|$)/,
    wan(40, 5120, 13_824),
    clip(512, 5.7e9, 50, 2, [832, 480, 81]),
  ),
  named(
    "hunyuan-video-1.5",
    "HunyuanVideo 1.5",
    /hunyuan-?video-?1-?5/,
    transformer({
      layers: 54,
      doubleLayers: 54,
      width: 2048,
      heads: 16,
      feedForward: 8192,
      text: "joint",
      queryKeyNorm: true,
      rotary: true,
      patch: 1,
    }),
    clip(1000, 8.5e9, 50, 2, [848, 480, 121], { scale: 16, temporalScale: 4, decoder: "video" }),
  ),
  named("fast-hunyuan", "FastHunyuan", /fast-?hunyuan/, hunyuanVideo, {
    ...clip(256, 8.1e9, 6, 1, [1280, 720, 129]),
    ownSchedule: true,
  }),
  named("skyreels-v1", "SkyReels-V1", /skyreels/, hunyuanVideo, clip(256, 8.1e9, 30, 2, [960, 544, 97])),
  named("hunyuan-video", "HunyuanVideo", /hunyuan-?video/, hunyuanVideo, clip(256, 8.1e9, 50, 1, [1280, 720, 129])),
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
    /cogvideo|consis-?id/,
    cogVideo(42, 3072, { rotary: true }),
    clip(226, t5, 50, 2, [720, 480, 49]),
  ),
  named("ltx-2", "LTX-2", /ltx-?2(-|$)/, ltx(48, 4096), clip(256, 12e9, 40, 2, [768, 512, 121], ltxLatent)),
  named(
    "ltx-video-13b",
    "LTX-Video 13B",
    /ltxv?(?!.*2b).*(13b|0-?9-?[78])/,
    ltx(48, 4096),
    clip(128, t5, 30, 2, [1216, 704, 121], ltxLatent),
  ),
  named("ltx-video", "LTX-Video", /ltx/, ltx(28, 2048), clip(128, t5, 50, 2, [704, 480, 161], ltxLatent)),
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
    "step-video",
    "Step-Video-T2V",
    /step-?video/,
    transformer({
      layers: 48,
      width: 6144,
      heads: 48,
      feedForward: 24_576,
      text: "cross",
      queryKeyNorm: true,
      rotary: true,
      patch: 1,
    }),
    clip(320, 9e9, 50, 2, [992, 544, 204], { scale: 16, temporalScale: 8, decoder: "video" }),
  ),
  named(
    "cosmos-1-7b",
    "Cosmos 1.0 7B",
    /cosmos-?1.*7b/,
    cosmos(28, 4096),
    clip(512, 11e9, 35, 2, [1280, 704, 121], { scale: 8, temporalScale: 8, decoder: "video" }),
  ),
  named(
    "cosmos-2-14b",
    "Cosmos-Predict2 14B",
    /cosmos.*14b/,
    cosmos(36, 5120),
    clip(512, 11e9, 35, 2, [1280, 704, 93]),
  ),
  named("cosmos-2-2b", "Cosmos-Predict2 2B", /cosmos.*2b/, cosmos(28, 2048), clip(512, 11e9, 35, 2, [1280, 704, 93])),
  named(
    "longcat-video",
    "LongCat-Video",
    /longcat-?video/,
    transformer({
      layers: 48,
      width: 4096,
      heads: 32,
      feedForward: 16_384,
      text: "cross",
      queryKeyNorm: true,
      rotary: true,
    }),
    clip(512, 5.7e9, 50, 2, [832, 480, 93]),
  ),
  named(
    "kandinsky-5-pro",
    "Kandinsky 5 Pro",
    /kandinsky-?5.*(pro|19b)/,
    kandinsky5(60, 4096, 128),
    clip(256, 8.3e9, 50, 2, [768, 512, 121]),
  ),
  named("kandinsky-5-10s", "Kandinsky 5 Lite, 10 s", /kandinsky-?5.*10s/, kandinsky5(32, 1792, 64, 0.37), {
    ...clip(256, 8.3e9, 50, 2, [768, 512, 241]),
  }),
  named(
    "kandinsky-5",
    "Kandinsky 5 Lite",
    /kandinsky-?5/,
    kandinsky5(32, 1792, 64),
    clip(256, 8.3e9, 50, 2, [768, 512, 121]),
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
    "animatediff-lightning",
    "AnimateDiff-Lightning",
    /animate-?diff.*(lightning|lcm)|animate-?lcm/,
    unet({ ...sd1, temporal: { residual: 22, transformer: 0, motionModules: true } }),
    { ...clip(77, clipL, 4, 1, [512, 512, 16], image8), ownSchedule: true },
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
    "stable-video-diffusion-14",
    "Stable Video Diffusion, 14 frames",
    /stable-?video-?diffusion-(img2vid$|14)/,
    unet({ ...sd2, temporal: { residual: 6, transformer: 30 } }),
    clip(77, 0.63e9, 25, 2, [1024, 576, 14], image8),
  ),
  named(
    "stable-video-diffusion",
    "Stable Video Diffusion",
    /stable-?video|svd/,
    unet({ ...sd2, temporal: { residual: 6, transformer: 30 } }),
    clip(77, 0.63e9, 25, 2, [1024, 576, 25], image8),
  ),
  named("zeroscope", "Zeroscope", /zeroscope/, textToVideo, clip(77, 0.34e9, 40, 2, [576, 320, 24], image8)),
  named(
    "videocrafter",
    "VideoCrafter",
    /video-?crafter|lavie/,
    textToVideo,
    clip(77, 0.34e9, 50, 2, [512, 320, 16], image8),
  ),
  named(
    "modelscope",
    "ModelScope text-to-video",
    /modelscope|text-to-video-ms/,
    textToVideo,
    clip(77, 0.34e9, 50, 2, [256, 256, 16], image8),
  ),
];
