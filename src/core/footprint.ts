/**
 * From accelerator-hours and power to energy, money, carbon, water and the share of manufacture. Every kind that runs on
 * accelerators ends here, so that PUE is applied once and prices are looked up one way.
 */
import type { Draft } from "./draft";
import type { FacilityFigure, PriceFacts, RegionFacts } from "./facts";
import type { Hardware } from "./hardware";
import { add, exact, interval, logNormal, multiply, type Quantity, scale, sigmaOf } from "./quantity";
import type { CommonFields } from "./workload";

export const hoursPerMonth = 730;
export const hoursPerYear = 8760;

/**
 * Host power per accelerator at load where the catalogue has no row for the part: an 8-GPU H100 host draws about 2.0 kW, 1.2 (EcoLogits) to
 * 2.8 (8.4 kW measured node maximum less 8 × 700 W; Latif et al. 2024).
 */
export const hostShareOfTdp = interval(0.2, 0.36, 0.5, "1");
/** Service life and use for spreading manufacture: 4 years, 70 % busy (BLOOM used 6 years at 85 %; cloud fleets 3–6 years). */
export const lifetimeYears = interval(3, 4, 6, "1");
export const busyShare = interval(0.5, 0.7, 0.85, "1");

export interface Running {
  readonly hardware: Hardware;
  /** Accelerators that run (and are paid) together. */
  readonly count: number;
  /** Accelerator-hours of the whole work; absent when the end is unknown, then rates are given. */
  readonly acceleratorHours?: Quantity;
  /** Wall-clock hours; derived from acceleratorHours and count when absent. */
  readonly duration?: Quantity;
  /** Mean power of one accelerator, W; absent where it cannot be known. */
  readonly acceleratorPower?: Quantity;
}

/** The region's facts with the user's own facility figures on top, which are their own source. */
export function facilityOf(fields: CommonFields, draft: Draft): RegionFacts {
  const own = fields.facility ?? {};
  const region = draft.facts.region({ provider: fields.provider, region: fields.region, zone: own.zone });
  if (fields.region === undefined && own.zone === undefined && own.carbonIntensity === undefined)
    draft.assume("region", region.id, "no region stated: world average", sourceOf(region, "carbonIntensity"));
  const stated = "stated";
  return {
    ...region,
    ...(own.pue === undefined ? {} : { pue: exact(own.pue, "1") }),
    ...(own.carbonIntensity === undefined ? {} : { carbonIntensity: exact(own.carbonIntensity, "gCO2e/kWh") }),
    ...(own.waterIntensity === undefined
      ? {}
      : { waterOnSite: exact(own.waterIntensity, "L/kWh"), waterOffSite: exact(0, "L/kWh") }),
    ...(own.electricityPrice === undefined ? {} : { electricityPrice: exact(own.electricityPrice, "USD/kWh") }),
    sources: {
      ...region.sources,
      ...(own.pue === undefined ? {} : { pue: stated }),
      ...(own.carbonIntensity === undefined ? {} : { carbonIntensity: stated }),
      ...(own.waterIntensity === undefined ? {} : { waterOnSite: stated, waterOffSite: stated }),
      ...(own.electricityPrice === undefined ? {} : { electricityPrice: stated }),
    },
  };
}

/** Where a figure of a facility is from. */
export const sourceOf = (facility: RegionFacts, figure: FacilityFigure): string =>
  facility.sources?.[figure] ?? facility.source;

/** USD per accelerator-hour: the file's own price, or the catalogue's. */
export function priceOf(fields: CommonFields, hardware: Hardware, draft: Draft): PriceFacts | undefined {
  const own =
    fields.pricePerAcceleratorHour ??
    (fields.pricePerNodeHour === undefined
      ? undefined
      : fields.pricePerNodeHour / Math.max(1, hardware.acceleratorsPerNode));
  if (own !== undefined)
    return {
      perAcceleratorHour: exact(own, "USD/h"),
      basis: "stated price",
      source: "stated",
      confidence: "high",
      override: true,
    };
  const price = draft.facts.price({
    accelerator: hardware.accelerator.id,
    instanceType: fields.instanceType,
    provider: fields.provider,
    region: fields.region,
    pricing: fields.pricing,
  });
  if (price === undefined) return undefined;
  draft.assume(
    "pricePerAcceleratorHour",
    Number(price.perAcceleratorHour.central.toPrecision(4)),
    `${price.override ? "your price" : "list price"}: ${price.basis}`,
    [price.source, price.date].filter(Boolean).join(", "),
  );
  if (fields.discount !== undefined)
    return { ...price, perAcceleratorHour: scale(price.perAcceleratorHour, 1 - fields.discount) };
  return price;
}

