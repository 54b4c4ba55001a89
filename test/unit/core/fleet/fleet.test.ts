import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import { comparisonsOf, comparisonText, yardsticks } from "../../../../src/core/comparisons";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { type WorkloadOf, workloadSchema } from "../../../../src/core/workload";

const facts = createCatalog();
type Fleet = WorkloadOf<"fleet">;
const of = (fields: Omit<Fleet, "kind">): Estimate => estimate({ kind: "fleet", ...fields }, facts);

const size = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1e21, noNaN: true }));
const positive = fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 1e-6, max: 1e21, noNaN: true }));
const workload: fc.Arbitrary<unknown> = fc.record(
  {
    kind: fc.constant("fleet"),
    servers: size,
    serverPower: size,
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    acceleratorsPerServer: size,
    queriesPerDay: size,
    energyPerQuery: size,
    lifetimeYears: positive,
    serverMass: size,
    serverPrice: size,
    embodiedPerServer: size,
    efficiencyGain: positive,
    demandElasticity: fc.double({ min: -10, max: 10, noNaN: true }),
    duration: fc.double({ min: 0, max: 1e9, noNaN: true }),
    accelerator: fc.constantFrom("H100-SXM", "A100", "RTX4090", "no such part"),
    facility: fc.record(
      { pue: fc.double({ min: 1, max: 10, noNaN: true }), carbonIntensity: size, electricityPrice: size },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["kind"] },
);

describe("fleets, over the whole schema", () => {
  it("give finite, ordered, non-negative results or none", () => {
    fc.assert(
      fc.property(workload, (value) => {
        const parsed = workloadSchema.safeParse(value);
        assert.ok(parsed.success);
        for (const [key, q] of Object.entries(estimate(parsed.data, facts).quantities)) {
          assert.ok(Number.isFinite(q.low) && Number.isFinite(q.high) && Number.isFinite(q.central), key);
          assert.ok(
            q.low >= 0 && q.low <= q.central * (1 + 1e-9) && q.central <= q.high * (1 + 1e-9),
            `${key} ${JSON.stringify(q)}`,
          );
        }
      }),
      { numRuns: 1500 },
    );
  });
});

const energy = (fields: Omit<Fleet, "kind">): number => of(fields).quantities.energyPerYear?.central ?? Number.NaN;

describe("supply", () => {
  it("is linear in servers, power, load and PUE", () => {
    const base = { servers: 100, serverPower: 10, load: 0.5, facility: { pue: 1.2 } };
    const one = energy(base);
    assert.equal(Math.round(one), 100 * 10 * 0.5 * 8760 * 1.2);
    for (const more of [{ servers: 300 }, { serverPower: 30 }, { facility: { pue: 3.6 } }])
      assert.ok(Math.abs(energy({ ...base, ...more }) / one - 3) < 1e-9);
    assert.ok(Math.abs(energy({ ...base, load: 1 }) / one - 2) < 1e-9);
  });
  it("assumes 70 % of the rating and the region's PUE where nothing is said", () => {
    const estimated = of({ servers: 100, serverPower: 10 });
    const load = estimated.assumptions.find((one) => one.field === "load");
    assert.equal(load?.value, 0.7);
    const plain = 100 * 10 * 8760 * 0.7;
    assert.ok((estimated.quantities.energyPerYear?.central ?? 0) > plain);
    assert.ok((estimated.quantities.energyPerYear?.low ?? 0) < (estimated.quantities.energyPerYear?.central ?? 0));
  });
  it("takes a server's rating from its accelerators: eight H100 are rated about 10.2 kW", () => {
    const { assumptions } = of({ servers: 1, accelerator: "H100-SXM", acceleratorsPerServer: 8 });
    const power = Number(assumptions.find((one) => one.field === "serverPower")?.value);
    assert.ok(Math.abs(power / 10.2 - 1) < 0.02, String(power));
  });
  it("carbon is energy times the grid's intensity", () => {
    const { quantities } = of({ servers: 10, serverPower: 10, load: 1, facility: { pue: 1, carbonIntensity: 400 } });
    assert.ok(Math.abs((quantities.carbon?.central ?? 0) / (10 * 10 * 8760 * 0.4) - 1) < 1e-9);
  });
  it("totals follow a stated duration, the yearly figure does not", () => {
    const day = of({ servers: 10, serverPower: 10, load: 1, facility: { pue: 1 }, duration: 24 }).quantities;
    assert.equal(Math.round(day.energy?.central ?? 0), 2400);
    assert.equal(Math.round(day.energyPerYear?.central ?? 0), 876_000);
  });
});

describe("demand", () => {
  it("assumes a short answer's energy, with a wide interval", () => {
    const { quantities, assumptions } = of({ queriesPerDay: 1e6 });
    assert.ok(assumptions.some((one) => one.field === "energyPerQuery"));
    const q = quantities.demandEnergyPerYear;
    assert.ok(q && q.high / q.low > 9);
  });
  it("neither servers nor queries: a note and no figure", () => {
    const { quantities, notes } = of({});
    assert.deepEqual(quantities, {});
    assert.equal(notes.length, 1);
  });
});

describe("rebound", () => {
  it("assumes an elasticity where only the gain is stated, and shows the whole range", () => {
    const plain = energy({ servers: 1, serverPower: 1, load: 1, facility: { pue: 1 } });
    const { quantities, assumptions } = of({
      servers: 1,
      serverPower: 1,
      load: 1,
      facility: { pue: 1 },
      efficiencyGain: 4,
    });
    assert.ok(assumptions.some((one) => one.field === "demandElasticity"));
    assert.ok(Math.abs((quantities.energyPerYear?.central ?? 0) / plain - 0.5) < 1e-9);
    assert.ok(Math.abs((quantities.energyPerYear?.low ?? 0) / plain - 0.25) < 1e-9);
    assert.ok(Math.abs((quantities.energyPerYear?.high ?? 0) / plain - 1) < 1e-9);
  });
});

describe("comparisons", () => {
  it("prefer several of something to a small part of it", () => {
    assert.match(comparisonText(comparisonsOf(2e8)[0] as never), /trainings of GPT-3|household/);
  });
  it("are two, from household-years up", () => {
    for (const { kWh } of yardsticks) assert.equal(comparisonsOf(kWh).length, 2);
    assert.equal(comparisonsOf(100).length, 0);
  });
  it("print ratios readably", () => {
    const [yardstick] = yardsticks;
    assert.ok(yardstick);
    assert.match(comparisonText({ yardstick, ratio: 12_345.6 }), /^12,346 household/);
    assert.match(comparisonText({ yardstick, ratio: 163.4 }), /^160 household/);
    assert.match(comparisonText({ yardstick, ratio: 0.3456 }), /^0\.35 household/);
  });
});
