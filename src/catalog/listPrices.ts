/** What a provider's bundled list says of one machine or accelerator, in one region, at one tariff. */
import type { Confidence, InstanceFacts, PriceQuery } from "../core/facts";
import { type Quantity, scale } from "../core/quantity";
import azureRatios from "./data/azureRegionPrices.json";
import data from "./data/prices.json";
import type { PriceTable, RegionRatios } from "./rows";
import { printSources } from "./sources";

export type Pricing = NonNullable<PriceQuery["pricing"]>;
type ProviderPrices = PriceTable[string];

export const priceLists = data as unknown as PriceTable;
/** A list says what this type costs, on demand or by reservation. */
export const isListed = ({ provider, id }: InstanceFacts): boolean => {
  const list = priceLists[provider];
  return list?.onDemand[id] !== undefined || list?.capacityBlock?.hourly[id] !== undefined;
};
const ratios = azureRatios as unknown as RegionRatios;
export const pricingWords: Readonly<Record<Pricing, string>> = {
  onDemand: "on demand",
  spot: "spot",
  reserved: "reserved",
};

/** USD/h of one instance with what it rests on. */
export interface NodePrice {
  readonly usd: Quantity;
  readonly basis: string;
  readonly source: string;
  readonly date: string;
  readonly confidence: Confidence;
}

export const usd = (low: number, central: number, high: number): Quantity => ({ low, central, high, unit: "USD/h" });
export const exactly = (value: number): Quantity => usd(value, value, value);
export const money = (value: number): string => value.toPrecision(4).replace(/\.?0+$/, "");

/** Regions without a list price of their own cost this much of the base region's (spread of the lists at hand). */
const otherRegion: readonly [number, number, number] = [1, 1.15, 1.45];

/** Price of spot capacity relative to on demand where no list says: medians of the AWS Spot Advisor are 0.2 to 0.5. */
export const usualSpot: readonly [number, number, number] = [0.25, 0.42, 0.75];

/** SageMaker's instances against the same EC2 ones: 1.15 for p4d to 1.40 for g5. */
export const sageMaker: readonly [number, number, number] = [1.15, 1.25, 1.4];

export const times = (q: Quantity, [low, central, high]: readonly [number, number, number]): Quantity => ({
  low: q.low * low,
  central: q.central * central,
  high: q.high * high,
  unit: q.unit,
});

/** Azure's ratios by type and region, unfolded on first use. */
let azure: Map<string, Map<string, number>> | undefined;
function azureRatio(instanceType: string, region: string): number | undefined {
  if (azure === undefined) {
    azure = new Map();
    for (const [type, groups] of Object.entries(ratios)) {
      const byRegion = new Map<string, number>();
      for (const [ratio, regions] of Object.entries(groups))
        for (const name of regions.split(" ")) byRegion.set(name, Number(ratio));
      azure.set(type, byRegion);
    }
  }
  return azure.get(instanceType)?.get(region);
}

function azureSpread(instanceType: string): readonly [number, number] {
  const all = Object.keys(ratios[instanceType] ?? {}).map(Number);
  return all.length === 0 ? [1, 1] : [Math.min(1, ...all), Math.max(1, ...all)];
}

export const plainRegionName = (region: string | undefined): string | undefined =>
  region
    ?.trim()
    .toLowerCase()
    .replace(/^((?:us|eu|ap|ca|sa|me|af|il|mx|cn)(?:-gov)?-[a-z]+-\d)[a-f]$/, "$1")
    .replace(/^([a-z]+-[a-z]+\d+)-[a-z]$/, "$1");

/** Linear between order statistics; `values` ascending and not empty. */
export function quantile(values: readonly number[], share: number): number {
  const position = share * (values.length - 1);
  const below = values[Math.floor(position)] as number;
  const above = values[Math.ceil(position)] as number;
  return below + (above - below) * (position - Math.floor(position));
}

