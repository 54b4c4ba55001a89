/** Writes a scenario of the comparison into its file: an edit like any other, shown and undone as such. */
import * as vscode from "vscode";
import type { Scenario } from "../compare/scenarios";
import { type Analyses, workloadById } from "./analyses";
import { directiveAbove } from "./codeActions";
import { languageOf } from "./documents";

export async function proposeEdits(
  analyses: Analyses,
  uri: vscode.Uri,
  workload: string,
  edits: Scenario["edits"],
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const entry = await analyses.get(document);
  const analyzed = entry && workloadById(entry.analysis, workload);
  if (analyzed === undefined) return;
  const { proposalOf } = await import("../compare/proposal");
  const canComment = languageOf(document) !== "json";
  const { replacements, directive, byHand } = proposalOf(analyzed, edits, document.getText(), canComment);
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of replacements)
    edit.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  if (directive !== undefined) {
    const { position, text } = directiveAbove(document, analyzed, directive);
    edit.insert(uri, position, text);
  }
  const line = document.positionAt(analyzed.recognized.anchor).line;
  const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
  editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  if (edit.size > 0) await vscode.workspace.applyEdit(edit);
  // A message may stay unanswered.
  void tell(edit.size > 0, byHand, canComment);
}

async function tell(edited: boolean, byHand: readonly string[], canComment: boolean): Promise<void> {
  const hand = vscode.l10n.t("to change by hand, as the file says it in its own way: {0}", byHand.join(", "));
  const undo = vscode.l10n.t("Undo");
  if (!edited) {
    void vscode.window.showInformationMessage(
      canComment
        ? vscode.l10n.t("Nothing of the scenario can be written into the file; {0}.", hand)
        : vscode.l10n.t(
            "{0} cannot be written into this file. A file aicost.yaml beside it can state it.",
            byHand.join(", "),
          ),
    );
    return;
  }
  const done = vscode.l10n.t("The scenario is in the file");
  const chosen = await vscode.window.showInformationMessage(
    byHand.length === 0 ? `${done}.` : `${done}; ${hand}.`,
    undo,
  );
  if (chosen === undo) await vscode.commands.executeCommand("undo");
}
