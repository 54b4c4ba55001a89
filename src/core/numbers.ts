/**
 * Numbers and durations as people write them in configuration files.
 */

const suffixes: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  m: 1e6,
  M: 1e6,
  b: 1e9,
  B: 1e9,
  G: 1e9,
  g: 1e9,
  t: 1e12,
  T: 1e12,
  P: 1e15,
};
const plainNumber = /^[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?$/i;

/** `15T`, `1.5M`, `8k`, `70B`, `100_000`, `1e-4`, `"8"` → number; undefined when the text is anything else. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (plainNumber.test(trimmed)) return finite(Number(trimmed.replaceAll("_", "")));
  const factor = suffixes[trimmed.at(-1) ?? ""];
  const rest = trimmed.slice(0, -1).trim();
  if (factor === undefined || !plainNumber.test(rest)) return undefined;
  return finite(Number(rest.replaceAll("_", "")) * factor);
}

const durationUnits: Readonly<Record<string, number>> = {
  s: 1 / 3600,
  sec: 1 / 3600,
  m: 1 / 60,
  min: 1 / 60,
  h: 1,
  hr: 1,
  hour: 1,
  hours: 1,
  d: 24,
  day: 24,
  days: 24,
  w: 168,
};

/** `90m`, `36h`, `2d`, `1h30m`, `86400s`, `04:00:00`, `1-12:00:00` (d-hh:mm:ss), `25:23:00:00` (dd:hh:mm:ss) → hours. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  const clock = /^(?:(\d+)[-:])?(\d{1,3}):(\d{2}):(\d{2})$/.exec(trimmed);
  if (clock) {
    const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = clock;
    return Number(days) * 24 + Number(hours) + Number(minutes) / 60 + Number(seconds) / 3600;
  }
  let total = 0;
  let rest = trimmed;
  let matched = false;
  for (;;) {
    const part = /^(\d+(?:\.\d+)?)\s*(hours?|hr|days?|sec|min|[smhdw])\s*/.exec(rest);
    if (!part) break;
    total += Number(part[1]) * (durationUnits[part[2] as string] as number);
    rest = rest.slice(part[0].length);
    matched = true;
  }
  return matched && rest === "" ? finite(total) : undefined;
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
