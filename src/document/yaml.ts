/** One YAML document to the positioned tree, by the 1.2 core schema, taking whatever of a half-typed text can be understood. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
} from "yaml";
import { attachTrailingComments, yamlComments } from "./comments";
import type { Limits } from "./limits";
import { neutralizeTemplates } from "./templates";
import type { DocumentProblem, Entry, ScalarNode, Span, TreeDocument, TreeNode } from "./tree";

type OpenEntry = { -readonly [K in keyof Entry]: Entry[K] };

class LimitReached extends Error {
  constructor(
    readonly code: "tooDeep" | "tooManyNodes" | "aliasExpansion",
    message: string,
  ) {
    super(message);
  }
}

const options = {
  uniqueKeys: false,
  prettyErrors: false,
  strict: false,
  logLevel: "silent",
  schema: "core",
  version: "1.2",
} as const;

/** Nothing for the parser, which takes a while to say so. */
const markerAlone = /^(?:---|\.\.\.)?\s*$/;

/** Of each sort: a text in another language would give thousands. */
const mostProblems = 20;

/** A quoted text whose closing quote stands too far left: other parsers read it, so people write it. */
const outdentedClosing = /\r?\n[ \t]*(?=['"]\s*[\]},])/g;

export function parseYamlDocument(text: string, offset: number, limits: Limits): TreeDocument {
  if (text.length < 8 && markerAlone.test(text))
    return { root: null, comments: [], problems: [], offset, text, templated: false };
  const bare = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
  const neutral = neutralizeTemplates(bare);
  const failed = (code: string, message: string): TreeDocument => ({
    root: null,
    comments: [],
    problems: [{ start: 0, end: Math.min(text.length, 1), severity: "information", code, message }],
    offset,
    text,
    templated: neutral.templated,
  });
  if (flowDepth(neutral.text) > 4 * limits.depth) return failed("tooDeep", "nested too deeply to be read");
  try {
    let source = neutral.text;
    let parsed = parseDocument(source, options);
    if (parsed.errors.some((error) => error.code === "TAB_AS_INDENT")) {
      source = source.replace(/^[ \t]*\t[ \t]*/gm, (indent) => " ".repeat(indent.length));
      parsed = parseDocument(source, options);
    }
    if (parsed.errors.some((error) => error.code === "MISSING_CHAR")) {
      const joined = source.replace(outdentedClosing, (gap) => " ".repeat(gap.length));
      const repaired = joined === source ? parsed : parseDocument(joined, options);
      if (repaired.errors.length < parsed.errors.length) {
        source = joined;
        parsed = repaired;
      }
    }
    const builder = new Builder(source, limits);
    const root = builder.build(parsed);
    const comments = yamlComments(source, builder.scalars);
    attachTrailingComments(source, builder.entries, comments);
    return {
      root,
      comments,
      problems: [...problemsOf(parsed, text.length), ...builder.problems],
      offset,
      text,
      templated: neutral.templated,
    };
  } catch (error) {
    if (error instanceof LimitReached) return failed(error.code, error.message);
    if (error instanceof RangeError) return failed("tooDeep", "nested too deeply to be read");
    return failed("syntax", "not readable as YAML");
  }
}

/** Open brackets at the worst place, strings not told apart: the parser's time grows with the square of the true depth. */
function flowDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
  }
  return deepest;
}

function problemsOf(parsed: Document.Parsed, length: number): DocumentProblem[] {
  const within = (position: number): number => Math.max(0, Math.min(length, position));
  return parsed.errors.slice(0, mostProblems).map((error) => ({
    start: within(error.pos[0]),
    end: within(Math.max(error.pos[0], error.pos[1])),
    severity: "error",
    code: "syntax",
    message: error.message,
  }));
}

/** Walks the parser's nodes once. Aliases share the node they name; only their expanded size is counted. */
class Builder {
  readonly scalars: Span[] = [];
  readonly entries: OpenEntry[] = [];
  readonly problems: DocumentProblem[] = [];
  private readonly anchors = new Map<string, { readonly node: TreeNode | null; readonly size: number }>();
  private nodes = 0;
  /** Nodes so far with aliases followed: what a naive walker would visit. */
  private expanded = 0;

