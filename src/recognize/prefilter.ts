/**
 * Tells text that may hold a workload from text that cannot, before anything is parsed: one pass over the text for all the
 * dialects' anchors at once.
 */
import type { Dialect } from "./recognized";
import { dialects } from "./registry";

/**
 * Wu and Manber's search (1994) with blocks of two characters: a table says how far the window may jump, so that most characters
 * are never looked at.
 */
class StringSearch {
  private readonly shortest: number;
  /** By hashed block: characters to jump, 0 where a pattern may end. */
  private readonly jump: Uint8Array;
  private readonly candidates = new Map<number, string[]>();

  constructor(patterns: readonly string[]) {
    this.shortest = Math.min(...patterns.map((pattern) => pattern.length));
    this.jump = new Uint8Array(1 << 14).fill(Math.min(255, Math.max(1, this.shortest - 1)));
    for (const pattern of patterns)
      for (let end = 1; end < this.shortest; end++) {
        const block = hash(pattern.charCodeAt(end - 1), pattern.charCodeAt(end));
        const distance = this.shortest - 1 - end;
        this.jump[block] = Math.min(this.jump[block] as number, distance);
        if (distance === 0) this.candidates.set(block, [...(this.candidates.get(block) ?? []), pattern]);
      }
  }

  test(text: string): boolean {
    const { jump, shortest } = this;
    const { length } = text;
    let end = shortest - 1;
    while (end < length) {
      const block = hash(text.charCodeAt(end - 1), text.charCodeAt(end));
      const distance = jump[block] as number;
      if (distance > 0) {
        end += distance;
        continue;
      }
      const start = end - shortest + 1;
      for (const pattern of this.candidates.get(block) ?? []) if (text.startsWith(pattern, start)) return true;
      end++;
    }
    return false;
  }
}

const hash = (first: number, second: number): number => ((first << 7) ^ second) & 0x3fff;

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
  const search = strings.size > 0 ? new StringSearch([...strings]) : undefined;
  const heads = [...strings].filter((anchor) => anchor.startsWith("\n")).map((anchor) => anchor.slice(1));
  const expression = expressions.length > 0 ? new RegExp(expressions.join("|"), "m") : undefined;
  return (text) =>
    (search?.test(text) ?? false) || heads.some((head) => text.startsWith(head)) || (expression?.test(text) ?? false);
}

let prefilter: Prefilter | undefined;

/** `path` is not looked at: names are free-form and would only let more through. */
export function mayHoldWorkload(text: string, _path?: string): boolean {
  prefilter ??= buildPrefilter([{ anchors: ["ai-cost:"] }, ...dialects]);
  return prefilter(text);
}
