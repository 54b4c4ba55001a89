// Installs what a real VS Code in a browser needs, once per machine: code-server (VS Code's own server and workbench, from npm), the
// Node version it wants, and Chromium where the machine has no Chrome. Nothing of it becomes a dependency of the extension.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";

const codeServerVersion = "4.139.1";
const nodeVersion = "24.9.0";

const cache = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "ai-cost-lens",
  `code-server-${codeServerVersion}`,
);

function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    shell: platform() === "win32",
    ...options,
  });
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed (exit ${result.status})`);
}

/** Returns { node, server }: the Node binary and server-main.js, installed on first use (about 600 MB, 20 s). */
export function installCodeServer() {
  const paths = (root) => ({
    node: join(root, "node_modules", "node", "bin", platform() === "win32" ? "node.exe" : "node"),
    server: join(root, "node_modules", "code-server", "lib", "vscode", "out", "server-main.js"),
  });
  if (existsSync(join(cache, "complete"))) return paths(cache);
  console.log(`installing code-server ${codeServerVersion} (once, into ${cache}) …`);
  const work = `${cache}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "package.json"), JSON.stringify({ name: "host", private: true }));
  const quiet = ["--no-fund", "--no-audit", "--loglevel=error"];
  run("npm", ["install", "--ignore-scripts", ...quiet, `code-server@${codeServerVersion}`], { cwd: work });
  // The Node package places its binary in an install script, so this one runs its scripts.
  run("npm", ["install", ...quiet, `node@${nodeVersion}`], { cwd: work });
  run("npm", ["install", "--omit=dev", "--ignore-scripts", ...quiet], {
    cwd: join(work, "node_modules", "code-server", "lib", "vscode"),
  });
  const made = paths(work);
  if (!existsSync(made.node)) throw new Error(`no Node binary at ${made.node}`);
  writeFileSync(join(work, "complete"), "");
  rmSync(cache, { recursive: true, force: true });
  renameSync(work, cache);
  return paths(cache);
}

const candidates = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** Path of a Chromium-family browser; on Debian as root it is installed when missing. */
export function findBrowser() {
  const all = [process.env.CHROME_PATH, ...(candidates[platform()] ?? [])].filter(Boolean);
  const found = all.find((path) => existsSync(path));
  if (found) return found;
  if (platform() === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("installing Chromium …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    run("apt-get", ["update", "-qq"], { env });
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], {
      env,
      stdio: "ignore",
    });
    if (existsSync("/usr/bin/chromium")) return "/usr/bin/chromium";
  }
  throw new Error("no Chrome or Chromium found: install one, or set CHROME_PATH");
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replaceAll("\\", "/").split("/").pop())) {
  console.log(installCodeServer());
  console.log(findBrowser());
}
