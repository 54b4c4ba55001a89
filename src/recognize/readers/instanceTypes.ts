/** Looks an instance type up in the catalogue. */
import { Instances } from "../../catalog/instances";

let instances: Instances | undefined;

/** Accelerators of one instance; undefined for unknown types and those without. */
export function acceleratorsOfInstance(name: string): number | undefined {
  instances ??= new Instances();
  const found = instances.find(name) ?? instances.find(name.replace(/^ml\./, ""));
  if (!found || found.how === "fuzzy" || !(found.value.accelerators > 0)) return undefined;
  return found.value.accelerators;
}
