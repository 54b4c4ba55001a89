/** Engine classes: what runs the denoiser decides how many kernels it launches, how well they are fused, and how work is divided. */
import type { Precision } from "../precision";
import type { ImageConstants } from "./constants";

/** `graph`: compiled, and the kernels of a step launched at once. */
export type EngineClass = "eager" | "compile" | "graph" | "static" | "torchao";

/** `flash3`: FlashAttention 3, for Hopper; `sage`: 8-bit products of queries and keys. */
export type AttentionKernel = "flash3" | "sage";

/** What the engine's name says. */
export interface Engine {
  readonly class: EngineClass;
  /** Several accelerators share one item: by its sequence, patches or tensors. Unknown where no engine is named. */
  readonly divides: boolean | undefined;
  /** Narrow weights are widened before each product, or kernels compute in the narrow format. Unknown where the name says neither. */
  readonly narrow: "widened" | "computed" | undefined;
  /** Software from before fused kernels, or without them: attention writes its scores to memory. */
  readonly unfusedAttention: boolean;
  /** Kernels quicker than the usual ones that the name mentions. */
  readonly attentionKernel: AttentionKernel | undefined;
  /** The fit rests on this engine: xDiT, or a stated release of diffusers since it fuses attention. */
  readonly measured: boolean;
  /** A bare name (or none): the software may be as old as the model. */
  readonly undated: boolean;
  /** bitsandbytes, whose int8 splits outliers off and whose nf4 is quick to unpack. */
  readonly bitsAndBytes: boolean;
}

export function engineClass(engine: string | undefined): EngineClass {
  if (engine === undefined) return "eager";
  if (/tensor-?rt|aitemplate|oneflow|stable-?fast|onediff|nexfort|nunchaku|svdquant|trt\b/i.test(engine))
    return "static";
  if (/max-?autotune|reduce-?overhead|cuda-?graph/i.test(engine)) return "graph";
  // Quantised modules that are compiled behave as compiled ones, whoever quantised them; so do engines that bring fused kernels.
  if (
    /compile|inductor|dynamo|\bxla\b|\bjax\b|flax|maxdiffusion|deepspeed|sglang|lightx2v|skyreels-?infer/i.test(engine)
  )
    return "compile";
  if (/torchao/i.test(engine)) return "torchao";
  return "eager";
}

const divided =
  /xdit|para-?att|ulysses|ring\b|usp\b|sequence|context|fast-?video|sglang|distri-?fusion|pipe-?fusion|parallel/i;

const withoutFused =
  /(?:\bno|without|w\/o)[ -]*(?:xformers|flash|sdpa|fused)|(?:plain|vanilla|naive|math|unfused)[ -]attention|attention[ -]?slic/i;
const fused = /xformers|flash|sdpa|efficient/i;
/** PyTorch 2 and diffusers 0.13 brought fused attention in March 2023. */
const beforeFused = /diffusers[ =@v-]*0\.(?:\d|1[0-2])(?!\d)|torch[ =@v-]*1\.\d/i;

const release = /(?:diffusers|torch)[ =@v-]*\d+\.\d/i;

const isUnfused = (engine: string): boolean =>
  withoutFused.test(engine) || (beforeFused.test(engine) && !fused.test(engine));

function attentionKernelOf(engine: string): AttentionKernel | undefined {
  if (/flash[- _]?(?:attention|attn)?[- _]?3|\bfa-?3\b/i.test(engine)) return "flash3";
  return /sage[- _]?att/i.test(engine) ? "sage" : undefined;
}

export const engineOf = (engine: string | undefined): Engine => ({
  class: engineClass(engine),
  divides: engine === undefined ? undefined : divided.test(engine),
  narrow: engine === undefined ? undefined : narrowOf(engine),
  unfusedAttention: isUnfused(engine ?? ""),
  attentionKernel: attentionKernelOf(engine ?? ""),
  measured: /\bxdit\b/i.test(engine ?? "") || (release.test(engine ?? "") && !beforeFused.test(engine ?? "")),
  undated: !(release.test(engine ?? "") || fused.test(engine ?? "")),
  bitsAndBytes: /bitsandbytes|\bbnb\b|llm\.int8/i.test(engine ?? ""),
});

