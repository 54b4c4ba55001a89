/** A picture in pixels and latents, and what one pass of a denoiser over it costs. */

/** Picture or clip in pixels; `frames` is 1 for an image. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** The autoencoder's shrinkage from pixels to latents, and what its decoder is. */
export interface Latent {
  /** Image pixels per latent pixel along a side. */
  readonly scale: number;
  /** Frames per latent frame; 1 keeps every frame. */
  readonly temporalScale: number;
  readonly decoder: "image" | "video" | "deepCompression" | "none";
  /** What decoding costs over the usual decoder of its kind: one that ends in patches works on fewer pixels. */
  readonly decoderShare?: number;
}

/** Cost of one pass over one item. */
export interface Pass {
  /** FLOP of matrix multiplications and convolutions. */
  readonly linear: number;
  /** FLOP of attention scores and values. */
  readonly attention: number;
  /** What padding the heads to the widths that attention kernels come in adds to the time, ≥ 1. */
  readonly attentionPadding: number;
  /** Elements of the score matrices of self- and cross-attention: what attention without a fused kernel writes to memory. */
  readonly scores: number;
  /** Element-wise traffic in bf16 bytes for one visit of every activation, by class (`constants.ts` says how many visits). */
  readonly traffic: { readonly base: number; readonly queryKey: number; readonly convolution: number };
  readonly launches: { readonly units: number; readonly modules: number };
  /** Attention calls, each of which communicates when the sequence is split over accelerators. */
  readonly attentionCalls: number;
  readonly imageTokens: number;
  readonly textTokens: number;
  readonly width: number;
  readonly heads: number;
  readonly backbone: "transformer" | "unet";
}

/** Head widths that flash attention is compiled for; one between two is padded to the larger. */
const kernelWidths = [32, 64, 96, 128, 192, 256] as const;

/** Computed over useful width of a head of `width` channels: 40 → 1.6, 72 → 1.33, 64 and 128 → 1. */
export function paddedHead(width: number): number {
  const kernel = kernelWidths.find((one) => one >= width);
  return kernel === undefined || !(width > 0) ? 1 : Math.min(2, kernel / width);
}
