/** Rows of the catalogue for people: the command line's `catalog` and the editor's quick pick. */
import type { AcceleratorFacts, Confidence, InstanceFacts, ModelFacts } from "../core/facts";
import type { Quantity } from "../core/quantity";
import type { Catalog } from "./catalog";
import { isListed } from "./listPrices";
import { regionRows } from "./regions";
import { sources } from "./sources";
import { tokenPrice } from "./tokenPrices";

export const catalogKinds = ["accelerators", "instances", "models", "regions", "prices", "datasets"] as const;
export type CatalogKind = (typeof catalogKinds)[number];

export interface CatalogRow {
  readonly id: string;
  /** By heading, units in the heading. */
  readonly columns: Readonly<Record<string, string | number>>;
  readonly source: string;
  readonly date?: string;
  /** Of the source's data. */
  readonly licence?: string;
  readonly confidence: Confidence;
}

const licences: ReadonlyMap<string, string> = new Map(
  Object.values(sources).map(({ title, licence }) => [title, licence]),
);

/** Licences of a printed list of sources. */
function licenceOf(source: string): string | undefined {
  const found = source.split("; ").flatMap((title) => licences.get(title) ?? []);
  return found.length === 0 ? undefined : [...new Set(found)].join("; ");
}

type Columns = Readonly<Record<string, string | number | undefined>>;
type Origin = { readonly source: string; readonly date?: string; readonly confidence: Confidence };

function row(id: string, columns: Columns, { source, date, confidence }: Origin): CatalogRow {
  const stated = Object.entries(columns).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== "",
  );
  const licence = licenceOf(source);
  return {
    id,
    columns: Object.fromEntries(stated),
    source,
    ...(date === undefined ? {} : { date }),
    ...(licence === undefined ? {} : { licence }),
    confidence,
  };
}

const digits = (value: number, count = 4): number => Number(value.toPrecision(count));
const range = (q: Quantity | undefined): string | undefined =>
  q && (q.low === q.high ? String(digits(q.central)) : `${digits(q.central)} (${digits(q.low)}–${digits(q.high)})`);

const accelerator = (facts: AcceleratorFacts): CatalogRow =>
  row(
    facts.id,
    {
      name: facts.name,
      vendor: facts.vendor,
      "memory GB": facts.memory,
      "bandwidth GB/s": facts.bandwidth,
      "16-bit TFLOP/s": facts.peak.bf16 ?? facts.peak.fp16,
      "8-bit TFLOP/s": facts.peak.fp8 ?? facts.peak.int8,
      "TDP W": facts.tdp,
      released: facts.released,
    },
    facts,
  );

const instance = (facts: InstanceFacts, catalog: Catalog): CatalogRow => {
  const listed = isListed(facts);
  const price = listed ? catalog.price({ instanceType: facts.id, provider: facts.provider }) : undefined;
  return row(
    facts.id,
    {
      provider: facts.provider,
      accelerator: facts.accelerator,
      accelerators: facts.accelerators,
      vCPUs: facts.vcpus,
      "memory GiB": facts.memory,
      "USD/h on demand": price?.perNodeHour && digits(price.perNodeHour.central),
    },
    facts,
  );
};

const billions = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : digits(value / 1e9);

const model = (facts: ModelFacts): CatalogRow => {
  const { spec } = facts;
  return row(
    facts.id,
    {
      "parameters B": facts.parametersRange
        ? range({
            low: facts.parametersRange.low / 1e9,
            central: facts.parametersRange.central / 1e9,
            high: facts.parametersRange.high / 1e9,
            unit: "",
          })
        : billions(spec.parameters),
      "active B": billions(facts.activeParametersRange?.central ?? spec.activeParameters),
      layers: spec.layers,
      width: spec.hiddenSize,
      heads: spec.attentionHeads && `${spec.attentionHeads}/${spec.keyValueHeads ?? spec.attentionHeads}`,
      experts: spec.experts && `${spec.expertsPerToken} of ${spec.experts}`,
      context: spec.contextLength,
      note: facts.closed
        ? "closed model: sizes are guesses"
        : spec.backbone === "transformer"
          ? undefined
          : spec.backbone,
    },
    facts,
  );
};

