/** Memory of one accelerator while generating: weights of denoiser, text encoders and autoencoder, and the larger of the two peaks. */
import type { Draft } from "../draft";
import type { MemoryQuantity } from "../estimate";
import type { AcceleratorFacts } from "../facts";
import type { Hardware } from "../hardware";
import { type Precision, weightBits } from "../precision";
import { logNormal } from "../quantity";
import { stepUp } from "../stepUp";
import type { Canvas, Pass } from "./pass";
import type { Pipeline } from "./pipeline";

/** Live bf16 copies of the token sequence in a layer (input, norms, query, key, value, MLP of four widths, residual). */
const liveCopies = 12;
/**
 * Bytes per pixel while decoding: 256 to 512 channels at full size, a few copies. The causal 3-D decoder works on a few frames at a time: 12 GiB
 * above the weights at 720 × 480 (diffusers-torchao, CogVideoX-2b and -5b alike).
 */
const decoderBytes = { image: 3000, video: 37_000, deepCompression: 3000, none: 0 } as const;
/** Parameters of the autoencoder. */
const decoderParameters = 0.1e9;
const contextBytes = 0.8e9;
const sigma = 0.2;

export interface MemoryCase {
  readonly pipeline: Pipeline;
  readonly canvas: Canvas;
  readonly pass: Pass;
  /** Parameters of the denoiser. */
  readonly parameters: number;
  readonly weightPrecision: Precision;
  readonly guidancePasses: number;
  readonly batch: number;
  readonly accelerators: number;
}

interface Parts {
  readonly weights: number;
  readonly denoising: number;
  readonly decoding: number;
}

function partsOf(one: MemoryCase): Parts {
  const bits = weightBits[one.weightPrecision];
  const { pass, canvas, pipeline } = one;
  const tokens = (pass.imageTokens + pass.textTokens) / Math.max(1, one.accelerators);
  return {
    weights: ((one.parameters + pipeline.textEncoder) * bits) / 8 + 2 * decoderParameters,
    denoising: 2 * liveCopies * tokens * pass.width * one.batch * one.guidancePasses,
    decoding: decoderBytes[pipeline.latent.decoder] * canvas.width * canvas.height * one.batch,
  };
}

/** GB that a program gets: the driver and the display keep a little. */
const usableOf = (accelerator: AcceleratorFacts): number => accelerator.usableMemory ?? 0.97 * accelerator.memory;

const totalOf = ({ weights, denoising, decoding }: Parts): number =>
  weights + Math.max(denoising, decoding) + contextBytes;

/** Sets memory and whether it fits; where it does not, names the smallest accelerator that would do. */
export function addMemory(draft: Draft, one: MemoryCase, hardware: Hardware | undefined): void {
  const parts = partsOf(one);
  const bytes = totalOf(parts);
  const { accelerator } = hardware ?? {};
  const usable = accelerator === undefined ? undefined : usableOf(accelerator);
  const quantity = logNormal(bytes / 1e9, sigma, "GB");
  const stated = hardware?.stated === true;
  const fits = usable === undefined || !stated ? undefined : bytes / 1e9 <= usable;
  const judged: MemoryQuantity = fits === undefined ? quantity : { ...quantity, fits };
  draft.set("memoryPerAccelerator", judged);
  draft.step?.({
    quantity: "memoryPerAccelerator",
    formula: "weights + max(live activations of a layer, decoding) + context",
    inputs: {
      "weights (GB)": parts.weights / 1e9,
      "activations (GB)": parts.denoising / 1e9,
      "decoding (GB)": parts.decoding / 1e9,
      "context (GB)": contextBytes / 1e9,
    },
    result: bytes / 1e9,
    unit: "GB",
  });
  if (fits !== false || accelerator === undefined) return;
  draft.note(
    `does not fit ${accelerator.name}: about ${(bytes / 1e9).toPrecision(3)} of ${(usable ?? 0).toPrecision(3)} GB; parts would have to be kept in host memory`,
  );
  addSmaller(draft, one, accelerator);
}

function addSmaller(draft: Draft, one: MemoryCase, own: AcceleratorFacts): void {
  const usable = usableOf(own);
  if (weightBits[one.weightPrecision] > 8) {
    const narrow = totalOf(partsOf({ ...one, weightPrecision: "int8" })) / 1e9;
    if (narrow <= usable)
      draft.alternative({
        label: "8-bit weights",
        changes: { weightPrecision: "int8" },
        reason: `fits: about ${narrow.toPrecision(3)} GB`,
      });
  }
  const need = totalOf(partsOf(one)) / 1e9;
  const smallest = stepUp(own, draft.facts.accelerators(), (candidate) => usableOf(candidate) >= need);
  if (smallest)
    draft.alternative({
      label: smallest.name,
      changes: { accelerator: smallest.id },
      reason: `a step up that holds about ${need.toPrecision(3)} GB`,
    });
}
