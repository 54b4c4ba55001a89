/** Engine classes: what runs the denoiser decides how many kernels it launches and how well they are fused. */
import type { Precision } from "../precision";
import type { ImageConstants } from "./constants";

export type EngineClass = "eager" | "compile" | "static" | "torchao";

export function engineClass(engine: string | undefined): EngineClass {
  if (engine === undefined) return "eager";
  if (/tensor-?rt|aitemplate|oneflow|stable-?fast|onediff|trt\b/i.test(engine)) return "static";
  if (/torchao/i.test(engine)) return "torchao";
  if (/compile|inductor/i.test(engine)) return "compile";
  return "eager";
}

export interface EngineFactors {
  readonly time: number;
  readonly launch: number;
  /** Extra 80 % log half-width of latency that the class brings. */
  readonly width: number;
}

/** Factors on accelerator time and launches against eager 16-bit PyTorch. */
export function engineFactors(
  engine: EngineClass,
  precision: Precision | undefined,
  constants: ImageConstants,
): EngineFactors {
  if (engine === "torchao") {
    // Weight-only 4 bit unpacks in slow kernels: 0.9 to 5 times bf16 by scheme, which a workload does not state.
    if (precision === "int4" || precision === "nf4") return { time: 1.9, launch: 1, width: 0.8 };
    if (precision === "fp8") return { time: 0.85, launch: 1, width: 0.25 };
    return { time: 1.1, launch: 1, width: 0.25 };
  }
  const narrow = precision === "fp8" || precision === "int8" || precision === "fp4" ? 0.75 : 1;
  const narrowWidth = narrow < 1 ? 0.25 : 0;
  if (engine === "eager") return { time: narrow, launch: 1, width: narrowWidth };
  const own = constants[engine];
  return { time: own.time * narrow, launch: own.launch, width: Math.hypot(0.24, narrowWidth) };
}
