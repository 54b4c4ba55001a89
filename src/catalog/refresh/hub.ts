/**
 * Reads one model from a Hugging Face hub through the hub's own client. The client brings no limits: every request it makes goes
 * through ours, with time-out, size limit, cancelling and plain sentences for failures. A module of its own, as the client is large.
 */
import { fileDownloadInfo, modelInfo } from "@huggingface/hub";
import { parseJson, RequestError, type RequestOptions, request, requestText } from "./request";

/** Where and as whom to ask. */
export interface Hub {
  /** Address of the hub, without a slash at its end. */
  readonly url: string;
  readonly token?: string;
  readonly options: RequestOptions;
}

/** A file of the repository as JSON. Throws a RequestError; `notFound` where the repository or the file is not there. */
export async function readHubJson(hub: Hub, id: string, revision: string, path: string): Promise<unknown> {
  const info = await spoken(hub, () =>
    fileDownloadInfo({ repo: id, revision, path, hubUrl: hub.url, fetch: limitedFetch(hub) }),
  );
  if (info === null) throw new RequestError("notFound", `${path} is not there`);
  const text = await requestText(info.url, { ...hub.options, headers: credentials(hub, info.url) });
  return parseJson(text, info.url);
}

export interface HubModelInfo {
  /** Commit that the revision stands for. */
  readonly commit?: string;
  /** What the hub says of the stored tensors, unchecked. */
  readonly safetensors?: unknown;
}

/** What the hub's interface says of a model. Throws a RequestError. */
export async function readModelInfo(hub: Hub, id: string, revision: string): Promise<HubModelInfo> {
  const { sha, safetensors } = await spoken(hub, () =>
    modelInfo({
      name: id,
      revision,
      hubUrl: hub.url,
      additionalFields: ["safetensors", "sha"],
      fetch: limitedFetch(hub),
    }),
  );
  return { ...(typeof sha === "string" && /^[0-9a-f]{7,64}$/.test(sha) ? { commit: sha } : {}), safetensors };
}

/** What the client throws by itself is about the form of an answer. */
async function spoken<T>(hub: Hub, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 200) : "failed";
    throw new RequestError("malformed", `${new URL(hub.url).host} does not answer as a hub does: ${reason}`);
  }
}

/** The token is for the hub alone: neither for where an answer points, nor in the open. */
function credentials(hub: Hub, url: string): Record<string, string> {
  const { origin, protocol, hostname } = new URL(url);
  const safe = protocol === "https:" || hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return hub.token !== undefined && safe && origin === new URL(hub.url).origin
    ? { authorization: `Bearer ${hub.token}` }
    : {};
}

/** `fetch` for the client: the whole answer is read under our limits before the client sees it. */
const limitedFetch =
  (hub: Hub): typeof fetch =>
  async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const asked = Object.fromEntries(new Headers(init?.headers));
    const answer = await request(url, { ...hub.options, headers: { ...asked, ...credentials(hub, url) } });
    const headers = new Headers();
    for (const name of kept) {
      const value = answer.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    // A server may answer a range with the whole (RFC 9110, 14.2), and need not tag it: mirrors do. The client wants both.
    if (asked.range !== undefined && answer.status === 200) {
      headers.set("content-range", `bytes 0-0/${new TextEncoder().encode(answer.text).byteLength}`);
      if (!headers.has("etag")) headers.set("etag", '""');
    }
    return new Response(answer.text, { status: answer.status, headers });
  };

const kept = ["content-type", "content-range", "etag", "link", "x-linked-size", "x-linked-etag", "x-xet-hash"];
