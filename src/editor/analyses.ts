/**
 * Analyses of open documents, remembered per version. Synchronous once the engine is loaded: a provider that asks twice for the
 * same version gets the same object.
 */
import * as vscode from "vscode";
import type { Analysis, AnalyzedWorkload } from "../analysis/analysis";
import { type Configuration, readConfiguration, section } from "./configuration";
import { languageOf, pathOf } from "./documents";
import type { Engine } from "./engine";
import { References } from "./references";
import type { FetchedStore } from "./storage";

export interface DocumentAnalysis {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly analysis: Analysis;
  readonly engine: Engine;
  /** The file is larger than the setting allows, or one of its documents would take too long, and it looks like it holds a workload. */
  readonly paused: boolean;
  readonly configuration: Configuration;
}

const nothing: Analysis = { workloads: [], problems: [], wanted: [] };
/** What a text that is left alone is analysed as. */
const leftAlone: Analysis = {
  workloads: [],
  problems: [
    {
      start: 0,
      end: 0,
      severity: "information",
      code: "tooLarge",
      message: "not estimated in the editor, as reading it would be felt; the command line reads it",
    },
  ],
  wanted: [],
};
const remembered = 40;
/** Streams longer than this (UTF-16 units) are read in stages. */
const stagedLength = 50_000;
/** UTF-16 units of the longest stage; the first ones are shorter, as the engine is not warm yet. */
const stageLength = 25_000;
const firstStageLength = 3_000;
/** Many small documents cost more than their length tells. */
const documentsOfStage = 100;
/** UTF-16 units of a marker with nothing behind it. */
const emptyDocument = 6;
/** An edit in more places than this, or of more text than a stage, may touch every document of a stream. */
const fewChanges = 20;
/** After the last keystroke, for faces that nobody asks (status bar, diagnostics). */
const settleMilliseconds = 300;

export class Analyses implements vscode.Disposable {
  readonly #entries = new Map<string, DocumentAnalysis>();
  readonly #configurations = new Map<string, Configuration>();
  readonly #references = new References((text) => this.#engine?.wouldBeFelt(text, "yaml") ?? false);
  readonly #analyzed = new vscode.EventEmitter<DocumentAnalysis>();
  readonly #stale = new vscode.EventEmitter<vscode.Uri | undefined>();
  readonly #closed = new vscode.EventEmitter<vscode.Uri>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #disposables: vscode.Disposable[] = [this.#references, this.#analyzed, this.#stale, this.#closed];
  readonly #opening = new Map<string, Promise<DocumentAnalysis | undefined>>();
  /** Documents whose parts are known: they are analysed at once from then on. */
  readonly #opened = new Set<string>();
  #engine: Engine | undefined;
  #loading: Promise<Engine> | undefined;

  /** A document was analysed anew. */
  readonly onDidAnalyze = this.#analyzed.event;
  /** Results changed for another reason than the document's text: settings, `aicost.yaml`, references. Undefined: all. */
  readonly onDidBecomeStale = this.#stale.event;
  readonly onDidClose = this.#closed.event;

