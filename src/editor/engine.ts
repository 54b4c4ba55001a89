/**
 * The heavy half (parsers, dialects, formulas, catalogue). This module is imported dynamically, when the first document of ours is
 * seen and not before. One analyzer per workspace folder, as each folder may have its own `aicost.yaml`.
 */
import * as vscode from "vscode";
import type { Analysis, AnalysisInput, AnalyzedWorkload, DefaultsLayer } from "../analysis/analysis";
import { Analyzer } from "../analysis/analyzer";
import { parseWorkspaceFile, type WorkspaceFile, workspaceFileNames } from "../analysis/workspaceFile";
import { createCatalog } from "../catalog/catalog";
import type { Estimate } from "../core/estimate";
import type { Facts } from "../core/facts";
import { commonFieldsSchema } from "../core/workload";
import type { Budget } from "../present/findings";
import { mayHoldWorkload } from "../recognize/prefilter";
import { readDefaults } from "./configuration";
import { readText } from "./references";

interface Folder {
  readonly analyzer: Analyzer;
  readonly workspace: WorkspaceFile | undefined;
}

export class Engine {
  readonly #folders = new Map<string, Folder>();
  readonly #files = new Map<string, WorkspaceFile | undefined>();

  constructor(readonly log: (message: string) => void) {}

  /** Reads the `aicost.yaml` of every folder, then forgets what was estimated with the old ones. */
  async reload(): Promise<void> {
    const files = await Promise.all(
      (vscode.workspace.workspaceFolders ?? []).map(
        async ({ uri }) => [uri.toString(), await this.#read(uri)] as const,
      ),
    );
    this.#files.clear();
    for (const [key, file] of files) this.#files.set(key, file);
    this.#folders.clear();
  }

  async #read(folder: vscode.Uri): Promise<WorkspaceFile | undefined> {
    for (const name of workspaceFileNames) {
      const text = await readText(vscode.Uri.joinPath(folder, name), 1_000_000);
      if (text === undefined) continue;
      const { file, problems } = parseWorkspaceFile(text, name);
      for (const problem of problems) this.log(problem);
      return file;
    }
    return undefined;
  }

  /** The folder's analyzer by any file in it; files outside every folder share one. */
  #folder(uri: vscode.Uri | undefined): Folder {
    const root = uri && vscode.workspace.getWorkspaceFolder(uri)?.uri;
    const key = root?.toString() ?? "";
    let entry = this.#folders.get(key);
    if (entry === undefined) {
      const workspace = this.#files.get(key);
      entry = {
        workspace,
        analyzer: new Analyzer({
          facts: createCatalog(),
          ...(workspace === undefined ? {} : { workspace }),
          defaults: [defaultsOf(root, this.log)],
        }),
      };
      this.#folders.set(key, entry);
    }
    return entry;
  }

  analyzer(uri: vscode.Uri | undefined): Analyzer {
    return this.#folder(uri).analyzer;
  }

  facts(uri: vscode.Uri | undefined): Facts {
    return this.analyzer(uri).facts;
  }

  /** The workspace file's own limit, for one workload as well: what alone exceeds it, exceeds it. */
  budget(uri: vscode.Uri | undefined): Budget {
    const cost = this.#folder(uri).workspace?.budget;
    return cost === undefined ? {} : { cost };
  }

  mayHoldWorkload(text: string): boolean {
    return mayHoldWorkload(text);
  }

  analyze(uri: vscode.Uri | undefined, input: AnalysisInput, read?: (path: string) => string | undefined): Analysis {
    return this.analyzer(uri).analyze(input, read);
  }

  reestimate(
    uri: vscode.Uri | undefined,
    analyzed: AnalyzedWorkload,
    changes: Readonly<Record<string, unknown>>,
  ): Estimate | undefined {
    return this.analyzer(uri).reestimate(analyzed, changes);
  }
}

/** The person's settings as a layer; a value of the wrong type is left out and logged. */
function defaultsOf(folder: vscode.Uri | undefined, log: (message: string) => void): DefaultsLayer {
  const schema = commonFieldsSchema.partial();
  let fields: DefaultsLayer["fields"] = {};
  for (const [name, value] of Object.entries(readDefaults(folder))) {
    const [outer = "", inner] = name.split(".");
    const candidate =
      inner === undefined
        ? { ...fields, [outer]: value }
        : { ...fields, facility: { ...fields.facility, [inner]: value } };
    const parsed = schema.safeParse(candidate);
    if (parsed.success) fields = parsed.data;
    else log(`aiCostLens.defaults: ${name} is not usable: ${parsed.error.issues[0]?.message ?? ""}`);
  }
  return { fields, origin: "settings" };
}
