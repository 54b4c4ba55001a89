/** Which of the user's own prices answers a query. */
import type { AcceleratorFacts, InstanceFacts, PriceQuery } from "../core/facts";
import { providerKey } from "./instances";
import type { CatalogOverrides, OwnPrice } from "./overrides";

/** What the user states, most specific first: a price of an accelerator, of a node, or a discount. */
export interface OwnAnswer {
  readonly perAcceleratorHour?: number;
  readonly perNodeHour?: number;
  readonly discount?: number;
}

const same = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();

/** Whether a name as written may mean the accelerator with that id (`A100` means all four). */
export type Means = (name: string, id: string) => boolean;

/** How many stated fields match; undefined when one contradicts. */
function agreement(
  own: OwnPrice,
  query: PriceQuery,
  instance: InstanceFacts | undefined,
  accelerator: AcceleratorFacts | undefined,
  means: Means,
): number | undefined {
  const checks: readonly (readonly [string | undefined, boolean])[] = [
    [own.instanceType, same(own.instanceType, query.instanceType) || same(own.instanceType, instance?.id)],
    [
      own.accelerator,
      same(own.accelerator, query.accelerator) ||
        (own.accelerator !== undefined && accelerator !== undefined && means(own.accelerator, accelerator.id)),
    ],
    [own.provider, same(providerKey(own.provider) ?? own.provider, providerKey(query.provider) ?? query.provider)],
    [own.region, same(own.region, query.region)],
    [own.pricing, own.pricing === (query.pricing ?? "onDemand")],
  ];
  const stated = checks.filter(([field]) => field !== undefined);
  return stated.every(([, matches]) => matches) ? stated.length : undefined;
}

/** The most specific own price that fits; later entries win among equals. Undefined when none fits. */
export function ownPrice(
  overrides: CatalogOverrides,
  query: PriceQuery,
  instance: InstanceFacts | undefined,
  accelerator: AcceleratorFacts | undefined,
  means: Means,
): OwnAnswer | undefined {
  let best: OwnPrice | undefined;
  let most = -1;
  for (const own of overrides.prices ?? []) {
    const agrees = agreement(own, query, instance, accelerator, means);
    if (agrees === undefined || agrees < most) continue;
    best = own;
    most = agrees;
  }
  return best;
}
