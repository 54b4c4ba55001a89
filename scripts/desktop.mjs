// Runs the suite of test/host in the desktop VS Code that @vscode/test-electron downloads. AICOST_VSCODE names one that is there already.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { runTests } from "@vscode/test-electron";

const built = spawnSync(process.execPath, ["esbuild.js"], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);
try {
  await runTests({
    ...(process.env.AICOST_VSCODE ? { vscodeExecutablePath: process.env.AICOST_VSCODE } : {}),
    extensionDevelopmentPath: resolve("."),
    extensionTestsPath: resolve("dist/test/host/index.js"),
    launchArgs: [resolve("examples"), "--disable-extensions", "--disable-workspace-trust"],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
