// Runs the suite of test/web in the web worker's extension host. Usage: node scripts/host/runWebTests.mjs (after a build)
import { format } from "node:util";
import { launchBrowser } from "./browser.mjs";
import { startWebServer } from "./webServer.mjs";

/**
 * @param {{ extension: string, tests: string, log?: (line: string) => void, timeout?: number, verbose?: boolean }} options `tests` is relative to the extension.
 * @returns {Promise<number>} the suite's exit code
 */
export async function runWebTests({ extension, tests, log = console.log, timeout = 120_000, verbose = false }) {
  const server = await startWebServer({ extension, tests });
  const browser = await launchBrowser();
  try {
    const browserPage = await browser.newPage();
    const exit = new Promise((done, fail) => {
      browserPage.exposeFunction("codeAutomationLog", (_type, args) => {
        const line = format(...args);
        // The workbench logs here as well; `verbose` shows that too.
        if (verbose || /^ +[✔✘] |^WEB /.test(line)) log(line);
      });
      browserPage.exposeFunction("codeAutomationExit", (code) => done(code));
      setTimeout(() => fail(new Error(`the web tests did not end in ${timeout / 1000} s`)), timeout).unref();
    });
    // `tmp` is the workbench's own file system in memory.
    await browserPage.goto(`${server.url}?folder=tmp:/workspace`);
    return await exit;
  } finally {
    await browser.close();
    await server.stop();
  }
}

if (process.argv[1]?.endsWith("runWebTests.mjs"))
  process.exitCode = await runWebTests({
    extension: ".",
    tests: "dist/test/web/index.js",
    verbose: process.argv.includes("--verbose"),
  });
