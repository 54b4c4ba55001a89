/** Looks an instance type up in the catalogue. */
import { createCatalog } from "../../catalog/catalog";

let catalog: ReturnType<typeof createCatalog> | undefined;

/** Accelerators of one instance and their name; undefined for unknown types and those without. */
export function acceleratorsOfInstance(
  name: string,
): { readonly count: number; readonly accelerator?: string } | undefined {
  catalog ??= createCatalog();
  const found = catalog.instance(name.replace(/^ml\./, "")) ?? catalog.instance(name);
  if (!found || found.how === "fuzzy" || !(found.value.accelerators > 0)) return undefined;
  const { accelerators, accelerator } = found.value;
  return accelerator === undefined ? { count: accelerators } : { count: accelerators, accelerator };
}
