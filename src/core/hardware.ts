/**
 * What a workload runs on: the accelerator, how many, and in which machines.
 */
import type { Draft } from "./draft";
import type { AcceleratorFacts, InstanceFacts } from "./facts";
import type { Precision } from "./precision";
import type { CommonFields } from "./workload";

export interface Hardware {
  readonly accelerator: AcceleratorFacts;
  /** The workload names it (or an instance type that has it). */
  readonly stated: boolean;
  /** All accelerators together; undefined when nothing says. */
  readonly count: number | undefined;
  readonly acceleratorsPerNode: number;
  readonly instance: InstanceFacts | undefined;
}

/** Used where nothing names the accelerator: the part most configs of 2024–2026 mean when they say nothing. */
export const assumedAccelerator = "h100-sxm";

/** Resolves accelerator, count and machine. Undefined only when a stated accelerator is not in the catalogue. */
export function resolveHardware(fields: CommonFields, draft: Draft): Hardware | undefined {
  const instance = fields.instanceType === undefined ? undefined : draft.facts.instance(fields.instanceType)?.value;
  const wanted = fields.accelerator ?? instance?.accelerator;
  const match = wanted === undefined ? undefined : draft.facts.accelerator(wanted);
  if (wanted !== undefined && match === undefined) {
    draft.note(`the catalogue does not know the accelerator "${wanted.slice(0, 60)}"`);
    return undefined;
  }
  let accelerator = match?.value;
  if (accelerator === undefined) {
    accelerator = draft.facts.accelerator(assumedAccelerator)?.value;
    if (accelerator === undefined) return undefined;
    draft.assume(
      "accelerator",
      accelerator.name,
      "the file does not name its accelerator; set a default in aicost.yaml or the settings",
    );
    draft.uncertainty("accelerator", 0.6);
  } else if (match?.how === "fuzzy") {
    draft.assume(
      "accelerator",
      accelerator.name,
      `closest match to "${(wanted as string).slice(0, 60)}"`,
      accelerator.source,
    );
  }
  const perNode =
    fields.acceleratorsPerNode ?? (instance && instance.accelerators > 0 ? instance.accelerators : undefined);
  const nodes = fields.nodes;
  let count = fields.accelerators;
  if (count === undefined && (perNode !== undefined || (nodes !== undefined && instance !== undefined)))
    count = (perNode ?? instance?.accelerators ?? 0) * (nodes ?? 1);
  return {
    accelerator,
    stated: match !== undefined,
    count,
    acceleratorsPerNode: Math.min(
      perNode ?? accelerator.acceleratorsPerNode,
      Math.max(1, count ?? Number.POSITIVE_INFINITY),
    ),
    instance,
  };
}

/** Accelerators to reckon with, assumed and recorded when nothing says. */
export function countOf(hardware: Hardware, draft: Draft, fallback: number, reason: string): number {
  if (hardware.count !== undefined) return hardware.count;
  return draft.assume("accelerators", fallback, reason);
}

const fallbacks: Readonly<Record<Precision, readonly Precision[]>> = {
  fp32: ["fp32", "tf32", "bf16"],
  tf32: ["tf32", "bf16", "fp16", "fp32"],
  bf16: ["bf16", "fp16", "fp32"],
  fp16: ["fp16", "bf16", "fp32"],
  fp8: ["fp8", "bf16", "fp16"],
  int8: ["int8", "fp8", "bf16", "fp16"],
  fp4: ["fp4", "fp8", "bf16", "fp16"],
  // Weight-only formats: the multiplications run at 16 bit.
  int4: ["bf16", "fp16"],
  nf4: ["bf16", "fp16"],
};

/** Dense peak in FLOP/s for a format, or that of the format the part falls back to. Undefined when the row has no peak at all. */
export function peakFlops(
  accelerator: AcceleratorFacts,
  precision: Precision,
): { flops: number; precision: Precision } | undefined {
  for (const format of fallbacks[precision]) {
    const peak = accelerator.peak[format];
    if (peak !== undefined) return { flops: peak * 1e12, precision: format };
  }
  return undefined;
}

/**
 * Share of the dense peak that a large matrix multiplication reaches: measured where known (stas00/ml-engineering,
 * accelerator/README.md, 2026-08-10). Otherwise assumed: 0.80 at 16 bit (measured parts: 0.51 to 0.97), 0.72 at 8 bit (0.71 to 0.96),
 * 0.60 at 4 bit (no part measured).
 */
export function achievableShare(accelerator: AcceleratorFacts, precision: Precision): number {
  const measured =
    accelerator.achievable?.[precision] ?? (precision === "fp16" ? accelerator.achievable?.bf16 : undefined);
  const peak = accelerator.peak[precision] ?? (precision === "fp16" ? accelerator.peak.bf16 : undefined);
  if (measured !== undefined && peak !== undefined) return Math.min(1, measured / peak);
  if (precision === "fp4") return 0.6;
  return precision === "fp8" || precision === "int8" ? 0.72 : 0.8;
}
