import assert from "node:assert/strict";
import * as vscode from "vscode";

export const extensionId = "ai-cost-lens.ai-cost-lens";

export function activationSuite(): void {
  describe("activation", () => {
    it("activates on the first YAML document", async () => {
      const extension = vscode.extensions.getExtension(extensionId);
      assert.ok(extension, "the extension is installed");
      await vscode.workspace.openTextDocument({ language: "yaml", content: "a: 1\n" });
      await extension.activate();
      assert.equal(extension.isActive, true);
    });

    it("registers every command of its manifest", async () => {
      const declared: { command: string }[] =
        vscode.extensions.getExtension(extensionId)?.packageJSON.contributes.commands;
      const registered = new Set(await vscode.commands.getCommands(true));
      assert.deepEqual(
        declared.map(({ command }) => command).filter((command) => !registered.has(command)),
        [],
      );
    });
  });
}
