/**
 * A fleet seen from both sides: what the servers draw (supply) and what the queries need (demand), and the gap between the two.
 */
import { comparisonsOf, comparisonText } from "../comparisons";
import type { Draft } from "../draft";
import type { RegionFacts } from "../facts";
import { type Server, serverOf } from "../fleet/server";
import { addEnvironment, facilityOf, hoursPerMonth, hoursPerYear, sourceOf } from "../footprint";
import { add, divide, exact, interval, multiply, type Quantity, scale, sigmaOf } from "../quantity";
import type { WorkloadOf } from "../workload";

type Fleet = WorkloadOf<"fleet">;

/** Busy AI servers draw 60 to 80 % of their rating: 76 % measured in intensive training (Latif et al. 2024). */
export const usualLoad = interval(0.6, 0.7, 0.8, "1");
/** A short text answer of 2025 (Epoch AI 0.3 Wh; Google's median 0.24 Wh); reasoning and long answers reach ten times as much. */
export const usualQuery = interval(0.1, 0.3, 1.5, "Wh");
/** From the 6 years of before the AI race to the 3 of today. */
export const usualLifetime = interval(3, 4, 6, "1");
export const usualElasticity = interval(0, 0.5, 1, "1");

const servesIn = (hours: number): string => (hours === hoursPerYear ? "a year" : `${hours} h`);

export function estimateFleet(workload: Fleet, draft: Draft): void {
  const servers = workload.servers ?? workload.nodes;
  const supplied = servers !== undefined && servers > 0;
  const asked = workload.queriesPerDay !== undefined && workload.queriesPerDay > 0;
  if (!supplied && !asked) {
    draft.note("a fleet needs servers, or queries per day");
    return;
  }
  const server = serverOf(workload, draft);
  const facility = facilityOf(workload, draft);
  const load = loadOf(workload, draft);
  draft.uncertainty("load", sigmaOf(load));
  draft.uncertainty("server power", sigmaOf(server.power));
  const rebound = reboundOf(workload, draft);

  const perServer = scale(multiply(multiply(server.power, load, "kW"), facility.pue, "kW"), hoursPerYear, "kWh");
  const supply = supplied ? multiply(scale(perServer, servers), rebound, "kWh") : undefined;
  if (supply && supplied) explainSupply(draft, servers, server, load, facility, supply);
  const demand = asked ? demandOf(workload, draft, rebound) : undefined;
  if (demand) {
    draft.set("demandEnergyPerYear", demand);
    addImplied(draft, workload, demand, perServer, supply);
  }

  const perYear = supply ?? demand;
  if (perYear === undefined) return;
  draft.set("energyPerYear", perYear);
  draft.set("power", scale(perYear, 1 / hoursPerYear, "kW"));
  const hours = workload.duration ?? draft.assume("duration", hoursPerYear, "totals are those of a year");
  draft.set("duration", exact(hours, "h"));
  const years = hours / hoursPerYear;
  const energy = scale(perYear, years);
  draft.set("energy", energy);
  const count = supplied ? exact(servers, "1") : draft.get("impliedServers");
  if (count && server.accelerators !== undefined)
    draft.set("acceleratorHours", scale(count, server.accelerators * hours, "h"));
  if (count) addHardware(draft, workload, server, count, years);
  addMoney(draft, facility, energy, count, server, lifetimeOf(workload, draft), hours);
  addEnvironment(draft, energy, facility);
  for (const comparison of comparisonsOf(energy.central).slice(0, 1))
    draft.note(`${servesIn(hours)}: ${comparisonText(comparison)}; ${comparison.yardstick.source}`);
}

function loadOf(workload: Fleet, draft: Draft): Quantity {
  if (workload.load !== undefined) return exact(workload.load, "1");
  draft.assume(
    "load",
    usualLoad.central,
    "share of the rated power that busy servers draw",
    "Latif et al. 2024, arXiv 2412.08602",
  );
  return usualLoad;
}

