import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import { type PriceSource, priceSources } from "../../../src/catalog/refresh/providers";
import { type RefreshOptions, type RefreshResult, refreshPrices } from "../../../src/catalog/refresh/refresh";
import { type Fetch, RequestError, requestJson } from "../../../src/catalog/refresh/request";
import { type PriceSnapshot, parseSnapshot } from "../../../src/catalog/refresh/snapshot";
import { azureItem, type Handler, json, serve, type TestServer } from "./priceServer";

const fetchHere = globalThis.fetch as unknown as Fetch;
const catalog = createCatalog();
const source = (provider: string, title = /./): PriceSource => {
  const found = priceSources.find((each) => each.provider === provider && title.test(each.title));
  assert.ok(found);
  return found;
};

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const old: PriceSnapshot = {
  schema: "ai-cost-lens/prices@1",
  providers: [
    {
      provider: "azure",
      fetchedAt: "2026-01-01T00:00:00Z",
      source: "Azure Retail Prices API",
      prices: [
        {
          provider: "azure",
          instanceType: "Standard_ND96asr_v4",
          region: "eastus",
          pricing: "onDemand",
          usdPerHour: 26,
        },
      ],
    },
  ],
};

async function refresh(
  wanted: PriceSource,
  handler: Handler,
  changes: Partial<RefreshOptions> = {},
): Promise<RefreshResult> {
  server = await serve(handler);
  return refreshPrices({
    sources: [wanted],
    fetch: fetchHere,
    catalog,
    previous: old,
    now: "2026-09-01T10:00:00Z",
    timeout: 5000,
    endpoints: { [wanted.title]: `${server.origin}/list` },
    ...changes,
  });
}

const azure = source("azure");

describe("refreshing Azure's list", () => {
  const pages: Handler = (request, response, origin) => {
    const url = new URL(request.url ?? "", origin);
    const series = /contains\(armSkuName, '(\w+)'\)/.exec(url.searchParams.get("$filter") ?? "")?.[1];
    const second = url.searchParams.get("$skip") === "100";
    if (series !== "Standard_ND") return json(response, { Items: [], NextPageLink: null });
    if (!second)
      return json(response, {
        Items: [
          azureItem("Standard_ND96asr_v4", "eastus", 25),
          azureItem("Standard_ND96asr_v4", "eastus", 40, { productName: "Virtual Machines ND Series Windows" }),
          azureItem("Standard_ND96asr_v4", "eastus", 9, { skuName: "ND96asr v4 Spot" }),
          azureItem("Standard_ND96asr_v4", "eastus", 5, { skuName: "ND96asr v4 Low Priority" }),
          azureItem("Standard_ND96asr_v4", "westeurope", 100_000, { type: "Reservation", unitOfMeasure: "1 Hour" }),
          azureItem("Standard_D4s_v5", "eastus", 0.2),
          azureItem("Standard_ND96asr_v4", "northeurope", 20, { currencyCode: "EUR" }),
        ],
        NextPageLink: `${origin}/list?$filter=${encodeURIComponent(url.searchParams.get("$filter") ?? "")}&$skip=100`,
      });
    json(response, { Items: [azureItem("Standard_ND96isr_H100_v5", "westeurope", 110)], NextPageLink: null });
  };

  it("follows its pages and takes Linux, on demand and spot, of known types", async () => {
    const { snapshot, reports, changed } = await refresh(azure, pages);
    assert.equal(changed, true);
    assert.deepEqual(reports[0], { provider: "azure", title: azure.title, accepted: 3, rejected: 0 });
    const prices = snapshot.providers.find(({ provider }) => provider === "azure")?.prices;
    assert.deepEqual(prices, [
      { provider: "azure", instanceType: "Standard_ND96asr_v4", region: "eastus", pricing: "onDemand", usdPerHour: 25 },
      { provider: "azure", instanceType: "Standard_ND96asr_v4", region: "eastus", pricing: "spot", usdPerHour: 9 },
      {
        provider: "azure",
        instanceType: "Standard_ND96isr_H100_v5",
        region: "westeurope",
        pricing: "onDemand",
        usdPerHour: 110,
      },
    ]);
  });

  it("is used by the catalogue, with its date, and gone when it is undone", async () => {
    const { snapshot } = await refresh(azure, pages);
    const price = createCatalog({ refreshed: snapshot }).price({
      instanceType: "Standard_ND96asr_v4",
      region: "eastus",
    });
    assert.equal(price?.perNodeHour?.central, 25);
    assert.equal(price?.date, "2026-09-01");
    assert.match(price?.basis ?? "", /refreshed/);
    const bundled = createCatalog().price({ instanceType: "Standard_ND96asr_v4", region: "eastus" });
    assert.equal(bundled?.perNodeHour?.central, 27.197);
  });

  it("does not follow a page to another server", async () => {
    const { reports, snapshot, changed } = await refresh(azure, (_, response) =>
      json(response, {
        Items: [azureItem("Standard_ND96asr_v4", "eastus", 25)],
        NextPageLink: "http://example.invalid/next",
      }),
    );
    assert.equal(changed, false);
    assert.match(reports[0]?.error ?? "", /another server/);
    assert.deepEqual(snapshot.providers, old.providers);
  });

  it("says what it is at", async () => {
    const messages: string[] = [];
    await refresh(azure, pages, { onProgress: ({ message }) => messages.push(message) });
    assert.ok(
      messages.some((message) => /page 2/.test(message)),
      messages.join(),
    );
  });
});

