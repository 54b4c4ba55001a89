/** A tree as plain data, for schemas. Size is bounded by the parser's limits; keys never reach a prototype. */
import type { TreeNode } from "./tree";

export function plainValue(node: TreeNode | null): unknown {
  if (node === null) return null;
  if (node.type === "scalar") return node.value;
  if (node.type === "sequence") return node.items.map(plainValue);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plainValue(entry.value)]));
}
