/** Prices that a refresh brought, asked like the bundled ones. */
import { type NodePrice, type Pricing, pricingWords, quantile, usd } from "./listPrices";
import type { PriceSnapshot } from "./refresh/snapshot";

interface Wanted {
  readonly provider: string;
  readonly instanceType?: string;
  readonly accelerator?: string;
  readonly region: string | undefined;
  readonly pricing: Pricing;
}

/** USD/h of an instance type, or of an accelerator sold alone; over all regions where none is stated. */
export function refreshedPrice(snapshot: PriceSnapshot | undefined, wanted: Wanted): NodePrice | undefined {
  for (const list of [...(snapshot?.providers ?? [])].reverse()) {
    const price = list.provider === wanted.provider ? listed(list, wanted) : undefined;
    if (price) return price;
  }
  return undefined;
}

function listed(list: PriceSnapshot["providers"][number], wanted: Wanted): NodePrice | undefined {
  const values = list.prices
    .filter(
      (row) =>
        row.pricing === wanted.pricing &&
        row.instanceType?.toLowerCase() === wanted.instanceType?.toLowerCase() &&
        (wanted.accelerator === undefined || row.accelerator === wanted.accelerator) &&
        (wanted.region === undefined || row.region === undefined || row.region === wanted.region),
    )
    .map((row) => row.usdPerHour)
    .sort((a, b) => a - b);
  const [low] = values;
  if (low === undefined) return undefined;
  const what = wanted.instanceType ?? wanted.accelerator;
  return {
    usd: usd(low, quantile(values, 0.5), values.at(-1) as number),
    basis: `${wanted.provider} ${what} ${wanted.region ?? "all regions"} ${pricingWords[wanted.pricing]}, refreshed`,
    source: list.source,
    date: list.fetchedAt.slice(0, 10),
    confidence: "high",
  };
}
