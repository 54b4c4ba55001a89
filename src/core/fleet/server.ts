/** The server of a fleet: rated power, mass, price, manufacture; stated or taken from the accelerator it carries. */
import type { Draft } from "../draft";
import { exact, interval, type Quantity, scale } from "../quantity";
import type { WorkloadOf } from "../workload";

export interface Server {
  /** kW at the plug, rated. */
  readonly power: Quantity;
  readonly accelerators: number | undefined;
  readonly price: Quantity | undefined;
  /** kg. */
  readonly mass: Quantity;
  /** kgCO2e of manufacture. */
  readonly embodied: Quantity;
}

/**
 * Rated server power over the sum of its accelerators' TDP: 10.2 kW for eight of 700 W (DGX H100 user guide), 6.5 kW for eight of 400 W
 * (DGX A100).
 */
export const ratedOverTdp = interval(1.6, 1.82, 2.05, "1");
/** Whole-server prices are about 1.64 times the accelerators' (Epoch AI, training-cost-trends, median of A100, V100 and P100 systems). */
export const priceOverAccelerators = interval(1.3, 1.64, 2.1, "1");

export function serverOf(workload: WorkloadOf<"fleet">, draft: Draft): Server {
  const match = workload.accelerator === undefined ? undefined : draft.facts.accelerator(workload.accelerator);
  if (workload.accelerator !== undefined && match === undefined)
    draft.note(`the catalogue does not know the accelerator "${workload.accelerator.slice(0, 60)}"`);
  const part = match?.value;
  const accelerators = workload.acceleratorsPerServer ?? workload.acceleratorsPerNode ?? part?.acceleratorsPerNode;
  const eighths = (accelerators ?? 8) / 8;

  let power: Quantity;
  if (workload.serverPower !== undefined) power = exact(workload.serverPower, "kW");
  else if (part?.tdp !== undefined && accelerators !== undefined) {
    power = scale(ratedOverTdp, (part.tdp * accelerators) / 1000, "kW");
    draft.assume(
      "serverPower",
      Number(power.central.toPrecision(3)),
      `rated power: 1.82 times the TDP of ${accelerators} accelerators`,
      "DGX A100 and DGX H100 user guides",
    );
  } else {
    power = interval(6.5, 10.2, 14.3, "kW");
    draft.assume("serverPower", 10.2, "rated power of an eight-accelerator server (kW)", "DGX H100 user guide");
  }

  let price: Quantity | undefined;
  if (workload.serverPrice !== undefined) price = exact(workload.serverPrice, "USD");
  else if (part?.purchasePrice !== undefined && accelerators !== undefined) {
    price = scale(priceOverAccelerators, part.purchasePrice * accelerators, "USD");
    draft.assume(
      "serverPrice",
      Math.round(price.central),
      "accelerators' street price times 1.64 for the rest of the server",
      `${part.source}; Epoch AI, training-cost-trends`,
    );
  }

  const mass =
    workload.serverMass !== undefined ? exact(workload.serverMass, "kg") : scale(interval(90, 130, 145, "kg"), eighths);
  if (workload.serverMass === undefined)
    draft.assume(
      "serverMass",
      mass.central,
      "kg, an eight-accelerator server scaled to its accelerators",
      "DGX H100 user guide",
    );

  let embodied: Quantity;
  if (workload.embodiedPerServer !== undefined) embodied = exact(workload.embodiedPerServer, "kgCO2e");
  else {
    embodied =
      part?.embodied !== undefined && accelerators !== undefined
        ? scale(part.embodied, accelerators)
        : scale(interval(3800, 7000, 10_300, "kgCO2e"), eighths);
    draft.assume(
      "embodiedPerServer",
      Math.round(embodied.central),
      "kgCO2e of manufacture: eight accelerators of 164 to 575 and the rest of the server 2,500 to 5,700",
      "NVIDIA HGX H100 product carbon footprint; Boavizta; EcoLogits",
    );
  }
  return { power, accelerators, price, mass, embodied };
}
