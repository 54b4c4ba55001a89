/** Answers of the public price lists in their own protocols, with prices of our choice. */
import type { PriceSource } from "../../../src/catalog/refresh/providers";
import type { RefreshedPrice } from "../../../src/catalog/refresh/snapshot";
import { azureItem } from "./priceServer";

export type ListedPrice = Omit<RefreshedPrice, "provider">;

/** The body that `source` would answer with; RunPod's is one of accelerators alone. */
export function listBody(source: PriceSource, prices: readonly ListedPrice[]): string {
  if (source.title.startsWith("AWS spot")) return spotFeed(prices);
  if (source.provider === "azure") return azurePage(prices);
  if (source.provider === "runpod") return runPodAnswer(prices);
  return table(prices);
}

const table = (prices: readonly ListedPrice[]): string =>
  [
    "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,SpotPrice,Region",
    ...prices.map(({ instanceType, accelerator, region, pricing, usdPerHour }) =>
      [
        instanceType ?? "machine",
        accelerator ?? "",
        1,
        8,
        64,
        pricing === "onDemand" ? usdPerHour : "",
        pricing === "spot" ? usdPerHour : "",
        region ?? "",
      ].join(","),
    ),
  ].join("\n");

const spotFeed = (prices: readonly ListedPrice[]): string =>
  `callback(${JSON.stringify({
    vers: 0.01,
    config: {
      regions: prices.map(({ instanceType, region, usdPerHour }) => ({
        region,
        instanceTypes: [
          {
            type: "generation",
            sizes: [{ size: instanceType, valueColumns: [{ name: "linux", prices: { USD: String(usdPerHour) } }] }],
          },
        ],
      })),
    },
  })});`;

const azurePage = (prices: readonly ListedPrice[]): string =>
  JSON.stringify({
    Items: prices.map(({ instanceType = "", region = "", pricing, usdPerHour }) =>
      azureItem(
        instanceType,
        region,
        usdPerHour,
        pricing === "spot" ? { skuName: `${instanceType.replace("Standard_", "")} Spot` } : {},
      ),
    ),
    NextPageLink: null,
    Count: prices.length,
  });

const runPodAnswer = (prices: readonly ListedPrice[]): string =>
  JSON.stringify({
    data: {
      gpuTypes: prices.map(({ accelerator, pricing, usdPerHour }) => ({
        id: accelerator,
        securePrice: pricing === "onDemand" ? usdPerHour : null,
        lowestPrice: { minimumBidPrice: pricing === "spot" ? usdPerHour : null, uninterruptablePrice: null },
      })),
    },
  });
