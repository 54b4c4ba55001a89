/** A person's way: open a file, read the lens, hover a value, open the comparison, change a scenario. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "mocha";
import type { Frame } from "playwright-core";
import { openWorkbench, type Workbench } from "./workbench";

const axeSource = readFileSync(
  createRequire(require.resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"),
  "utf8",
);

describe("from hover to comparison, in a browser", function () {
  this.timeout(180_000);
  let workbench: Workbench;
  let frame: Frame;

  before(async () => {
    workbench = await openWorkbench("examples");
  });
  after(() => workbench?.close());

  it("shows a lens above the workload with cost, hardware and a month's total", async () => {
    await workbench.open("llama-70b-serving.yaml");
    const lens = workbench.page.locator(".codelens-decoration a").first();
    await lens.waitFor({ timeout: 60_000 });
    const text = (await lens.textContent()) ?? "";
    assert.match(text, /\$[\d.,]+k?.*\/h/);
    assert.match(text, /8\s*×\s*.*H100/);
    await workbench.screenshot("lens");
  });

  it("explains the value under the pointer", async () => {
    await workbench.page
      .locator(".view-line", { hasText: "nvidia.com/gpu" })
      .locator("span span", { hasText: "nvidia.com/gpu" })
      .first()
      .hover();
    const hover = workbench.page.locator(".monaco-hover:not(.hidden) .hover-contents").first();
    await hover.waitFor();
    const text = (await workbench.page.locator(".monaco-hover:not(.hidden)").first().textContent()) ?? "";
    assert.match(text, /Accelerators/);
    assert.match(text, /H100/);
    await workbench.screenshot("hover");
    await workbench.page.keyboard.press("Escape");
    await workbench.page.mouse.move(900, 700);
  });

  it("opens the comparison from the lens, with an editable copy beside the baseline", async () => {
    await workbench.page.locator(".codelens-decoration a", { hasText: "Compare" }).first().click();
    frame = await workbench.webview("cost-comparison table");
    assert.equal(await frame.locator("thead th").count(), 2);
    assert.ok((await frame.locator('tr[data-key="costRate"] .number').count()) >= 2);
    await workbench.screenshot("comparison");
  });

  it("recalculates when a scenario changes its accelerator", async () => {
    const number = frame.locator('tr[data-key="costRate"] td').nth(1).locator(".number");
    const before = await number.textContent();
    await frame.locator('select[aria-label^="Accelerator of"]').selectOption("l40s");
    await frame.locator('tr[data-key="costRate"] .difference').first().waitFor();
    await assertEventually(async () => (await number.textContent()) !== before, "the cost of the scenario changed");
    await workbench.screenshot("comparison-changed");
  });

  it("answers a what-if with one click, and takes it back with another", async () => {
    assert.equal(await frame.locator("thead th").count(), 2);
    await frame.locator('[data-try="pricing=spot"]').click();
    await assertEventually(async () => (await frame.locator("thead th").count()) === 3, "a column for spot prices");
    const difference = frame.locator('tr[data-key="costRate"] td').nth(2).locator(".difference");
    assert.match((await difference.textContent()) ?? "", /✓.*−.*better/s);
    await workbench.screenshot("comparison-what-if");
    await frame.locator("vscode-button", { hasText: "Undo" }).click();
    await assertEventually(async () => (await frame.locator("thead th").count()) === 2, "two columns again");
  });

  it("shows the baseline and a scenario beside the file in a small window, without scrolling sideways", async () => {
    await workbench.page.setViewportSize({ width: 1280, height: 760 });
    const hidden = () => frame.locator(".scroll").evaluate((region) => region.scrollWidth - region.clientWidth);
    await assertEventually(async () => (await hidden()) <= 0, "two columns fit");
    await workbench.screenshot("comparison-small");
    await workbench.page.setViewportSize({ width: 1600, height: 900 });
  });

  it("opens a menu for the keyboard and closes it again", async () => {
    await frame.locator("#export vscode-button").click();
    const items = frame.locator("#export .item");
    assert.equal(await items.count(), 4);
    await workbench.page.keyboard.press("ArrowDown");
    assert.match((await frame.locator("#export .item:focus").textContent()) ?? "", /Save as Markdown/);
    await workbench.page.keyboard.press("Escape");
    await assertEventually(async () => (await items.count()) === 0, "the menu is closed");
  });

  it("refuses a value that means nothing and says so", async () => {
    const input = frame.locator('input[aria-label^="Accelerators of"]');
    const before = await frame.locator('tr[data-key="costRate"] td').nth(1).locator(".number").textContent();
    await input.fill("many");
    await input.press("Tab");
    await frame.locator(".problem", { hasText: "not a number" }).waitFor();
    assert.equal(await frame.locator('tr[data-key="costRate"] td').nth(1).locator(".number").textContent(), before);
  });

  it("has no accessibility violations in the comparison", async () => {
    await frame.evaluate(axeSource);
    const violations = await frame.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(root: unknown, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
        };
      };
      const result = await axe.run((globalThis as unknown as { document: unknown }).document, {
        resultTypes: ["violations"],
      });
      return result.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
      );
    });
    assert.deepEqual(violations, []);
  });

  it("keeps the scenarios when the window is loaded again", async () => {
    await workbench.reloadWindow();
    const again = await workbench.webview("cost-comparison table");
    assert.equal(await again.locator('select[aria-label^="Accelerator of"]').inputValue(), "l40s");
  });

  it("asks nothing of the outside on the extension's behalf", () => {
    const foreign = workbench.outside.filter(
      (url) => !/vscode|microsoft|github|open-vsx|coder/.test(new URL(url).hostname),
    );
    assert.deepEqual(foreign, []);
  });
});

async function assertEventually(check: () => Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(what);
}
