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
  /** Share of the link speed that a transfer reaches. */
  readonly wire: number;
  /** Share of the memory bandwidth at which all-to-all and ring exchanges copy and rearrange what they move. */
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
  hopper: { linear: 0.63, attention: 0.345, memory: 1, perFlop: 1.63 },
  blackwell: { linear: 0.78, attention: 0.162, memory: 0.375, perFlop: 1.3 },
  ampere: { linear: 0.82, attention: 0.6, memory: 1, perFlop: 3.0 },
  ada: { linear: 0.9, attention: 0.75, memory: 1, perFlop: 3.0 },
  cdna: { linear: 0.42, attention: 0.25, memory: 1, perFlop: 2 },
  basePower: 0.285,
  ceiling: 0.937,
  decodePower: 0.63,
  perByte: 138,
  unetEnergy: 0.65,
  baseVisits: 127,
  queryKeyVisits: 32,
  convolutionVisits: 9.3,
  unetAttention: 0.55,
  launchUnit: 760e-6,
  launchModule: 910e-6,
  launchSplit: 650e-6,
  launchHop: 230e-6,
  wire: 0.7,
  allToAll: 0.028,
  ring: 0.032,
  decodeImage: 80e3,
  decodeVideo: 825e3,
  decodeDeep: 900e3,
  hostPerMegapixel: 16.5e-3,
  perCall: 40e-3,
  compile: { time: 0.7, launch: 0.63 },
  static: { time: 0.6, launch: 0.17 },
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
