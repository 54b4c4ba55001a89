/** Where a workload runs: grid, facility, water and electricity of provider regions, grid zones and countries. */
import type { Confidence, FacilityFigure, RegionFacts } from "../core/facts";
import type { Quantity } from "../core/quantity";
import data from "./data/regions.json";
import { providerKey } from "./instances";
import { quantityOf } from "./intervals";
import type { IntervalRow, RegionTable } from "./rows";
import { printSources, sourceDate } from "./sources";

const table = data as unknown as RegionTable;

interface RegionRow {
  readonly provider: string;
  readonly region: string;
  readonly location: string;
  readonly zone?: string;
  readonly country?: string;
  readonly pue?: number;
  readonly carbon?: number;
  readonly carbonSource?: string;
  readonly waterOnSite?: number;
  readonly electricity?: string;
}

/** Rows of provider regions as objects. */
export const regionRows: readonly RegionRow[] = table.rows.map(
  (cells) =>
    Object.fromEntries(
      table.columns.map((column, index) => [column, cells[index] ?? undefined]),
    ) as unknown as RegionRow,
);

type CountryRow = RegionTable["countries"][number];
const countries = new Map<string, CountryRow>();
for (const row of table.countries) for (const key of [row[0], row[1], row[2].toLowerCase()]) countries.set(key, row);
const countryAliases: Readonly<Record<string, string>> = {
  uk: "GBR",
  "great britain": "GBR",
  "united states of america": "USA",
  korea: "KOR",
  czechia: "CZE",
  uae: "ARE",
};

/** A country by ISO code or English name. */
export function findCountry(text: string): CountryRow | undefined {
  const word = text.trim();
  return (
    countries.get(word.toUpperCase()) ??
    countries.get(word.toLowerCase()) ??
    countries.get(countryAliases[word.toLowerCase()] ?? "")
  );
}

const continentOf: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EU: "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE",
    Europe: "GBR CHE NOR ISL SRB UKR TUR BIH ALB",
    Asia: "CHN IND JPN KOR TWN SGP HKG IDN MYS THA VNM PHL ISR ARE SAU QAT BHR PAK BGD KAZ",
    "North America": "USA CAN MEX",
    "South America": "BRA CHL ARG COL PER URY",
    Africa: "ZAF EGY NGA KEN MAR",
    Oceania: "AUS NZL",
  }).flatMap(([name, codes]) => codes.split(" ").map((code): [string, string] => [code, name])),
);

/** Industrial to commercial tariff; a data centre pays between them or a little less. */
function electricityOf(row: Pick<RegionRow, "electricity" | "country">): { price: Quantity; note: string } {
  const state = row.electricity === undefined ? undefined : table.statePrices[row.electricity];
  if (state) {
    const [industrial, commercial] = state;
    return {
      price: interval(
        [0.85 * Math.min(industrial, commercial), (industrial + commercial) / 2, 1.1 * commercial],
        "USD/kWh",
      ),
      note: `electricity: ${row.electricity?.slice(3)}, industrial to commercial, EIA 2023`,
    };
  }
  const stated = row.country === undefined ? undefined : table.countryPrices[row.country];
  if (stated)
    return {
      price: quantityOf(stated, "USD/kWh"),
      note: "electricity: non-household price, Eurostat and national statistics",
    };
  const continent = (row.country === undefined ? undefined : continentOf.get(row.country)) ?? "World";
  const mean = table.continentPrices[continent] as number;
  return {
    price: quantityOf([0.5 * mean, mean, 1.6 * mean], "USD/kWh"),
    note: `electricity: business mean, ${continent}`,
  };
}

const interval = (values: IntervalRow, unit: string): Quantity => quantityOf(values, unit);

/** Hours and seasons: the yearly mean of a grid against the mean over one workload. */
const around = (value: number, spread: number, unit: string): Quantity => ({
  low: value / (1 + spread),
  central: value,
  high: value * (1 + spread),
  unit,
});

/** A source with the date of its figures. */
const dated = (key: string): string => [printSources([key]), sourceDate([key])].filter(Boolean).join(", ");
const regionTable = `the provider's figure for the region: ${dated("GSF")}`;
const ember = (place: string, year: number | string): string => `${place} ${year}: ${dated("CO")}`;
const ecoLogits = `${dated("EC")} (WRI method)`;

