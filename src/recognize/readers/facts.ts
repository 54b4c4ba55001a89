/**
 * How dialects read: a cursor walks the tree, resolves placeholders, knows which file a value is from, and turns what it reads into
 * facts with ranges. A sheet collects them; the first statement of a field stands.
 */
import { parseNumber } from "../../core/numbers";
import type { Kind } from "../../core/workload";
import { templateFiller } from "../../document/templates";
import type { Comment, Entry, Scalar, Span, TreeDocument, TreeNode } from "../../document/tree";
import { hasPlaceholder, interpolate } from "../interpolation";
import type { Fact, FactMap, Factor, Recognized } from "../recognized";
import { isPlaceholder } from "./placeholders";

/** The document a value was written in; `file` is set when that is not the file at hand. */
export interface Origin {
  readonly document: TreeDocument;
  readonly file?: string;
}

export type Variables = (name: string) => Scalar | undefined;
/** Value of a template's expression (`.Values.gpus | default 8`). */
export type TemplateValues = (expression: string) => Scalar | undefined;

/** What all cursors of one reading share. */
export class Scope {
  /** Placeholders that had no value. */
  readonly unresolved = new Set<string>();
  /** Entries and nodes that came from another file. */
  readonly origins = new WeakMap<object, Origin>();
  /** Texts of scalars with template expressions, where somebody can tell them. */
  templates: ((source: string, text: string) => string) | undefined;
  private budget = 5000;

  constructor(
    readonly root: TreeNode | null,
    readonly origin: Origin,
  ) {}

  /** Bounds the work that chains of placeholders can cause. */
  spend(): boolean {
    return --this.budget > 0;
  }
}

type Step = string | number;
const noVariables: Variables = () => undefined;

export class Cursor {
  constructor(
    readonly scope: Scope,
    readonly node: TreeNode | null | undefined,
    readonly origin: Origin,
    /** JSON pointer. */
    readonly pointer: string = "",
    readonly entry?: Entry,
    readonly parent?: Cursor,
    private readonly variables: Variables = noVariables,
  ) {}

  /** A value stands here (`null` written out counts, an empty one does not). */
  get exists(): boolean {
    return this.node !== null && this.node !== undefined;
  }
  get isMapping(): boolean {
    return this.node?.type === "mapping";
  }
  get isSequence(): boolean {
    return this.node?.type === "sequence";
  }
  get isScalar(): boolean {
    return this.node?.type === "scalar";
  }

  /** The same place with environment variables in sight. */
  withVariables(variables: Variables): Cursor {
    const outer = this.variables;
    const inner: Variables = (name) => variables(name) ?? outer(name);
    return new Cursor(this.scope, this.node, this.origin, this.pointer, this.entry, this.parent, inner);
  }

  get(...path: readonly Step[]): Cursor {
    let current: Cursor = this;
    for (const step of path) current = current.step(step);
    return current;
  }

  private step(step: Step): Cursor {
    if (typeof step === "number") {
      const item = this.node?.type === "sequence" ? this.node.items[step] : undefined;
      return this.child(item, String(step), undefined);
    }
    if (this.node?.type !== "mapping") return this.child(undefined, step, undefined);
    for (const entry of this.node.entries) if (entry.key === step) return this.child(entry.value, step, entry);
    return this.child(undefined, step, undefined);
  }

