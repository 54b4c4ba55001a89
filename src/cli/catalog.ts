/** `catalog KIND [QUERY]`: rows of the catalogue with source and date. */
import { browseCatalog, catalogKinds } from "../catalog/browse";
import { createCatalog } from "../catalog/catalog";
import { loadTokenPrices } from "../catalog/tokenPrices";
import { columns } from "../present/explain";
import { exitCodes, UsageError } from "./usage";

export async function catalogCommand(
  kind: string,
  query: string | undefined,
  options: { readonly format: string },
): Promise<number> {
  if (options.format !== "table" && options.format !== "json") throw new UsageError("--format is table or json");
  const known = catalogKinds.find((one) => one === kind);
  if (known === undefined) throw new UsageError(`no catalogue of ${kind}: one of ${catalogKinds.join(", ")}`);
  await loadTokenPrices();
  const rows = browseCatalog(createCatalog(), known, query ?? "");
  if (options.format === "json") {
    console.log(JSON.stringify(rows, null, 2));
    return exitCodes.done;
  }
  if (rows.length === 0) {
    console.log(`nothing in ${kind} matches ${query}`);
    return exitCodes.done;
  }
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.columns)))];
  console.log(
    columns(
      ["id", ...names, "date", "source"],
      rows.map((row) => [row.id, ...names.map((name) => String(row.columns[name] ?? "")), row.date ?? "", row.source]),
    ),
  );
  return exitCodes.done;
}
