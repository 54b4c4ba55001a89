/** Fills hardware that a body leaves open from comments, then from the path; a weaker count never contradicts a stronger one. */
import type { TreeDocument } from "../../document/tree";
import { hardwareInComments } from "./comments";
import { commentFact, type FactSheet, pathFact } from "./facts";
import { hardwareInPath } from "./pathHints";

export function fillHardware(sheet: FactSheet, document: TreeDocument, path: string): void {
  const body = counts(sheet);
  for (const { field, value, comment } of hardwareInComments(document))
    if (!sheet.has(field) && fits(field, value, body))
      sheet.set(field, commentFact(document, comment, value, { note: "stated in a comment" }));
  const stated = counts(sheet);
  for (const [field, value] of Object.entries(hardwareInPath(path)))
    if (value !== undefined && !sheet.has(field) && fits(field, value, stated))
      sheet.set(field, pathFact(value, "the file's path says so"));
}

interface Counts {
  readonly total: number | undefined;
  readonly perNode: number | undefined;
  readonly nodes: number | undefined;
}

const counts = (sheet: FactSheet): Counts => ({
  total: sheet.numberOf("accelerators"),
  perNode: sheet.numberOf("acceleratorsPerNode"),
  nodes: sheet.numberOf("nodes"),
});

function fits(field: string, value: number | string, { total, perNode, nodes }: Counts): boolean {
  if (typeof value !== "number") return true;
  if (field === "accelerators") {
    if (perNode !== undefined && nodes !== undefined) return value === perNode * nodes;
    return (perNode === undefined || value % perNode === 0) && (nodes === undefined || value % nodes === 0);
  }
  if (total === undefined) return true;
  const other = field === "nodes" ? perNode : nodes;
  return other === undefined ? total % value === 0 : value * other === total;
}
