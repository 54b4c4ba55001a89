/** The comparison's host: one panel per compared workload; owns the scenarios and every number, stores them per workspace. */
import * as vscode from "vscode";
import type { Analysis, AnalyzedWorkload } from "../analysis/analysis";
import type { Analyzer } from "../analysis/analyzer";
import { kindWords } from "../present/kinds";
import type { Formatter } from "../present/numbers";
import { comparisonMarkdown, type ExportFormat, exportComparison } from "./export";
import { fieldsFor } from "./fields";
import { comparisonPage } from "./pageHtml";
import { type HostMessage, type PageMessage, pageMessage, pageState, type StateMessage } from "./protocol";
import {
  addScenario,
  type Comparison,
  comparisonSchema,
  editScenario,
  newComparison,
  removeScenario,
  renameScenario,
  resetScenario,
  type Scenario,
  trySuggestion,
} from "./scenarios";
import { suggestionsFor } from "./suggestions";
import { buildView, type Option } from "./view";

export const comparisonViewType = "aiCostLens.comparison";

/** What the panel needs of the editor half. */
export interface ComparisonServices {
  readonly context: vscode.ExtensionContext;
  readonly format: Formatter;
  /** Knows the catalogue as the workspace of `uri` overrides it. */
  analyzer(uri: vscode.Uri): Promise<Analyzer>;
  analyze(uri: vscode.Uri): Promise<Analysis | undefined>;
  /** Fires when a document, the settings or the workspace's defaults changed; undefined means all. */
  readonly onDidChange: vscode.Event<vscode.Uri | undefined>;
  reveal(uri: vscode.Uri, workload: string): Promise<void>;
  /** Shows the scenario as a change of the file, for the person to accept or refuse. */
  propose(uri: vscode.Uri, workload: string, edits: Scenario["edits"]): Promise<void>;
  readonly log: (message: string) => void;
}

const presetFiles = [
  "energy-supply-demand.aicost.yaml",
  "post-training-methods.aicost.yaml",
  "image-architectures.aicost.yaml",
  "vision-language-hovle.aicost.yaml",
] as const;

const mostUndone = 50;

const open = new Map<string, ComparisonPanel>();

/** Opens the comparison of a workload, or brings its panel to the front. */
export function openComparison(services: ComparisonServices, uri: vscode.Uri, workload: string): void {
  const existing = open.get(keyOf(uri, workload));
  if (existing) {
    existing.panel.reveal();
    return;
  }
  const panel = vscode.window.createWebviewPanel(
    comparisonViewType,
    vscode.l10n.t("Compare Scenarios"),
    vscode.ViewColumn.Beside,
    {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [vscode.Uri.joinPath(services.context.extensionUri, "dist", "page")],
    },
  );
  new ComparisonPanel(services, panel, uri, workload);
}

/** Brings one panel back after a reload of the window; `state` is what the page kept, or anything else. */
export function restoreComparison(services: ComparisonServices, panel: vscode.WebviewPanel, state: unknown): void {
  const parsed = pageState.safeParse(state);
  if (!parsed.success) {
    panel.dispose();
    return;
  }
  panel.webview.options = {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(services.context.extensionUri, "dist", "page")],
  };
  new ComparisonPanel(services, panel, vscode.Uri.parse(parsed.data.path, true), parsed.data.workload);
}

const keyOf = (uri: vscode.Uri, workload: string): string => `aiCostLens.comparison:${uri.toString()}#${workload}`;

class ComparisonPanel {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #key: string;
  readonly #problems = new Map<string, string>();
  #comparison: Comparison;
  /** States before the changes of this session, latest last. */
  readonly #past: Comparison[] = [];
  #revision = 0;
  #presets: Promise<Map<string, AnalyzedWorkload>> | undefined;

