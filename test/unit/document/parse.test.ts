// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type DocumentLanguage, parseDocuments, parseStream } from "../../../src/document/parse";
import { at, entryOf, isMapping, type TreeDocument, type TreeNode } from "../../../src/document/tree";

const yaml = (text: string): TreeDocument => {
  const [document] = parseDocuments(text, "yaml").documents;
  assert.ok(document);
  return document;
};
const value = (text: string, ...path: (string | number)[]): unknown => {
  const node = at(yaml(text).root, ...path);
  return node?.type === "scalar" ? node.value : node?.type;
};

/** Every span lies in the document and every child's span is sound. */
function assertSpans(document: TreeDocument): void {
  const sound = (span: { start: number; end: number }): void =>
    assert.ok(span.start >= 0 && span.start <= span.end && span.end <= document.text.length, JSON.stringify(span));
  const seen = new Set<TreeNode>();
  const visit = (node: TreeNode | null): void => {
    if (!node || seen.has(node)) return;
    seen.add(node);
    sound(node);
    if (node.type === "mapping")
      for (const entry of node.entries) {
        sound(entry.keySpan);
        visit(entry.value);
      }
    if (node.type === "sequence") node.items.forEach(visit);
  };
  visit(document.root);
  document.comments.forEach(sound);
  document.problems.forEach(sound);
}

