/** Which other part to suggest where one is too small: parts that people can rent or order today, a step up from their own. */
import type { AcceleratorFacts } from "./facts";

/**
 * Catalogue ids of the parts that clouds list on demand and shops sell in quantity. Announced, withdrawn, older and odd parts (shared
 * boards, export variants, small workstation cards) are in the catalogue to be recognised, not to be recommended.
 */
const common: ReadonlySet<string> = new Set([
  "l4",
  "l40s",
  "rtx4090",
  "rtx5090",
  "rtxpro6000",
  "a100-sxm-80",
  "h100-sxm",
  "h200-sxm",
  "b200",
  "b300",
  "mi300x",
  "mi325x",
  "mi355x",
  "gaudi3",
  "tpu-v5p",
  "tpu-v6e",
  "trn2",
]);

export const isCommon = (accelerator: AcceleratorFacts): boolean => common.has(accelerator.id);

/** The smallest common part of the same maker with more memory than `own` that holds the work; not one that is much slower. */
export function stepUp(
  own: AcceleratorFacts,
  all: readonly AcceleratorFacts[],
  holds: (candidate: AcceleratorFacts) => boolean,
): AcceleratorFacts | undefined {
  const speed = (part: AcceleratorFacts): number => part.peak.bf16 ?? part.peak.fp16 ?? 0;
  return all
    .filter(
      (candidate) =>
        isCommon(candidate) &&
        candidate.vendor === own.vendor &&
        candidate.memory > own.memory &&
        speed(candidate) >= 0.75 * speed(own),
    )
    .toSorted((a, b) => a.memory - b.memory || speed(a) - speed(b))
    .find(holds);
}
