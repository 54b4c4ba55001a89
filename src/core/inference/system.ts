/**
 * A model on accelerators as plain numbers (SI units), ready for the step formulas. Built once per estimate; the formulas
 * themselves touch nothing but this, the load and the constants.
 */
import type { AcceleratorFacts, Generation } from "../facts";
import type { Architecture } from "../model/architecture";
import { type Precision, weightBits } from "../precision";
import type { EngineClass } from "./engine";
import type { Layout } from "./layout";
import { computePeak, integerPeak, weightFormat } from "./precision";

export interface System {
  readonly engine: EngineClass;
  readonly generation: Generation;
  /** The program's own loop over tokens waits for each of them and decodes the text so far (FastChat, litgpt). */
  readonly tokenLoop: boolean;
  readonly layout: Layout;
  /** Pairs of a mixer (attention, state space) and an MLP: half the layers where each of them is a layer of its own (Nemotron-H). */
  readonly layers: number;
  readonly expertLayers: number;
  /** Latent attention: more and smaller multiplications a layer. */
  readonly latent: boolean;
  readonly hiddenSize: number;
  /** Parameters multiplied for every token, output head apart. */
  readonly residentParameters: number;
  readonly headParameters: number;
  /** Routed experts, all of them, and how many a token passes of how many. */
  readonly routedParameters: number;
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Intermediate width of one expert. */
  readonly expertWidth: number;
  /** Bytes read per step: what every token passes, head included; all routed experts. */
  readonly residentBytes: number;
  readonly routedBytes: number;
  /** Bytes in memory, embeddings and vision tower included. */
  readonly weightBytes: number;
  /** Weights that attention-data groups hold on every member. */
  readonly replicatedBytes: number;
  readonly localQuantised: boolean;
  /** Cache bytes per token, layers that keep everything and layers that keep a window. */
  readonly cacheFull: number;
  readonly cacheSliding: number;
  readonly window: number;
  /** Bytes of a sequence's fixed state (linear attention, state space), which is kept at 32 bit. */
  readonly stateBytes: number;
  /** Ways the cache splits over the group. */
  readonly cacheSplit: number;
  /** FLOPs per query token and context token in decoding and in prefill, full and sliding layers. */
  readonly decodeAttention: number;
  readonly decodeAttentionSliding: number;
  readonly prefillAttention: number;
  readonly prefillAttentionSliding: number;
  /** bytes. */
  readonly memory: number;
  /** bytes/s. */
  readonly bandwidth: number;
  /** FLOP/s: of the format, and of 16 bit. */
  readonly peak: number;
  readonly peak16: number;
  readonly narrow: 16 | 8 | 4;
  /** OP/s of 8-bit integers, where the engine's prefill multiplies narrow weights with them. */
  readonly peakInteger: number | undefined;
  /** FLOP/s of the ordinary (vector) units, 32 bit. */
  readonly peakVector: number;
  /** Measured share of the 16-bit peak that large multiplications reach, where the catalogue knows it. */
  readonly achievable: number | undefined;
  /** bytes/s, one direction, between members of a group. */
  readonly link: number;
  /** Linked by PCIe rather than by a switch or mesh. */
  readonly tdp: number | undefined;
  readonly idlePower: number | undefined;
  /** Processor and accelerator read one memory (Apple, GB10, Jetson), and both draw on its bandwidth. */
  readonly sharedMemory: boolean;
  /** A PCIe board within the 75 W that its slot supplies: held well below what its chip would draw. */
  readonly slotPowered: boolean;
  /** Modern data-centre part (≥ 75 GB, not Ampere): engines take larger batches by default. */
  readonly largeBatches: boolean;
}

/** PCI Express card electromechanical specification: power of a slot without further connectors. */
const slotWatts = 75;

const expertBytesOf = (model: Architecture, bits: number): number => (model.count.experts * bits) / 8;

/** Bytes of all weights in memory, vision tower at 16 bit. */
export function storedBytes(model: Architecture, precision: Precision, engine: EngineClass): number {
  const format = weightFormat(precision, model.name, engine);
  const { count } = model;
  const tables = count.embedding + count.head;
  const dense = count.total - count.experts - tables;
  return (
    (Math.max(0, dense) * format.residentBits + tables * format.tableBits) / 8 +
    expertBytesOf(model, format.expertBits) +
    model.visionParameters * 2
  );
}

