/** Constants of the training-memory model: few, physical, none per row; fitted on published peaks (scripts/calibration/memory.ts). */

export interface MemoryConstants {
  /** Allocator: blocks reserved beyond what is alive, on everything that comes and goes, where lengths vary from batch to batch. */
  readonly allocator: number;
  /** Recomputed layers whose inner activations are alive at once in the backward pass, gradients included. */
  readonly liveLayers: number;
  /** Share of the inner activations that selective checkpointing keeps. */
  readonly selectiveShare: number;
  /** Layers of a quantised base that exist unpacked, at 16 bit, at once: forward copy and the backward pass's. */
  readonly unpackedLayers: number;
  /** Bytes per parameter that stay reserved where 16-bit weights are quantised on the device. */
  readonly quantizedOnDevice: number;
  /** Bytes per logit where the loss is fused with the output projection. */
  readonly fusedLogit: number;
  /** GB of communication buffers with more than one device. */
  readonly buffers: number;
  /** Elements of each of DeepSpeed's buckets in stages 1 and 2. */
  readonly bucketElements: number;
  /** Parameters that DeepSpeed's ZeRO-3 keeps gathered: `stage3_max_live_parameters` and as many fetched ahead. */
  readonly liveParameters: number;
  /** GB of pinned-copy and reduction buffers with offload. */
  readonly offloadBuffers: number;
  /** Share of a device that a co-located serving engine and its trainer fill. */
  readonly colocatedShare: number;
  /** GB that the driver's context takes beside what the framework reserves. */
  readonly context: number;
}

export const memoryConstants: MemoryConstants = {
  allocator: 1.1,
  liveLayers: 1.3,
  selectiveShare: 0.4,
  unpackedLayers: 2.5,
  quantizedOnDevice: 0.3,
  fusedLogit: 0.3,
  buffers: 1,
  bucketElements: 2e8,
  liveParameters: 2e9,
  offloadBuffers: 2,
  colocatedShare: 0.7,
  context: 0.5,
};

/**
 * Standard deviations of the logarithm, from residuals of left-out sources and of published runs that nothing was fitted on: of what stays
 * (states, work space) and of what comes and goes (activations, logits). The latter is wider where the length of a batch is a guess.
 */
export const memorySigma = {
  states: 0.08,
  adapterStates: 0.1,
  quantizedExperts: 0.35,
  /** Further, where nothing was fitted on the framework: what is reported may be alive, reserved or what the driver shows. */
  unfittedStates: 0.12,
  /** Further, where images bring activations that no text length tells. */
  images: 0.25,
  moving: 0.2,
  /** Where nothing was fitted on the framework: copies of the logits and blocks left over from other lengths differ between them. */
  unfittedMoving: 0.45,
  movingAssumed: 0.9,
  /** Further, where nothing says whether activations are computed again and we took it that they are not. */
  movingRecomputed: 0.4,
} as const;

/** Stacks with published peaks in the fit. */
export const fittedStacks: ReadonlySet<string> = new Set(["litgpt", "torchtune", "torchtitan", "unsloth", "axolotl"]);
