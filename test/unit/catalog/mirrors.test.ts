import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import { mirrored } from "../../../src/catalog/refresh/mirrors";
import { type PriceSource, priceSources } from "../../../src/catalog/refresh/providers";
import { refreshPrices } from "../../../src/catalog/refresh/refresh";
import type { Fetch } from "../../../src/catalog/refresh/request";
import { listBody } from "./priceLists";
import { azureItem, json, serve, type TestServer } from "./priceServer";

const catalog = createCatalog();
const now = "2026-09-01T10:00:00Z";
const fetchHere = globalThis.fetch as unknown as Fetch;
const azure = priceSources.find(({ provider }) => provider === "azure") as PriceSource;
const price = { instanceType: "Standard_ND96asr_v4", region: "eastus", pricing: "onDemand", usdPerHour: 25 } as const;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("mirrors", () => {
  it("stand for a host, and the path follows their base", () => {
    const mirrors = { "prices.azure.com": "https://mirror.example:8443/azure/" };
    assert.equal(
      mirrored("https://prices.azure.com/api/retail/prices", mirrors),
      "https://mirror.example:8443/azure/api/retail/prices",
    );
    assert.equal(mirrored("https://api.runpod.io/graphql", mirrors), undefined);
    assert.equal(mirrored("https://api.runpod.io/graphql", {}), undefined);
  });

  it("are asked, and the public host is not", async () => {
    const asked: string[] = [];
    await refreshPrices({
      sources: priceSources,
      fetch: async (url) => {
        asked.push(url);
        return new Response(listBody(azure, []));
      },
      catalog,
      now,
      mirrors: Object.fromEntries(
        priceSources.map(({ endpoint }) => [new URL(endpoint).host, "https://mirror.example/lists"]),
      ),
    });
    assert.ok(asked.length >= priceSources.length);
    for (const url of asked) assert.ok(url.startsWith("https://mirror.example/lists/"), url);
  });

  it("that are no address fail, and nothing public is asked in their place", async () => {
    for (const base of ["mirror.example", "ftp://mirror.example", "file:///etc/passwd", ""]) {
      let asked = 0;
      const { reports, changed } = await refreshPrices({
        sources: [azure],
        fetch: async () => {
          asked++;
          return new Response("{}");
        },
        catalog,
        now,
        mirrors: { "prices.azure.com": base },
      });
      assert.equal(asked, 0);
      assert.equal(changed, false);
      assert.match(reports[0]?.error ?? "", /mirror set for prices\.azure\.com is not an http\(s\) address/);
    }
  });

  it("pass on links of the public list, which are read from the mirror", async () => {
    server = await serve((request, response) =>
      request.url?.includes("skip=100")
        ? response.end(listBody(azure, [price]))
        : json(response, {
            Items: [azureItem("Standard_ND96asr_v4", "westeurope", 26)],
            NextPageLink: "https://prices.azure.com:443/api/retail/prices?$filter=x&$skip=100",
          }),
    );
    const { reports } = await refreshPrices({
      sources: [azure],
      fetch: fetchHere,
      catalog,
      now,
      mirrors: { "prices.azure.com": `${server.origin}/azure` },
    });
    assert.equal(reports[0]?.error, undefined);
    assert.equal(reports[0]?.accepted, 2);
    for (const { url } of server.requests) assert.ok(url.startsWith("/azure/api/retail/prices?"), url);
  });
});
