/**
 * Seconds that one accelerator needs per trained token: a sum of physical terms (multiplication, attention, memory traffic, launch,
 * links, optimiser). Form and constants: docs/method.md, training.
 */
import type { Architecture } from "../model/architecture";
import { attentionFlopsPerToken, denseMatmulParameters } from "../model/flops";
import { type TrainingConstants, trainingConstants } from "./constants";
import type { TrainingDevice } from "./device";
import type { Layout, Method } from "./layout";
import type { Stack } from "./stack";
import { adapterBytes, expertPasses, gatherLaunches, type Launches, type Trainer } from "./trainer";

export type Checkpointing = "none" | "selective" | "full";

export interface TimeInput {
  readonly model: Architecture;
  readonly device: TrainingDevice;
  readonly layout: Layout;
  readonly method: Method;
  readonly stack: Stack;
  readonly checkpointing: Checkpointing;
  /** Tokens per sequence. */
  readonly sequence: number;
  /** Trained parameters: all of them, or the adapter's. */
  readonly trainable: number;
  readonly trainer: Trainer;
  /** Widths of inputs and outputs of all adapted matrices; 0 in full training. */
  readonly adapted: number;
}

/** Accelerator-seconds per token by cause; `total` is their sum after bubbles and scale. */
export interface TimePerToken {
  readonly matmul: number;
  readonly attention: number;
  readonly memory: number;
  readonly launch: number;
  readonly communication: number;
  readonly optimizer: number;
  readonly offload: number;
  /** Factor ≥ 1 of pipeline bubbles. */
  readonly bubble: number;
  /** Factor ≥ 1 of slow-downs that grow with the number of accelerators. */
  readonly scale: number;
  readonly total: number;
}

/** Share of a forward pass that is run again in the backward pass. */
export const recomputeShare: Readonly<Record<Checkpointing, number>> = { none: 0, selective: 0.3, full: 1 };

/** Rate of the attention kernel on long sequences over the largest 16-bit matrix rate, by generation and stack. */
function attentionShare(device: TrainingDevice, stack: Stack, c: TrainingConstants): number {
  switch (device.generation) {
    case "hopper":
      // Compiled stacks run PyTorch's own kernels of 2024, the others mostly kernels written for Ampere.
      return stack === "vendor"
        ? c.attentionHopperVendor
        : stack === "compiled"
          ? c.attentionHopperCompiled
          : c.attentionHopper;
    case "blackwell":
      return c.attentionBlackwell;
    case "cdna2":
    case "cdna3":
    case "cdna4":
      return 0.8;
    case "volta":
    case "pascal":
    case "turing":
      return 0.35;
    case "gaudi":
    case "tpu":
    case "neuron":
    case "ascend":
      return 0.5;
    case "ampereWorkstation":
    case "ada":
    case "blackwellWorkstation":
      // Fewer matrix FLOPs for their exponentials and caches than data-centre parts.
      return 0.6;
    default:
      return c.attentionAmpere;
  }
}

const memoryFactor = (stack: Stack, c: TrainingConstants): number =>
  stack === "vendor" ? c.memoryVendor : stack === "compiled" ? c.memoryCompiled : c.memoryTypical;

/**
 * Activation elements that one token writes and reads in all layers: norms, mixers, MLP, dispatch to experts. Attention moves twice the
 * widths of its matrices; so does a state-space or linear mixer, whose widths its parameters tell.
 */
function activationElements(model: Architecture): number {
  const { spec } = model;
  const d = spec.hiddenSize;
  const matrices = (spec.gatedMlp ?? true) ? 8 : 4;
  const linear = spec.linearMixerParameters === undefined ? 0 : Math.min(spec.layers, spec.linearAttentionLayers ?? 0);
  const mixers =
    (spec.layers - linear) * 4 * (spec.attentionHeads + spec.keyValueHeads) * spec.headDimension +
    (d > 0 ? (linear * 2 * (spec.linearMixerParameters ?? 0)) / d : 0);
  const dense = Math.max(0, (spec.mlpLayers ?? spec.layers) - model.expertLayers);
  const expertWidth = spec.expertIntermediateSize ?? spec.intermediateSize;
  const used = spec.expertsPerToken ?? 0;
  const shared = spec.sharedExpertIntermediateSize ?? (spec.sharedExperts ?? 0) * expertWidth;
  // A layer of one block has half the norms and residual additions of one with a mixer and an MLP.
  const residual = (spec.normsPerLayer === 1 ? 4 : 8) * d * spec.layers;
  return (
    residual +
    mixers +
    dense * matrices * spec.intermediateSize +
    model.expertLayers * (matrices * (used * expertWidth + shared) + 4 * used * d)
  );
}

