/** Explains the value under the cursor; nothing elsewhere. */
import * as vscode from "vscode";
import { type HoverAction, type HoverTarget, hoverMarkdown, hoverTarget } from "../present/hover";
import type { Formatter } from "../present/numbers";
import type { Analyses, DocumentAnalysis } from "./analyses";
import { commandIds, hoverCommands } from "./commandIds";
import { selector } from "./documents";
import { targetOf } from "./targets";

export class ValueHovers implements vscode.HoverProvider, vscode.Disposable {
  readonly #registration = vscode.languages.registerHoverProvider(selector, this);

  constructor(
    readonly analyses: Analyses,
    readonly format: Formatter,
  ) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.ProviderResult<vscode.Hover> {
    if (!this.analyses.configuration(document.uri).hover) return undefined;
    const entry = this.analyses.get(document);
    if (entry instanceof Promise) return entry.then((loaded) => loaded && this.#hover(loaded, position));
    return entry && this.#hover(entry, position);
  }

  #hover(entry: DocumentAnalysis, position: vscode.Position): vscode.Hover | undefined {
    const { document } = entry;
    const target = hoverTarget(entry.analysis.workloads, document.offsetAt(position));
    if (target === undefined) return undefined;
    const range = new vscode.Range(document.positionAt(target.range.start), document.positionAt(target.range.end));
    return new vscode.Hover(hoverContent(entry, target, this.format), range);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** The hover's Markdown; links may run the commands of `hoverCommands` and nothing else. */
export function hoverContent(entry: DocumentAnalysis, target: HoverTarget, format: Formatter): vscode.MarkdownString {
  const { document, engine } = entry;
  const analyzed = entry.analysis.workloads.find((one) => one.recognized === target.subject.recognized);
  const argument = analyzed && targetOf(document, analyzed);
  const actions: HoverAction[] =
    argument === undefined
      ? []
      : [
          {
            label: vscode.l10n.t("Explain"),
            command: commandIds.explain,
            argument,
            title: vscode.l10n.t("The chain of formulas behind this estimate"),
          },
          {
            label: vscode.l10n.t("Compare"),
            command: commandIds.compare,
            argument,
            title: vscode.l10n.t("Compare scenarios of this workload"),
          },
          {
            label: vscode.l10n.t("Report"),
            command: commandIds.reportFile,
            argument: { uri: argument.uri },
            title: vscode.l10n.t("All workloads of this file"),
          },
        ];
  const markdown = new vscode.MarkdownString(
    hoverMarkdown(target, {
      facts: engine.facts(document.uri),
      format,
      reestimate: (changes) => analyzed && engine.reestimate(document.uri, analyzed, changes),
      actions,
    }),
  );
  markdown.isTrusted = { enabledCommands: hoverCommands };
  return markdown;
}
