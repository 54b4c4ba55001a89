/** A real VS Code in a real browser, with the packaged extension installed: what a person has in front of them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser, Frame, Page } from "playwright-core";

export interface Workbench {
  readonly page: Page;
  /** Opens a file of the workspace by name through Quick Open. */
  open(name: string): Promise<void>;
  /** Runs a command by its title. */
  command(title: string): Promise<void>;
  /** The page inside the visible webview whose document matches `selector`. */
  webview(selector: string): Promise<Frame>;
  /** Loads the window again as its own command does: the workbench writes its state and hands its extension host back. */
  reloadWindow(): Promise<void>;
  screenshot(name: string): Promise<void>;
  /** Requests that left this machine's loopback. */
  readonly outside: readonly string[];
  close(): Promise<void>;
}

interface Host {
  startServer(options: {
    vsix: string;
    smokeTest: boolean;
    settings?: Record<string, unknown>;
  }): Promise<{ url: string; stop(): Promise<void> }>;
}

let packed: string | undefined;

/** Packs the extension once per run. */
function pack(): string {
  if (packed !== undefined) return packed;
  const result = spawnSync(process.execPath, ["scripts/package.mjs"], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stdout + result.stderr);
  const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
  packed = resolve(`${name}-${version}.vsix`);
  return packed;
}

export async function openWorkbench(folder: string, settings: Record<string, unknown> = {}): Promise<Workbench> {
  const { startServer } = (await import("../../scripts/host/server.mjs" as string)) as Host;
  const { launchBrowser } = (await import("../../scripts/host/browser.mjs" as string)) as {
    launchBrowser(): Promise<Browser>;
  };
  const server = await startServer({ vsix: pack(), smokeTest: false, settings });
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  const page = await context.newPage();
  const outside: string[] = [];
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1" && !hostname.endsWith("localhost"))
      outside.push(request.url());
  });
  await page.goto(`${server.url}?folder=${encodeURIComponent(resolve(folder))}`);
  await page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });

  const pick = async (open: string, text: string): Promise<void> => {
    await page.keyboard.press(open);
    const input = page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(text);
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await page.waitForTimeout(300);
    await page.keyboard.press("Enter");
  };
  return {
    page,
    outside,
    open: async (name) => {
      await pick("Control+p", name);
      await page.locator(`.tab.active[data-resource-name="${name.split("/").pop()}"]`).waitFor();
    },
    command: (title) => pick("F1", `>${title}`),
    webview: async (selector) => {
      for (let attempt = 0; attempt < 400; attempt++) {
        for (const frame of page.frames()) {
          const found = await frame
            .locator(selector)
            .count()
            .catch(() => 0);
          if (found > 0) return frame;
        }
        await page.waitForTimeout(200);
      }
      throw new Error(`no webview shows ${selector}`);
    },
    reloadWindow: async () => {
      const loaded = page.waitForEvent("load", { timeout: 60_000 });
      await pick("F1", ">Developer: Reload Window");
      await loaded;
      await page.waitForSelector(".monaco-workbench .part.editor", { timeout: 60_000 });
      // Connected to its host again: the Explorer lists the folder.
      await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 90_000 });
    },
    screenshot: async (name) => {
      mkdirSync("dist/screenshots", { recursive: true });
      await page.screenshot({ path: `dist/screenshots/${name}.png` });
    },
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}
