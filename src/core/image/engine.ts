/** Engine classes: what runs the denoiser decides how many kernels it launches, how well they are fused, and how work is divided. */
import type { Precision } from "../precision";
import type { ImageConstants } from "./constants";

/** `graph`: compiled, and the kernels of a step launched at once. */
export type EngineClass = "eager" | "compile" | "graph" | "static" | "torchao";

/** What the engine's name says. */
export interface Engine {
  readonly class: EngineClass;
  /** Several accelerators share one item: by its sequence, patches or tensors. Unknown where no engine is named. */
  readonly divides: boolean | undefined;
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

export const engineOf = (engine: string | undefined): Engine => ({
  class: engineClass(engine),
  divides: engine === undefined ? undefined : divided.test(engine),
});

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

export function engineFactors(
  engine: EngineClass,
  precision: Precision | undefined,
  constants: ImageConstants,
): EngineFactors {
  const narrow = precision !== undefined && narrowFormats.has(precision);
  if (engine === "torchao") {
    // Weight-only 4 bit unpacks in slow kernels: 0.9 to 5 times bf16 by scheme, which a workload does not state.
    if (precision === "int4" || precision === "nf4")
      return { linear: 1.9, attention: 1.9, memory: 1.9, launch: 1, width: 0.8 };
    // Its schemes are meant to be compiled, and mostly are: between eager and compiled, as the name does not say.
    const linear = precision === "fp8" ? 0.75 : precision === "int8" ? 0.95 : 1;
    return { linear, attention: 1, memory: 0.8, launch: 0.8, width: 0.25 };
  }
  if (engine === "eager") {
    if (!narrow) return { linear: 1, attention: 1, memory: 1, launch: 1, width: 0 };
    // Without a compiler, narrow weights are stored so and widened before every product.
    const four = precision === "int4" || precision === "fp4" || precision === "nf4";
    return { linear: four ? 1.35 : 1.2, attention: 1, memory: 1, launch: 1.3, width: four ? 0.4 : 0.25 };
  }
  const own = engine === "static" ? constants.static : constants.compile;
  return {
    linear: own.linear * narrowFactor(precision),
    attention: own.attention,
    memory: own.memory,
    launch: engine === "graph" ? constants.static.launch : own.launch,
    width: Math.hypot(0.24, narrow ? 0.25 : 0),
  };
}
