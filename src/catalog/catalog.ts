/** The catalogue: the bundled facts behind the questions of the core, with the user's own figures laid over them. */
import type { Facts } from "../core/facts";
import { Accelerators } from "./accelerators";
import { Datasets } from "./datasets";
import { Instances } from "./instances";
import { Models } from "./models";
import type { CatalogOverrides } from "./overrides";
import { Prices } from "./prices";
import { findRegion } from "./regions";
import { tokenPrice } from "./tokenPrices";

export type { CatalogOverrides } from "./overrides";

/** The day the bundled rows were last gone through. */
export const catalogDate = "2026-08-22";

/** Rows of all kinds, for browsing. */
export interface Catalog extends Facts {
  readonly rows: {
    readonly accelerators: Accelerators["all"];
    readonly instances: Instances["all"];
    readonly models: Models["all"];
    readonly datasets: Datasets["all"];
  };
}

/** Builds the catalogue. Look-ups are remembered; one catalogue serves a whole session. */
export function createCatalog(overrides: CatalogOverrides = {}): Catalog {
  const origin = overrides.origin ?? "aicost.yaml";
  const accelerators = new Accelerators(overrides.accelerators, origin);
  const instances = new Instances(
    overrides.instances?.map((own) => ({
      provider: "own",
      ...own,
      source: `your figures (${origin})`,
      confidence: "high" as const,
    })),
    (name) => accelerators.find(name)?.value.id,
  );
  const models = new Models([
    ...(overrides.models ?? []).map((own) => ({
      ...own,
      source: own.source ?? `your figures (${origin})`,
      confidence: "high" as const,
    })),
    ...(overrides.resolved ?? []),
  ]);
  const datasets = new Datasets(overrides.datasets, origin);
  const prices = new Prices(instances, accelerators, overrides);
  return {
    asOf: catalogDate,
    accelerator: (name) => accelerators.find(name),
    accelerators: () => accelerators.all,
    model: (name) => models.find(name),
    instance: (name) => instances.find(name),
    price: (query) => prices.find(query),
    region: findRegion,
    tokenPrice,
    dataset: (name) => datasets.find(name),
    rows: {
      accelerators: accelerators.all,
      instances: instances.all,
      get models() {
        return models.all;
      },
      datasets: datasets.all,
    },
  };
}