function narrowOf(engine: string): Engine["narrow"] {
  if (/weight-?only|quanto|layerwise|gguf/i.test(engine)) return "widened";
  return /matmul|dynamic|w8a8|w4a4|scaled/i.test(engine) ? "computed" : undefined;
}

/** Factors against eager 16-bit PyTorch. */
export interface EngineFactors {
  /** On matrix products and convolutions. */
  readonly linear: number;
  readonly attention: number;
  /** On element-wise traffic. */
  readonly memory: number;
  readonly launch: number;
  /** Extra 80 % log half-width of latency that the class brings. */
  readonly width: number;
}

/** Matrix products in a narrow format that the kernels compute in: half the time, and quantising the activations. */
function narrowFactor(precision: Precision | undefined): number {
  if (precision === "int8") return 0.8;
  if (precision === "fp8") return 0.6;
  if (precision === "int4" || precision === "fp4") return 0.45;
  return 1;
}

const narrowFormats: ReadonlySet<Precision> = new Set(["fp8", "int8", "fp4", "int4", "nf4"]);
const plain: EngineFactors = { linear: 1, attention: 1, memory: 1, launch: 1, width: 0 };

/** Weights unpacked before each product; against bf16 eager on the same part. */
function widened(precision: Precision, bitsAndBytes: boolean): EngineFactors {
  const whole = { ...plain, launch: 1.3 };
  if (bitsAndBytes) return { ...whole, linear: precision === "int8" ? 3 : 1.1, width: 0.4 };
  if (precision === "nf4" || precision === "fp4") return { ...whole, linear: 1.1, width: 0.4 };
  // Generic unpacking of 4 bit takes many times what the product does.
  if (precision === "int4") return { ...whole, linear: 8, width: 0.8 };
  return { ...whole, linear: 1.35, width: 0.25 };
}

function torchao(precision: Precision | undefined): EngineFactors {
  // Weight-only or computed in 4 bit: 0.9 to 5 times bf16, which a workload does not state.
  if (precision === "int4" || precision === "nf4")
    return { linear: 1.9, attention: 1.9, memory: 1.9, launch: 1, width: 0.8 };
  // Its schemes are meant to be compiled, and mostly are: between eager and compiled, as the name does not say.
  const linear = precision === "fp8" ? 0.75 : precision === "int8" ? 0.95 : 1;
  return { linear, attention: 1, memory: 0.8, launch: 0.8, width: 0.25 };
}

export function engineFactors(
  { class: engine, narrow, bitsAndBytes }: Pick<Engine, "class" | "narrow" | "bitsAndBytes">,
  precision: Precision | undefined,
  constants: ImageConstants,
): EngineFactors {
  const format = precision !== undefined && narrowFormats.has(precision) ? precision : undefined;
  if (engine === "torchao") return format && narrow === "widened" ? widened(format, false) : torchao(precision);
  if (engine === "eager") {
    if (!format) return plain;
    // Without a compiler, narrow weights are mostly stored so and widened.
    if (narrow !== "computed") return widened(format, bitsAndBytes);
    return { linear: narrowFactor(format), attention: 1, memory: 1.1, launch: 1.3, width: 0.25 };
  }
  const own = engine === "static" ? constants.static : constants.compile;
  const product = narrow === "widened" ? 1 : narrowFactor(precision);
  return {
    linear: own.linear * product,
    attention: own.attention,
    memory: own.memory,
    launch: engine === "graph" ? constants.static.launch : own.launch,
    width: Math.hypot(0.24, format ? 0.25 : 0),
  };
}
