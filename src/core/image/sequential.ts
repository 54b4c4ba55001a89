/**
 * FLOPs and sequential evaluations of the ways to make a picture that are not plain diffusion. One multiply-add is 2 FLOP; `guidance` is
 * the number of passes per evaluation (2 = classifier-free guidance). Derivations: docs/method.md, images.
 */

/** Total FLOP and sequential network evaluations (NFE), which bound the latency. */
export interface Work {
  readonly flops: number;
  readonly evaluations: number;
}

/** A decoder-only transformer: multiplied parameters per token, layers, attention width. */
export interface Decoder {
  readonly parameters: number;
  readonly layers: number;
  readonly width: number;
}

/** Next-token generation with a cache: `prompt` tokens in, `tokens` out; prompt + tokens − 1 forwards of causal attention. */
export function autoregressive(model: Decoder, prompt: number, tokens: number, guidance: number): Work {
  const T = Math.max(0, prompt + tokens - 1);
  return {
    flops: guidance * (2 * model.parameters * T + 2 * model.layers * model.width * T * (T + 1)),
    evaluations: tokens,
  };
}

/** Side lengths of the token maps of VAR (arXiv 2404.02905) for 256² and 512² pictures. */
export const scales256: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 10, 13, 16];
export const scales512: readonly number[] = [1, 2, 3, 4, 6, 9, 13, 18, 24, 32];

export const tokensOfScales = (scales: readonly number[]): number => scales.reduce((sum, side) => sum + side * side, 0);

/** Next-scale prediction: each scale in one pass, attending to itself and all coarser ones (cached). */
export function nextScale(model: Decoder, scales: readonly number[], guidance: number): Work {
  let seen = 0;
  let pairs = 0;
  for (const side of scales) {
    seen += side * side;
    pairs += side * side * seen;
  }
  return {
    flops: guidance * (2 * model.parameters * seen + 4 * model.layers * model.width * pairs),
    evaluations: scales.length,
  };
}

/** MAR (arXiv 2406.11838): an encoder over known tokens, a decoder over all, and a small diffusion head on every token. */
export interface MaskedModel {
  /** Layers of each half. */
  readonly layers: number;
  readonly width: number;
  readonly headWidth: number;
  readonly headBlocks: number;
}

export const maskedModels = {
  b: { layers: 12, width: 768, headWidth: 1024, headBlocks: 6 },
  l: { layers: 16, width: 1024, headWidth: 1280, headBlocks: 8 },
  h: { layers: 20, width: 1280, headWidth: 1536, headBlocks: 12 },
} as const satisfies Record<string, MaskedModel>;

/** Multiplied parameters of the diffusion head for latent tokens of 16 values. */
export function diffusionHeadParameters(model: MaskedModel): number {
  const { headWidth: w, headBlocks: blocks, width: d } = model;
  const z = 16;
  return 5 * blocks * w * w + (256 * w + w * w) + d * w + z * w + 2 * w * w + 2 * z * w;
}

const bufferTokens = 64;

/** Known tokens at the start of each iteration: cosine schedule, at least one new token each time. */
function knownTokens(iterations: number, tokens: number): number[] {
  const known: number[] = [];
  let masked = tokens;
  for (let i = 0; i < iterations; i++) {
    known.push(tokens - masked);
    const cosine = Math.floor(tokens * Math.cos((Math.PI / 2) * ((i + 1) / iterations)));
    masked = Math.max(1, Math.min(masked - 1, cosine));
  }
  return known;
}

/** Longest schedule that is followed iteration by iteration; a longer one uses the mean of the cosine. */
const longestSchedule = 4096;

/** Every iteration runs both halves afresh (no cache); every token passes the head `headSteps` times, whatever the iterations. */
export function maskedAutoregressive(
  model: MaskedModel,
  iterations: number,
  tokens: number,
  headSteps: number,
  guidance: number,
): Work & { readonly encoder: number; readonly decoder: number; readonly head: number } {
  const { layers, width: d } = model;
  const half = (T: number): number => 24 * layers * d * d * T + 4 * layers * d * T * T;
  const whole = Math.max(1, Math.round(iterations));
  const encoder =
    whole <= longestSchedule
      ? knownTokens(whole, tokens).reduce((sum, known) => sum + half(bufferTokens + known), 0)
      : whole * half(bufferTokens + tokens * (1 - 2 / Math.PI));
  const decoder = whole * half(bufferTokens + tokens);
  const head = tokens * headSteps * 2 * diffusionHeadParameters(model);
  return {
    encoder: guidance * encoder,
    decoder: guidance * decoder,
    head: guidance * head,
    flops: guidance * (encoder + decoder + head),
    evaluations: whole * (1 + headSteps),
  };
}

/** Linear and attention FLOP of one denoiser pass over the whole canvas. */
export interface CanvasPass {
  readonly linear: number;
  readonly attention: number;
}

/**
 * Groupwise diffusion (arXiv 2310.01400): the canvas in `groups`, each denoised in `stepsPerGroup` steps.
 *
 * `full`: the network sees the whole canvas at every step, as published. `cached`: it runs on one group and attends to the finished ones
 * through a cache, (groups + 1) / (2·groups) of the attention. One group is plain diffusion; as many groups as tokens with one step each
 * is next-token generation.
 */
export function groupwise(
  pass: CanvasPass,
  groups: number,
  stepsPerGroup: number,
  guidance: number,
): { readonly full: Work; readonly cached: Work } {
  const evaluations = groups * stepsPerGroup;
  return {
    full: { flops: guidance * evaluations * (pass.linear + pass.attention), evaluations },
    cached: {
      flops: guidance * stepsPerGroup * (pass.linear + (pass.attention * (groups + 1)) / (2 * groups)),
      evaluations,
    },
  };
}

/**
 * Rolling diffusion (arXiv 2402.09470): a window over `groups` moves on every stepsPerGroup / window evaluations; every group gets
 * `stepsPerGroup` of them. Ramping in and out leaves part of the window empty.
 */
export function rolling(
  pass: CanvasPass,
  groups: number,
  stepsPerGroup: number,
  window: number,
  guidance: number,
): Work {
  const W = Math.max(1, Math.min(window, groups));
  const shift = stepsPerGroup / W;
  // Occupied groups rise 1 … W−1, stay at W for groups − W + 1 positions, and fall again: their sum is groups · W.
  const squares = ((W - 1) * W * (2 * W - 1)) / 3 + (groups - W + 1) * W * W;
  return {
    flops: guidance * shift * (pass.linear * W + (pass.attention * squares) / (groups * groups)),
    evaluations: (groups + W - 1) * shift,
  };
}

/**
 * Transfusion (arXiv 2408.11039): a language model reads the text once (causal), then denoises the picture's tokens together; `clean`
 * adds the pass that writes the picture into the cache, needed when text follows.
 */
export function transfusion(
  model: Decoder,
  prompt: number,
  tokens: number,
  steps: number,
  guidance: number,
  clean: boolean,
): Work {
  const { parameters: N, layers: L, width: d } = model;
  const text = 2 * N * prompt + 2 * L * d * prompt * (prompt + 1);
  const pass = 2 * N * tokens + 4 * L * d * tokens * (prompt + tokens);
  return { flops: text + (steps * guidance + (clean ? 1 : 0)) * pass, evaluations: steps + (clean ? 2 : 1) };
}
