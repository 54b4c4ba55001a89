/**
 * 80 % log half-widths of latency and energy (low = central·e^−h, high = central·e^h), set from residuals with one model family left out
 * of the fit (scripts/calibration/image.ts).
 */
export interface WidthContext {
  readonly accelerators: number;
  /** Half-width that an unknown architecture or assumed size adds. */
  readonly architecture: number;
  /** What the accelerator's generation adds (`imageGeneration`). */
  readonly generation: number;
  readonly engineWidth: number;
  /** The workload names its accelerator. */
  readonly stated: boolean;
}

const unstatedWidth = 0.6;

const extras = ({ architecture, generation, stated }: WidthContext): number =>
  Math.hypot(architecture, generation, stated ? 0 : unstatedWidth);

export function latencyWidth(context: WidthContext): number {
  const spread = 0.045 * Math.log2(Math.max(1, context.accelerators));
  return Math.hypot(0.125, spread, extras(context), context.engineWidth);
}

export function energyWidth(context: WidthContext): number {
  const spread = 0.045 * Math.log2(Math.max(1, context.accelerators));
  return Math.hypot(0.105, spread, extras(context), context.engineWidth / 2);
}
