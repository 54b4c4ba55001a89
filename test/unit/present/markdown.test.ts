import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { commandLink, escapeMarkdown, inlineCode, plain, table } from "../../../src/present/markdown";
import { hostileTexts } from "./fixtures";
import { forbidden, readMarkdown } from "./tokens";

const inert = (markdown: string): void => {
  const { types, links } = readMarkdown(`before ${markdown} after`);
  assert.deepEqual(links, []);
  for (const type of forbidden) assert.ok(!types.includes(type), `${type} in ${markdown}`);
  for (const type of ["em_open", "strong_open", "heading_open", "list_item_open", "blockquote_open"])
    assert.ok(!types.includes(type), `${type} in ${markdown}`);
};

describe("Markdown of foreign text", () => {
  for (const text of hostileTexts) {
    it(`keeps ${JSON.stringify(text)} inert as text`, () => inert(escapeMarkdown(text)));
    it(`keeps ${JSON.stringify(text)} inert as code`, () => inert(inlineCode(text)));
    it(`keeps ${JSON.stringify(text)} inert at the start of a line`, () => {
      const { types } = readMarkdown(escapeMarkdown(text));
      assert.deepEqual(
        [...new Set(types)].filter((type) => !/^(paragraph|inline|text)/.test(type)),
        [],
      );
    });
  }

  it("shows escaped text as it was written", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 }), (text) => {
        const shown = plain(text);
        fc.pre(shown !== "");
        assert.equal(readMarkdown(`x${escapeMarkdown(text)}x`).text, `x${shown}x`);
      }),
      { numRuns: 1000 },
    ));

  it("is inert for any text", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."`*_[]()<>|\\!#~$&:/@.w a1-+=\n\t") as never, maxLength: 40 }),
        (text) => {
          inert(escapeMarkdown(text));
          inert(inlineCode(text));
        },
      ),
      { numRuns: 2000 },
    ));

  it("keeps every cell in its column, whatever it holds", () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(..."`|\\[]()a*<> ") as never, minLength: 1, maxLength: 20 }), {
          minLength: 1,
          maxLength: 4,
        }),
        (cells) => {
          const row = [...cells.map((cell) => escapeMarkdown(cell)), ...cells.map((cell) => inlineCode(cell))];
          const { types, links } = readMarkdown(
            table(
              row.map(() => "h"),
              [row],
            ),
          );
          assert.equal(types.filter((type) => type === "td_open").length, row.length);
          assert.deepEqual(links, []);
        },
      ),
      { numRuns: 1000 },
    ));

  it("cuts long text without splitting a character", () => {
    assert.equal(plain("😀".repeat(50), 10), `${"😀".repeat(4)}…`);
    assert.equal(plain("a".repeat(500)).length, 80);
  });

  it("shows what hides: control, bidirectional and zero-width characters become blanks", () => {
    assert.equal(plain("a\u202eb\u200bc\u0007d\ufeffe"), "a b c d e");
    assert.equal(plain("\ud800x"), "\ufffdx");
  });

  it("encodes a command link's argument so that nothing in it can end the link", () => {
    const argument = { uri: 'file:///a (1)/b"c.yaml', workload: ")](command:evil) ' <b>" };
    const { links } = readMarkdown(commandLink("Explain", "aiCostLens.explainEstimate", argument, 'say "hi"'));
    assert.equal(links.length, 1);
    const query = (links[0] ?? "").replace(/^command:aiCostLens\.explainEstimate\?/, "");
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [argument]);
  });
});
