/**
 * "Resolve Model from Hugging Face", on the user's command only: reads a model's `config.json` and the counts of its safetensors, and
 * returns a row for the catalogue. Speaks the hub's public protocol, so that a mirror or a private endpoint serves as well.
 */
import { fromHuggingFace, isHuggingFaceConfig } from "../../core/model/huggingFace";
import type { ModelSpec } from "../../core/model/specification";
import type { Hub, HubModelInfo } from "./hub";
import { type Fetch, RequestError, type RequestOptions } from "./request";
import type { ResolvedModel } from "./resolvedModels";

export interface ResolveModelOptions {
  readonly fetch: Fetch;
  /** `HF_ENDPOINT`; the public hub when absent. */
  readonly endpoint?: string;
  /** For gated and private models; sent to the endpoint alone. */
  readonly token?: string;
  /** Branch, tag or commit; `main` when absent. */
  readonly revision?: string;
  /** ISO date of today; the pure rooms have no clock. */
  readonly now: string;
  readonly signal?: AbortSignal;
  /** ms per request. */
  readonly timeout?: number;
}

export const publicHub = "https://huggingface.co";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `org/name`; nothing else may reach the address. */
const idPattern = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;
const revisionPattern = /^[\w./-]{1,100}$/;

/** True for what the hub may know: an `org/name` that is no path. */
export const isHubId = (id: string): boolean => idPattern.test(id) && !id.includes("..");

/** True for the name of a branch, a tag or a commit. */
export const isRevision = (revision: string): boolean => revisionPattern.test(revision) && !revision.includes("..");

/** The endpoint as an address without a slash at its end. Throws a RequestError for what is no http(s) address. */
export function hubAddress(endpoint: string | undefined): string {
  if (endpoint === undefined) return publicHub;
  let url: URL | undefined;
  try {
    url = new URL(endpoint);
  } catch {
    url = undefined;
  }
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    throw new RequestError("notFound", "the hub's endpoint is not an http(s) address");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Parameters by the safetensors headers, which the hub adds up: quantised weights are counted packed, so only plain ones are used. */
function storedParameters(safetensors: unknown): number | undefined {
  const counts = isObject(safetensors) ? safetensors.parameters : undefined;
  if (!isObject(counts)) return undefined;
  const formats = Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  const packed = formats.some(([format]) => /^(?:[IU](?:8|16|32)|F4|F8_E8M0)$/.test(format));
  const total = formats.reduce((sum, [, count]) => sum + count, 0);
  return !packed && total > 0 && total < 1e15 ? total : undefined;
}

/** Reads one model. Throws a RequestError; for gated models it says what to do. */
export async function resolveHubModel(id: string, options: ResolveModelOptions): Promise<ResolvedModel> {
  if (!isHubId(id)) throw new RequestError("notFound", `"${id.slice(0, 80)}" is not a hub id (owner/name)`);
  const revision = options.revision ?? "main";
  if (!isRevision(revision)) throw new RequestError("notFound", "the revision is not a name");
  const request: RequestOptions = {
    fetch: options.fetch,
    limit: 2_000_000,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.timeout ? { timeout: options.timeout } : {}),
  };
  const url = hubAddress(options.endpoint);
  const hub: Hub = { url, options: request, ...(options.token ? { token: options.token } : {}) };
  const { readHubJson, readModelInfo } = await import("./hub");
  const config = await gated(id, readHubJson(hub, id, revision, "config.json"));
  if (!isHuggingFaceConfig(config))
    throw new RequestError("malformed", `the config.json of ${id} is of a kind that is not known`);
  const info = await extra(readModelInfo(hub, id, revision));
  const parameters = storedParameters(info.safetensors);
  const spec: ModelSpec = {
    ...fromHuggingFace(config),
    name: id,
    ...(parameters === undefined ? {} : { parameters }),
  };
  // A row without sizes would stand before what the model's name says.
  if (!spec.parameters && !spec.hiddenSize && !spec.denoiser)
    throw new RequestError("implausible", `the config.json of ${id} states no size that could be used`);
  const date = options.now.slice(0, 10);
  return {
    id,
    spec,
    source: `read from ${new URL(url).host}/${id} on ${date}`,
    date,
    confidence: "high",
    revision: info.commit ?? revision,
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
async function extra(answer: Promise<HubModelInfo>): Promise<HubModelInfo> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestError && error.kind !== "cancelled") return {};
    throw error;
  }
}
