/**
 * Constants of the image and video law (`law.ts`), fitted by `scripts/calibration/image.ts` on published measurements
 * (ML.ENERGY leaderboard v2 and v3, xDiT, stable-fast and diffusers-torchao benchmark pages). One value per accelerator generation,
 * backbone or engine class; none per model or row.
 */
import type { Generation } from "../facts";

export interface GenerationConstants {
  /** Share of the dense bf16 peak in matrix multiplications and convolutions. */
  readonly linear: number;
  /** Share of the peak in attention kernels. */
  readonly attention: number;
  /** Share of the memory bandwidth in element-wise kernels. */
  readonly memory: number;
  /** pJ per FLOP. */
  readonly perFlop: number;
}

export interface ImageConstants {
  readonly hopper: GenerationConstants;
  readonly blackwell: GenerationConstants;
  readonly ampere: GenerationConstants;
  readonly ada: GenerationConstants;
  readonly cdna: GenerationConstants;
  /** Shares of TDP: an idle-spinning part, the ceiling, and while decoding. */
  readonly basePower: number;
  readonly ceiling: number;
  readonly decodePower: number;
  /** pJ per element-wise byte. */
  readonly perByte: number;
  /** U-Nets draw this share of a transformer's energy per FLOP. */
  readonly unetEnergy: number;
  /** Visits of a layer's activations: transformer, query-key norm and rotary, convolution. */
  readonly baseVisits: number;
  readonly queryKeyVisits: number;
  readonly convolutionVisits: number;
  /** Attention with the small heads of U-Nets reaches this share of a transformer's. */
  readonly unetAttention: number;
  /** s per 40 kernels; s per U-Net module; s per split attention call; s per further ring hop. */
  readonly launchUnit: number;
  readonly launchModule: number;
  readonly launchSplit: number;
  readonly launchHop: number;
  /** Share of the link speed in all-to-all and in ring exchanges. */
  readonly allToAll: number;
  readonly ring: number;
  /** Decoder traffic, bytes per pixel (and frame): 2-D, causal 3-D, deep compression. */
  readonly decodeImage: number;
  readonly decodeVideo: number;
  readonly decodeDeep: number;
  /** s per megapixel of post-processing; s per call. */
  readonly hostPerMegapixel: number;
  readonly perCall: number;
  /** Time and launch cost of engine classes against eager PyTorch. */
  readonly compile: { readonly time: number; readonly launch: number };
  readonly static: { readonly time: number; readonly launch: number };
}

export const imageConstants: ImageConstants = {
  hopper: { linear: 0.64, attention: 0.345, memory: 1, perFlop: 1.65 },
  blackwell: { linear: 0.78, attention: 0.165, memory: 0.385, perFlop: 1.31 },
  ampere: { linear: 0.82, attention: 0.6, memory: 1, perFlop: 2.94 },
  ada: { linear: 0.9, attention: 0.75, memory: 1, perFlop: 2.94 },
  cdna: { linear: 0.42, attention: 0.25, memory: 1, perFlop: 2 },
  basePower: 0.29,
  ceiling: 0.935,
  decodePower: 0.62,
  perByte: 127,
  unetEnergy: 0.71,
  baseVisits: 128,
  queryKeyVisits: 35,
  convolutionVisits: 10,
  unetAttention: 0.6,
  launchUnit: 755e-6,
  launchModule: 900e-6,
  launchSplit: 650e-6,
  launchHop: 227e-6,
  allToAll: 0.18,
  ring: 0.17,
  decodeImage: 85e3,
  decodeVideo: 820e3,
  decodeDeep: 900e3,
  hostPerMegapixel: 17e-3,
  perCall: 42e-3,
  compile: { time: 0.7, launch: 0.63 },
  static: { time: 0.6, launch: 0.18 },
};

export type ImageGeneration = "hopper" | "blackwell" | "ampere" | "ada" | "cdna";

/** The group of constants a part belongs to, and whether measurements stand behind it. */
export function imageGeneration(generation: Generation): { group: ImageGeneration; measured: boolean } {
  switch (generation) {
    case "hopper":
      return { group: "hopper", measured: true };
    case "blackwell":
      return { group: "blackwell", measured: true };
    case "ampere":
      return { group: "ampere", measured: true };
    case "ada":
    case "blackwellWorkstation":
      return { group: "ada", measured: generation === "ada" };
    case "ampereWorkstation":
      return { group: "ampere", measured: true };
    case "cdna2":
    case "cdna3":
    case "cdna4":
      return { group: "cdna", measured: false };
    default:
      return { group: "ampere", measured: false };
  }
}
