/**
 * Numbers as people read them: two significant digits, a unit that fits the size, an interval beside. Every face prints through
 * this one formatter, so the same number looks the same everywhere. An unknown number never reaches it: absent stays absent.
 */
import type { Quantity } from "../core/quantity";

interface Step {
  /** Size of one of the step's units, in the ladder's base unit. */
  readonly factor: number;
  readonly label: string;
  /** Smallest value (base unit) that uses the step; `factor` when absent. */
  readonly from?: number;
}

interface Ladder {
  readonly prefix: string;
  readonly suffix: string;
  /** Ascending. */
  readonly steps: readonly Step[];
  /** Labels that stay on both ends of a range (`29k–58k`), as they belong to the number and not to the unit. */
  readonly magnitude?: boolean;
}

const magnitudes: readonly Step[] = [
  { factor: 1, label: "" },
  { factor: 1e3, label: "k" },
  { factor: 1e6, label: "M" },
  { factor: 1e9, label: "B" },
  { factor: 1e12, label: "T" },
];
const counted = (prefix: string, suffix: string): Ladder => ({ prefix, suffix, steps: magnitudes, magnitude: true });
const metric = (steps: readonly [factor: number, label: string, from?: number][], suffix = ""): Ladder => ({
  prefix: "",
  suffix,
  steps: steps.map(([factor, label, from]) => ({
    factor,
    label: ` ${label}`,
    ...(from === undefined ? {} : { from }),
  })),
});

const carbon = [
  [1e-6, "mgCO₂e"],
  [1e-3, "gCO₂e"],
  [1, "kgCO₂e"],
  [1e3, "tCO₂e"],
  [1e6, "ktCO₂e"],
  [1e9, "MtCO₂e"],
] as const satisfies readonly [number, string][];

const wattHours = (kilo: number): [number, string][] => [
  [1e-3 / kilo, "mWh"],
  [1 / kilo, "Wh"],
  [1e3 / kilo, "kWh"],
  [1e6 / kilo, "MWh"],
  [1e9 / kilo, "GWh"],
  [1e12 / kilo, "TWh"],
];
const watts = (kilo: number): [number, string][] => [
  [1 / kilo, "W"],
  [1e3 / kilo, "kW"],
  [1e6 / kilo, "MW"],
  [1e9 / kilo, "GW"],
];
const flop: [number, string][] = [
  [1, "FLOP"],
  [1e6, "MFLOP"],
  [1e9, "GFLOP"],
  [1e12, "TFLOP"],
  [1e15, "PFLOP"],
];

const ladders: Readonly<Record<string, Ladder>> = {
  "1": counted("", ""),
  USD: counted("$", ""),
  "USD/h": counted("$", "/h"),
  "USD/month": counted("$", "/month"),
  "USD/M tokens": counted("$", "/M tokens"),
  "USD/kWh": counted("$", "/kWh"),
  // Hours of work, not of the clock: never days.
  "accelerator-hours": counted("", " h"),
  tokens: counted("", " tokens"),
  "tokens/s": counted("", " tokens/s"),
  "tokens/s/accelerator": counted("", " tokens/s per accelerator"),
  kWh: metric(wattHours(1e3)),
  "kWh/year": metric(wattHours(1e3), "/year"),
  Wh: metric(wattHours(1)),
  kW: metric(watts(1e3)),
  W: metric(watts(1)),
  J: metric([
    [1e-3, "mJ"],
    [1, "J"],
    [1e3, "kJ"],
    [1e6, "MJ"],
  ]),
  kgCO2e: metric([...carbon]),
  "kgCO2e/h": metric([...carbon], "/h"),
  "gCO2e/kWh": metric([[1, "gCO₂e/kWh"]]),
  h: metric([
    [1e-3 / 3600, "ms"],
    [1 / 3600, "s"],
    [1 / 60, "min", 2 / 60],
    [1, "h"],
    [24, "d", 48],
    [8760, "yr"],
  ]),
  s: metric([
    [1e-3, "ms"],
    [1, "s"],
    [60, "min", 120],
    [3600, "h", 7200],
  ]),
  kg: metric([
    [1e-3, "g"],
    [1, "kg"],
    [1e3, "t"],
    [1e6, "kt"],
  ]),
  L: metric([
    [1e-3, "mL"],
    [1, "L"],
    [1e3, "m³", 1e4],
  ]),
  GB: metric([
    [1e-6, "kB"],
    [1e-3, "MB"],
    [1, "GB"],
    [1e3, "TB"],
  ]),
  "B/token": metric(
    [
      [1, "B"],
      [1e3, "kB"],
      [1e6, "MB"],
    ],
    "/token",
  ),
  "FLOP/token": metric(flop, "/token"),
};

/** Beyond these the digits say nothing: `2.1e21`. */
const tooLarge = 1e6;
const tooSmall = 1e-6;

