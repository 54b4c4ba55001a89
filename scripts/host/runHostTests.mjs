// Runs the compiled mocha suite (dist/test/host) inside a real extension host, in VS Code in a browser.
import { resolve } from "node:path";
import { format } from "node:util";
import { launchBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";

/**
 * @param {{ extension: string, tests: string, workspace: string, log?: (line: string) => void, timeout?: number }} options
 * @returns {Promise<number>} the suite's exit code
 */
export async function runHostTests({ extension, tests, workspace, log = console.log, timeout = 300_000 }) {
  const server = await startServer();
  const browser = await launchBrowser();
  try {
    const authority = `vscode-remote://127.0.0.1:${server.port}`;
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", authority + resolve(extension)],
      ["extensionTestsPath", authority + resolve(tests)],
      ["skipWelcome", "true"],
    ]);
    const page = await browser.newPage();
    const exit = new Promise((done, fail) => {
      page.exposeFunction("codeAutomationLog", (_type, args) => log(format(...args)));
      page.exposeFunction("codeAutomationExit", (code) => done(code));
      setTimeout(() => fail(new Error(`the host tests did not end in ${timeout / 1000} s`)), timeout).unref();
    });
    await page.goto(
      `${server.url}?folder=${encodeURIComponent(resolve(workspace))}&payload=${encodeURIComponent(payload)}`,
    );
    return await exit;
  } finally {
    await browser.close();
    await server.stop();
  }
}
