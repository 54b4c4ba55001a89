/** Constants of inference that are fitted: where they are, what is believed before the data, and what is tied together. */

export interface Parameter {
  /** Dotted paths into the constants; several are tied to one value. */
  readonly paths: readonly string[];
  readonly prior: number;
  readonly least?: number;
  readonly most?: number;
  /** Strength of the pull towards the prior, relative to 1. */
  readonly pull?: number;
  readonly fixed?: boolean;
  /** The main table alone does not tell: fitted with the check tables too. */
  readonly wide?: boolean;
}

const us = 1e-6;
const one = (path: string, prior: number, rest: Partial<Parameter> = {}): Parameter => ({
  paths: [path],
  prior,
  ...rest,
});
const tied = (paths: readonly string[], prior: number, rest: Partial<Parameter> = {}): Parameter => ({
  paths,
  prior,
  ...rest,
});
const engines = (names: readonly string[], field: string): string[] => names.map((name) => `engines.${name}.${field}`);

/** Data-sheet bandwidth is never exceeded, and the gap to it is not told from launch time above 0.93. */
const bandwidth = { least: 0.4, most: 0.92, pull: 4 };
const share = { least: 0.2, most: 0.95, pull: 4 };
const power = { least: 0.1, most: 0.5, pull: 2 };

