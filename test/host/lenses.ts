import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extensionId } from "./activation";

/** Opens an example and waits until its lenses are there: the first answer after activation may come empty. */
async function lensesOf(path: string): Promise<{ document: vscode.TextDocument; lenses: vscode.CodeLens[] }> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, "the examples are open");
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, path));
  await vscode.window.showTextDocument(document);
  for (let attempt = 0; attempt < 50; attempt++) {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      50,
    );
    if (lenses.some(({ command }) => command?.title)) return { document, lenses };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { document, lenses: [] };
}

const hoverText = async (document: vscode.TextDocument, word: string): Promise<string> => {
  const position = document.positionAt(document.getText().indexOf(word) + 1);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value)))
    .join("\n");
};

export function lensSuite(): void {
  describe("lenses and hovers", () => {
    before(async () => {
      await vscode.extensions.getExtension(extensionId)?.activate();
    });

    for (const [path, expected] of [
      ["kubernetes/llama-70b-serving.yaml", /8 ?× ?.*H100/],
      ["training/axolotl-qlora.yaml", /RTX 4090/],
      ["launchers/skypilot-finetune.yaml", /16 ?× ?.*A100/],
      ["models/config.json", /31B parameters/],
    ] as const)
      it(`shows what ${path} costs`, async () => {
        const { lenses } = await lensesOf(path);
        const titles = lenses.map(({ command }) => command?.title ?? "");
        assert.ok(
          titles.some((title) => expected.test(title)),
          titles.join("\n") || "no lens",
        );
      });

    it("anchors lenses at the start of a line, so that typing does not make them jump", async () => {
      const { lenses } = await lensesOf("kubernetes/llama-70b-serving.yaml");
      assert.ok(lenses.length > 0);
      for (const { range } of lenses) assert.equal(range.start.character, 0);
    });

    it("explains a value by its key", async () => {
      const { document } = await lensesOf("kubernetes/llama-70b-serving.yaml");
      assert.match(await hoverText(document, "replicas: 2"), /Accelerators|replicas/i);
    });

    it("says nothing where there is nothing to say", async () => {
      const { document } = await lensesOf("kubernetes/llama-70b-serving.yaml");
      assert.equal(await hoverText(document, "containerPort"), "");
    });

    it("keeps the lens while the text is broken, and follows an edit", async () => {
      const document = await vscode.workspace.openTextDocument({
        language: "yaml",
        content: "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: x\nmicro_batch_size: 2\n",
      });
      await vscode.window.showTextDocument(document);
      const titles = async (): Promise<string[]> => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          "vscode.executeCodeLensProvider",
          document.uri,
          50,
        );
        return lenses.map(({ command }) => command?.title ?? "");
      };
      let before: string[] = [];
      for (let attempt = 0; attempt < 50 && before.length === 0; attempt++) before = await titles();
      assert.ok(before.length > 0, "no lens on an untitled document");
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(5, 0), "broken: [1, 2\n  : {\n");
      await vscode.workspace.applyEdit(edit);
      assert.ok((await titles()).length > 0, "the lens went away");
    });

    it("stays calm on a file far over the size limit", async () => {
      const document = await vscode.workspace.openTextDocument({
        language: "yaml",
        content: `nvidia.com/gpu: 1\n${"# filler\n".repeat(400_000)}`,
      });
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        document.uri,
        50,
      );
      assert.ok(lenses.length <= 1);
    });
  });
}
