/** Denoisers by name, by key, or by size alone. */
import { clips } from "./clipShapes";
import { clip, type NamedPipeline, type Pipeline, still, t5, transformer } from "./pipeline";
import { stills } from "./stillShapes";

/** Class-conditional DiTs (arXiv 2212.09748): depth and width by letter. */
const ditSizes = {
  s: [12, 384, 6],
  b: [12, 768, 12],
  l: [24, 1024, 16],
  xl: [28, 1152, 16],
} as const;

function classDit(letter: keyof typeof ditSizes, patch: number, side: number): Pipeline {
  const [layers, width, heads] = ditSizes[letter];
  return {
    key: `dit-${letter}-${patch}`,
    label: `DiT-${letter.toUpperCase()}/${patch}`,
    denoiser: transformer({
      layers,
      width,
      heads,
      feedForward: 4 * width,
      text: "none",
      patch,
      channels: [4, 8],
    }),
    ...still(0, 0, 250, 2, side),
  };
}

const entries: readonly NamedPipeline[] = [...clips, ...stills];

const byKey = new Map<string, NamedPipeline>(entries.map((row) => [row.key, row]));

const ditName = /(?:^|[^a-z])[ds]it-(s|b|l|xl)-(2|4|8)(?:$|[^0-9])/;

/** Separators become dashes, letters lower case, the owner part stays: `black-forest-labs/FLUX.1-dev` → `black-forest-labs-flux-1-dev`. */
const normalise = (name: string): string =>
  name
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9σ]+/g, "-")
    .replace(/^-|-$/g, "");

function findByName(name: string): Pipeline | undefined {
  const text = normalise(name);
  const dit = ditName.exec(text);
  if (dit) return classDit(dit[1] as keyof typeof ditSizes, Number(dit[2]), /512/.test(text) ? 512 : 256);
  // The organisation may share a word with another family (`hunyuanvideo-community/…`), so the last part is asked first.
  const own = normalise(name.slice(name.lastIndexOf("/") + 1));
  return entries.find((row) => row.pattern.test(own)) ?? entries.find((row) => row.pattern.test(text));
}

/** Names asked before: an editor asks for the same few at every keystroke. */
const found = new Map<string, Pipeline | undefined>();
const remembered = 500;

/** The pipeline that a name means; undefined when no known denoiser is named. */
export function pipelineByName(name: string): Pipeline | undefined {
  const before = found.get(name);
  if (before !== undefined || found.has(name)) return before;
  const pipeline = findByName(name);
  if (found.size >= remembered) found.clear();
  if (name.length <= 200) found.set(name, pipeline);
  return pipeline;
}

/** A pipeline by its key, as the catalogue's `denoiser.shape` names it. */
export const pipelineByKey = (key: string): Pipeline | undefined => byKey.get(key) ?? pipelineByName(key);

/** Distilled to few steps by its name: guidance is folded into the weights. */
export const isDistilled = (name: string): boolean =>
  /turbo|schnell|lightning|lcm|hyper|distill|dmd|flash|sprint/i.test(name);

/**
 * The denoiser of a model of which only the size is known. Image: L = d/64 layers of 12·d², of which a token uses 0.40 (text streams and
 * modulation weigh but do not multiply every token); video 0.8 of it with a 4 × 8 × 8 autoencoder.
 */
export function genericPipeline(parameters: number, video: boolean, name: string): Pipeline {
  const used = (video ? 0.8 : 0.4) * Math.max(1e7, parameters);
  const width = Math.max(64, Math.cbrt((64 * used) / 12));
  const layers = Math.max(1, used / (12 * width * width));
  const passes = isDistilled(name) ? 1 : 2;
  return {
    key: "generic",
    label: video ? "video diffusion transformer of this size" : "diffusion transformer of this size",
    denoiser: transformer({
      layers,
      width,
      heads: Math.max(1, Math.round(width / 64)),
      feedForward: 4 * width,
      text: "joint",
      queryKeyNorm: true,
    }),
    ...(video
      ? clip(256, t5, passes === 1 ? 8 : 50, passes, [832, 480, 81])
      : still(256, t5, passes === 1 ? 4 : 28, passes)),
  };
}

/** Every known pipeline, for tests and documentation. */
export const pipelines: readonly Pipeline[] = entries;