export function listedNode(
  list: ProviderPrices,
  instance: InstanceFacts,
  region: string | undefined,
  pricing: Pricing,
): NodePrice | undefined {
  const about = { source: printSources(list.sources), date: list.date };
  const block = capacityBlock(list, instance);
  if (block && pricing === "spot")
    return {
      ...block,
      usd: times(block.usd, usualSpot),
      basis: `${block.basis}, the usual spot share`,
      confidence: "low",
    };
  if (block) return block;
  if (pricing === "spot") return spotNode(list, instance, region, about);
  const full = onDemandNode(list, instance, region, about);
  if (full === undefined || pricing === "onDemand") return full;
  const share = reservedShare(list, instance.accelerator ?? "");
  if (share === undefined)
    return { ...full, basis: `${full.basis} (commitments cost less; no list says how much)`, confidence: "low" };
  return {
    ...full,
    usd: scale(full.usd, share),
    basis: `${full.basis.replace("on demand", "one-year commitment")}`,
    confidence: "medium",
  };
}

/** A type without an on-demand price that is reserved by the day: prices follow demand, and differ little between regions. */
function capacityBlock(list: ProviderPrices, instance: InstanceFacts): NodePrice | undefined {
  const hourly = list.capacityBlock?.hourly[instance.id];
  if (hourly === undefined || list.onDemand[instance.id] !== undefined) return undefined;
  return {
    usd: usd(0.8 * hourly, hourly, 1.3 * hourly),
    basis: `${instance.provider} ${instance.id} by Capacity Block (no on-demand price)`,
    source: printSources(list.capacityBlock?.sources ?? []),
    date: list.capacityBlock?.date ?? list.date,
    confidence: "medium",
  };
}

function reservedShare(list: ProviderPrices, accelerator: string): number | undefined {
  const { reserved } = list;
  if (reserved === undefined) return undefined;
  const key = Object.keys(reserved).find((prefix) => accelerator.startsWith(prefix)) ?? "other";
  return reserved[key];
}

type About = Pick<NodePrice, "source" | "date">;

function onDemandNode(
  list: ProviderPrices,
  instance: InstanceFacts,
  region: string | undefined,
  about: About,
): NodePrice | undefined {
  const base = list.onDemand[instance.id];
  const regions = list.regions?.[instance.id] ?? {};
  const label = (where: string): string => `${instance.provider} ${instance.id} ${where} on demand`;
  const { confidence } = list;
  if (base === undefined) {
    // Sold in some regions only.
    const values = Object.values(regions).sort((a, b) => a - b);
    const exact = region === undefined ? undefined : regions[region];
    if (exact !== undefined) return { ...about, usd: exactly(exact), basis: label(region as string), confidence };
    if (values.length === 0) return undefined;
    return {
      ...about,
      usd: usd(values[0] as number, quantile(values, 0.5), values.at(-1) as number),
      basis: label("all regions"),
      confidence: "medium",
    };
  }
  if (list.baseRegion === "any")
    return { ...about, usd: exactly(base), basis: label("").replace("  ", " "), confidence };
  if (region === undefined) {
    const high = Math.max(
      base,
      ...Object.values(regions),
      instance.provider === "azure" ? azureSpread(instance.id)[1] * base : 1.25 * base,
    );
    const low = Math.min(base, ...Object.values(regions));
    return { ...about, usd: usd(low, base, Math.min(high, 1.6 * base)), basis: label(list.baseRegion), confidence };
  }
  if (region === list.baseRegion) return { ...about, usd: exactly(base), basis: label(region), confidence };
  const exact =
    regions[region] ?? (instance.provider === "azure" ? scaledBase(base, azureRatio(instance.id, region)) : undefined);
  if (exact !== undefined) return { ...about, usd: exactly(exact), basis: label(region), confidence };
  // The other big American regions of AWS and Google cost what the first one does.
  const same = /^us-(?:east-2|west-2|east1|west1)$/.test(region);
  if (same)
    return {
      ...about,
      usd: usd(base, base, 1.1 * base),
      basis: `${label(list.baseRegion)} (as in ${region})`,
      confidence: "medium",
    };
  return {
    ...about,
    usd: times(exactly(base), otherRegion),
    basis: `${label(list.baseRegion)}, times 1–1.45 for ${region.slice(0, 40)}`,
    confidence: "low",
  };
}

