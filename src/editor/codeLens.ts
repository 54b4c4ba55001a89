/** The line above each workload. Synchronous from the cache; no debounce, the editor has its own. */
import * as vscode from "vscode";
import type { AnalyzedWorkload } from "../analysis/analysis";
import { lensTitle } from "../present/lensTitle";
import type { Formatter } from "../present/numbers";
import type { Analyses, DocumentAnalysis } from "./analyses";
import { commandIds } from "./commandIds";
import { selector } from "./documents";
import { targetOf } from "./targets";

interface Shown {
  line: number;
  readonly analyzed: AnalyzedWorkload;
}

/** Lenses beyond these would only slow the editor's own drawing. */
const mostWorkloads = 2000;
/** Up to here titles are made at once, so that nothing flickers; beyond, only those on the screen are. */
const titledAtOnce = 100;

/** A lens whose title is made when it is about to be seen. */
class EstimateLens extends vscode.CodeLens {
  constructor(
    line: number,
    readonly entry: DocumentAnalysis,
    readonly analyzed: AnalyzedWorkload,
  ) {
    // Column 0: the range does not move with edits on the line, so the lens does not flicker.
    super(new vscode.Range(line, 0, line, 0));
  }
}

export class EstimateLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  /** The last lenses of a document that could be read: they stay while it is being typed into. */
  readonly #lastGood = new Map<string, readonly Shown[]>();
  /** Titles by the workload object: an edit in one document of a stream leaves the others alone. */
  #titles = new WeakMap<AnalyzedWorkload, string>();

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(
    readonly analyses: Analyses,
    readonly format: Formatter,
  ) {
    this.#disposables.push(
      vscode.languages.registerCodeLensProvider(selector, this),
      analyses.onDidBecomeStale(() => {
        this.#titles = new WeakMap();
        this.#changed.fire();
      }),
      analyses.onDidClose((uri) => this.#lastGood.delete(uri.toString())),
      vscode.workspace.onDidChangeTextDocument((event) => this.#shift(event)),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.ProviderResult<vscode.CodeLens[]> {
    if (!this.analyses.configuration(document.uri).codeLens) return [];
    const entry = this.analyses.get(document);
    if (entry instanceof Promise) return entry.then((loaded) => loaded && this.#lenses(loaded));
    return entry && this.#lenses(entry);
  }

  #lenses(entry: DocumentAnalysis): vscode.CodeLens[] {
    const { document, analysis } = entry;
    const key = document.uri.toString();
    if (entry.paused) return [pausedLens()];
    const broken = analysis.problems.some(({ severity, code }) => severity === "error" && code === "syntax");
    const last = this.#lastGood.get(key);
    let shown: readonly Shown[];
    if (broken && last !== undefined && last.length > analysis.workloads.length) shown = last;
    else {
      shown = analysis.workloads.slice(0, mostWorkloads).map((analyzed) => ({
        line: document.positionAt(analyzed.recognized.anchor).line,
        analyzed,
      }));
      this.#lastGood.set(key, shown);
    }
    const atOnce = shown.length <= titledAtOnce;
    return shown.flatMap(({ line, analyzed }) => {
      const estimate = new EstimateLens(line, entry, analyzed);
      const compare = new vscode.CodeLens(estimate.range, {
        title: vscode.l10n.t("Compare"),
        tooltip: vscode.l10n.t("Compare scenarios of this workload"),
        command: commandIds.compare,
        arguments: [targetOf(document, analyzed)],
      });
      const shownLens = atOnce ? this.resolveCodeLens(estimate) : estimate;
      // What could not be estimated has nothing to compare.
      return analyzed.estimate === undefined ? [shownLens] : [shownLens, compare];
    });
  }

  resolveCodeLens(lens: vscode.CodeLens): vscode.CodeLens {
    if (lens instanceof EstimateLens)
      lens.command = {
        title: `${iconOf(lens.analyzed)} ${this.#title(lens.entry, lens.analyzed)}`,
        tooltip: vscode.l10n.t("Explain this estimate"),
        command: commandIds.explain,
        arguments: [targetOf(lens.entry.document, lens.analyzed)],
      };
    return lens;
  }

  #title(entry: DocumentAnalysis, analyzed: AnalyzedWorkload): string {
    let title = this.#titles.get(analyzed);
    if (title === undefined) {
      title = lensTitle(analyzed, {
        names: entry.engine.facts(entry.document.uri),
        format: this.format,
        template: entry.configuration.codeLensTemplate,
      });
      this.#titles.set(analyzed, title);
    }
    return title;
  }

  /** Kept lenses move with the lines above them. */
  #shift({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const shown = this.#lastGood.get(document.uri.toString());
    if (shown === undefined) return;
    for (const { range, text } of contentChanges) {
      const added = text.split("\n").length - 1 - (range.end.line - range.start.line);
      if (added === 0) continue;
      for (const one of shown) if (one.line > range.start.line) one.line = Math.max(range.start.line, one.line + added);
    }
    for (const one of shown) one.line = Math.min(one.line, document.lineCount - 1);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#lastGood.clear();
  }
}

const iconOf = ({ estimate }: AnalyzedWorkload): string =>
  estimate === undefined || estimate.quantities.memoryPerAccelerator?.fits === false ? "$(warning)" : "$(zap)";

function pausedLens(): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
    title: vscode.l10n.t("AI Cost Lens: not estimated, the file is too large"),
    tooltip: vscode.l10n.t(
      "Files above aiCostLens.maxFileSize and single YAML documents of several thousand lines are left alone: reading them would be felt while typing. The command line reads them.",
    ),
    command: "workbench.action.openSettings",
    arguments: ["aiCostLens.maxFileSize"],
  });
}
