/**
 * "Resolve Model from Hugging Face", on the user's command only: reads a model's `config.json` and the counts of its safetensors, and
 * returns a row for the catalogue. Speaks the hub's public protocol, so that a mirror or a private endpoint serves as well.
 */
import type { ModelFacts } from "../../core/facts";
import { fromHuggingFace, isHuggingFaceConfig } from "../../core/model/huggingFace";
import type { ModelSpec } from "../../core/model/specification";
import { type Fetch, RequestError, type RequestOptions, requestJson } from "./request";

export interface ResolveModelOptions {
  readonly fetch: Fetch;
  /** `HF_ENDPOINT`; the public hub when absent. */
  readonly endpoint?: string;
  /** For gated and private models. */
  readonly token?: string;
  readonly revision?: string;
  /** ISO date of today; the pure rooms have no clock. */
  readonly now: string;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `org/name`; nothing else may reach the address. */
const idPattern = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;
const revisionPattern = /^[\w./-]{1,100}$/;

/** True for what the hub may know: an `org/name` that is no path. */
export const isHubId = (id: string): boolean => idPattern.test(id) && !id.includes("..");

/** Parameters by the safetensors headers, which the hub adds up: quantised weights are counted packed, so only plain ones are used. */
function storedParameters(info: unknown): number | undefined {
  const safetensors = isObject(info) ? info.safetensors : undefined;
  const counts = isObject(safetensors) ? safetensors.parameters : undefined;
  if (!isObject(counts)) return undefined;
  const formats = Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  const packed = formats.some(([format]) => /^(?:[IU](?:8|16|32)|F4|F8_E8M0)$/.test(format));
  const total = formats.reduce((sum, [, count]) => sum + count, 0);
  return !packed && total > 0 && total < 1e15 ? total : undefined;
}

/** Reads one model. Throws a RequestError; for gated models it says what to do. */
export async function resolveHubModel(id: string, options: ResolveModelOptions): Promise<ModelFacts> {
  if (!isHubId(id)) throw new RequestError("notFound", `"${id.slice(0, 80)}" is not a hub id (owner/name)`);
  const revision = options.revision ?? "main";
  if (!revisionPattern.test(revision) || revision.includes(".."))
    throw new RequestError("notFound", "the revision is not a name");
  const base = (options.endpoint ?? "https://huggingface.co").replace(/\/+$/, "");
  const request: RequestOptions = {
    fetch: options.fetch,
    limit: 2_000_000,
    ...(options.token ? { headers: { authorization: `Bearer ${options.token}` } } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.timeout ? { timeout: options.timeout } : {}),
  };
  const config = await gated(id, requestJson(`${base}/${id}/resolve/${revision}/config.json`, request));
  if (!isHuggingFaceConfig(config))
    throw new RequestError("malformed", `the config.json of ${id} is of a kind that is not known`);
  const total = await countOf(`${base}/api/models/${id}?expand[]=safetensors`, request);
  const spec: ModelSpec = {
    ...fromHuggingFace(config),
    name: id,
    ...(total === undefined ? {} : { parameters: total }),
  };
  return {
    id,
    spec,
    source: `${new URL(base).host}/${id}, config.json${total === undefined ? "" : " and safetensors"}`,
    date: options.now.slice(0, 10),
    confidence: "high",
  };
}

async function gated(id: string, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.kind === "forbidden")
      throw new RequestError("forbidden", `${id} is gated or private: accept its licence on the hub and set a token`);
    if (error.kind === "notFound") throw new RequestError("notFound", `the hub has no config.json for ${id}`);
    throw error;
  }
}

/** The count is an extra: without it the dimensions still count. Cancelling still cancels. */
async function countOf(url: string, request: RequestOptions): Promise<number | undefined> {
  try {
    return storedParameters(await requestJson(url, request));
  } catch (error) {
    if (error instanceof RequestError && error.kind === "cancelled") throw error;
    return undefined;
  }
}
