import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Estimate } from "../../../src/core/estimate";
import { scale } from "../../../src/core/quantity";
import type { Reestimate } from "../../../src/present/effect";
import { type HoverOptions, hoverMarkdown, hoverTarget } from "../../../src/present/hover";
import { createFormatter } from "../../../src/present/numbers";
import type { Subject } from "../../../src/present/subject";
import { allocation, facts, fileFact, hostile, hostileTexts, subject, training } from "./fixtures";
import { forbidden, readMarkdown } from "./tokens";

const format = createFormatter("en");

/** An estimate in proportion to a factor. */
const scaled = (estimate: Estimate | undefined, factor: number): Estimate | undefined =>
  estimate && {
    ...estimate,
    quantities: Object.fromEntries(
      Object.entries(estimate.quantities).map(([key, quantity]) => [key, scale(quantity, factor)]),
    ),
  };

function hover(one: Subject, offset: number, options: Partial<HoverOptions> = {}): string {
  const target = hoverTarget([one], offset);
  assert.ok(target, `nothing at ${offset}`);
  return hoverMarkdown(target, { facts, format, reestimate: () => undefined, ...options });
}

describe("the hover", () => {
  it("explains the value under the cursor, from its key as well", () => {
    assert.match(hover(training(), 61), /^\*\*Tokens\*\*: 1\.2T/);
    assert.equal(hover(training(), 55), hover(training(), 61));
  });

  it("says nothing where the file says nothing of ours", () => {
    assert.equal(hoverTarget([training()], 25), undefined);
    assert.equal(hoverTarget([training()], 99), undefined);
    assert.equal(hoverTarget([], 0), undefined);
  });

  it("covers the value or key that it explains", () => {
    assert.deepEqual(hoverTarget([training()], 61)?.range, { start: 60, end: 64 });
    assert.deepEqual(hoverTarget([training()], 55)?.range, { start: 52, end: 58 });
  });

  it("prefers the narrowest place", () => {
    const nested = subject("training", { facts: { dataset: fileFact({}, 0, 50), epochs: fileFact(3, 20, 21) } });
    assert.equal(hoverTarget([nested], 20)?.facts[0]?.[0], "epochs");
    assert.equal(hoverTarget([nested], 40)?.facts[0]?.[0], "dataset");
  });

  it("tells all that one value states, the most telling first", () => {
    const instance = subject("allocation", {
      facts: {
        accelerators: fileFact(8, 0, 11),
        provider: fileFact("aws", 0, 11),
        instanceType: fileFact("p5.48xlarge", 0, 11),
      },
    });
    assert.equal(hoverTarget([instance], 3)?.facts[0]?.[0], "instanceType");
    const text = hover(instance, 3);
    assert.match(text, /8× NVIDIA H100 SXM/);
    assert.match(text, /Also read here: accelerators 8/);
  });

  it("ignores places in other files", () => {
    const other = subject("training", {
      facts: { tokens: fileFact(5, 0, 10, { file: "base.yaml", source: "referenced" }) },
    });
    assert.equal(hoverTarget([other], 5), undefined);
  });

  it("tells what doubling would do", () => {
    const one = training();
    const text = hover(one, 61, { reestimate: () => scaled(one.estimate, 2) });
    assert.match(text, /Doubling it: \+\$41k, \+23 MWh, \+8\.1 tCO₂e, \+11 d/);
  });

  it("asks for twice the value, and keeps nodes and accelerators in step", () => {
    const asked: unknown[] = [];
    const reestimate: Reestimate = (changes) => {
      asked.push(changes);
      return undefined;
    };
    hover(training(), 61, { reestimate });
    hover(training(), 31, { reestimate });
    hover(training(), 40, { reestimate });
    assert.deepEqual(asked, [{ tokens: 2.4e12 }, { accelerators: 128, nodes: 16 }, { accelerators: 128, nodes: 16 }]);
  });

  it("doubles what one value states together, and only that", () => {
    const asked: unknown[] = [];
    const reestimate: Reestimate = (changes) => {
      asked.push(changes);
      return undefined;
    };
    const served = subject("inference", {
      fields: { accelerators: 8, nodes: 2, acceleratorsPerNode: 4, replicas: 2 },
      facts: { nodes: fileFact(2, 0, 1), replicas: fileFact(2, 0, 1), acceleratorsPerNode: fileFact(4, 5, 6) },
    });
    hover(served, 0, { reestimate });
    hover(served, 5, { reestimate });
    assert.deepEqual(asked, [
      { replicas: 4, nodes: 4, accelerators: 16 },
      { acceleratorsPerNode: 8, accelerators: 16 },
    ]);
  });

  it("says when doubling changes nothing, and when it no longer fits", () => {
    const one = training();
    assert.match(hover(one, 61, { reestimate: () => one.estimate }), /Doubling it: no change/);
    const tight = {
      ...(one.estimate as Estimate),
      quantities: {
        ...one.estimate?.quantities,
        memoryPerAccelerator: { low: 100, central: 120, high: 150, unit: "GB", fits: false },
      },
    };
    assert.match(hover(one, 61, { reestimate: () => tight }), /no longer fits in memory/);
  });

  it("shows the multiplication behind the accelerators", () => {
    assert.match(hover(training(), 31), /Accelerators: 8 nodes × 8 GPUs per node = 64/);
    assert.match(hover(training(), 50), /a factor of the accelerator count/);
    assert.doesNotMatch(hover(training(), 61), /Accelerators: 8/);
  });

  it("lists what was assumed, three at most, and counts the rest", () => {
    assert.match(hover(training(), 61), /Assumed: model FLOPs utilisation 0\.41, region `world`, PUE 1\.25 and 1 more/);
    assert.doesNotMatch(hover(allocation(), 5), /Assumed/);
  });

  it("stays within a dozen lines", () => {
    const text = hover(training(), 31, {
      reestimate: () => training().estimate,
      actions: [{ label: "Explain", command: "aiCostLens.explainEstimate", argument: {}, title: "t" }],
    });
    assert.ok(text.split("\n").length <= 14, text);
  });

  it("links to the commands it is given and to nothing else", () => {
    const argument = { uri: "file:///a.yaml", workload: "x" };
    const actions = [{ label: "Explain", command: "aiCostLens.explainEstimate", argument, title: "t" }];
    const { links } = readMarkdown(hover(training(), 61, { actions }));
    assert.equal(links.length, 1);
    assert.match(links[0] ?? "", /^command:aiCostLens\.explainEstimate\?/);
  });

  for (const text of hostileTexts)
    it(`keeps ${JSON.stringify(text)} inert wherever it stands`, () => {
      for (const offset of [5, 12, 20, 45]) {
        const { types, links } = readMarkdown(hover(hostile(text), offset));
        assert.deepEqual(links, []);
        for (const type of [...forbidden, "em_open", "heading_open", "list_item_open", "blockquote_open", "table_open"])
          assert.ok(!types.includes(type), `${type} at ${offset}`);
        assert.ok(types.filter((type) => type === "strong_open").length <= 1);
      }
    });
});
