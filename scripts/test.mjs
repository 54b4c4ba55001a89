// The whole test run: lint, build, unit and golden tests, the suites inside VS Code and its web worker, a person's way through a browser.
// Usage: node scripts/test.mjs [lint|unit|host|web|e2e …]. Ends with one line "N passed, N failed".
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { runHostTests } from "./host/runHostTests.mjs";
import { runWebTests } from "./host/runWebTests.mjs";

const wanted = process.argv.slice(2);
const parts = wanted.length > 0 ? wanted : ["lint", "unit", "host", "web", "e2e"];
const total = { passed: 0, failed: 0 };
const started = Date.now();

function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", shell: process.platform === "win32", ...options });
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", () => resolve(1));
  });
}

const title = (text) => console.log(`\n── ${text} (${Math.round((Date.now() - started) / 1000)} s)`);

async function check(name, command, args) {
  title(name);
  if ((await run(command, args)) === 0) total.passed++;
  else {
    total.failed++;
    console.error(`${name} failed`);
  }
}

/** Runs mocha with its JSON report beside the dots, and adds its counts. */
async function mocha(name, files) {
  title(name);
  mkdirSync("dist", { recursive: true });
  const report = `dist/mocha-${name}.json`;
  const code = await run("npx", [
    "mocha",
    "--reporter",
    "scripts/mochaReporter.cjs",
    "--reporter-option",
    `output=${report}`,
    ...files,
  ]);
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).stats : undefined;
  total.passed += stats?.passes ?? 0;
  total.failed += stats?.failures ?? 1;
  if (code !== 0 && (stats?.failures ?? 0) === 0) total.failed++;
}

if (parts.includes("lint")) {
  await check("format and lint", "npx", ["biome", "check", "--error-on-warnings", "."]);
  await check("layers", "npx", ["depcruise", "--config", ".dependency-cruiser.cjs", "src"]);
  await check("types", "npx", ["tsc", "--noEmit"]);
  await check("types of the page", "npx", ["tsc", "--noEmit", "-p", "src/compare/page"]);
}
if (parts.some((part) => part !== "lint")) await check("build", process.execPath, ["esbuild.js", "--production"]);
if (parts.includes("unit")) await mocha("unit", ["test/unit/**/*.test.ts", "test/golden/**/*.test.ts"]);
/** A suite inside VS Code; `run` gets the log, whose last line holds the counts. */
async function hosted(name, run) {
  title(name);
  let counts;
  const log = (line) => {
    counts = /(?:HOST|WEB) (\d+) passed, (\d+) failed/.exec(line) ?? counts;
    console.log(line);
  };
  try {
    const code = await run(log);
    total.passed += Number(counts?.[1] ?? 0);
    total.failed += counts ? Number(counts[2]) : 1;
    if (code !== 0 && counts?.[2] === "0") total.failed++;
  } catch (error) {
    console.error(error);
    total.failed++;
  }
}

if (parts.includes("host"))
  await hosted("inside VS Code's extension host", (log) =>
    runHostTests({ extension: ".", tests: "dist/test/host/index.js", workspace: "examples", log }),
  );
if (parts.includes("web"))
  await hosted("inside VS Code for the web, in its worker", (log) =>
    runWebTests({ extension: ".", tests: "dist/test/web/index.js", log }),
  );
if (parts.includes("e2e")) await mocha("e2e", ["--timeout", "120000", "test/e2e/**/*.test.ts"]);

title("done");
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
