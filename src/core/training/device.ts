/**
 * What training time needs to know of an accelerator: rates of matrix multiplication, memory and links, in SI units.
 */
import type { AcceleratorFacts, Generation } from "../facts";
import { achievableShare, peakFlops } from "../hardware";
import type { Precision } from "../precision";

export interface TrainingDevice {
  readonly generation: Generation;
  readonly nvidia: boolean;
  /** Dense peak of 16-bit matrix multiplication, FLOP/s, before a power cap. */
  readonly peak: number;
  /** Dense peak of the multiplication format, FLOP/s. */
  readonly peakAtPrecision: number;
  /** Largest measured (or typical) rate, FLOP/s: of the format asked for, and at 16 bit. */
  readonly matmul: number;
  readonly matmul16: number;
  /** The format the multiplications really run in. */
  readonly precision: Precision;
  /** B/s. */
  readonly bandwidth: number;
  /** GB (1e9). */
  readonly memory: number;
  /** B/s per accelerator and direction inside the fast-link domain, as collectives reach it. */
  readonly link: number;
  readonly linkDomain: number;
  /** B/s per accelerator and direction between nodes. */
  readonly network: number;
}

/** GB/s per accelerator and direction between nodes: one 400 or 800 Gb/s port each since Hopper; EFA and shared ports before. */
const networks: Readonly<Partial<Record<Generation, number>>> = {
  hopper: 50,
  blackwell: 50,
  cdna3: 50,
  cdna4: 50,
  gaudi: 37,
  tpu: 100,
};

function networkOf(accelerator: AcceleratorFacts): number {
  if (accelerator.network !== undefined && accelerator.network > 0) return accelerator.network;
  if (/b300/i.test(accelerator.id)) return 100;
  if (/a100-sxm-80|a100-sxm4-80|a800/i.test(accelerator.id)) return 25;
  return networks[accelerator.generation] ?? 12.5;
}

/** B/s per direction where the catalogue has no figure: chip-to-chip links of TPUs and Trainium, else PCIe. */
const links: Readonly<Partial<Record<Generation, number>>> = { tpu: 120e9, neuron: 100e9 };

const nonNvidia: ReadonlySet<Generation> = new Set(["cdna2", "cdna3", "cdna4", "gaudi", "tpu", "neuron", "ascend"]);

/**
 * Watts per 16-bit TFLOP/s at which cards with GDDR memory reach 0.8 of their peak. Those whose peak is cut below what the silicon could
 * do (GeForce, L40) have power to spare and hold more than the clock their peak is stated at; others are held back by power
 * (whyNLP/tinyllama, 3090 to A40; AnswerDotAI/fsdp_qlora, 4090 to RTX 6000 Ada; fms-acceleration, L40).
 */
const wattsNeeded: Readonly<Partial<Record<Generation, number>>> = {
  ampereWorkstation: 1.8,
  ada: 1,
  blackwellWorkstation: 1.5,
};

export const is16Bit = (precision: Precision): boolean => precision === "bf16" || precision === "fp16";

/** 16-bit share of the measured part of the same silicon, for its unmeasured variants. */
const siblings: Readonly<Partial<Record<Generation, number>>> = { ampere: 0.869, hopper: 0.803, blackwell: 0.776 };

/**
 * Share of the peak a large multiplication reaches. A part with much bandwidth for its compute (H20: 37 FLOP/B) is never starved and
 * reaches 0.90; AMD's 8-bit kernels reach the share of its 16-bit ones (stas00/ml-engineering, 2026-08-10).
 */
function shareOf(accelerator: AcceleratorFacts, precision: Precision, peak16: number): number {
  if (accelerator.achievable?.[precision] === undefined) {
    if (peak16 / (accelerator.bandwidth * 1e9) < 60) return 0.9;
    const needed = wattsNeeded[accelerator.generation];
    if (needed !== undefined && accelerator.tdp !== undefined && accelerator.tdp > 0) {
      const spare = accelerator.tdp / (peak16 / 1e12) / needed;
      return Math.min(1, achievableShare(accelerator, precision) * Math.sqrt(spare));
    }
    if (accelerator.generation === "tpu") {
      // Values are quantised on the way: GPT-3 on v5p in MLPerf training 4.0.
      if (precision === "int8") return 0.6;
      // Systolic arrays with memory to match: with everything computed again, 0.89 of peak on v5e, 0.76 on v4 (MaxText, configs).
      if (is16Bit(precision) && peak16 / (accelerator.bandwidth * 1e9) < 250) return 0.95;
    }
    if (accelerator.vendor.toLowerCase() === "amd") return achievableShare(accelerator, "bf16");
    const sibling = is16Bit(precision) ? siblings[accelerator.generation] : undefined;
    if (sibling !== undefined && accelerator.achievable?.bf16 === undefined) return sibling;
  }
  return achievableShare(accelerator, precision);
}

/** A power cap of a share x of TDP leaves x^0.45 of the rate (torchtitan's 500 W Hopper part, 2024-12). */
const capExponent = 0.45;

/** A cap in watts that the accelerator's text states: `H100-SXM 500W`. */
function statedWatts(text: string | undefined): number | undefined {
  const match = /(?<![\d.])(\d{2,4})\s?W\b/.exec(text ?? "");
  return match ? Number(match[1]) : undefined;
}

/** Undefined when the catalogue has no peak for the part. `text` is the accelerator as the configuration names it. */
export function trainingDevice(
  accelerator: AcceleratorFacts,
  wanted: Precision,
  text?: string,
): TrainingDevice | undefined {
  const asked =
    accelerator.generation === "tpu" && wanted === "fp8" && accelerator.peak.fp8 === undefined ? "int8" : wanted;
  const rate = peakFlops(accelerator, asked);
  const rate16 = peakFlops(accelerator, "bf16");
  if (rate === undefined || rate16 === undefined || !(accelerator.bandwidth > 0)) return undefined;
  const share16 = shareOf(accelerator, rate16.precision, rate16.flops);
  const share = rate.precision === rate16.precision ? share16 : shareOf(accelerator, rate.precision, rate16.flops);
  const watts = statedWatts(text);
  const tdp = accelerator.tdp;
  // The variant of Hopper with second-generation stacks (96 GB at 2.4 TB/s) shares its name with the usual one.
  const oldStacks = accelerator.generation === "hopper" && /hbm2e/i.test(text ?? "");
  const gigabytes = /(?<![\d.])(\d{2,3})\s?GB/i.exec(text ?? "");
  const capped = watts !== undefined && tdp !== undefined && watts < tdp ? (watts / tdp) ** capExponent : 1;
  const link =
    accelerator.link !== undefined && accelerator.link > 0
      ? (0.8 * accelerator.link * 1e9) / 2
      : (links[accelerator.generation] ?? 12.5e9);
  return {
    generation: accelerator.generation,
    nvidia: !nonNvidia.has(accelerator.generation),
    peak: rate16.flops,
    peakAtPrecision: rate.flops,
    matmul: rate.flops * share * capped,
    matmul16: rate16.flops * share16 * capped,
    precision: rate.precision,
    bandwidth: (oldStacks ? 2400 : accelerator.bandwidth) * 1e9,
    memory: oldStacks && gigabytes ? Number(gigabytes[1]) : accelerator.memory,
    link,
    linkDomain: Math.max(1, accelerator.linkDomain),
    network: networkOf(accelerator) * 1e9,
  };
}
