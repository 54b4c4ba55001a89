// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseDocuments } from "../../../src/document/parse";
import type { TreeDocument } from "../../../src/document/tree";
import type { RecognitionContext } from "../../../src/recognize/recognized";
import { joinPath, withInherited } from "../../../src/recognize/references";

const parse = (text: string): readonly TreeDocument[] => parseDocuments(text, "yaml").documents;

function inherit(files: Readonly<Record<string, string>>, path: string) {
  const asked: string[] = [];
  const documents = parse(files[path] ?? "");
  const context: RecognitionContext = {
    path,
    documents,
    parse,
    read: (name) => {
      asked.push(name);
      return files[name.replace(/^\//, "")];
    },
  };
  return { ...withInherited(documents[0] as TreeDocument, context), asked };
}

describe("paths", () => {
  it("joins, and never leaves the workspace", () => {
    assert.equal(joinPath("a/b", "../c.yaml"), "a/c.yaml");
    assert.equal(joinPath("a/b", "./c.yaml"), "a/b/c.yaml");
    assert.equal(joinPath("a", "/c.yaml"), "c.yaml");
    assert.equal(joinPath("a", "../../c.yaml"), undefined);
    assert.equal(joinPath("a", "https://x/c.yaml"), undefined);
  });
  it("stays inside for arbitrary names", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (folder, name) => {
        const joined = joinPath(folder, name);
        assert.ok(joined === undefined || !joined.split("/").includes("..") || folder.includes(".."));
      }),
    );
  });
});

describe("inheritance", () => {
  const files = {
    "base.yaml": "grpo: {steps: 500, prompts: 64}\npolicy: {model: org/base, length: 4096}\nlist: [1, 2]\n",
    "mid.yaml": "defaults: base.yaml\npolicy: {length: 2048}\n",
    "recipes/child.yaml": "defaults: ../mid.yaml\ngrpo: {steps: 10}\nlist: [3]\n",
  };
  it("merges two levels, child first, and lists replace", () => {
    const { root } = inherit(files, "recipes/child.yaml");
    assert.equal(root.get("grpo", "steps").number(), 10);
    assert.equal(root.get("grpo", "prompts").number(), 64);
    assert.equal(root.get("policy", "length").number(), 2048);
    assert.equal(root.get("policy", "model").text(), "org/base");
    assert.equal(root.get("list").items().length, 1);
  });
  it("knows which file a value is from", () => {
    const { root, notes } = inherit(files, "recipes/child.yaml");
    const sourceOf = (...path: string[]) => {
      const fact = root.get(...path).fact(1);
      return [fact.source, fact.file];
    };
    assert.deepEqual(sourceOf("grpo", "steps"), ["file", undefined]);
    assert.deepEqual(sourceOf("grpo", "prompts"), ["referenced", "base.yaml"]);
    assert.deepEqual(sourceOf("policy", "length"), ["referenced", "mid.yaml"]);
    assert.deepEqual(sourceOf("policy", "model"), ["referenced", "base.yaml"]);
    assert.deepEqual(notes, ["inherited from ../mid.yaml"]);
  });
  it("reads Hydra lists: groups under their key, what stands after _self_ wins", () => {
    const { root } = inherit(
      {
        "config.yaml": "defaults:\n  - model: big\n  - _self_\n  - over\nmodel: {width: 2}\nsteps: 1\n",
        "model/big.yaml": "width: 1\nlayers: 9\n",
        "over.yaml": "steps: 5\n",
      },
      "config.yaml",
    );
    assert.equal(root.get("model", "width").number(), 2);
    assert.equal(root.get("model", "layers").number(), 9);
    assert.equal(root.get("steps").number(), 5);
  });
  it("resolves placeholders against the merged whole", () => {
    const { root } = inherit({ "a.yaml": "defaults: b.yaml\nn: 4\n", "b.yaml": "total: ${n}\nn: 1\n" }, "a.yaml");
    assert.equal(root.get("total").number(), 4);
  });
  it("says when a parent is missing", () => {
    const { root, notes } = inherit({ "a.yaml": "defaults: gone.yaml\nn: 1\n" }, "a.yaml");
    assert.equal(root.get("n").number(), 1);
    assert.deepEqual(notes, ["gone.yaml: inherited, not resolved"]);
  });
  it("ends cycles and long chains", () => {
    assert.equal(
      inherit({ "a.yaml": "defaults: b.yaml\nn: 1\n", "b.yaml": "defaults: a.yaml\nm: 2\n" }, "a.yaml")
        .root.get("m")
        .number(),
      2,
    );
    const chain = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`f${i}.yaml`, `defaults: f${i + 1}.yaml\nk${i}: 1\n`]),
    );
    const { root, asked } = inherit(chain, "f0.yaml");
    assert.equal(root.get("k1").number(), 1);
    assert.ok(asked.length < 30);
  });
});
