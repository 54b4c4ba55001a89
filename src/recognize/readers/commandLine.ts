/**
 * Command lines inside configuration: lists of arguments, shell scripts in block scalars, `sh -c` strings. Flags with their values
 * and their places; shell variables that a script sets itself are followed.
 */
import type { Scalar, Span } from "../../document/tree";
import type { Fact } from "../recognized";
import type { Cursor } from "./facts";

export interface Argument {
  /** Without dashes, lower case, `-` as `_`; dots stay (`data.train_batch_size`). */
  readonly name: string;
  /** Resolved value; undefined for a bare flag or an unknown placeholder. */
  readonly value: string | undefined;
  readonly cursor: Cursor;
  /** Offsets in the file of flag and value. */
  readonly range?: Span;
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly cursor: Cursor;
  readonly range?: Span;
}

const mostText = 60_000;
const normalize = (name: string): string =>
  name
    .replace(/^[-+~]+/, "")
    .replaceAll("-", "_")
    .toLowerCase();

export class CommandLine {
  /** Everything as written, for telling programs apart. */
  readonly text: string;
  /** Words that are neither flags nor their values, in order. */
  readonly words: readonly Argument[];
  private readonly arguments = new Map<string, Argument>();
  private readonly assigned = new Map<string, string>();

  /** Scalars (scripts) and sequences (argument lists), in the order in which they run. */
  constructor(...sources: readonly Cursor[]) {
    const tokens: Token[] = [];
    let text = "";
    for (const source of sources)
      for (const cursor of source.isSequence ? source.items() : [source]) {
        const raw = cursor.raw();
        if (raw === undefined || text.length + raw.length > mostText) continue;
        text += `${text === "" ? "" : " "}${raw}`;
        const script = source.isScalar || /\s/.test(raw.trim());
        if (script) tokenize(raw, cursor, tokens);
        else tokens.push({ text: raw.trim(), quoted: false, cursor, ...rangeOf(cursor) });
      }
    this.text = text;
    this.words = this.collect(tokens);
  }

  private collect(tokens: readonly Token[]): Argument[] {
    const words: Argument[] = [];
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index] as Token;
      const assignment = /^(--?)?([+~]{0,2}[A-Za-z_][\w.@/[\]-]*?)\+?=([\s\S]*)$/.exec(token.text);
      if (assignment && !token.quoted) {
        const [, dashes = "", name = "", value = ""] = assignment;
        if (dashes === "" && /^[A-Za-z_]\w*$/.test(name))
          this.assigned.set(name, this.resolve(stripQuotes(value), token.cursor) ?? value);
        this.add(name, stripQuotes(value), token);
      } else if (/^--?[A-Za-z]/.test(token.text) && !/\s/.test(token.text)) {
        const next = tokens[index + 1];
        const takes = next !== undefined && (next.quoted || !/^(--?[A-Za-z]|&&|\|\|?|;|>|<|\\$)/.test(next.text));
        this.add(token.text, takes ? next.text : undefined, token, takes ? next : undefined);
        if (takes) index++;
      } else {
        const value = this.resolve(token.text, token.cursor);
        words.push({ name: "", value, cursor: token.cursor, ...(token.range ? { range: token.range } : {}) });
      }
    }
    return words;
  }

  private add(name: string, value: string | undefined, token: Token, valueToken?: Token): void {
    const key = normalize(name);
    if (this.arguments.has(key) || this.arguments.size > 2000) return;
    const start = token.range;
    const end = valueToken?.range ?? token.range;
    this.arguments.set(key, {
      name: key,
      value: value === undefined ? undefined : this.resolve(value, token.cursor),
      cursor: valueToken?.cursor ?? token.cursor,
      ...(start && end && end.end >= start.start ? { range: { start: start.start, end: end.end } } : {}),
    });
  }

  private resolve(text: string, cursor: Cursor): string | undefined {
    if (!text.includes("$")) return text;
    const value = cursor.withVariables((name): Scalar | undefined => this.assigned.get(name)).resolve(text);
    return value === undefined || value === null ? undefined : String(value);
  }

  /** The first of the names that stands on the line. Names as in `max_model_len`. */
  find(...names: readonly string[]): Argument | undefined {
    for (const name of names) {
      const found = this.arguments.get(name);
      if (found) return found;
    }
    return undefined;
  }
  has(...names: readonly string[]): boolean {
    return names.some((name) => this.arguments.has(name));
  }
  textOf(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.arguments.get(name)?.value?.trim();
      if (value) return value;
    }
    return undefined;
  }
  numberOf(...names: readonly string[]): number | undefined {
    const text = this.textOf(...names)?.replaceAll("_", "");
    return text !== undefined && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  }
  /** A file that a flag names, e.g. a recipe. */
  files(): string[] {
    const named = [...this.arguments.values(), ...this.words].map((argument) => argument.value ?? "");
    return [
      ...new Set(named.filter((value) => /^[\w./~$-][\w./$@{}+=-]*\.(ya?ml|json)$/i.test(value) && value.length < 300)),
    ];
  }
}

/** A fact that an argument states. */
export function argumentFact(argument: Argument, value: unknown, overrides: Partial<Fact> = {}): Fact {
  const fact = argument.cursor.fact(value, overrides);
  return argument.range ? { ...fact, range: argument.range } : fact;
}

const stripQuotes = (text: string): string => /^(["'])([\s\S]*)\1$/.exec(text)?.[2] ?? text;

function rangeOf(cursor: Cursor): { range?: Span } {
  const range = cursor.range;
  return range ? { range } : {};
}

/** Words of a shell script; comments and line continuations are left out. */
const wordPattern = /(?:\$\(\([^()\n]{0,200}\)\)|[^\s"'\\;]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+|;/g;

function tokenize(script: string, cursor: Cursor, tokens: Token[]): void {
  const { document } = cursor.origin;
  let from = cursor.node?.start ?? 0;
  const until = cursor.node?.end ?? 0;
  for (const line of script.replaceAll(/\\\r?\n/g, " ").split("\n")) {
    const trimmed = line.trimStart();
    if (trimmed.startsWith("#") && !trimmed.startsWith("#SBATCH") && !trimmed.startsWith("#PBS")) continue;
    for (const [word] of line.matchAll(wordPattern)) {
      if (word === "\\") continue;
      if (word.startsWith("#") && word.length === 1) break;
      if (tokens.length > 5000) return;
      const at = document.text.indexOf(word, from);
      const found = at >= 0 && at + word.length <= until;
      if (found) from = at + word.length;
      const range = found ? { start: at + document.offset, end: at + word.length + document.offset } : cursor.range;
      const text = stripQuotes(word);
      if (text !== word && /\s--[a-z]/.test(text)) tokenize(text, cursor, tokens);
      else tokens.push({ text, quoted: text !== word, cursor, ...(range ? { range } : {}) });
    }
    tokens.push({ text: ";", quoted: false, cursor });
  }
}
