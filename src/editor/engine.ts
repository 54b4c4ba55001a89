/**
 * The heavy half (parsers, dialects, formulas, catalogue). This module is imported dynamically, when the first document of ours is
 * seen and not before. One analyzer per workspace folder, as each folder may have its own `aicost.yaml`.
 */
import * as vscode from "vscode";
import type { Analysis, AnalysisInput, AnalyzedWorkload, DefaultsLayer, Language } from "../analysis/analysis";
import { Analyzer, tokenPricesWanted } from "../analysis/analyzer";
import { parseWorkspaceFile, type WorkspaceFile, workspaceFileNames } from "../analysis/workspaceFile";
import { type Catalog, type CatalogOverrides, createCatalog } from "../catalog/catalog";
import { catalogOverridesSchema, type OwnPrice } from "../catalog/overrides";
import { parseResolvedModels, type ResolvedModel } from "../catalog/refresh/resolvedModels";
import { type PriceSnapshot, parseSnapshot } from "../catalog/refresh/snapshot";
import { loadTokenPrices, tokenPricesLoaded } from "../catalog/tokenPrices";
import type { Estimate } from "../core/estimate";
import { commonFieldsSchema } from "../core/workload";
import { interactiveWork } from "../document/limits";
import { fencedBlocks } from "../document/markdown";
import { documentStarts } from "../document/parse";
import { workOfOneEdit } from "../document/work";
import type { Budget } from "../present/findings";
import { mayHoldWorkload } from "../recognize/prefilter";
import { readDefaults, readPrices } from "./configuration";
import { readText } from "./references";
import type { FetchedStore } from "./storage";

/** Documents of one stream that are looked at while someone types: unchanged ones cost little, but not nothing. */
const mostDocuments = 2000;
/** Blocks of one Markdown file: none is kept from edit to edit. */
const mostBlocks = 100;
/** UTF-16 units of a document marker with nothing behind it. */
const emptyDocument = 6;

function isOfManyParts(text: string, language: Language): boolean {
  if (language === "markdown") return fencedBlocks(text).length > mostBlocks;
  if (language !== "yaml") return false;
  const starts = documentStarts(text);
  if (starts.length <= mostDocuments) return false;
  return starts.filter((start, at) => (starts[at + 1] ?? text.length) - start > emptyDocument).length > mostDocuments;
}

interface Folder {
  readonly analyzer: Analyzer;
  readonly catalog: Catalog;
  readonly workspace: WorkspaceFile | undefined;
}

export class Engine {
  readonly #folders = new Map<string, Folder>();
  readonly #files = new Map<string, WorkspaceFile | undefined>();

  #refreshed: PriceSnapshot | undefined;
  #resolved: readonly ResolvedModel[] = [];

  constructor(
    readonly store: FetchedStore,
    readonly log: (message: string) => void,
  ) {}

  /** Reads the `aicost.yaml` of every folder and what was fetched, then forgets what was estimated with the old ones. */
  async reload(): Promise<void> {
    const [prices, models, ...files] = await Promise.all([
      this.store.read("prices"),
      this.store.read("models"),
      ...(vscode.workspace.workspaceFolders ?? []).map(
        async ({ uri }) => [uri.toString(), await this.#read(uri)] as const,
      ),
    ]);
    this.#refreshed = prices === undefined ? undefined : parseSnapshot(prices);
    void vscode.commands.executeCommand("setContext", "aiCostLens.pricesRefreshed", this.#refreshed !== undefined);
    this.#resolved = parseResolvedModels(models);
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
      const catalog = createCatalog(this.#overrides(root, workspace));
      entry = {
        workspace,
        catalog,
        analyzer: new Analyzer({
          facts: catalog,
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

  facts(uri: vscode.Uri | undefined): Catalog {
    return this.#folder(uri).catalog;
  }

  /** The person's figures, then the workspace's: the later stand among equals. */
  #overrides(root: vscode.Uri | undefined, workspace: WorkspaceFile | undefined): CatalogOverrides {
    const parsed = catalogOverridesSchema.safeParse(workspace?.catalog ?? {});
    if (!parsed.success)
      for (const { path, message } of parsed.error.issues)
        this.log(`${workspace?.origin}: catalog.${path.join(".")}: ${message}`);
    const own = parsed.data ?? {};
    return {
      ...own,
      prices: [...settingPrices(readPrices(root)), ...(own.prices ?? [])],
      resolved: this.#resolved,
      ...(this.#refreshed === undefined ? {} : { refreshed: this.#refreshed }),
      ...(workspace?.catalog === undefined ? { origin: "settings" } : {}),
    };
  }

  /**
   * Loads the token prices of hosted models when an analysis needs them; true when they came and estimates have to be made again.
   */
  async loadTokenPrices(analysis: Analysis): Promise<boolean> {
    if (tokenPricesLoaded() || !analysis.workloads.some(tokenPricesWanted)) return false;
    await loadTokenPrices();
    for (const { analyzer } of this.#folders.values()) analyzer.forgetEstimates();
    return true;
  }

  /** The workspace file's own limit, for one workload as well: what alone exceeds it, exceeds it. */
  budget(uri: vscode.Uri | undefined): Budget {
    const cost = this.#folder(uri).workspace?.budget;
    return cost === undefined ? {} : { cost };
  }

  /** The catalogue's commands, which work on this module's rows. */
  catalogue(): Promise<typeof import("./catalogue")> {
    return import("./catalogue");
  }

  /** The look-up of models on the hub. */
  modelLookup(): Promise<typeof import("./modelLookup")> {
    return import("./modelLookup");
  }

  mayHoldWorkload(text: string): boolean {
    return mayHoldWorkload(text);
  }

  /** True when reading the text, or reading it again after an edit, would hold up the editor. */
  wouldBeFelt(text: string, language: Language): boolean {
    return workOfOneEdit(text, language) > interactiveWork || isOfManyParts(text, language);
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

/** `aiCostLens.prices`: by accelerator, or by machine type where the bundled catalogue knows it as one. */
function settingPrices(prices: Readonly<Record<string, number>>): OwnPrice[] {
  const names = Object.entries(prices);
  if (names.length === 0) return [];
  const bundled = createCatalog();
  return names
    .filter(([, price]) => price > 0)
    .map(([name, price]) =>
      bundled.instance(name) === undefined
        ? { accelerator: name, perAcceleratorHour: price }
        : { instanceType: name, perNodeHour: price },
    );
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
