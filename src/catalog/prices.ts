/**
 * Prices per hour: the user's own, then refreshed ones, then the bundled lists. Where the provider or the region is open, the
 * answer is an interval over the lists.
 */
import type { AcceleratorFacts, InstanceFacts, PriceFacts, PriceQuery } from "../core/facts";
import { scale } from "../core/quantity";
import type { Accelerators } from "./accelerators";
import { type Instances, providerKey } from "./instances";
import {
  exactly,
  listedNode,
  money,
  type NodePrice,
  type Pricing,
  plainRegionName,
  priceLists,
  pricingWords,
  quantile,
  sageMaker,
  soldAlone,
  times,
  usd,
  usualSpot,
} from "./listPrices";
import type { CatalogOverrides } from "./overrides";
import { type OwnAnswer, ownPrice } from "./ownPrices";
import { refreshedPrice } from "./refreshedPrices";
import { providerOfRegion } from "./regions";
import { printSources } from "./sources";

export class Prices {
  private readonly cache = new Map<string, PriceFacts | undefined>();

  constructor(
    private readonly instances: Instances,
    private readonly accelerators: Pick<Accelerators, "find">,
    private readonly overrides: CatalogOverrides,
  ) {}

  find(query: PriceQuery): PriceFacts | undefined {
    const key = [query.accelerator, query.instanceType, query.provider, query.region, query.pricing].join("|");
    if (this.cache.has(key)) return this.cache.get(key);
    const facts = this.resolve(query);
    if (this.cache.size > 2000) this.cache.clear();
    this.cache.set(key, facts);
    return facts;
  }

  private resolve(query: PriceQuery): PriceFacts | undefined {
    const pricing = query.pricing ?? "onDemand";
    const instance = query.instanceType === undefined ? undefined : this.instances.find(query.instanceType)?.value;
    const accelerator =
      (query.accelerator === undefined ? undefined : this.accelerators.find(query.accelerator)?.value) ??
      (instance?.accelerator === undefined ? undefined : this.accelerators.find(instance.accelerator)?.value);
    const provider =
      providerKey(query.provider) ??
      instance?.provider ??
      (query.region === undefined ? undefined : providerOfRegion(query.region));
    const own = ownPrice(this.overrides, { ...query, provider }, instance, accelerator, (name, id) => {
      const match = this.accelerators.find(name);
      return match !== undefined && (match.candidates ?? [match.value]).some((row) => row.id === id);
    });
    const stated = own && this.statedPrice(own, instance);
    if (stated) return stated;
    const listed = this.listPrice(pricing, provider, query.region, instance, accelerator);
    if (listed === undefined) return undefined;
    const discount = own?.discount ?? this.overrides.discount;
    if (discount === undefined || discount === 0) return listed;
    return {
      ...listed,
      perAcceleratorHour: scale(listed.perAcceleratorHour, 1 - discount),
      ...(listed.perNodeHour ? { perNodeHour: scale(listed.perNodeHour, 1 - discount) } : {}),
      basis: `${listed.basis}, less your discount of ${money(100 * discount)} %`,
      override: true,
    };
  }

  private statedPrice(own: OwnAnswer, instance: InstanceFacts | undefined): PriceFacts | undefined {
    const count = Math.max(instance?.accelerators ?? 0, 1 / 64);
    const known = instance !== undefined && instance.accelerators > 0;
    const perAccelerator =
      own.perAcceleratorHour ?? (own.perNodeHour !== undefined && known ? own.perNodeHour / count : undefined);
    if (perAccelerator === undefined) return undefined;
    const perNode = own.perNodeHour ?? (known ? perAccelerator * count : undefined);
    return {
      perAcceleratorHour: exactly(perAccelerator),
      ...(perNode === undefined ? {} : { perNodeHour: exactly(perNode) }),
      basis: `your price (${this.overrides.origin ?? "aicost.yaml"})`,
      override: true,
      source: this.overrides.origin ?? "aicost.yaml",
      confidence: "high",
    };
  }

  private listPrice(
    pricing: Pricing,
    provider: string | undefined,
    region: string | undefined,
    instance: InstanceFacts | undefined,
    accelerator: AcceleratorFacts | undefined,
  ): PriceFacts | undefined {
    if (instance && instance.accelerators > 0) {
      const node = this.nodePrice(instance, region, pricing);
      if (node)
        return {
          perAcceleratorHour: scale(node.usd, 1 / instance.accelerators),
          perNodeHour: node.usd,
          basis: node.basis,
          source: node.source,
          date: node.date,
          confidence: node.confidence,
        };
    }
    if (accelerator === undefined) return undefined;
    const found =
      (provider === undefined ? undefined : this.providerPrice(provider, accelerator, region, pricing)) ??
      this.anyPrice(accelerator, pricing, provider) ??
      amortised(accelerator);
    if (found === undefined) return undefined;
    const without = instance && instance.accelerators > 0 ? ` (${instance.id} has no list price)` : "";
    // A slice pays its share of the device.
    const perAccelerator = accelerator.share === undefined ? found.usd : scale(found.usd, accelerator.share);
    const { usd: _whole, ...rest } = found;
    return {
      perAcceleratorHour: perAccelerator,
      ...rest,
      basis: `${found.basis}${without}`,
      ...(without === "" ? {} : { confidence: "low" as const }),
      ...(instance && instance.accelerators > 0 ? { perNodeHour: scale(perAccelerator, instance.accelerators) } : {}),
    };
  }

