/**
 * Reads one block by key paths and collects facts: a cursor with the habits of trainer and serving files. A path is written
 * `trainer/num_nodes`; `-` and `_` in keys are one and leading dashes do not count (`--num-layers`, `num-layers`, `num_layers`).
 */
import { parseNumber } from "../../core/numbers";
import { fieldsOf, type Kind } from "../../core/workload";
import type { Entry, MappingNode, Scalar, TreeDocument, TreeNode } from "../../document/tree";
import type { Fact, Factor, FactSource, RecognitionContext, Recognized } from "../recognized";
import { Cursor, FactSheet, Scope, workload } from "./facts";
import { fillHardware } from "./hints";

export interface Finish {
  readonly kind: Kind;
  readonly name?: string;
  /** Whether comments and the path may fill in hardware; true unless said. */
  readonly hints?: boolean;
  readonly timeLimit?: number;
  readonly countedIn?: string;
}

/** A scalar with its placeholders resolved: neither null nor empty nor left to a template. */
export interface LocatedScalar {
  readonly cursor: Cursor;
  readonly value: Exclude<Scalar, null>;
  readonly text: string;
}

const normalized = (key: string): string => key.trim().replace(/^-+/, "").replaceAll("-", "_");

/** Entries by normalised key, made once per mapping. The last of two spellings stands. */
const indices = new WeakMap<MappingNode, ReadonlyMap<string, Entry>>();
function indexOf(mapping: MappingNode): ReadonlyMap<string, Entry> {
  let index = indices.get(mapping);
  if (!index) {
    const made = new Map<string, Entry>();
    for (const entry of mapping.entries) made.set(normalized(entry.key), entry);
    index = made;
    indices.set(mapping, index);
  }
  return index;
}

/** The entry of a key in any spelling. */
export function entryLike(node: TreeNode | null | undefined, key: string): Entry | undefined {
  return node?.type === "mapping" ? indexOf(node).get(normalized(key)) : undefined;
}

/** The node at a slash-separated path in any spelling of its keys. */
export function nodeAt(node: TreeNode | null | undefined, path: string): TreeNode | undefined {
  let current: TreeNode | null | undefined = node;
  for (const step of path.split("/")) {
    current = current?.type === "sequence" ? current.items[Number(step)] : entryLike(current, step)?.value;
    if (!current) return undefined;
  }
  return current ?? undefined;
}

/** How many of the keys a mapping has, in any spelling. */
export const countKeys = (node: TreeNode | null | undefined, keys: readonly string[]): number =>
  keys.reduce((sum, key) => sum + (entryLike(node, key) ? 1 : 0), 0);
export const hasKey = (node: TreeNode | null | undefined, ...keys: readonly string[]): boolean =>
  keys.some((key) => entryLike(node, key) !== undefined);
/** A key whose value is a mapping. */
export const hasMapping = (node: TreeNode | null | undefined, ...keys: readonly string[]): boolean =>
  keys.some((key) => entryLike(node, key)?.value?.type === "mapping");

export class Reading {
  readonly sheet = new FactSheet();
  readonly #notes: string[] = [];
  readonly #factors: Factor[] = [];
  #anchor: Cursor | undefined;

  constructor(
    readonly dialect: string,
    readonly cursor: Cursor,
    readonly context: RecognitionContext,
  ) {}

  get root(): TreeNode | null {
    return this.cursor.node ?? null;
  }
  get document(): TreeDocument {
    return this.cursor.scope.origin.document;
  }

  /** A block of the same document, with facts of its own. */
  at(path: string): Reading {
    return new Reading(this.dialect, this.#walk(path) ?? this.cursor.get(...path.split("/")), this.context);
  }

  /** A block at a cursor. */
  on(cursor: Cursor): Reading {
    return new Reading(this.dialect, cursor, this.context);
  }

  /** Each item of a sequence, or each value of a mapping, as a block. */
  each(path: string): Reading[] {
    const cursor = path === "" ? this.cursor : this.#walk(path);
    if (!cursor) return [];
    return (cursor.isSequence ? cursor.items() : cursor.entries()).map(
      (item) => new Reading(this.dialect, item, this.context),
    );
  }

  /** A document that this one names. */
  over(document: TreeDocument, file: string): Reading {
    const origin = { document, file };
    return new Reading(this.dialect, new Cursor(new Scope(document.root, origin), document.root, origin), this.context);
  }

  #walk(path: string): Cursor | undefined {
    let current = this.cursor;
    for (const step of path.split("/")) {
      if (current.isSequence) current = current.get(Number(step));
      else {
        const entry = entryLike(current.node, step);
        if (!entry) return undefined;
        current = current.get(entry.key);
      }
      if (!current.exists) return undefined;
    }
    return current;
  }

  /** The value at a path unless it is null. */
  find(path: string): Cursor | undefined {
    const found = this.#walk(path);
    return found?.node?.type === "scalar" && found.node.value === null ? undefined : found;
  }

