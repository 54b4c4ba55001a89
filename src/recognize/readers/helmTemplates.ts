/**
 * Values of Helm templates as far as plain values, defaults and arithmetic go (`{{ .Values.gpus | default 8 }}`,
 * `{{ div .Values.gpus 8 | max 1 }}`). Loops, conditions and included templates stay unknown.
 */
import type { Scalar, TreeDocument } from "../../document/tree";
import type { RecognitionContext } from "../recognized";
import { folderOf } from "../references";
import { cursorOf, type TemplateValues } from "./facts";

const deepest = 8;
const longestExpression = 300;

/** Looks expressions of a chart's template up in the chart's values file, if there is one. */
export function chartValues(context: RecognitionContext): TemplateValues {
  let values: ReturnType<typeof cursorOf> | null | undefined;
  let variables: ReadonlyMap<string, string> | undefined;
  const look = (path: readonly string[]): Scalar | undefined => {
    values ??= valuesOf(context);
    const at = values?.get(...path);
    return at?.isScalar ? at.value() : undefined;
  };
  return (expression) => {
    if (expression.length > longestExpression) return undefined;
    variables ??= assignments(context.documents);
    return new Evaluation(look, variables).pipeline(expression, 0);
  };
}

/** The values file of the chart whose `templates` folder the file lies in, or the one beside the file. */
function valuesOf(context: RecognitionContext): ReturnType<typeof cursorOf> | null {
  const folder = folderOf(context.path);
  const at = `/${folder}/`.lastIndexOf("/templates/");
  const chart = at < 0 ? folder : folder.slice(0, Math.max(0, at - 1));
  const path = chart === "" ? "values.yaml" : `${chart}/values.yaml`;
  const text = context.read(`/${path}`);
  const document = text === undefined ? undefined : context.parse(text, path)[0];
  return document ? cursorOf(document, path) : null;
}

/** `{{ $nodes := … }}`, the first of each name. */
function assignments(documents: readonly TreeDocument[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { text } of documents)
    for (const [, name, expression] of text.matchAll(/\{\{-?[ \t]{0,20}\$(\w{1,60})[ \t]{0,20}:=([^{}\n]{1,300})\}\}/g))
      if (name && expression && !found.has(name)) found.set(name, expression.replace(/-$/, ""));
  return found;
}

type Value = Scalar | undefined;
const isEmpty = (value: Value): boolean =>
  value === undefined || value === null || value === "" || value === 0 || value === false;

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => Math.trunc(a / b),
  mod: (a, b) => a % b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};
const rounding: Readonly<Record<string, (value: number) => number>> = {
  int: Math.trunc,
  int64: Math.trunc,
  float64: (value) => value,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
};
const unchanged = new Set(["quote", "squote", "toString", "trim", "toYaml", "toJson"]);

const tokenPattern = /"[^"]*"|`[^`]*`|[()|]|[^\s()|"`]+/g;

class Evaluation {
  private budget = 200;

  constructor(
    private readonly values: (path: readonly string[]) => Value,
    private readonly variables: ReadonlyMap<string, string>,
  ) {}

  pipeline(expression: string, depth: number): Value {
    if (depth > deepest) return undefined;
    const tokens = expression.match(tokenPattern) ?? [];
    const reading = { tokens, at: 0 };
    const value = this.piped(reading, depth);
    return reading.at === tokens.length ? value : undefined;
  }

  private piped(reading: { readonly tokens: readonly string[]; at: number }, depth: number): Value {
    let value = this.command(reading, depth, undefined);
    while (reading.tokens[reading.at] === "|") {
      reading.at++;
      value = this.command(reading, depth, { value });
    }
    return value;
  }

  private command(
    reading: { readonly tokens: readonly string[]; at: number },
    depth: number,
    before: { readonly value: Value } | undefined,
  ): Value {
    if (--this.budget < 0) return undefined;
    const first = reading.tokens[reading.at];
    const name =
      first !== undefined && /^[a-z]\w*$/i.test(first) && !/^(true|false|nil)$/.test(first) ? first : undefined;
    if (name !== undefined) reading.at++;
    const given: Value[] = [];
    for (
      let token = reading.tokens[reading.at];
      token !== undefined && token !== "|" && token !== ")";
      token = reading.tokens[reading.at]
    )
      given.push(this.operand(reading, depth));
    if (name === undefined) return given.length === 1 && !before ? given[0] : undefined;
    return call(name, before ? [...given, before.value] : given);
  }

  private operand(reading: { readonly tokens: readonly string[]; at: number }, depth: number): Value {
    const token = reading.tokens[reading.at++] as string;
    if (token === "(") {
      const value = depth < deepest ? this.piped(reading, depth + 1) : undefined;
      if (reading.tokens[reading.at] === ")") reading.at++;
      return value;
    }
    if (/^["`]/.test(token)) return token.slice(1, -1);
    if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token);
    if (token === "true" || token === "false") return token === "true";
    const path = /^(?:\$\w*)?\.Values\.([\w.-]+)$/.exec(token)?.[1];
    if (path !== undefined) return this.values(path.split("."));
    const variable = /^\$(\w+)$/.exec(token)?.[1];
    const expression = variable === undefined ? undefined : this.variables.get(variable);
    return expression === undefined ? undefined : this.pipeline(expression, depth + 1);
  }
}

function call(name: string, values: readonly Value[]): Value {
  const [first] = values;
  if (name === "default") return isEmpty(values[1]) ? first : values[1];
  if (name === "coalesce") return values.find((value) => !isEmpty(value));
  if (name === "required") return values[1];
  if (unchanged.has(name)) return values.length === 1 ? first : undefined;
  const numbers = values.map((value) => (isEmpty(value) && value !== 0 ? Number.NaN : Number(value)));
  const round = Object.hasOwn(rounding, name) ? rounding[name] : undefined;
  const operation = Object.hasOwn(arithmetic, name) ? arithmetic[name] : undefined;
  if (numbers.length === 0 || numbers.some((value) => !Number.isFinite(value))) return undefined;
  const result = round ? round(numbers[0] as number) : operation ? numbers.reduce(operation) : Number.NaN;
  return Number.isFinite(result) ? result : undefined;
}

/**
 * A scalar's text with what the template engine would put there; unknown places keep their filler. `source` is the file's text at
 * the scalar, `text` the parsed text in which each expression is a run of fillers of the same length.
 */
export function rendered(source: string, text: string, filler: string, values: TemplateValues): string {
  const expressions = source
    .split("\n")
    .filter((line, index) => index === 0 || !/^\s*(?:\{\{[^{}]*\}\}\s*)+$/.test(line))
    .flatMap((line) => line.match(/\{\{[^{}]*\}\}/g) ?? []);
  let next = 0;
  return text.replace(new RegExp(`${filler}+`, "g"), (run) => {
    let result = "";
    let length = 0;
    while (length < run.length && next < expressions.length) {
      const expression = expressions[next++] as string;
      length += expression.length;
      const value = values(expression.slice(2, -2).replace(/^-|-$/g, "").trim());
      result += value === undefined || value === null ? filler.repeat(expression.length) : String(value);
    }
    if (length !== run.length) next = expressions.length;
    return length === run.length ? result : run;
  });
}
