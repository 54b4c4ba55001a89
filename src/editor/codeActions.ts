/** Quick fixes: state an assumed value in a directive comment, or silence a block. */
import * as vscode from "vscode";
import type { AnalyzedWorkload } from "../analysis/analysis";
import { fieldWords, isField } from "../present/fields";
import { hoverTarget } from "../present/hover";
import { plain } from "../present/markdown";
import type { Analyses, DocumentAnalysis } from "./analyses";
import { diagnosticSource } from "./diagnostics";
import { languageOf, selector } from "./documents";

const mostAssumptions = 6;
/** What can stand behind `field=` in a directive without quoting. */
const bareValue = /^[\w.\-/+:]{1,80}$/;

export class EstimateActions implements vscode.CodeActionProvider, vscode.Disposable {
  static readonly kinds = [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite];
  readonly #registration = vscode.languages.registerCodeActionsProvider(selector, this, {
    providedCodeActionKinds: EstimateActions.kinds,
  });

  constructor(readonly analyses: Analyses) {}

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] | undefined {
    const entry = this.analyses.get(document);
    // A light bulb is no reason to wait for the engine.
    if (entry === undefined || entry instanceof Promise || !canComment(document)) return undefined;
    const analyzed = workloadAt(entry, range.start);
    if (analyzed === undefined) return undefined;
    const ours = context.diagnostics.filter((diagnostic) => diagnostic.source === diagnosticSource);
    const actions = statements(entry, analyzed).map(({ title, text }) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
      action.edit = commentAbove(document, analyzed, text);
      return action;
    });
    const ignore = new vscode.CodeAction(
      vscode.l10n.t("AI Cost Lens: ignore this block"),
      ours.length > 0 ? vscode.CodeActionKind.QuickFix : vscode.CodeActionKind.RefactorRewrite,
    );
    ignore.edit = commentAbove(document, analyzed, "ignore");
    ignore.diagnostics = ours;
    return [...actions, ignore];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** JSON proper has no comments. */
const canComment = (document: vscode.TextDocument): boolean => languageOf(document) !== "json";

/** The workload whose lens stands on the line, or whose value is under the cursor: elsewhere the light bulb stays off. */
function workloadAt(entry: DocumentAnalysis, position: vscode.Position): AnalyzedWorkload | undefined {
  const { document, analysis } = entry;
  const onLine = analysis.workloads.find(
    ({ recognized }) => document.positionAt(recognized.anchor).line === position.line,
  );
  if (onLine !== undefined) return onLine;
  const target = hoverTarget(analysis.workloads, document.offsetAt(position));
  return target && analysis.workloads.find(({ recognized }) => recognized === target.subject.recognized);
}

/** `field=value` for the assumptions that a directive can state. */
function statements(
  entry: DocumentAnalysis,
  analyzed: AnalyzedWorkload,
): readonly { readonly title: string; readonly text: string }[] {
  const facts = entry.engine.facts(entry.document.uri);
  return (analyzed.estimate?.assumptions ?? [])
    .flatMap(({ field, value }) => {
      if (!isField(field)) return [];
      // The formula core names parts; a directive wants the id.
      const stated = field === "accelerator" ? (facts.accelerator(String(value))?.value.id ?? value) : value;
      const text = String(typeof stated === "number" ? Number(stated.toPrecision(4)) : stated);
      if (!bareValue.test(text)) return [];
      return [
        {
          title: vscode.l10n.t(
            "AI Cost Lens: state {0} = {1} in a comment",
            fieldWords(field).label.toLowerCase(),
            plain(text, 40),
          ),
          text: `${field}=${text}`,
        },
      ];
    })
    .slice(0, mostAssumptions);
}

/** Inserts `# ai-cost: …` (`//` in JSON with comments) above the block, indented as it is; extends a directive that stands there. */
export function commentAbove(
  document: vscode.TextDocument,
  analyzed: AnalyzedWorkload,
  text: string,
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const insertion = directiveAbove(document, analyzed, text);
  edit.insert(document.uri, insertion.position, insertion.text);
  return edit;
}

/** Where a directive goes, and as what. */
export function directiveAbove(
  document: vscode.TextDocument,
  analyzed: AnalyzedWorkload,
  text: string,
): { readonly position: vscode.Position; readonly text: string } {
  const { line } = document.positionAt(analyzed.recognized.anchor);
  const marker = languageOf(document) === "jsonc" ? "//" : "#";
  const above = line > 0 ? document.lineAt(line - 1) : undefined;
  if (above !== undefined && text !== "ignore" && /^\s*(#|\/\/)\s*ai-cost:(?!\s*ignore\b)/i.test(above.text))
    return { position: above.range.end, text: ` ${text}` };
  const own = document.lineAt(line);
  const indent = own.text.slice(0, own.firstNonWhitespaceCharacterIndex);
  return { position: new vscode.Position(line, 0), text: `${indent}${marker} ai-cost: ${text}\n` };
}
