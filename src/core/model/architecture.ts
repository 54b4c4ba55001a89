/**
 * From what is stated of a model to a complete architecture: stated dimensions first, then the catalogue's, then a scaling law.
 */
import type { Draft } from "../draft";
import type { Confidence, Facts, ModelFacts } from "../facts";
import type { ModelReference } from "../workload";
import {
  attentionWidth,
  type CompleteSpec,
  cacheWidth,
  countParameters,
  expertLayers,
  type ParameterCount,
} from "./count";
import { fromHuggingFace, isHuggingFaceConfig } from "./huggingFace";
import type { ModelSpec } from "./specification";

export interface Architecture {
  readonly name: string;
  readonly spec: CompleteSpec;
  /** By part; scaled to the stated total where the dimensions cannot explain it (hybrids, unknown families). */
  readonly count: ParameterCount;
  readonly parameters: number;
  readonly activeParameters: number;
  readonly visionParameters: number;
  readonly expertLayers: number;
  /** Layers with a growing key/value cache. */
  readonly attentionLayers: number;
  readonly slidingLayers: number;
  readonly attentionWidth: number;
  readonly cacheWidth: number;
  /** Dimensions come from a scaling law, not from a config or the catalogue. */
  readonly generic: boolean;
  readonly confidence: Confidence;
  readonly facts?: ModelFacts;
}

const sizeWord = /(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)\s*([bm])(?![a-z0-9])/i;
const activeWord = /(?<![a-z0-9])a(\d+(?:\.\d+)?)b(?![a-z0-9])/i;

/** Sizes that a model's name states: `Qwen3-30B-A3B` → 30e9 total, 3e9 active; `8x7B` → 47e9-like product; never `8bit`. */
export function sizesFromName(name: string): { parameters?: number; activeParameters?: number } {
  const size = sizeWord.exec(name);
  const active = activeWord.exec(name);
  if (!size) return {};
  const [, times, digits, letter] = size;
  const one = Number(digits) * (letter?.toLowerCase() === "m" ? 1e6 : 1e9);
  // Experts share attention and embeddings: 8×7B is 46.7 B, 8×22B 140.6 B, so about 0.82 of the product.
  if (times) return { parameters: Number(times) * one * 0.82, activeParameters: one * 1.8 };
  return active ? { parameters: one, activeParameters: Number(active[1]) * 1e9 } : { parameters: one };
}

/** Families from before grouped-query attention (mid-2023): every head keeps its own keys and values. */
const multiHeadEra =
  /llama-?1|llama-?7b|llama-?13b|vicuna|alpaca|koala|gpt-?[2j]|gpt-?neo|pythia|opt-|bloom|mpt|dolly|stablelm|redpajama|rwkv|oasst/i;

/** Vocabulary of a family's tokenizer, and whether the family ties its embeddings: known even where a model's sizes are not. */
const tokenizers: readonly (readonly [RegExp, vocabulary: number, tied?: boolean])[] = [
  [/gpt-?2|distilgpt/i, 50_257, true],
  [/opt-\d/i, 50_272, true],
  [/bloom/i, 250_880, true],
  [/falcon-?(7b|40b|180b)/i, 65_024, true],
  [/pythia|gpt-?neo|gpt-?j|mpt|dolly|redpajama|stablelm|olmo-?(1b|7b)|incite/i, 50_432],
  [
    /llama-?[12]?-?(7b|13b|30b|33b|34b|65b|70b)(?!.*3\.)|code-?llama|vicuna|alpaca|mistral-7b|mixtral|zephyr|yi-|tinyllama/i,
    32_000,
  ],
  [/gemma-?2[-:]|gemma-?1\.1|gemma-[27]b/i, 256_000, true],
  [/gemma/i, 262_144, true],
  [/qwen-?3[.-]5|qwen-?3\.\d/i, 248_320],
  [/qwen/i, 151_936],
  [/deepseek|kimi/i, 129_280],
  [/glm/i, 151_552],
  [/gpt-oss/i, 201_088],
  [/phi-?[34]/i, 100_352],
  [/mistral|ministral|magistral|devstral|voxtral/i, 131_072],
  [/lfm2/i, 65_536, true],
];

const tokenizerOf = (name: string): { vocabulary: number; tied?: boolean } | undefined => {
  const row = tokenizers.find(([pattern]) => pattern.test(name.slice(0, 200)));
  return row === undefined ? undefined : { vocabulary: row[1], ...(row[2] === undefined ? {} : { tied: row[2] }) };
};