  constructor(
    private readonly text: string,
    private readonly limits: Limits,
  ) {}

  build(parsed: Document.Parsed): TreeNode | null {
    return this.convert(parsed.contents, 0);
  }

  private count(size: number): void {
    this.expanded += size;
    if (this.expanded > this.limits.expandedNodes)
      throw new LimitReached("aliasExpansion", "aliases expand to too many values to be read");
  }

  private convert(node: Node | null | undefined, depth: number): TreeNode | null {
    if (!node) return null;
    if (isAlias(node)) return this.alias(node);
    if (++this.nodes > this.limits.nodes) throw new LimitReached("tooManyNodes", "too many values to be read");
    if (depth > this.limits.depth) throw new LimitReached("tooDeep", "nested too deeply to be read");
    const before = this.expanded;
    this.count(1);
    const built = this.convertOwn(node, depth);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor) this.anchors.set(anchor, { node: built, size: this.expanded - before });
    return built;
  }

  private convertOwn(node: Node, depth: number): TreeNode | null {
    const { start, end } = this.span(node);
    if (isScalar(node)) return this.scalar(node, start, end);
    if (isMap(node)) return { type: "mapping", start, end, entries: this.mapping(node, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item) => (isPair(item) ? null : this.convert(item as Node | null, depth + 1)));
      return { type: "sequence", start, end, items };
    }
    return null;
  }

  private alias(node: Alias): TreeNode | null {
    const span = this.span(node);
    this.scalars.push(span);
    const target = this.anchors.get(node.source);
    if (!target) return null;
    this.count(target.size);
    return target.node;
  }

  private scalar(node: Scalar, start: number, end: number): ScalarNode | null {
    const block = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
    this.scalars.push({ start: block ? this.afterHeader(start, end) : start, end });
    if (start === end) return null;
    const style = block ? "block" : node.type === Scalar.PLAIN ? "plain" : "quoted";
    const raw = node.value;
    const text = typeof raw === "string" ? raw : (node.source ?? String(raw));
    const usable = raw === null || typeof raw === "boolean" || (typeof raw === "number" && Number.isFinite(raw));
    return { type: "scalar", start, end, value: usable ? (raw as ScalarNode["value"]) : text, text, style };
  }

  /** A comment may stand behind the `|` of a block scalar. */
  private afterHeader(start: number, end: number): number {
    const newline = this.text.indexOf("\n", start);
    return newline < 0 || newline > end ? end : newline;
  }

  private mapping(map: YAMLMap, depth: number): Entry[] {
    const own = new Map<string, OpenEntry>();
    const merged: (TreeNode | null)[] = [];
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      const keySpan = pair.key ? this.span(pair.key) : { start: map.range?.[0] ?? 0, end: map.range?.[0] ?? 0 };
      const key = this.key(pair.key, keySpan);
      const value = this.convert(pair.value, depth + 1);
      if (key === "<<" && value && value.type !== "scalar") {
        merged.push(...(value.type === "sequence" ? value.items : [value]));
        continue;
      }
      const entry: OpenEntry = { key, keySpan, value };
      this.entries.push(entry);
      if (own.has(key)) {
        if (this.problems.length < mostProblems)
          this.problems.push({
            ...keySpan,
            severity: "warning",
            code: "duplicateKey",
            message: `${key.slice(0, 60)} is given twice; the last one counts`,
          });
        own.delete(key);
      }
      own.set(key, entry);
    }
    for (const source of merged) {
      if (source?.type !== "mapping") continue;
      for (const entry of source.entries) if (!own.has(entry.key)) own.set(entry.key, entry);
    }
    return [...own.values()];
  }

  private key(node: Node | null, span: Span): string {
    if (isScalar(node)) {
      this.scalars.push(span);
      if (typeof node.value === "string") return node.value;
      return node.source ?? (node.value === null ? "" : String(node.value));
    }
    if (node) this.convert(node, this.limits.depth - 20);
    return this.text.slice(span.start, Math.min(span.end, span.start + 200));
  }

  private span(node: Node): Span {
    const range = node.range;
    if (!range) return { start: 0, end: 0 };
    const start = Math.max(0, Math.min(range[0], this.text.length));
    return { start, end: Math.max(start, Math.min(range[1], this.text.length)) };
  }
}
