/** Each price list is held against the bundled prices: what is not positive, or beyond a factor of five, is not taken. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import { type PriceSource, priceSources } from "../../../src/catalog/refresh/providers";
import { type RefreshResult, refreshPrices } from "../../../src/catalog/refresh/refresh";
import type { Quantity } from "../../../src/core/quantity";
import { type ListedPrice, listBody } from "./priceLists";

const catalog = createCatalog();

interface Known {
  readonly price: Omit<ListedPrice, "usdPerHour">;
  /** USD/h, as bundled. */
  readonly bundled: Quantity;
}

/** Machines or accelerators of the list that have a bundled price: enough that a stray one does not condemn the list. */
function known(source: PriceSource): readonly Known[] {
  const { provider } = source;
  const pricing = source.title.startsWith("AWS spot") ? "spot" : "onDemand";
  const region = provider === "runpod" ? {} : { region: "region-1" };
  const machines = catalog.rows.instances.flatMap(({ id, provider: owner }): Known[] => {
    const bundled = owner === provider ? catalog.price({ instanceType: id, provider, pricing, ...region }) : undefined;
    return bundled?.perNodeHour
      ? [{ price: { instanceType: id, pricing, ...region }, bundled: bundled.perNodeHour }]
      : [];
  });
  const parts = catalog.rows.accelerators.flatMap(({ id }): Known[] => {
    const bundled = catalog.price({ accelerator: id, provider, pricing, ...region });
    return bundled ? [{ price: { accelerator: id, pricing, ...region }, bundled: bundled.perAcceleratorHour }] : [];
  });
  return (provider === "runpod" || machines.length === 0 ? parts : machines).slice(0, 8);
}

async function refresh(source: PriceSource, prices: readonly ListedPrice[]): Promise<RefreshResult> {
  return refreshPrices({
    sources: [source],
    fetch: async (url) =>
      new Response(
        listBody(source, /contains\(armSkuName, 'Standard_N[CV]'\)/.test(decodeURIComponent(url)) ? [] : prices),
      ),
    catalog,
    now: "2026-09-01T10:00:00Z",
  });
}

const at = (all: readonly Known[], usd: (bundled: Quantity) => number): ListedPrice[] =>
  all.map(({ price, bundled }) => ({ ...price, usdPerHour: usd(bundled) }));

/** One price of the list is `usd`, the others are as bundled. */
const withStray = (all: readonly Known[], usd: (bundled: Quantity) => number): ListedPrice[] => [
  ...at(all.slice(0, 1), usd),
  ...at(all.slice(1), ({ central }) => central),
];

describe("plausibility", () => {
  for (const source of priceSources) {
    const all = known(source);
    const first = all[0] as Known;
    const taken = (result: RefreshResult): number[] =>
      (result.snapshot.providers[0]?.prices ?? [])
        .filter(
          ({ instanceType, accelerator }) =>
            instanceType === first.price.instanceType && accelerator === first.price.accelerator,
        )
        .map(({ usdPerHour }) => usdPerHour);

    describe(source.title, () => {
      it("takes prices as bundled, dearer and cheaper by less than five", async () => {
        for (const usd of [
          ({ central }: Quantity) => central,
          ({ high }: Quantity) => 4.9 * high,
          ({ low }: Quantity) => low / 4.9,
        ]) {
          const result = await refresh(source, at(all, usd));
          assert.deepEqual(result.reports[0], {
            provider: source.provider,
            title: source.title,
            accepted: all.length,
            rejected: 0,
          });
          assert.deepEqual(taken(result), [usd(first.bundled)]);
        }
      });

      for (const [what, usd] of [
        ["more than five times the bundled", ({ high }: Quantity) => 5.1 * high],
        ["less than a fifth of the bundled", ({ low }: Quantity) => low / 5.1],
        ["zero", () => 0],
        ["below zero", ({ central }: Quantity) => -central],
        ["the tables' word for unknown", () => 700],
      ] as const)
        it(`leaves out a price that is ${what}, and keeps the others`, async () => {
          const result = await refresh(source, withStray(all, usd));
          assert.deepEqual(taken(result), []);
          assert.equal(result.reports[0]?.accepted, all.length - 1);
          assert.equal(result.reports[0]?.error, undefined);
        });

      it("is refused as a whole where it is priced in another unit", async () => {
        for (const usd of [({ high }: Quantity) => 30 * high, ({ low }: Quantity) => low / 30]) {
          const { changed, reports } = await refresh(source, at(all, usd));
          assert.equal(changed, false);
          assert.match(reports[0]?.error ?? "", /of \d+ prices are implausible/);
        }
      });
    });
  }

  it("lets no stray low price stand for a machine's good ones", async () => {
    const source = priceSources[0] as PriceSource;
    const machine = { instanceType: "p5.48xlarge", region: "us-east-1", pricing: "onDemand" } as const;
    const { snapshot } = await refresh(
      source,
      [55, 56, 57, 58, 1].map((usdPerHour) => ({ ...machine, usdPerHour })),
    );
    assert.deepEqual(
      snapshot.providers[0]?.prices.map(({ usdPerHour }) => usdPerHour),
      [55],
    );
  });
});
