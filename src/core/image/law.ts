/**
 * Time and energy of generating one batch: denoising steps on all accelerators, text encoders and autoencoder once.
 *
 * A step takes what the accelerators need (matrix products, attention, element-wise traffic, communication) or what the host needs to
 * launch its kernels, whichever is longer. Power is a static share of TDP plus energy per FLOP and byte, under a ceiling.
 */
import type { AcceleratorFacts, Generation } from "../facts";
import { peakFlops } from "../hardware";
import type { Precision } from "../precision";
import { type GenerationConstants, type ImageConstants, imageGeneration } from "./constants";
import { type Engine, engineFactors } from "./engine";
import type { Canvas, Pass } from "./pass";
import type { Pipeline } from "./pipeline";

export interface Job {
  readonly pipeline: Pipeline;
  readonly canvas: Canvas;
  readonly pass: Pass;
  /** Sequential evaluations of the denoiser. */
  readonly evaluations: number;
  readonly guidancePasses: number;
  readonly batch: number;
  readonly accelerators: number;
  readonly precision: Precision | undefined;
  readonly engine: Engine;
  /** Model FLOPs utilisation stated by the user. */
  readonly mfu?: number;
}

export interface Timing {
  /** s of one step, and its parts. */
  readonly step: number;
  readonly parts: {
    readonly linear: number;
    readonly attention: number;
    readonly memory: number;
    readonly communication: number;
    readonly launch: number;
  };
  readonly text: number;
  readonly decode: number;
  /** s of the batch. */
  readonly latency: number;
  /** W of one accelerator while denoising; undefined where TDP is unknown. */
  readonly power: number | undefined;
  /** J of the batch, all accelerators. */
  readonly energy: number | undefined;
  /** 80 % log half-width that the engine adds to latency. */
  readonly engineWidth: number;
}

/** Multiply-adds per output pixel (and frame) of the decoders: the 2-D one counted from its configuration, the others rough. */
const decoderMultiplyAdds = { image: 4.73e6, video: 5e6, deepCompression: 2e6, none: 0 } as const;

/** FLOP of decoding one item. */
export function decodeFlops(pipeline: Pipeline, canvas: Canvas): number {
  const { decoder, decoderShare = 1 } = pipeline.latent;
  return 2 * decoderShare * decoderMultiplyAdds[decoder] * canvas.width * canvas.height * canvas.frames;
}

/** FLOP of encoding the text of one item, all guidance passes. */
export function textFlops(pipeline: Pipeline, guidancePasses: number): number {
  return 2 * pipeline.textEncoder * pipeline.textTokens * guidancePasses;
}

const divisors = (n: number): number[] => {
  const found: number[] = [];
  for (let u = 1; u <= Math.min(n, 64); u++) if (n % u === 0) found.push(u);
  return found;
};

/**
 * Bytes that a token's d-vector moves when a sequence is split over n accelerators: mean over the ways to split it (u all-to-all by r
 * ring, u dividing the heads), as nothing states which.
 */
function splitting(n: number, heads: number): { allToAll: number; ring: number; hops: number } {
  if (n === 1) return { allToAll: 0, ring: 0, hops: 0 };
  const whole = Math.round(n);
  const ways = divisors(whole).filter((u) => heads % u === 0);
  let allToAll = 0;
  let ring = 0;
  let hops = 0;
  for (const u of ways) {
    const r = whole / u;
    allToAll += (4 * (u - 1)) / u;
    ring += 2 * (r - 1);
    hops += r - 1;
  }
  return { allToAll: allToAll / ways.length, ring: ring / ways.length, hops: hops / ways.length };
}

/** PCIe 4.0 ×16, one direction: where the catalogue knows no link. */
const fallbackLink = 32;
/** Accelerators of the usual machine; GB/s between machines where the catalogue knows no network. */
const machine = 8;
const slowNetwork = 3;

/**
 * TFLOP/s of dense peak per W of TDP that a part can keep up; beyond it, the clock gives way. The other generations' limits
 * are in the shares fitted on them.
 */
const sustainable: Readonly<Partial<Record<Generation, number>>> = {
  volta: 0.3,
  turing: 0.3,
  ampereWorkstation: 0.45,
  ada: 0.38,
  blackwellWorkstation: 0.38,
};
/** Power follows the clock with the exponent 3 where voltage falls with it and 1 at the lowest voltage: 1.5 on A10, T4, L40S, RTX 6000 Ada. */
const clockByPower = 2 / 3;
/** Flash attention needs Ampere's instructions; what stands in for it on older parts is slower. */
const withoutFlash = new Set<Generation>(["volta", "turing"]);
const olderAttention = 0.85;
/**
 * Time of quicker attention kernels over FlashAttention 2's: FlashAttention 3 forward in 16 bit is 1.5 to 2 times as fast
 * (arXiv 2407.08608), on Hopper alone; SageAttention 2.1 times (arXiv 2410.02367).
 */