describe("parsing YAML", () => {
  it("keeps the type that the core schema gives a scalar", () => {
    const text = 'a: 8\nb: "8"\nc: 1e-4\nd: 100_000\ne: true\nf: null\ng: no\nh: 01:00:00\n';
    const values = [..."abcdefgh"].map((key) => value(text, key));
    assert.deepEqual(values, [8, "8", 1e-4, "100_000", true, null, "no", "01:00:00"]);
  });
  it("spans keys and values in the text", () => {
    const document = yaml("spec:\n  replicas: 3 # three\n");
    const entry = entryOf(at(document.root, "spec"), "replicas");
    assert.equal(document.text.slice(entry?.keySpan.start, entry?.keySpan.end), "replicas");
    assert.equal(document.text.slice(entry?.value?.start, entry?.value?.end), "3");
    assert.equal(entry?.comment, "three");
  });
  it("gives a half-typed key a null value", () => {
    const entry = entryOf(yaml("resources:\n  accelerators:\nrun: x\n").root, "resources");
    assert.equal(entryOf(entry?.value, "accelerators")?.value, null);
  });
  it("reads what parses of an unclosed flow mapping", () => {
    assert.equal(value("a: 1\nb: {gpus: 8, x: \n", "a"), 1);
    assert.equal(value("a: 1\nb: {gpus: 8, x: \n", "b", "gpus"), 8);
  });
  it("resolves anchors and merges, own keys first", () => {
    const text = "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b]\n";
    assert.equal(value(text, "use", "x"), 1);
    assert.equal(value(text, "use", "y"), 3);
    assert.equal(value(text, "list", 0, "y"), 2);
  });
  it("merges a list of mappings", () => {
    assert.equal(value("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n", "c", "x"), 1);
  });
  it("lets the last of duplicate keys stand and says so", () => {
    const document = yaml("a: 1\na: 2\n");
    assert.equal(value("a: 1\na: 2\n", "a"), 2);
    assert.deepEqual(
      document.problems.map((problem) => problem.code),
      ["duplicateKey"],
    );
  });
  it("finds comments, but no hash inside strings or block scalars", () => {
    const document = yaml('# head\na: "x # no"\nb: |  # header\n  # content\nc: v#no # yes\n');
    assert.deepEqual(
      document.comments.map((comment) => [comment.text, comment.ownLine]),
      [
        ["head", true],
        ["header", false],
        ["yes", false],
      ],
    );
  });
  it("reads tags, JSON and tabs", () => {
    assert.equal(value("a: !Ref thing\n", "a"), "thing");
    assert.equal(value('{"a": {"b": [1, 2]},\n"c": True}', "a", "b", 1), 2);
    assert.equal(value("a:\n\tb: 1\n\tc: 2\n", "a", "c"), 2);
  });
  it("reads CRLF text and a byte order mark", () => {
    assert.equal(value("\uFEFFa:\r\n  b: 2\r\n  c: x # y\r\n", "a", "b"), 2);
    assert.equal(value("\uFEFFa:\r\n  b: 2\r\n  c: x # y\r\n", "a", "c"), "x");
  });
  it("treats __proto__ as any key", () => {
    const document = yaml("__proto__: {polluted: 1}\nconstructor: 2\n");
    assert.ok(isMapping(document.root));
    assert.deepEqual(
      document.root.entries.map((entry) => entry.key),
      ["__proto__", "constructor"],
    );
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});

describe("templates", () => {
  it("reads around Helm control flow and marks unknown values", () => {
    const text = "{{- if .Values.on }}\nspec:\n  replicas: {{ .Values.n }}\n  gpus: 2\n{{- end }}\n";
    const document = yaml(text);
    assert.equal(document.templated, true);
    assert.equal(value(text, "spec", "gpus"), 2);
    assert.match(String(value(text, "spec", "replicas")), /^\uE000+$/);
  });
  it("leaves Azure and CI interpolation alone", () => {
    const text = "command: train --epochs ${{inputs.epochs}}\n";
    assert.equal(yaml(text).templated, false);
    assert.equal(value(text, "command"), "train --epochs ${{inputs.epochs}}");
  });
  it("blanks merge-conflict markers", () => {
    const text = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> theirs\nc: 4\n";
    assert.equal(value(text, "c"), 4);
    assert.equal(value(text, "b"), 3);
  });
});

describe("parsing JSON", () => {
  it("reads comments, trailing commas and a byte order mark", () => {
    const [document] = parseDocuments(
      '\uFEFF{\n// note\n"a": [1, 2,], "b": "8", /* in */ "c": null\n}',
      "jsonc",
    ).documents;
    assert.deepEqual(
      document?.comments.map((comment) => comment.text),
      ["note", "in"],
    );
    assert.deepEqual(
      ["b", "c"].map((key) => at(document?.root, key)).map((node) => node?.type === "scalar" && node.value),
      ["8", null],
    );
  });
  it("reads what parses of broken text", () => {
    const [document] = parseDocuments('{"a": 1, "b": {"c": 2, "d": ', "json").documents;
    assert.equal(at(document?.root, "b", "c")?.type, "scalar");
    assert.ok(document?.problems.some((problem) => problem.severity === "error"));
  });
});

describe("streams", () => {
  it("splits at document markers and places each document", () => {
    const text = "a: 1\n---\nb: 2\n--- # c\nc: |\n  ---\n";
    const { documents } = parseDocuments(text, "yaml");
    assert.equal(documents.length, 3);
    for (const document of documents)
      assert.equal(text.slice(document.offset, document.offset + document.text.length), document.text);
    assert.equal(at(documents[1]?.root, "b")?.type, "scalar");
  });
  it("gives a head of comments to the document after it", () => {
    const { documents } = parseDocuments("# licence\n\n---\na: 1\n", "yaml");
    assert.equal(documents.length, 1);
    assert.equal(documents[0]?.comments[0]?.text, "licence");
  });
  it("does not parse unchanged documents again", () => {
    const before = "a: 1\n---\nb: 2\n---\nc: 3\n";
    const file = parseDocuments(before, "yaml");
    const after = parseStream({ language: "yaml", file }, "a: 1\n---\nb: 22\n---\nc: 3\n", "yaml");
    assert.equal(after.documents[0], file.documents[0]);
    assert.equal(after.documents[2]?.root, file.documents[2]?.root);
    assert.notEqual(after.documents[1]?.root, file.documents[1]?.root);
    assert.equal(after.documents[2]?.offset, (file.documents[2]?.offset ?? 0) + 1);
  });
  it("gives the same as a fresh parse after random edits", () => {
    const piece = fc.constantFrom(
      "a: 1\n",
      "---\n",
      "b: {c: 2}\n",
      "# x\n",
      "...\n",
      "- y\n",
      '"',
      "{",
      "\r\n",
      "<<: *a\n",
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, text, text, text, (head, old, replacement, tail) => {
        const file = parseDocuments(head + old + tail, "yaml");
        const edited = head + replacement + tail;
        assert.deepEqual(parseStream({ language: "yaml", file }, edited, "yaml"), parseDocuments(edited, "yaml"));
      }),
      { numRuns: 300 },
    );
  });
});

describe("hostile input", () => {
  const codes = (text: string, language: DocumentLanguage = "yaml"): string[] =>
    parseDocuments(text, language).problems.map((problem) => problem.code);

  it("refuses an alias bomb with one problem and no tree", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++)
      lines.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const { documents, problems } = parseDocuments(lines.join("\n"), "yaml");
    assert.deepEqual(
      problems.map((problem) => problem.code),
      ["aliasExpansion"],
    );
    assert.equal(documents[0]?.root, null);
  });
  it("survives an alias that names its own parent", () => {
    assert.equal(value("a: &a {b: *a, c: 1}\n", "a", "c"), 1);
  });
  it("refuses 50 MB without reading it", () => {
    assert.deepEqual(codes(`{"a": "${"x".repeat(50e6)}"}`, "json"), ["tooLarge"]);
  });
  it("refuses deep nesting", () => {
    assert.deepEqual(codes("[".repeat(50_000), "json"), ["tooDeep"]);
    assert.deepEqual(codes("[".repeat(5_000) + "]".repeat(5_000)), ["tooDeep"]);
    assert.deepEqual(codes("- ".repeat(5_000)), ["tooDeep"]);
  });
  it("refuses too many values", () => {
    assert.deepEqual(codes(`[${"1,".repeat(300_000)}1]`, "json"), ["tooManyNodes"]);
  });
  it("is quick with braces that never close", () => {
    assert.ok(parseDocuments("{{".repeat(2_000), "yaml").documents.length > 0);
  });
  for (const [name, text] of Object.entries({
    "an empty file": "",
    "only comments": "# a\n# b\n",
    "only a marker": "---",
    "lone surrogates": "a: \uD800\nb: \uDC00x\n",
    "control characters": "a: \u0000\u0007\n\u001B: 1\n",
    "a directive": "%YAML 1.2\n---\na: 1\n",
  }))
    it(`reads ${name}`, () => {
      for (const language of ["yaml", "json", "jsonc"] as const)
        parseDocuments(text, language).documents.forEach(assertSpans);
    });

  it("never throws, and spans stay inside, on arbitrary text", () => {
    const character = fc.oneof(
      fc.constantFrom(..."{}[]:,-#&*!|>'\"%@`? \n\r\t<=.ab1\u0000\uD800\uFEFF\uE000"),
      fc.constantFrom("{{", "}}", "{%", "%}", "\n---\n", "&a ", "*a", "<<: ", "${", "//", "/*"),
    );
    const text = fc.array(character, { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (source) => {
        for (const language of ["yaml", "json", "jsonc"] as const)
          parseDocuments(source, language).documents.forEach(assertSpans);
      }),
      { numRuns: 1500 },
    );
  });
});
