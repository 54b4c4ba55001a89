/** Tab-separated tables with a header row. */
import { readFileSync } from "node:fs";

export type Row = Readonly<Record<string, string>>;

export function readTable(path: string | URL): Row[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
  });
}

/** The number in a cell; undefined where it is empty. */
export function number(row: Row, name: string): number | undefined {
  const text = row[name];
  return text === undefined || text === "" ? undefined : Number(text);
}

/** Drops what is undefined or empty. */
export function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== "")) as Partial<T>;
}
