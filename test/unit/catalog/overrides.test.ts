import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import { catalogOverridesSchema, parseOverrides } from "../../../src/catalog/overrides";

describe("own figures", () => {
  it("an accelerator price is exact, visible and says where it is from", () => {
    const facts = createCatalog({ prices: [{ accelerator: "H100", perAcceleratorHour: 1.8 }] });
    const price = facts.price({ accelerator: "h100-sxm", provider: "aws", region: "us-east-1" });
    assert.deepEqual(price?.perAcceleratorHour, { low: 1.8, central: 1.8, high: 1.8, unit: "USD/h" });
    assert.equal(price?.override, true);
    assert.equal(price?.basis, "your price (aicost.yaml)");
  });

  it("an ambiguous name covers all parts it may mean, and no other", () => {
    const facts = createCatalog({ prices: [{ accelerator: "A100", perAcceleratorHour: 1 }] });
    for (const id of ["a100-sxm-80", "a100-pcie-40"])
      assert.equal(facts.price({ accelerator: id })?.perAcceleratorHour.central, 1);
    assert.notEqual(facts.price({ accelerator: "h100-sxm" })?.override, true);
  });

  it("an instance price is divided over its accelerators", () => {
    const facts = createCatalog({ prices: [{ instanceType: "p5.48xlarge", perNodeHour: 40 }] });
    const price = facts.price({ instanceType: "p5.48xlarge" });
    assert.equal(price?.perNodeHour?.central, 40);
    assert.equal(price?.perAcceleratorHour.central, 5);
  });

  it("the most specific price wins, then the later", () => {
    const facts = createCatalog({
      prices: [
        { accelerator: "h100-sxm", provider: "aws", perAcceleratorHour: 2 },
        { accelerator: "h100-sxm", perAcceleratorHour: 3 },
        { accelerator: "h100-sxm", perAcceleratorHour: 4 },
      ],
    });
    assert.equal(facts.price({ accelerator: "h100-sxm", provider: "amazon" })?.perAcceleratorHour.central, 2);
    assert.equal(facts.price({ accelerator: "h100-sxm", provider: "gcp" })?.perAcceleratorHour.central, 4);
  });

  it("a price for spot leaves on demand alone", () => {
    const facts = createCatalog({ prices: [{ accelerator: "h100-sxm", pricing: "spot", perAcceleratorHour: 1 }] });
    assert.notEqual(facts.price({ accelerator: "h100-sxm" })?.override, true);
    assert.equal(facts.price({ accelerator: "h100-sxm", pricing: "spot" })?.override, true);
  });

  it("a discount lowers the list price and shows in the basis", () => {
    const list = createCatalog().price({ instanceType: "p5.48xlarge", region: "us-east-1" });
    const price = createCatalog({ discount: 0.3 }).price({ instanceType: "p5.48xlarge", region: "us-east-1" });
    assert.ok(Math.abs((price?.perNodeHour?.central ?? 0) - 0.7 * (list?.perNodeHour?.central ?? 0)) < 1e-9);
    assert.match(price?.basis ?? "", /less your discount of 30 %/);
    assert.equal(price?.override, true);
  });

  it("any field of an accelerator can be changed, and one of one's own be like another", () => {
    const facts = createCatalog({
      accelerators: [
        { id: "h100-sxm", tdp: 550 },
        { id: "our-h100", like: "H100-80GB", memory: 64, peak: { bf16: 900 } },
      ],
    });
    assert.equal(facts.accelerator("h100-80gb")?.value.tdp, 550);
    assert.equal(facts.accelerator("our-h100")?.value.memory, 64);
    assert.equal(facts.accelerator("our-h100")?.value.bandwidth, 3350);
    assert.equal(facts.accelerator("our-h100")?.value.achievable, undefined);
    assert.match(facts.accelerator("our-h100")?.value.source ?? "", /your figures/);
    assert.equal(createCatalog().accelerator("h100-sxm")?.value.tdp, 700);
  });

  it("models, machines and datasets of one's own are found before the bundled ones", () => {
    const facts = createCatalog({
      origin: "settings",
      models: [
        { id: "acme/llama-3.1-8b", spec: { parameters: 9e9 } },
        { id: "acme/lm", spec: { parameters: 3e9 } },
      ],
      instances: [{ id: "acme.8x", accelerator: "h100-sxm", accelerators: 8 }],
      datasets: [{ id: "acme/chat", samples: 1000, tokensPerSample: 500 }],
    });
    assert.equal(facts.model("acme/llama-3.1-8b")?.value.spec.parameters, 9e9);
    assert.equal(facts.model("acme/lm")?.value.source, "your figures (settings)");
    assert.equal(facts.instance("acme.8x")?.value.accelerators, 8);
    assert.equal(facts.dataset("acme/chat")?.value.tokensPerSample.central, 500);
    assert.equal(createCatalog().model("acme/lm"), undefined);
  });

  it("the schema refuses what makes no sense", () => {
    const bad = [
      { prices: [{ accelerator: "h100-sxm" }] },
      { prices: [{ accelerator: "h100-sxm", perAcceleratorHour: -1 }] },
      { discount: 30 },
      { accelerators: [{ id: "x", memory: "80GB" }] },
      { unknown: true },
      [],
      "text",
    ];
    for (const value of bad)
      assert.equal(catalogOverridesSchema.safeParse(value).success, false, JSON.stringify(value));
    assert.ok(
      catalogOverridesSchema.safeParse({ discount: 0.1, prices: [{ accelerator: "H100", perAcceleratorHour: 2 }] })
        .success,
    );
  });

  it("a block is read whole or not at all, and says where it is wrong", () => {
    assert.deepEqual(parseOverrides({ discount: 0.2 }, "team/aicost.yaml"), {
      overrides: { discount: 0.2, origin: "team/aicost.yaml" },
      problems: [],
    });
    const { overrides, problems } = parseOverrides({ discount: 0.2, prices: [{ accelerator: "H100" }] }, "aicost.yaml");
    assert.deepEqual(overrides, { origin: "aicost.yaml" });
    assert.match(problems[0] ?? "", /^aicost\.yaml: catalog\.prices\.0: state perAcceleratorHour/);
    assert.deepEqual(parseOverrides(undefined, "x").problems, []);
  });
});
