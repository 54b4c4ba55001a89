import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Draft } from "../../../src/core/draft";
import { exact } from "../../../src/core/quantity";
import { noFacts } from "./noFacts";

describe("a draft", () => {
  const draft = (): Draft => {
    const one = new Draft("training", noFacts);
    one.uncertainty("price", 0.1);
    one.uncertainty("power", 0.3);
    return one;
  };
  it("names what widens the interval most", () => {
    const one = draft();
    one.set("power", exact(1, "kW"));
    assert.equal(one.finish().dominatedBy, "power");
  });
  it("names nothing where no quantity is known", () => {
    assert.equal(draft().finish().dominatedBy, undefined);
  });
});
