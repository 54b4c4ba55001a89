import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "mocha";
import { Parser, stringify } from "yaml";
import { defaultLimits } from "../../../src/document/limits";
import { documentStarts } from "../../../src/document/parse";
import type { Span } from "../../../src/document/tree";
import { composed } from "../../../src/document/yaml";
import { ordinaryTree } from "../../../src/document/yamlOrdinary";
import { YamlParts } from "../../../src/document/yamlParts";

const written = (spans: readonly Span[]): Span[] =>
  spans.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || a.end - b.end);

/** True where the short way answers; throws where it does not answer as the composer does. */
function agrees(text: string): boolean {
  const parts = new YamlParts(defaultLimits);
  const tokens = [...new Parser().parse(text)];
  const short = ordinaryTree(text, tokens, parts);
  if (short === undefined) return false;
  const long = composed(text, tokens, defaultLimits);
  assert.deepEqual(short.root, long.root);
  assert.deepEqual(parts.entries, long.parts.entries);
  assert.deepEqual(parts.problems, long.parts.problems);
  assert.deepEqual(written(parts.scalars), written(long.parts.scalars));
  assert.equal(parts.size, long.parts.size);
  assert.equal(long.errors.length, 0);
  return true;
}

const ordinary: Readonly<Record<string, string>> = {
  "nothing at all": "",
  "comments alone": "# one\n\n# two\n",
  "a marker alone": "---\n",
  "plain values of every type":
    "a: 1\nb: 1.5e-3\nc: true\nd: null\ne: ~\nf: 0x1F\ng: 0o17\nh: .5\ni: text\nj: -.inf\nk: 1_000\n",
  "keys that look like values": "1: a\nnull: b\ntrue: c\n~: d\n",
  "values that are not there": "a:\nb:   # why\nc:\n  # below\nd:\n",
  "quotes and escapes": "a: 'it''s'\nb: \"tab\\t\\u00e9\"\n'c d': \"\"\n",
  "folded text": "a: one\n  two\n\n  three\nb: 'x\n  y'\nc: \"x \\\n  y\"\n",
  "block scalars": "a: |\n  one\n  two\nb: >- # why\n  three\n\n  four\nc: |+2\n    five\n\n",
  "sequences in mappings, indented or not": "a:\n- 1\n- b: 2\n  c: 3\n-\nd:\n  - - x\n    - y\n  - # nothing\n",
  "flow collections": 'a: [1, "x", [true], {b: c, "d":1,}]\ne: {}\nf: []\ng: [\n  1, # one\n  2\n]\nh: {a: , b: }\n',
  "comments everywhere": "# top\na: 1 # one\n# between\nb:\n  # under\n  c: 2\n  # end\n# last\n",
  "duplicate keys": "a: 1\nb: 2\na: 3\n",
  "a merge of a mapping": "<<: {a: 1}\nb: 2\n",
  "carriage returns": "a: 1\r\nb:\r\n  - c\r\n",
  "a scalar alone": "hello\n",
  "anchors and aliases": "a: &x 1\nb: *x\nc: &m\n  d: [*x, &y z, *y]\ne: *m\nf: *unknown\ng: &n\nh: *n\n",
  "merges of aliases": "base: &b\n  a: 1\nx:\n  <<: *b\n  c: 2\ny:\n  <<: [*b, {d: 3}]\n",
  "an alias within its own anchor": "a: &a\n  b: *a\n",
  "the file's own tags": "a: !Ref 1\nb: !Sub\n  - !If [!x y, 2]\n  - c: 3\nd: !empty\ne: &f !g 4\n",
};

const unusual: Readonly<Record<string, string>> = {
  "types by tag": "a: !!str 1\n",
  "tags by handle": "a: !e!x 1\n",
  "anchors of keys": "&a b: 1\n",
  "an alias as a key": "a: &x 1\n*x : 2\n",
  "an anchor on the line of its sequence": "a: &x - 1\n",
  "an anchor of nothing in brackets": "[&a ]\n",
  "two anchors": "a: &x &y 1\n",
  "explicit keys": "? a\n: b\n",
  "tabs that may be indentation": "a:\t1\nb:\n\t- c\n",
  "a missing colon": "a: 1\nb\nc: 2\n",
  "a missing comma": "a: [1 2, {b: 1 c: 2}]\nb: {'x' 'y'}\n",
  "a quote that does not close": 'a: "x\n',
  "a bracket that does not close": "a: [1, 2\nb: 3\n",
  "crooked indentation": "a:\n    b: 1\n  c: 2\n",
  directives: "%YAML 1.1\n---\na: 1\n",
  "a reserved beginning": "a: @x\nb: `y`\nc: %z\n",
  "a compact nested mapping": "a: b: c\n",
  "a pair in a sequence": "a: [b: c]\n",
};

describe("the short way through an ordinary YAML document", () => {
  for (const [name, text] of Object.entries(ordinary))
    it(`reads ${name} as the composer does`, () => assert.ok(agrees(text)));

  for (const [name, text] of Object.entries(unusual))
    it(`leaves ${name} to the composer`, () => assert.equal(agrees(text), false));

  it("reads the examples", () => {
    for (const file of readdirSync("examples", { recursive: true, encoding: "utf8" })) {
      if (!/\.ya?ml$/.test(file)) continue;
      const text = readFileSync(`examples/${file}`, "utf8");
      const starts = documentStarts(text);
      starts.forEach((start, index) => {
        assert.ok(agrees(text.slice(start, starts[index + 1])), `${file}, document ${index}`);
      });
    }
  });

  const key = fc.oneof(
    fc.constantFrom("a", "gpus", "model id", "1", "true", "x:y", "#z", "- q"),
    fc.string({ maxLength: 6 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.constantFrom(null, true, 0, -1.5, 1e21, "", " lead", "a: b", "two\nlines", "no", "0x1f", "1e3", "&x", "*y"),
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const text = fc
    .tuple(tree, fc.constantFrom(2, 4), fc.boolean(), fc.boolean(), fc.constantFrom(20, 80))
    .map(([value, indent, flow, indentSeq, lineWidth]) =>
      stringify(value, { indent, indentSeq, lineWidth, ...(flow ? { collectionStyle: "flow" as const } : {}) }),
    );

  it("never differs, whatever the values", () => {
    fc.assert(
      fc.property(text, (one) => void agrees(one)),
      { numRuns: 300 },
    );
  });

  it("never differs, whatever was typed into the text", () => {
    const typed = fc.constantFrom(
      ":",
      "- ",
      " ",
      "\n",
      "#",
      "'",
      '"',
      "[",
      "]",
      "{",
      "}",
      ",",
      "|\n",
      "? ",
      "\\",
      "",
      "&a ",
      "*a ",
      "!t ",
    );
    fc.assert(
      fc.property(text, fc.nat(), typed, fc.nat({ max: 2 }), (one, place, more, less) => {
        const at = place % (one.length + 1);
        agrees(one.slice(0, at) + more + one.slice(at + less));
      }),
      { numRuns: 500 },
    );
  });
});