/** Everything that follows from one place: figures of the grid and of the buildings, each with its own source. */
const cited = (
  carbonIntensity: string,
  facility: Readonly<Partial<Record<FacilityFigure, string>>>,
  electricityNote: string,
): Readonly<Partial<Record<FacilityFigure, string>>> => ({
  ...facility,
  carbonIntensity,
  waterOffSite: ecoLogits,
  electricityPrice: electricityNote.replace(/^electricity: /, ""),
});

function facilityOf(
  provider: string | undefined,
  row: Partial<RegionRow>,
): { pue: Quantity; waterOnSite: Quantity; notes: string[]; sources: { pue: string; waterOnSite: string } } {
  const fleet = table.fleets[provider ?? "other"] ?? table.fleets.other;
  if (fleet === undefined) throw new Error("regions.json lacks the fleet `other`");
  return {
    pue:
      row.pue === undefined
        ? quantityOf(fleet.pue, "1")
        : { low: Math.max(1, row.pue - 0.03), central: row.pue, high: row.pue + 0.06, unit: "1" },
    waterOnSite:
      row.waterOnSite === undefined ? quantityOf(fleet.waterOnSite, "L/kWh") : around(row.waterOnSite, 0.4, "L/kWh"),
    notes: [
      row.pue === undefined ? `PUE: ${fleet.note}` : "PUE: the provider's figure for the region",
      row.waterOnSite === undefined
        ? `water on site: ${fleet.note}`
        : "water on site: the provider's figure for the region",
    ],
    sources: {
      pue: row.pue === undefined ? fleet.note : regionTable,
      waterOnSite: row.waterOnSite === undefined ? fleet.note : regionTable,
    },
  };
}

/** Off-site water follows the country's power stations. L/kWh. */
function waterOffSite(country: CountryRow | undefined): { quantity: Quantity; note: string } {
  const known = country?.[5];
  if (known !== undefined)
    return { quantity: around(known, 0.4, "L/kWh"), note: `water off site: ${country?.[2]}, EcoLogits (WRI method)` };
  return { quantity: interval([1.5, 3.9, 7], "L/kWh"), note: "water off site: world mean, EcoLogits (WRI method)" };
}

function regionFacts(row: RegionRow): RegionFacts {
  const country = row.country === undefined ? undefined : countries.get(row.country);
  const facility = facilityOf(row.provider, row);
  const water = waterOffSite(country);
  const electricity = electricityOf(row);
  const national = row.carbon === undefined;
  const carbon = row.carbon ?? country?.[3] ?? 473;
  const sources = [...(national ? ["CO"] : [row.carbonSource ?? "GSF"]), "GSF"];
  return {
    id: row.region,
    ...(row.zone ? { zone: row.zone } : {}),
    pue: facility.pue,
    carbonIntensity: around(carbon, national ? 0.3 : 0.2, "gCO2e/kWh"),
    waterOnSite: facility.waterOnSite,
    waterOffSite: water.quantity,
    electricityPrice: electricity.price,
    notes: [
      national
        ? `grid: ${country?.[2] ?? "world"} ${country?.[4] ?? ""}, Ember`
        : `grid: yearly mean of ${row.zone || row.location}, location-based`,
      ...facility.notes,
      water.note,
      electricity.note,
    ],
    sources: cited(
      national ? ember(country?.[2] ?? "world", country?.[4] ?? "") : dated(row.carbonSource ?? "GSF"),
      facility.sources,
      electricity.note,
    ),
    source: printSources([...new Set(sources)]),
    date: sourceDate(sources),
    confidence: national ? "medium" : "high",
  };
}

function countryFacts(country: CountryRow, provider: string | undefined): RegionFacts {
  const [iso3, iso2, name, carbon, year] = country;
  const facility = facilityOf(provider, {});
  const water = waterOffSite(country);
  const electricity = electricityOf({ country: iso3 });
  return {
    id: name,
    zone: iso2,
    pue: facility.pue,
    carbonIntensity: around(carbon, 0.3, "gCO2e/kWh"),
    waterOnSite: facility.waterOnSite,
    waterOffSite: water.quantity,
    electricityPrice: electricity.price,
    notes: [`grid: ${name} ${year}, Ember`, ...facility.notes, water.note, electricity.note],
    sources: cited(ember(name, year), facility.sources, electricity.note),
    source: printSources(["CO"]),
    date: sourceDate(["CO"]),
    confidence: "medium",
  };
}

