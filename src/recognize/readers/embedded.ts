/** A block that holds a whole configuration of another format (`parameters:` of a launcher, arguments of a hosted job). */
import type { TreeDocument } from "../../document/tree";
import type { Dialect, Fact, RecognitionContext, Recognized } from "../recognized";
import type { Cursor } from "./facts";

/** The block as a document of its own: placeholders count from its root. Pointers of the facts count from the whole document's. */
export function readEmbedded(
  block: Cursor,
  dialects: readonly Dialect[],
  context: RecognitionContext,
): readonly Recognized[] {
  if (!block.isMapping || block.origin.file !== undefined) return [];
  const document: TreeDocument = { ...block.origin.document, root: block.node ?? null };
  const dialect = dialects.find((candidate) => candidate.matches(document, context));
  return (dialect?.read(document, context) ?? []).map((workload) => ({
    ...workload,
    facts: moved(workload.facts, block.pointer),
  }));
}

function moved(facts: Recognized["facts"], pointer: string): Recognized["facts"] {
  const result: Record<string, Fact> = {};
  for (const [name, fact] of Object.entries(facts))
    result[name] =
      fact.path === undefined || fact.file !== undefined ? fact : { ...fact, path: `${pointer}${fact.path}` };
  return result;
}
