/** What was assumed, in the order in which it matters: first what a person could state and what moves the result most. */
import type { Assumption } from "../core/estimate";
import { fieldWords, isField } from "./fields";

/** Fields by how far the result usually moves with them. Those in no list follow in the order of the estimate. */
const decisive: readonly string[] = [
  "accelerator",
  "accelerators",
  "nodes",
  "acceleratorsPerNode",
  "model",
  "tokens",
  "steps",
  "epochs",
  "dataset.samples",
  "dataset.tokensPerSample",
  "requests",
  "items",
  "concurrency",
  "batchSize",
  "outputTokens",
  "responseTokens",
  "inputTokens",
  "samplesPerPrompt",
  "promptsPerStep",
  "method",
  "precision",
  "weightPrecision",
  "mfu",
  "region",
];

/** What the dominant uncertainty is called, where it is not the field's own label. */
const dominating: Readonly<Record<string, readonly string[]>> = {
  price: ["pricePerAcceleratorHour"],
  power: ["acceleratorPower"],
  "length of the samples": ["dataset.tokensPerSample"],
  "length of the responses": ["responseTokens"],
};

interface Assuming {
  readonly assumptions: readonly Assumption[];
  readonly dominatedBy?: string;
}

/** Assumptions, the most influential first; the one that widens the interval most leads. */
export function byInfluence({ assumptions, dominatedBy }: Assuming): readonly Assumption[] {
  const leads = (field: string): boolean =>
    dominatedBy !== undefined &&
    (fieldWords(field).label.toLowerCase() === dominatedBy ||
      (Object.hasOwn(dominating, dominatedBy) && dominating[dominatedBy]?.includes(field) === true));
  const rank = (field: string): number => {
    if (leads(field)) return -1;
    const index = decisive.indexOf(field);
    if (index >= 0) return index;
    return decisive.length + (isField(field) ? 0 : 1);
  };
  return [...assumptions].sort((a, b) => rank(a.field) - rank(b.field));
}
