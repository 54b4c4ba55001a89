/** One item on the right, only while the active file holds a workload: the file's total; a click opens its report. */
import * as vscode from "vscode";
import type { QuantityKey } from "../core/estimate";
import { printed } from "../present/fields";
import { escapeIcons } from "../present/lensTitle";
import type { Formatter } from "../present/numbers";
import { totalsOf } from "../present/totals";
import type { Analyses, DocumentAnalysis } from "./analyses";
import { commandIds } from "./commandIds";

export class TotalItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("aiCostLens.total", vscode.StatusBarAlignment.Right, 90);
  readonly #disposables: vscode.Disposable[] = [this.#item];

  constructor(
    readonly analyses: Analyses,
    readonly format: Formatter,
  ) {
    this.#item.name = vscode.l10n.t("AI Cost Lens: total of the file");
    this.#disposables.push(
      analyses.onDidAnalyze(
        (entry) => entry.document === vscode.window.activeTextEditor?.document && this.#show(entry),
      ),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#switch(editor)),
      analyses.onDidBecomeStale(() => this.#switch(vscode.window.activeTextEditor)),
    );
    this.#switch(vscode.window.activeTextEditor);
  }

  #switch(editor: vscode.TextEditor | undefined): void {
    this.#item.hide();
    if (editor === undefined) return;
    const entry = this.analyses.get(editor.document);
    if (entry instanceof Promise) return;
    if (entry !== undefined) this.#show(entry);
  }

  #show(entry: DocumentAnalysis): void {
    const { workloads } = entry.analysis;
    if (!entry.configuration.statusBar || workloads.length === 0) {
      this.#item.hide();
      return;
    }
    const totals = totalsOf(
      workloads.map(({ recognized, estimate }) => ({
        estimate: estimate?.quantities,
        countedIn: recognized.countedIn,
      })),
    );
    const pieces = (["cost", "costPerMonth", "energy", "carbon"] as const satisfies readonly QuantityKey[]).flatMap(
      (key) => {
        const quantity = totals[key];
        if (quantity === undefined) return [];
        return [this.format.quantity(printed(key, quantity))];
      },
    );
    const count =
      workloads.length === 1
        ? vscode.l10n.t("1 workload")
        : vscode.l10n.t("{0} workloads", this.format.count(workloads.length));
    this.#item.text = `$(zap) ${escapeIcons(pieces.length === 0 ? count : `≈ ${pieces.slice(0, 2).join(" · ")}`)}`;
    this.#item.tooltip = [
      vscode.l10n.t("AI Cost Lens: {0} in this file", count),
      pieces.join(" · "),
      vscode.l10n.t("Click for the report"),
    ]
      .filter((line) => line !== "")
      .join("\n");
    this.#item.accessibilityInformation = { label: `AI Cost Lens: ${pieces.join(", ") || count}` };
    this.#item.command = {
      command: commandIds.reportFile,
      title: vscode.l10n.t("Report for This File"),
      arguments: [{ uri: entry.document.uri.toString() }],
    };
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
