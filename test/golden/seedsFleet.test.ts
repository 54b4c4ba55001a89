/** The energy of an AI service from both sides: the published figures of de Vries (Joule 7, 2023) from the formula, each within 1 %. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { comparisonsOf, yardsticks } from "../../src/core/comparisons";
import type { Quantities } from "../../src/core/estimate";
import { estimate } from "../../src/core/estimator";
import type { WorkloadOf } from "../../src/core/workload";

const facts = createCatalog();
type Fleet = WorkloadOf<"fleet">;

/** Nameplate figures: full load, no cooling on top, as the paper reckons. */
const nameplate = { load: 1, facility: { pue: 1 } } as const;
const of = (fields: Omit<Fleet, "kind">): Quantities =>
  estimate({ kind: "fleet", ...nameplate, ...fields }, facts).quantities;
const near = (actual: number | undefined, wanted: number, tolerance = 0.01): void =>
  assert.ok(
    actual !== undefined && Math.abs(actual / wanted - 1) <= tolerance,
    `${actual} is not within ${tolerance} of ${wanted}`,
  );
const perDay = (quantities: Quantities): number => (quantities.energyPerYear?.central ?? Number.NaN) / 365;

describe("supply: servers at their rating, all year", () => {
  it("golden 38: 3,617 HGX A100 servers of 6.5 kW draw 564 MWh a day, with 28,936 GPUs", () => {
    const fleet = estimate(
      { kind: "fleet", servers: 3617, serverPower: 6.5, acceleratorsPerServer: 8, ...nameplate },
      facts,
    );
    near(perDay(fleet.quantities), 564e3);
    const step = fleet.steps.find((one) => one.quantity === "energyPerYear");
    assert.equal(step?.inputs.accelerators, 28_936);
  });
  it("golden 38: 512,821 servers of 6.5 kW: 80 GWh a day, 29.2 TWh a year", () => {
    const fleet = of({ servers: 512_821, serverPower: 6.5 });
    near(perDay(fleet), 80e6);
    near(fleet.energyPerYear?.central, 29.2e9);
  });
  it("golden 38: 400,000 servers of 6.5 kW: 62.4 GWh a day, 22.8 TWh a year", () => {
    const fleet = of({ servers: 400_000, serverPower: 6.5 });
    near(perDay(fleet), 62.4e6);
    near(fleet.energyPerYear?.central, 22.8e9);
  });
  it("golden 38: 100,000 servers shipped in 2023: 5.7 TWh a year at 6.5 kW, 8.9 at 10.2", () => {
    near(of({ servers: 100_000, serverPower: 6.5 }).energyPerYear?.central, 5.7e9);
    near(of({ servers: 100_000, serverPower: 10.2 }).energyPerYear?.central, 8.9e9);
  });
  it("golden 38: 1.5 million servers in 2027: 85.4 to 134 TWh a year", () => {
    near(of({ servers: 1.5e6, serverPower: 6.5 }).energyPerYear?.central, 85.4e9);
    near(of({ servers: 1.5e6, serverPower: 10.2 }).energyPerYear?.central, 134e9);
  });
  it("buying the 512,821 servers at 195,000 USD each takes 100 billion USD", () => {
    near(of({ servers: 512_821, serverPower: 6.5, serverPrice: 195_000 }).purchaseCost?.central, 100e9);
  });
});

describe("demand: queries a day", () => {
  it("9 billion searches a day at 3 Wh: 27 GWh a day, 9.855 TWh a year", () => {
    const fleet = of({ queriesPerDay: 9e9, energyPerQuery: 3 });
    near((fleet.demandEnergyPerYear?.central ?? 0) / 365, 27e6);
    near(fleet.energyPerYear?.central, 9.855e9);
  });
  it("a plain web search takes a tenth of it", () => {
    near(of({ queriesPerDay: 9e9, energyPerQuery: 0.3 }).energyPerYear?.central, 0.9855e9);
  });
});

describe("both sides together", () => {
  it("golden 38: 3,617 servers over 195 million requests a day imply 2.89 Wh each", () => {
    const fleet = of({ servers: 3617, serverPower: 6.5, queriesPerDay: 195e6, energyPerQuery: 2.89 });
    near(fleet.energyPerRequest?.central, 2.89);
    near(fleet.supplyOverDemand?.central, 1);
  });
  it("golden 38: 512,821 servers over 9 billion searches imply 8.9 Wh each, 400,000 servers 6.9", () => {
    near(
      of({ servers: 512_821, serverPower: 6.5, queriesPerDay: 9e9, energyPerQuery: 3 }).energyPerRequest?.central,
      8.9,
    );
    near(
      of({ servers: 400_000, serverPower: 6.5, queriesPerDay: 9e9, energyPerQuery: 3 }).energyPerRequest?.central,
      6.93,
    );
  });
  it("9 billion searches at 3 Wh need 173,077 servers of 6.5 kW, so 512,821 could draw 2.96 times the need", () => {
    const fleet = of({ servers: 512_821, serverPower: 6.5, queriesPerDay: 9e9, energyPerQuery: 3 });
    near(fleet.impliedServers?.central, 173_077);
    near(fleet.supplyOverDemand?.central, 2.963);
  });
});

describe("rebound: a gain g with elasticity e changes energy by g^(e−1)", () => {
  const base = { servers: 1000, serverPower: 10 } as const;
  const ratio = (efficiencyGain: number, demandElasticity: number): number =>
    (of({ ...base, efficiencyGain, demandElasticity }).energyPerYear?.central ?? 0) /
    (of(base).energyPerYear?.central ?? 1);
  it("saves all of the gain where demand stands still, nothing where it grows in step, and backfires beyond", () => {
    near(ratio(4, 0), 0.25, 1e-12);
    near(ratio(4, 1), 1, 1e-12);
    near(ratio(4, 1.5), 2, 1e-12);
  });
});

describe("wear", () => {
  it("halving the service life from six years to three doubles e-waste and the yearly share of manufacture", () => {
    const fields = { servers: 1000, serverPower: 10.2, serverMass: 130, embodiedPerServer: 5000 } as const;
    const six = of({ ...fields, lifetimeYears: 6 });
    const three = of({ ...fields, lifetimeYears: 3 });
    near(three.eWaste?.central, 2 * (six.eWaste?.central ?? 0), 1e-12);
    near(three.eWaste?.central, (1000 * 130) / 3, 1e-12);
    near(three.embodiedCarbon?.central, 2 * (six.embodiedCarbon?.central ?? 0), 1e-12);
  });
});

describe("things to compare with", () => {
  it("29.2 TWh lies beside Ireland's year", () => {
    const [nearest] = comparisonsOf(29.2e9);
    assert.match(nearest?.yardstick.label ?? "", /Ireland/);
    near(nearest?.ratio, 0.9966, 1e-3);
  });
  it("every yardstick has a source, and everyday energies are left alone", () => {
    for (const yardstick of yardsticks) assert.ok(yardstick.source.length > 5);
    assert.deepEqual(comparisonsOf(2), []);
    assert.deepEqual(comparisonsOf(Number.NaN), []);
  });
  it("the training of GPT-3 is its own yardstick", () => {
    near(comparisonsOf(1.287e6)[0]?.ratio, 1, 1e-9);
  });
});
