/** A folder as the command line sees it: the analyzer with the folder's aicost.yaml, one per root. */
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { DefaultsLayer, Language } from "../analysis/analysis";
import { Analyzer } from "../analysis/analyzer";
import { parseWorkspaceFile, type WorkspaceFile, workspaceFileNames } from "../analysis/workspaceFile";
import { type CatalogOverrides, createCatalog } from "../catalog/catalog";
import { catalogOverridesSchema } from "../catalog/overrides";
import { LineIndex } from "../document/positions";
import type { AnalyzedFile } from "../present/report";
import { type ReadResult, readerIn, readText, type SourceFile } from "./files";

export interface Workspace {
  readonly analyzer: Analyzer;
  readonly file?: WorkspaceFile;
  /** Text of a file by path relative to the root. */
  readonly read: (path: string) => string | undefined;
}

export interface WorkspaceOptions {
  readonly settings: readonly DefaultsLayer[];
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly warn: (message: string) => void;
}

/** The workspace of a tree of files, on disk or in a revision; its aicost.yaml is read once. `read` takes relative paths. */
export function openWorkspace(
  read: (path: string) => ReadResult | undefined,
  { settings, overrides, warn }: WorkspaceOptions,
): Workspace {
  const file = workspaceFile(read, warn);
  return {
    analyzer: new Analyzer({
      facts: createCatalog(overridesOf(file, warn)),
      ...(file ? { workspace: file } : {}),
      defaults: settings,
      overrides,
    }),
    ...(file ? { file } : {}),
    read: (path) => {
      const result = read(path);
      return result && "text" in result ? result.text : undefined;
    },
  };
}

/** Rows of the wrong shape are named and left out together. */
function overridesOf(file: WorkspaceFile | undefined, warn: (message: string) => void): CatalogOverrides {
  const parsed = catalogOverridesSchema.safeParse(file?.catalog ?? {});
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) warn(`${file?.origin}: catalog.${path.join(".")}: ${message}`);
  return {};
}

function workspaceFile(
  read: (path: string) => ReadResult | undefined,
  warn: (message: string) => void,
): WorkspaceFile | undefined {
  for (const name of workspaceFileNames) {
    const result = read(name);
    if (result === undefined) continue;
    if ("problem" in result) {
      warn(`${name}: ${result.problem}`);
      continue;
    }
    const { file, problems } = parseWorkspaceFile(result.text, name);
    for (const problem of problems) warn(problem);
    return file;
  }
  return undefined;
}

/** Analyses one file by its path relative to the workspace; what cannot be read becomes a problem of that file alone. */
export function analyzeFile(
  { analyzer, read }: Workspace,
  path: string,
  result: ReadResult,
  language: Language,
  shownAs: string,
): AnalyzedFile {
  if ("problem" in result) {
    const problem = {
      severity: "information",
      code: "unreadable",
      message: result.problem,
      start: 0,
      end: 0,
    } as const;
    return { path: shownAs, positionOf: () => ({ line: 0, character: 0 }), workloads: [], problems: [problem] };
  }
  const analysis = analyzer.analyze({ path, text: result.text, language }, read);
  const index = new LineIndex(result.text);
  return {
    path: shownAs,
    positionOf: (offset) => index.position(offset),
    workloads: analysis.workloads,
    problems: analysis.problems,
  };
}

/** The folders on disk that the given paths lie in. */
export class Workspaces {
  readonly #byRoot = new Map<string, Workspace>();
  readonly #options: WorkspaceOptions;

  constructor(
    settings: readonly DefaultsLayer[],
    overrides: Readonly<Record<string, unknown>>,
    warn: (message: string) => void,
  ) {
    this.#options = { settings, overrides, warn };
  }

  at(root: string): Workspace {
    const known = this.#byRoot.get(root);
    if (known) return known;
    const onDisk = (path: string): ReadResult | undefined => {
      const absolute = join(root, path);
      return existsSync(absolute) ? readText(absolute) : undefined;
    };
    const workspace = { ...openWorkspace(onDisk, this.#options), read: readerIn(root) };
    this.#byRoot.set(root, workspace);
    return workspace;
  }

  analyze(source: SourceFile, shownAs: string): AnalyzedFile {
    const path = relative(source.root, source.path).replaceAll(sep, "/");
    return analyzeFile(this.at(source.root), path, readText(source.path), source.language, shownAs);
  }
}