  constructor(
    readonly store: FetchedStore,
    readonly log: (message: string) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher("**/aicost.{yaml,yml,json}");
    const reload = (): void => void this.reload();
    this.#disposables.push(
      watcher,
      watcher.onDidChange(reload),
      watcher.onDidCreate(reload),
      watcher.onDidDelete(reload),
      this.#references.onDidChange(() => this.#invalidate()),
      vscode.workspace.onDidChangeWorkspaceFolders(reload),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(section) && reload()),
      vscode.workspace.onDidOpenTextDocument((document) => this.settle(document)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (isLarge(event.contentChanges)) this.#opened.delete(event.document.uri.toString());
        this.settle(event.document);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.settle(editor.document, 0)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
    );
    for (const { document } of vscode.window.visibleTextEditors) this.settle(document, 0);
  }

  configuration(uri: vscode.Uri): Configuration {
    const key = vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? "";
    let configuration = this.#configurations.get(key);
    if (configuration === undefined) {
      configuration = readConfiguration(uri);
      this.#configurations.set(key, configuration);
    }
    return configuration;
  }

  /** The engine, loaded on the first call. */
  engine(): Promise<Engine> {
    this.#loading ??= this.#loadEngine();
    return this.#loading;
  }

  async #loadEngine(): Promise<Engine> {
    try {
      const { Engine } = await import("./engine");
      const engine = new Engine(this.store, this.log);
      await engine.reload();
      this.#engine = engine;
      return engine;
    } catch (error) {
      this.log(`the engine did not load: ${String(error)}`);
      this.#loading = undefined;
      throw error;
    }
  }

  /** Undefined when the document is not ours; a promise only until the engine is there. */
  get(document: vscode.TextDocument): DocumentAnalysis | undefined | Promise<DocumentAnalysis | undefined> {
    const language = languageOf(document);
    if (language === undefined) return undefined;
    const configuration = this.configuration(document.uri);
    if (!configuration.enable || (language === "markdown" && !configuration.markdown)) return undefined;
    if (this.#engine === undefined)
      return this.engine().then(() => (document.isClosed ? undefined : this.get(document)));
    const key = document.uri.toString();
    const known = this.#entries.get(key);
    if (known !== undefined && known.version === document.version && known.document === document) return known;
    const opening = this.#opening.get(key);
    if (opening !== undefined) return opening;
    if (language === "yaml" && !this.#opened.has(key) && lengthOf(document) > stagedLength)
      return this.#open(document, key, this.#engine);
    const entry = this.#analyze(document, language, configuration, this.#engine);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.size > remembered ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
    this.#analyzed.fire(entry);
    return entry;
  }

  /**
   * The first analysis of a long stream, document by document with pauses between: what was parsed stays, so that the whole is then
   * put together at once. The editor's other extensions do not wait for us.
   */
  #open(document: vscode.TextDocument, key: string, engine: Engine): Promise<DocumentAnalysis | undefined> {
    const opening = this.#stages(document, engine).then(() => {
      this.#opening.delete(key);
      if (document.isClosed) return undefined;
      this.#opened.add(key);
      return this.get(document);
    });
    this.#opening.set(key, opening);
    return opening;
  }

  async #stages(document: vscode.TextDocument, engine: Engine): Promise<void> {
    if (lengthOf(document) > this.configuration(document.uri).maxLength) return;
    const text = document.getText();
    if (engine.mayHoldWorkload(text) && !engine.wouldBeFelt(text, "yaml"))
      await readInStages(document.uri, text, engine, () => document.isClosed);
  }

  #analyze(
    document: vscode.TextDocument,
    language: NonNullable<ReturnType<typeof languageOf>>,
    configuration: Configuration,
    engine: Engine,
  ): DocumentAnalysis {
    const entry = { document, version: document.version, engine, configuration };
    if (lengthOf(document) > configuration.maxLength) {
      const head = document.getText(new vscode.Range(0, 0, Math.min(document.lineCount, 2000), 0));
      return paused(entry, engine.mayHoldWorkload(head.slice(0, 200_000)));
    }
    const text = document.getText();
    if (engine.wouldBeFelt(text, language)) return paused(entry, engine.mayHoldWorkload(text));
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri;
    const input = { path: pathOf(document.uri), text, language };
    const analysis = engine.analyze(document.uri, input, this.#references.reader(folder));
    if (analysis.wanted.length > 0) this.#load(document, folder, analysis.wanted);
    engine.loadTokenPrices(analysis).then(
      (came) => came && this.#invalidate(),
      (error: unknown) => this.log(`token prices: ${String(error)}`),
    );
    return { ...entry, analysis, paused: false };
  }

  #load(document: vscode.TextDocument, folder: vscode.Uri | undefined, wanted: readonly string[]): void {
    this.#references.load(folder, wanted).then(
      (came) => came && this.#invalidate(document.uri),
      (error: unknown) => this.log(`reading referenced files: ${String(error)}`),
    );
  }

  /** Analyses text that is in no editor, with the files it refers to. */
  async analyzeFile(
    uri: vscode.Uri,
    text: string,
    language: "yaml" | "json" | "jsonc" | "markdown",
  ): Promise<Analysis> {
    const engine = await this.engine();
    if (engine.wouldBeFelt(text, language)) return leftAlone;
    if (language === "yaml" && text.length > stagedLength) await readInStages(uri, text, engine);
    const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
    const input = { path: pathOf(uri), text, language };
    const read = this.#references.reader(folder);
    let analysis = engine.analyze(uri, input, read);
    // A loaded recipe may name a further one.
    for (let round = 0; round < 4 && analysis.wanted.length > 0; round++) {
      if (!(await this.#references.load(folder, analysis.wanted))) break;
      analysis = engine.analyze(uri, input, read);
    }
    return (await engine.loadTokenPrices(analysis)) ? engine.analyze(uri, input, read) : analysis;
  }

  /** Settings or `aicost.yaml` changed: everything is estimated anew. */
  async reload(): Promise<void> {
    this.#configurations.clear();
    // The engine's memory goes with the old settings.
    this.#opened.clear();
    if (this.#engine !== undefined) await this.#engine.reload();
    this.#invalidate();
  }

  #invalidate(uri?: vscode.Uri): void {
    if (uri === undefined) this.#entries.clear();
    else this.#entries.delete(uri.toString());
    this.#stale.fire(uri);
    for (const { document } of vscode.window.visibleTextEditors)
      if (uri === undefined || document.uri.toString() === uri.toString()) this.settle(document, 0);
  }

  /** Analyses a document once it rests, for the faces that are not asked by the editor. */
  settle(document: vscode.TextDocument, delay = settleMilliseconds): void {
    if (languageOf(document) === undefined) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        if (!document.isClosed) void this.get(document);
      }, delay),
    );
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#opened.delete(key);
    entry?.engine.analyzer(document.uri).forget(pathOf(document.uri));
    this.#closed.fire(document.uri);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const disposable of this.#disposables) disposable.dispose();
    this.#entries.clear();
  }
}

