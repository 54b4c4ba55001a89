/** Kubernetes resources inside others: `kind: List`, and the wrappers that queue whole resources. */
import { readEmbedded } from "../readers/embedded";
import { type Cursor, cursorOf } from "../readers/facts";
import { resourceAnchors } from "../readers/gpu";
import { isKind } from "../readers/resourceKind";
import type { Dialect } from "../recognized";

const mostItems = 100;

/** Where the wrapped resources stand. */
function itemsOf(root: Cursor): Cursor[] {
  const spec = root.get("spec");
  return [
    ...root.get("items").items(),
    ...spec
      .get("components")
      .items()
      .map((component) => component.get("template")),
    ...spec
      .get("resources", "GenericItems")
      .items()
      .map((item) => item.get("generictemplate")),
  ].slice(0, mostItems);
}

/** `family` are the formats that may be wrapped. */
export const wrappedResources = (family: readonly Dialect[]): Dialect => ({
  id: "kubernetes-list",
  title: "Kubernetes List, AppWrapper",
  anchors: resourceAnchors,
  matches: (document) =>
    isKind(document, /^v1$/, ["List"]) || isKind(document, /^workload\.codeflare\.dev\//, ["AppWrapper"]),
  read: (document, context) =>
    itemsOf(cursorOf(document)).flatMap((item) =>
      readEmbedded(item, family, context).map((workload) => ({ ...workload, id: `${workload.id}@${item.pointer}` })),
    ),
  documentation: {
    recognizedBy: "kind List or AppWrapper",
    reads: "every resource inside, as if it stood alone",
  },
});
