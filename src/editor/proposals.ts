/** Writes a scenario of the comparison into its file, as an edit that the person reviews before it is made. */
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
  const reviewed = (label: string): vscode.WorkspaceEditEntryMetadata => ({ needsConfirmation: true, label });
  for (const { start, end, text, label } of replacements)
    edit.replace(
      uri,
      new vscode.Range(document.positionAt(start), document.positionAt(end)),
      text,
      reviewed(vscode.l10n.t("{0} of the scenario", label)),
    );
  if (directive !== undefined) {
    const { position, text } = directiveAbove(document, analyzed, directive);
    edit.insert(uri, position, text, reviewed(vscode.l10n.t("What the file leaves out")));
  }
  if (edit.size > 0) await vscode.workspace.applyEdit(edit, { isRefactoring: true });
  if (byHand.length > 0)
    void vscode.window.showInformationMessage(
      vscode.l10n.t("To change by hand, as the file says it in its own way: {0}.", byHand.join(", ")),
    );
}
