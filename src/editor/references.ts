/**
 * Texts of workspace files that others refer to. Reading is asynchronous, analysis is not: a file that is not here yet is read as
 * missing, wanted, loaded, and the analysis is made again.
 */
import * as vscode from "vscode";
import { ownScheme } from "./documents";

const largest = 1_000_000;
const mostFiles = 500;

export class References implements vscode.Disposable {
  /** By URI; undefined: there is no such file (or it cannot be read). */
  readonly #texts = new Map<string, string | undefined>();
  readonly #loading = new Map<string, Promise<boolean>>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];

  /** A loaded file has changed or has come to be. */
  readonly onDidChange = this.#changed.event;

  /** `tooHeavy` tells YAML that would take too long to parse: it is read as missing. */
  constructor(readonly tooHeavy: (text: string) => boolean) {
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.{yaml,yml,json,jsonc}");
    const forget = (uri: vscode.Uri): void => {
      if (this.#texts.delete(uri.toString())) this.#changed.fire();
    };
    this.#disposables.push(
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const key = document.uri.toString();
        if (contentChanges.length === 0 || document.uri.scheme === ownScheme || !this.#texts.has(key)) return;
        this.#texts.set(key, document.getText().slice(0, largest));
        this.#changed.fire();
      }),
    );
  }

  /** Reads for one folder: workspace-relative path to text. */
  reader(folder: vscode.Uri | undefined): (path: string) => string | undefined {
    if (folder === undefined) return () => undefined;
    return (path) => this.#texts.get(uriIn(folder, path)?.toString() ?? "");
  }

  /** Loads what an analysis wanted; true when something new has come. Files known to be missing are not asked for again. */
  async load(folder: vscode.Uri | undefined, wanted: readonly string[]): Promise<boolean> {
    if (folder === undefined) return false;
    const loads = wanted.slice(0, mostFiles).map((path) => {
      const uri = uriIn(folder, path);
      return uri === undefined ? false : this.#loadOne(uri);
    });
    return (await Promise.all(loads)).some((loaded) => loaded);
  }

  #loadOne(uri: vscode.Uri): Promise<boolean> | false {
    const key = uri.toString();
    if (this.#texts.has(key)) return false;
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#read(uri).then((text) => {
        this.#loading.delete(key);
        this.#texts.set(key, text);
        const oldest = this.#texts.size > mostFiles ? this.#texts.keys().next().value : undefined;
        if (oldest !== undefined) this.#texts.delete(oldest);
        return text !== undefined;
      });
      this.#loading.set(key, loading);
    }
    return loading;
  }

  async #read(uri: vscode.Uri): Promise<string | undefined> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    const text = open === undefined ? await readText(uri, largest) : open.getText().slice(0, largest);
    return text === undefined || (/\.ya?ml$/i.test(uri.path) && this.tooHeavy(text)) ? undefined : text;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#texts.clear();
  }
}

/** A file inside `folder`; undefined for paths that would leave it. */
function uriIn(folder: vscode.Uri, path: string): vscode.Uri | undefined {
  if (path === "" || path.split("/").includes("..")) return undefined;
  return vscode.Uri.joinPath(folder, ...path.split("/"));
}

/** A file's text; undefined when it is missing, no file, larger than `limit` bytes or unreadable. */
export async function readText(uri: vscode.Uri, limit: number): Promise<string | undefined> {
  try {
    const stat = await vscode.workspace.fs.stat(uri);
    if ((stat.type & vscode.FileType.File) === 0 || stat.size > limit) return undefined;
    return new TextDecoder("utf-8").decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    // Missing files are the normal case here: names in configs are tried in several folders.
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}