const round = (value: number, multiple: number): number => Math.max(multiple, Math.round(value / multiple) * multiple);

/**
 * Dimensions of a typical transformer of `parameters` (d = 128·L, so 12·L·d² = parameters): what is left when only a size is known.
 */
function scalingLaw(parameters: number, active: number, name: string): CompleteSpec {
  const size = active < 0.7 * parameters ? Math.sqrt(parameters * active) : parameters;
  const layers = Math.max(2, Math.round(Math.cbrt(size / 196_608)));
  const hiddenSize = 128 * layers;
  const heads = Math.max(1, hiddenSize / 128);
  const small = parameters < 2e9;
  const tokenizer = tokenizerOf(name);
  const tied = tokenizer?.tied ?? small;
  const vocabularySize = tokenizer?.vocabulary ?? (parameters < 3e8 ? 50_304 : 128_256);
  const keyValueHeads = multiHeadEra.test(name) ? heads : Math.min(8, heads);
  const attention = layers * hiddenSize * 128 * (2 * heads + 2 * keyValueHeads);
  const tables = vocabularySize * hiddenSize * (tied ? 1 : 2);
  const base = {
    layers,
    hiddenSize,
    attentionHeads: heads,
    keyValueHeads,
    headDimension: 128,
    vocabularySize,
    tieWordEmbeddings: tied,
    gatedMlp: true,
  };
  if (active < 0.7 * parameters) {
    const experts = 128;
    const expertsPerToken = 8;
    const expertIntermediateSize = Math.max(16, Math.round((0.95 * parameters) / (layers * experts * 3 * hiddenSize)));
    return { ...base, intermediateSize: 4 * hiddenSize, experts, expertsPerToken, expertIntermediateSize };
  }
  const intermediateSize = round(
    Math.max(hiddenSize, (parameters - attention - tables) / (3 * layers * hiddenSize)),
    64,
  );
  return { ...base, intermediateSize };
}

const stated = (spec: ModelSpec): ModelSpec =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as ModelSpec;

/** Fills what can be derived from other stated dimensions. */
function derive(spec: ModelSpec): ModelSpec {
  const { hiddenSize, headDimension } = spec;
  const attentionHeads = spec.attentionHeads === undefined ? undefined : Math.max(1, spec.attentionHeads);
  const heads =
    attentionHeads ?? (hiddenSize ? Math.max(1, Math.round(hiddenSize / (headDimension ?? 128))) : undefined);
  return {
    ...spec,
    ...(heads === undefined ? {} : { attentionHeads: heads }),
    ...(headDimension === undefined && hiddenSize && heads
      ? { headDimension: Math.max(1, Math.round(hiddenSize / heads)) }
      : {}),
  };
}

/** Dimensions with far fewer active than total parameters but no experts named: a mixture of the usual fineness. */
function withExperts(spec: ModelSpec, parameters: number | undefined): ModelSpec {
  const { layers, hiddenSize, activeParameters: active } = spec;
  if (spec.experts || parameters === undefined || active === undefined || active >= 0.7 * parameters) return spec;
  if (!layers || !hiddenSize) return spec;
  const experts = 128;
  const expertIntermediateSize = Math.max(16, Math.round((0.95 * parameters) / (layers * experts * 3 * hiddenSize)));
  return { ...spec, experts, expertsPerToken: 8, expertIntermediateSize };
}

const isComplete = (spec: ModelSpec): spec is CompleteSpec =>
  Boolean(
    spec.layers &&
      spec.hiddenSize &&
      spec.attentionHeads &&
      spec.keyValueHeads &&
      spec.headDimension &&
      spec.intermediateSize &&
      spec.vocabularySize,
  );

/**
 * Completes stated dimensions. Where the shape of the MLP, tying or key/value heads is open, takes the combination whose count is
 * nearest to the stated total.
 */
