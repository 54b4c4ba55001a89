/** Models: rows as facts, and the look-up by name. */
import type { Match, ModelFacts } from "../core/facts";
import type { ModelSpec } from "../core/model/specification";
import { weaker } from "./confidence";
import closedData from "./data/closedModels.json";
import data from "./data/models.json";
import { quantityOf } from "./intervals";
import { ModelNames } from "./modelNames";
import type { ClosedModelRow, IntervalRow, ModelRow } from "./rows";
import { printSources, sourceDate } from "./sources";

const closedRows = closedData as unknown as readonly ClosedModelRow[];
const flags = new Set(["tieWordEmbeddings", "gatedMlp"]);

/** The rows of `models.json` as objects: arrays there, for size. */
export function modelRows(): readonly ModelRow[] {
  const { columns, rows } = data as unknown as { columns: readonly string[]; rows: readonly (readonly unknown[])[] };
  return rows.map((cells) => {
    const fields = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? undefined]));
    const { id, sources, confidence, more, aliases, ...dimensions } = fields;
    const spec = Object.fromEntries(
      Object.entries(dimensions)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, flags.has(key) ? value === 1 : value]),
    );
    return {
      id,
      spec: { ...spec, ...(more as object | undefined) },
      aliases: (aliases as string[] | undefined) ?? [],
      sources: (sources as string).split("+"),
      confidence,
    } as ModelRow;
  });
}

interface Entry {
  readonly facts: ModelFacts;
  readonly parameters?: number;
}

const billions = (row: IntervalRow) => quantityOf(row.map((value) => value * 1e9) as unknown as IntervalRow, "1");

const openFacts = (row: ModelRow): ModelFacts => ({
  id: row.id,
  spec: { name: row.id, ...row.spec } as ModelSpec,
  source: printSources(row.sources),
  date: sourceDate(row.sources),
  confidence: row.confidence,
});

const closedFacts = ([id, total, active]: ClosedModelRow): ModelFacts => ({
  id,
  spec: { name: id },
  closed: true,
  parametersRange: billions(total),
  activeParametersRange: billions(active),
  source: printSources(["EC"]),
  date: sourceDate(["EC"]),
  confidence: "low",
});

/** Rows and their names, built once: catalogues with different own figures share them. */
class Index {
  readonly byId = new Map<string, ModelFacts>();
  readonly names = new ModelNames<Entry>();

  add(facts: ModelFacts): void {
    const key = facts.id.toLowerCase();
    if (this.byId.has(key)) return;
    this.byId.set(key, facts);
    this.names.add(facts.id, { facts, parameters: facts.spec.parameters }, facts.closed);
  }

  find(name: string): Match<ModelFacts> | undefined {
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

let bundled: { readonly all: readonly ModelFacts[]; readonly index: Index } | undefined;

function bundledModels(): NonNullable<typeof bundled> {
  if (bundled) return bundled;
  const rows = modelRows();
  const open = rows.map(openFacts);
  const all = [...open, ...closedRows.map(closedFacts)];
  const index = new Index();
  for (const facts of all) index.add(facts);
  // Ids go first: an alias never hides a row.
  rows.forEach((row, position) => {
    const facts = open[position] as ModelFacts;
    for (const alias of row.aliases) index.names.add(alias, { facts, parameters: facts.spec.parameters });
  });
  bundled = { all, index };
  return bundled;
}

export class Models {
  private readonly own = new Index();
  private readonly found = new Map<string, Match<ModelFacts> | undefined>();

  constructor(private readonly ownFacts: readonly ModelFacts[] = []) {
    for (const facts of ownFacts) this.own.add(facts);
  }

  get all(): readonly ModelFacts[] {
    return [...this.ownFacts, ...bundledModels().all];
  }

  find(name: string): Match<ModelFacts> | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const own = this.own.find(name);
    const match = own && own.how !== "fuzzy" ? own : bundledModels().index.find(name);
    // Names come from files: what is remembered stays bounded.
    if (this.found.size > 2000) this.found.clear();
    this.found.set(name, match);
    return match;
  }
}
