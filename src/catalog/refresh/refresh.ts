/**
 * "Refresh Prices", on the user's command only: reads the lists, keeps what is plausible, and returns a snapshot to be stored beside
 * the bundled prices. Where a provider fails, its old prices stay and the report says why.
 */
import type { Catalog } from "../catalog";
import { type Mirrors, mirrored } from "./mirrors";
import type { PriceSource } from "./providers";
import { type Fetch, RequestError } from "./request";
import { emptySnapshot, type PriceSnapshot, type RefreshedPrice } from "./snapshot";

export interface RefreshOptions {
  readonly sources: readonly PriceSource[];
  readonly fetch: Fetch;
  /** The bundled catalogue, without refreshed prices: what new prices are held against. */
  readonly catalog: Catalog;
  /** Prices in use now; providers that fail or are not asked keep theirs. */
  readonly previous?: PriceSnapshot;
  /** ISO 8601; the pure rooms have no clock. */
  readonly now: string;
  readonly signal?: AbortSignal;
  /** ms per request. */
  readonly timeout?: number;
  /** Other addresses by the source's title. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Mirrors by public host, for sources that `endpoints` does not name. */
  readonly mirrors?: Mirrors;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number; readonly message: string }) => void;
}

export interface ProviderReport {
  readonly provider: string;
  readonly title: string;
  readonly accepted: number;
  /** Left out: not positive, or not within a factor of five of the bundled price. */
  readonly rejected: number;
  /** One sentence; the old prices stay. */
  readonly error?: string;
}

export interface RefreshResult {
  readonly snapshot: PriceSnapshot;
  readonly reports: readonly ProviderReport[];
  /** Some provider brought new prices. */
  readonly changed: boolean;
}

/** A list of which more than this share is implausible is wrong as a whole. */
const toleratedShare = 0.3;
const factor = 5;

/** Within a factor of five of the bundled price; where none is known, between one cent and 200 USD per accelerator-hour. */
function plausible(price: RefreshedPrice, catalog: Catalog): boolean {
  const { provider, region, pricing, usdPerHour } = price;
  if (!Number.isFinite(usdPerHour) || usdPerHour <= 0 || usdPerHour === 700) return false;
  if (price.instanceType !== undefined) {
    const known = catalog.price({ instanceType: price.instanceType, provider, region, pricing })?.perNodeHour;
    if (known) return usdPerHour <= factor * known.high && usdPerHour >= known.low / factor;
  }
  const known =
    price.accelerator === undefined
      ? undefined
      : catalog.price({ accelerator: price.accelerator, provider, region, pricing });
  if (known)
    return usdPerHour <= factor * known.perAcceleratorHour.high && usdPerHour >= known.perAcceleratorHour.low / factor;
  return usdPerHour >= 0.01 && usdPerHour <= 200;
}

const keyOf = (price: RefreshedPrice): string =>
  [price.instanceType, price.accelerator, price.region, price.pricing].join("|");

/** One price per machine, region and tariff: the lowest, since tables list availability zones apart. */
function distinct(prices: readonly RefreshedPrice[]): RefreshedPrice[] {
  const best = new Map<string, RefreshedPrice>();
  for (const price of prices) {
    const known = best.get(keyOf(price));
    if (known === undefined || price.usdPerHour < known.usdPerHour) best.set(keyOf(price), price);
  }
  return [...best.values()];
}

interface Answer {
  readonly report: ProviderReport;
  readonly prices: readonly RefreshedPrice[];
}

async function readSource(
  source: PriceSource,
  options: RefreshOptions,
  message: (text: string) => void,
): Promise<Answer> {
  const { provider, title } = source;
  try {
    const endpoint = options.endpoints?.[title] ?? mirrored(source.endpoint, options.mirrors ?? {});
    const read = await source.read({
      fetch: options.fetch,
      catalog: options.catalog,
      report: message,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.timeout ? { timeout: options.timeout } : {}),
    });
    // First what is plausible: a stray low price must not stand for the machine's good ones.
    const taken = read.filter((price) => plausible(price, options.catalog));
    const prices = distinct(taken);
    const rejected = read.length - taken.length;
    const report = { provider, title, accepted: prices.length, rejected };
    if (rejected > toleratedShare * read.length)
      return {
        prices: [],
        report: {
          ...report,
          accepted: 0,
          rejected: read.length,
          error: `${title}: ${rejected} of ${read.length} prices are implausible`,
        },
      };
    if (prices.length === 0)
      return { prices: [], report: { ...report, error: `${title}: no price of a known machine in the answer` } };
    return { prices, report };
  } catch (error) {
    if (error instanceof RequestError && error.kind === "cancelled") throw error;
    const reason = error instanceof Error ? error.message : "failed";
    return { prices: [], report: { provider, title, accepted: 0, rejected: 0, error: `${title}: ${reason}` } };
  }
}

/** Reads all sources one after the other. Throws a RequestError of kind `cancelled` when the user stops it; nothing is kept then. */
export async function refreshPrices(options: RefreshOptions): Promise<RefreshResult> {
  const { sources, now, previous = emptySnapshot } = options;
  const answers: Answer[] = [];
  for (const [index, source] of sources.entries()) {
    if (options.signal?.aborted) throw new RequestError("cancelled", "cancelled");
    const progress = (message: string): void => options.onProgress?.({ done: index, of: sources.length, message });
    progress(source.title);
    answers.push(await readSource(source, options, progress));
  }
  // A list replaces its own earlier reading, and nothing else.
  const fresh = answers
    .filter(({ prices }) => prices.length > 0)
    .map(({ report, prices }) => ({
      provider: report.provider,
      fetchedAt: now,
      source: report.title,
      prices: [...prices],
    }));
  const replaced = new Set(fresh.map(({ source }) => source));
  const providers = [...previous.providers.filter(({ source }) => !replaced.has(source)), ...fresh];
  return {
    snapshot: { schema: "ai-cost-lens/prices@1", providers },
    reports: answers.map(({ report }) => report),
    changed: fresh.length > 0,
  };
}
