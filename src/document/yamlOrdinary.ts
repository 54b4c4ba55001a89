/**
 * The tree of an ordinary document, straight from the parser's tokens: mappings, sequences and scalars without explicit keys, types
 * by tag or mistakes, as nearly all are. Composing a document object first would take as long again. Whatever is not
 * ordinary is left to the library's own composer; a test holds both to the same tree.
 */
import { CST } from "yaml";
import type { Span, TreeNode } from "./tree";
import { afterHeader, scalarNode, type YamlParts } from "./yamlParts";

/** Thrown where the composer must decide. */
class Unusual extends Error {}
// One object for all: taking a stack trace costs more than the reading of a small document.
const unusual = new Unusual("left to the composer");
const leave = (): never => {
  throw unusual;
};

type FlowScalar = CST.FlowScalar;
type Tokens = readonly CST.SourceToken[] | undefined;

/** The document's root, or undefined where its tokens are not ordinary. Throws LimitReached. */
export function ordinaryTree(
  text: string,
  tokens: readonly CST.Token[],
  parts: YamlParts,
): { readonly root: TreeNode | null } | undefined {
  let document: CST.Document | undefined;
  for (const token of tokens)
    if (token.type === "document" && document === undefined) document = token;
    else if (token.type !== "comment" && token.type !== "newline" && token.type !== "space") return undefined;
  try {
    return { root: document === undefined ? null : new Reader(text, parts).document(document) };
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
}

/** A property of a node that is read here: an anchor, or a tag of the file's own, which leaves a scalar text. */
interface Properties {
  anchor?: string;
  tagged?: boolean;
}
const none: Properties = {};

class Reader {
  private readonly anchors = new Map<string, { readonly node: TreeNode | null; readonly size: number }>();
  /** Where the node read last ends, white space and comments after it included. */
  private after = 0;

  constructor(
    private readonly text: string,
    private readonly parts: YamlParts,
  ) {}

  document({ start, value, end }: CST.Document): TreeNode | null {
    const marker = this.space(start, "doc-start");
    if (marker && isBlock(value) && !hasNewline(start)) leave();
    const root = this.value(start, value, 0, none);
    this.space(end);
    return root;
  }

  /** The value behind `before`, whose properties are `given` or found there. */
  private value(
    before: Tokens,
    token: CST.Token | null | undefined,
    depth: number,
    properties: Properties,
  ): TreeNode | null {
    if (token?.type === "alias") return properties === none ? this.alias(token) : leave();
    const { anchor, tagged } = properties;
    const size = this.parts.size;
    this.parts.visit(depth);
    const node = token ? this.node(token, depth, tagged === true) : this.nothing(before);
    if (anchor !== undefined) this.anchors.set(anchor, { node, size: this.parts.size - size });
    return node;
  }

  /** Anchors and tags among the tokens before a value. */
  private properties(tokens: Tokens, next: CST.Token | null | undefined): Properties {
    let found: Properties = none;
    let last: CST.SourceToken | undefined;
    for (const token of tokens ?? []) {
      const { type, source } = token;
      if (last && type !== "space" && type !== "newline" && last.offset + last.source.length === token.offset) leave();
      if (type !== "anchor" && type !== "tag") continue;
      last = token;
      if (found === none) found = {};
      if (type === "anchor") {
        if (found.anchor !== undefined || source.length < 2 || source.endsWith(":")) leave();
        found.anchor = source.slice(1);
      } else {
        if (found.tagged || !/^![^!<]+$/.test(source)) leave();
        found.tagged = true;
      }
    }
    if (last && next) {
      if (next.offset === last.offset + last.source.length) leave();
      if (next.type === "block-seq" && !newlineAfter(tokens, last)) leave();
    }
    return found;
  }

  private alias(token: FlowScalar): TreeNode | null {
    const { offset, source } = token;
    if (source.length < 2 || source.endsWith(":")) leave();
    const end = offset + source.length;
    this.space(token.end);
    this.after = endOf(token.end, end);
    this.parts.scalars.push({ start: offset, end });
    const target = this.anchors.get(source.slice(1));
    if (!target) return null;
    this.parts.expand(target.size);
    return target.node;
  }

  private node(token: CST.Token, depth: number, tagged: boolean): TreeNode | null {
    switch (token.type) {
      case "scalar":
      case "single-quoted-scalar":
      case "double-quoted-scalar":
        return this.flowScalar(token, tagged);
      case "block-scalar":
        return this.blockScalar(token);
      case "block-map":
        return this.blockMap(token, depth);
      case "block-seq":
        return this.blockSequence(token, depth);
      case "flow-collection":
        return this.flowCollection(token, depth);
      default:
        return leave();
    }
  }

  /**
   * Nothing but white space, comments and, at most once, `mark`: true where it stands. Before a value its properties may follow: after
   * the mark, or anyhow.
   */
  private space(tokens: Tokens, mark?: CST.SourceToken["type"], properties?: "afterMark" | "anyhow"): boolean {
    let found = false;
    if (tokens)
      for (const { type, offset, source } of tokens)
        if (type === "space") {
          // It may stand for indentation.
          if (source.includes("\t")) leave();
        } else if (type === "comment") {
          const before = offset === 0 ? 0x20 : this.text.charCodeAt(offset - 1);
          if (before !== 0x20 && before !== 0x0a) leave();
        } else if (type === "anchor" || type === "tag") {
          if (!(properties === "anyhow" || (properties === "afterMark" && found))) leave();
        } else if (type !== "newline") {
          if (type !== mark || found) leave();
          found = true;
        }
    return found;
  }

  private flowScalar(token: FlowScalar, tagged: boolean): TreeNode | null {
    const { offset, type } = token;
    const end = offset + token.source.length;
    const text = contentOf(token);
    this.space(token.end);
    this.after = endOf(token.end, end);
    this.parts.scalars.push({ start: offset, end });
    return type === "scalar"
      ? scalarNode(offset, end, tagged ? text : coreValue(text), text, "plain")
      : scalarNode(offset, end, text, text, "quoted");
  }

  private blockScalar(token: CST.BlockScalar): TreeNode | null {
    const { value, range } = CST.resolveAsScalar(token, false, leave);
    const [start, end, after] = range;
    this.after = after;
    this.parts.scalars.push({ start: afterHeader(this.text, start, end), end });
    return scalarNode(start, end, value, value, "block");
  }

  private blockMap({ offset, indent, items }: CST.BlockMap, depth: number): TreeNode {
    const entries = this.parts.mapping();
    let end = offset;
    let commentEnd: number | undefined;
    for (const { start, key, sep, value } of items) {
      this.space(start);
      if (!key && !sep) {
        commentEnd = endOf(start, end);
        continue;
      }
      if (!isFlowScalar(key) || !sep || key.indent !== indent || key.source.includes("\n")) return leave();
      const keySpan = this.keySpan(key);
      if (!this.space(sep, "map-value-ind", "afterMark") || (value?.type === "block-map" && !hasNewline(sep)))
        return leave();
      entries.add(contentOf(key), keySpan, this.value(sep, value, depth + 1, this.properties(sep, value)));
      end = this.after;
    }
    if (commentEnd !== undefined && commentEnd < end) leave();
    this.after = commentEnd ?? end;
    return { type: "mapping", start: offset, end, entries: entries.finish() };
  }

  private blockSequence({ offset, items: tokens }: CST.BlockSequence, depth: number): TreeNode {
    const items: (TreeNode | null)[] = [];
    let end = offset;
    let commentEnd: number | undefined;
    for (const { start, key, sep, value } of tokens) {
      if (key || sep) leave();
      if (!this.space(start, "seq-item-ind", "afterMark")) {
        if (value) leave();
        commentEnd = endOf(start, end);
        continue;
      }
      items.push(this.value(start, value, depth + 1, this.properties(start, value)));
      end = this.after;
    }
    this.after = commentEnd ?? end;
    return { type: "sequence", start: offset, end, items };
  }

  private flowCollection(token: CST.FlowCollection, depth: number): TreeNode {
    const [close, ...rest] = token.end;
    const isMap = token.start.source === "{";
    if (close?.source !== (isMap ? "}" : "]")) leave();
    const entries = isMap ? this.parts.mapping() : undefined;
    const items: (TreeNode | null)[] = [];
    for (const [index, { start, key, sep, value }] of token.items.entries()) {
      const comma = this.space(start, "comma", isMap ? undefined : index === 0 ? "anyhow" : "afterMark");
      if (comma !== index > 0) leave();
      if (!key && !sep && !value) {
        // After a last comma; `{}` and `[]` have no item at all.
        if (index < token.items.length - 1 || this.properties(start, undefined) !== none) leave();
      } else if (entries) {
        if (!isFlowScalar(key) || !this.space(sep, "map-value-ind", "afterMark") || isBlock(value)) return leave();
        const keySpan = this.keySpan(key);
        entries.add(contentOf(key), keySpan, this.value(sep, value, depth + 1, this.properties(sep, value)));
      } else {
        if (key || sep || !value || isBlock(value)) return leave();
        items.push(this.value(start, value, depth + 1, this.properties(start, value)));
      }
    }
    this.space(rest);
    const end = (close as CST.SourceToken).offset + 1;
    this.after = endOf(rest, end);
    return entries
      ? { type: "mapping", start: token.offset, end, entries: entries.finish() }
      : { type: "sequence", start: token.offset, end, items };
  }

  private keySpan(key: FlowScalar): Span {
    this.space(key.end);
    const span = { start: key.offset, end: key.offset + key.source.length };
    this.parts.scalars.push(span);
    return span;
  }

  /** A value that is not written stands behind its mark and the spaces after it; a comment there belongs to it. */
  private nothing(tokens: Tokens): null {
    let at = 0;
    let comment = false;
    let marked = false;
    for (const { type, offset, source } of tokens ?? []) {
      if (type === "comment") comment = true;
      if (marks.has(type) || (marked && type === "space")) {
        at = offset + source.length;
        marked = true;
      } else marked = false;
    }
    this.after = comment ? endOf(tokens, at) : at;
    return null;
  }
}

/** What a value that is not written stands behind. */
const marks: ReadonlySet<string> = new Set(["map-value-ind", "seq-item-ind", "doc-start", "anchor", "tag"]);

function newlineAfter(tokens: Tokens, last: CST.SourceToken): boolean {
  return tokens?.some(({ type, offset }) => type === "newline" && offset > last.offset) ?? false;
}

const isFlowScalar = (token: CST.Token | null | undefined): token is FlowScalar =>
  token?.type === "scalar" || token?.type === "single-quoted-scalar" || token?.type === "double-quoted-scalar";

const isBlock = (token: CST.Token | null | undefined): boolean =>
  token?.type === "block-map" || token?.type === "block-seq";

const hasNewline = (tokens: Tokens): boolean => tokens?.some(({ type }) => type === "newline") ?? false;

function endOf(tokens: Tokens, otherwise: number): number {
  const last = tokens?.[tokens.length - 1];
  return last ? last.offset + last.source.length : otherwise;
}

/** What a scalar says, escapes and folds undone. */
function contentOf(token: FlowScalar): string {
  const { source, type } = token;
  if (!source.includes("\n")) {
    const last = source.length - 1;
    if (type === "scalar") return source !== "" && ",%|>@`".includes(source[0] as string) ? leave() : source;
    if (type === "single-quoted-scalar") {
      if (last < 1 || source[last] !== "'") return leave();
      const inner = source.slice(1, -1);
      return inner.includes("'") ? inner.replaceAll("''", "'") : inner;
    }
    if (last < 1 || source[last] !== '"') return leave();
    if (!source.includes("\\")) return source.slice(1, -1);
  }
  return CST.resolveAsScalar(token, false, leave).value;
}

/** Plain text by the core schema of YAML 1.2. */
function coreValue(text: string): string | number | boolean | null {
  if (!/^[-+.0-9~nNtTfF]|^$/.test(text)) return text;
  if (/^(?:~|[Nn]ull|NULL)?$/.test(text)) return null;
  if (/^(?:[Tt]rue|TRUE)$/.test(text)) return true;
  if (/^(?:[Ff]alse|FALSE)$/.test(text)) return false;
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^[-+]?[0-9]+$/.test(text)) return Number.parseInt(text, 10);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number.parseFloat(text);
  return text;
}