describe("implausible prices", () => {
  const list =
    (...prices: number[]): Handler =>
    (request, response) =>
      json(response, {
        Items: /ND/.test(decodeURIComponent(request.url ?? ""))
          ? prices.map((price, index) => azureItem("Standard_ND96asr_v4", `region${index}`, price))
          : [],
      });

  it("of 700, zero, below zero and beyond a factor of five are left out", async () => {
    const { reports, snapshot } = await refresh(azure, list(27, 26, 28, 25, 29, 30, 31, 24, 700, 0, -3, 1e9));
    assert.equal(reports[0]?.accepted, 8);
    const values = snapshot.providers[0]?.prices.map(({ usdPerHour }) => usdPerHour) ?? [];
    assert.ok(Math.max(...values) === 31 && Math.min(...values) === 24);
  });

  it("in number condemn the whole list", async () => {
    const { reports, snapshot, changed } = await refresh(azure, list(27, 500, 600, 0.01));
    assert.equal(changed, false);
    assert.match(reports[0]?.error ?? "", /3 of 4 prices are implausible/);
    assert.deepEqual(snapshot, old);
  });
});

describe("a provider that fails", () => {
  const failures: readonly (readonly [string, Handler, RegExp])[] = [
    [
      "429",
      (_, response) => {
        response.writeHead(429, { "retry-after": "60" });
        response.end("slow down");
      },
      /too many requests \(429\); try again in 60 s/,
    ],
    ["500", (_, response) => json(response, {}, 500), /status 500/],
    ["403", (_, response) => json(response, {}, 403), /refuses access/],
    ["404", (_, response) => json(response, {}, 404), /404/],
    ["broken JSON", (_, response) => response.end('{"Items": ['), /did not answer with complete JSON/],
    ["an error page", (_, response) => response.end("<html>maintenance</html>"), /did not answer with complete JSON/],
    [
      "a truncated body",
      (_, response) => {
        response.writeHead(200, { "content-length": "5000" });
        response.write('{"Items": [');
        setImmediate(() => response.destroy());
      },
      /could not be read/,
    ],
    [
      "a closed connection",
      (request) => {
        request.socket.destroy();
      },
      /could not be read/,
    ],
    ["other fields than expected", (_, response) => json(response, { items: [] }), /not as expected/],
    ["an empty list", (_, response) => json(response, { Items: [] }), /no price of a known machine/],
    [
      "too large a body",
      (_, response) => response.end(`{"Items": [], "x": "${"x".repeat(9_000_000)}"}`),
      /larger than 8 MB/,
    ],
    [
      "too large a body without a stated length",
      (_, response) => {
        response.writeHead(200);
        for (let index = 0; index < 10; index++) response.write(" ".repeat(1_000_000));
        response.end('{"Items": []}');
      },
      /larger than 8 MB/,
    ],
  ];
  for (const [what, handler, message] of failures)
    it(`with ${what} keeps its old prices and says why`, async () => {
      const { reports, snapshot, changed } = await refresh(azure, handler);
      assert.equal(changed, false);
      assert.match(reports[0]?.error ?? "", message);
      assert.deepEqual(snapshot, old);
    });

  it("by silence is given up after the time limit", async () => {
    const { reports, snapshot } = await refresh(azure, () => undefined, { timeout: 150 });
    assert.match(reports[0]?.error ?? "", /did not answer within/);
    assert.deepEqual(snapshot, old);
  });

  it("by a trickle is given up after the time limit", async () => {
    let timer: NodeJS.Timeout | undefined;
    const { reports } = await refresh(
      azure,
      (_, response) => {
        response.writeHead(200);
        timer = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(timer));
      },
      { timeout: 200 },
    );
    assert.match(reports[0]?.error ?? "", /did not answer within/);
  });

  it("with a fetch that ignores its signal does not hang", async () => {
    const deaf: Fetch = () => new Promise(() => undefined);
    await assert.rejects(
      requestJson("http://localhost/x", { fetch: deaf, timeout: 50 }),
      (error: RequestError) => error.kind === "timeout",
    );
  });

  it("does not keep the others from being read", async () => {
    server = await serve((request, response) =>
      request.url === "/runpod"
        ? json(response, { data: { gpuTypes: [{ id: "NVIDIA H100 80GB HBM3", securePrice: 2.5, lowestPrice: null }] } })
        : json(response, {}, 500),
    );
    const { snapshot, reports } = await refreshPrices({
      sources: [azure, source("runpod")],
      fetch: fetchHere,
      catalog,
      previous: old,
      now: "2026-09-01T10:00:00Z",
      endpoints: { [azure.title]: `${server.origin}/azure`, [source("runpod").title]: `${server.origin}/runpod` },
    });
    assert.ok(reports[0]?.error && !reports[1]?.error);
    assert.deepEqual(
      snapshot.providers.map(({ provider }) => provider),
      ["azure", "runpod"],
    );
    assert.equal(snapshot.providers[0]?.fetchedAt, "2026-01-01T00:00:00Z");
  });
});

