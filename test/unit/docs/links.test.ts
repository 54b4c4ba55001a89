/** Every relative link of the documentation leads to a file, and every anchor to a heading. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "mocha";

const root = join(__dirname, "../../..");
const pages = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].filter((page) => existsSync(join(root, page)));

/** Text without fenced blocks and code spans, where brackets are not links. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");

/** Targets of links, pictures and reference definitions. */
function targetsOf(text: string): string[] {
  const plain = prose(text);
  const inline = [...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...plain.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  const sources = [...plain.matchAll(/<(?:img|a)\b[^>]*\b(?:src|href)="([^"]+)"/g)];
  return [...inline, ...defined, ...sources].flatMap(([, target]) => (target === undefined ? [] : [target]));
}

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
const anchorsOf = (text: string): Set<string> =>
  new Set([...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, h]) => anchorOf(h ?? "")));

describe("links of the documentation", () => {
  it("finds links, pictures, definitions and HTML, and none in code", () => {
    assert.deepEqual(
      targetsOf('[a](x.md) ![b](<y.png> "t") `[c](z)`\n```\n[d](w)\n```\n[e]: v.md\n<img src="u.svg">'),
      ["x.md", "y.png", "v.md", "u.svg"],
    );
  });

  for (const page of pages)
    it(`${page} points to what exists`, () => {
      const text = readFileSync(join(root, page), "utf8");
      for (const target of targetsOf(text)) {
        if (/^(?:https?|mailto|vscode|command):/.test(target)) continue;
        const [file = "", anchor] = decodeURIComponent(target).split("#");
        const path = file === "" ? join(root, page) : resolve(root, dirname(page), file);
        assert.ok(existsSync(path), `${page}: ${target} does not exist`);
        if (anchor === undefined || anchor === "" || statSync(path).isDirectory() || !path.endsWith(".md")) continue;
        assert.ok(anchorsOf(readFileSync(path, "utf8")).has(anchor), `${page}: ${target} has no such heading`);
      }
    });

  it("covers the pages that a reader starts from", () => {
    for (const page of ["README.md", "docs/method.md", "docs/contract.md", "docs/dialects.md"])
      assert.ok(pages.includes(page), page);
  });
});
