/** Addresses that stand for the public ones, where price lists are read through a company's own server. */
import { RequestError } from "./request";

/** Public host to the base address that answers in its place: `{ "prices.azure.com": "https://mirror.example/azure" }`. */
export type Mirrors = Readonly<Record<string, string>>;

/**
 * The address to read instead of `endpoint`: path and query below the mirror's base. Undefined where the host has no mirror. Throws a
 * RequestError for a base that is no http(s) address: the public one is not asked by mistake.
 */
export function mirrored(endpoint: string, mirrors: Mirrors): string | undefined {
  const { host, pathname, search } = new URL(endpoint);
  if (!Object.hasOwn(mirrors, host)) return undefined;
  const base = mirrors[host] as string;
  let url: URL;
  try {
    url = new URL(base);
  } catch {
    throw unusable(host);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw unusable(host);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}${pathname}${search}`;
}

const unusable = (host: string): RequestError =>
  new RequestError("malformed", `the mirror set for ${host} is not an http(s) address`);