export function systemOf(
  model: Architecture,
  accelerator: AcceleratorFacts,
  layout: Layout,
  engine: EngineClass,
  precision: Precision,
  cachePrecision: Precision,
  tokenLoop = false,
): System {
  const { spec, count } = model;
  const format = weightFormat(precision, model.name, engine);
  const resident = count.attention + count.denseMlp + count.router + count.sharedExperts;
  const routedBytes = expertBytesOf(model, format.expertBits);
  const weightBytes = storedBytes(model, precision, engine);
  const cacheBytes =
    weightBits[cachePrecision === "fp4" || cachePrecision === "int4" ? cachePrecision : cachePrecision] / 8;
  const sliding = model.slidingLayers;
  const full = model.attentionLayers - sliding;
  const latent = spec.latentAttention;
  // Latent attention decodes in the compressed space: 2·(rank + rope) for scores, 2·rank for values, per head.
  const decodeWidth = latent
    ? 2 * spec.attentionHeads * (2 * latent.keyValueRank + latent.ropeDimension)
    : 4 * model.attentionWidth;
  const { flops, sixteen, narrow } = computePeak(accelerator, precision, model.name);
  const pcie = 64e9;
  const link = accelerator.link === undefined ? pcie : accelerator.link * 1e9;
  const singleBlocks = spec.mlpLayers !== undefined && spec.mlpLayers < spec.layers;
  const linear = Math.max(0, spec.layers - model.attentionLayers - (singleBlocks ? (spec.mlpLayers ?? 0) : 0));
  return {
    engine,
    generation: accelerator.generation,
    tokenLoop,
    layout,
    layers: singleBlocks ? spec.layers / 2 : spec.layers,
    expertLayers: model.expertLayers,
    latent: latent !== undefined,
    hiddenSize: spec.hiddenSize,
    residentParameters: resident,
    headParameters: count.headMatmul,
    routedParameters: count.experts,
    experts: spec.experts ?? 0,
    expertsPerToken:
      count.experts > 0 ? Math.max(1e-9, (count.activeExperts / count.experts) * (spec.experts ?? 1)) : 0,
    expertWidth: spec.expertIntermediateSize ?? spec.intermediateSize,
    residentBytes: (resident * format.residentBits + count.headMatmul * format.tableBits) / 8,
    routedBytes,
    weightBytes,
    replicatedBytes: layout.attentionData ? weightBytes - routedBytes : 0,
    localQuantised: format.residentBits < 16,
    cacheFull: full * model.cacheWidth * cacheBytes,
    cacheSliding: sliding * model.cacheWidth * cacheBytes,
    window: spec.slidingWindow ?? Number.POSITIVE_INFINITY,
    // About 256 numbers per unit of width: Mamba-2 keeps 2d × 128, gated delta nets 32 heads × 128 × 128 at d = 2048.
    stateBytes: linear * 256 * spec.hiddenSize * 4,
    cacheSplit:
      latent && !layout.attentionData
        ? 1
        : layout.attentionData
          ? layout.group
          : Math.min(layout.group, Math.max(1, spec.keyValueHeads)),
    decodeAttention: full * decodeWidth,
    decodeAttentionSliding: sliding * decodeWidth,
    prefillAttention: full * 4 * model.attentionWidth,
    prefillAttentionSliding: sliding * 4 * model.attentionWidth,
    memory: (accelerator.usableMemory ?? accelerator.memory) * 1e9,
    bandwidth: accelerator.bandwidth * 1e9,
    peak: flops,
    peak16: sixteen,
    narrow,
    peakInteger: engine === "llamaCpp" && format.residentBits < 16 ? integerPeak(accelerator) : undefined,
    peakVector: (accelerator.peak.fp32 ?? sixteen / 1e12 / 8) * 1e12,
    achievable:
      accelerator.achievable?.bf16 !== undefined && accelerator.peak.bf16 !== undefined
        ? accelerator.achievable.bf16 / accelerator.peak.bf16
        : undefined,
    link: link / 2,
    tdp: accelerator.tdp,
    idlePower: accelerator.idlePower,
    sharedMemory: accelerator.formFactor === "SoC",
    slotPowered: accelerator.formFactor === "PCIe" && accelerator.tdp !== undefined && accelerator.tdp <= slotWatts,
    largeBatches: accelerator.memory >= 75 && accelerator.generation !== "ampere" && accelerator.generation !== "volta",
  };
}