function complete(given: ModelSpec, parameters: number | undefined, name: string): CompleteSpec | undefined {
  const spec = withExperts(derive(given), parameters);
  if (!spec.layers || !spec.hiddenSize || !spec.attentionHeads || !spec.headDimension) {
    if (parameters === undefined) return undefined;
    const law = scalingLaw(parameters, spec.activeParameters ?? parameters, name);
    const merged = { ...law, ...stated(spec) };
    return isComplete(merged) ? merged : undefined;
  }
  const heads = spec.attentionHeads;
  const keyValueChoices = spec.keyValueHeads
    ? [spec.keyValueHeads]
    : heads % 8 === 0 && heads > 8 && !multiHeadEra.test(name)
      ? [heads, 8]
      : [heads];
  const gatedChoices = spec.gatedMlp === undefined ? [true, false] : [spec.gatedMlp];
  const tiedChoices = spec.tieWordEmbeddings === undefined ? [false, true] : [spec.tieWordEmbeddings];
  let best: CompleteSpec | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const keyValueHeads of keyValueChoices)
    for (const gatedMlp of gatedChoices)
      for (const tieWordEmbeddings of tiedChoices) {
        const vocabularySize = spec.vocabularySize ?? ((parameters ?? 1e10) < 3e8 ? 50_304 : 128_256);
        const candidate: CompleteSpec = {
          ...spec,
          layers: spec.layers,
          hiddenSize: spec.hiddenSize,
          attentionHeads: heads,
          headDimension: spec.headDimension,
          keyValueHeads,
          gatedMlp,
          tieWordEmbeddings,
          vocabularySize,
          intermediateSize:
            spec.intermediateSize ?? (gatedMlp ? round((8 / 3) * spec.hiddenSize, 256) : 4 * spec.hiddenSize),
        };
        if (parameters === undefined) return candidate;
        const distance = Math.abs(Math.log(countParameters(candidate).total / parameters));
        if (distance < bestDistance - 1e-9) {
          bestDistance = distance;
          best = candidate;
        }
      }
  return best;
}

const agree = (a: number | undefined, b: number | undefined): boolean =>
  a === undefined || b === undefined || Math.abs(Math.log(a / b)) < 0.34;

/** Within the rounding of a name: `3B` for 3.64 B. */
const near = (a: number, b: number): boolean => Math.abs(Math.log(a / b)) < 0.22;

const sameDimensions = (a: ModelSpec, b: ModelSpec): boolean =>
  (a.layers === undefined || a.layers === b.layers) && (a.hiddenSize === undefined || a.hiddenSize === b.hiddenSize);

/** Scales the multiplied parts so that they sum to what is stated. */
function rescale(count: ParameterCount, total: number, active: number): ParameterCount {
  const fixed = count.embedding + count.head;
  const dense = count.active - count.activeExperts - fixed;
  const denseTarget = Math.max(1, count.experts > 0 ? Math.min(dense, active - fixed) : total - fixed);
  const factor = dense > 0 ? denseTarget / dense : 1;
  const experts = count.experts > 0 ? Math.max(0, total - fixed - denseTarget) : 0;
  const activeExperts = count.experts > 0 ? Math.max(0, active - fixed - denseTarget) : 0;
  return {
    ...count,
    attention: count.attention * factor,
    denseMlp: count.denseMlp * factor,
    router: count.router * factor,
    sharedExperts: count.sharedExperts * factor,
    vectors: count.vectors * factor,
    experts,
    activeExperts,
    total,
    active,
  };
}

/** Turns a model reference into its stated specification; Hugging Face config objects are accepted. */
export function specificationOf(reference: ModelReference | Readonly<Record<string, unknown>>): ModelSpec {
  if (typeof reference === "string") return { name: reference };
  if (isHuggingFaceConfig(reference)) return fromHuggingFace(reference);
  return reference as ModelSpec;
}

type Remark = readonly [field: string, value: number, reason: string, source?: string];

/** What a reference comes to, and what had to be assumed on the way. */
interface Settled {
  readonly architecture?: Architecture;
  readonly assumed: readonly Remark[];
}

/** A stream of workloads names the same few models again and again. */
const settled = new WeakMap<Facts, Map<string, Settled>>();
const mostSettled = 2000;

/**
 * Completes a model reference, recording what had to be assumed on `draft` under `field`. Undefined when neither dimensions nor a
 * size can be found.
 */
export function resolveModel(
  reference: ModelReference | undefined,
  draft: Draft,
  field = "model",
): Architecture | undefined {
  if (reference === undefined) return undefined;
  let known = settled.get(draft.facts);
  if (known === undefined) {
    known = new Map();
    settled.set(draft.facts, known);
  }
  const key = typeof reference === "string" ? reference : JSON.stringify(reference);
  let result = known.get(key);
  if (result === undefined) {
    result = settle(reference, draft.facts);
    if (known.size >= mostSettled) known.clear();
    known.set(key, result);
  }
  for (const [name, value, reason, source] of result.assumed) draft.assume(`${field}.${name}`, value, reason, source);
  if (result.architecture?.generic) draft.uncertainty(`${field} dimensions`, 0.15);
  return result.architecture;
}

