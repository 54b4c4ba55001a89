/** JSON and JSONC to the positioned tree; comments and trailing commas are welcome, broken text gives what parses. */
import { type ParseError, printParseErrorCode, visit } from "jsonc-parser";
import { attachTrailingComments, commentAt } from "./comments";
import type { Limits } from "./limits";
import { neutralizeTemplates } from "./templates";
import type { Comment, DocumentProblem, Entry, Scalar, Span, TreeDocument, TreeNode } from "./tree";

type OpenEntry = { -readonly [K in keyof Entry]: Entry[K] };
interface Frame {
  readonly start: number;
  /** Entries of an object by key (the last stands), or items of an array. */
  readonly entries?: Map<string, OpenEntry>;
  readonly items?: (TreeNode | null)[];
  pending?: OpenEntry;
}

class LimitReached extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A text in another language would give thousands. */
const mostProblems = 20;

/** One walk of the scanner: no intermediate tree, no recursion of ours. */
export function parseJsonDocument(text: string, offset: number, limits: Limits): TreeDocument {
  const neutral = neutralizeTemplates(text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text);
  const problems: DocumentProblem[] = [];
  try {
    const reading = new Reading(neutral.text, limits, problems);
    const root = reading.run();
    attachTrailingComments(text, reading.entries, reading.comments);
    return { root, comments: reading.comments, problems, offset, text, templated: neutral.templated };
  } catch (error) {
    const code = error instanceof LimitReached ? error.code : error instanceof RangeError ? "tooDeep" : "syntax";
    const message =
      code === "tooManyNodes"
        ? "too many values to be read"
        : code === "tooDeep"
          ? "nested too deeply to be read"
          : "not readable as JSON";
    const end = Math.min(text.length, 1);
    problems.length = 0;
    problems.push({ start: 0, end, severity: "information", code, message });
    return { root: null, comments: [], problems, offset, text, templated: neutral.templated };
  }
}

class Reading {
  readonly comments: Comment[] = [];
  readonly entries: OpenEntry[] = [];
  private readonly stack: Frame[] = [];
  private root: TreeNode | null = null;
  private rootSeen = false;
  private nodes = 0;

  constructor(
    private readonly text: string,
    private readonly limits: Limits,
    private readonly problems: DocumentProblem[],
  ) {}

  run(): TreeNode | null {
    visit(
      this.text,
      {
        onObjectBegin: (start) => this.open({ start, entries: new Map() }),
        onArrayBegin: (start) => this.open({ start, items: [] }),
        onObjectEnd: (start, length) => this.close(this.within(start + length)),
        onArrayEnd: (start, length) => this.close(this.within(start + length)),
        onObjectProperty: (key, start, length) => this.property(key, { start, end: this.within(start + length) }),
        onLiteralValue: (value, start, length) => this.literal(value, start, this.within(start + length)),
        onComment: (start, length) => this.comment(start, this.within(start + length)),
        onError: (code, start, length) => this.error(code, start, length),
      },
      { disallowComments: false, allowTrailingComma: true, allowEmptyContent: true },
    );
    while (this.stack.length > 0) this.close(this.text.length);
    return this.root;
  }

  private within(offset: number): number {
    return Math.min(offset, this.text.length);
  }

  private open(frame: Frame): void {
    if (this.stack.length >= this.limits.depth) throw new LimitReached("tooDeep");
    this.stack.push(frame);
  }

  private close(end: number): void {
    const frame = this.stack.pop();
    if (!frame) return;
    const { start } = frame;
    if (frame.entries) this.add({ type: "mapping", start, end, entries: [...frame.entries.values()] });
    else this.add({ type: "sequence", start, end, items: frame.items ?? [] });
  }

  private add(node: TreeNode): void {
    if (++this.nodes > this.limits.nodes) throw new LimitReached("tooManyNodes");
    const frame = this.stack.at(-1);
    if (!frame) {
      if (!this.rootSeen) this.root = node;
      this.rootSeen = true;
    } else if (frame.items) frame.items.push(node);
    else if (frame.pending) {
      frame.pending.value = node;
      frame.pending = undefined;
    }
  }

  private property(key: string, keySpan: Span): void {
    const frame = this.stack.at(-1);
    if (!frame?.entries) return;
    if (frame.entries.delete(key) && this.problems.length < mostProblems)
      this.problems.push({
        ...keySpan,
        severity: "warning",
        code: "duplicateKey",
        message: `${key.slice(0, 60)} is given twice; the last one counts`,
      });
    frame.pending = { key, keySpan, value: null };
    frame.entries.set(key, frame.pending);
    this.entries.push(frame.pending);
  }

  private literal(value: unknown, start: number, end: number): void {
    const quoted = typeof value === "string";
    const text = quoted ? value : this.text.slice(start, end);
    const usable = quoted || typeof value === "boolean" || value === null || Number.isFinite(value);
    this.add({
      type: "scalar",
      start,
      end,
      value: usable ? (value as Scalar) : text,
      text,
      style: quoted ? "quoted" : "plain",
    });
  }

  private comment(start: number, end: number): void {
    const block = this.text.startsWith("/*", start);
    this.comments.push(commentAt(this.text, start, end, start + 2, block ? Math.max(start + 2, end - 2) : end));
  }

  private error(error: ParseError["error"], start: number, length: number): void {
    if (this.problems.length >= mostProblems) return;
    const from = this.within(start);
    const message = printParseErrorCode(error);
    this.problems.push({
      start: from,
      end: this.within(from + length),
      severity: "error",
      code: "syntax",
      message,
    });
  }
}
