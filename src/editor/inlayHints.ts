/** The estimate at the end of the line instead of above it: for people who want no lines to move. Off unless chosen. */
import * as vscode from "vscode";
import { lensTitle } from "../present/lensTitle";
import type { Formatter } from "../present/numbers";
import type { Analyses, DocumentAnalysis } from "./analyses";
import { commandIds } from "./commandIds";
import { selector } from "./documents";
import { targetOf } from "./targets";

export class EstimateHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];

  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(
    readonly analyses: Analyses,
    readonly format: Formatter,
  ) {
    this.#disposables.push(
      vscode.languages.registerInlayHintsProvider(selector, this),
      analyses.onDidBecomeStale(() => this.#changed.fire()),
    );
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.ProviderResult<vscode.InlayHint[]> {
    if (!this.analyses.configuration(document.uri).inlayHints) return [];
    const entry = this.analyses.get(document);
    if (entry instanceof Promise) return entry.then((loaded) => loaded && this.#hints(loaded, range));
    return entry && this.#hints(entry, range);
  }

  #hints(entry: DocumentAnalysis, range: vscode.Range): vscode.InlayHint[] {
    const { document } = entry;
    return entry.analysis.workloads.flatMap((analyzed) => {
      const { line } = document.positionAt(analyzed.recognized.anchor);
      const end = document.lineAt(line).range.end;
      if (!range.contains(end)) return [];
      const part = new vscode.InlayHintLabelPart(
        lensTitle(analyzed, {
          names: entry.engine.facts(document.uri),
          format: this.format,
          template: entry.configuration.codeLensTemplate,
        }),
      );
      part.command = {
        title: vscode.l10n.t("Explain this estimate"),
        command: commandIds.explain,
        arguments: [targetOf(document, analyzed)],
      };
      const hint = new vscode.InlayHint(end, [part]);
      hint.paddingLeft = true;
      return [hint];
    });
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