function regions(catalog: Catalog): CatalogRow[] {
  return regionRows.map(({ provider, region, location }) => {
    const facts = catalog.region({ provider, region });
    return row(
      `${provider}/${region}`,
      {
        location,
        zone: facts.zone,
        "gCO2e/kWh": digits(facts.carbonIntensity.central),
        PUE: range(facts.pue),
        "water on site L/kWh": range(facts.waterOnSite),
        "USD/kWh": range(facts.electricityPrice),
      },
      facts,
    );
  });
}

function prices(catalog: Catalog, query: string): CatalogRow[] {
  const tokens = query === "" ? undefined : catalog.tokenPrice(query);
  const hosted = tokens
    ? [
        row(
          `${tokens.provider}/${tokens.model}`,
          { "USD/Mtoken in": tokens.input, "USD/Mtoken cached": tokens.cachedInput, "USD/Mtoken out": tokens.output },
          tokens,
        ),
      ]
    : [];
  const machines = catalog.rows.instances.flatMap((facts) => {
    if (!isListed(facts)) return [];
    const [full, spot] = (["onDemand", "spot"] as const).map((pricing) =>
      catalog.price({ instanceType: facts.id, accelerator: facts.accelerator, provider: facts.provider, pricing }),
    );
    if (full === undefined) return [];
    return [
      row(
        `${facts.provider}/${facts.id}`,
        {
          accelerator: facts.accelerator,
          accelerators: facts.accelerators,
          "USD/h": range(full.perNodeHour),
          "USD/accelerator-h": range(full.perAcceleratorHour),
          "spot USD/accelerator-h": range(spot?.perAcceleratorHour),
        },
        full,
      ),
    ];
  });
  const alone = catalog.rows.accelerators.flatMap((facts) => {
    const price = catalog.price({ accelerator: facts.id });
    return price
      ? [
          row(
            facts.id,
            {
              accelerator: facts.id,
              accelerators: 1,
              "USD/accelerator-h": range(price.perAcceleratorHour),
              basis: price.basis,
            },
            price,
          ),
        ]
      : [];
  });
  return [...hosted, ...machines, ...alone];
}

function all(catalog: Catalog, kind: CatalogKind, query: string): readonly CatalogRow[] {
  switch (kind) {
    case "accelerators":
      return [...catalog.rows.accelerators].reverse().map(accelerator);
    case "instances":
      return catalog.rows.instances.map((facts) => instance(facts, catalog));
    case "models":
      return catalog.rows.models.map(model);
    case "regions":
      return regions(catalog);
    case "prices":
      return prices(catalog, query);
    case "datasets":
      return catalog.rows.datasets.map((facts) =>
        row(facts.id, { samples: facts.samples, "tokens per sample": range(facts.tokensPerSample) }, facts),
      );
  }
}

/** The id that the catalogue itself resolves the query to. */
function resolved(catalog: Catalog, kind: CatalogKind, query: string): string | undefined {
  if (kind === "accelerators" || kind === "prices") return catalog.accelerator(query)?.value.id;
  if (kind === "models") return catalog.model(query)?.value.id;
  if (kind === "instances") return catalog.instance(query)?.value.id.replace(/^ml\./, "");
  if (kind === "datasets") return catalog.dataset(query)?.value.id;
  return undefined;
}

/** Rows of one kind; with a query those that hold all its words, the row that it resolves to first. */
export function browseCatalog(catalog: Catalog, kind: CatalogKind, query = ""): readonly CatalogRow[] {
  const asked = query.trim();
  const rows = all(catalog, kind, asked);
  if (asked === "") return rows;
  const words = asked.toLowerCase().split(/\s+/);
  const target = resolved(catalog, kind, asked);
  const hosted = kind === "prices" ? tokenPrice(asked) : undefined;
  const isTarget = (entry: CatalogRow): boolean =>
    entry.id === target || (hosted !== undefined && entry.id === `${hosted.provider}/${hosted.model}`);
  const matching = rows.filter((entry) => {
    if (isTarget(entry)) return true;
    const text = `${entry.id} ${Object.values(entry.columns).join(" ")}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) ||
      (kind === "prices" && target !== undefined && entry.columns.accelerator === target)
    );
  });
  return [...matching.filter(isTarget), ...matching.filter((entry) => !isTarget(entry))];
}