  constructor(
    readonly services: ComparisonServices,
    readonly panel: vscode.WebviewPanel,
    readonly uri: vscode.Uri,
    readonly workload: string,
  ) {
    this.#key = keyOf(uri, workload);
    open.set(this.#key, this);
    this.#comparison = this.#load();
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, "media", "icon.png");
    panel.onDidDispose(() => this.#dispose(), undefined, this.#disposables);
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message), undefined, this.#disposables);
    // A hidden page drops messages: it gets a whole state when it is shown again.
    panel.onDidChangeViewState(() => panel.visible && this.#show(), undefined, this.#disposables);
    services.onDidChange(
      (changed) => (changed === undefined || changed.toString() === uri.toString()) && this.#show(),
      undefined,
      this.#disposables,
    );
    panel.webview.html = comparisonPage(panel.webview, services.context.extensionUri, {
      path: uri.toString(),
      workload,
    });
  }

  #load(): Comparison {
    const stored = this.services.context.workspaceState.get<unknown>(this.#key);
    const parsed = comparisonSchema.safeParse(stored);
    if (parsed.success) return parsed.data;
    // What a later version wrote is kept beside, never overwritten.
    if (stored !== undefined) void this.services.context.workspaceState.update(`${this.#key}.unread`, stored);
    const fresh = newComparison(this.workload);
    return addScenario(fresh, "copy:baseline");
  }

  #save(): void {
    void this.services.context.workspaceState.update(this.#key, this.#comparison);
  }

  #receive(raw: unknown): void {
    const message = pageMessage.safeParse(raw);
    if (!message.success) {
      this.services.log("the comparison page sent a message that is not understood");
      return;
    }
    void this.#handle(message.data).catch((error: unknown) => this.services.log(`comparison: ${String(error)}`));
  }

  async #handle(message: PageMessage): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.#show();
      case "edit":
        return this.#edit(message.scenario, message.field, message.value);
      case "add":
        return this.#change(addScenario(this.#comparison, message.from));
      case "remove":
        return this.#change(removeScenario(this.#comparison, message.scenario));
      case "rename":
        return this.#change(renameScenario(this.#comparison, message.scenario, message.name));
      case "reset":
        return this.#change(resetScenario(this.#comparison, message.scenario));
      case "try":
        return this.#try(message.suggestion);
      case "apply":
        return this.#apply(message.scenario);
      case "undo":
        return this.#undo();
      case "copy":
        await vscode.env.clipboard.writeText(comparisonMarkdown(await this.#view()));
        vscode.window.setStatusBarMessage(vscode.l10n.t("The comparison is copied as a Markdown table."), 4000);
        return;
      case "save":
        return this.#export(message.as);
      case "reveal":
        return this.services.reveal(this.uri, this.workload);
      default:
        return message satisfies never;
    }
  }

  async #change(comparison: Comparison): Promise<void> {
    if (comparison !== this.#comparison) this.#past.push(this.#comparison);
    if (this.#past.length > mostUndone) this.#past.shift();
    this.#comparison = comparison;
    this.#save();
    await this.#show();
  }

  async #undo(): Promise<void> {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#problems.clear();
    // Ids are never used twice, undone or not.
    this.#comparison = { ...before, nextId: this.#comparison.nextId };
    this.#save();
    await this.#show();
  }

  async #try(id: string): Promise<void> {
    const [analyzer, find] = await Promise.all([this.services.analyzer(this.uri), this.#finder()]);
    const baseline = find(this.workload);
    const suggestion = baseline && suggestionsFor(baseline, analyzer.facts).find((one) => one.id === id);
    if (suggestion !== undefined) await this.#change(trySuggestion(this.#comparison, suggestion.edits));
  }

  async #apply(id: string): Promise<void> {
    const scenario = this.#comparison.scenarios.find((one) => one.id === id);
    if (scenario === undefined || scenario.from.startsWith("preset:")) return;
    await this.services.propose(this.uri, scenario.from, scenario.edits);
  }

