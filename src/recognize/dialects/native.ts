/** The extension's own files: `{ aicost: 1, defaults, workloads }`. */

import { type Kind, kinds } from "../../core/workload";
import type { TreeDocument } from "../../document/tree";
import { entryOf } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import type { Dialect, Recognized } from "../recognized";

export const native: Dialect = {
  id: "native",
  title: "AI Cost Lens file",
  anchors: ["aicost:", '"aicost"'],
  matches: (document) => entryOf(document.root, "aicost") !== undefined,
  read,
  documentation: {
    recognizedBy: "`aicost: 1` at the top",
    reads: "every field of a workload as it is; `defaults` fill what a workload leaves out",
  },
};

/** Mappings that stand for one value; other mappings are read field by field, so that each keeps its range. */
const wholeValues = new Set(["model", "teacher", "reference", "critic", "rewardModel", "decoder", "draftModel"]);

function read(document: TreeDocument): readonly Recognized[] {
  const root = cursorOf(document);
  const defaults = new FactSheet(true);
  readFields(root.get("defaults"), defaults, "");
  const workloads = root.get("workloads");
  const blocks = workloads.isMapping ? workloads.entries() : workloads.items();
  return blocks.slice(0, 2000).flatMap((block) => {
    if (!block.isMapping) return [];
    const kind = block.get("kind").text() as Kind | undefined;
    if (kind === undefined || !kinds.includes(kind)) return [];
    const facts = new FactSheet(true);
    readFields(block, facts, "");
    facts.fill(defaults);
    const name = block.get("name").text() ?? (block.key || undefined);
    return [workload("native", kind, block, facts, { name })];
  });
}

function readFields(block: Cursor, facts: FactSheet, prefix: string): void {
  for (const field of block.entries()) {
    if (field.key === "__proto__" || (prefix === "" && (field.key === "kind" || field.key === "name"))) continue;
    const name = `${prefix}${field.key}`;
    if (field.isMapping && prefix === "" && !wholeValues.has(field.key)) readFields(field, facts, `${name}.`);
    else if (field.isScalar) facts.value(name, field, field.value());
    else if (field.exists) facts.value(name, field, field.plain());
  }
}