/**
 * FLOPs of a forward pass per token in the scans of state-space mixers, computed in chunks: within a chunk 2·128 per channel, and 4·128
 * for a state of 128 (SSD, arXiv 2405.21060). A mixer of inner width w has about 3·d·w parameters.
 */
function scanFlops({ spec }: Architecture): number {
  if (spec.linearMixerParameters === undefined || !(spec.hiddenSize > 0)) return 0;
  const linear = Math.min(spec.layers, spec.linearAttentionLayers ?? 0);
  return (768 * linear * spec.linearMixerParameters) / (3 * spec.hiddenSize);
}

/**
 * Rate that kernels and compilers reach, relative to NVIDIA's. Trainium: the maker's own table (aws-neuron-sdk,
 * trn1/training_data_decoder.csv, 2026-02), 47.95 sequences/s of Llama-3.1-8B on 512 chips.
 */
function softwareOf(device: TrainingDevice, stack: Stack, c: TrainingConstants): number {
  if (device.nvidia) return 1;
  // Outside the maker's stack exchanges wait: PaLM (arXiv 2204.02311) and OpenLLaMA (EasyLM, over 2200 tokens/s on v4).
  if (device.generation === "tpu") return stack === "vendor" ? c.softwareTpu : 0.72;
  return device.generation === "neuron" ? 0.55 : c.software;
}

/**
 * Seconds in which eager PyTorch launches one pass over a decoder layer, with autocast or adapters: felt with few tokens in a micro-batch
 * (QwenLM/Qwen README, fine-tuning of 1.8B and 7B at 256 to 1024 tokens on A100).
 */
const eagerPass = 1.2e-3;

/**
 * A base at 4 bit: its matrices are unpacked once per pass, whatever the tokens of a micro-batch (seconds per parameter and pass), and
 * multiplications stop for it (QwenLM/Qwen README at 1024 to 8192 tokens; fms-acceleration, A100; AnswerDotAI/fsdp_qlora, 3090).
 */
const unpackRate = 13e-12;

export function timePerToken(input: TimeInput, c: TrainingConstants = trainingConstants): TimePerToken {
  const { model, device, layout, method, stack, sequence: s } = input;
  const { spec } = model;
  const d = spec.hiddenSize;
  const L = spec.layers;
  const { tensor, pipeline, context, accelerators: n } = layout;
  // Forward, gradients of activations, gradients of weights: a frozen base needs no gradients of weights.
  const passes = method === "full" ? 3 : 2;
  const recompute = recomputeShare[input.checkpointing];
  const rate = c.matmul * device.matmul;
  const rate16 = c.matmul * device.matmul16;

  const again = 2 * (passes + recompute);
  const expertWidth = Math.max(1, spec.expertIntermediateSize ?? spec.intermediateSize);
  const dense = (again * denseMatmulParameters(model)) / rate;
  const experts =
    model.count.activeExperts > 0
      ? ((again * model.count.activeExperts) / rate) * (1 + c.narrowExperts / expertWidth)
      : 0;
  const head = (2 * passes * model.count.headMatmul) / rate16;
  const attentionForward = attentionFlopsPerToken(model, s);
  const attention =
    (attentionForward * (1 + 2.5 + (recompute === 1 ? 1 : 0))) /
      ((device.matmul16 * attentionShare(device, stack, c) * s) / (s + c.attentionHalf)) +
    (scanFlops(model) * (3.5 + (recompute === 1 ? 1 : 0))) / (device.matmul16 * c.scanShare);
  const memory =
    (memoryFactor(stack, c) * activationElements(model) * (1 + 0.33 * recompute) * (method === "full" ? 1 : 0.75) +
      c.headBytes * spec.vocabularySize) /
    device.bandwidth;

  const software = softwareOf(device, stack, c);
  const matmulTime = (dense + experts + head) / software;
  const attentionTime = attention / software;
  const unpacked =
    method === "qlora" ? (unpackRate * (2 + recompute) * model.parameters * context) / (layout.microBatch * s) : 0;
  const adapters =
    stack === "typical"
      ? adapterBytes(input.adapted, input.trainer.adapters, recompute) / (tensor * device.bandwidth)
      : 0;
  const memoryTime = (memory + adapters) / software + unpacked;
  const busy = matmulTime + attentionTime + memoryTime;
  const within = (width: number): number => (width <= device.linkDomain ? device.link : device.network);
  const tensorTime =
    tensor > 1 ? (c.tensorExposed * 16 * d * (tensor - 1) * L * (1 + 0.5 * recompute)) / within(tensor) : 0;
  const expertTime = expertExchange(input);
  // Kernels of the router and of each expert a rank holds, once per micro-batch, or of a dense layer: whichever of work and launches takes
  // longer is felt. On a TPU the whole step is one program: nothing waits for a host.
  const perMicroBatch = model.expertLayers > 0 ? expertLaunches(input, c) : denseLaunches(input, c);
  const perToken = device.generation === "tpu" ? 0 : (tensor * context) / (layout.microBatch * s);
  const gathers = stack === "vendor" ? 0 : gatherLaunches(model, input.trainer, layout, 2 + recompute);
  const launches = (perMicroBatch + gathers) * perToken;
  // A loop over experts asks the device for each one's tokens: nothing runs ahead.
  const waiting = stack === "typical" ? expertPassesOf(input).waiting * perToken : 0;
  const launch = (launches > 0 ? (busy ** 4 + launches ** 4) ** 0.25 - busy : 0) + waiting;
  const parameters = model.parameters;
  const shardRate = n <= device.linkDomain ? device.link : Math.min(device.link, (device.network * 8) / tensor);
  const shardTime =
    layout.sharded && n > 1
      ? (c.shardExposed * (method === "full" ? 6 : 4.2) * parameters * context) / (shardRate * layout.microBatch * s)
      : 0;
  const stepTokens = layout.globalBatch * s;
  const routed = model.count.experts;
  const local =
    method === "full"
      ? (parameters - routed) / (tensor * pipeline) + routed / (pipeline * Math.max(layout.expert, tensor))
      : input.trainable / (tensor * pipeline);
  const dataTime = layout.data > 1 && !layout.sharded ? (c.dataExposed * 6 * local * n) / (shardRate * stepTokens) : 0;
  const communication = tensorTime + expertTime + shardTime + dataTime;

  const optimizer =
    (24 * input.trainable * (layout.optimizerSharded || n === 1 ? 1 : layout.data)) / (device.bandwidth * stepTokens);
  const offload = layout.offload ? (16 * input.trainable) / (c.offloadRate * stepTokens) : 0;

  const bubble = 1 + (pipeline - 1) / (layout.microBatches * layout.virtualPipeline);
  const scale = n > 8 ? 1 + c.scale * Math.log2(n / 8) : 1;
  const total = (busy + launch + communication + optimizer) * bubble * scale + offload;
  return {
    matmul: matmulTime,
    attention: attentionTime,
    memory: memoryTime,
    launch,
    communication,
    optimizer,
    offload,
    bubble,
    scale,
    total,
  };
}

