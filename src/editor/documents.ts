/** Which documents are ours, and as what they are read. */
import * as vscode from "vscode";
import type { Language } from "../analysis/analysis";

/** Language ids by how they are read; the second column's extend YAML. */
const languages: Readonly<Record<string, Language>> = {
  yaml: "yaml",
  dockercompose: "yaml",
  helm: "yaml",
  "azure-pipelines": "yaml",
  "github-actions-workflow": "yaml",
  json: "json",
  jsonc: "jsonc",
  markdown: "markdown",
};

/** By language alone: works in virtual workspaces, unsaved documents and diffs. */
export const selector: vscode.DocumentSelector = Object.keys(languages).map((language) => ({ language }));

/** Scheme of our own reports. */
export const ownScheme = "ai-cost-lens";
/** Settings, logs, comments: never a workload. */
const foreignSchemes: ReadonlySet<string> = new Set([
  ownScheme,
  "output",
  "vscode",
  "vscode-userdata",
  "comment",
  "debug",
]);

export function languageOf(document: vscode.TextDocument): Language | undefined {
  if (foreignSchemes.has(document.uri.scheme)) return undefined;
  return Object.hasOwn(languages, document.languageId) ? languages[document.languageId] : undefined;
}

const byExtension: Readonly<Record<string, Language>> = {
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  jsonc: "jsonc",
  md: "markdown",
};

export function languageOfPath(path: string): Language | undefined {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}

/** Relative to its workspace folder, with `/`. */
export const pathOf = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri, false).replaceAll("\\", "/");
