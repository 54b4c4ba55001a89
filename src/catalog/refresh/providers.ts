/**
 * Public price lists that need no key: where they are, and how they are read. Only prices of machines and accelerators that the
 * catalogue knows are taken.
 */
import * as z from "zod";
import type { Catalog } from "../catalog";
import { parseCsv, parseCsvHeader } from "./csv";
import { type Fetch, RequestError, type RequestOptions, requestJson, requestText } from "./request";
import type { RefreshedPrice } from "./snapshot";

export interface ReadContext {
  readonly fetch: Fetch;
  readonly catalog: Catalog;
  /** Address to read instead of the public one: a mirror, or a server in a test. */
  readonly endpoint?: string;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly report?: (message: string) => void;
}

export interface PriceSource {
  readonly provider: string;
  /** Printable, with where the list is from. */
  readonly title: string;
  readonly endpoint: string;
  read(context: ReadContext): Promise<readonly RefreshedPrice[]>;
}

const options = (context: ReadContext, limit: number): RequestOptions => ({
  fetch: context.fetch,
  limit,
  ...(context.signal ? { signal: context.signal } : {}),
  ...(context.timeout ? { timeout: context.timeout } : {}),
});

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RequestError(
    "malformed",
    `${what} is not as expected: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(),
  );
}

const typesOf = (catalog: Catalog, provider: string): ReadonlyMap<string, string> =>
  new Map(
    catalog.rows.instances.filter((row) => row.provider === provider).map((row) => [row.id.toLowerCase(), row.id]),
  );

// Azure Retail Prices: pages of Items with a NextPageLink.
const azurePage = z.object({
  Items: z.array(
    z.object({
      armSkuName: z.string().nullish(),
      armRegionName: z.string().nullish(),
      retailPrice: z.number(),
      currencyCode: z.string(),
      type: z.string(),
      skuName: z.string(),
      productName: z.string(),
      unitOfMeasure: z.string(),
    }),
  ),
  NextPageLink: z.string().nullish(),
});
const azurePages = 200;

const azure: PriceSource = {
  provider: "azure",
  title: "Azure Retail Prices API",
  endpoint: "https://prices.azure.com/api/retail/prices",
  async read(context) {
    const base = context.endpoint ?? azure.endpoint;
    const types = typesOf(context.catalog, "azure");
    const found: RefreshedPrice[] = [];
    for (const series of ["Standard_NC", "Standard_ND", "Standard_NV"]) {
      const filter = `serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and contains(armSkuName, '${series}')`;
      let next: string | undefined = `${base}?$filter=${encodeURIComponent(filter)}`;
      for (let page = 0; next !== undefined; page++) {
        if (page >= azurePages) throw new RequestError("tooLarge", `more than ${azurePages} pages of ${series}`);
        const answer: z.output<typeof azurePage> = parse(
          azurePage,
          await requestJson(next, options(context, 8e6)),
          "the Azure list",
        );
        found.push(...azurePrices(answer, types));
        context.report?.(`azure ${series}: page ${page + 1}`);
        next = followed(answer.NextPageLink, base);
      }
    }
    return found;
  },
};

/**
 * The next page, only where it is on the same server: the answer does not choose whom we talk to. A mirror passes on the public
 * list's links, which mean the mirror.
 */
function followed(link: string | null | undefined, base: string): string | undefined {
  if (!link) return undefined;
  let next: URL;
  try {
    next = new URL(link);
  } catch {
    throw new RequestError("malformed", "the address of the next page is not an address");
  }
  const first = new URL(base);
  if (next.origin === new URL(azure.endpoint).origin) return `${first.origin}${first.pathname}${next.search}`;
  if (next.origin !== first.origin)
    throw new RequestError("malformed", `the next page is on another server (${next.hostname.slice(0, 80)})`);
  return next.href;
}

function azurePrices(page: z.output<typeof azurePage>, types: ReadonlyMap<string, string>): RefreshedPrice[] {
  return page.Items.flatMap((item): RefreshedPrice[] => {
    const instanceType = types.get(item.armSkuName?.toLowerCase() ?? "");
    const hourly = item.currencyCode === "USD" && item.type === "Consumption" && item.unitOfMeasure === "1 Hour";
    // Windows is dearer, low priority is the old spot of batch pools.
    if (
      !instanceType ||
      !hourly ||
      !item.armRegionName ||
      /windows/i.test(item.productName) ||
      /low priority/i.test(item.skuName)
    )
      return [];
    if (!(item.retailPrice > 0 && item.retailPrice <= 2000)) return [];
    const pricing = /spot/i.test(item.skuName) ? "spot" : "onDemand";
    return [{ provider: "azure", instanceType, region: item.armRegionName, pricing, usdPerHour: item.retailPrice }];
  });
}

// AWS spot prices: JSONP, regions under their old names.
const spotFile = z.object({
  config: z.object({
    regions: z.array(
      z.object({
        region: z.string(),
        instanceTypes: z.array(
          z.object({
            sizes: z.array(
              z.object({
                size: z.string(),
                valueColumns: z.array(z.object({ name: z.string(), prices: z.object({ USD: z.string() }) })),
              }),
            ),
          }),
        ),
      }),
    ),
  }),
});
const oldRegionNames: Readonly<Record<string, string>> = {
  "us-east": "us-east-1",
  "us-west": "us-west-1",
  "eu-ireland": "eu-west-1",
  "apac-sin": "ap-southeast-1",
  "apac-syd": "ap-southeast-2",
  "apac-tokyo": "ap-northeast-1",
};

const awsSpot: PriceSource = {
  provider: "aws",
  title: "AWS spot price feed",
  endpoint: "https://spot-price.s3.amazonaws.com/spot.js",
  async read(context) {
    const text = await requestText(context.endpoint ?? awsSpot.endpoint, options(context, 16e6));
    const body = /^\s*callback\(([\s\S]*)\);?\s*$/.exec(text)?.[1];
    if (body === undefined) throw new RequestError("malformed", "the AWS spot feed did not come complete");
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      throw new RequestError("malformed", "the AWS spot feed is not complete JSON");
    }
    const types = typesOf(context.catalog, "aws");
    return parse(spotFile, json, "the AWS spot feed").config.regions.flatMap(({ region, instanceTypes }) =>
      instanceTypes.flatMap(({ sizes }) =>
        sizes.flatMap(({ size, valueColumns }): RefreshedPrice[] => {
          const instanceType = types.get(size.toLowerCase());
          const usdPerHour = Number(valueColumns.find(({ name }) => name === "linux")?.prices.USD);
          if (!instanceType || !(usdPerHour > 0 && usdPerHour <= 2000)) return [];
          return [
            { provider: "aws", instanceType, region: oldRegionNames[region] ?? region, pricing: "spot", usdPerHour },
          ];
        }),
      ),
    );
  },
};

/** Tables that SkyPilot collects from the providers' own lists. */
const skyPilot = (provider: string, folder: string, limit: number): PriceSource => {
  const source: PriceSource = {
    provider,
    title: `${provider} list prices, collected by skypilot-org/skypilot-catalog (Apache-2.0)`,
    endpoint: `https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs/${folder}/vms.csv`,
    async read(context) {
      const text = await requestText(context.endpoint ?? source.endpoint, options(context, limit));
      const header = parseCsvHeader(text);
      if (!header.includes("InstanceType") || !header.includes("Price"))
        throw new RequestError("malformed", `the ${provider} table has other columns than expected`);
      const types = typesOf(context.catalog, provider);
      return parseCsv(text).flatMap((row) => skyPilotPrices(row, provider, types, context.catalog));
    },
  };
  return source;
};

function skyPilotPrices(
  row: Readonly<Record<string, string>>,
  provider: string,
  types: ReadonlyMap<string, string>,
  catalog: Catalog,
): RefreshedPrice[] {
  const region = row.Region ? { region: row.Region } : {};
  const count = Number(row.AcceleratorCount);
  const instanceType = types.get(row.InstanceType?.toLowerCase() ?? "");
  const accelerator = instanceType ? undefined : acceleratorOf(row, catalog);
  if (!instanceType && (accelerator === undefined || !(count > 0))) return [];
  return (["onDemand", "spot"] as const).flatMap((pricing): RefreshedPrice[] => {
    const price = Number(row[pricing === "spot" ? "SpotPrice" : "Price"]);
    // 700 stands for "unknown" in these tables.
    if (!(price > 0 && price <= 2000) || price === 700) return [];
    return instanceType
      ? [{ provider, instanceType, ...region, pricing, usdPerHour: price }]
      : [{ provider, accelerator: accelerator as string, ...region, pricing, usdPerHour: price / count }];
  });
}

/** `A100-80GB` in a table names one part; what stays ambiguous is left out. */
function acceleratorOf(row: Readonly<Record<string, string>>, catalog: Catalog): string | undefined {
  const match = row.AcceleratorName ? catalog.accelerator(row.AcceleratorName) : undefined;
  return match && (match.how === "exact" || match.how === "alias") ? match.value.id : undefined;
}

// RunPod: one GraphQL query.
const runPodAnswer = z.object({
  data: z.object({
    gpuTypes: z.array(
      z.object({
        id: z.string(),
        securePrice: z.number().nullish(),
        lowestPrice: z
          .object({ minimumBidPrice: z.number().nullish(), uninterruptablePrice: z.number().nullish() })
          .nullish(),
      }),
    ),
  }),
});

const runPod: PriceSource = {
  provider: "runpod",
  title: "RunPod GraphQL API",
  endpoint: "https://api.runpod.io/graphql",
  async read(context) {
    const query =
      "query { gpuTypes { id securePrice lowestPrice(input: { gpuCount: 1 }) { minimumBidPrice uninterruptablePrice } } }";
    const answer = await requestJson(context.endpoint ?? runPod.endpoint, {
      ...options(context, 4e6),
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return parse(runPodAnswer, answer, "the RunPod answer").data.gpuTypes.flatMap(
      ({ id, securePrice, lowestPrice }) => {
        const match = context.catalog.accelerator(id);
        if (!match || match.how === "ambiguous") return [];
        const accelerator = match.value.id;
        const prices = [
          ["onDemand", securePrice ?? lowestPrice?.uninterruptablePrice],
          ["spot", lowestPrice?.minimumBidPrice],
        ] as const;
        return prices.flatMap(([pricing, usdPerHour]): RefreshedPrice[] =>
          usdPerHour && usdPerHour > 0 && usdPerHour <= 2000
            ? [{ provider: "runpod", accelerator, pricing, usdPerHour }]
            : [],
        );
      },
    );
  },
};

/** In the order they are offered. */
export const priceSources: readonly PriceSource[] = [
  skyPilot("aws", "v9/aws", 32e6),
  awsSpot,
  azure,
  runPod,
  skyPilot("lambda", "v8/lambda", 4e6),
  skyPilot("nebius", "v8/nebius", 4e6),
  skyPilot("oci", "v8/oci", 8e6),
  skyPilot("hyperstack", "v8/hyperstack", 4e6),
];