/** Launches of a loop over experts or of grouped ones in eager PyTorch, per micro-batch. */
const expertPassesOf = ({ model, trainer, layout, checkpointing, sequence }: TimeInput): Launches =>
  expertPasses(
    model,
    trainer,
    layout.expert,
    2 + recomputeShare[checkpointing],
    (layout.microBatch * sequence) / layout.context,
  );

/** Experts of one rank beyond which tuned stacks multiply them together rather than one after the other (Megatron and NeMo, up to 128). */
const groupedExperts = 32;

/** Seconds of launches per micro-batch in layers with experts. */
function expertLaunches(input: TimeInput, c: TrainingConstants): number {
  const { model, layout, stack } = input;
  if (stack === "typical") return expertPassesOf(input).hidden;
  const held = (model.spec.experts ?? 0) / layout.expert;
  const alone = stack === "vendor" ? Math.min(held, groupedExperts) : held;
  return (c.expertLaunch + c.expertKernels * alone) * model.expertLayers * (stack === "vendor" ? 1 : 1.5);
}

/**
 * Seconds of launches per micro-batch in dense layers, forward, backward and again; compiled stacks have next to none. A micro-batch that
 * nobody stated is taken to be large enough.
 */
function denseLaunches({ model, stack, layout, checkpointing }: TimeInput, c: TrainingConstants): number {
  if (stack === "compiled" || !layout.microBatchStated) return 0;
  const pass = stack === "vendor" ? c.vendorPass : eagerPass;
  return pass * (2 + recomputeShare[checkpointing]) * model.spec.layers;
}

/** Share of a port that exchanges between nodes reach: 46 of 50 GB/s over four nodes (deepseek-ai/DeepEP README, 2026). */
const exchangeShare = 0.9;

/**
 * Exchange of tokens between the accelerators that hold the experts, forward and backward, 2 bytes per element. Hops inside and between
 * nodes run at the same time.
 */
function expertExchange({ model, device, layout }: TimeInput): number {
  const degree = layout.expert;
  if (degree <= 1 || model.expertLayers === 0) return 0;
  const used = Math.max(1, model.spec.expertsPerToken ?? 1);
  const bytes = 8 * used * model.spec.hiddenSize * model.expertLayers;
  const near = (1 - 1 / degree) / device.link;
  if (degree <= device.linkDomain) return bytes * near;
  // Beyond the fast links a token goes to at most four nodes, once each (node-limited routing).
  const far = ((1 - device.linkDomain / degree) * Math.min(used, 4)) / used / (exchangeShare * device.network);
  return bytes * Math.max(near, far);
}