function lifetimeOf(workload: Fleet, draft: Draft): Quantity {
  if (workload.lifetimeYears !== undefined) return exact(workload.lifetimeYears, "1");
  draft.assume(
    "lifetimeYears",
    usualLifetime.central,
    "service life: 6 years before the AI race, 3 in it",
    "de Vries 2023; BoaviztAPI; EcoLogits",
  );
  return usualLifetime;
}

/**
 * Jevons: an efficiency gain g lets demand grow as g^e, so energy becomes g^(e−1) of what it was. 1 without a gain.
 */
function reboundOf(workload: Fleet, draft: Draft): Quantity {
  const gain = workload.efficiencyGain;
  if (gain === undefined || gain === 1) return exact(1, "1");
  const stated = workload.demandElasticity;
  const elasticity = stated === undefined ? usualElasticity : exact(stated, "1");
  if (stated === undefined)
    draft.assume("demandElasticity", elasticity.central, "demand grows with the square root of the efficiency gain");
  const at = (e: number): number => gain ** (e - 1);
  const ends = [at(elasticity.low), at(elasticity.high)];
  const factor = { low: Math.min(...ends), central: at(elasticity.central), high: Math.max(...ends), unit: "1" };
  draft.step?.({
    quantity: "rebound",
    formula: "g^(e − 1): energy over what it was, as demand grows with g^e",
    inputs: { "efficiency gain g": gain, "demand elasticity e": elasticity.central },
    result: factor.central,
    unit: "1",
    reference: "Jevons 1865",
  });
  return factor;
}

function explainSupply(
  draft: Draft,
  servers: number,
  server: Server,
  load: Quantity,
  facility: RegionFacts,
  supply: Quantity,
): void {
  draft.step?.({
    quantity: "energyPerYear",
    formula: "servers · kW · load · 8760 h · PUE · rebound",
    inputs: {
      servers,
      "kW per server": server.power.central,
      load: load.central,
      PUE: facility.pue.central,
      "GWh per day": supply.central / 365 / 1e6,
      ...(server.accelerators === undefined ? {} : { accelerators: servers * server.accelerators }),
    },
    result: supply.central,
    unit: "kWh",
    reference: "de Vries 2023, Joule 7, 2191",
  });
}

function demandOf(workload: Fleet, draft: Draft, rebound: Quantity): Quantity {
  const queries = workload.queriesPerDay ?? 0;
  const stated = workload.energyPerQuery;
  const perQuery = stated === undefined ? usualQuery : exact(stated, "Wh");
  if (stated === undefined)
    draft.assume(
      "energyPerQuery",
      usualQuery.central,
      "Wh of a short text answer, the whole facility",
      "Epoch AI 2025 (0.3 Wh); Google 2025, arXiv 2508.15734 (0.24 Wh)",
    );
  draft.uncertainty("energy per query", sigmaOf(perQuery));
  const perYear = multiply(scale(perQuery, (queries * 365) / 1000, "kWh"), rebound, "kWh");
  draft.step?.({
    quantity: "demandEnergyPerYear",
    formula: "queries per day · Wh per query · 365 · rebound",
    inputs: {
      "queries per day": queries,
      "Wh per query": perQuery.central,
      "GWh per day": perYear.central / 365 / 1e6,
    },
    result: perYear.central,
    unit: "kWh",
  });
  return perYear;
}

