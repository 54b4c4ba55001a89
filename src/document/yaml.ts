/** One YAML document to the positioned tree, by the 1.2 core schema, taking whatever of a half-typed text can be understood. */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  Scalar,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import { attachTrailingComments, yamlComments } from "./comments";
import type { Limits } from "./limits";
import { neutralizeTemplates } from "./templates";
import type { DocumentProblem, Entry, Span, TreeDocument, TreeNode } from "./tree";
import { ordinaryTree } from "./yamlOrdinary";
import { afterHeader, LimitReached, mostProblems, scalarNode, YamlParts } from "./yamlParts";

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
    const { root, parts, errors, source } = build(neutral.text, limits);
    const comments = yamlComments(source, parts.scalars);
    attachTrailingComments(source, parts.entries, comments);
    const problems = [...problemsOf(errors, text.length), ...parts.problems];
    return { root, comments, problems, offset, text, templated: neutral.templated };
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

interface Built {
  readonly root: TreeNode | null;
  readonly parts: YamlParts;
  readonly errors: readonly YAMLParseError[];
  /** What was parsed: the text, or what a repair made of it. */
  readonly source: string;
}

function build(source: string, limits: Limits): Built {
  const tokens = [...new Parser().parse(source)];
  const parts = new YamlParts(limits);
  const tree = ordinaryTree(source, tokens, parts);
  return tree ? { root: tree.root, parts, errors: [], source } : composed(source, tokens, limits);
}

/** By the library's composer, which knows all of YAML and goes on after mistakes. */
export function composed(text: string, tokens: Iterable<CST.Token>, limits: Limits): Built {
  let source = text;
  let parsed = compose(tokens, source.length);
  if (parsed.errors.some((error) => error.code === "TAB_AS_INDENT")) {
    source = source.replace(/^[ \t]*\t[ \t]*/gm, (indent) => " ".repeat(indent.length));
    parsed = compose(new Parser().parse(source), source.length);
  }
  if (parsed.errors.some((error) => error.code === "MISSING_CHAR")) {
    const joined = source.replace(outdentedClosing, (gap) => " ".repeat(gap.length));
    const repaired = joined === source ? parsed : compose(new Parser().parse(joined), joined.length);
    if (repaired.errors.length < parsed.errors.length) {
      source = joined;
      parsed = repaired;
    }
  }
  const parts = new YamlParts(limits);
  return { root: new Builder(source, parts, limits).convert(parsed.contents, 0), parts, errors: parsed.errors, source };
}

/** The first document of the tokens, with the mistakes of all. */
function compose(tokens: Iterable<CST.Token>, length: number): Document.Parsed {
  const [first] = [...new Composer(options).compose(tokens, true, length)];
  return first as Document.Parsed;
}

function problemsOf(errors: readonly YAMLParseError[], length: number): DocumentProblem[] {
  const within = (position: number): number => Math.max(0, Math.min(length, position));
  return errors.slice(0, mostProblems).map((error) => ({
    start: within(error.pos[0]),
    end: within(Math.max(error.pos[0], error.pos[1])),
    severity: "error",
    code: "syntax",
    message: error.message,
  }));
}

/** Walks the composer's nodes once. Aliases share the node they name; only their expanded size is counted. */
class Builder {
  private readonly anchors = new Map<string, { readonly node: TreeNode | null; readonly size: number }>();

  constructor(
    private readonly text: string,
    private readonly parts: YamlParts,
    private readonly limits: Limits,
  ) {}

  convert(node: Node | null | undefined, depth: number): TreeNode | null {
    if (!node) return null;
    if (isAlias(node)) return this.alias(node);
    const before = this.parts.size;
    this.parts.visit(depth);
    const built = this.convertOwn(node, depth);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor) this.anchors.set(anchor, { node: built, size: this.parts.size - before });
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
    this.parts.scalars.push(span);
    const target = this.anchors.get(node.source);
    if (!target) return null;
    this.parts.expand(target.size);
    return target.node;
  }

  private scalar(node: Scalar, start: number, end: number): TreeNode | null {
    const block = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
    this.parts.scalars.push({ start: block ? afterHeader(this.text, start, end) : start, end });
    const { value } = node;
    const text = typeof value === "string" ? value : (node.source ?? String(value));
    return scalarNode(start, end, value, text, block ? "block" : node.type === Scalar.PLAIN ? "plain" : "quoted");
  }

  private mapping(map: YAMLMap, depth: number): Entry[] {
    const entries = this.parts.mapping();
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      const keySpan = pair.key ? this.span(pair.key) : { start: map.range?.[0] ?? 0, end: map.range?.[0] ?? 0 };
      const key = this.key(pair.key, keySpan);
      entries.add(key, keySpan, this.convert(pair.value, depth + 1));
    }
    return entries.finish();
  }

  private key(node: Node | null, span: Span): string {
    if (isScalar(node)) {
      this.parts.scalars.push(span);
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
