// Starts VS Code in a browser on a fresh profile: { url, port, stop }.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installCodeServer } from "./install.mjs";

/** Settings that keep a fresh profile quiet; tests and the demo start from the same. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "editor.minimap.enabled": false,
  "git.openRepositoryInParentFolders": "never",
};

/**
 * @param {{ port?: number, vsix?: string, settings?: Record<string, unknown>, smokeTest?: boolean, verbose?: boolean }} options
 */
export async function startServer(options = {}) {
  const { node, server } = installCodeServer();
  const data = mkdtempSync(join(tmpdir(), "ai-cost-lens-host-"));
  const machine = join(data, "data", "Machine");
  mkdirSync(machine, { recursive: true });
  writeFileSync(join(machine, "settings.json"), JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  const common = ["--server-data-dir", data, "--accept-server-license-terms"];
  if (options.vsix) {
    const installed = spawnSync(node, [server, ...common, "--install-extension", options.vsix], { encoding: "utf8" });
    if (installed.status !== 0)
      throw new Error(`installing ${options.vsix} failed:\n${installed.stdout}${installed.stderr}`);
  }
  const child = spawn(
    node,
    [
      server,
      ...common,
      ...[
        "--host",
        "127.0.0.1",
        "--port",
        String(options.port ?? 0),
        "--without-connection-token",
        "--telemetry-level",
        "off",
      ],
      "--disable-workspace-trust",
      ...(options.smokeTest === false ? [] : ["--enable-smoke-test-driver"]),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const stop = () =>
    new Promise((resolve) => {
      const clean = () => {
        rmSync(data, { recursive: true, force: true, maxRetries: 3 });
        resolve(undefined);
      };
      if (child.exitCode !== null) return clean();
      child.once("exit", clean);
      child.kill();
      setTimeout(() => child.kill("SIGKILL"), 3000).unref();
    });
  const port = await new Promise((resolve, reject) => {
    let log = "";
    const onData = (chunk) => {
      log += chunk;
      if (options.verbose) process.stderr.write(chunk);
      const listening = /listening on (\d+)/i.exec(log);
      if (listening) resolve(Number(listening[1]));
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.once("exit", (code) => reject(new Error(`the server ended (exit ${code}):\n${log}`)));
    setTimeout(() => reject(new Error(`the server did not start in 60 s:\n${log}`)), 60_000).unref();
  });
  return { port, url: `http://127.0.0.1:${port}/`, data, stop };
}
