/** What a tree of one YAML document is made of while it is built: counted nodes, entries, spans of scalars, problems. */
import type { Limits } from "./limits";
import type { DocumentProblem, Entry, Scalar, ScalarNode, Span, TreeNode } from "./tree";

export type OpenEntry = { -readonly [K in keyof Entry]: Entry[K] };

/** Of each sort: a text in another language would give thousands. */
export const mostProblems = 20;

export class LimitReached extends Error {
  constructor(
    readonly code: "tooDeep" | "tooManyNodes" | "aliasExpansion",
    message: string,
  ) {
    super(message);
  }
}

export class YamlParts {
  /** Every key and value of the text: what lies between them may be a comment. */
  readonly scalars: Span[] = [];
  readonly entries: OpenEntry[] = [];
  readonly problems: DocumentProblem[] = [];
  private nodes = 0;
  /** Nodes so far with aliases followed: what a naive walker would visit. */
  private expanded = 0;

  constructor(private readonly limits: Limits) {}

  /** Counts a node. Throws LimitReached. */
  visit(depth: number): void {
    if (++this.nodes > this.limits.nodes) throw new LimitReached("tooManyNodes", "too many values to be read");
    if (depth > this.limits.depth) throw new LimitReached("tooDeep", "nested too deeply to be read");
    this.expand(1);
  }

  get size(): number {
    return this.expanded;
  }

  /** Counts what an alias stands for. Throws LimitReached. */
  expand(size: number): void {
    this.expanded += size;
    if (this.expanded > this.limits.expandedNodes)
      throw new LimitReached("aliasExpansion", "aliases expand to too many values to be read");
  }

  mapping(): MappingParts {
    return new MappingParts(this);
  }
}

/** The entries of one mapping: merged ones under its own, of duplicates the last. */
class MappingParts {
  private readonly own = new Map<string, OpenEntry>();
  private merged: (TreeNode | null)[] | undefined;

  constructor(private readonly parts: YamlParts) {}

  add(key: string, keySpan: Span, value: TreeNode | null): void {
    if (key === "<<" && value && value.type !== "scalar") {
      this.merged ??= [];
      this.merged.push(...(value.type === "sequence" ? value.items : [value]));
      return;
    }
    const entry: OpenEntry = { key, keySpan, value };
    this.parts.entries.push(entry);
    if (this.own.has(key)) {
      if (this.parts.problems.length < mostProblems)
        this.parts.problems.push({
          ...keySpan,
          severity: "warning",
          code: "duplicateKey",
          message: `${key.slice(0, 60)} is given twice; the last one counts`,
        });
      this.own.delete(key);
    }
    this.own.set(key, entry);
  }

  finish(): Entry[] {
    for (const source of this.merged ?? []) {
      if (source?.type !== "mapping") continue;
      for (const entry of source.entries) if (!this.own.has(entry.key)) this.own.set(entry.key, entry);
    }
    return [...this.own.values()];
  }
}

/** A scalar of the tree; null where nothing is written. Numbers that are not finite stay text. */
export function scalarNode(
  start: number,
  end: number,
  value: unknown,
  text: string,
  style: ScalarNode["style"],
): ScalarNode | null {
  if (start === end) return null;
  const usable = value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
  return { type: "scalar", start, end, value: usable ? (value as Scalar) : text, text, style };
}

/** Where the content of a block scalar begins: a comment may stand behind its `|`. */
export function afterHeader(text: string, start: number, end: number): number {
  const newline = text.indexOf("\n", start);
  return newline < 0 || newline > end ? end : newline;
}
