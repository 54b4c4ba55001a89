/** Models: rows as facts, and the look-up by name. */
import type { Confidence, Match, ModelFacts } from "../core/facts";
import data from "./data/models.json";
import { ModelNames } from "./modelNames";
import type { ModelRow } from "./rows";
import { printSources } from "./sources";

const rows = data as unknown as readonly ModelRow[];

interface Entry {
  readonly facts: ModelFacts;
  readonly parameters?: number;
}

const weaker = (a: Confidence, b: Confidence): Confidence => {
  const order: readonly Confidence[] = ["low", "medium", "high"];
  return order[Math.min(order.indexOf(a), order.indexOf(b))] as Confidence;
};

export class Models {
  readonly all: readonly ModelFacts[];
  private readonly byId = new Map<string, ModelFacts>();
  private readonly names = new ModelNames<Entry>();
  private readonly found = new Map<string, Match<ModelFacts> | undefined>();

  constructor() {
    const entries = rows.map((row): [ModelRow, Entry] => {
      const facts: ModelFacts = {
        id: row.id,
        spec: { name: row.id, ...row.spec } as ModelFacts["spec"],
        source: printSources(row.sources),
        date: row.date,
        confidence: row.confidence,
      };
      return [row, { facts, parameters: facts.spec.parameters }];
    });
    this.all = entries.map(([, entry]) => entry.facts);
    for (const [row, entry] of entries) {
      this.byId.set(row.id, entry.facts);
      this.names.add(row.id, entry);
    }
    // Ids go first: an alias never hides a row.
    for (const [row, entry] of entries) for (const alias of row.aliases ?? []) this.names.add(alias, entry);
  }

  find(name: string): Match<ModelFacts> | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const match = this.resolve(name);
    if (this.found.size > 2000) this.found.clear();
    this.found.set(name, match);
    return match;
  }

  private resolve(name: string): Match<ModelFacts> | undefined {
    const exact = this.byId.get(name.trim().toLowerCase());
    if (exact) return { value: exact, how: "exact", confidence: exact.confidence };
    const match = this.names.find(name);
    if (!match) return undefined;
    const { facts } = match.value;
    return match.whole
      ? { value: facts, how: "alias", confidence: facts.confidence }
      : { value: facts, how: "fuzzy", confidence: weaker(facts.confidence, "medium") };
  }
}