/** Host power per accelerator, W. */
export function hostPowerOf(hardware: Hardware): Quantity | undefined {
  if (hardware.accelerator.hostPower) return hardware.accelerator.hostPower;
  return hardware.accelerator.tdp === undefined ? undefined : scale(hostShareOfTdp, hardware.accelerator.tdp, "W");
}

/** Sets energy, power, cost, carbon, water and embodied carbon (or their rates) on the draft. */
export function addFootprint(draft: Draft, fields: CommonFields, running: Running): void {
  const { hardware, count, acceleratorHours, acceleratorPower } = running;
  const duration = running.duration ?? (acceleratorHours && count > 0 ? scale(acceleratorHours, 1 / count) : undefined);
  draft.set("acceleratorHours", acceleratorHours ?? (duration && scale(duration, count)));
  draft.set("duration", duration);
  const hoursTogether = draft.get("acceleratorHours");
  const facility = facilityOf(fields, draft);

  addMoney(draft, fields, hardware, count, hoursTogether);
  if (acceleratorPower !== undefined) {
    draft.set("acceleratorPower", acceleratorPower);
    const host = hostPowerOf(hardware);
    const node = host ? add(acceleratorPower, host) : acceleratorPower;
    const power = multiply(scale(node, count / 1000, "kW"), facility.pue, "kW");
    draft.set("power", power);
    draft.step?.({
      quantity: "power",
      formula: "count · (accelerator + host) · PUE",
      inputs: {
        count,
        "accelerator (W)": acceleratorPower.central,
        "host (W)": host?.central ?? 0,
        PUE: facility.pue.central,
      },
      result: power.central,
      unit: "kW",
      reference: `PUE: ${sourceOf(facility, "pue")}`,
    });
    if (fields.facility?.pue === undefined)
      draft.assume(
        "facility.pue",
        facility.pue.central,
        "facility energy per IT energy, applied once",
        sourceOf(facility, "pue"),
      );
    if (hoursTogether) {
      draft.set("acceleratorEnergy", multiply(scale(acceleratorPower, 1e-3, "kW"), hoursTogether, "kWh"));
      const energy = multiply(multiply(scale(node, 1e-3, "kW"), hoursTogether, "kWh"), facility.pue, "kWh");
      draft.set("energy", energy);
      draft.step?.({
        quantity: "energy",
        formula: "accelerator-hours · (accelerator + host) · PUE",
        inputs: {
          "accelerator-hours": hoursTogether.central,
          "W per accelerator with host": node.central,
          PUE: facility.pue.central,
        },
        result: energy.central,
        unit: "kWh",
      });
      addEnvironment(draft, energy, facility);
    } else {
      draft.set("carbonRate", scale(multiply(power, facility.carbonIntensity, "gCO2e/h"), 1e-3, "kgCO2e/h"));
      draft.set("energyPerYear", scale(power, hoursPerYear, "kWh"));
    }
    draft.uncertainty("power", sigmaOf(node));
  }
  if (hoursTogether) addEmbodied(draft, hardware, hoursTogether);
}

