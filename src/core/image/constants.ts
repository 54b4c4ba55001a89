/**
 * Constants of the image and video law (`law.ts`): their meaning. The values, with method, date and residuals, are in constants.json, which
 * `scripts/calibration/image.ts` writes. One value per accelerator generation, backbone or engine class; none per model or row.
 */
import type { Generation } from "../facts";
import calibration from "./constants.json";

export interface GenerationConstants {
  /** Share of the dense bf16 peak in matrix multiplications and convolutions. */
  readonly linear: number;
  /** Share of the peak in attention kernels. */
  readonly attention: number;
  /** Share of the memory bandwidth in element-wise kernels. */
  readonly memory: number;
  /** pJ per FLOP. */
  readonly perFlop: number;
  /** Share of TDP that is not exceeded. */
  readonly ceiling: number;
}

/** Shares of what eager PyTorch takes. */
export interface EngineConstants {
  readonly linear: number;
  readonly attention: number;
  readonly memory: number;
  readonly launch: number;
}

export interface ImageConstants {
  readonly hopper: GenerationConstants;
  readonly blackwell: GenerationConstants;
  readonly ampere: GenerationConstants;
  readonly ada: GenerationConstants;
  readonly workstation: GenerationConstants;
  readonly cdna: GenerationConstants;
  readonly tpu: GenerationConstants;
  /** Shares of TDP: an idle-spinning part, and while decoding. */
  readonly basePower: number;
  readonly decodePower: number;
  /** pJ per element-wise byte. */
  readonly perByte: number;
  /** U-Nets draw this share of a transformer's energy per FLOP. */
  readonly unetEnergy: number;
  /** Share of the launch cost that the accelerator itself spends starting and draining kernels. */
  readonly tail: number;
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
  /** Decoding in fp32 for want of range in fp16, against decoding in 16 bit. */
  readonly wideDecode: number;
  /** GeForce parts sum fp16 products in fp16 at twice the rate that their peak states; static engines do so. */
  readonly halfSums: number;
  /** s per megapixel of post-processing; s per call. */
  readonly hostPerMegapixel: number;
  readonly perCall: number;
  /** What engine classes take of eager PyTorch's time, by part. */
  readonly compile: EngineConstants;
  readonly static: EngineConstants;
}

export const imageConstants: ImageConstants = calibration.constants;

export type ImageGeneration = "hopper" | "blackwell" | "ampere" | "ada" | "workstation" | "cdna" | "tpu";

/**
 * 80 % log half-width added where few measurements (consumer and workstation parts, single) or none stand behind a group; other makers'
 * parts run other software, too, and what lends small parts its constants has more cache and power.
 */
const fewMeasured = 0.15;
const noneMeasured = 0.28;
const otherMaker = 0.4;

/** The group of constants a part belongs to, and the half-width that its generation adds. */
export function imageGeneration(generation: Generation): { group: ImageGeneration; width: number } {
  switch (generation) {
    case "hopper":
    case "blackwell":
    case "ampere":
      return { group: generation, width: 0 };
    case "ada":
      return { group: "ada", width: fewMeasured };
    case "ampereWorkstation":
      return { group: "workstation", width: fewMeasured };
    case "blackwellWorkstation":
      return { group: "ada", width: otherMaker };
    case "cdna2":
    case "cdna3":
    case "cdna4":
      return { group: "cdna", width: otherMaker };
    case "apple":
      return { group: "ampere", width: otherMaker };
    case "tpu":
      return { group: "tpu", width: noneMeasured };
    default:
      return { group: "ampere", width: noneMeasured };
  }
}
