/** How the commands that fetch reach the network: addresses and time limit from settings or environment, the token from the secrets. */
import * as vscode from "vscode";
import type { Mirrors } from "../catalog/refresh/mirrors";
import type { Fetch } from "../catalog/refresh/request";
import { hubAddress } from "../catalog/refresh/resolveModel";
import { section } from "./configuration";

export interface Network {
  readonly fetch: Fetch;
  /** ms per request. */
  readonly timeout: number;
  readonly mirrors: Mirrors;
  /** Address of the hub; the public one when absent. */
  readonly hub?: string;
}

/** The host's own fetch follows `http.proxy`, `http.noProxy` and the certificates that VS Code trusts; looked up late, as VS Code replaces it. */
const hostFetch: Fetch = (url, init) => fetch(url, init);

/** The environment of the desktop's host; a web worker has none. */
function environment(name: string): string | undefined {
  const value = typeof process === "undefined" ? undefined : process.env?.[name]?.trim();
  return value === "" ? undefined : value;
}

/** Read for each command. These settings are of the machine: a workspace does not choose whom we talk to. */
export function readNetwork(): Network {
  const settings = vscode.workspace.getConfiguration(section);
  const seconds = settings.get<unknown>("network.timeout");
  const stated = settings.get<unknown>("hub.endpoint");
  const hub = typeof stated === "string" && stated.trim() !== "" ? stated.trim() : environment("HF_ENDPOINT");
  const mirrors = settings.get<unknown>("priceLists.mirrors");
  return {
    fetch: hostFetch,
    timeout: typeof seconds === "number" && seconds >= 1 && seconds <= 600 ? seconds * 1000 : 30_000,
    mirrors: Object.fromEntries(
      Object.entries(typeof mirrors === "object" && mirrors !== null ? mirrors : {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
      ),
    ),
    ...(hub === undefined ? {} : { hub }),
  };
}

/** What may stand in a header. */
export const isToken = (token: string): boolean => /^[\x21-\x7e]{1,1000}$/.test(token);

/** Tokens are kept per hub: one hub's is not shown to another. */
const secretOf = (hub: string | undefined): string => `hubToken ${new URL(hubAddress(hub)).origin}`;

/** The token for a hub: the one kept in the secrets, else `HF_TOKEN`. */
export async function readToken(secrets: vscode.SecretStorage, hub: string | undefined): Promise<string | undefined> {
  const token = (await secrets.get(secretOf(hub))) ?? environment("HF_TOKEN");
  return token !== undefined && isToken(token) ? token : undefined;
}

/** Keeps the token for a hub; an empty one is forgotten. */
export async function keepToken(secrets: vscode.SecretStorage, hub: string | undefined, token: string): Promise<void> {
  if (token === "") await secrets.delete(secretOf(hub));
  else await secrets.store(secretOf(hub), token);
}
