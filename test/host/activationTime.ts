/**
 * For the benchmark: how long activation takes inside VS Code's extension host. Loads the bundle and calls `activate` as the host
 * does, without the host's own messages to the window in between.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as vscode from "vscode";
import { extensionId } from "./activation";

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension(extensionId);
  if (extension === undefined || extension.isActive) throw new Error("the extension is awake before it is measured");
  const memento = { get: () => undefined, update: async () => {}, keys: () => [], setKeysForSync: () => {} };
  const context = {
    subscriptions: [] as vscode.Disposable[],
    extensionUri: extension.extensionUri,
    globalState: memento,
    workspaceState: memento,
    globalStorageUri: extension.extensionUri,
  };
  // The host is still busy starting; its turn comes first.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const start = performance.now();
  const { activate } = createRequire(__filename)(join(extension.extensionPath, "dist", "extension.js"));
  activate(context);
  console.log(`ACTIVATION ${performance.now() - start}`);
  // The line reaches the window's console before the host goes away.
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const disposable of context.subscriptions) disposable.dispose();
}