describe("two lists of one provider", () => {
  const spot = source("aws", /spot/);
  const table = source("aws", /list/);
  const feed = {
    config: {
      regions: [
        {
          region: "us-east",
          instanceTypes: [
            { sizes: [{ size: "p5.48xlarge", valueColumns: [{ name: "linux", prices: { USD: "21" } }] }] },
          ],
        },
      ],
    },
  };
  const csv =
    "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\np5.48xlarge,H100,8,56,30,us-east-1\n";

  async function both(tableFails: boolean, previous?: PriceSnapshot): Promise<RefreshResult> {
    await server?.close();
    server = await serve((request, response) => {
      if (request.url === "/spot") return response.end(`callback(${JSON.stringify(feed)});`);
      if (tableFails) return json(response, {}, 500);
      response.end(csv);
    });
    return refreshPrices({
      sources: [table, spot],
      fetch: fetchHere,
      catalog,
      now: previous ? "2026-09-02T00:00:00Z" : "2026-09-01T00:00:00Z",
      endpoints: { [table.title]: `${server.origin}/table`, [spot.title]: `${server.origin}/spot` },
      ...(previous ? { previous } : {}),
    });
  }
  const price = (snapshot: PriceSnapshot, pricing: "onDemand" | "spot") =>
    createCatalog({ refreshed: snapshot }).price({ instanceType: "p5.48xlarge", region: "us-east-1", pricing });

  it("stand side by side, the later one in front", async () => {
    const { snapshot } = await both(false);
    assert.equal(price(snapshot, "onDemand")?.perNodeHour?.central, 56);
    assert.equal(price(snapshot, "spot")?.perNodeHour?.central, 21);
  });

  it("fail apart: what the failing one brought before stays, with its date", async () => {
    const first = await both(false);
    const { snapshot, changed } = await both(true, first.snapshot);
    assert.equal(changed, true);
    assert.equal(price(snapshot, "onDemand")?.perNodeHour?.central, 56);
    assert.equal(price(snapshot, "onDemand")?.date, "2026-09-01");
    assert.equal(price(snapshot, "spot")?.date, "2026-09-02");
  });
});

describe("cancelling", () => {
  it("stops at once and keeps nothing", async () => {
    const controller = new AbortController();
    const running = refresh(azure, () => controller.abort(), { signal: controller.signal });
    await assert.rejects(running, (error: RequestError) => error instanceof RequestError && error.kind === "cancelled");
  });
});

