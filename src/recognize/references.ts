/**
 * Files that a file names: parents it inherits from (`defaults:`, `base:`), recipes and launch settings on a command line. Cycles,
 * missing and huge files are harmless.
 */
import { type Entry, entryOf, type MappingNode, type TreeDocument, type TreeNode } from "../document/tree";
import { Cursor, type Origin, Scope } from "./readers/facts";
import type { RecognitionContext } from "./recognized";

export interface ReferencedFile {
  /** Workspace-relative. */
  readonly path: string;
  readonly documents: readonly TreeDocument[];
}

/** `./a/../b.yaml` seen from `folder`; undefined when it leaves the workspace or is no path at all. */
export function joinPath(folder: string, name: string): string | undefined {
  if (name.length > 400 || /^[a-z]+:\/\//i.test(name) || name.includes("\0")) return undefined;
  const parts: string[] = name.startsWith("/") ? [] : folder.split("/").filter((part) => part !== "");
  for (const part of name.replaceAll("\\", "/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** A file named by the one at `from`: beside it, then in each folder above it, as recipes are written for some root. */
export function referenced(context: RecognitionContext, name: string, from = context.path): ReferencedFile | undefined {
  const cleaned = name.trim().replace(/^\$\{?\w+\}?\//, "");
  if (cleaned === "" || cleaned.includes("$")) return undefined;
  let folder: string | undefined = folderOf(from);
  for (let level = 0; level < 5 && folder !== undefined; level++) {
    const path = joinPath(folder, cleaned);
    const text = path === undefined || path === from ? undefined : context.read(`/${path}`);
    if (path !== undefined && text !== undefined) return { path, documents: context.parse(text, path) };
    folder = folder === "" ? undefined : folderOf(folder);
  }
  return undefined;
}

/** A document as it stands after inheritance. */
export interface Inherited {
  readonly root: Cursor;
  /** `inherited from ../base.yaml`, `../base.yaml: inherited, not resolved`. */
  readonly notes: readonly string[];
}

const deepest = 6;
const mostFiles = 24;

/** The document's root with its parents merged under it: mappings merge, anything else of the child replaces the parent's. */
export function withInherited(document: TreeDocument, context: RecognitionContext): Inherited {
  const origin: Origin = { document };
  const notes: string[] = [];
  const origins: [object, Origin][] = [];
  const merger = new Merger(context, notes, origins);
  const root = merger.resolve(document.root, origin, context.path, 0);
  const scope = new Scope(root, origin);
  for (const [entry, from] of origins) if (!scope.origins.has(entry)) scope.origins.set(entry, from);
  return { root: new Cursor(scope, root, origin), notes };
}

interface Parent {
  readonly name: string;
  /** Mapping under which the parent's content is placed (a Hydra group). */
  readonly group: readonly string[];
  /** Listed after `_self_`: it wins over the child. */
  readonly wins: boolean;
}

class Merger {
  private readonly active = new Set<string>();
  private readonly known = new WeakMap<object, Origin>();
  private files = 0;

  constructor(
    private readonly context: RecognitionContext,
    private readonly notes: string[],
    private readonly origins: [object, Origin][],
  ) {}

  resolve(root: TreeNode | null, origin: Origin, path: string, depth: number): TreeNode | null {
    if (root?.type !== "mapping") return root;
    const parents = parentsOf(root);
    if (parents.length === 0) return root;
    this.active.add(path);
    let below: TreeNode | null = null;
    let above: TreeNode | null = null;
    for (const parent of parents) {
      const content = depth < deepest ? this.parent(parent, path, depth) : undefined;
      if (!content) {
        this.note(`${parent.name}: inherited, not resolved`);
        continue;
      }
      if (depth === 0) this.note(`inherited from ${parent.name}`);
      if (parent.wins) above = this.merge(above, content.node, content.origin);
      else below = this.merge(below, content.node, content.origin);
    }
    this.active.delete(path);
    const own = this.merge(below, root, origin);
    return above ? this.merge(own, above, origin) : own;
  }

  private parent(parent: Parent, path: string, depth: number): { node: TreeNode; origin: Origin } | undefined {
    const names = /\.(ya?ml|json)$/i.test(parent.name) ? [parent.name] : [`${parent.name}.yaml`];
    for (const name of names) {
      const full = [...parent.group, name].join("/");
      if (++this.files > mostFiles) return undefined;
      const file = referenced(this.context, full, path);
      const document = file?.documents[0];
      if (!file || !document?.root || this.active.has(file.path)) continue;
      const origin: Origin = { document, file: file.path };
      const node = this.resolve(document.root, origin, file.path, depth + 1);
      if (!node) continue;
      return { node: this.place(node, parent.group, origin), origin };
    }
    return undefined;
  }

  private place(node: TreeNode, group: readonly string[], origin: Origin): TreeNode {
    let placed = node;
    for (const key of [...group].reverse()) {
      const entry: Entry = { key, keySpan: { start: 0, end: 0 }, value: placed };
      this.keep(entry, origin);
      placed = { type: "mapping", start: node.start, end: node.end, entries: [entry] };
    }
    return placed;
  }

  /** `child` over `parent`; entries that are not of `childOrigin` keep the origin they have. */
  private merge(parent: TreeNode | null, child: TreeNode, childOrigin: Origin): TreeNode {
    if (child.type === "mapping") for (const entry of child.entries) this.keep(entry, childOrigin);
    if (parent?.type !== "mapping" || child.type !== "mapping") return child;
    const entries = new Map<string, Entry>(parent.entries.map((entry) => [entry.key, entry]));
    for (const entry of child.entries) {
      const below = entries.get(entry.key);
      if (below?.value?.type === "mapping" && entry.value?.type === "mapping") {
        for (const inner of below.value.entries) this.keep(inner, this.known.get(below) ?? childOrigin);
        const merged: Entry = {
          ...entry,
          value: this.merge(below.value, entry.value, this.known.get(entry) ?? childOrigin),
        };
        this.keep(merged, this.known.get(entry) ?? childOrigin);
        entries.set(entry.key, merged);
      } else entries.set(entry.key, entry);
    }
    return {
      type: "mapping",
      start: child.start,
      end: child.end,
      entries: [...entries.values()],
    } satisfies MappingNode;
  }

  private keep(entry: Entry, origin: Origin): void {
    if (this.known.has(entry)) return;
    this.known.set(entry, origin);
    this.origins.push([entry, origin]);
  }

  private note(text: string): void {
    if (this.notes.length < 4) this.notes.push(text.slice(0, 160));
  }
}

/** `defaults:` as text or Hydra list, `base:`/`_base_:`/`base_config:` naming a YAML file. */
function parentsOf(root: MappingNode): Parent[] {
  const parents: Parent[] = [];
  const plain = (node: TreeNode | null | undefined, wins = false): void => {
    if (node?.type === "scalar" && node.text.trim() !== "" && !node.text.includes("$"))
      parents.push({ name: node.text.trim().replace(/@_?\w*_?$/, ""), group: [], wins });
  };
  for (const key of ["base", "_base_", "base_config"]) {
    const node = entryOf(root, key)?.value;
    for (const item of node?.type === "sequence" ? node.items : [node])
      if (item?.type === "scalar" && /\.(ya?ml|json)$/i.test(item.text)) plain(item);
  }
  const defaults = entryOf(root, "defaults")?.value;
  if (defaults?.type === "scalar") plain(defaults);
  if (defaults?.type !== "sequence") return parents;
  let wins = false;
  for (const item of defaults.items) {
    if (item?.type === "scalar" && item.text === "_self_") wins = true;
    else if (item?.type === "scalar") plain(item, wins);
    else if (item?.type === "mapping")
      for (const entry of item.entries) {
        const key = entry.key.replace(/^(optional|override) /, "");
        if (entry.value?.type !== "scalar" || entry.value.text.includes("$") || key.startsWith("hydra/")) continue;
        const [group = "", target] = key.split("@");
        const name = entry.value.text.trim();
        if (name === "" || name === "null") continue;
        const parts = group.split("/").filter((part) => part !== "");
        if (target === undefined || target === group) parents.push({ name, group: parts, wins });
      }
  }
  return parents;
}
