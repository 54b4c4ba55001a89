import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { fencedBlocks, parseMarkdown } from "../../../src/document/markdown";
import { LineIndex } from "../../../src/document/positions";
import { at } from "../../../src/document/tree";

describe("line index", () => {
  it("turns offsets into positions and back", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r", "é") }), fc.nat(60), (text, offset) => {
        const index = new LineIndex(text);
        const inside = Math.min(offset, text.length);
        assert.equal(index.offset(index.position(inside)), inside);
      }),
    );
  });
  it("keeps positions outside the text at its ends", () => {
    const index = new LineIndex("ab\ncd");
    assert.deepEqual(index.position(99), { line: 1, character: 2 });
    assert.equal(index.offset({ line: 9, character: 0 }), 5);
    assert.equal(index.offset({ line: 0, character: 9 }), 2);
    assert.equal(index.lineCount, 2);
  });
});

describe("fenced blocks of Markdown", () => {
  const text = '# Use\n\n```yaml\ngpus: 8\n---\nb: 1\n```\n\ntext\n\n~~~json\n{"a": 1}\n~~~\n```sh\nrm\n```\n';
  it("finds YAML and JSON and leaves other languages", () => {
    assert.deepEqual(
      fencedBlocks(text).map((block) => block.language),
      ["yaml", "json"],
    );
  });
  it("places documents in the file", () => {
    const documents = parseMarkdown(text);
    assert.equal(documents.length, 3);
    for (const document of documents)
      assert.equal(text.slice(document.offset, document.offset + document.text.length), document.text);
    assert.equal(at(documents[2]?.root, "a")?.type, "scalar");
  });
  it("reads an unclosed block to the end", () => {
    assert.equal(fencedBlocks("```yaml\na: 1\n")[0]?.text, "a: 1\n");
  });
});
