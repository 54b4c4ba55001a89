/** What no editor may choke on: a note or silence, lenses of other files untouched, nothing thrown. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { hostileTexts, largeJson, longDocument, longStream } from "../unit/robustness/hostile";
import { extensionId } from "./activation";

const recipe = "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: x\nmicro_batch_size: 2\n";

const open = (content: string, language: string): Thenable<vscode.TextDocument> =>
  vscode.workspace.openTextDocument({ language, content });

/** Asks as the editor does; a provider that throws gives no lens and writes to the log, so that a healthy file is asked as well. */
async function titles(document: vscode.TextDocument): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    document.uri,
    5000,
  );
  return lenses.map(({ command }) => command?.title ?? "");
}

async function firstTitles(document: vscode.TextDocument): Promise<string[]> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const found = await titles(document);
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return [];
}

const hover = async (document: vscode.TextDocument, offset: number): Promise<number> =>
  (
    await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      document.positionAt(offset),
    )
  ).length;

const own = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "AI Cost Lens");

export function robustnessSuite(): void {
  describe("robustness", () => {
    before(async () => {
      await vscode.extensions.getExtension(extensionId)?.activate();
      assert.ok((await firstTitles(await open(recipe, "yaml"))).length > 0);
    });

    for (const [name, text, language] of [
      ["a JSON file of 3 MB", largeJson(3), "json"],
      ["a YAML document of 100,000 lines", longDocument(100_000), "yaml"],
      [
        "a YAML document of 100,000 short lines, under the size limit",
        longDocument(0) + "  - 1\n".repeat(80_000),
        "yaml",
      ],
      ["a stream of 5,000 documents", "---\nnvidia.com/gpu: 8\n".repeat(5000), "yaml"],
      ["Markdown of 300 blocks", '```json\n{"nvidia.com/gpu": 8}\n```\n'.repeat(300), "markdown"],
      ["Markdown with a block of 10,000 lines", `\`\`\`yaml\n${longDocument(10_000)}\`\`\`\n`, "markdown"],
    ] as const)
      it(`leaves ${name} alone, with one quiet note`, async () => {
        const document = await open(text, language);
        const shown = await firstTitles(document);
        assert.equal(shown.length, 1);
        assert.match(shown[0] ?? "", /not estimated/);
        assert.equal(await hover(document, text.indexOf(":") - 1), 0);
        assert.deepEqual(own(document), []);
      });

    it("reads a workload among 10,000 empty documents", async () => {
      const document = await open(`${recipe}${"---\n".repeat(10_000)}`, "yaml");
      const shown = await firstTitles(document);
      // The estimate and "Compare".
      assert.equal(shown.length, 2);
      assert.doesNotMatch(shown[0] ?? "", /not estimated/);
    });

    it("reads a long stream in stages, to the last document", async () => {
      const document = await open(longStream(1500), "yaml");
      const shown = await firstTitles(document);
      // Each workload has its estimate and "Compare".
      assert.equal(shown.length, 3000);
    });

    it("reads a long stream again after an edit of all of it", async () => {
      const document = await open(longStream(300), "yaml");
      await firstTitles(document);
      const edit = new vscode.WorkspaceEdit();
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      edit.replace(document.uri, all, longStream(250).replaceAll("nvidia.com/gpu: 8", "nvidia.com/gpu: 4"));
      await vscode.workspace.applyEdit(edit);
      const shown = await firstTitles(document);
      assert.equal(shown.length, 500);
    });

    for (const { name, language, text } of hostileTexts)
      it(`lives with ${name}`, async () => {
        const document = await open(text, language);
        const shown = await titles(document);
        for (const title of shown) assert.doesNotMatch(title, /NaN|undefined|Infinity/);
        await hover(document, Math.floor(text.length / 2));
        for (const { severity } of own(document)) assert.notEqual(severity, vscode.DiagnosticSeverity.Error);
      });

    it("goes on estimating other files afterwards", async () => {
      assert.ok((await firstTitles(await open(recipe, "yaml"))).length > 0);
    });
  });
}
