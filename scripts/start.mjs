// The demonstration: prints the report for examples/ and opens VS Code in the browser on them, with the extension.
// Usage: node scripts/start.mjs [FOLDER] [--port N] [--no-open]
import { spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { startServer } from "./host/server.mjs";

const folder = resolve(
  process.argv.slice(2).find((argument, i, all) => !argument.startsWith("--") && all[i - 1] !== "--port") ?? "examples",
);
const portAt = process.argv.indexOf("--port");
const port = portAt > 0 ? Number(process.argv[portAt + 1]) : 0;

const run = (args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
run(["esbuild.js", "--production"]);
run(["dist/cli.js", "report", folder]);

const packed = spawnSync(process.execPath, ["scripts/package.mjs"], { encoding: "utf8" });
if (packed.status !== 0) {
  console.error(packed.stdout + packed.stderr);
  process.exit(1);
}
const vsix = resolve(packed.stdout.match(/\S+\.vsix/)[0]);
const server = await startServer({ port, vsix, smokeTest: false });
const url = `${server.url}?folder=${encodeURIComponent(folder)}`;
console.log(`\nVS Code with AI Cost Lens on ${folder}:\n  ${url}\nCtrl+C ends it.`);
if (!process.argv.includes("--no-open")) {
  const opener = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
  spawn(opener, [url], { stdio: "ignore", detached: true })
    .once("error", () => {})
    .unref();
}
const end = async () => {
  await server.stop();
  process.exit(0);
};
process.on("SIGINT", end);
process.on("SIGTERM", end);
