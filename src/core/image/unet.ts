/**
 * A U-Net counted block by block, as the diffusers configurations lay it out: residual blocks (two 3 × 3 convolutions and a skip),
 * spatial transformers (self-attention, cross-attention, gated MLP), down- and upsampling, skips from the way down to the way up.
 */
import { type Canvas, type Latent, type Pass, paddedHead } from "./pass";

export interface UNet {
  readonly backbone: "unet";
  /** Channels by level, fine to coarse. */
  readonly channels: readonly number[];
  readonly residualBlocks: number;
  /** Transformer blocks behind each residual block, by level, on the way down. */
  readonly down: readonly (number | readonly number[])[];
  /** The same on the way up, coarse to fine; the way down mirrored when absent. */
  readonly up?: readonly (number | readonly number[])[];
  readonly middle: number;
  /** Width of the text embedding. */
  readonly crossWidth: number;
  /** Channels of an attention head; eight heads, however wide, when absent. */
  readonly headWidth?: number;
  /** Attention without an MLP behind each residual block (Kandinsky). */
  readonly plainAttention?: boolean;
  /** Down- and upsampling by whole residual blocks (Kandinsky 2). */
  readonly residualResampling?: boolean;
  /** Modules launched per counted one, where a block is split finer. */
  readonly modulesFactor?: number;
  /** Multiply-adds per c² and latent pixel that time adds behind each residual block and each transformer (video). */
  readonly temporal?: {
    readonly residual: number;
    readonly transformer: number;
    /** What follows each residual block is a transformer over time (AnimateDiff), not a convolution. */
    readonly motionModules?: boolean;
  };
}

interface Tally {
  multiplyAdds: number;
  attention: number;
  /** Attention with heads padded to the width of a kernel. */
  padded: number;
  scores: number;
  transformerVisits: number;
  convolutionVisits: number;
  modules: number;
  transformers: number;
}

function residual(tally: Tally, shape: UNet, pixels: number, from: number, to: number): void {
  tally.multiplyAdds += pixels * (9 * from * to + 9 * to * to + (from === to ? 0 : from * to));
  tally.convolutionVisits += 6 * pixels * (from + to);
  tally.modules += 1;
  const { temporal } = shape;
  if (temporal === undefined || temporal.residual === 0) return;
  tally.multiplyAdds += pixels * temporal.residual * to * to;
  tally.modules += 1;
  // A motion module is a transformer over time, two attentions and copies that turn frames into sequences; otherwise time is a convolution.
  if (temporal.motionModules) tally.transformerVisits += 1.5 * pixels * to;
  else tally.convolutionVisits += 6 * pixels * 2 * to;
}

function transformer(
  tally: Tally,
  shape: UNet,
  pixels: number,
  frames: number,
  c: number,
  blocks: number,
  text: number,
) {
  if (blocks === 0) return;
  const perFrame = pixels / frames;
  const projections = shape.plainAttention ? 4 * blocks : 2 + 18 * blocks;
  tally.multiplyAdds += pixels * c * c * projections;
  if (!shape.plainAttention) tally.multiplyAdds += blocks * 2 * c * shape.crossWidth * text;
  const attention = blocks * 2 * pixels * c * (perFrame + text);
  tally.attention += attention;
  const head = shape.headWidth ?? c / 8;
  tally.padded += attention * paddedHead(head);
  // Two multiply-adds a channel of the head for each score.
  tally.scores += attention / (2 * head);
  tally.transformerVisits += 0.7 * blocks * pixels * c;
  tally.modules += blocks;
  tally.transformers += blocks;
  if (shape.temporal && shape.temporal.transformer > 0) {
    tally.multiplyAdds += pixels * shape.temporal.transformer * c * c;
    tally.modules += blocks;
    tally.transformerVisits += 0.8 * pixels * c;
  }
}

function resample(tally: Tally, shape: UNet, pixels: number, c: number): void {
  if (shape.residualResampling) residual(tally, shape, pixels, c, c);
  else tally.multiplyAdds += pixels * 9 * c * c;
}

const depthAt = (levels: UNet["down"], level: number, block: number): number => {
  const entry = levels[level] ?? 0;
  return typeof entry === "number" ? entry : (entry[block] ?? 0);
};

/** Cost of one pass over one item: latent pixels of all frames, attention within a frame. */
export function unetPass(shape: UNet, canvas: Canvas, latent: Latent, text: number): Pass {
  const { channels, residualBlocks: n } = shape;
  const columns = Math.ceil(canvas.width / latent.scale);
  const rows = Math.ceil(canvas.height / latent.scale);
  const frames = Math.max(1, Math.round(canvas.frames));
  const pixelsAt = (level: number): number => Math.ceil(columns / 2 ** level) * Math.ceil(rows / 2 ** level) * frames;
  const tally: Tally = {
    multiplyAdds: 0,
    attention: 0,
    padded: 0,
    scores: 0,
    transformerVisits: 0,
    convolutionVisits: 0,
    modules: 0,
    transformers: 0,
  };
  const last = channels.length - 1;
  const first = channels[0] as number;
  tally.multiplyAdds += pixelsAt(0) * 9 * 8 * first;
  const skips: number[] = [first];
  let current = first;
  channels.forEach((c, level) => {
    for (let block = 0; block < n; block++) {
      residual(tally, shape, pixelsAt(level), current, c);
      transformer(tally, shape, pixelsAt(level), frames, c, depthAt(shape.down, level, block), text);
      current = c;
      skips.push(c);
    }
    if (level < last) {
      resample(tally, shape, pixelsAt(level + 1), c);
      skips.push(c);
    }
  });
  residual(tally, shape, pixelsAt(last), current, current);
  transformer(tally, shape, pixelsAt(last), frames, current, shape.middle, text);
  residual(tally, shape, pixelsAt(last), current, current);
  for (let level = last; level >= 0; level--) {
    const c = channels[level] as number;
    for (let block = 0; block <= n; block++) {
      residual(tally, shape, pixelsAt(level), current + (skips.pop() ?? 0), c);
      const depth = shape.up
        ? depthAt(shape.up, last - level, block)
        : depthAt(shape.down, level, Math.min(block, n - 1));
      transformer(tally, shape, pixelsAt(level), frames, c, depth, text);
      current = c;
    }
    if (level > 0) resample(tally, shape, pixelsAt(level - 1), c);
  }
  return {
    linear: 2 * tally.multiplyAdds,
    attention: 2 * tally.attention,
    attentionPadding: tally.attention > 0 ? tally.padded / tally.attention : 1,
    scores: tally.scores,
    traffic: { base: 2 * tally.transformerVisits, queryKey: 0, convolution: 2 * tally.convolutionVisits },
    launches: { units: 0, modules: tally.modules * (shape.modulesFactor ?? 1) },
    attentionCalls: tally.transformers,
    imageTokens: columns * rows * frames,
    textTokens: text,
    width: first,
    heads: 8,
    backbone: "unet",
  };
}
