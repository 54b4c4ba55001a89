/** Commands on the catalogue: look through it, refresh its prices, resolve a model. Comes with the engine's module, whose rows it shows. */
import * as vscode from "vscode";
import { browseCatalog, type CatalogKind, type CatalogRow, catalogKinds } from "../catalog/browse";
import { type Catalog, createCatalog } from "../catalog/catalog";
import { priceSources } from "../catalog/refresh/providers";
import { type RefreshResult, refreshPrices } from "../catalog/refresh/refresh";
import { type Fetch, RequestError } from "../catalog/refresh/request";
import { isHubId, resolveHubModel } from "../catalog/refresh/resolveModel";
import { parseSnapshot } from "../catalog/refresh/snapshot";
import { loadTokenPrices } from "../catalog/tokenPrices";
import type { Formatter } from "../present/numbers";
import type { FetchedStore } from "./storage";

/** What these commands need of the session. */
export interface CatalogueHost {
  readonly store: FetchedStore;
  readonly log: (message: string) => void;
  /** Estimates everything anew. */
  reload(): Promise<void>;
}

const kindLabels: Readonly<Record<CatalogKind, string>> = {
  accelerators: vscode.l10n.t("Accelerators"),
  instances: vscode.l10n.t("Machine types"),
  models: vscode.l10n.t("Models"),
  regions: vscode.l10n.t("Regions"),
  prices: vscode.l10n.t("Prices"),
  datasets: vscode.l10n.t("Data sets"),
};

interface KindItem extends vscode.QuickPickItem {
  readonly label: string;
  // The item of a quick pick has a kind of its own.
  readonly catalogKind: CatalogKind;
}

interface RowItem extends vscode.QuickPickItem {
  readonly row?: CatalogRow;
}

/** A quick pick over the catalogue's rows, with source, date and licence. Accepting a row copies its id. */
export async function browseCatalogue(catalog: Catalog, format: Formatter): Promise<void> {
  const kinds: KindItem[] = catalogKinds.map((kind) => ({ label: kindLabels[kind], catalogKind: kind }));
  const chosen = await vscode.window.showQuickPick(kinds, { placeHolder: vscode.l10n.t("What to look up") });
  if (chosen === undefined) return;
  const kind = chosen.catalogKind;
  if (kind === "prices") await loadTokenPrices();
  const pick = vscode.window.createQuickPick<RowItem>();
  pick.title = vscode.l10n.t("{0}, catalogue of {1}", kindLabels[kind], catalog.asOf);
  pick.placeholder = vscode.l10n.t("A name as you write it; Enter copies the id");
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const show = (): void => {
    // The catalogue's own look-up knows aliases that the pick's filter does not.
    const rows = browseCatalog(catalog, kind, pick.value);
    pick.items = rows.slice(0, 1000).map((row) => rowItem(row, format, pick.value !== ""));
  };
  pick.onDidChangeValue(show);
  pick.onDidAccept(async () => {
    const row = pick.selectedItems[0]?.row;
    pick.hide();
    if (row === undefined) return;
    await vscode.env.clipboard.writeText(row.id);
    vscode.window.setStatusBarMessage(vscode.l10n.t("Copied {0}", row.id), 4000);
  });
  pick.onDidHide(() => pick.dispose());
  show();
  pick.show();
}

function rowItem(row: CatalogRow, format: Formatter, always: boolean): RowItem {
  const columns = Object.entries(row.columns)
    .filter(([heading]) => heading !== "name")
    .map(([heading, value]) => `${heading} ${typeof value === "number" ? format.count(value) : value}`);
  const { name } = row.columns;
  const origin = [row.source, row.date, row.licence, vscode.l10n.t("confidence {0}", row.confidence)];
  return {
    label: row.id,
    ...(name === undefined ? {} : { description: String(name) }),
    detail: [columns.join(" · "), origin.filter((part) => part !== undefined).join(", ")].join("  —  "),
    alwaysShow: always,
    row,
  };
}

