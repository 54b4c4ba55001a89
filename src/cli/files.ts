/** Which files a command looks at, and safe reading of them. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { globSync, isDynamicPattern } from "tinyglobby";
import type { Language } from "../analysis/analysis";
import { workspaceFileNames } from "../analysis/workspaceFile";
import { UsageError } from "./usage";

const extensions: Readonly<Record<string, Language>> = {
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  jsonc: "jsonc",
  md: "markdown",
};
const neverFolders = ["node_modules", ".git", ".venv"];
const never = neverFolders.map((name) => `**/${name}/**`);

/** True for a path with `/` below a folder of other people's code. */
export const neverRead = (path: string): boolean =>
  path
    .split("/")
    .slice(0, -1)
    .some((part) => neverFolders.includes(part));

/** Larger files are named in a note and not read. */
export const largestFile = 1 << 20;

export interface SourceFile {
  readonly path: string;
  /** Folder that stands for the workspace: references and path hints are relative to it. */
  readonly root: string;
  readonly language: Language;
}

export const languageOf = (path: string): Language | undefined =>
  extensions[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];

/** Expands files, folders and globs. Folders respect .gitignore; a file named outright is always taken. Throws UsageError when nothing is there. */
export function findFiles(paths: readonly string[]): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const take = (path: string, root: string): void => {
    const absolute = resolve(path);
    const language = languageOf(absolute) ?? "yaml";
    if (!found.has(absolute)) found.set(absolute, { path: absolute, root: resolve(root), language });
  };
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) take(path, workspaceOf(resolve(path)));
    else if (stats?.isDirectory()) for (const file of walk(path)) take(join(path, file), path);
    else if (stats === undefined && isDynamicPattern(path)) {
      const matches = globSync(path, { ignore: never, dot: true, absolute: true }).filter(
        (file) => languageOf(file) !== undefined,
      );
      if (matches.length === 0) throw new UsageError(`nothing matches ${path}`);
      for (const file of matches.sort()) take(file, process.cwd());
    } else throw new UsageError(`cannot read ${path}: no such file or folder`);
  }
  return [...found.values()];
}

/**
 * A single file's workspace: the nearest folder above it with an aicost.yaml, up to the current folder; that one itself when none has any, and the file's own folder
 * when it lies elsewhere.
 */
function workspaceOf(path: string): string {
  const here = process.cwd();
  const below = relative(here, path);
  if (below.startsWith("..") || isAbsolute(below)) return dirname(path);
  for (let folder = dirname(path); folder !== here; folder = dirname(folder))
    if (workspaceFileNames.some((name) => existsSync(join(folder, name)))) return folder;
  return here;
}

function walk(folder: string): string[] {
  const options = { cwd: folder, dot: true, ignore: never, onlyFiles: true } as const;
  const rules = globSync("**/.gitignore", options).map((file): [string, Ignore] => [
    dirname(file) === "." ? "" : `${dirname(file).replaceAll(sep, "/")}/`,
    ignore().add(readFileSync(join(folder, file), "utf8")),
  ]);
  const kept = (file: string): boolean =>
    rules.every(([prefix, rule]) => !file.startsWith(prefix) || !rule.ignores(file.slice(prefix.length)));
  return globSync("**/*.{yaml,yml,json,jsonc,md}", { ...options, caseSensitiveMatch: false })
    .map((file) => file.replaceAll(sep, "/"))
    .filter(kept)
    .sort();
}

export type ReadResult = { readonly text: string } | { readonly problem: string };

export const tooLargeFile = (size: number): ReadResult => ({
  problem: `file of ${(size / 1e6).toFixed(1)} MB is not read (limit ${(largestFile / 1e6).toFixed(1)} MB)`,
});

/** Reads a text file; says in words why not when it cannot. */
export function readText(path: string): ReadResult {
  try {
    const { size } = statSync(path);
    if (size > largestFile) return tooLargeFile(size);
    return { text: readFileSync(path, "utf8") };
  } catch (error) {
    return { problem: `cannot read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}` };
  }
}

/** Reader of neighbouring files that never leaves `root`. */
export function readerIn(root: string): (path: string) => string | undefined {
  const cache = new Map<string, string | undefined>();
  return (path) => {
    if (cache.has(path)) return cache.get(path);
    const absolute = resolve(root, path);
    const inside = absolute === root || absolute.startsWith(root.endsWith(sep) ? root : root + sep);
    const stats = inside ? statSync(absolute, { throwIfNoEntry: false }) : undefined;
    const result = stats?.isFile() ? readText(absolute) : undefined;
    const text = result && "text" in result ? result.text : undefined;
    cache.set(path, text);
    return text;
  };
}
