/**
 * The amount of work: tokens that pass through the model over the whole run.
 */
import type { Draft } from "../draft";
import { exact, logNormal, type Quantity, scale, widen } from "../quantity";
import type { TrainingFields } from "../workload";

export interface Work {
  /** Tokens processed, padding included. */
  readonly tokens: Quantity;
  /** How the tokens come about, printable. */
  readonly formula: string;
  readonly inputs: Readonly<Record<string, number | string>>;
}

export interface BatchShape {
  readonly sequence: number;
  readonly globalBatch: number;
  readonly microBatch: number;
  /** Standard deviation of the logarithm of the global batch, where it is a guess. */
  readonly batchSigma?: number;
}

/** Spread of the mean sample length where neither the dataset nor its lengths are known. */
const unknownLength = 0.7;
const usualSampleTokens = 500;

/** Samples and mean length of the dataset: stated, or the catalogue's. */
function datasetOf(
  fields: TrainingFields,
  draft: Draft,
): { samples: number; tokensPerSample: Quantity | undefined } | undefined {
  const { dataset } = fields;
  if (dataset === undefined) return undefined;
  const known = dataset.name === undefined ? undefined : draft.facts.dataset(dataset.name)?.value;
  const samples = dataset.samples ?? known?.samples;
  if (samples === undefined) return undefined;
  if (dataset.samples === undefined && known)
    draft.assume("dataset.samples", known.samples, `size of ${known.id}`, known.source);
  if (dataset.tokensPerSample !== undefined)
    return { samples, tokensPerSample: exact(dataset.tokensPerSample, "tokens") };
  if (known === undefined) return { samples, tokensPerSample: undefined };
  draft.assume(
    "dataset.tokensPerSample",
    Math.round(known.tokensPerSample.central),
    `mean length in ${known.id}`,
    known.source,
  );
  return { samples, tokensPerSample: { ...known.tokensPerSample, unit: "tokens" } };
}

/** Cuts a length at the sequence limit. */
const cut = (length: Quantity, limit: number): Quantity => ({
  low: Math.min(length.low, limit),
  central: Math.min(length.central, limit),
  high: Math.min(length.high, limit),
  unit: length.unit,
});

/**
 * Padding to the longest of a micro-batch: the expected longest of b log-normal lengths (σ 0.7) over their mean, about 1 + 0.4·ln b.
 */
const paddingFactor = (microBatch: number): number => 1 + 0.4 * Math.log(Math.max(1, microBatch));

/**
 * Tokens of the run; undefined when the configuration does not say how much there is to do. Stated tokens win over steps, steps over
 * epochs, as in the trainers.
 */
export function workOf(fields: TrainingFields, shape: BatchShape, draft: Draft): Work | undefined {
  if (fields.tokens !== undefined)
    return { tokens: exact(fields.tokens, "tokens"), formula: "stated", inputs: { tokens: fields.tokens } };
  const padded = fields.packing === false;
  const needsData = fields.steps === undefined || padded;
  const data = needsData ? datasetOf(fields, draft) : undefined;
  let perSample = data?.tokensPerSample;
  if (perSample === undefined && padded) {
    const value = draft.assume(
      "dataset.tokensPerSample",
      Math.min(usualSampleTokens, shape.sequence),
      "samples are not packed and their lengths are not known: typical of instruction data",
    );
    perSample = logNormal(value, unknownLength, "tokens");
    draft.uncertainty("length of the samples", unknownLength);
  }
  const factor = padded ? paddingFactor(shape.microBatch) : 1;
  const cutLength = perSample === undefined ? undefined : scale(cut(perSample, shape.sequence), 1);
  const length =
    cutLength === undefined ? exact(shape.sequence, "tokens") : cut(scale(cutLength, factor), shape.sequence);
  if (fields.steps !== undefined) {
    const inputs = {
      steps: fields.steps,
      "sequences per step": shape.globalBatch,
      "tokens per sequence": length.central,
    };
    return {
      tokens: widen(scale(length, fields.steps * shape.globalBatch), shape.batchSigma ?? 0),
      formula: "steps · sequences per step · tokens per sequence",
      inputs,
    };
  }
  if (data === undefined) return undefined;
  const epochs = fields.epochs ?? draft.assume("epochs", 1, "number of passes over the data not stated");
  if (data.tokensPerSample === undefined && !padded) {
    // Packed to full sequences, each sample is part of one: the typical length stands in.
    const value = draft.assume(
      "dataset.tokensPerSample",
      Math.min(usualSampleTokens, shape.sequence),
      "lengths of the samples are not known: typical of instruction data",
    );
    draft.uncertainty("length of the samples", unknownLength);
    perSample = logNormal(value, unknownLength, "tokens");
  }
  const mean = perSample === undefined ? length : cut(scale(cut(perSample, shape.sequence), factor), shape.sequence);
  return {
    tokens: scale(mean, data.samples * epochs),
    formula: "samples · tokens per sample · epochs",
    inputs: { samples: data.samples, "tokens per sample": mean.central, epochs },
  };
}