function groupFacts(id: string, group: string, provider: string | undefined, confidence: Confidence): RegionFacts {
  const [carbon, year] = table.groups[group] ?? [473, 2024];
  const facility = facilityOf(provider, {});
  const water = waterOffSite(undefined);
  const mean = table.continentPrices[group] ?? (table.continentPrices.World as number);
  return {
    id,
    pue: facility.pue,
    // Anywhere: from hydropower to coal.
    carbonIntensity: interval([0.25 * carbon, carbon, 1.45 * carbon], "gCO2e/kWh"),
    waterOnSite: facility.waterOnSite,
    waterOffSite: water.quantity,
    electricityPrice: interval([0.4 * mean, 0.8 * mean, 1.6 * mean], "USD/kWh"),
    notes: [
      `grid: ${id} ${year}, Ember`,
      ...facility.notes,
      water.note,
      `electricity: below the business mean, ${group}`,
    ],
    sources: cited(ember(group, year), facility.sources, `below the business mean, ${group}`),
    source: printSources(["CO"]),
    date: sourceDate(["CO"]),
    confidence,
  };
}

/** Availability zones (`us-east-1a`, `us-central1-b`) and multi-regions fall back to their region. */
function plainRegion(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, "")
    .replace(/^((?:us|eu|ap|ca|sa|me|af|il|mx|cn)(?:-gov)?-[a-z]+-\d)[a-f]$/, "$1")
    .replace(/^([a-z]+-[a-z]+\d+)-[a-z]$/, "$1");
}

const byRegion = new Map<string, RegionRow[]>();
for (const row of regionRows) {
  const key = row.region.toLowerCase();
  byRegion.set(key, [...(byRegion.get(key) ?? []), row]);
}

/** The provider whose naming the region follows, where only one has it. */
export function providerOfRegion(region: string): string | undefined {
  const rows = byRegion.get(plainRegion(region)) ?? [];
  return rows.length === 1
    ? rows[0]?.provider
    : rows.find((row) => ["aws", "gcp", "azure"].includes(row.provider))?.provider;
}

const groups: Readonly<Record<string, string>> = {
  eu: "EU",
  europe: "Europe",
  asia: "Asia",
  africa: "Africa",
  world: "World",
  global: "World",
  "north america": "North America",
  "middle east": "Middle East",
  oceania: "Oceania",
};

const cache = new Map<string, RegionFacts>();

/** Region of a provider, a grid zone or a country; the world's average when nothing is known. Never undefined. */
export function findRegion(query: {
  readonly provider?: string;
  readonly region?: string;
  readonly zone?: string;
}): RegionFacts {
  const key = `${query.provider ?? ""}|${query.region ?? ""}|${query.zone ?? ""}`;
  const known = cache.get(key);
  if (known) return known;
  const facts = resolve(query);
  if (cache.size > 1000) cache.clear();
  cache.set(key, facts);
  return facts;
}

function resolve(query: { readonly provider?: string; readonly region?: string; readonly zone?: string }): RegionFacts {
  const provider = providerKey(query.provider);
  const zone = query.zone?.trim();
  if (zone) {
    const row = regionRows.find((r) => r.zone?.toLowerCase() === zone.toLowerCase() && r.carbon !== undefined);
    if (row?.zone?.includes("-")) {
      const facts = regionFacts(row);
      const { pue, waterOnSite, sources } = facilityOf(provider, {});
      return { ...facts, id: zone, pue, waterOnSite, sources: { ...facts.sources, ...sources } };
    }
    const named = resolvePlace(zone, provider);
    if (named) return named;
  }
  const region = query.region === undefined ? undefined : plainRegion(query.region);
  if (region) {
    const rows = byRegion.get(region) ?? [];
    const row =
      rows.find((r) => r.provider === provider) ?? rows.find((r) => r.provider === providerOfRegion(region)) ?? rows[0];
    if (row) return regionFacts(row);
    const named = resolvePlace(query.region as string, provider);
    if (named) return named;
  }
  return groupFacts(provider === undefined ? "world average" : `${provider}, world average`, "World", provider, "low");
}

/** A country, a continent, or a code that starts with a country (`EU-RO-1`, `US-TX-3`, `DE-BW`). */
function resolvePlace(text: string, provider: string | undefined): RegionFacts | undefined {
  const country = findCountry(text);
  if (country) return countryFacts(country, provider);
  const group = groups[text.trim().toLowerCase()];
  if (group) return groupFacts(group, group, provider, "low");
  const parts = text.toUpperCase().split(/[-_]/);
  const code = parts[0] === "EU" && parts[1] ? parts[1] : parts[0];
  if (code === "EU") return groupFacts("EU", "EU", provider, "low");
  const found = code && code.length === 2 && parts.length > 1 ? countries.get(code) : undefined;
  return found && countryFacts(found, provider);
}
