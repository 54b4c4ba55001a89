/** Reading foreign configs: own properties of the right type only; nothing throws. */
import { parseNumber } from "../numbers";

/** No dimension of a model is larger; products of several stay finite. */
export const largest = 1e15;

export type Config = Readonly<Record<string, unknown>>;

export const widths = ["hidden_size", "n_embd", "d_model"] as const;
export const nested = ["text_config", "llm_config", "language_config", "thinker_config"] as const;

export const isObject = (value: unknown): value is Config =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function own(config: Config, key: string): unknown {
  return Object.hasOwn(config, key) ? config[key] : undefined;
}

function asNumber(value: unknown): number | undefined {
  const parsed = typeof value === "string" ? parseNumber(value) : value;
  return typeof parsed === "number" && parsed >= 0 && parsed <= largest ? parsed : undefined;
}

/** The first of `keys` that holds a number. */
export function number(config: Config, ...keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = asNumber(own(config, key));
    if (value !== undefined) return value;
  }
  return undefined;
}

export function flag(config: Config, ...keys: readonly string[]): boolean | undefined {
  for (const key of keys) {
    const value = own(config, key);
    if (typeof value === "boolean") return value;
  }
  return undefined;
}

export function string(config: Config, key: string): string | undefined {
  const value = own(config, key);
  return typeof value === "string" ? value : undefined;
}

/** The language part: the config itself, or the nested one of a vision or speech model. */
export function languagePart(config: Config, depth = 0): Config {
  if (depth < 3)
    for (const key of nested) {
      const part = own(config, key);
      if (isObject(part)) return languagePart(part, depth + 1);
    }
  return config;
}

export const listLength = (config: Config, key: string): number | undefined => {
  const value = own(config, key);
  return Array.isArray(value) ? value.length : undefined;
};