const kernelTime = { flash3: 0.57, sage: 0.48 } as const;
/**
 * Bytes that attention without a fused kernel moves per score in 16 bit: written, scaled, normalised and rounded (read and written each),
 * read again for the values.
 */
const scoreBytes = 16;
/** 80 % log half-width: some softmax ran in fp32, and some kernels kept part of the scores in cache. */
export const unfusedWidth = 0.3;
/** Share of the matrix rate at which fp32 attention runs. */
const wideAttention = 0.5;

/** Where fp16 products can be summed in fp16 at twice the rate that the catalogue states: GeForce, whose int8 peak is four times it. */
const isGeForce = ({ generation, peak }: AcceleratorFacts): boolean =>
  sustainable[generation] !== undefined && (peak.int8 ?? 0) >= 3.5 * (peak.fp16 ?? Number.POSITIVE_INFINITY);
/** Boards for players run above the clock that their peak is stated at. */
const boost = 1.08;

function rates(accelerator: AcceleratorFacts, job: Job, constants: ImageConstants) {
  const { generation, tdp } = accelerator;
  const own = constants[imageGeneration(generation).group];
  const peak = peakFlops(accelerator, "bf16")?.flops ?? 0;
  const bandwidth = accelerator.bandwidth * 1e9;
  // A part with little compute for its bandwidth (H20) keeps its tensor cores as busy as the older ones do.
  const starved = peak / bandwidth < 200 && own.linear < constants.ampere.linear;
  const share: GenerationConstants = starved
    ? { ...own, linear: constants.ampere.linear, attention: Math.max(own.attention, constants.ampere.attention) }
    : own;
  const perWatt = tdp === undefined ? 0 : peak / 1e12 / tdp;
  const sustained = sustainable[generation];
  const limit = sustained !== undefined && perWatt > sustained ? (sustained / perWatt) ** clockByPower : 1;
  const clock = limit * (isGeForce(accelerator) ? boost : 1);
  const wide = job.precision === "fp32";
  const format = wide ? (accelerator.peak.tf32 ?? accelerator.peak.fp32 ?? peak / 4e12) * 1e12 : peak;
  return {
    share,
    peak: format * clock,
    attention:
      format *
      clock *
      share.attention *
      (withoutFlash.has(generation) ? olderAttention : 1) *
      (wide ? wideAttention : 1),
    bandwidth: wide ? bandwidth / 2 : bandwidth,
  };
}

/** FLOP/s of fp32 outside the tensor cores; an eighth of fp16's within them where the catalogue knows none. */
const vectorPeak = ({ peak }: AcceleratorFacts): number => (peak.fp32 ?? (peak.fp16 ?? 0) / 8) * 1e12;

const kernelFactor = ({ generation }: AcceleratorFacts, { attentionKernel }: Engine): number => {
  if (attentionKernel === undefined || withoutFlash.has(generation)) return 1;
  return attentionKernel === "flash3" && generation !== "hopper" ? 1 : kernelTime[attentionKernel];
};

/**
 * Accelerators that each generate items of their own: what TPU programs, U-Nets and engines that do not divide an item do with a batch
 * that shares out evenly. 1 where all work on the same items.
 */
function replicas(accelerator: AcceleratorFacts, { accelerators: n, batch, engine, pass }: Job): number {
  if (n <= 1 || batch < n || batch % n !== 0 || engine.divides === true) return 1;
  const apart = accelerator.generation === "tpu" || pass.backbone === "unet" || engine.divides === false;
  return apart ? n : 1;
}

