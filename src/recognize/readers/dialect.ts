/** A dialect whose documents are read through a `Reading`. */
import type { MappingNode, TreeDocument } from "../../document/tree";
import type { Dialect, RecognitionContext, Recognized } from "../recognized";
import { withInherited } from "../references";
import { cursorOf } from "./facts";
import { Reading } from "./reading";

export interface DialectDefinition extends Omit<Dialect, "matches" | "read"> {
  /** By structure alone; `root` is the document's mapping. */
  readonly recognizes: (root: MappingNode, document: TreeDocument, context: RecognitionContext) => boolean;
  /** Files of this dialect inherit (`defaults:`, `base:`): parents are merged in before reading. */
  readonly inherits?: boolean;
  readonly workloads: (reading: Reading) => Recognized | readonly Recognized[] | undefined;
}

export function dialectFrom(definition: DialectDefinition): Dialect {
  const { recognizes, workloads, inherits = false, ...rest } = definition;
  return {
    ...rest,
    matches: (document, context) => document.root?.type === "mapping" && recognizes(document.root, document, context),
    read: (document, context) => {
      const inherited = inherits ? withInherited(document, context) : undefined;
      const reading = new Reading(definition.id, inherited?.root ?? cursorOf(document), context);
      for (const note of inherited?.notes ?? []) reading.note(note);
      const read = workloads(reading);
      if (read === undefined) return [];
      return "kind" in read ? [read] : read;
    },
  };
}