  async #export(as: ExportFormat): Promise<void> {
    const text = exportComparison(await this.#view(), as);
    const extension = { markdown: "md", csv: "csv", json: "json" }[as];
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const uri = await vscode.window.showSaveDialog({
      ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `ai-cost-comparison.${extension}`) }),
      filters: { [as === "markdown" ? "Markdown" : extension.toUpperCase()]: [extension] },
    });
    if (uri !== undefined) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  }

  async #edit(scenario: string, name: string, value: string): Promise<void> {
    const from = this.#comparison.scenarios.find(({ id }) => id === scenario)?.from;
    const find = await this.#finder();
    const analyzed = from === undefined ? undefined : find(from);
    const field = analyzed && fieldsFor(analyzed.recognized.kind).find((one) => one.name === name);
    if (field === undefined) return;
    const key = `${scenario}/${name}`;
    const result = editScenario(this.#comparison, scenario, field, value);
    const refusal = "problem" in result ? result.problem : await this.#refusal(name, value);
    if (refusal !== undefined) this.#problems.set(key, refusal);
    else this.#problems.delete(key);
    await ("comparison" in result && refusal === undefined ? this.#change(result.comparison) : this.#show());
  }

  /** Names that the catalogue must know to mean anything. */
  async #refusal(field: string, value: string): Promise<string | undefined> {
    if (field !== "accelerator" || value.trim() === "") return undefined;
    const analyzer = await this.services.analyzer(this.uri);
    return analyzer.facts.accelerator(value) === undefined ? vscode.l10n.t("not in the catalogue") : undefined;
  }

  async #finder(): Promise<(from: string) => AnalyzedWorkload | undefined> {
    const analysis = await this.services.analyze(this.uri);
    const usesPresets = this.#comparison.scenarios.some(({ from }) => from.startsWith("preset:"));
    const presets = usesPresets ? await this.#loadPresets() : undefined;
    return (from) =>
      from.startsWith("preset:")
        ? presets?.get(from)
        : analysis?.workloads.find(({ recognized }) => recognized.id === from);
  }

  /** The reference scenarios that ship with the extension. */
  #loadPresets(): Promise<Map<string, AnalyzedWorkload>> {
    this.#presets ??= (async () => {
      const analyzer = await this.services.analyzer(this.uri);
      const found = new Map<string, AnalyzedWorkload>();
      for (const name of presetFiles) {
        try {
          const bytes = await vscode.workspace.fs.readFile(
            vscode.Uri.joinPath(this.services.context.extensionUri, "examples", name),
          );
          const analysis = analyzer.analyze({
            path: `preset/${name}`,
            text: new TextDecoder().decode(bytes),
            language: "yaml",
          });
          for (const one of analysis.workloads) found.set(`preset:${name}#${one.recognized.id}`, one);
        } catch {
          this.services.log(`the reference scenarios of ${name} are missing`);
        }
      }
      return found;
    })();
    return this.#presets;
  }

  async #view() {
    const [analyzer, analysis, find] = await Promise.all([
      this.services.analyzer(this.uri),
      this.services.analyze(this.uri),
      this.#finder(),
    ]);
    const presets = await this.#loadPresets();
    const baseline = find(this.workload);
    const others = analysis?.workloads.filter(({ recognized }) => recognized.id !== this.workload) ?? [];
    const label = (one: AnalyzedWorkload): string => one.recognized.name ?? kindWords(one.recognized.kind);
    const file = vscode.workspace.asRelativePath(this.uri);
    return buildView(
      this.#comparison,
      {
        analyzer,
        format: this.services.format,
        find,
        title: baseline ? label(baseline) : vscode.l10n.t("Compare Scenarios"),
        subtitle: file,
        options: { accelerators: acceleratorOptions(analyzer), regions: regionOptions },
        additions: [
          { id: "copy:baseline", label: vscode.l10n.t("Copy of the baseline"), group: vscode.l10n.t("This workload") },
          ...others.slice(0, 20).map((one) => ({
            id: `workload:${one.recognized.id}`,
            label: label(one),
            group: vscode.l10n.t("In this file"),
          })),
          ...presetAdditions(presets, baseline, label),
        ],
        problems: this.#problems,
        canUndo: this.#past.length > 0,
      },
      ++this.#revision,
    );
  }

  async #show(): Promise<void> {
    if (!this.panel.visible) return;
    const view = await this.#view();
    this.panel.title = vscode.l10n.t("Compare: {0}", view.title.slice(0, 40));
    const message: HostMessage = view;
    await this.panel.webview.postMessage(message);
  }

  #dispose(): void {
    open.delete(this.#key);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** Published scenarios, those of the same kind first. */
function presetAdditions(
  presets: ReadonlyMap<string, AnalyzedWorkload>,
  baseline: AnalyzedWorkload | undefined,
  label: (one: AnalyzedWorkload) => string,
): StateMessage["additions"] {
  const alike = (one: AnalyzedWorkload): boolean => one.recognized.kind === baseline?.recognized.kind;
  return [...presets]
    .sort(([, a], [, b]) => Number(alike(b)) - Number(alike(a)))
    .map(([id, one]) => ({
      id,
      label: label(one),
      group: alike(one)
        ? vscode.l10n.t("Reference scenarios of this kind")
        : vscode.l10n.t("Other reference scenarios"),
    }));
}

const acceleratorOptions = (analyzer: Analyzer): Option[] =>
  analyzer.facts
    .accelerators()
    .map(({ id, name, memory }) => ({ value: id, label: name.includes("GB") ? name : `${name} (${memory} GB)` }));

/** Regions offered by name; any other can be stated in the file. */
const regionOptions: readonly Option[] = [
  ...[
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ca-central-1",
    "eu-west-1",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-south-1",
  ].map((value) => ({ value, label: `AWS ${value}` })),
  ...["eastus", "westus3", "westeurope", "swedencentral", "southeastasia"].map((value) => ({
    value,
    label: `Azure ${value}`,
  })),
  ...["us-central1", "us-west1", "europe-west1", "europe-west4", "europe-north1", "asia-northeast1"].map((value) => ({
    value,
    label: `Google ${value}`,
  })),
];