function settle(reference: ModelReference, facts: Facts): Settled {
  const assumed: Remark[] = [];
  const given = stated(specificationOf(reference));
  const name = given.name ?? "model";
  const match = given.name === undefined ? undefined : facts.model(given.name);
  const named = sizesFromName(name);
  let catalogued = match?.value;
  if (catalogued && !agree(catalogued.spec.parameters, given.parameters)) catalogued = undefined;
  if (catalogued && match?.how === "fuzzy" && !agree(catalogued.spec.parameters, given.parameters ?? named.parameters))
    catalogued = undefined;

  const ownDimensions = given.layers !== undefined && given.hiddenSize !== undefined;
  // A config that keeps a known name but has other dimensions (a cut-down copy) is a model of its own.
  if (catalogued && ownDimensions && given.parameters === undefined && !sameDimensions(catalogued.spec, given))
    catalogued = undefined;
  let parameters = given.parameters ?? catalogued?.spec.parameters ?? (ownDimensions ? undefined : named.parameters);
  const counted = catalogued?.spec.parameters;
  if (counted !== undefined && given.parameters !== undefined && !ownDimensions && near(counted, given.parameters)) {
    // "3B" may be 3.64 B: the catalogue's count of a model known by name is more exact than a rounded size.
    if (Math.abs(counted / given.parameters - 1) > 0.05)
      assumed.push(["parameters", counted, `counted for ${shortName(name)}; the stated size is rounded`]);
    parameters = counted;
  }
  const active =
    given.activeParameters ?? catalogued?.spec.activeParameters ?? (ownDimensions ? undefined : named.activeParameters);
  const base: ModelSpec = catalogued ? { ...catalogued.spec, ...given } : { ...given };
  const generic = !catalogued && !ownDimensions;
  const spec = complete(
    {
      ...base,
      ...(parameters === undefined ? {} : { parameters }),
      ...(active === undefined ? {} : { activeParameters: active }),
    },
    parameters,
    name,
  );
  if (!spec) return { assumed };
  if (generic) {
    assumed.push([
      "layers",
      spec.layers,
      `dimensions of ${shortName(name)} are not known: a typical transformer of ${(parameters ?? 0) / 1e9} B parameters`,
      "scaling law d = 128·L, 12·L·d² parameters",
    ]);
  }

  let count = countParameters(spec);
  const visionParameters = spec.vision?.parameters ?? 0;
  const wantedTotal = parameters === undefined ? undefined : Math.max(1, parameters - visionParameters);
  const wantedActive = active === undefined ? undefined : Math.min(active, wantedTotal ?? active);
  // What a linear mixer holds differs: where it is not stated, the parameters are.
  const unknownMixer = Boolean(spec.linearAttentionLayers) && spec.linearMixerParameters === undefined;
  const trustStated = generic || unknownMixer || !close(count.total, wantedTotal, 0.1);
  if (wantedTotal !== undefined && trustStated) {
    const moe = count.experts > 0;
    count = rescale(
      count,
      wantedTotal,
      moe ? (wantedActive ?? Math.min(wantedTotal, count.active * (wantedTotal / count.total))) : wantedTotal,
    );
  } else if (wantedActive !== undefined && count.experts > 0 && !close(count.active, wantedActive, 0.35)) {
    count = rescale(count, count.total, wantedActive);
  }
  const linear = spec.linearAttentionLayers ?? 0;
  const attentionLayers = Math.max(0, spec.layers - linear);
  const architecture: Architecture = {
    name,
    spec,
    count,
    parameters: count.total + visionParameters,
    activeParameters: count.active + visionParameters,
    visionParameters,
    expertLayers: expertLayers(spec),
    attentionLayers,
    slidingLayers: Math.min(attentionLayers, spec.slidingWindow ? (spec.slidingLayers ?? attentionLayers) : 0),
    attentionWidth: attentionWidth(spec),
    cacheWidth: cacheWidth(spec),
    generic,
    confidence: generic ? "low" : (match?.confidence ?? "high"),
    ...(catalogued ? { facts: catalogued } : {}),
  };
  return { architecture, assumed };
}

const close = (a: number, b: number | undefined, tolerance: number): boolean =>
  b === undefined || Math.abs(a / b - 1) <= tolerance;
const shortName = (name: string): string => (name.length > 60 ? `${name.slice(0, 57)}…` : name);