  /** USD/h of an instance type in a region. */
  private nodePrice(instance: InstanceFacts, region: string | undefined, pricing: Pricing): NodePrice | undefined {
    const managed = instance.id.startsWith("ml.");
    const known = managed ? this.instances.find(instance.id.slice(3))?.value : instance;
    const list = known && priceLists[known.provider];
    if (!known || !list) return undefined;
    const price =
      refreshedPrice(this.overrides.refreshed, {
        provider: known.provider,
        instanceType: known.id,
        region: plainRegionName(region),
        pricing,
      }) ?? listedNode(list, known, plainRegionName(region), pricing);
    if (price === undefined || !managed) return price;
    const own = list.managed?.hourly[known.id];
    const base = list.onDemand[known.id];
    if (own !== undefined && base !== undefined && pricing === "onDemand")
      return {
        ...price,
        usd: scale(price.usd, own / base),
        basis: price.basis.replace(known.id, instance.id),
        source: printSources(list.managed?.sources ?? []),
        date: list.managed?.date ?? price.date,
        confidence: "medium",
      };
    return {
      ...price,
      usd: times(price.usd, sageMaker),
      basis: `${price.basis.replace(known.id, instance.id)}, SageMaker at 1.15–1.4 of EC2`,
      confidence: "low",
    };
  }

  /** USD per accelerator-hour at one provider: of its largest machine, the interval over all. */
  private providerPrice(
    provider: string,
    accelerator: AcceleratorFacts,
    region: string | undefined,
    pricing: Pricing,
  ): NodePrice | undefined {
    const list = priceLists[provider];
    if (list === undefined) return undefined;
    const id = baseId(accelerator);
    const single =
      refreshedPrice(this.overrides.refreshed, {
        provider,
        accelerator: id,
        region: plainRegionName(region),
        pricing,
      }) ?? soldAlone(list, provider, id, plainRegionName(region), pricing);
    if (single) return single;
    const priced = this.instances.all
      .filter((row) => row.provider === provider && row.accelerator === id && row.accelerators > 0)
      .flatMap((row) => {
        const node = this.nodePrice(row, region, pricing);
        return node ? [{ row, node, usd: scale(node.usd, 1 / row.accelerators) }] : [];
      })
      .sort((a, b) => usual(b.row.accelerators) - usual(a.row.accelerators));
    const [largest] = priced;
    if (largest === undefined) return undefined;
    return {
      ...largest.node,
      usd: usd(
        Math.min(...priced.map((entry) => entry.usd.low)),
        largest.usd.central,
        Math.max(
          largest.usd.high,
          ...priced
            .filter((entry) => entry.row.accelerators >= 1)
            .map((entry) => Math.min(entry.usd.high, 2 * largest.usd.central)),
        ),
      ),
    };
  }

  /** Over all providers that list it: the median, and the interval that holds four in five. */
  private anyPrice(accelerator: AcceleratorFacts, pricing: Pricing, asked: string | undefined): NodePrice | undefined {
    const found = Object.keys(priceLists)
      .filter((provider) => provider !== "runpod-serverless" && provider !== asked)
      .flatMap((provider) => {
        const price = this.providerPrice(
          provider,
          accelerator,
          undefined,
          pricing === "reserved" ? "onDemand" : pricing,
        );
        return price ? [{ provider, price }] : [];
      })
      .sort((a, b) => a.price.usd.central - b.price.usd.central);
    if (found.length === 0) {
      if (pricing !== "spot") return undefined;
      const full = this.anyPrice(accelerator, "onDemand", asked);
      return (
        full && {
          ...full,
          usd: times(full.usd, usualSpot),
          basis: `${full.basis}, times the usual spot share`,
          confidence: "low",
        }
      );
    }
    const values = found.map(({ price }) => price.usd.central);
    const central = quantile(values, 0.5);
    const one = found.length === 1;
    const who = found
      .map(({ provider }) => provider)
      .sort()
      .join(", ");
    const words = pricingWords[pricing === "reserved" ? "onDemand" : pricing];
    const notes = [
      ...(pricing === "reserved" ? ["commitments cost less; no list says how much"] : []),
      ...(asked === undefined ? [] : [`${asked} lists none`]),
    ];
    return {
      usd: usd(
        Math.min(central, one ? 0.6 * central : quantile(values, 0.1)),
        central,
        Math.max(central, one ? 1.6 * central : quantile(values, 0.9)),
      ),
      basis: `${baseId(accelerator)}, ${one ? `list price of ${who}` : `median of ${values.length} providers`} ${words}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`,
      source: `list prices of ${who}`,
      date: found
        .map(({ price }) => price.date)
        .sort()
        .at(-1) as string,
      confidence: "medium",
    };
  }
}
/** The usual machine: eight accelerators, else the largest below. */
const usual = (accelerators: number): number => (accelerators > 8 ? 0.1 : accelerators);

const baseId = (accelerator: AcceleratorFacts): string => accelerator.id.split("@")[0] as string;

/** Owned hardware without a list price: bought, used half of four years, half as much again for the rest of the machine. */
function amortised(accelerator: AcceleratorFacts): NodePrice | undefined {
  const { purchasePrice } = accelerator;
  if (purchasePrice === undefined) return undefined;
  const hourly = (1.5 * purchasePrice) / (4 * 8760 * 0.5);
  return {
    usd: usd(0.5 * hourly, hourly, 3 * hourly),
    basis: `no list price: bought at ${money(purchasePrice)} USD, half of four years' hours, with its machine`,
    source: accelerator.source,
    date: accelerator.date ?? "2026",
    confidence: "low",
  };
}
