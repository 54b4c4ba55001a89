/** The estimate as a tool for language models: a workload's fields, or text of a configuration, in; the report's JSON out. */
import * as vscode from "vscode";
import type { Analyses } from "./analyses";
import { reportOfText } from "./reports";

export const toolName = "aiCostLens_estimateWorkload";
const largestInput = 200_000;

/** Registers the tool where the editor has language models; elsewhere this is nothing. */
export function registerLanguageModelTool(analyses: Analyses): vscode.Disposable {
  if (typeof vscode.lm?.registerTool !== "function") return new vscode.Disposable(() => undefined);
  return vscode.lm.registerTool<unknown>(toolName, {
    prepareInvocation: () => ({ invocationMessage: vscode.l10n.t("Estimating the workload") }),
    invoke: async ({ input }) =>
      new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await answer(analyses, input))]),
  });
}

/** The tool's answer: compact JSON, or a sentence that says what is wrong with the input. */
export async function answer(analyses: Analyses, input: unknown): Promise<string> {
  const { toolInputSchema } = await import("./argumentSchemas");
  const parsed = toolInputSchema.safeParse(input);
  if (!parsed.success) return `The input is not understood: ${parsed.error.issues[0]?.message ?? "wrong shape"}.`;
  const { workload, text, language = "yaml", path } = parsed.data;
  const source =
    workload !== undefined
      ? {
          text: JSON.stringify({ aicost: 1, workloads: [workload] }),
          language: "json" as const,
          path: "tool.aicost.json",
        }
      : text !== undefined
        ? { text, language, path: path ?? `tool.${language === "yaml" ? "yaml" : "json"}` }
        : undefined;
  if (source === undefined)
    return "Give either `workload` (fields of a workload with its kind) or `text` (a configuration file's content).";
  if (source.text.length > largestInput) return "The input is too large.";
  const report = await reportOfText(analyses, source);
  const [file] = report.files;
  if (file === undefined || file.workloads.length === 0)
    return `No AI workload is recognised. ${file?.problems.map(({ message }) => message).join(" ") ?? ""}`.trim();
  // Steps and facts would fill a conversation; the summary, results and assumptions answer the question.
  return JSON.stringify({
    methodology: report.methodology,
    catalog: report.catalog,
    workloads: file.workloads.map(({ name, kind, summary, estimate, hardware, assumptions, notes }) => ({
      name,
      kind,
      summary,
      hardware,
      estimate,
      assumptions,
      notes,
    })),
    problems: file.problems,
    totals: report.totals,
  });
}
