/** Everything that lives while the extension is active. Registers the faces at once; the engine comes with the first document. */
import * as vscode from "vscode";
import type { ComparisonServices } from "../compare/panel";
import { createFormatter } from "../present/numbers";
import { Analyses, workloadById } from "./analyses";
import { EstimateActions } from "./codeActions";
import { EstimateLenses } from "./codeLens";
import { registerCommands } from "./commands";
import { EstimateDiagnostics } from "./diagnostics";
import { ValueHovers } from "./hover";
import { EstimateHints } from "./inlayHints";
import { registerLanguageModelTool } from "./languageModelTool";
import { proposeEdits } from "./proposals";
import { TotalItem } from "./statusBar";
import { FetchedStore } from "./storage";
import { VirtualDocuments } from "./virtualDocuments";

export function startSession(context: vscode.ExtensionContext): vscode.Disposable {
  const output = vscode.window.createOutputChannel("AI Cost Lens", { log: true });
  const log = (message: string): void => output.info(message);
  const format = createFormatter(vscode.env.language);
  const analyses = new Analyses(new FetchedStore(context, log), log);
  const pages = new VirtualDocuments();
  const comparison = comparisonServices(context, analyses, format, log);
  return vscode.Disposable.from(
    output,
    analyses,
    pages,
    new EstimateLenses(analyses, format),
    new ValueHovers(analyses, format),
    new EstimateHints(analyses, format),
    new EstimateActions(analyses),
    new EstimateDiagnostics(analyses, format),
    new TotalItem(analyses, format),
    analyses.onDidAnalyze(({ document }) => pages.refresh(document.uri)),
    workloadSeen(analyses),
    registerCommands({ analyses, format, pages, comparison, log }),
    registerLanguageModelTool(analyses),
    vscode.window.registerWebviewPanelSerializer("aiCostLens.comparison", {
      async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
        const { restoreComparison } = await import("../compare/panel");
        restoreComparison(comparison, panel, state);
      },
    }),
  );
}

/** Tells the walkthrough that its first step is done. */
function workloadSeen(analyses: Analyses): vscode.Disposable {
  const listener = analyses.onDidAnalyze(({ analysis }) => {
    if (analysis.workloads.length === 0) return;
    listener.dispose();
    void vscode.commands.executeCommand("setContext", "aiCostLens.workloadSeen", true);
  });
  return listener;
}

function comparisonServices(
  context: vscode.ExtensionContext,
  analyses: Analyses,
  format: ReturnType<typeof createFormatter>,
  log: (message: string) => void,
): ComparisonServices {
  const changed = new vscode.EventEmitter<vscode.Uri | undefined>();
  context.subscriptions.push(
    changed,
    analyses.onDidAnalyze(({ document }) => changed.fire(document.uri)),
    analyses.onDidBecomeStale((uri) => changed.fire(uri)),
  );
  return {
    context,
    format,
    onDidChange: changed.event,
    log,
    analyzer: async (uri) => (await analyses.engine()).analyzer(uri),
    async analyze(uri) {
      const entry = await analyses.get(await vscode.workspace.openTextDocument(uri));
      return entry?.analysis;
    },
    propose: (uri, workload, edits) => proposeEdits(analyses, uri, workload, edits),
    async reveal(uri, workload) {
      const document = await vscode.workspace.openTextDocument(uri);
      const entry = await analyses.get(document);
      const found = entry && workloadById(entry.analysis, workload);
      const position = document.positionAt(found?.recognized.anchor ?? 0);
      await vscode.window.showTextDocument(document, {
        viewColumn: vscode.ViewColumn.One,
        selection: new vscode.Range(position, position),
      });
    },
  };
}
