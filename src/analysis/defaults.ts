/** What a workspace or a person sets once: layers of common fields that fill what the files leave out. */
import type { CommonFields, Kind } from "../core/workload";
import type { Fact, FactMap } from "../recognize/recognized";
import type { DefaultsLayer } from "./analysis";

/** Kinds that run on hardware of ours; the others take no hardware defaults. */
const withoutHardware: ReadonlySet<Kind> = new Set(["api", "model", "fleet"]);
const hardwareFields: ReadonlySet<string> = new Set([
  "accelerator",
  "accelerators",
  "acceleratorsPerNode",
  "nodes",
  "instanceType",
  "pricing",
  "pricePerAcceleratorHour",
  "pricePerNodeHour",
  "discount",
  "provider",
  "precision",
  "mfu",
  "duration",
]);

/** Fields whose statement in the file makes a default of `field` contradict it. */
const decidedBy: Readonly<Record<string, readonly string[]>> = {
  accelerator: ["instanceType"],
  instanceType: ["accelerator", "accelerators"],
  accelerators: ["nodes", "instanceType"],
  acceleratorsPerNode: ["accelerators", "instanceType"],
  nodes: ["accelerators"],
  pricePerAcceleratorHour: ["pricePerNodeHour"],
  pricePerNodeHour: ["pricePerAcceleratorHour"],
};

/** Adds facts of source `setting` for fields that neither the file nor an earlier layer states. Earlier layers win. */
export function withDefaults(kind: Kind, facts: FactMap, layers: readonly DefaultsLayer[]): FactMap {
  let result: Record<string, Fact> | undefined;
  for (const layer of layers) {
    for (const [field, value] of flatten(layer.fields)) {
      const has = (name: string): boolean => facts[name] !== undefined;
      if (has(field) || result?.[field] !== undefined || value === undefined) continue;
      if (withoutHardware.has(kind) && hardwareFields.has(field)) continue;
      if (decidedBy[field]?.some((other) => has(other))) continue;
      // A region belongs to its provider: where the file names another cloud, the default's region means nothing.
      if (field === "region" && otherCloud(facts, layer)) continue;
      result ??= { ...facts };
      result[field] = { value, source: "setting", confidence: "medium", note: layer.origin };
    }
  }
  return result ?? facts;
}

function otherCloud(facts: FactMap, layer: DefaultsLayer): boolean {
  const own = facts.provider?.value;
  const { provider } = layer.fields;
  return typeof own === "string" && provider !== undefined && own.toLowerCase() !== provider.toLowerCase();
}

function flatten(fields: Partial<CommonFields>): readonly [string, unknown][] {
  const pairs: [string, unknown][] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (key === "facility" && typeof value === "object" && value !== null)
      for (const [inner, item] of Object.entries(value)) pairs.push([`facility.${inner}`, item]);
    else pairs.push([key, value]);
  }
  return pairs;
}
