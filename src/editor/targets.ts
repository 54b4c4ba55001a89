/** What a command is about: a workload of a document. Links, key bindings and other extensions may send anything, so it is checked. */
import * as vscode from "vscode";
import type { AnalyzedWorkload } from "../analysis/analysis";
import { type Analyses, type DocumentAnalysis, workloadById } from "./analyses";

/** Argument of our command links and lenses; never ranges, which go stale. */
export interface Target {
  readonly uri: string;
  /** The workload's id in its file; absent: the whole file. */
  readonly workload?: string;
}

export interface ResolvedTarget {
  readonly entry: DocumentAnalysis;
  readonly analyzed: AnalyzedWorkload;
}

/** What a command's argument turned out to be: a target, nothing (then the active document is meant), or something not ours. */
export type Argument = { readonly target: Target | undefined } | "refused";

/** Validates a command's argument. Unknown keys are refused. */
export async function parseArgument(argument: unknown): Promise<Argument> {
  if (argument === undefined || argument === null) return { target: undefined };
  if (argument instanceof vscode.Uri) return { target: { uri: argument.toString() } };
  const { targetSchema } = await import("./argumentSchemas");
  const parsed = targetSchema.safeParse(argument);
  return parsed.success ? { target: parsed.data } : "refused";
}

/** The document of a target, or the active one. Only documents that are open or can be opened by the editor. */
export async function documentOf(target: Target | undefined): Promise<vscode.TextDocument | undefined> {
  if (target === undefined) return vscode.window.activeTextEditor?.document;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === target.uri);
  if (open !== undefined) return open;
  const uri = parseUri(target.uri);
  if (uri === undefined) return undefined;
  // A link must not make us read outside the workspace.
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return undefined;
  return vscode.workspace.openTextDocument(uri);
}

function parseUri(text: string): vscode.Uri | undefined {
  try {
    return vscode.Uri.parse(text, true);
  } catch {
    return undefined;
  }
}

/** The workload meant: by id, else the one at the cursor, else the only one, else the person chooses. */
export async function resolveTarget(analyses: Analyses, argument: unknown): Promise<ResolvedTarget | undefined> {
  const parsed = await parseArgument(argument);
  if (parsed === "refused") return undefined;
  const { target } = parsed;
  const document = await documentOf(target);
  const entry = document && (await analyses.get(document));
  if (!document || !entry) return undefined;
  const { workloads } = entry.analysis;
  if (target?.workload !== undefined) {
    const analyzed = workloadById(entry.analysis, target.workload);
    if (analyzed !== undefined) return { entry, analyzed };
    void vscode.window.showInformationMessage(
      vscode.l10n.t("That workload is not in the file any more. Choose it again from its estimate."),
    );
    return undefined;
  }
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined && editor.document === document) {
    const offset = document.offsetAt(editor.selection.active);
    const holding = workloads
      .filter(({ recognized }) => recognized.range.start <= offset && offset <= recognized.range.end)
      .sort((a, b) => length(a) - length(b))[0];
    if (holding !== undefined) return { entry, analyzed: holding };
  }
  if (workloads.length === 1 && workloads[0]) return { entry, analyzed: workloads[0] };
  return choose(entry);
}

const length = ({ recognized }: AnalyzedWorkload): number => recognized.range.end - recognized.range.start;

async function choose(entry: DocumentAnalysis): Promise<ResolvedTarget | undefined> {
  const items = entry.analysis.workloads.map((analyzed) => ({
    label: analyzed.recognized.name ?? analyzed.recognized.kind,
    description: analyzed.recognized.dialect,
    detail: vscode.l10n.t("Line {0}", entry.document.positionAt(analyzed.recognized.anchor).line + 1),
    analyzed,
  }));
  if (items.length === 0) return undefined;
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which workload?") });
  return chosen && { entry, analyzed: chosen.analyzed };
}

export const targetOf = (document: vscode.TextDocument, analyzed: AnalyzedWorkload): Target => ({
  uri: document.uri.toString(),
  workload: analyzed.recognized.id,
});