  /** The key stands in the block, be its value empty. */
  has(...paths: readonly string[]): boolean {
    return paths.some((path) => {
      const slash = path.lastIndexOf("/");
      const parent = slash < 0 ? this.cursor.node : this.#walk(path.slice(0, slash))?.node;
      return entryLike(parent, path.slice(slash + 1)) !== undefined;
    });
  }

  mapping(path: string): MappingNode | undefined {
    const node = this.find(path)?.node;
    return node?.type === "mapping" ? node : undefined;
  }

  /** The first of the paths that holds a known scalar. */
  scalar(...paths: readonly string[]): LocatedScalar | undefined {
    for (const path of paths) {
      const cursor = this.find(path);
      const read = cursor && scalarOf(cursor);
      if (read) return read;
    }
    return undefined;
  }

  /** A number at the first path that has one, without making it a fact. */
  numberAt(...paths: readonly string[]): number | undefined {
    return this.#number(paths)?.value;
  }

  #number(paths: readonly string[]): { readonly value: number; readonly cursor: Cursor } | undefined {
    for (const path of paths) {
      const from = this.scalar(path);
      const value = from && asNumber(from.value);
      if (from && value !== undefined) return { value, cursor: from.cursor };
    }
    return undefined;
  }

  textAt(...paths: readonly string[]): string | undefined {
    const from = this.scalar(...paths);
    return from && typeof from.value !== "boolean" ? from.text : undefined;
  }

  /** True or false as people write it; undefined when absent or anything else. */
  flagAt(...paths: readonly string[]): boolean | undefined {
    const text = this.scalar(...paths)?.text.toLowerCase();
    if (text === undefined) return undefined;
    if (/^(true|yes|on|1)$/.test(text)) return true;
    return /^(false|no|off|0|none)$/.test(text) ? false : undefined;
  }

  // Facts. The first value of a field stands; later calls with the same field change nothing.

  put(field: string, value: unknown, from?: Cursor | LocatedScalar, overrides: Partial<Fact> = {}): void {
    if (value === undefined || value === null || this.sheet.has(field)) return;
    const cursor = from === undefined ? undefined : "cursor" in from ? from.cursor : from;
    this.sheet.set(
      field,
      cursor ? cursor.fact(value, overrides) : { value, source: "file", confidence: "high", ...overrides },
    );
    // A model's name at the top of the block is what it is known by; from deep inside, the block's first line is the place.
    if (field === "model" && cursor?.origin.file === undefined && cursor?.parent?.pointer === this.cursor.pointer)
      this.#anchor = cursor;
  }

  value(field: string): unknown {
    return this.sheet.get(field)?.value;
  }
  drop(field: string): void {
    this.sheet.delete(field);
  }
  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  notesOf(): readonly string[] {
    return this.#notes;
  }

  /** A number > 0. */
  number(field: string, ...paths: readonly string[]): number | undefined {
    const found = this.#number(paths);
    if (!found || !(found.value > 0) || found.value > 1e18) return undefined;
    this.put(field, found.value, found.cursor);
    return found.value;
  }

  /** A whole number ≥ 1. */
  count(field: string, ...paths: readonly string[]): number | undefined {
    const found = this.#number(paths);
    if (!found || !isCount(found.value)) return undefined;
    this.put(field, found.value, found.cursor);
    return found.value;
  }

  /** Optimiser steps; values that stand for "no limit" are left out. */
  steps(...paths: readonly string[]): number | undefined {
    return this.#limited("steps", 999_999, paths);
  }
  epochs(...paths: readonly string[]): number | undefined {
    return this.#limited("epochs", 999, paths);
  }

  #limited(field: string, endless: number, paths: readonly string[]): number | undefined {
    for (const path of paths) {
      const found = this.#number([path]);
      if (!found || !(found.value > 0)) continue;
      if (isEndless(found.value, endless)) {
        this.note(`${path.split("/").at(-1)} ${found.value} read as no limit`);
        continue;
      }
      this.put(field, found.value, found.cursor);
      return found.value;
    }
    return undefined;
  }

  text(field: string, ...paths: readonly string[]): string | undefined {
    const from = this.scalar(...paths);
    if (!from || typeof from.value === "boolean") return undefined;
    const text = from.text.slice(0, 300);
    this.put(field, text, from);
    return text;
  }

  flag(field: string, ...paths: readonly string[]): boolean | undefined {
    const value = this.flagAt(...paths);
    if (value !== undefined) this.put(field, value, this.scalar(...paths));
    return value;
  }

  /** One factor of the multiplication behind `accelerators`. */
  factor(label: string, value: number, from?: Cursor): void {
    const range = from?.origin.file === undefined ? from?.range : undefined;
    this.#factors.push({ label, value, ...(range ? { range } : {}) });
  }

  /**
   * `accelerators` as the product of the numbers at the paths; absent keys count as 1. Nothing when none is there or one is not a
   * whole number ≥ 1 (`auto`, `-1` = fill up).
   */
  product(...paths: readonly string[]): number | undefined {
    const parts: { readonly label: string; readonly value: number; readonly cursor: Cursor }[] = [];
    for (const path of paths) {
      const cursor = this.find(path);
      if (!cursor) continue;
      const found = this.#number([path]);
      if (!found || !isCount(found.value)) return undefined;
      parts.push({ label: path.split("/").at(-1) as string, ...found });
    }
    const [first] = parts;
    if (!first) return undefined;
    const total = parts.reduce((product, part) => product * part.value, 1);
    if (!isCount(total)) return undefined;
    const shown = parts.filter((part) => part.value !== 1);
    const note = shown.map((part) => `${part.label} ${part.value}`).join(" × ");
    this.put("accelerators", total, (shown[0] ?? first).cursor, shown.length > 1 ? { note } : {});
    for (const part of parts) this.factor(part.label, part.value, part.cursor);
    return total;
  }

  /** All accelerators, comments and path included: what a batch per accelerator is multiplied with. */
  world(): number | undefined {
    fillHardware(this.sheet, this.document, this.context.path);
    this.#multiply();
    const total = this.value("accelerators");
    return typeof total === "number" && total >= 1 ? total : undefined;
  }

  finish(finish: Finish): Recognized {
    if (finish.hints !== false) fillHardware(this.sheet, this.document, this.context.path);
    this.#multiply();
    const known = fieldsOf(finish.kind);
    for (const field of Object.keys(this.sheet.toMap()))
      if (!known.has(field.split(".")[0] as string)) this.sheet.delete(field);
    return workload(this.dialect, finish.kind, this.cursor, this.sheet, {
      name: finish.name ?? this.#name(),
      chain: this.#factors.length > 1 ? this.#factors : undefined,
      timeLimit: finish.timeLimit,
      notes: this.#notes,
      countedIn: finish.countedIn,
      anchor: this.#anchor,
    });
  }

  #name(): string | undefined {
    const model = this.value("model");
    const name = typeof model === "object" && model !== null ? (model as { name?: unknown }).name : model;
    return typeof name === "string" ? name.split("/").at(-1)?.slice(0, 120) : undefined;
  }

  /** The product of nodes and accelerators per node, with the weaker of the two sources. */
  #multiply(): void {
    const perNode = this.sheet.get("acceleratorsPerNode");
    const nodes = this.sheet.get("nodes");
    if (this.sheet.has("accelerators") || typeof perNode?.value !== "number") return;
    if (typeof nodes?.value === "number") {
      const [weak, strong] =
        trust.indexOf(perNode.source) > trust.indexOf(nodes.source) ? [perNode, nodes] : [nodes, perNode];
      this.sheet.set("accelerators", {
        ...strong,
        value: perNode.value * nodes.value,
        source: weak.source,
        confidence: weak.confidence,
        note: `${nodes.value} nodes × ${perNode.value} accelerators`,
      });
      this.#factors.push(
        { label: "nodes", value: nodes.value, ...(nodes.range ? { range: nodes.range } : {}) },
        { label: "accelerators per node", value: perNode.value, ...(perNode.range ? { range: perNode.range } : {}) },
      );
    } else if (perNode.source === "comment")
      // `--nproc_per_node 8` and no word of nodes: such a command is meant for one.
      this.sheet.set("accelerators", { ...perNode, note: "stated in a comment, one node" });
  }
}

