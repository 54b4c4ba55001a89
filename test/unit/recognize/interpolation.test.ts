// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Scalar } from "../../../src/document/tree";
import { calculate, interpolate, type Lookup } from "../../../src/recognize/interpolation";

const lookup = (nodes: Record<string, Scalar> = {}, variables: Record<string, Scalar> = {}): Lookup => ({
  node: (path, up) => nodes[`${".".repeat(up)}${path}`],
  variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
});

describe("interpolation", () => {
  const known = lookup(
    { "a.b": 8, "..x": 4, ".y": "z", "inputs.epochs": 3, "list.0": 5, nothing: null },
    { NODES: "2", EMPTY: "" },
  );
  const cases: readonly (readonly [string, Scalar | undefined])[] = [
    ["plain", "plain"],
    ["${a.b}", 8],
    ["${a.b}x", "8x"],
    ["${..x}", 4],
    ["${.y}", "z"],
    ["${list[0]}", 5],
    ["${{inputs.epochs}}", 3],
    ["${{ parent.inputs.epochs }}", 3],
    ["${oc.env:MISSING,8}", 8],
    ["${oc.env:NODES,8}", "2"],
    ["${oc.decode:${oc.env:MISSING,8}}", 8],
    ["${oc.select:missing,512}", 512],
    ["${mul:${a.b},4}", 32],
    ["${multiply:4,${a.b}}", 32],
    ["${add:1,2,3}", 6],
    ["${int_div:${a.b},3}", 2],
    ["${eval:'${a.b} * (2 + 1)'}", 24],
    ["${divide_ceil:${a.b},3}", 3],
    ["${divide_floor:${a.b},3}", 2],
    ["${max:${a.b},4}", 8],
    ["${min:${a.b},4,6}", 4],
    ["${floor:2.7}", 2],
    ["${ceil:2.1}", 3],
    ["${int:2.9}", 2],
    ["${ceil:${div:${a.b},3}}", 3],
    ["${divide_ceil:1,0}", undefined],
    ["${toString:1}", undefined],
    ["$((NODES * 4))", 8],
    ["$(($NODES * ${NODES} / 3))", 1],
    ["--tp=$((NODES))", "--tp=2"],
    ["$((MISSING * 4))", undefined],
    ["${NODES:-1}", "2"],
    ["${MISSING:-1}", 1],
    ["${MISSING-1}", 1],
    ["${EMPTY:-7}", 7],
    ["${MISSING:?needed}", undefined],
    ["$NODES", "2"],
    ["$(NODES)", "2"],
    ["$MISSING", undefined],
    ["${missing.path}", undefined],
    ["${unknown_resolver:1,2}", undefined],
    ["${constructor:1}", undefined],
    ["costs 5$", "costs 5$"],
    ["${unclosed", "${unclosed"],
    ["a ${MISSING} b", undefined],
  ];
  for (const [text, value] of cases)
    it(`turns ${text} into ${String(value)}`, () => {
      assert.equal(interpolate(text, known), value);
    });

  it("never throws on arbitrary text", () => {
    const piece = fc.constantFrom(
      "${",
      "}",
      "$",
      "$(",
      ")",
      "{{",
      "}}",
      ":",
      ",",
      "oc.env",
      "mul",
      "eval",
      "'",
      "a",
      ".",
      "-",
      "9",
      "[",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void interpolate(pieces.join(""), known)),
      { numRuns: 2000 },
    );
  });
});

describe("calculation", () => {
  it("follows precedence and brackets", () => {
    assert.equal(calculate("2 + 3 * 4"), 14);
    assert.equal(calculate("(2 + 3) * 4 - 10 / 4"), 17.5);
    assert.equal(calculate("7 // 2"), 3);
    assert.equal(calculate("-3 + 1_000"), 997);
  });
  it("knows nothing but numbers", () => {
    for (const text of ["__import__('os')", "1 +", "a", "", "1 2", "1 / 0"])
      assert.equal(calculate(text), undefined, text);
  });
});
