/**
 * 80 % log half-widths of latency and energy (low = central·e^−h, high = central·e^h): residuals with one model family left out of the
 * fit where the engine is one that the fit rests on, and of other publishers' rows elsewhere (scripts/calibration/image.ts).
 */
import type { Timing } from "./law";

export interface WidthContext {
  readonly accelerators: number;
  /** Half-width that an unknown architecture or assumed size adds. */
  readonly architecture: number;
  /** What the accelerator's generation adds (`imageGeneration`). */
  readonly generation: number;
  readonly timing: Pick<Timing, "parts" | "step" | "decode" | "text" | "latency" | "engineWidth">;
  /** The fit rests on this engine. */
  readonly measured: boolean;
  /** The workload names its accelerator. */
  readonly stated: boolean;
}

const unstatedWidth = 0.6;
/** Half-widths of everything, by whether the fit rests on the engine. */
export const latencyBase = { measured: 0.1, other: 0.14 } as const;
export const energyBase = { measured: 0.085, other: 0.15 } as const;
/** Half-widths of what software and host decide: attention kernels, the host's launches, the decoder and what else surrounds the steps. */
const attentionSpread = 0.2;
const launchSpread = 0.3;
const aroundSpread = 0.4;

const extras = ({ architecture, generation, stated }: WidthContext): number =>
  Math.hypot(architecture, generation, stated ? 0 : unstatedWidth);

/** Ways to split an item (all-to-all, ring, both) differ in time by the hops that they take, which grow with the accelerators. */
const splitSpread = (accelerators: number): number => Math.min(0.4, 0.025 * (Math.max(1, accelerators) - 1));

/** Each part's half-width weighs as much as the latency follows it. */
function partSpread({ measured, timing }: WidthContext): number {
  if (measured) return 0;
  const { parts, step, latency, text, decode } = timing;
  const around = (text + decode) / latency;
  const busy = parts.linear + parts.attention + parts.memory + parts.communication;
  // A step is the 4-norm of device and host.
  const host = (parts.launch / step) ** 4;
  const attention = busy > 0 ? (1 - host) * (parts.attention / busy) : 0;
  return Math.hypot(
    attentionSpread * attention * (1 - around),
    launchSpread * host * (1 - around),
    aroundSpread * around,
  );
}

export function latencyWidth(context: WidthContext): number {
  const { accelerators, measured, timing } = context;
  return Math.hypot(
    measured ? latencyBase.measured : latencyBase.other,
    partSpread(context),
    splitSpread(accelerators),
    extras(context),
    timing.engineWidth,
  );
}

export function energyWidth(context: WidthContext): number {
  const { accelerators, measured, timing } = context;
  return Math.hypot(
    measured ? energyBase.measured : energyBase.other,
    partSpread(context) / 2,
    splitSpread(accelerators),
    extras(context),
    timing.engineWidth / 2,
  );
}
