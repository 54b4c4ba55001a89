/**
 * Placeholders inside values: OmegaConf (`${a.b}`, `${..x}`, resolvers), shell and Compose (`${VAR:-default}`, `$VAR`), Kubernetes
 * (`$(VAR)`), Azure ML (`${{inputs.x}}`). What cannot be resolved makes the whole value unknown.
 */
import type { Scalar } from "../document/tree";

export interface Lookup {
  /** Value at a dotted path; `up` 0 counts from the root, 1 from the mapping the placeholder stands in, 2 from its parent … */
  readonly node: (path: string, up: number) => Scalar | undefined;
  /** Environment variable. */
  readonly variable: (name: string) => Scalar | undefined;
}

const deepest = 12;

/** Anything that `interpolate` would look at. */
export const hasPlaceholder = (text: string): boolean => text.includes("$");

/** The text with its placeholders replaced; a text that is one placeholder keeps the type of its value. */
export function interpolate(text: string, lookup: Lookup, depth = 0): Scalar | undefined {
  if (depth > deepest || text.length > 5000) return undefined;
  let result = "";
  let position = 0;
  while (position < text.length) {
    const dollar = text.indexOf("$", position);
    if (dollar < 0) return result + text.slice(position);
    result += text.slice(position, dollar);
    const found = placeholderAt(text, dollar);
    if (!found) {
      result += "$";
      position = dollar + 1;
      continue;
    }
    const value = found.resolve(lookup, depth + 1);
    if (value === undefined) return undefined;
    if (dollar === 0 && found.end === text.length) return value;
    result += value === null ? "" : String(value);
    position = found.end;
  }
  return result;
}

interface Placeholder {
  readonly end: number;
  readonly resolve: (lookup: Lookup, depth: number) => Scalar | undefined;
}

function placeholderAt(text: string, start: number): Placeholder | undefined {
  if (text.startsWith("${{", start)) {
    const close = text.indexOf("}}", start);
    if (close < 0) return undefined;
    const expression = text.slice(start + 3, close).trim();
    return { end: close + 2, resolve: (lookup) => azureInput(expression, lookup) };
  }
  if (text[start + 1] === "{") {
    const close = closingBrace(text, start + 2);
    if (close < 0) return undefined;
    const body = text.slice(start + 2, close);
    return { end: close + 1, resolve: (lookup, depth) => braced(body, lookup, depth) };
  }
  if (text.startsWith("$((", start)) {
    const close = text.indexOf("))", start);
    if (close < 0) return undefined;
    const body = text.slice(start + 3, close);
    return { end: close + 2, resolve: (lookup, depth) => shellArithmetic(body, lookup, depth) };
  }
  if (text[start + 1] === "(") {
    const match = /^\(([A-Za-z_]\w*)\)/.exec(text.slice(start + 1, start + 200));
    return match ? variable(match[1] as string, start + 1 + match[0].length) : undefined;
  }
  const match = /^[A-Za-z_]\w*/.exec(text.slice(start + 1, start + 200));
  return match ? variable(match[0], start + 1 + match[0].length) : undefined;
}

const variable = (name: string, end: number): Placeholder => ({ end, resolve: (lookup) => lookup.variable(name) });

/** `$((NODES * GPUS))`: names count with and without a dollar, division is whole. */
function shellArithmetic(body: string, lookup: Lookup, depth: number): number | undefined {
  if (body.length > 200) return undefined;
  const dollared = body.replace(/(?<![$\w{])[A-Za-z_]\w*/g, (name) => `$${name}`);
  const result = calculate(interpolate(dollared.replaceAll("/", "//").replaceAll("////", "//"), lookup, depth));
  return result === undefined ? undefined : Math.trunc(result);
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index++) {
    if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return index;
  }
  return -1;
}

/** `inputs.epochs`, `parent.inputs.epochs`: the input's own default or value. */
function azureInput(expression: string, lookup: Lookup): Scalar | undefined {
  const path = expression.replace(/^parent\./, "");
  return lookup.node(path, 0) ?? lookup.node(`${path}.default`, 0) ?? lookup.node(`${path}.value`, 0);
}

const shellDefault = /^([A-Za-z_]\w*)(:?[-=?+])([\s\S]*)$/;
const resolver = /^([A-Za-z_][\w.]*):([\s\S]*)$/;

function braced(body: string, lookup: Lookup, depth: number): Scalar | undefined {
  const trimmed = body.trim();
  const shell = shellDefault.exec(trimmed);
  if (shell) return withDefault(shell, lookup, depth);
  const call = resolver.exec(trimmed);
  if (call) return resolve(call[1] as string, call[2] as string, lookup, depth);
  const path = trimmed.includes("${") ? interpolate(trimmed, lookup, depth) : trimmed;
  if (typeof path !== "string") return undefined;
  const dots = /^\.*/.exec(path)?.[0].length ?? 0;
  const value = lookup.node(path.slice(dots).replaceAll(/\[(\w+)\]/g, ".$1"), dots);
  return value === undefined && dots === 0 ? lookup.variable(path) : value;
}