/** Undefined where the part's peak or bandwidth is unknown. */
export function generationTime(accelerator: AcceleratorFacts, job: Job, constants: ImageConstants): Timing | undefined {
  const copies = replicas(accelerator, job);
  if (copies > 1) {
    const one = generationTime(accelerator, { ...job, accelerators: 1, batch: job.batch / copies }, constants);
    return one && { ...one, energy: one.energy === undefined ? undefined : one.energy * copies };
  }
  const { pipeline, pass, canvas, accelerators: n, batch } = job;
  const { share, peak, bandwidth, attention: attentionRate } = rates(accelerator, job, constants);
  if (!(peak > 0 && bandwidth > 0)) return undefined;
  const unet = pass.backbone === "unet";
  const B = batch * job.guidancePasses;
  // XLA compiles the whole step.
  const engine = accelerator.generation === "tpu" ? "static" : job.engine.class;
  const factors = engineFactors({ ...job.engine, class: engine }, job.precision, constants);
  const halved = engine === "static" && job.precision === "fp16" && isGeForce(accelerator) ? constants.halfSums : 1;
  const unfused = job.engine.unfusedAttention && (engine === "eager" || engine === "compile");
  const scores = unfused ? pass.scores * scoreBytes : 0;
  const linear = ((B * pass.linear) / (n * peak * share.linear)) * factors.linear * halved;
  const attention =
    ((B * pass.attention * pass.attentionPadding) / (n * attentionRate * (unet ? constants.unetAttention : 1))) *
      factors.attention *
      kernelFactor(accelerator, job.engine) +
    (B * scores) / (n * bandwidth);
  const bytes =
    constants.baseVisits * pass.traffic.base +
    constants.queryKeyVisits * pass.traffic.queryKey +
    constants.convolutionVisits * pass.traffic.convolution;
  const kernels = pass.launches.units * constants.launchUnit + pass.launches.modules * constants.launchModule;
  const memory = ((B * bytes) / (n * bandwidth * share.memory) + constants.tail * kernels) * factors.memory;
  let busy = linear + attention + memory;
  if (job.mfu !== undefined) busy = (B * (pass.linear + pass.attention)) / (n * peak * job.mfu);
  // Text tokens that do not divide evenly are kept whole on every accelerator.
  if (n > 1 && pass.textTokens % n !== 0) {
    const T = pass.imageTokens;
    busy *= (T / n + pass.textTokens) / ((T + pass.textTokens) / n);
  }
  const split = splitting(n, pass.heads);
  const node = Math.max(machine, accelerator.acceleratorsPerNode, accelerator.linkDomain);
  const inside = (accelerator.link ?? 2 * fallbackLink) / 2;
  const link = (n > node ? Math.min(inside, accelerator.network ?? slowNetwork) : inside) * 1e9;
  const moved = (B * pass.attentionCalls * (pass.imageTokens + pass.textTokens) * pass.width * 2) / n;
  // Each byte crosses the link, and is copied into and out of place in memory.
  const communication =
    moved *
    (split.allToAll * (1 / (link * constants.wire) + 1 / (bandwidth * constants.allToAll)) +
      split.ring * (1 / (link * constants.wire) + 1 / (bandwidth * constants.ring)));
  const launch =
    (kernels + (n > 1 ? pass.attentionCalls * (constants.launchSplit + constants.launchHop * split.hops) : 0)) *
    factors.launch;
  const step = ((busy + communication) ** 4 + launch ** 4) ** 0.25;

  const fixed = factors.launch;
  const text = (batch * textFlops(pipeline, job.guidancePasses)) / (peak * share.linear) + constants.perCall * fixed;
  const pixels = canvas.width * canvas.height * canvas.frames * batch;
  const decodeBytes = {
    image: constants.decodeImage,
    video: constants.decodeVideo,
    deepCompression: constants.decodeDeep,
    none: 0,
  }[pipeline.latent.decoder];
  // A decoder whose values overflow fp16 is run in fp32, for which older parts have their vector units alone.
  const wideDecoder = pipeline.wideDecoder && job.precision === "fp16";
  const widened = wideDecoder ? constants.wideDecode : 1;
  const decodePeak = wideDecoder && withoutFlash.has(accelerator.generation) ? vectorPeak(accelerator) : peak;
  const decode =
    ((batch * decodeFlops(pipeline, canvas)) / (decodePeak * share.linear) +
      (decodeBytes * (pipeline.latent.decoderShare ?? 1) * pixels) / bandwidth) *
      widened *
      Math.min(1, (factors.linear + factors.memory) / 2) +
    (pipeline.latent.decoder === "none" ? 0 : constants.hostPerMegapixel * pixels * 1e-6);
  const denoising = job.evaluations * step;
  const latency = denoising + text + decode;

  const tdp = accelerator.tdp;
  let power: number | undefined;
  let energy: number | undefined;
  if (tdp !== undefined) {
    const perFlop = share.perFlop * (unet ? constants.unetEnergy : 1);
    const dynamic =
      (B * ((pass.linear + pass.attention) * perFlop + (bytes + scores) * constants.perByte) * 1e-12) / (n * step);
    power = Math.min(share.ceiling * tdp, constants.basePower * tdp + dynamic);
    energy =
      n * power * denoising +
      (Math.min(share.ceiling, constants.decodePower) * tdp + constants.basePower * tdp * (n - 1)) * decode +
      n * constants.basePower * tdp * text;
  }
  return {
    step,
    parts: { linear, attention, memory, communication, launch },
    text,
    decode,
    latency,
    power,
    energy,
    engineWidth: unfused ? Math.hypot(factors.width, unfusedWidth) : factors.width,
  };
}
