/** The catalogue: the bundled facts behind the questions of the core, with the user's own figures laid over them. */
import type { AcceleratorFacts, Facts } from "../core/facts";
import { Accelerators } from "./accelerators";
import { Models } from "./models";

/** The user's own figures (`aicost.yaml`, settings). */
export interface CatalogOverrides {
  readonly accelerators?: readonly Partial<AcceleratorFacts>[];
}

/** Builds the catalogue. Look-ups are remembered; one catalogue serves a whole session. */
export function createCatalog(overrides: CatalogOverrides = {}): Facts {
  const accelerators = new Accelerators(overrides.accelerators);
  const models = new Models();
  return {
    asOf: "2026-08-22",
    accelerator: (name) => accelerators.find(name),
    accelerators: () => accelerators.all,
    model: (name) => models.find(name),
    instance: () => undefined,
    price: () => undefined,
    region: () => ({
      id: "world",
      pue: { low: 1.1, central: 1.25, high: 1.55, unit: "1" },
      carbonIntensity: { low: 200, central: 473, high: 650, unit: "gCO2e/kWh" },
      notes: ["world average"],
      source: "Ember, yearly electricity data",
      date: "2025-08-03",
      confidence: "low",
    }),
    tokenPrice: () => undefined,
    dataset: () => undefined,
  };
}