  private child(node: TreeNode | null | undefined, step: string, entry: Entry | undefined): Cursor {
    const origin = (entry && this.scope.origins.get(entry)) ?? (node && this.scope.origins.get(node)) ?? this.origin;
    const pointer = `${this.pointer}/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return new Cursor(this.scope, node, origin, pointer, entry, this, this.variables);
  }

  /** The first of several spellings of a key that has a value. */
  first(...keys: readonly string[]): Cursor {
    for (const key of keys) {
      const found = this.step(key);
      if (found.exists) return found;
    }
    return this.step(keys[0] ?? "");
  }

  /** A mapping has the key, be its value empty. */
  has(key: string): boolean {
    return this.node?.type === "mapping" && this.node.entries.some((entry) => entry.key === key);
  }
  hasAny(...keys: readonly string[]): boolean {
    return keys.some((key) => this.has(key));
  }
  keys(): string[] {
    return this.node?.type === "mapping" ? this.node.entries.map((entry) => entry.key) : [];
  }
  entries(): Cursor[] {
    if (this.node?.type !== "mapping") return [];
    return this.node.entries.map((entry) => this.child(entry.value, entry.key, entry));
  }
  items(): Cursor[] {
    if (this.node?.type !== "sequence") return [];
    return this.node.items.map((item, index) => this.child(item, String(index), undefined));
  }
  get key(): string {
    return this.entry?.key ?? "";
  }

  /** The scalar with placeholders resolved; undefined where there is none or it is unknown. */
  value(): Scalar | undefined {
    const node = this.node;
    if (node?.type !== "scalar") return undefined;
    if (typeof node.value !== "string") return node.value;
    if (node.value.includes(templateFiller)) return this.templated();
    if (!hasPlaceholder(node.value)) return node.value;
    const value = this.resolve(node.value);
    if (value === undefined && node.text.length < 200) this.scope.unresolved.add(node.text.slice(0, 60));
    return value;
  }

  /** The value that a template gives, typed as the YAML it becomes. */
  private templated(): Scalar | undefined {
    const text = this.scope.templates ? this.raw() : undefined;
    if (text === undefined || text.includes(templateFiller)) return undefined;
    if (this.node?.type === "scalar" && this.node.style !== "plain") return text;
    const number = /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
    return number ?? (/^(true|false)$/.test(text) ? text === "true" : text);
  }

  /** A text in this cursor's surroundings with its placeholders resolved. */
  resolve(text: string, depth = 0): Scalar | undefined {
    if (!this.scope.spend()) return undefined;
    const value = interpolate(
      text,
      {
        variable: this.variables,
        node: (path, up) => this.lookUp(path, up, depth + 1),
      },
      depth,
    );
    return value;
  }

  private lookUp(path: string, up: number, depth: number): Scalar | undefined {
    if (depth > 10) return undefined;
    let from: Cursor | undefined = this;
    for (let level = 0; level < up; level++) from = from?.parent;
    if (up === 0)
      from = new Cursor(this.scope, this.scope.root, this.scope.origin, "", undefined, undefined, this.variables);
    for (const part of path.split(".")) from = from?.step(from.isSequence ? Number(part) : part);
    const node = from?.node;
    if (!from || node?.type !== "scalar") return undefined;
    if (typeof node.value !== "string" || !hasPlaceholder(node.value)) return node.value;
    return from.resolve(node.value, depth);
  }

  /** The same place, read as another text: a part of the scalar that stands here (`NAME=value`). */
  as(text: string): Cursor {
    const { start, end } = this.node ?? { start: 0, end: 0 };
    const node: TreeNode = { type: "scalar", start, end, value: text, text, style: "plain" };
    return new Cursor(this.scope, node, this.origin, this.pointer, this.entry, this.parent, this.variables);
  }

  /** Text as written, placeholders and all; undefined for anything but a scalar. Template expressions that are known are filled in. */
  raw(): string | undefined {
    if (this.node?.type !== "scalar") return undefined;
    const { text, start, end } = this.node;
    const { templates } = this.scope;
    if (!templates || this.origin !== this.scope.origin || !text.includes(templateFiller)) return text;
    return templates(this.origin.document.text.slice(start, end), text);
  }

  /** Trimmed text; undefined when empty, null, unknown, or no scalar. */
  text(): string | undefined {
    const value = this.value();
    if (value === undefined || value === null) return undefined;
    const text =
      typeof value === "string"
        ? value.trim()
        : this.raw() !== undefined && this.isLiteral()
          ? (this.raw() as string)
          : String(value);
    return text === "" || text === "null" || text === "~" ? undefined : text;
  }

  private isLiteral(): boolean {
    return this.node?.type === "scalar" && typeof this.node.value !== "string";
  }

  /** `8`, `"8"`, `100_000`, `1e-4`, `8k`; undefined for `auto`, null and anything else. Negative numbers are given back as they are. */
  number(): number | undefined {
    const value = this.value();
    if (typeof value === "number") return value;
    return typeof value === "string" ? parseNumber(value) : undefined;
  }

  /** A number above zero: `-1`, `0` and null are how configs say "none". */
  positive(): number | undefined {
    const value = this.number();
    return value !== undefined && value > 0 ? value : undefined;
  }

  boolean(): boolean | undefined {
    const value = this.value();
    if (typeof value === "boolean") return value;
    if (value === 0 || value === 1) return value === 1;
    if (typeof value !== "string") return undefined;
    if (/^(true|yes|on)$/i.test(value.trim())) return true;
    return /^(false|no|off)$/i.test(value.trim()) ? false : undefined;
  }

  /** Texts of a list of scalars, or of one scalar. */
  texts(): string[] {
    if (this.isScalar) return [this.text()].filter((text) => text !== undefined);
    return this.items()
      .map((item) => item.text())
      .filter((text) => text !== undefined);
  }

  /** The node as plain data, for nested values of the contract; keys that would reach a prototype are left out. */
  plain(depth = 0): unknown {
    if (depth > 20 || !this.node) return undefined;
    if (this.node.type === "scalar") return this.value();
    if (this.node.type === "sequence") return this.items().map((item) => item.plain(depth + 1));
    const result: Record<string, unknown> = {};
    for (const entry of this.entries()) if (entry.key !== "__proto__") result[entry.key] = entry.plain(depth + 1);
    return result;
  }

  /** Offsets in the file. */
  get range(): Span | undefined {
    return this.node ? shift(this.node, this.origin.document.offset) : undefined;
  }
  get keyRange(): Span | undefined {
    return this.entry ? shift(this.entry.keySpan, this.origin.document.offset) : undefined;
  }

  /** A fact read here. */
  fact(value: unknown, overrides: Partial<Fact> = {}): Fact {
    const range = this.range ?? this.keyRange;
    const resolved = this.node?.type === "scalar" && this.node.value !== value && hasPlaceholder(this.node.text);
    return {
      value,
      source: this.origin.file === undefined ? "file" : "referenced",
      confidence: "high",
      path: this.pointer,
      ...(range ? { range } : {}),
      ...(this.keyRange ? { keyRange: this.keyRange } : {}),
      ...(this.origin.file === undefined ? {} : { file: this.origin.file }),
      ...(this.node?.type === "scalar" && this.node.text.includes(templateFiller)
        ? { source: "referenced", confidence: "medium", note: "by the chart's values and defaults" }
        : {}),
      ...(resolved && this.node.text.length < 200 ? { note: `resolved from ${this.node.text.slice(0, 80)}` } : {}),
      ...overrides,
    };
  }
}

const shift = (span: Span, by: number): Span => ({ start: span.start + by, end: span.end + by });

/** The root of a document; `file` when it is not the one at hand. */
export function cursorOf(document: TreeDocument, file?: string): Cursor {
  const origin: Origin = file === undefined ? { document } : { document, file };
  return new Cursor(new Scope(document.root, origin), document.root, origin);
}

/** A fact that a comment states. */
export function commentFact(
  document: TreeDocument,
  comment: Comment,
  value: unknown,
  overrides: Partial<Fact> = {},
): Fact {
  return { value, source: "comment", confidence: "low", range: shift(comment, document.offset), ...overrides };
}

/** A fact that a file or folder name hints at. */
export function pathFact(value: unknown, note: string): Fact {
  return { value, source: "path", confidence: "low", note };
}

/** Collects the facts of one workload. */
export class FactSheet {
  private readonly facts: Record<string, Fact> = {};
  /** Texts that stood where a value is to be filled in. */
  readonly placeholders = new Set<string>();

  /** `asWritten`: negative numbers are kept, so that validation can object to them. Elsewhere they mean "none". */
  constructor(private readonly asWritten = false) {}

  /** Keeps what was set first; undefined facts and values are left out, and numbers that are none. */
  set(name: string, fact: Fact | undefined): this {
    if (fact?.value === undefined || Object.hasOwn(this.facts, name)) return this;
    if (typeof fact.value === "string" && isPlaceholder(name, fact.value)) {
      this.placeholders.add(fact.value.slice(0, 60));
      return this;
    }
    if (typeof fact.value !== "number" || (Number.isFinite(fact.value) && (this.asWritten || fact.value >= 0)))
      this.facts[name] = fact;
    return this;
  }
  replace(name: string, fact: Fact): this {
    this.facts[name] = fact;
    return this;
  }
  text(name: string, cursor: Cursor, overrides?: Partial<Fact>): this {
    const value = cursor.text();
    return value === undefined ? this : this.set(name, cursor.fact(value, overrides));
  }
  /** Numbers above zero. */
  number(name: string, cursor: Cursor, overrides?: Partial<Fact>): this {
    const value = cursor.positive();
    return value === undefined ? this : this.set(name, cursor.fact(value, overrides));
  }
  boolean(name: string, cursor: Cursor, overrides?: Partial<Fact>): this {
    const value = cursor.boolean();
    return value === undefined ? this : this.set(name, cursor.fact(value, overrides));
  }
  /** A value worked out from what stands at the cursor. */
  value(name: string, cursor: Cursor, value: unknown, overrides?: Partial<Fact>): this {
    return value === undefined || value === null ? this : this.set(name, cursor.fact(value, overrides));
  }
  has(name: string): boolean {
    return Object.hasOwn(this.facts, name);
  }
  get(name: string): Fact | undefined {
    return this.has(name) ? this.facts[name] : undefined;
  }
  numberOf(name: string): number | undefined {
    const value = this.get(name)?.value;
    return typeof value === "number" ? value : undefined;
  }
  textOf(name: string): string | undefined {
    const value = this.get(name)?.value;
    return typeof value === "string" ? value : undefined;
  }
  delete(name: string): this {
    delete this.facts[name];
    return this;
  }
  /** Takes over what `other` has and this one lacks. */
  fill(other: FactSheet | FactMap): this {
    for (const [name, fact] of Object.entries(other instanceof FactSheet ? other.facts : other)) this.set(name, fact);
    if (other instanceof FactSheet) for (const text of other.placeholders) this.placeholders.add(text);
    return this;
  }
  toMap(): FactMap {
    return this.facts;
  }
}

export interface WorkloadExtras {
  readonly name?: string | undefined;
  readonly chain?: readonly Factor[] | undefined;
  readonly acceleratorsRange?: { readonly low: number; readonly high: number } | undefined;
  readonly timeLimit?: number | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly countedIn?: string | undefined;
  /** Where the lens sits; the block's own key by default. */
  readonly anchor?: Cursor | undefined;
}

/** A workload read from the block at `block`; placeholders without a value become notes. */
export function workload(
  dialect: string,
  kind: Kind,
  block: Cursor,
  facts: FactSheet,
  extras: WorkloadExtras = {},
): Recognized {
  const { document } = block.scope.origin;
  const range = block.origin.file === undefined ? block.range : undefined;
  const open = new Set([...block.scope.unresolved, ...facts.placeholders]);
  const unresolved = [...open].slice(0, 3).map((text) => `${text} not resolved`);
  const notes = [...(extras.notes ?? []), ...unresolved];
  return {
    id: `${dialect}:${block.pointer}`,
    dialect,
    kind,
    ...(extras.name ? { name: extras.name } : {}),
    range: range ?? { start: document.offset, end: document.offset + document.text.length },
    anchor: anchorOf(extras.anchor ?? block) ?? document.offset,
    facts: facts.toMap(),
    ...(extras.chain && extras.chain.length > 0 ? { chain: extras.chain } : {}),
    ...(extras.acceleratorsRange ? { acceleratorsRange: extras.acceleratorsRange } : {}),
    ...(extras.timeLimit === undefined ? {} : { timeLimit: extras.timeLimit }),
    ...(notes.length > 0 ? { notes } : {}),
    ...(extras.countedIn ? { countedIn: extras.countedIn } : {}),
  };
}

function anchorOf(cursor: Cursor): number | undefined {
  if (cursor.origin.file !== undefined) return undefined;
  if (cursor.keyRange) return cursor.keyRange.start;
  const node = cursor.node;
  if (node?.type === "mapping" && node.entries[0] && !cursor.scope.origins.has(node.entries[0]))
    return node.entries[0].keySpan.start + cursor.origin.document.offset;
  return cursor.range?.start;
}
