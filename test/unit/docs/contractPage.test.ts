import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { fieldsOf, kinds } from "../../../src/core/workload";

const page = readFileSync("docs/contract.md", "utf8");

describe("the contract's page", () => {
  for (const kind of kinds)
    it(`names every field of ${kind}`, () => {
      const missing = [...fieldsOf(kind)].filter((field) => !new RegExp(`\`${field}(\\[\\])?\``).test(page));
      assert.deepEqual(missing, []);
    });
});
