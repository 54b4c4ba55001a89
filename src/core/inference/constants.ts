/**
 * Calibrated constants of inference: their meaning. The values, with date and residuals, are in constants.json, which
 * scripts/calibration/inference.ts writes.
 */
import type { Generation } from "../facts";
import calibration from "./constants.json";
import type { EngineClass } from "./engine";

export interface EngineConstants {
  /** s per layer and step: kernel launches and host work. */
  readonly layer: number;
  /** s per layer more where attention is latent. */
  readonly latentLayer: number;
  /** s per sequence and step: sampling, scheduling, detokenising. */
  readonly sequence: number;
  /** s per step. */
  readonly step: number;
  /** s per layer: latency of tensor-parallel all-reduces. */
  readonly allReduce: number;
  /** s per mixture-of-experts layer: routing and permutation. */
  readonly expertLayer: number;
  /** s per mixture-of-experts layer: all-to-all of expert parallelism. */
  readonly exchange: number;
  /** Prefill's share of the matrix-multiplication rate that decode reaches. */
  readonly prefill: number;
  /** s per request before its first token, whatever its length: transport, template, tokenising, admission. */
  readonly request: number;
  /** Share of bandwidth that this engine's kernels reach, relative to the generation's. */
  readonly bandwidth: number;
}

export interface InferenceConstants {
  /** Share of data-sheet bandwidth that weight reads reach. */
  readonly bandwidth: Readonly<Record<Generation, number>>;
  /** Share of the dense 16-bit peak that matrix multiplications reach. */
  readonly matmul: Readonly<Record<Generation, number>>;
  /** The same for 8-bit and 4-bit formats, relative to 16 bit. */
  readonly matmul8: number;
  readonly matmul4: number;
  /** And in prefill, where the multiplications are larger. */
  readonly prefill8: number;
  readonly prefill4: number;
  /** Key/value reads relative to weight reads. */
  readonly cacheRead: number;
  /** Share of the integer peak, relative to `matmul`, that prefill reaches where kernels multiply narrow weights as 8-bit integers. */
  readonly prefillInteger: number;
  /** Attention of prefill relative to 16-bit multiplications. */
  readonly prefillAttention: number;
  /** s per picture: decoding, scaling, launches of the vision tower; and the share of the 16-bit peak that the tower reaches. */
  readonly picture: number;
  readonly visionTower: number;
  /** Reads of routed experts relative to dense weights. */
  readonly expertRead: number;
  /** Width of an expert at which its multiplications reach half the dense rate. */
  readonly expertWidth: number;
  /** Rows of compute that one active expert costs at least. */
  readonly expertRows: number;
  /** The same with 8-bit multiplications, whose scaled kernels fill a tile for every expert, chosen or not. */
  readonly expertRows8: number;
  /** Sequences count as this many independent draws when experts are chosen. */
  readonly routing: number;
  /** Growth of the all-to-all latency with the members beyond the first; 8 members are 1. */
  readonly exchangeGrowth: number;
  /** Host time relative to Hopper's platforms: processors of the machines that carry a generation. */
  readonly host: Readonly<Record<Generation, number>>;
  /** Launches and collectives relative to NVIDIA's: what a layer costs however small the batch. */
  readonly launch: Readonly<Record<Generation, number>>;
  /** Norm that joins memory and compute time: 1 adds them, infinity is a roofline. */
  readonly overlap: number;
  /** Norm that joins device and launch time of eager engines. */
  readonly eagerOverlap: number;
  /** Share of the one-direction link bandwidth that collectives reach. */
  readonly link: number;
  /** 4-bit dequantisation in local kernels, relative bandwidth. */
  readonly dequantise: number;
  /** FLOPs of the ordinary units that local kernels spend on a weight that is stored narrow. */
  readonly unpack: number;
  /** s per layer that eager engines spend on 4-bit dequantisation. */
  readonly eagerDequantise: number;
  /** Time added per pipeline stage beyond the first, share of the step. */
  readonly bubble: number;
  /** Share of a request's output that is in the cache on average when capacity is counted. */
  readonly residentOutput: number;
  /** Sequences a scheduler holds when nobody limits them, and how the limit grows with the group. */
  readonly batchCap: number;
  readonly batchCapGrowth: number;
  /** Largest lambda's midpoint: prefills per step at which the median step holds one half. */
  readonly prefillMidpoint: number;
  readonly engines: Readonly<Record<EngineClass, EngineConstants>>;
  readonly power: {
    /** Share of TDP drawn while serving, before any work. */
    readonly serving: Readonly<Record<Generation, number>>;
    readonly busy: number;
    readonly memory: number;
    readonly memoryExponent: number;
    readonly compute: number;
    readonly computeExponent: number;
    /** Exponent of the ratio of peaks by which narrow formats save energy: 1 in proportion, 0 not at all. */
    readonly narrow: number;
    /** Exponent of the members of a group by which each of them draws less above the serving share. */
    readonly split: number;
    /** Draw of boards fed from the slot alone, over other boards' share of TDP. */
    readonly slot: number;
    /** Shares of host time during which the device counts as idle or busy. */
    readonly allReduceIdle: number;
    readonly sequenceBusy: number;
    readonly layerBusy: number;
  };
}

/** Median error and coverage of one figure of one source, on rows used and on systems left out of the fit. */
export interface InferenceResidual {
  readonly figure: string;
  readonly source: string;
  readonly rows: number;
  /** Median of |estimated / measured − 1|. */
  readonly medianError: number;
  /** The same for systems (source, model, accelerator) that the constants were fitted without. */
  readonly medianErrorUnseen: number;
}

/** In the order time per output token, throughput, energy, power. */
export interface EngineSigmas {
  readonly dense: readonly number[];
  readonly experts: readonly number[];
}

export interface InferenceCalibration {
  readonly method: string;
  readonly date: string;
  readonly rows: number;
  readonly sources: readonly string[];
  readonly residuals: readonly InferenceResidual[];
  /** Standard deviations of ln(measured / estimated) on systems left out of the fit. */
  readonly sigmas: Readonly<Record<EngineClass, EngineSigmas>>;
  readonly constants: InferenceConstants;
}

export const inferenceCalibration: InferenceCalibration = calibration;
export const inferenceConstants: InferenceConstants = inferenceCalibration.constants;
