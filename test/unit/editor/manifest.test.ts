/** The manifest, its texts and the settings page say the same. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { commandIds, hoverCommands } from "../../../src/editor/commandIds";
import { defaultTemplate, fillTemplate, titleParts } from "../../../src/present/lensTitle";

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: Record<"untrustedWorkspaces" | "virtualWorkspaces", { readonly supported: boolean }>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: Record<string, readonly { readonly command?: string }[]>;
    readonly configuration: readonly {
      readonly properties: Record<
        string,
        { readonly default?: unknown; readonly markdownDescription: string; readonly scope: string }
      >;
    }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly svg: string } }[] }[];
  };
}

const text = readFileSync("package.json", "utf8");
const manifest: Manifest = JSON.parse(text);
const words: Record<string, string> = JSON.parse(readFileSync("package.nls.json", "utf8"));
const page = readFileSync("docs/settings.md", "utf8");
const settings = manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties));

describe("the manifest", () => {
  it("has a text for every key and no key without use", () => {
    const used = new Set([...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key));
    assert.deepEqual(
      [...used].filter((key) => words[key as string] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(words).filter((key) => !used.has(key)),
      [],
    );
  });

  it("declares the commands that are registered, no more and no fewer", () => {
    const declared = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual([...declared].sort(), Object.values(commandIds).sort());
  });

  it("offers in menus only what it declares", () => {
    const declared = new Set<string>(Object.values(commandIds));
    for (const { command } of Object.values(manifest.contributes.menus).flat())
      if (command !== undefined) assert.ok(declared.has(command), command);
  });

  it("trusts hovers with commands that only show something", () => {
    assert.deepEqual([...hoverCommands].sort(), [commandIds.compare, commandIds.explain, commandIds.reportFile].sort());
  });

  it("works in untrusted and virtual workspaces", () => {
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, true);
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, true);
  });

  it("does not activate on start", () => {
    assert.ok(!manifest.activationEvents.some((event) => event === "*" || event === "onStartupFinished"));
  });

  it("ships the pictures it names", () => {
    assert.ok(existsSync(manifest.icon));
    for (const { steps } of manifest.contributes.walkthroughs)
      for (const { media } of steps) assert.ok(existsSync(media.svg), media.svg);
  });

  it("uses the code's own title template as the setting's default", () => {
    const [, template] = settings.find(([name]) => name === "aiCostLens.codeLens.template") ?? [];
    assert.equal(template?.default, defaultTemplate);
    for (const part of titleParts) assert.ok(words["setting.codeLens.template"]?.includes(`{${part}}`), part);
    assert.notEqual(fillTemplate(defaultTemplate, { cost: "x" }), "");
  });
});

describe("docs/settings.md", () => {
  for (const [name] of settings) it(`explains ${name}`, () => assert.ok(page.includes(`| \`${name}\` |`)));
  for (const { command } of manifest.contributes.commands)
    it(`lists ${command}`, () => assert.ok(page.includes(`\`${command}\``)));
});
