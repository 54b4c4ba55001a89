/** The files of the workspace that may hold workloads: what people would call the project's own files. */
import ignore, { type Ignore } from "ignore";
import * as vscode from "vscode";
import { readText } from "./references";

/** Folders of other people's code and of build results. */
const excluded = "**/{node_modules,.git,.hg,.svn,dist,build,out,target,.venv,venv,__pycache__,.terraform,.tox}/**";
const mostFiles = 20_000;

export interface WorkspaceFileList {
  readonly files: readonly vscode.Uri[];
  /** There were more than we look at. */
  readonly cut: boolean;
}

export async function findConfigurationFiles(
  markdown: boolean,
  token: vscode.CancellationToken,
): Promise<WorkspaceFileList> {
  const pattern = markdown ? "**/*.{yaml,yml,json,jsonc,md}" : "**/*.{yaml,yml,json,jsonc}";
  const [files, ignores] = await Promise.all([
    vscode.workspace.findFiles(pattern, excluded, mostFiles, token),
    vscode.workspace.findFiles("**/.gitignore", excluded, 200, token),
  ]);
  const rules = await readIgnores(ignores);
  const own = files.filter((file) => !isIgnored(file, rules));
  own.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { files: own, cut: files.length >= mostFiles };
}

interface IgnoreRules {
  /** Folder of the .gitignore, as a URI ending in `/`. */
  readonly folder: string;
  readonly rules: Ignore;
}

async function readIgnores(files: readonly vscode.Uri[]): Promise<readonly IgnoreRules[]> {
  const all = await Promise.all(
    files.map(async (file) => {
      const text = await readText(file, 200_000);
      if (text === undefined) return undefined;
      return { folder: vscode.Uri.joinPath(file, "..").toString().replace(/\/?$/, "/"), rules: ignore().add(text) };
    }),
  );
  return all.filter((one) => one !== undefined);
}

function isIgnored(file: vscode.Uri, all: readonly IgnoreRules[]): boolean {
  const uri = file.toString();
  return all.some(({ folder, rules }) => {
    if (!uri.startsWith(folder)) return false;
    const path = decodeURIComponent(uri.slice(folder.length));
    return path !== "" && ignore.isPathValid(path) && rules.ignores(path);
  });
}
