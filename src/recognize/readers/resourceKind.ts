/** Kubernetes documents are told apart by API version and kind. */
import { entryOf, type TreeDocument } from "../../document/tree";

export function isKind(document: TreeDocument, apiVersion: RegExp, kinds: readonly string[]): boolean {
  const kind = entryOf(document.root, "kind")?.value;
  const version = entryOf(document.root, "apiVersion")?.value;
  return (
    kind?.type === "scalar" && kinds.includes(kind.text) && version?.type === "scalar" && apiVersion.test(version.text)
  );
}
