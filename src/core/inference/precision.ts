/** Formats of weights, caches and multiplications when a model is served. */
import type { AcceleratorFacts } from "../facts";
import { type Precision, weightBits } from "../precision";
import type { EngineClass } from "./engine";

/** OpenAI's gpt-oss ships routed experts in MXFP4 and all else in bf16. */
const expertsOnly = /gpt-?oss/i;
const sixteen = (precision: Precision | undefined): boolean =>
  precision === undefined ||
  precision === "bf16" ||
  precision === "fp16" ||
  precision === "fp32" ||
  precision === "tf32";

/** Models whose published weights are 8 bit. */
const nativeFp8 = /deepseek-?(ai\/deepseek-?)?(v3|r1(?!-?distill))|kimi-?k2|minimax-m2/i;

/** Format that a model's name states: `-FP8`, `AWQ`, `GPTQ-Int4`, `w8a8`, `nvfp4`; undefined when it states none. */
export function precisionFromName(name: string): Precision | undefined {
  if (expertsOnly.test(name)) return "fp4";
  if (/nvfp4|mxfp4|(?:^|[-_.])fp4\b/i.test(name)) return "fp4";
  if (/(?:^|[-_./])fp8|w8a8-?fp8/i.test(name)) return "fp8";
  if (/awq|gptq|int4|w4a16|4bit|q4_|bnb-4/i.test(name)) return "int4";
  if (/w8a8|int8|8bit|q8_0/i.test(name)) return "int8";
  if (nativeFp8.test(name)) return "fp8";
  return undefined;
}

/** Stated format, unless it is 16 bit and the name says that the stored weights are narrower. */
export const weightPrecisionOf = (stated: Precision | undefined, name: string): Precision | undefined =>
  sixteen(stated) ? (precisionFromName(name) ?? stated) : stated;

export interface WeightFormat {
  /** Bits of weights that every token passes. */
  readonly residentBits: number;
  readonly expertBits: number;
  /** Bits of embedding and output head. */
  readonly tableBits: number;
}

export function weightFormat(precision: Precision, name: string, engine: EngineClass): WeightFormat {
  const bits = weightBits[precision];
  if (precision === "fp4" && expertsOnly.test(name)) {
    // The files for llama.cpp hold all else in 8 bit.
    const rest = engine === "llamaCpp" ? 8.5 : 16;
    return { residentBits: rest, expertBits: 4.25, tableBits: rest };
  }
  // llama.cpp's usual 4-bit file (Q4_K_M) holds 4.85 bits per weight, tables included; 8-bit (Q8_0) 8.5.
  if (engine === "llamaCpp" && bits < 16) {
    const file = bits < 8 ? 4.85 : 8.5;
    return { residentBits: file, expertBits: file, tableBits: file };
  }
  // MLC and MLX quantise the tables with the rest.
  return { residentBits: bits, expertBits: bits, tableBits: engine === "mlc" ? bits : Math.max(16, bits) };
}

/** Dense peak FLOP/s of the multiplications, and how narrow they run (16, 8 or 4 bit). */
export function computePeak(
  accelerator: AcceleratorFacts,
  precision: Precision,
  name: string,
): { flops: number; sixteen: number; narrow: 16 | 8 | 4 } {
  const { peak } = accelerator;
  const base =
    (peak.bf16 ?? peak.fp16 ?? (peak.fp32 === undefined ? undefined : peak.fp32) ?? accelerator.bandwidth * 0.1) * 1e12;
  if ((precision === "fp32" || precision === "tf32") && peak.fp32 !== undefined)
    return { flops: Math.min(base, (peak.tf32 ?? peak.fp32) * 1e12), sixteen: base, narrow: 16 };
  const weightOnly = precision === "int4" || precision === "nf4" || (precision === "fp4" && expertsOnly.test(name));
  if (precision === "fp4" && peak.fp4 !== undefined) return { flops: peak.fp4 * 1e12, sixteen: base, narrow: 4 };
  if (weightOnly) return { flops: base, sixteen: base, narrow: 16 };
  if (precision === "fp8" && peak.fp8 !== undefined) return { flops: peak.fp8 * 1e12, sixteen: base, narrow: 8 };
  if (precision === "int8" && (peak.int8 ?? peak.fp8) !== undefined)
    return { flops: (peak.int8 ?? (peak.fp8 as number)) * 1e12, sixteen: base, narrow: 8 };
  return { flops: base, sixteen: base, narrow: 16 };
}

/** Cache format: stated, else 8 bit where TensorRT-LLM's narrow recipes use it, else 16 bit. */
export const cachePrecisionOf = (stated: Precision | undefined, weights: Precision, engine: EngineClass): Precision =>
  stated ?? (engine === "tensorRt" && (weights === "fp8" || weights === "fp4") ? "fp8" : "bf16");

/**
 * 8-bit integer OP/s with which llama.cpp reads prompts from narrow weights (its matrix kernels quantise the activations too), on the
 * desktop and workstation parts that they were written for; undefined elsewhere. Pascal's dot product of four bytes has four times the
 * rate of its 32-bit units, Turing's tensor cores four times their 16-bit rate with 32-bit sums.
 */
export function integerPeak({ generation, peak }: AcceleratorFacts): number | undefined {
  const rate = (tera: number | undefined, times = 1): number | undefined =>
    tera === undefined ? undefined : tera * times * 1e12;
  if (generation === "pascal") return rate(peak.int8) ?? rate(peak.fp32, 4);
  if (generation === "turing") return rate(peak.int8) ?? rate(peak.fp16, 4);
  const desktop = generation === "ampereWorkstation" || generation === "ada" || generation === "blackwellWorkstation";
  return desktop ? rate(peak.int8) : undefined;
}
