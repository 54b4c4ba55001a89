import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { cataloguePage } from "../../../scripts/catalog/page";
import { sources } from "../../../src/catalog/sources";

describe("docs/catalogue.md", () => {
  it("is what the rows give: run `npx tsx scripts/catalog/writePage.ts` after a change", () => {
    const written = readFileSync(join(__dirname, "../../../docs/catalogue.md"), "utf8");
    assert.ok(written === cataloguePage(), "docs/catalogue.md is not current");
  });

  it("lists every source with its licence and every attribution", () => {
    const page = cataloguePage();
    for (const { title, licence, attribution } of Object.values(sources)) {
      assert.ok(page.includes(`| ${title} |`), title);
      assert.ok(page.includes(licence), licence);
      if (attribution) assert.ok(page.includes(attribution), attribution);
    }
  });
});