/** Carbon and water of facility energy that already contains the PUE. */
export function addEnvironment(draft: Draft, energy: Quantity, facility: RegionFacts): void {
  const carbon = scale(multiply(energy, facility.carbonIntensity, "gCO2e"), 1e-3, "kgCO2e");
  draft.set("carbon", carbon);
  draft.step?.({
    quantity: "carbon",
    formula: "energy · carbon intensity (location-based)",
    inputs: { "energy (kWh)": energy.central, "gCO2e/kWh": facility.carbonIntensity.central },
    result: carbon.central,
    unit: "kgCO2e",
    reference: sourceOf(facility, "carbonIntensity"),
  });
  // What widens the money is told first; the grid only where there is none.
  if (draft.get("cost") === undefined && draft.get("costRate") === undefined)
    draft.uncertainty("carbon intensity", sigmaOf(facility.carbonIntensity));
  if (facility.waterOnSite && facility.waterOffSite) {
    // On-site water goes with IT energy, off-site with facility energy; the PUE is in `energy` already.
    const onSite = scale(multiply(energy, facility.waterOnSite, "L"), 1 / facility.pue.central);
    const water = add(onSite, multiply(energy, facility.waterOffSite, "L"));
    draft.set("water", water);
    draft.step?.({
      quantity: "water",
      formula: "energy / PUE · water on site + energy · water of the power stations",
      inputs: {
        "energy (kWh)": energy.central,
        PUE: facility.pue.central,
        "on site (L/kWh)": facility.waterOnSite.central,
        "power stations (L/kWh)": facility.waterOffSite.central,
      },
      result: water.central,
      unit: "L",
      reference: `on site: ${sourceOf(facility, "waterOnSite")}; power stations: ${sourceOf(facility, "waterOffSite")}`,
    });
  }
}

function addMoney(
  draft: Draft,
  fields: CommonFields,
  hardware: Hardware,
  count: number,
  hoursTogether: Quantity | undefined,
): void {
  const price = priceOf(fields, hardware, draft);
  if (price === undefined) {
    draft.note(`no price of ${hardware.accelerator.name} is known: state pricePerAcceleratorHour`);
    return;
  }
  const rate = scale(price.perAcceleratorHour, count, "USD/h");
  draft.set("costRate", rate);
  draft.uncertainty("price", sigmaOf(price.perAcceleratorHour));
  if (hoursTogether === undefined) {
    draft.set("costPerMonth", scale(rate, hoursPerMonth, "USD"));
    draft.step?.({
      quantity: "costPerMonth",
      formula: "accelerators · price per hour · 730 h",
      inputs: { accelerators: count, "USD per accelerator-hour": price.perAcceleratorHour.central },
      result: rate.central * hoursPerMonth,
      unit: "USD",
      reference: price.source,
    });
    return;
  }
  const cost = multiply(price.perAcceleratorHour, hoursTogether, "USD");
  draft.set("cost", cost);
  draft.step?.({
    quantity: "cost",
    formula: "accelerator-hours · price per hour",
    inputs: {
      "accelerator-hours": hoursTogether.central,
      "USD per accelerator-hour": price.perAcceleratorHour.central,
    },
    result: cost.central,
    unit: "USD",
    reference: [price.source, price.date].filter(Boolean).join(", "),
  });
}

/** Manufacture, spread over the hours of a service life: kg · hours / (lifetime · busy share). */
function addEmbodied(draft: Draft, hardware: Hardware, hoursTogether: Quantity): void {
  const kg = hardware.accelerator.embodied;
  if (kg === undefined) return;
  const lifeHours = multiply(scale(lifetimeYears, hoursPerYear, "h"), busyShare, "h");
  const share: Quantity = {
    low: hoursTogether.low / lifeHours.high,
    central: hoursTogether.central / lifeHours.central,
    high: hoursTogether.high / lifeHours.low,
    unit: "1",
  };
  draft.set("embodiedCarbon", multiply(kg, share, "kgCO2e"));
}

/** Power of an accelerator whose work is unknown: between true idle and TDP. */
export function unknownLoadPower(hardware: Hardware, draft: Draft): Quantity | undefined {
  const { tdp, idlePower } = hardware.accelerator;
  if (tdp === undefined) return undefined;
  draft.assume(
    "acceleratorPower",
    Math.round(0.65 * tdp),
    "work unknown: 65 % of TDP, between idle and full load",
    "measured serving and training runs, docs/method.md",
  );
  const low = idlePower ?? 0.15 * tdp;
  return { low: Math.min(low, 0.6 * tdp), central: 0.65 * tdp, high: tdp, unit: "W" };
}

/** Power as a share of TDP with its uncertainty, capped at 1.05 TDP. */
export function powerFromShare(hardware: Hardware, shareOfTdp: number, sigma: number): Quantity | undefined {
  const tdp = hardware.accelerator.tdp;
  if (tdp === undefined) return undefined;
  const q = logNormal(Math.min(1, shareOfTdp) * tdp, sigma, "W");
  return { ...q, high: Math.max(q.central, Math.min(q.high, 1.05 * tdp)) };
}
