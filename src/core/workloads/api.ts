/** Calls of a hosted model: money from token prices, energy as a wide interval. */
import { apiEnergyPerRequest } from "../api/energy";
import type { Draft } from "../draft";
import type { TokenPriceFacts } from "../facts";
import { addEnvironment, facilityOf } from "../footprint";
import { exact, type Quantity, scale } from "../quantity";
import type { WorkloadOf } from "../workload";

type Api = WorkloadOf<"api">;

/** Providers give half price for answers within a day. */
const usualBatchFactor = 0.5;
/** Spread of token counts where the file does not state them. */
const assumedFactor = 2;

interface Tokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** A count was assumed. */
  readonly assumed: boolean;
}

function tokensOf(workload: Api, draft: Draft): Tokens {
  const input = workload.inputTokens ?? draft.assume("inputTokens", 1000, "per request, as the file does not say");
  const output = workload.outputTokens ?? draft.assume("outputTokens", 300, "per request, as the file does not say");
  const cached = Math.min(workload.cachedInputTokens ?? 0, input);
  const assumed = workload.inputTokens === undefined || workload.outputTokens === undefined;
  return { input, cached, output, assumed };
}

export function estimateApi(workload: Api, draft: Draft): void {
  const tokens = tokensOf(workload, draft);
  const requests =
    workload.requests ?? draft.assume("requests", 1, "the price of one request, as the file does not say how many");
  const name = typeof workload.model === "string" ? workload.model : workload.model?.name;
  const price = name === undefined ? undefined : draft.facts.tokenPrice(name, workload.provider);
  if (price) addMoney(workload, draft, price, tokens, requests);
  else
    draft.note(
      name === undefined
        ? "no model is named: no price"
        : `the catalogue has no token price of "${name.slice(0, 60)}": the cost is unknown`,
    );
  addEnergy(workload, draft, tokens, requests);
}

const spread = (central: number, tokens: Tokens, unit: string): Quantity =>
  tokens.assumed
    ? { low: central / assumedFactor, central, high: central * assumedFactor, unit }
    : exact(central, unit);

function addMoney(workload: Api, draft: Draft, price: TokenPriceFacts, tokens: Tokens, requests: number): void {
  const factor = workload.batch ? (price.batchFactor ?? usualBatchFactor) : 1;
  if (workload.batch && price.batchFactor === undefined)
    draft.assume("batchFactor", usualBatchFactor, "batch calls cost half where a provider offers them");
  if (tokens.cached > 0 && price.cachedInput === undefined)
    draft.assume(
      "cachedInputPrice",
      price.input,
      "no price for cached input is known: the full one (USD per million tokens)",
    );
  const fresh = tokens.input - tokens.cached;
  const perRequest =
    ((fresh * price.input + tokens.cached * (price.cachedInput ?? price.input) + tokens.output * price.output) *
      factor) /
    1e6;
  const discount = 1 - (workload.discount ?? 0);
  const cost = spread(perRequest * requests * discount, tokens, "USD");
  draft.set("cost", cost);
  draft.step?.({
    quantity: "cost",
    formula: "requests · (fresh input · price + cached input · price + output · price) · batch factor",
    inputs: {
      requests,
      "fresh input tokens": fresh,
      "cached input tokens": tokens.cached,
      "output tokens": tokens.output,
      "USD per million input tokens": price.input,
      ...(price.cachedInput === undefined ? {} : { "USD per million cached tokens": price.cachedInput }),
      "USD per million output tokens": price.output,
      "batch factor": factor,
    },
    result: cost.central,
    unit: "USD",
    reference: [price.source, price.date].filter(Boolean).join(", "),
  });
  draft.assume(
    "tokenPrice",
    `${price.input} / ${price.output}`,
    `list price of ${price.model} at ${price.provider}, USD per million input / output tokens`,
    [price.source, price.date].filter(Boolean).join(", "),
  );
  if (tokens.output > 0)
    draft.set(
      "costPerMillionOutputTokens",
      scale(cost, 1e6 / Math.max(1e-9, tokens.output * Math.max(requests, 1e-9)), "USD"),
    );
}

function addEnergy(workload: Api, draft: Draft, tokens: Tokens, requests: number): void {
  const fresh = tokens.input - tokens.cached;
  const perRequest = apiEnergyPerRequest(workload.model, { input: fresh, output: tokens.output }, draft);
  draft.set("energyPerRequest", perRequest);
  draft.note(
    "energy of a hosted model is a guess within a factor of three or more: size, hardware and load are not public",
  );
  const energy = scale(perRequest, requests / 1000, "kWh");
  draft.set("energy", energy);
  draft.uncertainty("size and operation of the hosted model", 0.9);
  addEnvironment(draft, energy, facilityOf(workload, draft));
}