export const parameters: readonly Parameter[] = [
  tied(["bandwidth.volta", "bandwidth.turing", "bandwidth.pascal"], 0.87, bandwidth),
  tied(["bandwidth.ampere"], 0.9, bandwidth),
  tied(["bandwidth.hopper"], 0.9, bandwidth),
  tied(["bandwidth.ampereWorkstation", "bandwidth.ada"], 0.9, bandwidth),
  tied(["bandwidth.blackwell"], 0.85, bandwidth),
  tied(["bandwidth.blackwellWorkstation"], 0.88, bandwidth),
  tied(["bandwidth.cdna2", "bandwidth.cdna3", "bandwidth.cdna4"], 0.84, bandwidth),
  tied(["bandwidth.apple"], 0.88, bandwidth),
  tied(["bandwidth.ascend", "bandwidth.arc", "bandwidth.other"], 0.6, bandwidth),
  one("cacheRead", 0.86, { least: 0.4, most: 1 }),

  // Measured largest multiplications where known (stas00/ml-engineering, 2026-08-10); the others are fitted around 0.75.
  one("matmul.ampere", 0.85, { fixed: true }),
  one("matmul.hopper", 0.8, { fixed: true }),
  one("matmul.blackwell", 0.77, { fixed: true }),
  tied(["matmul.ampereWorkstation"], 0.78, share),
  tied(["matmul.ada"], 0.85, share),
  tied(["matmul.blackwellWorkstation"], 0.85, share),
  tied(["matmul.cdna2", "matmul.cdna3", "matmul.cdna4"], 0.58, share),
  tied(["matmul.ascend", "matmul.arc", "matmul.other"], 0.4, share),
  one("matmul8", 0.7, { least: 0.4, most: 1 }),
  one("matmul4", 0.52, { least: 0.3, most: 1 }),
  one("prefill8", 0.92, { least: 0.5, most: 1.1, pull: 4 }),
  one("prefill4", 0.75, { least: 0.3, most: 1.1 }),
  // llama.cpp's own figures of prompt speed on RTX 3090, 4090, 2080 Ti and P40: 0.17 to 0.26 of the integer peak.
  one("prefillInteger", 0.28, { least: 0.1, most: 0.8, wide: true }),
  one("prefillAttention", 0.6, { least: 0.2, most: 1.2 }),
  one("picture", 0.03, { least: 0.001, most: 0.3 }),
  one("visionTower", 0.3, { least: 0.05, most: 0.8 }),
  one("expertRead", 0.92, { least: 0.5, most: 1 }),
  one("expertWidth", 500, { least: 20, most: 3000 }),
  one("expertRows", 46, { least: 4, most: 128 }),
  one("expertRows8", 80, { least: 4, most: 160 }),
  one("routing", 0.6, { least: 0.2, most: 1 }),
  one("overlap", 1.2, { least: 1, most: 6 }),
  one("eagerOverlap", 2.8, { least: 1, most: 6 }),
  one("link", 0.45, { least: 0.2, most: 0.9 }),
  // `unpack` says most of what narrow weights cost.
  one("dequantise", 1, { least: 0.5, most: 1 }),
  one("unpack", 2, { least: 0.2, most: 20, pull: 0.3 }),
  // bitsandbytes on A800 and RTX 5090 (check table).
  one("eagerDequantise", 350 * us, { wide: true }),
  one("bubble", 0.046, { least: 0.005, most: 0.3 }),
  one("residentOutput", 0.74, { least: 0.5, most: 1, pull: 4 }),
  one("batchCap", 1200, { least: 256, most: 4096 }),
  one("batchCapGrowth", 0.35, { least: 0.05, most: 1 }),
  one("prefillMidpoint", 0.67, { least: 0.2, most: 3 }),
  one("exchangeGrowth", 0.7, { least: 0.1, most: 1.5, pull: 4 }),
  // Eager loops on an RTX 5090 (check table).
  tied(["host.blackwellWorkstation"], 0.7, { least: 0.4, most: 1.2, pull: 8, wide: true }),
  tied(["host.blackwell"], 0.9, { least: 0.4, most: 1.2, pull: 8, wide: true }),
  // Eager loops on a T4 (check tables).
  tied(["host.turing"], 1.4, { least: 0.8, most: 3, wide: true }),
  // vLLM and SGLang on MI300X (check tables).
  tied(["launch.cdna2", "launch.cdna3", "launch.cdna4"], 1.3, { least: 0.8, most: 3, wide: true }),

  tied(engines(["vllm", "sglang"], "layer"), 64 * us),
  tied(engines(["vllmEarly"], "layer"), 310 * us),
  tied(engines(["tensorRt"], "layer"), 27 * us),
  tied(engines(["tensorRtStatic"], "layer"), 37 * us),
  tied(engines(["eager"], "layer"), 780 * us),
  tied(engines(["compiled"], "layer"), 59 * us),
  tied(engines(["llamaCpp", "exllama", "mlc"], "layer"), 17 * us),
  one("engines.eager.step", 7.8e-3),
  tied(engines(["vllm", "sglang"], "step"), 150 * us, { wide: true }),
  tied(engines(["tensorRt"], "step"), 100 * us, { wide: true }),
  tied(engines(["tensorRt", "tensorRtStatic"], "request"), 4e-3, { least: 1e-4, most: 0.05, wide: true }),
  tied(engines(["vllm", "vllmEarly", "sglang"], "request"), 8e-3, { least: 1e-4, most: 0.1, wide: true }),
  tied(engines(["llamaCpp", "exllama", "mlc"], "request"), 25e-3, { least: 1e-4, most: 0.1, wide: true }),
  tied(engines(["eager", "compiled"], "request"), 4e-3, { fixed: true, wide: true }),
  tied(engines(["vllm"], "sequence"), 44 * us),
  tied(engines(["sglang"], "sequence"), 110 * us, { most: 250 * us }),
  tied(engines(["vllmEarly"], "sequence"), 380 * us),
  tied(engines(["tensorRt", "tensorRtStatic"], "sequence"), 4.8 * us),
  tied(engines(["vllm", "sglang"], "expertLayer"), 39 * us),
  tied(engines(["tensorRt", "tensorRtStatic"], "expertLayer"), 21 * us),
  tied(engines(["vllm", "sglang"], "latentLayer"), 100 * us),
  tied(engines(["tensorRt", "tensorRtStatic"], "latentLayer"), 50 * us),
  tied(engines(["vllm", "sglang"], "exchange"), 78 * us),
  tied(engines(["tensorRt", "tensorRtStatic"], "exchange"), 20 * us),
  tied(engines(["vllm", "sglang", "tensorRt", "tensorRtStatic"], "allReduce"), 15 * us),
  tied(engines(["compiled"], "allReduce"), 26 * us),
  tied(engines(["vllmEarly"], "allReduce"), 520 * us),
  tied(engines(["vllm", "sglang"], "prefill"), 0.6, { least: 0.3, most: 1.1 }),
  tied(engines(["vllmEarly"], "prefill"), 0.58, { least: 0.3, most: 1.1 }),
  tied(engines(["tensorRt", "tensorRtStatic"], "prefill"), 0.75, { least: 0.3, most: 1.1 }),
  one("engines.llamaCpp.bandwidth", 0.95, { least: 0.5, most: 1.08 }),
  // ExLlamaV2 on RTX 3090 Ti and 4090, MLX on an M4 (check table).
  tied(engines(["exllama", "mlc"], "bandwidth"), 1, { least: 0.5, most: 1, wide: true }),
  tied(engines(["compiled"], "bandwidth"), 0.86, { least: 0.5, most: 1 }),

  tied(["power.serving.volta"], 0.23, power),
  tied(["power.serving.ampere"], 0.2, power),
  tied(["power.serving.ampereWorkstation"], 0.36, power),
  tied(["power.serving.hopper"], 0.22, power),
  tied(["power.serving.blackwell"], 0.28, power),
  one("power.busy", 0.37, { least: 0.05, most: 1, pull: 0.2, wide: true }),
  one("power.memory", 0.25, { least: 0.05, most: 1, pull: 0.2, wide: true }),
  one("power.memoryExponent", 0.65, { least: 0.3, most: 1.5, pull: 0.1, wide: true }),
  one("power.compute", 0.72, { least: 0.05, most: 2, pull: 0.2, wide: true }),
  one("power.computeExponent", 0.84, { least: 0.3, most: 1.5, pull: 0.1, wide: true }),
  one("power.narrow", 0.4, { least: 0.02, most: 1.2, pull: 0.05, wide: true }),
  one("power.split", 0.05, { least: 0.001, most: 0.4, pull: 0.1 }),
  // T4 (check tables): a chip that draws 215 W on other boards.
  one("power.slot", 1.4, { least: 1, most: 2, wide: true }),
  one("power.allReduceIdle", 0.79, { least: 0.1, most: 1 }),
  one("power.sequenceBusy", 0.83, { least: 0.05, most: 1, wide: true }),
  one("power.layerBusy", 0.25, { least: 0.02, most: 1, wide: true }),
];
