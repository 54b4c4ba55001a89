/** Datasets that recipes name: how many samples, and how long they are. The lengths are estimates. */
import type { DatasetFacts, Match } from "../core/facts";
import data from "./data/datasets.json";
import { quantityOf } from "./intervals";
import type { CatalogOverrides } from "./overrides";
import type { DatasetRow } from "./rows";
import { printSources, sourceDate } from "./sources";

const rows = data as unknown as readonly DatasetRow[];

/** `HuggingFaceH4/ultrachat_200k` → `ultrachat200k`; splits and configurations after `:` or `[` are dropped. */
const key = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^(?:hf|https?):\/\/(?:huggingface\.co\/)?(?:datasets\/)?/, "")
    .replace(/[[:].*$/, "")
    .replace(/\.(?:jsonl?|parquet|csv|arrow)$/, "")
    .replace(/[^a-z0-9/]/g, "");

export class Datasets {
  readonly all: readonly DatasetFacts[];
  private readonly byKey = new Map<string, DatasetFacts>();

  constructor(own: CatalogOverrides["datasets"] = [], origin = "aicost.yaml") {
    const ownFacts = own.map(
      ({ id, samples, tokensPerSample = 300 }): DatasetFacts => ({
        id,
        samples,
        tokensPerSample: { low: tokensPerSample, central: tokensPerSample, high: tokensPerSample, unit: "tokens" },
        source: `your figures (${origin})`,
        confidence: "high",
      }),
    );
    const bundled = rows.map(
      ([id, samples, tokens]): DatasetFacts => ({
        id,
        samples,
        tokensPerSample: quantityOf(tokens, "tokens"),
        source: printSources(["HFD"]),
        date: sourceDate(["HFD"]),
        confidence: "low",
      }),
    );
    this.all = [...ownFacts, ...bundled];
    const remember = (name: string, facts: DatasetFacts): void => {
      if (!this.byKey.has(name)) this.byKey.set(name, facts);
    };
    for (const facts of this.all) {
      remember(key(facts.id), facts);
      remember(key(facts.id.split("/").at(-1) as string), facts);
    }
    rows.forEach((row, index) => {
      for (const alias of row[3] ?? []) remember(key(alias), bundled[index] as DatasetFacts);
    });
  }

  /** By hub id, by its last part, or by the name that a trainer gives it. */
  find(name: string): Match<DatasetFacts> | undefined {
    if (name.length > 300) return undefined;
    const whole = key(name);
    const exact = this.byKey.get(whole);
    if (exact) return { value: exact, how: name === exact.id ? "exact" : "alias", confidence: exact.confidence };
    // A copy under another owner, or a local folder of that name.
    const last = whole.split("/").at(-1) ?? "";
    const copy = last.length >= 5 ? this.byKey.get(last) : undefined;
    return copy && { value: copy, how: "fuzzy", confidence: "low" };
  }
}