describe("refreshing the other lists", () => {
  it("AWS's spot feed: JSONP, old region names, N/A left out", async () => {
    const feed = {
      config: {
        regions: [
          {
            region: "us-east",
            instanceTypes: [
              {
                type: "generation",
                sizes: [
                  {
                    size: "p5.48xlarge",
                    valueColumns: [
                      { name: "linux", prices: { USD: "20.5" } },
                      { name: "mswin", prices: { USD: "99" } },
                    ],
                  },
                  { size: "g5.xlarge", valueColumns: [{ name: "linux", prices: { USD: "N/A*" } }] },
                  { size: "m5.large", valueColumns: [{ name: "linux", prices: { USD: "0.03" } }] },
                ],
              },
            ],
          },
        ],
      },
    };
    const { snapshot } = await refresh(source("aws", /spot/), (_, response) =>
      response.end(`callback(${JSON.stringify(feed)});`),
    );
    assert.deepEqual(snapshot.providers.find(({ provider }) => provider === "aws")?.prices, [
      { provider: "aws", instanceType: "p5.48xlarge", region: "us-east-1", pricing: "spot", usdPerHour: 20.5 },
    ]);
  });

  it("AWS's spot feed cut off in the middle is refused", async () => {
    const { reports } = await refresh(source("aws", /spot/), (_, response) =>
      response.end('callback({"config": {"regions": ['),
    );
    assert.match(reports[0]?.error ?? "", /did not come complete/);
  });

  it("a table by instance type: the lowest of the availability zones, 700 left out", async () => {
    const table = [
      "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone",
      `p5.48xlarge,H100,8,192,2048,"{'Gpus': [{'Name': 'H100', 'Count': 8}]}",56.0,30.0,us-east-1,us-east-1a`,
      `p5.48xlarge,H100,8,192,2048,"{'Gpus': [{'Name': 'H100', 'Count': 8}]}",56.0,20.0,us-east-1,us-east-1b`,
      "g5.xlarge,A10G,1,4,16,,700.0,,us-east-1,us-east-1a",
      "unknown.large,,,2,8,,0.1,,us-east-1,us-east-1a",
    ].join("\n");
    const { snapshot } = await refresh(source("aws", /list/), (_, response) => response.end(table));
    assert.deepEqual(snapshot.providers.find(({ provider }) => provider === "aws")?.prices, [
      { provider: "aws", instanceType: "p5.48xlarge", region: "us-east-1", pricing: "onDemand", usdPerHour: 56 },
      { provider: "aws", instanceType: "p5.48xlarge", region: "us-east-1", pricing: "spot", usdPerHour: 20 },
    ]);
  });

  it("a table with other names than ours: per accelerator, ambiguous ones left out", async () => {
    const table =
      "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\ngpu-h200_8,H200,8,26.4,,eu-north1\nx,H100,8,20,,eu-north1\n";
    const { snapshot } = await refresh(source("nebius"), (_, response) => response.end(table));
    const prices = snapshot.providers.find(({ provider }) => provider === "nebius")?.prices;
    assert.deepEqual(prices, [
      { provider: "nebius", accelerator: "h200-sxm", region: "eu-north1", pricing: "onDemand", usdPerHour: 3.3 },
    ]);
    const price = createCatalog({ refreshed: snapshot }).price({ accelerator: "h200-sxm", provider: "nebius" });
    assert.equal(price?.perAcceleratorHour.central, 3.3);
  });

  it("a table with other columns is refused", async () => {
    for (const page of ["a,b\n1,2\n", "<html>maintenance</html>", ""]) {
      await server?.close();
      const { reports } = await refresh(source("nebius"), (_, response) => response.end(page));
      assert.match(reports[0]?.error ?? "", /other columns/);
    }
  });

  it("RunPod: one GraphQL query by POST", async () => {
    const { snapshot } = await refresh(source("runpod"), (_, response) =>
      json(response, {
        data: {
          gpuTypes: [
            {
              id: "NVIDIA A100 80GB PCIe",
              securePrice: 1.3,
              lowestPrice: { minimumBidPrice: 0.7, uninterruptablePrice: 1.2 },
            },
            { id: "unknown", securePrice: 0, lowestPrice: null },
          ],
        },
      }),
    );
    assert.equal(server?.requests[0]?.method, "POST");
    assert.match(server?.requests[0]?.body ?? "", /gpuTypes/);
    assert.deepEqual(snapshot.providers.find(({ provider }) => provider === "runpod")?.prices, [
      { provider: "runpod", accelerator: "a100-pcie-80", pricing: "onDemand", usdPerHour: 1.3 },
      { provider: "runpod", accelerator: "a100-pcie-80", pricing: "spot", usdPerHour: 0.7 },
    ]);
  });

  it("every source names a public https address", () => {
    for (const { endpoint } of priceSources) assert.equal(new URL(endpoint).protocol, "https:");
  });
});

describe("stored snapshots", () => {
  it("survive JSON, and what is none is refused", () => {
    assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(old))), old);
    for (const value of [
      undefined,
      null,
      {},
      { schema: "other", providers: [] },
      { ...old, providers: [{ provider: 1 }] },
      "text",
    ])
      assert.equal(parseSnapshot(value), undefined);
  });
});
