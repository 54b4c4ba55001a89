/** What commands that fetch share: their host, notifications that they do not wait for, requests that the person may cancel. */
import type * as vscode from "vscode";
import { RequestError } from "../catalog/refresh/request";
import type { FetchedStore } from "./storage";

/** What these commands need of the session. */
export interface CatalogueHost {
  readonly store: FetchedStore;
  readonly log: (message: string) => void;
  /** Estimates everything anew. */
  reload(): Promise<void>;
}

type Show = (message: string, ...items: string[]) => Thenable<string | undefined>;

/** Shows a message with one button. The command is over meanwhile: a message may stay for hours. */
export function offer(
  log: (message: string) => void,
  show: Show,
  message: string,
  button: string,
  act: () => Promise<void>,
): void {
  const follow = async (): Promise<void> => {
    if ((await show(message, button)) === button) await act();
  };
  follow().catch((error: unknown) => log(`${button}: ${String(error)}`));
}

/** Runs a request that the person may cancel; undefined when it was. */
export async function cancellable<T>(
  token: vscode.CancellationToken,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort());
  try {
    return await run(controller.signal);
  } catch (error) {
    if (error instanceof RequestError && error.kind === "cancelled") return undefined;
    throw error;
  } finally {
    listener.dispose();
  }
}
