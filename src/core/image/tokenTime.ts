/**
 * Time and energy of generating pictures token by token (or scale by scale): each forward pass reads the weights, computes, and pays
 * the host's launches, per layer.
 */
import type { AcceleratorFacts } from "../facts";
import { peakFlops } from "../hardware";
import { imageConstants, imageGeneration } from "./constants";

/**
 * s per layer and per pass: LlamaGen's serving page (A100, 384² pictures, 12 to 48 layers) measures 2.6 ms + 0.89 ms per layer in eager
 * PyTorch and 1.65 ms + 0.19 ms per layer in vLLM 0.4.1, both within 2 %.
 */
const launches = {
  eager: { layer: 0.89e-3, pass: 2.6e-3 },
  served: { layer: 0.19e-3, pass: 1.65e-3 },
} as const;
const bandwidthShare = 0.8;
const peakShare = 0.5;

export interface Passes {
  readonly count: number;
  /** Layers launched per pass. */
  readonly layers: number;
  /** Share of the work around the layers (embedding, sampling) that a pass has; 1 unless stated. */
  readonly around?: number;
  /** Bytes read per pass: weights, and caches of the batch. */
  readonly bytes: number;
  /** FLOP per pass, whole batch. */
  readonly flops: number;
}

export const isServed = (engine: string | undefined): boolean =>
  engine !== undefined && /vllm|sglang|tensor-?rt|compile|graph|tgi/i.test(engine);

/** s of all passes and J of all accelerators; undefined without peak or bandwidth. */
export function passTime(
  accelerator: AcceleratorFacts,
  accelerators: number,
  passes: Passes,
  engine: string | undefined,
): { readonly seconds: number; readonly joules: number | undefined } | undefined {
  const peak = (peakFlops(accelerator, "bf16")?.flops ?? 0) * accelerators;
  const bandwidth = accelerator.bandwidth * 1e9 * accelerators;
  if (!(peak > 0 && bandwidth > 0)) return undefined;
  const launch = isServed(engine) ? launches.served : launches.eager;
  const busy = passes.bytes / (bandwidth * bandwidthShare) + passes.flops / (peak * peakShare);
  const host = passes.layers * launch.layer + (passes.around ?? 1) * launch.pass;
  const seconds = passes.count * (busy ** 4 + host ** 4) ** 0.25;
  const { tdp } = accelerator;
  if (tdp === undefined || !(seconds > 0)) return { seconds, joules: undefined };
  const own = imageConstants[imageGeneration(accelerator.generation).group];
  const dynamic = passes.count * (passes.flops * 2e-12 + passes.bytes * imageConstants.perByte * 1e-12);
  const power = Math.min(own.ceiling * tdp, imageConstants.basePower * tdp + dynamic / (seconds * accelerators));
  return { seconds, joules: power * accelerators * seconds };
}
