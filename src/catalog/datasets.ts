/** Datasets that recipes name: how many samples, and how long they are. The lengths are estimates. */
import type { DatasetFacts, Match } from "../core/facts";
import { addDependent, scale } from "../core/quantity";
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

function remember(names: Map<string, DatasetFacts>, facts: DatasetFacts, aliases: readonly string[] = []): void {
  for (const name of [facts.id, facts.id.split("/").at(-1) as string, ...aliases])
    if (!names.has(key(name))) names.set(key(name), facts);
}

const bundledKeys = new Map<string, DatasetFacts>();
bundled.forEach((facts, index) => {
  remember(bundledKeys, facts, rows[index]?.[3]);
});

export class Datasets {
  readonly all: readonly DatasetFacts[];
  private readonly byKey = new Map<string, DatasetFacts>();

  constructor(own: CatalogOverrides["datasets"] = [], origin = "aicost.yaml") {
    const ownFacts = own.map(
      ({ id, samples, tokensPerSample: stated }): DatasetFacts => ({
        id,
        samples,
        // An instruction is 100 to 900 tokens long where nobody says.
        tokensPerSample: quantityOf(stated === undefined ? [100, 300, 900] : [stated, stated, stated], "tokens"),
        source: `your figures (${origin})`,
        confidence: stated === undefined ? "low" : "high",
      }),
    );
    this.all = [...ownFacts, ...bundled];
    for (const facts of ownFacts) remember(this.byKey, facts);
  }

  /**
   * By hub id, by its last part, or by the name that a trainer gives it. A mixture (`one, two × 0.5`) is found where each of its parts
   * is: samples add up, lengths are averaged over them.
   */
  find(name: string): Match<DatasetFacts> | undefined {
    if (name.length > 300) return undefined;
    return /, | × /.test(name) ? this.mixture(name) : this.one(name);
  }

  private mixture(name: string): Match<DatasetFacts> | undefined {
    const parts = name.split(", ").map((part) => {
      const [id = "", share = "1"] = part.split(" × ");
      const found = this.one(id.trim())?.value;
      return found && Number(share) > 0 ? { found, samples: Math.round(found.samples * Number(share)) } : undefined;
    });
    const known = parts.filter((part) => part !== undefined);
    const [first] = known;
    if (!first || known.length < parts.length) return undefined;
    const samples = known.reduce((total, part) => total + part.samples, 0);
    if (samples <= 0) return undefined;
    const lengths = known.map((part) => scale(part.found.tokensPerSample, part.samples / samples));
    const value = { ...first.found, id: name, samples, tokensPerSample: addDependent(...lengths) };
    return { value, how: "alias", confidence: "low" };
  }

  private one(name: string): Match<DatasetFacts> | undefined {
    const whole = key(name);
    const exact = this.get(whole);
    if (exact) return { value: exact, how: name === exact.id ? "exact" : "alias", confidence: exact.confidence };
    // A copy under another owner, or a local folder of that name.
    const last = whole.split("/").at(-1) ?? "";
    const copy = last.length >= 5 ? this.get(last) : undefined;
    return copy && { value: copy, how: "fuzzy", confidence: "low" };
  }

  private get(name: string): DatasetFacts | undefined {
    return this.byKey.get(name) ?? bundledKeys.get(name);
  }
}