/** Reads a stream so that what follows finds its documents parsed. */
async function readInStages(
  uri: vscode.Uri,
  text: string,
  engine: Engine,
  isCancelled: () => boolean = () => false,
): Promise<void> {
  for (const end of stages(text)) {
    if (isCancelled()) return;
    engine.analyze(uri, { path: pathOf(uri), text: text.slice(0, end), language: "yaml" });
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Ends of growing pieces of a stream, each of whole documents. */
function* stages(text: string): Generator<number> {
  let start = 0;
  let last = 0;
  let documents = 0;
  let length = firstStageLength;
  for (let end = text.indexOf("\n---"); end >= 0; end = text.indexOf("\n---", end + 4)) {
    if (end - last > emptyDocument) documents++;
    last = end;
    if (end - start < length && documents < documentsOfStage) continue;
    yield end + 1;
    start = end;
    documents = 0;
    length = Math.min(2 * length, stageLength);
  }
}

/** UTF-16 units, without asking for the text. */
const lengthOf = (document: vscode.TextDocument): number =>
  document.offsetAt(document.lineAt(document.lineCount - 1).range.end);

const isLarge = (changes: readonly vscode.TextDocumentContentChangeEvent[]): boolean =>
  changes.length > fewChanges || changes.reduce((length, { text }) => length + text.length, 0) > stageLength;

const paused = (entry: Omit<DocumentAnalysis, "analysis" | "paused">, mayHoldWorkload: boolean): DocumentAnalysis => ({
  ...entry,
  analysis: mayHoldWorkload ? leftAlone : nothing,
  paused: mayHoldWorkload,
});

/** A workload of an analysis by its id. */
export const workloadById = (analysis: Analysis, id: string): AnalyzedWorkload | undefined =>
  analysis.workloads.find(({ recognized }) => recognized.id === id);