/** Wh per query that the fleet implies, servers that the queries imply, and supply over demand. */
function addImplied(
  draft: Draft,
  workload: Fleet,
  demand: Quantity,
  perServer: Quantity,
  supply: Quantity | undefined,
): void {
  if (perServer.central > 0) {
    const implied = divide(demand, perServer, "1");
    draft.set("impliedServers", implied);
    draft.step?.({
      quantity: "impliedServers",
      formula: "demand / energy of one server",
      inputs: { "demand (kWh/year)": demand.central, "one server (kWh/year)": perServer.central },
      result: implied.central,
      unit: "1",
    });
  }
  const queries = (workload.queriesPerDay ?? 0) * 365;
  if (supply === undefined) {
    draft.set("energyPerRequest", scale(demand, 1000 / queries, "Wh"));
    return;
  }
  const perQuery = scale(supply, 1000 / queries, "Wh");
  draft.set("energyPerRequest", perQuery);
  draft.step?.({
    quantity: "energyPerRequest",
    formula: "supply / queries: what the fleet would spend on each, were it there for these queries alone",
    inputs: { "supply (kWh/year)": supply.central, "queries per year": queries },
    result: perQuery.central,
    unit: "Wh",
  });
  if (!(demand.central > 0)) return;
  const ratio = divide(supply, demand, "1");
  draft.set("supplyOverDemand", ratio);
  draft.note(gapText(ratio.central));
}

/** Supply over demand in words. */
function gapText(ratio: number): string {
  if (ratio > 0.95 && ratio < 1.05) return "the servers draw what the queries need";
  return ratio >= 1
    ? `the servers can draw ${ratio.toPrecision(3)} times what the queries need`
    : `the queries need ${(1 / ratio).toPrecision(3)} times what the servers draw`;
}

function addHardware(draft: Draft, workload: Fleet, server: Server, count: Quantity, years: number): void {
  const lifetime = lifetimeOf(workload, draft);
  const worn = divide(scale(count, years), lifetime, "1");
  draft.set("embodiedCarbon", multiply(server.embodied, worn, "kgCO2e"));
  const waste = multiply(server.mass, worn, "kg");
  draft.set("eWaste", waste);
  draft.step?.({
    quantity: "eWaste",
    formula: "servers · mass · years / service life",
    inputs: {
      servers: count.central,
      "kg per server": server.mass.central,
      years,
      "service life (years)": lifetime.central,
    },
    result: waste.central,
    unit: "kg",
  });
  if (server.price) {
    const purchase = multiply(server.price, count, "USD");
    draft.set("purchaseCost", purchase);
    draft.step?.({
      quantity: "purchaseCost",
      formula: "servers · price of a server",
      inputs: { servers: count.central, "USD per server": server.price.central },
      result: purchase.central,
      unit: "USD",
    });
  }
}

/** Electricity, and the purchase spread over the service life where the price is known. */
function addMoney(
  draft: Draft,
  facility: RegionFacts,
  energy: Quantity,
  count: Quantity | undefined,
  server: Server,
  lifetime: Quantity,
  hours: number,
): void {
  const electricity = facility.electricityPrice && multiply(energy, facility.electricityPrice, "USD");
  const worn =
    server.price && count
      ? multiply(multiply(server.price, count, "USD"), divide(exact(hours / hoursPerYear, "1"), lifetime, "1"), "USD")
      : undefined;
  const parts = [electricity, worn].filter((part) => part !== undefined);
  if (parts.length === 0) return;
  const cost = add(...parts);
  if (!worn) draft.note("the cost is electricity alone; a serverPrice adds the servers");
  draft.set("cost", cost);
  if (hours > 0) {
    draft.set("costRate", scale(cost, 1 / hours, "USD/h"));
    draft.set("costPerMonth", scale(cost, hoursPerMonth / hours, "USD"));
  }
  draft.step?.({
    quantity: "cost",
    formula: worn ? "electricity + purchase · time / service life" : "electricity",
    inputs: {
      "energy (kWh)": energy.central,
      ...(facility.electricityPrice ? { "USD/kWh": facility.electricityPrice.central } : {}),
      ...(worn ? { "purchase share (USD)": worn.central } : {}),
    },
    result: cost.central,
    unit: "USD",
    reference: `electricity: ${sourceOf(facility, "electricityPrice")}`,
  });
}
