import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import type { Facts, TokenPriceFacts } from "../../../../src/core/facts";
import { type WorkloadOf, workloadSchema } from "../../../../src/core/workload";

const price: TokenPriceFacts = {
  provider: "someone",
  model: "big-model",
  input: 3,
  cachedInput: 0.3,
  output: 15,
  batchFactor: 0.5,
  source: "price list",
  date: "2026-08-01",
  confidence: "high",
};
const catalogue = createCatalog();
const facts: Facts = {
  ...catalogue,
  tokenPrice: (model) => {
    if (model === "big-model") return price;
    return model === "plain-model" ? { ...price, cachedInput: undefined, batchFactor: undefined } : undefined;
  },
};
type Api = WorkloadOf<"api">;
const of = (fields: Omit<Api, "kind">): Estimate => estimate({ kind: "api", ...fields }, facts);
const cost = (fields: Omit<Api, "kind">): number =>
  of({ model: "big-model", ...fields }).quantities.cost?.central ?? Number.NaN;
const near = (a: number, b: number): void => assert.ok(Math.abs(a / b - 1) < 1e-12, `${a} ≠ ${b}`);

describe("cost of calls", () => {
  it("is tokens times price per million, exactly where all are stated", () => {
    const { cost: q } = of({ model: "big-model", requests: 1000, inputTokens: 2000, outputTokens: 500 }).quantities;
    near(q?.central ?? 0, (1000 * (2000 * 3 + 500 * 15)) / 1e6);
    assert.equal(q?.low, q?.high);
  });
  it("reads cached tokens at their own price, and never more than the input", () => {
    near(
      cost({ requests: 1, inputTokens: 2000, cachedInputTokens: 1500, outputTokens: 0 }),
      (500 * 3 + 1500 * 0.3) / 1e6,
    );
    near(
      cost({ requests: 1, inputTokens: 2000, cachedInputTokens: 9000, outputTokens: 0 }),
      cost({ requests: 1, inputTokens: 2000, cachedInputTokens: 2000, outputTokens: 0 }),
    );
  });
  it("halves for batch calls", () => {
    const fields = { requests: 10, inputTokens: 100, outputTokens: 100 } as const;
    near(cost({ ...fields, batch: true }), cost(fields) / 2);
  });
  it("takes full prices where no cached or batch price is known, and says so", () => {
    const plain = of({
      model: "plain-model",
      requests: 1,
      inputTokens: 100,
      cachedInputTokens: 50,
      outputTokens: 0,
      batch: true,
    });
    near(plain.quantities.cost?.central ?? 0, (100 * 3 * 0.5) / 1e6);
    for (const field of ["batchFactor", "cachedInputPrice"])
      assert.ok(
        plain.assumptions.some((one) => one.field === field),
        field,
      );
  });
  it("is unknown, not zero, without a price", () => {
    const unknown = of({ model: "nobody-knows", requests: 10, inputTokens: 10, outputTokens: 10 });
    assert.equal(unknown.quantities.cost, undefined);
    assert.ok(unknown.notes.some((note) => note.includes("nobody-knows")));
    assert.equal(of({ requests: 1 }).quantities.cost, undefined);
  });
  it("gets an interval where token counts are assumed", () => {
    const { quantities, assumptions } = of({ model: "big-model", requests: 10 });
    assert.ok(quantities.cost && quantities.cost.high > quantities.cost.central);
    for (const field of ["inputTokens", "outputTokens"]) assert.ok(assumptions.some((one) => one.field === field));
  });
  it("cites the price list with its date", () => {
    const { steps } = of({ model: "big-model", requests: 1, inputTokens: 1, outputTokens: 1 });
    assert.match(steps.find((step) => step.quantity === "cost")?.reference ?? "", /price list, 2026-08-01/);
  });
});

describe("energy of calls", () => {
  it("is wide, a factor of three either way at least, and marked", () => {
    const { quantities, notes } = of({ model: "big-model", requests: 1, inputTokens: 500, outputTokens: 300 });
    const q = quantities.energyPerRequest;
    assert.ok(q && q.high / q.central >= 3 && q.central / q.low >= 3);
    assert.ok(notes.some((note) => note.includes("guess")));
  });
  it("golden 39: reproduces Epoch AI's 0.30 Wh for 500 written tokens of 100 B active parameters", () => {
    const { quantities } = of({
      model: { name: "x", activeParameters: 100e9 },
      requests: 1,
      inputTokens: 0,
      outputTokens: 500,
    });
    assert.ok(Math.abs((quantities.energyPerRequest?.central ?? 0) / 0.3008 - 1) < 0.01);
  });
  it("cached input costs none", () => {
    const energy = (cachedInputTokens: number): number =>
      of({ model: "big-model", requests: 1, inputTokens: 1000, cachedInputTokens, outputTokens: 1 }).quantities
        .energyPerRequest?.central ?? Number.NaN;
    assert.ok(energy(1000) < energy(0) / 10);
  });
  it("total is requests times one", () => {
    const { quantities } = of({ model: "big-model", requests: 5000, inputTokens: 100, outputTokens: 100 });
    near(quantities.energy?.central ?? 0, 5 * (quantities.energyPerRequest?.central ?? 0));
  });
  it("a small member of a family is taken smaller", () => {
    const energy = (model: string): number =>
      of({ model, requests: 1, inputTokens: 10, outputTokens: 10 }).quantities.energyPerRequest?.central ?? Number.NaN;
    assert.ok(energy("unheard-of-mini") < energy("unheard-of"));
  });
});

describe("calls, over the whole schema", () => {
  const size = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 1e6 }),
    fc.double({ min: 0, max: 1e21, noNaN: true }),
  );
  it("give finite, ordered, non-negative results or none", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            kind: fc.constant("api"),
            model: fc.oneof(
              fc.constantFrom("big-model", "plain-model", "gpt-4o", "", "x"),
              fc.record({ name: fc.constant("x"), parameters: size, activeParameters: size }, { requiredKeys: [] }),
            ),
            requests: size,
            inputTokens: size,
            cachedInputTokens: size,
            outputTokens: size,
            batch: fc.boolean(),
            discount: fc.double({ min: 0, max: 1, noNaN: true }),
          },
          { requiredKeys: ["kind"] },
        ),
        (value) => {
          const parsed = workloadSchema.safeParse(value);
          assert.ok(parsed.success);
          for (const [key, q] of Object.entries(estimate(parsed.data, facts).quantities)) {
            assert.ok(Number.isFinite(q.high) && q.low >= 0, key);
            assert.ok(
              q.low <= q.central * (1 + 1e-9) && q.central <= q.high * (1 + 1e-9),
              `${key} ${JSON.stringify(q)}`,
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
  it("cost grows with requests and tokens", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 1e5 }),
        fc.integer({ min: 0, max: 1e5 }),
        (n, i, o) => {
          const base = cost({ requests: n, inputTokens: i, outputTokens: o });
          assert.ok(cost({ requests: n + 1, inputTokens: i, outputTokens: o }) >= base);
          assert.ok(cost({ requests: n, inputTokens: i + 1, outputTokens: o }) > base);
          assert.ok(cost({ requests: n, inputTokens: i, outputTokens: o + 1 }) > base);
        },
      ),
      { numRuns: 100 },
    );
  });
});
