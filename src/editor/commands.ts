/** The commands. Every argument is validated; a command without one is about the cursor's place. */
import * as vscode from "vscode";
import type { ComparisonServices } from "../compare/panel";
import { explainMarkdown } from "../present/explain";
import { escapeMarkdown } from "../present/markdown";
import type { Formatter } from "../present/numbers";
import { type ReportFormat, reportMarkdown, reportText } from "../present/reportText";
import { type Analyses, workloadById } from "./analyses";
import { type CommandId, commandIds } from "./commandIds";
import { section } from "./configuration";
import { reportOfDocument, reportOfWorkspace } from "./reports";
import { documentOf, parseArgument, resolveTarget } from "./targets";
import type { VirtualDocuments } from "./virtualDocuments";

export interface CommandServices {
  readonly analyses: Analyses;
  readonly format: Formatter;
  readonly pages: VirtualDocuments;
  readonly comparison: ComparisonServices;
  readonly log: (message: string) => void;
}

type Handler = (argument: unknown) => Promise<void>;

export function registerCommands(services: CommandServices): vscode.Disposable {
  const handlers: Record<CommandId, Handler> = {
    [commandIds.reportFile]: (argument) => showFileReport(services, argument),
    [commandIds.reportWorkspace]: () => showWorkspaceReport(services),
    [commandIds.explain]: (argument) => explain(services, argument),
    [commandIds.compare]: (argument) => compare(services, argument),
    [commandIds.toggleInline]: () => toggleInline(),
    [commandIds.exportReport]: (argument) => exportReport(services, argument),
    [commandIds.openSample]: () => openSample(),
    [commandIds.browseCatalogue]: async (argument) => {
      const engine = await services.analyses.engine();
      const { browseCatalogue } = await engine.catalogue();
      await browseCatalogue(engine.facts(vscode.window.activeTextEditor?.document.uri), services.format, argument);
    },
    [commandIds.refreshPrices]: async () => (await catalogue(services)).refreshStoredPrices(services.analyses),
    [commandIds.undoRefresh]: async () => (await catalogue(services)).undoRefreshedPrices(services.analyses),
    [commandIds.resolveModel]: async (argument) =>
      (await modelLookup(services)).resolveModel(services.analyses, argument, () => unknownModel(services.analyses)),
    [commandIds.setHubToken]: async () => (await modelLookup(services)).setHubToken(services.analyses),
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, handler]) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await handler(argument);
        } catch (error) {
          services.log(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
          void vscode.window.showErrorMessage(vscode.l10n.t("AI Cost Lens could not do that; the log has the reason."));
        }
      }),
    ),
  );
}

const catalogue = async ({ analyses }: CommandServices) => (await analyses.engine()).catalogue();
const modelLookup = async ({ analyses }: CommandServices) => (await analyses.engine()).modelLookup();

/** The first model of the active file that the catalogue does not know: what one would want to resolve. */
async function unknownModel(analyses: Analyses): Promise<string> {
  const document = vscode.window.activeTextEditor?.document;
  const entry = document && (await analyses.get(document));
  if (!document || !entry) return "";
  const facts = entry.engine.facts(document.uri);
  for (const { workload } of entry.analysis.workloads) {
    const model = workload?.model;
    if (typeof model === "string" && model.includes("/") && facts.model(model) === undefined) return model;
  }
  return "";
}

/** Says that there is nothing, and how there could be something. The command is done meanwhile: a message may stay unanswered. */
function nothingHere(): void {
  const show = vscode.l10n.t("Show a Sample");
  void vscode.window
    .showInformationMessage(vscode.l10n.t("No AI workload is recognised in this file."), show)
    .then((chosen) => (chosen === show ? openSample() : undefined));
}

async function showFileReport({ analyses, format, pages }: CommandServices, argument: unknown): Promise<void> {
  const parsed = await parseArgument(argument);
  if (parsed === "refused") return;
  const document = await documentOf(parsed.target);
  const report = document && (await reportOfDocument(analyses, document));
  if (!document || report === undefined || report.files.every((file) => file.workloads.length === 0))
    return nothingHere();
  const name = document.uri.path.split("/").at(-1) ?? "";
  await pages.show(
    vscode.l10n.t("Cost of {0}", name),
    async () => {
      const current = document.isClosed ? report : ((await reportOfDocument(analyses, document)) ?? report);
      return reportMarkdown(current, format, { title: vscode.l10n.t("What {0} costs", name) });
    },
    document.uri,
  );
}

