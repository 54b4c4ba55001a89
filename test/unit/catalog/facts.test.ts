import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { browseCatalog, catalogKinds } from "../../../src/catalog/browse";
import { createCatalog } from "../../../src/catalog/catalog";
import { loadTokenPrices, tokenPrice } from "../../../src/catalog/tokenPrices";
import type { PriceQuery } from "../../../src/core/facts";
import type { Quantity } from "../../../src/core/quantity";

const facts = createCatalog();
const ordered = (q: Quantity | undefined): boolean =>
  q === undefined || (q.low <= q.central && q.central <= q.high && q.low >= 0);

describe("machine types", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["p5.48xlarge", "h100-sxm", 8],
    ["ml.p5.48xlarge", "h100-sxm", 8],
    ["P4D.24xlarge", "a100-sxm-40", 8],
    ["Standard_NC48ads_A100_v4", "a100-pcie-80", 2],
    ["standard_nc24ads_a100_v4", "a100-pcie-80", 1],
    ["NC40ads_H100_v5", "h100-nvl", 1],
    ["Standard_NV6ads_A10_v5", "a10", 0.167],
    ["a2-highgpu-8g", "a100-sxm-40", 8],
    ["ct5lp-hightpu-4t", "tpu-v5e", 4],
    ["BM.GPU.H100.8", "h100-sxm", 8],
    ["gpu_8x_h100_sxm5", "h100-sxm", 8],
    ["inf2.48xlarge", "inf2", 12],
    // Types that say in their name what they hold.
    ["ct5l-hightpu-8t", "tpu-v5e", 8],
    ["gd-8xh100ib-i128", "h100-sxm", 8],
    ["h100-80gb-sxm-ib.8x", "h100-sxm", 8],
    ["VM.GPU.A10.2", "a10", 2],
    ["n3-RTX-A6000x2", "rtx-a6000", 2],
  ];
  for (const [name, accelerator, count] of cases)
    it(`${name} holds ${count} × ${accelerator}`, () => {
      const match = facts.instance(name);
      assert.equal(match?.value.accelerator, accelerator);
      assert.equal(match?.value.accelerators, count);
    });

  it("several types are ambiguous, the first in front", () => {
    const match = facts.instance("g6e.2xlarge|g6e.4xlarge");
    assert.equal(match?.how, "ambiguous");
    assert.deepEqual(
      match?.candidates?.map((row) => row.id),
      ["g6e.2xlarge", "g6e.4xlarge"],
    );
  });

  it("processors-only types are known as such", () => {
    for (const name of ["m5.large", "c7i.4xlarge", "Standard_E4s_v3", "n1-standard-8", "e2-medium"]) {
      assert.equal(facts.instance(name)?.value.accelerators, 0, name);
      assert.equal(facts.instance(name)?.value.accelerator, undefined);
    }
  });

  it("unknown types are unknown", () => {
    for (const name of ["p9.48xlarge", "Standard_XX", "foo", ""]) assert.equal(facts.instance(name), undefined, name);
  });
});