/** The host's own fetch follows the proxy and certificate settings of VS Code on the desktop. */
const hostFetch: Fetch = (url, init) => fetch(url, init);

const contextKey = "aiCostLens.pricesRefreshed";

/** Fetches public price lists, with progress and cancel; what is implausible is left out, and one command undoes it all. */
export async function refreshStoredPrices(host: CatalogueHost): Promise<void> {
  const { store } = host;
  const before = await store.read("prices");
  const previous = before === undefined ? undefined : parseSnapshot(before);
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Refreshing prices"), cancellable: true },
    (progress, token): Promise<RefreshResult | undefined> =>
      cancellable(token, (signal) =>
        refreshPrices({
          sources: priceSources,
          fetch: hostFetch,
          catalog: createCatalog(),
          ...(previous === undefined ? {} : { previous }),
          now: new Date().toISOString(),
          signal,
          onProgress: ({ done, of, message }) =>
            progress.report({ message: `${message} (${done + 1}/${of})`, increment: 100 / of }),
        }),
      ),
  );
  if (result === undefined) return;
  for (const { title, accepted, rejected, error } of result.reports)
    host.log(error ?? `${title}: ${accepted} prices taken, ${rejected} left out`);
  const failed = result.reports.filter(({ error }) => error !== undefined).length;
  if (!result.changed) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("No price list could be read; the prices stay as they were. The log says why."),
    );
    return;
  }
  await store.write("prices", result.snapshot);
  await vscode.commands.executeCommand("setContext", contextKey, true);
  await host.reload();
  const accepted = result.reports.reduce((sum, report) => sum + report.accepted, 0);
  const undo = vscode.l10n.t("Undo");
  const message =
    failed === 0
      ? vscode.l10n.t("{0} prices are refreshed.", accepted)
      : vscode.l10n.t("{0} prices are refreshed; {1} lists could not be read, the log says why.", accepted, failed);
  if ((await vscode.window.showInformationMessage(message, undo)) === undo) await undoRefreshedPrices(host);
}

/** Back to the bundled prices. */
export async function undoRefreshedPrices(host: CatalogueHost): Promise<void> {
  const removed = await host.store.remove("prices");
  await vscode.commands.executeCommand("setContext", contextKey, false);
  if (removed) await host.reload();
  void vscode.window.showInformationMessage(
    removed
      ? vscode.l10n.t("The bundled prices are in use again.")
      : vscode.l10n.t("No prices were refreshed; the bundled ones are in use."),
  );
}

/** Reads a model's dimensions from the hub and keeps them for later estimates. */
export async function resolveModel(host: CatalogueHost, suggestion: string): Promise<void> {
  const { store } = host;
  const id = await vscode.window.showInputBox({
    title: vscode.l10n.t("Resolve Model from Hugging Face"),
    prompt: vscode.l10n.t("Reads config.json and the parameter counts of one model from huggingface.co"),
    placeHolder: "owner/name",
    value: suggestion,
    validateInput: (value) => (isHubId(value.trim()) ? undefined : vscode.l10n.t("owner/name, as on the hub")),
  });
  if (id === undefined) return;
  try {
    const model = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Resolving {0}", id), cancellable: true },
      (_, token) =>
        cancellable(token, (signal) =>
          resolveHubModel(id.trim(), { fetch: hostFetch, now: new Date().toISOString(), signal }),
        ),
    );
    if (model === undefined) return;
    const stored = await store.read("models");
    const others = Array.isArray(stored) ? stored.filter((one: { id?: unknown }) => one?.id !== model.id) : [];
    await store.write("models", [...others, { id: model.id, spec: model.spec }]);
    await host.reload();
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} is known now ({1}).", model.id, model.source));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    void vscode.window.showWarningMessage(error.message);
  }
}

/** Runs a request that the person may cancel; undefined when it was. */
async function cancellable<T>(
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
