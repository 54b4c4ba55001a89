import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hostMessage, pageMessage, pageState } from "../../../src/compare/protocol";

describe("messages between page and host", () => {
  for (const good of [
    { type: "ready" },
    { type: "edit", scenario: "s1", field: "accelerators", value: "4" },
    { type: "add", from: "copy:baseline" },
    { type: "try", suggestion: "pricing=spot" },
    { type: "apply", scenario: "s1" },
    { type: "undo" },
    { type: "save", as: "csv" },
  ])
    it(`take ${JSON.stringify(good)}`, () => assert.equal(pageMessage.safeParse(good).success, true));
  for (const bad of [
    undefined,
    null,
    7,
    "ready",
    {},
    { type: "run", command: "x" },
    { type: "edit", scenario: "s1", field: "accelerators", value: 4 },
    { type: "edit", scenario: "s1", field: "accelerators", value: "x".repeat(501) },
    { type: "rename", scenario: {}, name: "x" },
    { type: "save", as: "../x" },
  ])
    it(`refuse ${JSON.stringify(bad)?.slice(0, 60)}`, () => assert.equal(pageMessage.safeParse(bad).success, false));
  it("the page refuses a state of another version", () =>
    assert.equal(hostMessage.safeParse({ type: "state", version: 2, revision: 1 }).success, false));
  it("a kept page state without a workload is refused", () =>
    assert.equal(pageState.safeParse({ version: 1, path: "a" }).success, false));
});