describe("prices", () => {
  const central = (query: PriceQuery) => facts.price(query)?.perAcceleratorHour.central;

  it("of a type in a listed region are exact", () => {
    const price = facts.price({ instanceType: "p5.48xlarge", region: "us-west-1" });
    assert.equal(price?.perNodeHour?.central, 68.8);
    assert.equal(price?.perNodeHour?.low, price?.perNodeHour?.high);
    assert.equal(price?.perAcceleratorHour.central, 8.6);
    assert.equal(price?.basis, "aws p5.48xlarge us-west-1 on demand");
    assert.equal(price?.date, "2026-07-20");
  });

  it("of a type in an unlisted region are an interval that says so", () => {
    const price = facts.price({ instanceType: "p5.48xlarge", region: "eu-central-1" });
    assert.ok(price && price.perAcceleratorHour.low < price.perAcceleratorHour.high);
    assert.match(price.basis, /1–1\.45/);
    assert.equal(price.confidence, "low");
  });

  it("of Azure follow its regions", () => {
    assert.equal(
      facts.price({ instanceType: "Standard_ND96isr_H100_v5", region: "eastus" })?.perNodeHour?.central,
      98.32,
    );
    const west = facts.price({ instanceType: "Standard_ND96isr_H100_v5", region: "westeurope" })?.perNodeHour;
    assert.ok(west && west.central > 98.32 && west.low === west.high);
  });

  it("of an accelerator alone are the median over the providers, with their spread", () => {
    const price = facts.price({ accelerator: "h100-sxm" });
    assert.ok(price);
    assert.ok(price.perAcceleratorHour.low < 3 && price.perAcceleratorHour.high > 9);
    assert.ok(price.perAcceleratorHour.central > 3 && price.perAcceleratorHour.central < 6);
    assert.match(price.basis, /median of \d+ providers/);
  });

  it("of rack-scale Blackwell lie among what is offered, from 4.5 to 27 USD", () => {
    const price = facts.price({ accelerator: "gb200" })?.perAcceleratorHour;
    assert.ok(price && price.central > 10 && price.central < 16 && price.low < 7 && price.high > 20);
  });

  it("of AMD's parts know the clouds that sell little else", () => {
    assert.equal(central({ accelerator: "mi325x", provider: "TensorWave" }), 1.95);
    assert.equal(central({ accelerator: "mi300x", provider: "vultr" }), 1.85);
    assert.ok((facts.price({ accelerator: "mi300x" })?.perAcceleratorHour.low ?? 9) < 2);
  });

  it("of a provider are its own", () => {
    assert.equal(central({ accelerator: "h100-sxm", provider: "Lambda Labs" }), 3.99);
    assert.equal(central({ accelerator: "h100-sxm", provider: "nebius" }), 2.95);
    assert.equal(central({ accelerator: "tpu-v6e", provider: "google", region: "us-east1" }), 2.7);
  });

  it("of a provider that lists none say so", () => {
    assert.match(facts.price({ accelerator: "mi300x", provider: "gcp" })?.basis ?? "", /gcp lists none/);
  });

  it("of a type without a list price follow the provider's accelerator, marked", () => {
    const price = facts.price({ instanceType: "p5e.48xlarge" });
    assert.match(price?.basis ?? "", /p5e\.48xlarge has no list price/);
    assert.equal(price?.confidence, "low");
  });

  it("of types that are only reserved in advance are those of the reservation, and say so", () => {
    const price = facts.price({ instanceType: "trn2.48xlarge" });
    assert.equal(price?.perNodeHour?.central, 35.7608);
    assert.match(price?.basis ?? "", /by Capacity Block \(no on-demand price\)/);
    assert.equal(central({ accelerator: "trn2" })?.toFixed(3), "2.235");
  });

  it("of SageMaker are its own where the list has them", () => {
    const price = facts.price({ instanceType: "ml.g5.2xlarge", region: "us-east-1" });
    assert.equal(price?.perNodeHour?.central.toFixed(3), "1.515");
    assert.equal(price?.confidence, "medium");
    assert.equal(facts.price({ instanceType: "ml.g6.48xlarge", region: "us-east-1" })?.confidence, "low");
  });

  it("of SageMaker are above EC2's", () => {
    const plain = facts.price({ instanceType: "g5.xlarge", region: "us-east-1" })?.perNodeHour?.central ?? 0;
    const managed = facts.price({ instanceType: "ml.g5.xlarge", region: "us-east-1" })?.perNodeHour;
    assert.ok(managed && managed.low > plain && managed.high <= 1.41 * plain);
    assert.ok((facts.price({ instanceType: "ml.p5.48xlarge" })?.perNodeHour?.high ?? 0) > 1.3 * 55.04);
  });

  it("of spot are below on demand wherever both are known", () => {
    for (const row of facts.rows.instances) {
      const full = facts.price({ instanceType: row.id, provider: row.provider });
      const spot = facts.price({ instanceType: row.id, provider: row.provider, pricing: "spot" });
      // What is reckoned from a purchase has no spot.
      if (full && spot && !/bought at/.test(full.basis))
        assert.ok(spot.perAcceleratorHour.central < full.perAcceleratorHour.central, row.id);
    }
  });

  it("of commitments are reduced only where a list says by how much", () => {
    assert.equal(
      central({ accelerator: "a100-sxm-40", provider: "gcp", region: "us-central1", pricing: "reserved" }),
      3.6733875 * 0.63,
    );
    const aws = facts.price({ instanceType: "p5.48xlarge", region: "us-east-1", pricing: "reserved" });
    assert.equal(aws?.perNodeHour?.central, 55.04);
    assert.match(aws?.basis ?? "", /commitments cost less/);
  });

  it("of a slice are its share", () => {
    const whole = central({ accelerator: "h200-sxm" }) ?? 0;
    assert.ok(Math.abs((central({ accelerator: "h200-sxm@4g.71gb" }) ?? 0) - (whole * 4) / 7) < 1e-9);
  });

  it("of a card that nobody rents are its purchase over four years", () => {
    assert.match(facts.price({ accelerator: "rtx3080" })?.basis ?? "", /no list price: bought at 699/);
  });

  it("are absent where nothing is known", () => {
    assert.equal(facts.price({ accelerator: "apple-m2-max" }), undefined);
    assert.equal(facts.price({ accelerator: "nonsense" }), undefined);
    assert.equal(facts.price({}), undefined);
  });

  it("are ordered intervals for any query", () => {
    const names = fc.constantFrom(...facts.accelerators().map((row) => row.id), "nonsense");
    const types = fc.option(fc.constantFrom(...facts.rows.instances.map((row) => row.id)), { nil: undefined });
    const provider = fc.option(fc.constantFrom("aws", "gcp", "azure", "lambda", "oci", "mars"), { nil: undefined });
    const region = fc.option(
      fc.constantFrom("us-east-1", "eastus", "us-central1", "westeurope", "eu-central-1b", "moon"),
      { nil: undefined },
    );
    const pricing = fc.option(fc.constantFrom("onDemand" as const, "spot" as const, "reserved" as const), {
      nil: undefined,
    });
    fc.assert(
      fc.property(names, types, provider, region, pricing, (accelerator, instanceType, p, r, tariff) => {
        const price = facts.price({ accelerator, instanceType, provider: p, region: r, pricing: tariff });
        return (
          price === undefined ||
          (ordered(price.perAcceleratorHour) && ordered(price.perNodeHour) && price.basis.length > 0)
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe("regions", () => {
  const region = (query: Parameters<typeof facts.region>[0]) => facts.region(query);

  it("of providers have their own grid and PUE", () => {
    assert.equal(region({ provider: "aws", region: "us-east-1" }).carbonIntensity.central, 396.25);
    assert.equal(region({ provider: "aws", region: "us-east-1" }).pue.central, 1.15);
    assert.equal(region({ region: "europe-west9" }).carbonIntensity.central, 16.3);
    assert.equal(region({ region: "northeurope" }).zone, "IE");
    assert.equal(region({ region: "westus2" }).zone, "US-NW-BPAT");
  });

  it("corrects the zones that the table has wrong", () => {
    assert.equal(region({ region: "eu-north-1" }).zone, "SE-SE3");
    assert.equal(region({ region: "europe-north1" }).zone, "FI");
  });

  it("are found by availability zone, without provider, in any case", () => {
    for (const name of ["us-east-1a", "US-EAST-1"]) assert.equal(region({ region: name }).id, "us-east-1");
    assert.equal(region({ region: "europe-west4-b" }).id, "europe-west4");
  });

  it("absent from the table follow their country", () => {
    assert.equal(region({ provider: "azure", region: "uksouth" }).carbonIntensity.central, 215.79);
    assert.equal(region({ region: "germany" }).carbonIntensity.central, 342.06);
    assert.equal(region({ zone: "FR" }).carbonIntensity.central, 44.18);
    assert.equal(region({ provider: "runpod", region: "EU-RO-1" }).id, "Romania");
  });

  it("unknown are the world's mean, wide and marked", () => {
    const world = region({});
    assert.equal(world.carbonIntensity.central, 472.94);
    assert.equal(world.confidence, "low");
    assert.deepEqual(region({ region: "mars" }).carbonIntensity, world.carbonIntensity);
  });

  it("all have ordered figures, a PUE of at least 1 and notes", () => {
    for (const row of browseCatalog(facts, "regions")) {
      const [provider = "", name = ""] = row.id.split("/");
      const found = region({ provider, region: name });
      for (const q of [found.pue, found.carbonIntensity, found.waterOnSite, found.waterOffSite, found.electricityPrice])
        assert.ok(ordered(q), row.id);
      assert.ok(found.pue.low >= 1 && found.notes.length >= 4, row.id);
    }
  });

  it("cite the grid, the building and the water each by its own source", () => {
    for (const query of [
      {},
      { region: "germany" },
      { provider: "aws", region: "us-east-1" },
      { zone: "US-TEX-ERCO" },
    ]) {
      const { sources = {} } = region(query);
      assert.match(String(sources.carbonIntensity), /20\d\d/, JSON.stringify(query));
      assert.match(String(sources.waterOffSite), /EcoLogits/);
      assert.ok(sources.pue !== undefined && sources.pue !== sources.carbonIntensity, JSON.stringify(query));
    }
  });

  it("never throw", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (provider, name, zone) =>
        ordered(region({ provider, region: name, zone }).carbonIntensity),
      ),
    );
  });
});

describe("datasets", () => {
  it("are found by hub id, last part and trainers' names", () => {
    for (const name of ["tatsu-lab/alpaca", "alpaca", "hf://datasets/tatsu-lab/alpaca"])
      assert.equal(facts.dataset(name)?.value.samples, 52_002, name);
    assert.equal(facts.dataset("HuggingFaceH4/ultrachat_200k")?.value.samples, 207_865);
    assert.equal(facts.dataset("alpaca_en_demo")?.value.samples, 999);
  });
  it("under another owner are copies, with low confidence", () => {
    assert.equal(facts.dataset("someone/gsm8k")?.how, "fuzzy");
  });
  it("unknown are unknown", () => {
    for (const name of ["", "my-data", "data/train.jsonl", "x".repeat(400)])
      assert.equal(facts.dataset(name), undefined, name);
  });
  it("of a mixture add up, each with its share", () => {
    const gsm8k = facts.dataset("gsm8k")?.value.samples ?? 0;
    assert.equal(facts.dataset("tatsu-lab/alpaca, gsm8k")?.value.samples, 52_002 + gsm8k);
    assert.equal(facts.dataset("tatsu-lab/alpaca × 0.5, gsm8k")?.value.samples, 26_001 + gsm8k);
    const lengths = ["tatsu-lab/alpaca", "gsm8k", "tatsu-lab/alpaca, gsm8k"].map(
      (name) => facts.dataset(name)?.value.tokensPerSample.central ?? 0,
    );
    const [alpaca = 0, second = 0, mixed = 0] = lengths;
    assert.ok(mixed > Math.min(alpaca, second) && mixed < Math.max(alpaca, second), lengths.join());
  });
  it("of a mixture with an unknown part are unknown", () => {
    for (const name of ["tatsu-lab/alpaca, my-data", "tatsu-lab/alpaca × 0", "tatsu-lab/alpaca × x", ", "])
      assert.equal(facts.dataset(name), undefined, name);
  });
  it("all have token means with an interval", () => {
    for (const row of facts.rows.datasets)
      assert.ok(ordered(row.tokensPerSample) && row.tokensPerSample.low < row.tokensPerSample.high, row.id);
  });
});

describe("token prices", () => {
  it("are absent until loaded, then known with a date", async () => {
    const before = createCatalog().tokenPrice("gpt-4o");
    await loadTokenPrices();
    const price = facts.tokenPrice("gpt-4o");
    assert.ok(before === undefined || before.input === price?.input);
    assert.equal(price?.input, 2.5);
    assert.equal(price?.output, 10);
    assert.equal(price?.cachedInput, 1.25);
    assert.equal(price?.batchFactor, 0.5);
    assert.match(price?.date ?? "", /^\d{4}-\d\d-\d\d$/);
  });
  it("follow the provider", async () => {
    await loadTokenPrices();
    assert.equal(tokenPrice("gpt-4o-mini", "openai")?.provider, "openai");
    assert.equal(tokenPrice("gemini-2.5-pro", "vertex")?.provider, "google");
    assert.equal(tokenPrice("anthropic/claude-3-5-sonnet-20241022")?.provider, "anthropic");
    assert.equal(tokenPrice("us.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock")?.provider, "aws");
  });
  it("of unknown models and providers are absent, and nothing throws", async () => {
    await loadTokenPrices();
    assert.equal(tokenPrice("nonsense-model"), undefined);
    fc.assert(
      fc.property(fc.string(), fc.string(), (model, provider) => {
        const price = tokenPrice(model, provider);
        return price === undefined || price.input >= 0;
      }),
    );
  });
});

describe("browsing", () => {
  for (const kind of catalogKinds)
    it(`${kind} have rows with source, date and confidence`, () => {
      const rows = browseCatalog(facts, kind);
      assert.ok(rows.length > 50, String(rows.length));
      for (const row of rows) {
        assert.ok(row.id && row.source && row.confidence, row.id);
        assert.ok(
          Object.values(row.columns).every((value) => value !== "" && !Number.isNaN(value)),
          row.id,
        );
      }
    });

  it("puts the row that the query resolves to first", () => {
    assert.equal(browseCatalog(facts, "accelerators", "H100 80GB HBM3")[0]?.id, "h100-sxm");
    assert.equal(browseCatalog(facts, "models", "meta-llama/Llama-3.1-8B-Instruct")[0]?.id, "llama-3.1-8b");
    assert.equal(browseCatalog(facts, "instances", "ml.p5.48xlarge")[0]?.id, "p5.48xlarge");
  });

  it("keeps what holds every word", () => {
    const rows = browseCatalog(facts, "instances", "aws h100");
    assert.ok(
      rows.length > 0 && rows.every((row) => row.columns.accelerator === "h100-sxm" && row.columns.provider === "aws"),
    );
  });

  it("names the licence of the source", () => {
    assert.match(browseCatalog(facts, "accelerators", "a100-sxm-80")[0]?.licence ?? "", /CC BY-SA 4\.0/);
  });

  it("is empty for what is not there", () => {
    assert.deepEqual(browseCatalog(facts, "models", "no-such-model-at-all"), []);
  });
});
