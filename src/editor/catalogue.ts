/** Commands on the catalogue: look through it, refresh its prices. Comes with the engine's module, whose rows it shows. */
import * as vscode from "vscode";
import * as z from "zod";
import { browseCatalog, type CatalogKind, type CatalogRow, catalogKinds } from "../catalog/browse";
import { type Catalog, createCatalog } from "../catalog/catalog";
import { priceSources } from "../catalog/refresh/providers";
import { type RefreshResult, refreshPrices } from "../catalog/refresh/refresh";
import { parseSnapshot } from "../catalog/refresh/snapshot";
import { loadTokenPrices } from "../catalog/tokenPrices";
import type { Formatter } from "../present/numbers";
import { type CatalogueHost, cancellable, offer } from "./interaction";
import { readNetwork } from "./network";

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

/** What a keybinding may hand over instead of choosing. */
const browseSchema = z.strictObject({ kind: z.enum(catalogKinds), text: z.string().max(200).optional() });

/**
 * A quick pick over the catalogue's rows, with source, date and licence. Accepting a row copies its id. An argument that is none of
 * ours does nothing.
 */
export async function browseCatalogue(catalog: Catalog, format: Formatter, argument: unknown): Promise<void> {
  const wanted = argument === undefined ? undefined : browseSchema.safeParse(argument).data;
  if (argument !== undefined && wanted === undefined) return;
  const kind = wanted?.kind ?? (await chooseKind());
  if (kind === undefined) return;
  if (kind === "prices") await loadTokenPrices();
  const pick = vscode.window.createQuickPick<RowItem>();
  pick.title = vscode.l10n.t("{0}, catalogue of {1}", kindLabels[kind], catalog.asOf);
  pick.placeholder = vscode.l10n.t("A name as you write it; Enter copies the id");
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.value = wanted?.text ?? "";
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

async function chooseKind(): Promise<CatalogKind | undefined> {
  const kinds: KindItem[] = catalogKinds.map((kind) => ({ label: kindLabels[kind], catalogKind: kind }));
  return (await vscode.window.showQuickPick(kinds, { placeHolder: vscode.l10n.t("What to look up") }))?.catalogKind;
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

const contextKey = "aiCostLens.pricesRefreshed";

/** Fetches public price lists, with progress and cancel; what is implausible is left out, and one command undoes it all. */
export async function refreshStoredPrices(host: CatalogueHost): Promise<void> {
  const { store } = host;
  const { fetch, timeout, mirrors } = readNetwork();
  const before = await store.read("prices");
  const previous = before === undefined ? undefined : parseSnapshot(before);
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Refreshing prices"), cancellable: true },
    (progress, token): Promise<RefreshResult | undefined> =>
      cancellable(token, (signal) => {
        let reached = 0;
        return refreshPrices({
          sources: priceSources,
          fetch,
          timeout,
          mirrors,
          catalog: createCatalog(),
          ...(previous === undefined ? {} : { previous }),
          now: new Date().toISOString(),
          signal,
          onProgress: ({ done, of, message }) => {
            progress.report({ message: `${message} (${done + 1}/${of})`, increment: (100 * (done - reached)) / of });
            reached = done;
          },
        });
      }),
  );
  if (result === undefined) return;
  for (const { title, accepted, rejected, error } of result.reports)
    host.log(error ?? `${title}: ${accepted} prices taken, ${rejected} left out`);
  const failures = result.reports.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (!result.changed) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("No price list could be read; the prices stay as they were. {0}", summary(failures)),
    );
    return;
  }
  await store.write("prices", result.snapshot);
  await vscode.commands.executeCommand("setContext", contextKey, true);
  await host.reload();
  const accepted = result.reports.reduce((sum, report) => sum + report.accepted, 0);
  const message =
    failures.length === 0
      ? vscode.l10n.t("{0} prices are refreshed.", accepted)
      : vscode.l10n.t(
          "{0} prices are refreshed; {1} lists could not be read and stay as they were. {2}",
          accepted,
          failures.length,
          summary(failures),
        );
  offer(host.log, vscode.window.showInformationMessage, message, vscode.l10n.t("Undo"), () =>
    undoRefreshedPrices(host),
  );
}

/** The first failure; the log has them all. */
function summary([first = "", ...more]: readonly string[]): string {
  return more.length === 0 ? `${first}.` : vscode.l10n.t("{0}. The log has {1} more.", first, more.length);
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
