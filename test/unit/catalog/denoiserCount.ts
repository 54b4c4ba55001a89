/**
 * Parameters of diffusion transformers from their dimensions: what one block holds, times the blocks, plus the embedders around
 * them. Weights of matrices only; biases and norms stay below 0.1 %. After the published model code of each family.
 */
import type { ModelSpec } from "../../../src/core/model/specification";

interface Dimensions {
  /** Layers, width, feed-forward width, double, single and cross blocks. */
  readonly L: number;
  readonly d: number;
  readonly f: number;
  readonly double: number;
  readonly single: number;
}

type Count = (dimensions: Dimensions) => number;

/** Attention (4d²) and a two-matrix MLP, with `modulation` vectors of width d made from one of width d. */
const block = ({ d, f }: Dimensions, modulation: number): number => (4 + modulation) * d * d + 2 * d * f;
const gated = ({ d, f }: Dimensions): number => 4 * d * d + 3 * d * f;
/** Sinusoid of 256 to the width, then square. */
const time = (d: number): number => 256 * d + d * d;
const vector = (from: number, d: number): number => from * d + d * d;

/** FLUX: double blocks hold two streams; a single block fuses attention and MLP behind three modulation vectors. */
const flux =
  (guidance: 0 | 1): Count =>
  (shape) => {
    const { d, double, single } = shape;
    const blocks = double * 2 * block(shape, 6) + single * block(shape, 3);
    return blocks + 64 * d + 4096 * d + (1 + guidance) * time(d) + vector(768, d) + 2 * d * d + 64 * d;
  };

/** SD3: joint blocks; the last one's text stream only feeds attention. `dual` blocks have a second image attention. */
const sd3 =
  (dual: number): Count =>
  (shape) => {
    const { L, d } = shape;
    const blocks = L * 2 * block(shape, 6) - (block(shape, 6) - 5 * d * d) + dual * 7 * d * d;
    return blocks + 4096 * d + vector(2048, d) + time(d) + 2 * d * d + 2 * 64 * d;
  };

/** PixArt, LTX: self-attention, cross-attention, MLP; one modulation for all blocks. */
const sharedModulation =
  (text: number, sizes = 0): Count =>
  (shape) => {
    const { L, d } = shape;
    return L * (block(shape, 0) + 4 * d * d) + 6 * d * d + time(d) + vector(text, d) + sizes;
  };

const wan =
  (channels: number): Count =>
  (shape) => {
    const { L, d } = shape;
    const embedders = 6 * d * d + time(d) + vector(4096, d) + 2 * channels * 4 * d;
    return L * (block(shape, 0) + 4 * d * d) + embedders;
  };

/** Joint text and image in one stream, modulated from a vector of 512. */
const cogVideo: Count = (shape) => {
  const { L, d } = shape;
  return L * (block(shape, 0) + 2 * 512 * 6 * d) + 4096 * d + 2 * 64 * d + d * 512 + 512 * 512 + 2 * 512 * d;
};

/** Sana: linear attention, cross-attention, and a gated MLP with a 3×3 depth-wise convolution. */
const sana: Count = (shape) => {
  const { L, d, f } = shape;
  return L * (8 * d * d + 3 * d * f + 18 * f) + 6 * d * d + time(d) + vector(2304, d);
};

