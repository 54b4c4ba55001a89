/**
 * One HTTP request with a time limit and a size limit, through a `fetch` that the host hands in. Every way it can fail becomes one
 * error with a plain sentence.
 */

/** What is used of the platform's `fetch`. */
export type Fetch = (
  url: string,
  init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
    readonly redirect?: "follow" | "error" | "manual";
  },
) => Promise<FetchResponse>;

export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
  } | null;
  text(): Promise<string>;
}

export type FailureKind =
  | "cancelled"
  | "timeout"
  | "network"
  | "rateLimited"
  | "notFound"
  | "forbidden"
  | "http"
  | "tooLarge"
  | "malformed"
  | "implausible";

export class RequestError extends Error {
  override readonly name = "RequestError";
  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }
}

export interface RequestOptions {
  readonly fetch: Fetch;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The user's cancellation. */
  readonly signal?: AbortSignal;
  /** ms for the whole request, body included. */
  readonly timeout?: number;
  /** Bytes of the body. */
  readonly limit?: number;
}

export const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return "the address";
  }
};

/** A successful answer, its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: FetchResponse["headers"];
  readonly text: string;
}

/** The body as text. Throws a RequestError. */
export const requestText = async (url: string, options: RequestOptions): Promise<string> =>
  (await request(url, options)).text;

/** One exchange, body included. Throws a RequestError, for a status that is no success as well. */
export async function request(url: string, options: RequestOptions): Promise<Answer> {
  const { timeout = 30_000, limit = 8_000_000, signal } = options;
  const host = hostOf(url);
  const expiry = AbortSignal.timeout(timeout);
  const either = signal ? AbortSignal.any([signal, expiry]) : expiry;
  try {
    // A fetch that ignores its signal must not hang us: whichever comes first settles.
    return await Promise.race([exchange(url, host, options, either, limit), aborted(either)]);
  } catch (error) {
    if (signal?.aborted) throw new RequestError("cancelled", "cancelled");
    if (expiry.aborted)
      throw new RequestError("timeout", `${host} did not answer within ${Math.round(timeout / 1000)} s`);
    if (error instanceof RequestError) throw error;
    throw new RequestError("network", `${host} could not be read: ${messageOf(error)}`);
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error("aborted"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown failure";
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`.slice(0, 200);
}

async function exchange(
  url: string,
  host: string,
  options: RequestOptions,
  signal: AbortSignal,
  limit: number,
): Promise<Answer> {
  const response = await options.fetch(url, {
    method: options.method ?? "GET",
    headers: { accept: "application/json, text/csv, text/plain", ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
    signal,
  });
  if (!response.ok) throw statusError(response, host);
  const stated = Number(response.headers.get("content-length") ?? 0);
  if (stated > limit) throw tooLarge(host, limit);
  const { status, headers } = response;
  return { status, headers, text: await readBody(response, host, limit) };
}

const tooLarge = (host: string, limit: number): RequestError =>
  new RequestError("tooLarge", `the answer of ${host} is larger than ${Math.round(limit / 1e6)} MB`);

function statusError(response: FetchResponse, host: string): RequestError {
  const { status } = response;
  if (status === 429) {
    const wait = response.headers.get("retry-after");
    const seconds = wait !== null && /^\d{1,6}$/.test(wait) ? `; try again in ${wait} s` : "; try again later";
    return new RequestError("rateLimited", `${host} answers too many requests (429)${seconds}`);
  }
  if (status === 401 || status === 403) return new RequestError("forbidden", `${host} refuses access (${status})`);
  if (status === 404) return new RequestError("notFound", `${host} does not have it (404)`);
  return new RequestError("http", `${host} answers with status ${status}`);
}

async function readBody(response: FetchResponse, host: string, limit: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    const text = await response.text();
    if (text.length > limit) throw tooLarge(host, limit);
    return text;
  }
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value?.byteLength ?? 0;
    if (size > limit) {
      await reader.cancel();
      throw tooLarge(host, limit);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The body as JSON. Throws a RequestError; `malformed` where it is not JSON (a truncated body, an error page). */
export async function requestJson(url: string, options: RequestOptions): Promise<unknown> {
  return parseJson(await requestText(url, options), url);
}

/** The text as JSON. Throws a RequestError that names the server of `url`. */
export function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestError("malformed", `${hostOf(url)} did not answer with complete JSON`);
  }
}
