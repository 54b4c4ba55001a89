/**
 * Token prices of hosted models, from `@pydantic/genai-prices`. The table is large: it is loaded when an API workload first
 * appears, and until then nothing is known.
 */
import type { TokenPriceFacts } from "../core/facts";
import { sources } from "./sources";

type Table = typeof import("@pydantic/genai-prices");
type ModelPrice = import("@pydantic/genai-prices").ModelPrice;

/** Version of the bundled package, and with it of its prices. */
export const tokenPriceVersion = "0.1.8";

/** The day of that version, at noon: some prices change with the hour, and an estimate must not. */
const priced = new Date("2026-09-23T12:00:00Z");

let table: Table | undefined;
let loading: Promise<void> | undefined;
const found = new Map<string, TokenPriceFacts | undefined>();

/** Loads the table once; later calls return the same promise. */
export function loadTokenPrices(): Promise<void> {
  loading ??= import("@pydantic/genai-prices").then((module) => {
    table = module;
    found.clear();
  });
  return loading;
}

export const tokenPricesLoaded = (): boolean => table !== undefined;

/** Our words for providers in the table's. */
const providerIds: Readonly<Record<string, string>> = {
  gcp: "google",
  vertex: "google",
  gemini: "google",
  bedrock: "aws",
  "azure-openai": "azure",
  azureopenai: "azure",
  "together-ai": "together",
  togetherai: "together",
  togetherhq: "together",
  fireworks_ai: "fireworks",
  xai: "x-ai",
  moonshot: "moonshotai",
};

const perMillion = (price: ModelPrice, key: string): number | undefined => {
  const value = price[key];
  if (typeof value === "number") return value;
  return value?.base;
};

function lookUp(model: string, providerId: string | undefined): TokenPriceFacts | undefined {
  // A thousand tokens: below every long-context tier.
  const usage = { input_tokens: 1000, output_tokens: 1000 };
  const result = table?.calcPrice(usage, model, {
    timestamp: priced,
    ...(providerId === undefined ? {} : { providerId }),
  });
  if (!result) return undefined;
  const input = perMillion(result.model_price, "input_mtok");
  const output = perMillion(result.model_price, "output_mtok");
  if (input === undefined || output === undefined) return undefined;
  const cached = perMillion(result.model_price, "cache_read_mtok");
  const batched = /^(?:openai|anthropic|google|azure|aws|mistral)$/.test(result.provider.id);
  return {
    provider: result.provider.id,
    model: result.model.id,
    input,
    output,
    ...(cached === undefined ? {} : { cachedInput: cached }),
    ...(batched ? { batchFactor: 0.5 } : {}),
    source: `${sources.PYDANTIC?.title} ${tokenPriceVersion}`,
    ...(sources.PYDANTIC?.date ? { date: sources.PYDANTIC.date } : {}),
    confidence: "high",
  };
}

/** Spellings to try: as written, without the vendor's prefix, without quantisation. */
function spellings(model: string): readonly string[] {
  const plain = model.trim();
  const last = plain.split("/").at(-1) as string;
  return [...new Set([plain, last, last.toLowerCase()])];
}

/** USD per million tokens. Undefined before `loadTokenPrices` has run, and for models the table does not have. */
export function tokenPrice(model: string, provider?: string): TokenPriceFacts | undefined {
  if (table === undefined || model.length > 200) return undefined;
  const key = `${provider ?? ""}|${model}`;
  if (found.has(key)) return found.get(key);
  const facts = resolve(model, provider);
  if (found.size > 2000) found.clear();
  found.set(key, facts);
  return facts;
}

function resolve(model: string, provider: string | undefined): TokenPriceFacts | undefined {
  const word = provider?.trim().toLowerCase();
  const prefix = model.includes("/") ? model.split("/")[0]?.toLowerCase() : undefined;
  const candidates = [word, prefix].flatMap((id) => (id === undefined ? [] : [providerIds[id] ?? id]));
  for (const providerId of [...candidates, undefined])
    for (const spelling of spellings(model)) {
      const facts = attempt(spelling, providerId);
      if (facts) return facts;
    }
  return undefined;
}

/** The table throws for providers it does not know. */
function attempt(model: string, providerId: string | undefined): TokenPriceFacts | undefined {
  try {
    return lookUp(model, providerId);
  } catch {
    return undefined;
  }
}