const families: Readonly<Record<string, Count>> = {
  "flux.1-dev": flux(1),
  "flux.1-schnell": flux(0),
  "flex.1-alpha": flux(1),
  "open-sora-2": flux(0),
  // No modulation in the blocks: one small network makes it for all.
  chroma1: (shape) => {
    const { d, double, single } = shape;
    const approximator = 64 * 5120 + 5 * 2 * 5120 * 5120 + 5120 * d;
    return double * 2 * block(shape, 0) + single * block(shape, 0) + approximator + 4096 * d + 2 * 64 * d;
  },
  // Gated MLPs of three widths, no biases, modulation shared by all blocks.
  "flux.2-dev": ({ d, double, single }) =>
    double * 2 * 13 * d * d + single * 13 * d * d + 15 * d * d + 15360 * d + 2 * time(d) + 2 * d * d + 2 * 128 * d,
  "sd3-medium": sd3(0),
  "sd3.5-medium": sd3(13),
  "sd3.5-large": sd3(0),
  "sd3.5-large-turbo": sd3(0),
  "pixart-alpha": sharedModulation(4096, 2 * (256 * 384 + 384 * 384)),
  "pixart-sigma": sharedModulation(4096),
  "ltx-video": sharedModulation(4096),
  "dit-xl-2": (shape) => shape.L * block(shape, 6) + time(shape.d) + 1001 * shape.d + 2 * shape.d ** 2,
  // Cross-attention to texts of width 1024; half of the blocks take a skip connection.
  "hunyuan-dit-1.2": ({ L, d, f }) => {
    const blocks = L * (4 * d * d + 2 * d * d + 2 * 1024 * d + 2 * d * f + d * d) + (L / 2 - 1) * 2 * d * d;
    const text = 2048 * 8192 + 8192 * 1024 + 4 * 1024 * 1024;
    const conditions = (1024 + 6 * 256 + d) * 4 * d + 4 * d * d;
    return blocks + text + conditions + time(d) + 2 * d * d;
  },
  "sana-1.5-1.6b": sana,
  "sana-1.5-4.8b": sana,
  "qwen-image": (shape) => shape.L * 2 * block(shape, 6) + 3584 * shape.d + time(shape.d) + 2 * shape.d ** 2,
  // Two refiner blocks each for image (modulated) and caption; modulation from a vector of 256.
  "z-image-turbo": (shape) =>
    (shape.L + 2) * (gated(shape) + 256 * 4 * shape.d) + 2 * gated(shape) + 2560 * shape.d + time(shape.d),
  // MLPs of two thirds of 4d, gated.
  auraflow: ({ d, double, single }) => {
    const stream = 4 * d * d + 3 * d * 8192 + 6 * d * d;
    return (2 * double + single) * stream + 2048 * d + time(d) + 9216 * d + 2 * d * d;
  },
  // Eight key/value heads of 24; modulation from a vector of 1024.
  "lumina-image-2.0": ({ L, d, f }) => {
    const plain = 2 * d * d + 2 * d * 8 * 96 + 3 * d * f;
    return (L + 2) * (plain + 1024 * 4 * d) + 2 * plain + 2304 * d;
  },
  "wan2.1-1.3b": wan(16),
  "wan2.1-14b": wan(16),
  "wan2.2-a14b": (shape) => 2 * wan(16)(shape),
  "wan2.2-ti2v-5b": wan(48),
  // As FLUX, with a text refiner of two blocks.
  hunyuanvideo: (shape) => flux(1)(shape) + 2 * block(shape, 2) + time(shape.d) + vector(4096, shape.d),
  "cogvideox-2b": cogVideo,
  "cogvideox-5b": cogVideo,
  "cogvideox1.5-5b": cogVideo,
  // A text stream of half the width beside the image's; gated MLPs of 8/3.
  "mochi-1": ({ L, d }) => {
    const t = d / 2;
    const image = 4 * d * d + 3 * d * 8192 + 4 * d * d;
    const text = 3 * t * d + d * t + 3 * t * 4096 + 4 * d * t;
    const pooled = 3 * 4096 * 4096 + 4096 * d;
    return L * (image + text) + 4096 * t + time(d) + pooled;
  },
};

/** Parameters counted from the dimensions; undefined where this file does not know the family. */
export function countDenoiser(id: string, spec: ModelSpec): number | undefined {
  const { layers, hiddenSize, intermediateSize, denoiser } = spec;
  if (!layers || !hiddenSize || !intermediateSize) return undefined;
  return families[id]?.({
    L: layers,
    d: hiddenSize,
    f: intermediateSize,
    double: denoiser?.doubleBlocks ?? 0,
    single: denoiser?.singleBlocks ?? 0,
  });
}
