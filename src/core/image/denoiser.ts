/**
 * What one pass of a denoiser costs: FLOPs, element-wise memory traffic and kernel launches, counted from its shape.
 *
 * A denoiser is a diffusion transformer (this file) or a U-Net (`unet.ts`). Counts are per item and pass; one multiply-add is 2 FLOP.
 */
import { type Canvas, type Latent, type Pass, paddedHead } from "./pass";
import { type UNet, unetPass } from "./unet";

export interface DiffusionTransformer {
  readonly backbone: "transformer";
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Width of a two-matrix MLP with as many multiplications (a gated one of width f counts 1.5·f). */
  readonly feedForward: number;
  /** `joint`: text and image tokens in one sequence; `cross`: cross-attention to the text; `none`: class label only. */
  readonly text: "joint" | "cross" | "none";
  /** Attention cost grows with the tokens, not their square (SANA). */
  readonly linearAttention?: boolean;
  /** Layers with separate weights for the text stream. */
  readonly doubleLayers?: number;
  /** Layers with a second self-attention over the image tokens alone (SD3.5-medium). */
  readonly dualLayers?: number;
  /** Layers that take a long skip connection (a 2d × d projection). */
  readonly skipLayers?: number;
  readonly queryKeyNorm?: boolean;
  readonly rotary?: boolean;
  /** Space and time attend in alternate layers (Latte). */
  readonly factorised?: boolean;
  /** Time of block-sparse attention over that of dense attention (Kandinsky 5's clips of ten seconds). */
  readonly sparseAttention?: number;
  readonly patch: number;
  readonly temporalPatch?: number;
  /** Channels of the latent in and out: counted for the class-conditional DiTs, whose published figures include them. */
  readonly channels?: readonly [input: number, output: number];
}

export type Denoiser = DiffusionTransformer | UNet;

/** Latent frames of `frames` frames: a causal 3-D autoencoder keeps the first one (49 → 13 at scale 4), and what does not fill a step is dropped. */
export const latentFrames = (frames: number, temporalScale: number): number =>
  temporalScale <= 1 ? Math.max(1, Math.round(frames)) : 1 + Math.floor((Math.max(1, frames) - 1) / temporalScale);

export interface Grid {
  /** Tokens (transformer) or latent pixels (U-Net) along each axis. */
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
}

export function tokenGrid(canvas: Canvas, latent: Latent, patch: number, temporalPatch = 1): Grid {
  const side = latent.scale * patch;
  return {
    columns: Math.ceil(canvas.width / side),
    rows: Math.ceil(canvas.height / side),
    frames: Math.ceil(latentFrames(canvas.frames, latent.temporalScale) / temporalPatch),
  };
}

/**
 * Kernels per layer of an eager diffusion transformer, in units of 40: counted in the published implementations (norms, modulation,
 * projections, attention, residuals; query-key norms and rotary embeddings add their own).
 */
function kernelsPerLayer(shape: DiffusionTransformer): number {
  if (shape.linearAttention) return 57;
  const norm = shape.queryKeyNorm ? 1 : 0;
  const rotary = shape.rotary ? 1 : 0;
  if (shape.text !== "joint") return 34 + 10 * norm + 6 * rotary;
  return 36 + 12 * norm + 6 * rotary + 28 * ((shape.doubleLayers ?? 0) / shape.layers);
}

/** Attention FLOP and matrix FLOP of one pass over `tokens` image tokens and `text` text tokens. */
export function transformerFlops(
  shape: DiffusionTransformer,
  tokens: number,
  text: number,
  grid?: Grid,
): { linear: number; attention: number } {
  const { layers: L, width: d, feedForward: f } = shape;
  const block = 4 * d * d + 2 * d * f;
  const T = tokens;
  if (shape.text === "joint") {
    const dual = shape.dualLayers ?? 0;
    return {
      linear: 2 * L * block * (T + text) + 2 * dual * 4 * d * d * T,
      attention: 4 * L * (T + text) ** 2 * d + 4 * dual * T * T * d,
    };
  }
  const cross = shape.text === "cross" ? 1 : 0;
  if (shape.linearAttention)
    return {
      // Projections, an inverted-bottleneck convolution MLP of 2.5·d with gate (9 · 5d of it depthwise), cross-attention.
      linear: 2 * L * (13.5 * d * d * T + 2 * d * d * text + 45 * d * T),
      attention: 2 * L * (2 * 32 * d * T + 2 * T * text * d),
    };
  const context = shape.factorised && grid ? (grid.columns * grid.rows + grid.frames) / 2 : T;
  let linear = 2 * L * ((block + 2 * cross * d * d) * T + 2 * cross * d * d * text);
  linear += 2 * 2 * d * d * (shape.skipLayers ?? 0) * T;
  if (shape.channels) {
    // Patch embedding, final projection, time-step embedding, and the modulation of every layer (once per item).
    const [input, output] = shape.channels;
    linear += 2 * (shape.patch ** 2 * (input + output) * d * T + 256 * d + d * d + 6 * L * d * d + 2 * d * d);
  }
  return { linear, attention: 4 * L * (T * context * (shape.sparseAttention ?? 1) + cross * T * text) * d };
}

function transformerPass(shape: DiffusionTransformer, canvas: Canvas, latent: Latent, textTokens: number): Pass {
  const grid = tokenGrid(canvas, latent, shape.patch, shape.temporalPatch);
  const T = grid.columns * grid.rows * grid.frames;
  const text = shape.text === "none" ? 0 : textTokens;
  const { layers: L, width: d } = shape;
  const joint = shape.text === "joint";
  const visits = 2 * L * (joint ? T + text : T) * d;
  const dual = shape.dualLayers ?? 0;
  // A gated convolution MLP, 5·d wide, goes to memory that much more often than a plain one.
  const richness = shape.linearAttention ? 2.2 : joint ? 1 + (0.3 * (shape.doubleLayers ?? 0) + 0.5 * dual) / L : 1;
  const flops = transformerFlops(shape, T, text, grid);
  return {
    ...flops,
    // Four FLOP a channel of the head for each score; linear attention forms none.
    scores: shape.linearAttention ? 0 : (flops.attention * shape.heads) / (4 * d),
    attentionPadding: shape.linearAttention ? 1 : paddedHead(d / shape.heads),
    traffic: {
      base: visits * richness,
      queryKey: visits * ((shape.queryKeyNorm ? 0.6 : 0) + (shape.rotary ? 0.4 : 0)),
      convolution: 0,
    },
    launches: { units: (L * kernelsPerLayer(shape)) / 40 + 0.5 * dual, modules: 0 },
    attentionCalls: L + dual,
    imageTokens: T,
    textTokens: text,
    width: d,
    heads: shape.heads,
    backbone: "transformer",
  };
}

/** Cost of one pass of `shape` over one item of size `canvas`. */
export function denoiserPass(shape: Denoiser, canvas: Canvas, latent: Latent, textTokens: number): Pass {
  return shape.backbone === "unet"
    ? unetPass(shape, canvas, latent, textTokens)
    : transformerPass(shape, canvas, latent, textTokens);
}
