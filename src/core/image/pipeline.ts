/** A denoiser with what surrounds it: autoencoder, text encoders, the pipeline's own defaults. */
import type { Denoiser, DiffusionTransformer } from "./denoiser";
import type { Latent } from "./pass";
import type { UNet } from "./unet";

/** A denoiser with what surrounds it. */
export interface Pipeline {
  readonly key: string;
  readonly label: string;
  readonly denoiser: Denoiser;
  readonly latent: Latent;
  /** The decoder overflows fp16 and is run in fp32 there (`force_upcast` of its configuration). */
  readonly wideDecoder?: boolean;
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
  /** The steps and passes are this distilled member's own: its name changes nothing. */
  readonly ownSchedule?: boolean;
}

export interface NamedPipeline extends Pipeline {
  /** Matched against the lower-case name with separators turned into single dashes. */
  readonly pattern: RegExp;
}
export const named = (
  key: string,
  label: string,
  pattern: RegExp,
  denoiser: Denoiser,
  around: Surroundings,
): NamedPipeline => ({
  key,
  label,
  pattern,
  denoiser,
  ...around,
});

export const image8: Latent = { scale: 8, temporalScale: 1, decoder: "image" };
export const video4: Latent = { scale: 8, temporalScale: 4, decoder: "video" };

export const t5 = 4.76e9;
export const clipAndT5 = 4.88e9;
export const clipPairAndT5 = 5.58e9;
export const clipPair = 0.817e9;
export const clipL = 0.123e9;

export const transformer = (
  shape: Omit<DiffusionTransformer, "backbone" | "patch"> & { patch?: number },
): DiffusionTransformer => ({
  backbone: "transformer",
  patch: 2,
  ...shape,
});
export const unet = (shape: Omit<UNet, "backbone">): UNet => ({ backbone: "unet", ...shape });

export type Surroundings = Omit<Pipeline, "key" | "label" | "denoiser">;

export const still = (
  textTokens: number,
  textEncoder: number,
  steps: number,
  guidancePasses: number,
  side = 1024,
  latent = image8,
): Surroundings => ({ latent, textTokens, textEncoder, steps, guidancePasses, width: side, height: side, frames: 1 });

export const clip = (
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
