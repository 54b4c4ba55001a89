/** A folder as the command line sees it: the analyzer with the folder's aicost.yaml, one per root. */
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { DefaultsLayer } from "../analysis/analysis";
import { Analyzer } from "../analysis/analyzer";
import { parseWorkspaceFile, type WorkspaceFile, workspaceFileNames } from "../analysis/workspaceFile";
import { createCatalog } from "../catalog/catalog";
import { LineIndex } from "../document/positions";
import type { AnalyzedFile } from "../present/report";
import { readerIn, readText, type SourceFile } from "./files";

export interface Workspace {
  readonly analyzer: Analyzer;
  readonly file?: WorkspaceFile;
}

export class Workspaces {
  readonly #byRoot = new Map<string, Workspace & { read: (path: string) => string | undefined }>();

  constructor(
    readonly settings: readonly DefaultsLayer[],
    readonly overrides: Readonly<Record<string, unknown>>,
    readonly warn: (message: string) => void,
  ) {}

  /** The workspace of a root folder; its aicost.yaml is read once. */
  at(root: string): Workspace & { read: (path: string) => string | undefined } {
    const known = this.#byRoot.get(root);
    if (known) return known;
    const file = this.#workspaceFile(root);
    const workspace = {
      analyzer: new Analyzer({
        facts: createCatalog(file?.catalog),
        ...(file ? { workspace: file } : {}),
        defaults: this.settings,
        overrides: this.overrides,
      }),
      ...(file ? { file } : {}),
      read: readerIn(root),
    };
    this.#byRoot.set(root, workspace);
    return workspace;
  }

  #workspaceFile(root: string): WorkspaceFile | undefined {
    for (const name of workspaceFileNames) {
      const path = join(root, name);
      if (!existsSync(path)) continue;
      const result = readText(path);
      if ("problem" in result) {
        this.warn(`${path}: ${result.problem}`);
        continue;
      }
      const { file, problems } = parseWorkspaceFile(result.text, name);
      for (const problem of problems) this.warn(problem);
      return file;
    }
    return undefined;
  }

  /** Analyses one file; what cannot be read becomes a problem of that file alone. */
  analyze(source: SourceFile, shownAs: string): AnalyzedFile {
    const result = readText(source.path);
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
    const { analyzer, read } = this.at(source.root);
    const path = relative(source.root, source.path).replaceAll(sep, "/");
    const analysis = analyzer.analyze({ path, text: result.text, language: source.language }, read);
    const index = new LineIndex(result.text);
    return {
      path: shownAs,
      positionOf: (offset) => index.position(offset),
      workloads: analysis.workloads,
      problems: analysis.problems,
    };
  }
}