export interface Formatter {
  readonly locale: string;
  /** A bare number, two significant digits with k, M, B, T. */
  number(value: number): string;
  /** A whole count in full: `1,024`. */
  count(value: number): string;
  /** A value with its unit, scaled: `value(41_000, "USD")` → `$41k`. */
  value(value: number, unit: string): string;
  /** The central value of a quantity. */
  quantity(quantity: Quantity): string;
  /** Its interval, `29k–58k` or `16–34 MWh`; undefined when it shows nothing that the central value does not. */
  range(quantity: Quantity): string | undefined;
  /** Both: `$41k (29k–58k)`. */
  quantityWithRange(quantity: Quantity): string;
  /** A signed difference: `+$41k`, `−3.2 h`, `±0`. */
  difference(value: number, unit: string): string;
}

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, digits: number | undefined): Intl.NumberFormat {
  const key = `${locale}/${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    const options: Intl.NumberFormatOptions =
      digits === undefined ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits };
    try {
      format = new Intl.NumberFormat(locale, options);
    } catch {
      // A locale that Intl does not know (`pseudo`, `qps-ploc`) must not break the estimate.
      format = new Intl.NumberFormat("en", options);
    }
    formats.set(key, format);
  }
  return format;
}

/** A formatter for a BCP 47 locale (`en`, `de`); `digits` are significant ones. */
export function createFormatter(locale = "en", digits = 2): Formatter {
  const digitsOf = (value: number): string => {
    const size = Math.abs(value);
    if (size !== 0 && (size >= tooLarge || size < tooSmall)) {
      const [mantissa = "0", exponent = "0"] = value.toExponential(digits - 1).split("e");
      return `${numberFormat(locale, digits).format(Number(mantissa))}e${Number(exponent)}`;
    }
    return numberFormat(locale, digits).format(value);
  };
  /** Number and label at the step that fits; rounding first, so that 999.6 kWh becomes 1 MWh and not 1,000 kWh. */
  const scaled = (value: number, ladder: Ladder): readonly [digits: string, label: string] => {
    const rounded = Number(value.toPrecision(digits));
    let chosen = ladder.steps[0] as Step;
    for (const step of ladder.steps) if (Math.abs(rounded) >= (step.from ?? step.factor)) chosen = step;
    // Zero reads best in the base unit.
    if (rounded === 0) chosen = ladder.steps.find((step) => step.factor === 1) ?? chosen;
    return [digitsOf(rounded / chosen.factor), chosen.label];
  };
  const ladderOf = (unit: string): Ladder => ladders[unit] ?? { prefix: "", suffix: ` ${unit}`, steps: magnitudes };

  /** Less than one hour of work reads in minutes. */
  const ladderFor = (unit: string, largest: number): Ladder =>
    ladderOf(unit === "accelerator-hours" && Math.abs(largest) < 1 ? "h" : unit);

  const value = (amount: number, unit: string): string => {
    if (!Number.isFinite(amount)) return "unknown";
    if (unit === "FLOP") return `${digitsOf(amount)} FLOP`;
    const ladder = ladderFor(unit, amount);
    const [text, label] = scaled(amount, ladder);
    return `${ladder.prefix}${text}${label}${ladder.suffix}`;
  };
  const range = (quantity: Quantity): string | undefined => {
    const { low, high, unit } = quantity;
    if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
    if (unit === "FLOP") return low === high ? undefined : `${digitsOf(low)}–${digitsOf(high)} FLOP`;
    const ladder = ladderFor(unit, high);
    const [lowText, lowLabel] = scaled(low, ladder);
    const [highText, highLabel] = scaled(high, ladder);
    if (lowText === highText && lowLabel === highLabel) return undefined;
    if (ladder.magnitude) return `${lowText}${lowLabel}–${highText}${highLabel}`;
    if (low === 0 || lowLabel === highLabel) return `${lowText}–${highText}${highLabel}${ladder.suffix}`;
    return `${lowText}${lowLabel}${ladder.suffix}–${highText}${highLabel}${ladder.suffix}`;
  };
  return {
    locale,
    number: (amount) => value(amount, "1"),
    count: (amount) =>
      Number.isFinite(amount)
        ? Number.isInteger(amount)
          ? numberFormat(locale, undefined).format(amount)
          : numberFormat(locale, 3).format(amount)
        : "unknown",
    value,
    quantity: (quantity) => value(quantity.central, quantity.unit),
    range,
    quantityWithRange: (quantity) => {
      const interval = range(quantity);
      const central = value(quantity.central, quantity.unit);
      return interval === undefined ? central : `${central} (${interval})`;
    },
    difference: (amount, unit) => {
      if (!Number.isFinite(amount)) return "unknown";
      if (amount === 0) return "±0";
      return `${amount > 0 ? "+" : "−"}${value(Math.abs(amount), unit)}`;
    },
  };
}