const trust: readonly FactSource[] = ["file", "directive", "comment", "referenced", "path"];
const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 1e9;

/** 9999, 100000, 1000000 and the like stand for "no limit". */
export const isEndless = (value: number, from: number): boolean =>
  value >= from && (/^9+$/.test(String(value)) || /^10*$/.test(String(value)) || value >= 2 ** 31 - 1);

export function asNumber(value: Scalar | undefined): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" ? parseNumber(value) : undefined;
}

/**
 * `${training.trainer.devices}` in the file that Hydra mounts as `training`: the file's own path does not have the group's name, so
 * a first step that its root lacks is left out.
 */
function withoutGroup(cursor: Cursor): Scalar | undefined {
  const raw = cursor.raw();
  if (raw === undefined || !raw.includes("${")) return undefined;
  const { root } = cursor.scope;
  const shorter = raw.replace(/\$\{([A-Za-z_]\w*)\.([\w.]+)\}/g, (whole, group: string, rest: string) =>
    entryLike(root, group) ? whole : `\${${rest}}`,
  );
  if (shorter === raw) return undefined;
  const value = cursor.resolve(shorter);
  if (value !== undefined)
    for (const text of [raw, shorter])
      cursor.scope.unresolved.delete(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return value;
}

/** A cursor's scalar, if it is known. */
export function scalarOf(cursor: Cursor): LocatedScalar | undefined {
  const value = cursor.value() ?? withoutGroup(cursor);
  const text = cursor.text() ?? (value === undefined || value === null ? undefined : String(value).trim());
  // `???` is OmegaConf's "must be given".
  if (value === undefined || value === null || text === undefined || text === "???") return undefined;
  return { cursor, value, text };
}
