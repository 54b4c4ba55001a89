/**
 * Tells text that may hold a workload from text that cannot, before anything is parsed: one pass over the text for all the
 * dialects' anchors at once.
 */
import type { Dialect } from "./recognized";
import { dialects } from "./registry";

/**
 * Wu and Manber's search (1994) with blocks of three characters: a table says how far the window may jump, so that most characters
 * are never looked at. Patterns have at least three characters.
 */
class StringSearch {
  private readonly shortest: number;
  /** By hashed block: characters to jump, 0 where a pattern's window may end. */
  private readonly jump: Uint8Array;
  private readonly candidates: (string[] | undefined)[] = new Array(blocks);

  constructor(patterns: readonly string[]) {
    this.shortest = Math.min(...patterns.map((pattern) => pattern.length));
    this.jump = new Uint8Array(blocks).fill(Math.min(255, this.shortest - 2));
    for (const pattern of patterns)
      for (let end = 2; end < this.shortest; end++) {
        const block = hash(pattern.charCodeAt(end - 2), pattern.charCodeAt(end - 1), pattern.charCodeAt(end));
        const distance = this.shortest - 1 - end;
        this.jump[block] = Math.min(this.jump[block] as number, distance);
        if (distance > 0) continue;
        const known = this.candidates[block];
        if (known) known.push(pattern);
        else this.candidates[block] = [pattern];
      }
  }

  test(text: string): boolean {
    const { jump, shortest, candidates } = this;
    const { length } = text;
    let end = shortest - 1;
    while (end < length) {
      const block = hash(text.charCodeAt(end - 2), text.charCodeAt(end - 1), text.charCodeAt(end));
      const distance = jump[block] as number;
      if (distance > 0) {
        end += distance;
        continue;
      }
      const start = end - shortest + 1;
      for (const pattern of candidates[block] ?? []) if (text.startsWith(pattern, start)) return true;
      end++;
    }
    return false;
  }
}

const blocks = 1 << 16;
const hash = (first: number, second: number, third: number): number => ((first << 10) ^ (second << 5) ^ third) & 0xffff;

/** Patterns shorter than this would shorten every jump: the engine's own search looks for them. */
const shortestJump = 7;

export type Prefilter = (text: string) => boolean;

/** `^MODEL:` and `^(?:providers|targets):` are strings after a line break: cheaper than an expression. */
function lineStarts(pattern: RegExp): readonly string[] | undefined {
  const match = /^\^(?:\(\?:([\w|-]+)\))?([\w: -]*)$/.exec(pattern.source);
  if (!match || pattern.ignoreCase) return undefined;
  const [, words = "", rest = ""] = match;
  return words.split("|").map((word) => `\n${word}${rest}`);
}

/** Anchors of two characters or more; expressions that are no plain line starts are tried after all strings. */
export function buildPrefilter(list: readonly Pick<Dialect, "anchors">[]): Prefilter {
  const strings = new Set<string>();
  const expressions: string[] = [];
  for (const anchor of list.flatMap((dialect) => dialect.anchors)) {
    const plain = typeof anchor === "string" ? [anchor] : lineStarts(anchor);
    if (!plain) expressions.push((anchor as RegExp).source);
    else for (const text of plain) if (text.length > 1) strings.add(text);
  }
  const long = [...strings].filter((text) => text.length >= shortestJump);
  const search = long.length > 0 ? new StringSearch(long) : undefined;
  const short = [...strings].filter((text) => text.length < shortestJump);
  // Most short ones speak of GPUs: one look tells whether any of them can be there.
  const gated = short.filter((text) => text.includes("gpu"));
  const other = short.filter((text) => !text.includes("gpu"));
  const heads = [...strings].filter((anchor) => anchor.startsWith("\n")).map((anchor) => anchor.slice(1));
  const expression = expressions.length > 0 ? new RegExp(expressions.join("|"), "m") : undefined;
  return (text) =>
    (search?.test(text) ?? false) ||
    (gated.length > 0 && text.includes("gpu") && gated.some((word) => text.includes(word))) ||
    other.some((word) => text.includes(word)) ||
    heads.some((head) => text.startsWith(head)) ||
    (expression?.test(text) ?? false);
}

let prefilter: Prefilter | undefined;

/** `path` is not looked at: names are free-form and would only let more through. */
export function mayHoldWorkload(text: string, _path?: string): boolean {
  prefilter ??= buildPrefilter([{ anchors: ["ai-cost:"] }, ...dialects]);
  return prefilter(text);
}