const scaledBase = (base: number, ratio: number | undefined): number | undefined =>
  ratio === undefined ? undefined : base * ratio;

/** Four in five of the ranges lie inside. */
function over(ranges: readonly (readonly [number, number])[], central: number): Quantity {
  const lows = ranges.map(([low]) => low).sort((a, b) => a - b);
  const highs = ranges.map(([, high]) => high).sort((a, b) => a - b);
  return usd(Math.min(central, quantile(lows, 0.1)), central, Math.max(central, quantile(highs, 0.9)));
}

function spotNode(
  list: ProviderPrices,
  instance: InstanceFacts,
  region: string | undefined,
  about: About,
): NodePrice | undefined {
  const regions = list.spotRegions?.[instance.id] ?? {};
  const ranges = Object.values(regions);
  const exact = regions.any ?? (region === undefined ? undefined : regions[region]);
  const label = (where: string): string => `${instance.provider} ${instance.id} ${where} spot`.replace(" any ", " ");
  if (exact) {
    const [low, high] = exact;
    return {
      ...about,
      usd: usd(low, Math.sqrt(low * high), high),
      basis: label(regions.any ? "any" : (region as string)),
      confidence: "medium",
    };
  }
  if (ranges.length > 0 && region === undefined) {
    const mids = ranges.map(([low, high]) => Math.sqrt(low * high)).sort((a, b) => a - b);
    const central = quantile(mids, 0.5);
    return {
      ...about,
      usd: over(ranges, central),
      basis: label("all regions"),
      confidence: "medium",
    };
  }
  const full = onDemandNode(list, instance, region, about);
  if (full === undefined) return undefined;
  if (list.spotShare !== undefined)
    return { ...full, usd: scale(full.usd, list.spotShare), basis: label("preemptible"), confidence: "high" };
  const saving = list.spotSaving?.[instance.id];
  if (saving) {
    const [least, median, most] = saving;
    return {
      ...full,
      usd: times(full.usd, [1 - most, 1 - median, 1 - least]),
      basis: `${label(region ?? "all regions")}: on demand less ${money(100 * median)} % (Spot Advisor 2025-07)`,
      source: `${about.source}; ${printSources(["SI"])}`,
      confidence: "medium",
    };
  }
  return {
    ...full,
    usd: times(full.usd, usualSpot),
    basis: `${full.basis.replace("on demand", "spot")}, the usual spot share`,
    confidence: "low",
  };
}

/** TPU chips and attached GPUs: sold by the accelerator. */
export function soldAlone(
  list: ProviderPrices,
  provider: string,
  id: string,
  region: string | undefined,
  pricing: Pricing,
): NodePrice | undefined {
  const row = list.perAccelerator?.[id];
  if (row === undefined) return undefined;
  const about = { source: printSources(row.sources), date: row.date };
  const label = `${provider} ${id} ${region ?? "all regions"} ${pricingWords[pricing]}`;
  if (pricing === "spot") {
    const ranges = region !== undefined && row.spot[region] ? [row.spot[region]] : Object.values(row.spot);
    if (ranges.length > 0) {
      const mids = ranges.map(([low, high]) => Math.sqrt(low * high)).sort((a, b) => a - b);
      return {
        ...about,
        usd: over(ranges, quantile(mids, 0.5)),
        basis: label,
        confidence: "medium",
      };
    }
  }
  const values = Object.values(row.onDemand).sort((a, b) => a - b);
  const exact = region === undefined ? undefined : row.onDemand[region];
  const share = pricing === "reserved" ? (reservedShare(list, id) ?? 1) : pricing === "spot" ? 0.42 : 1;
  const price =
    exact === undefined
      ? usd(values[0] as number, values[(values.length - 1) >> 1] as number, values.at(-1) as number)
      : exactly(exact);
  return {
    ...about,
    usd: scale(price, share),
    basis: label,
    confidence: exact === undefined || share !== 1 ? "medium" : "high",
  };
}
