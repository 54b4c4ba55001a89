/** Problems beside the estimates: memory, budget, contradictions, values that cannot be read. Severity by setting. */
import * as vscode from "vscode";
import { findingsOf } from "../present/findings";
import type { Formatter } from "../present/numbers";
import type { Analyses, DocumentAnalysis } from "./analyses";
import type { DiagnosticSetting } from "./configuration";

export const diagnosticSource = "AI Cost Lens";

const severities: Readonly<Record<Exclude<DiagnosticSetting, "off">, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Limits of ours that bit; syntax is the business of the language's own extension. */
const limitCodes: ReadonlySet<string> = new Set(["tooLarge", "tooDeep", "tooManyNodes", "aliasExpansion"]);
const mostPerFile = 200;

export class EstimateDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("aiCostLens");
  readonly #disposables: vscode.Disposable[] = [this.#collection];

  constructor(
    analyses: Analyses,
    readonly format: Formatter,
  ) {
    this.#disposables.push(
      analyses.onDidAnalyze((entry) => this.#update(entry)),
      analyses.onDidClose((uri) => this.#collection.delete(uri)),
      analyses.onDidBecomeStale((uri) => (uri === undefined ? this.#collection.clear() : this.#collection.delete(uri))),
    );
  }

  #update(entry: DocumentAnalysis): void {
    // A diff's left side and other read-only views repeat what the file itself shows.
    if (entry.document.uri.scheme === "git") return;
    this.#collection.set(entry.document.uri, diagnosticsOf(entry, this.format));
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

export function diagnosticsOf(entry: DocumentAnalysis, format: Formatter): vscode.Diagnostic[] {
  const { document, configuration, analysis, engine } = entry;
  if (!configuration.diagnostics) return [];
  const diagnostics: vscode.Diagnostic[] = [];
  const add = (
    span: { start: number; end: number },
    message: string,
    severity: vscode.DiagnosticSeverity,
    code: string,
  ): void => {
    if (diagnostics.length >= mostPerFile) return;
    const start = document.positionAt(span.start);
    const end = span.end > span.start ? document.positionAt(span.end) : document.lineAt(start.line).range.end;
    const diagnostic = new vscode.Diagnostic(new vscode.Range(start, end), message, severity);
    diagnostic.source = diagnosticSource;
    diagnostic.code = code;
    diagnostics.push(diagnostic);
  };
  const budget = { ...engine.budget(document.uri), ...configuration.budget };
  for (const analyzed of analysis.workloads) {
    for (const finding of findingsOf(analyzed, { names: engine.facts(document.uri), format, budget })) {
      const setting = configuration.severities[finding.code];
      if (setting === "off") continue;
      const chosen = severities[setting];
      // A finding that is less sure than the setting stays less severe.
      const severity =
        finding.severity === "information" ? Math.max(chosen, vscode.DiagnosticSeverity.Information) : chosen;
      add(finding.range, finding.message, severity, finding.code);
    }
  }
  if (analysis.workloads.length > 0)
    for (const problem of analysis.problems)
      if (limitCodes.has(problem.code))
        add(problem, problem.message, vscode.DiagnosticSeverity.Information, problem.code);
  return diagnostics;
}