function withDefault([, name = "", operator = "", text = ""]: RegExpExecArray, lookup: Lookup, depth: number) {
  const value = lookup.variable(name) ?? lookup.node(name, 0);
  if (operator.endsWith("+")) return value === undefined ? "" : scalarOf(interpolate(text, lookup, depth));
  if (value !== undefined && value !== "") return value;
  return operator.endsWith("?") ? undefined : scalarOf(interpolate(text, lookup, depth));
}

function resolve(name: string, argumentText: string, lookup: Lookup, depth: number): Scalar | undefined {
  const values = splitArguments(argumentText);
  const evaluate = (index: number): Scalar | undefined => {
    const text = values[index];
    return text === undefined ? undefined : scalarOf(interpolate(unquote(text), lookup, depth));
  };
  const short = name.split(".").at(-1) as string;
  switch (short) {
    case "env":
      return lookup.variable(unquote(values[0] ?? "")) ?? evaluate(1);
    case "decode":
    case "float":
      return evaluate(0);
    case "select":
      return lookup.node(unquote(values[0] ?? ""), 0) ?? evaluate(1);
    case "eval":
      return calculate(interpolate(unquote(argumentText.trim()), lookup, depth));
    default:
      return fold(
        short,
        values.map((_, index) => evaluate(index)),
      );
  }
}

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  pow: (a, b) => a ** b,
  mod: (a, b) => a % b,
  mul: (a, b) => a * b,
  multiply: (a, b) => a * b,
  prod: (a, b) => a * b,
  add: (a, b) => a + b,
  sum: (a, b) => a + b,
  plus: (a, b) => a + b,
  sub: (a, b) => a - b,
  subtract: (a, b) => a - b,
  minus: (a, b) => a - b,
  div: (a, b) => a / b,
  divide: (a, b) => a / b,
  int_div: (a, b) => Math.floor(a / b),
  floordiv: (a, b) => Math.floor(a / b),
  floor_div: (a, b) => Math.floor(a / b),
  divide_floor: (a, b) => Math.floor(a / b),
  divide_ceil: (a, b) => Math.ceil(a / b),
  ceil_div: (a, b) => Math.ceil(a / b),
  ceildiv: (a, b) => Math.ceil(a / b),
  div_ceil: (a, b) => Math.ceil(a / b),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};

const ofOne: Readonly<Record<string, (value: number) => number>> = {
  int: Math.trunc,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  abs: Math.abs,
};

function fold(name: string, values: readonly (Scalar | undefined)[]): number | undefined {
  const single = Object.hasOwn(ofOne, name) ? ofOne[name] : undefined;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  const numbers = values.map((value) =>
    value === undefined || value === null || value === "" ? Number.NaN : Number(value),
  );
  const [first] = numbers;
  if (first === undefined || numbers.some((value) => !Number.isFinite(value))) return undefined;
  const alone = single && numbers.length === 1 ? single(first) : undefined;
  const result = alone ?? (operation ? numbers.reduce((a, b) => operation(a, b)) : Number.NaN);
  return Number.isFinite(result) ? result : undefined;
}

/** Sums, differences, products, quotients and brackets of plain numbers. */
export function calculate(value: Scalar | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > 200) return undefined;
  const tokens = value.replaceAll("_", "").match(/\d+\.?\d*(?:e[+-]?\d+)?|\/\/|[-+*/()]|\S/gi) ?? [];
  let index = 0;
  const atom = (): number => {
    const token = tokens[index++];
    if (token === "(") {
      const inner = sum();
      index++;
      return inner;
    }
    return token === "-" ? -atom() : Number(token);
  };
  const product = (): number => {
    let left = atom();
    for (let token = tokens[index]; token === "*" || token === "/" || token === "//"; token = tokens[index]) {
      index++;
      const right = atom();
      left = token === "*" ? left * right : token === "/" ? left / right : Math.floor(left / right);
    }
    return left;
  };
  const sum = (): number => {
    let left = product();
    for (let token = tokens[index]; token === "+" || token === "-"; token = tokens[index]) {
      index++;
      left = token === "+" ? left + product() : left - product();
    }
    return left;
  };
  const result = sum();
  return index === tokens.length && Number.isFinite(result) ? result : undefined;
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "{" || character === "[" || character === "(") depth++;
    else if (character === "}" || character === "]" || character === ")") depth--;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

const unquote = (text: string): string => /^(['"])([\s\S]*)\1$/.exec(text)?.[2] ?? text;

/** Text of a default or an argument: numbers and booleans get their type. */
function scalarOf(value: Scalar | undefined): Scalar | undefined {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return /^(null|none|~)$/i.test(text) ? null : value;
}
