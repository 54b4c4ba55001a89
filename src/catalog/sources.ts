/** Where the rows are from: one table, so that licences and attributions are in one place. */
import data from "./data/sources.json";
import type { SourceRow } from "./rows";

export const sources = data as Readonly<Record<string, SourceRow>>;

/** Printable: the titles behind a row's source keys. */
export function printSources(keys: readonly string[]): string {
  return keys.map((key) => sources[key]?.title ?? key).join("; ");
}

/** The newest date among the sources. */
export function sourceDate(keys: readonly string[]): string | undefined {
  return keys
    .flatMap((key) => sources[key]?.date ?? [])
    .sort()
    .at(-1);
}
