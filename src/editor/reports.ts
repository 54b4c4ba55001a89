/** Builds the reports that the commands show and save, from documents and from the whole workspace. */
import * as vscode from "vscode";
import type { Analysis, AnalysisInput } from "../analysis/analysis";
import { LineIndex } from "../document/positions";
import { type AnalyzedFile, buildReport, type Report } from "../present/report";
import type { Analyses } from "./analyses";
import { languageOf, languageOfPath, pathOf } from "./documents";
import type { Engine } from "./engine";
import { readText } from "./references";
import { findConfigurationFiles } from "./workspaceFiles";

/** Between two pauses the extension host belongs to others. */
const sliceMilliseconds = 30;

function analyzedFile(path: string, text: string, analysis: Analysis): AnalyzedFile {
  const index = new LineIndex(text);
  return {
    path,
    positionOf: (offset) => index.position(offset),
    workloads: analysis.workloads,
    problems: analysis.problems.filter(({ code }) => analysis.workloads.length > 0 || code === "tooLarge"),
  };
}

function report(
  engine: Engine,
  analyses: Analyses,
  uri: vscode.Uri | undefined,
  files: readonly AnalyzedFile[],
): Report {
  const facts = engine.facts(uri);
  const budget = { ...engine.budget(uri), ...(uri === undefined ? {} : analyses.configuration(uri).budget) };
  return buildReport(files, { names: facts, asOf: facts.asOf, budget });
}

/** The report of one document as it stands in the editor; undefined when it is not of ours. */
export async function reportOfDocument(analyses: Analyses, document: vscode.TextDocument): Promise<Report | undefined> {
  if (languageOf(document) === undefined) return undefined;
  const entry = await analyses.get(document);
  if (entry === undefined) return undefined;
  const file = analyzedFile(pathOf(document.uri), document.getText(), entry.analysis);
  return report(entry.engine, analyses, document.uri, [file]);
}

/** The report of text that is in no file. */
export async function reportOfText(analyses: Analyses, input: AnalysisInput): Promise<Report> {
  const engine = await analyses.engine();
  const first = engine.analyze(undefined, input);
  const analysis = (await engine.loadTokenPrices(first)) ? engine.analyze(undefined, input) : first;
  return report(engine, analyses, undefined, [analyzedFile(input.path, input.text, analysis)]);
}

export interface WorkspaceReport {
  readonly report: Report;
  readonly looked: number;
  readonly cut: boolean;
}

/** All files of the workspace, with progress and cancel. Undefined when cancelled. */
export async function reportOfWorkspace(analyses: Analyses): Promise<WorkspaceReport | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Estimating the workspace"),
      cancellable: true,
    },
    (progress, token) => collect(analyses, progress, token),
  );
}

async function collect(
  analyses: Analyses,
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  token: vscode.CancellationToken,
): Promise<WorkspaceReport | undefined> {
  const engine = await analyses.engine();
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  const { markdown } = analyses.configuration(first ?? vscode.Uri.file("/"));
  const { files, cut } = await findConfigurationFiles(markdown, token);
  const analyzed: AnalyzedFile[] = [];
  let since = Date.now();
  let told = 0;
  for (const [index, uri] of files.entries()) {
    if (token.isCancellationRequested) return undefined;
    const language = languageOfPath(uri.path);
    const text = language && (await textOf(uri, analyses.configuration(uri).maxLength));
    if (language !== undefined && text !== undefined && engine.mayHoldWorkload(text)) {
      const analysis = await analyses.analyzeFile(uri, text, language);
      // With several folders, the folder's name tells the files apart.
      if (analysis.workloads.length > 0 || analysis.problems.some(({ code }) => code === "tooLarge"))
        analyzed.push(analyzedFile(vscode.workspace.asRelativePath(uri).replaceAll("\\", "/"), text, analysis));
    }
    if (Date.now() - since > sliceMilliseconds) {
      progress.report({
        message: vscode.l10n.t("{0} of {1} files", index + 1, files.length),
        increment: (100 * (index + 1 - told)) / files.length,
      });
      told = index + 1;
      await new Promise((resolve) => setTimeout(resolve));
      since = Date.now();
    }
  }
  if (token.isCancellationRequested) return undefined;
  return { report: report(engine, analyses, first, analyzed), looked: files.length, cut };
}

/** What the editor holds wins over what is saved. */
async function textOf(uri: vscode.Uri, limit: number): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find(
    (document) => document.isDirty && document.uri.toString() === uri.toString(),
  );
  return open === undefined ? readText(uri, limit) : open.getText();
}