async function showWorkspaceReport({ analyses, format, pages }: CommandServices): Promise<void> {
  const result = await reportOfWorkspace(analyses);
  if (result === undefined) return;
  const { report, looked, cut } = result;
  const remark = cut
    ? vscode.l10n.t("Only the first {0} files were looked at.", format.count(looked))
    : vscode.l10n.t("{0} files were looked at.", format.count(looked));
  const text = `${reportMarkdown(report, format, { title: vscode.l10n.t("What the workloads of this workspace cost") })}\n${escapeMarkdown(remark)}\n`;
  await pages.show(vscode.l10n.t("Cost of the workspace"), async () => text);
}

async function explain({ analyses, format, pages }: CommandServices, argument: unknown): Promise<void> {
  const resolved = await resolveTarget(analyses, argument);
  if (resolved === undefined) return argument === undefined ? nothingHere() : undefined;
  const { entry, analyzed } = resolved;
  const { document } = entry;
  const id = analyzed.recognized.id;
  await pages.show(
    vscode.l10n.t("How {0} is estimated", analyzed.recognized.name ?? analyzed.recognized.dialect),
    async () => {
      const now = document.isClosed ? entry : ((await analyses.get(document)) ?? entry);
      const subject = workloadById(now.analysis, id) ?? analyzed;
      return explainMarkdown(subject, { facts: now.engine.facts(document.uri), format });
    },
    document.uri,
  );
}

async function compare({ analyses, comparison }: CommandServices, argument: unknown): Promise<void> {
  const resolved = await resolveTarget(analyses, argument);
  if (resolved === undefined) return argument === undefined ? nothingHere() : undefined;
  const { openComparison } = await import("../compare/panel");
  openComparison(comparison, resolved.entry.document.uri, resolved.analyzed.recognized.id);
}

/** Lenses off and on for the workspace, or for the person where there is none. */
async function toggleInline(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(section);
  const on = settings.get<boolean>("codeLens.enable") ?? true;
  const inspected = settings.inspect<boolean>("codeLens.enable");
  const place =
    inspected?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await settings.update("codeLens.enable", !on, place);
}

/** A file to try things on, for people who have none at hand. */
const sample = `# A sample: hover over the values, change one, open the comparison from the line above a workload.
aicost: 1
defaults:
  region: us-east-1
workloads:
  - name: pretrain-8b
    kind: training
    model: meta-llama/Llama-3.1-8B
    accelerator: H100-SXM
    accelerators: 256
    tokens: 1T
    sequenceLength: 8192
  - name: chat
    kind: inference
    model: Qwen/Qwen3-32B
    accelerator: H100-SXM
    accelerators: 2
    inputTokens: 1000
    outputTokens: 300
    concurrency: 32
`;

async function openSample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "yaml", content: sample });
  await vscode.window.showTextDocument(document);
}

const exportFormats: readonly { readonly label: string; readonly as: ReportFormat; readonly extension: string }[] = [
  { label: "Markdown", as: "markdown", extension: "md" },
  { label: "CSV", as: "csv", extension: "csv" },
  { label: "JSON", as: "json", extension: "json" },
];

async function exportReport({ analyses, format }: CommandServices, argument: unknown): Promise<void> {
  const parsed = await parseArgument(argument);
  if (parsed === "refused") return;
  const document = await documentOf(parsed.target);
  const own = document && (await reportOfDocument(analyses, document));
  const hasOwn = own?.files.some((file) => file.workloads.length > 0) ?? false;
  const scopes = [
    ...(hasOwn ? [{ label: vscode.l10n.t("This file"), whole: false }] : []),
    ...(vscode.workspace.workspaceFolders ? [{ label: vscode.l10n.t("The whole workspace"), whole: true }] : []),
  ];
  if (scopes.length === 0) return nothingHere();
  const placeHolder = vscode.l10n.t("Report of what?");
  const scope = scopes.length === 1 ? scopes[0] : await vscode.window.showQuickPick(scopes, { placeHolder });
  if (scope === undefined) return;
  const chosen = await vscode.window.showQuickPick(exportFormats, { placeHolder: vscode.l10n.t("Format") });
  if (chosen === undefined) return;
  const report = scope.whole ? (await reportOfWorkspace(analyses))?.report : own;
  if (report === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `ai-cost-report.${chosen.extension}`) }),
    filters: { [chosen.label]: [chosen.extension] },
  });
  if (uri === undefined) return;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(reportText(report, chosen.as, format)));
  const open = vscode.l10n.t("Open");
  if ((await vscode.window.showInformationMessage(vscode.l10n.t("The report is saved."), open)) === open)
    await vscode.window.showTextDocument(uri);
}
