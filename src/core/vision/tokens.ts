/**
 * Image tokens of vision-language models, ported from the published preprocessing rules.
 *
 * - InternVL `dynamic_preprocess`: tiles of 448 px on the aspect grid nearest to the image's, plus a thumbnail; 256 tokens each.
 * - Qwen2/2.5-VL `smart_resize`: sides rounded to multiples of 28 within a pixel budget; one token per 28 × 28 block. Qwen3-VL: 32.
 * - LLaVA-1.5: one 336 px view of 576 tokens; LLaVA-NeXT `anyres`: up to four more views.
 */

export interface ImageTokens {
  readonly tokens: number;
  /** Views through the vision tower, thumbnail included. */
  readonly tiles: number;
  /** Tower patches of all views. */
  readonly patches: number;
  /** Columns × rows of tiles, or blocks. */
  readonly grid: readonly [columns: number, rows: number];
}

const clampSide = (side: number): number => Math.min(1e6, Math.max(1, side));

const ratiosByLimit = new Map<number, readonly (readonly [number, number])[]>();

/** Grids of 1…most tiles, fewest tiles first; columns then rows within one count, as the reference code's sort leaves them. */
function grids(most: number): readonly (readonly [number, number])[] {
  const known = ratiosByLimit.get(most);
  if (known) return known;
  const all: [number, number][] = [];
  for (let i = 1; i <= most; i++) for (let j = 1; i * j <= most; j++) all.push([i, j]);
  all.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  if (ratiosByLimit.size < 64) ratiosByLimit.set(most, all);
  return all;
}

/**
 * InternVL's tiling. Of grids with the same aspect ratio as near as the best, a larger one wins while the image has more than half
 * its pixels.
 */
export function internVlTokens(
  width: number,
  height: number,
  maxTiles = 12,
  tile = 448,
  tokensPerTile = 256,
  patch = 14,
): ImageTokens {
  const w = clampSide(width);
  const h = clampSide(height);
  const most = Math.min(64, Math.max(1, Math.round(maxTiles)));
  const ratio = w / h;
  let best: readonly [number, number] = [1, 1];
  let distance = Number.POSITIVE_INFINITY;
  for (const grid of grids(most)) {
    const d = Math.abs(ratio - grid[0] / grid[1]);
    if (d < distance) {
      distance = d;
      best = grid;
    } else if (d === distance && w * h > 0.5 * tile * tile * grid[0] * grid[1]) best = grid;
  }
  const tiles = best[0] * best[1];
  const views = tiles > 1 ? tiles + 1 : 1;
  return { tokens: views * tokensPerTile, tiles: views, patches: views * (tile / patch) ** 2, grid: best };
}

/** Pixels that Qwen's preprocessing allows by default (`max_pixels` 1280 · 28²) and that the released processors allow. */
export const qwenFunctionPixels = 1280 * 28 * 28;
export const qwenProcessorPixels = 16_384 * 28 * 28;

/** Qwen's `smart_resize`: both sides multiples of `factor`, area between the bounds, aspect ratio kept. */
export function qwenTokens(
  width: number,
  height: number,
  maxPixels = qwenProcessorPixels,
  factor = 28,
  minPixels = 4 * 28 * 28,
): ImageTokens {
  const w = clampSide(width);
  const h = clampSide(height);
  let columns = Math.max(1, roundHalfEven(w / factor));
  let rows = Math.max(1, roundHalfEven(h / factor));
  if (columns * rows * factor * factor > maxPixels) {
    const beta = Math.sqrt((w * h) / maxPixels);
    columns = Math.max(1, Math.floor(w / beta / factor));
    rows = Math.max(1, Math.floor(h / beta / factor));
  } else if (columns * rows * factor * factor < minPixels) {
    const beta = Math.sqrt(minPixels / (w * h));
    columns = Math.ceil((w * beta) / factor);
    rows = Math.ceil((h * beta) / factor);
  }
  const tokens = columns * rows;
  return { tokens, tiles: 1, patches: 4 * tokens, grid: [columns, rows] };
}

/** Python's `round`: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** LLaVA-1.5: every image is one 336 px view. */
export const llavaTokens = (): ImageTokens => ({ tokens: 576, tiles: 1, patches: 576, grid: [1, 1] });

const anyResolutions: readonly (readonly [number, number])[] = [
  [336, 672],
  [672, 336],
  [672, 672],
  [1008, 336],
  [336, 1008],
];

/**
 * LLaVA-NeXT: the base view and the tiles of the canvas that keeps most of the picture. Upper bound: padding that the model cuts off
 * again is counted.
 */
export function llavaNextTokens(width: number, height: number): ImageTokens {
  const w = clampSide(width);
  const h = clampSide(height);
  let best = anyResolutions[0] as readonly [number, number];
  let mostUsed = -1;
  let leastWaste = Number.POSITIVE_INFINITY;
  for (const canvas of anyResolutions) {
    const scale = Math.min(canvas[0] / w, canvas[1] / h);
    const used = Math.min(Math.floor(w * scale) * Math.floor(h * scale), w * h);
    const waste = canvas[0] * canvas[1] - used;
    if (used > mostUsed || (used === mostUsed && waste < leastWaste)) {
      mostUsed = used;
      leastWaste = waste;
      best = canvas;
    }
  }
  const columns = best[0] / 336;
  const rows = best[1] / 336;
  const views = columns * rows + 1;
  return { tokens: 576 * views, tiles: views, patches: 576 * views, grid: [columns, rows] };
}
