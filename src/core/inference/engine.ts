/**
 * Serving engines as people write them, sorted into the classes whose constants are calibrated together.
 */

import type { AcceleratorFacts } from "../facts";

export const engineClasses = [
  /** vLLM since 0.6 (CUDA graphs, one process per step). Also when nothing is stated. */
  "vllm",
  /** vLLM up to 0.5: the scheduler and the Python front end share a process. */
  "vllmEarly",
  /** SGLang, TGI, LMDeploy, DeepSpeed-MII, LightLLM. */
  "sglang",
  /** TensorRT-LLM, NIM, Triton with it. */
  "tensorRt",
  /** TensorRT-LLM 0.x: static batches. */
  "tensorRtStatic",
  /** Plain PyTorch: transformers, FastChat, litgpt, pipelines. */
  "eager",
  /** torch.compile, gpt-fast. */
  "compiled",
  "llamaCpp",
  "exllama",
  "mlc",
] as const;
export type EngineClass = (typeof engineClasses)[number];

const early = /^vllm[ /@:v-]*0\.[0-5](\.|$|[^\d.])/;
const staticTensorRt = /^tensorrt-?llm[ /@:v-]*0\./;

/** First match wins; text is lower-case. */
const patterns: readonly (readonly [RegExp, EngineClass])[] = [
  [/llama\.?cpp|ollama|gguf|llamafile|lm-?studio|koboldcpp|ggml/, "llamaCpp"],
  [/exllama|tabbyapi|autoawq/, "exllama"],
  [/mlc|web-?llm/, "mlc"],
  [/\bmlx/, "mlc"],
  [/gpt-?fast|torch\.compile/, "compiled"],
  [staticTensorRt, "tensorRtStatic"],
  [/tensorrt|trt-?llm|\bnim\b/, "tensorRt"],
  [/vllm|llmboost|aphrodite/, "vllm"],
  [/sglang|\btgi\b|text-generation-inference|lmdeploy|turbomind|lightllm|deepspeed-?mii|fastgen/, "sglang"],
  [/transformers|fastchat|\bhf\b|hugging ?face|litgpt|accelerate|pytorch|eager/, "eager"],
];

/** Class of an engine's name; undefined when the text names none that is known. */
export function engineClassOf(engine: string): EngineClass | undefined {
  const text = engine.toLowerCase();
  // ROCm builds of early vLLM were forks with the later scheduler.
  if (early.test(text) && !text.includes("rocm")) return "vllmEarly";
  for (const [pattern, engineClass] of patterns) if (pattern.test(text)) return engineClass;
  return undefined;
}

/**
 * Parts that vLLM's releases are not built for (compute capability below 7.0, AMD before gfx90a; vLLM installation pages): what runs there
 * are forks and old versions, without captured graphs and without the later kernels.
 */
export const outsideReleases = ({ id, generation }: AcceleratorFacts): boolean =>
  generation === "pascal" || id === "mi100";

/** Runs one sequence at a time unless told otherwise. */
export const isLocal = (engine: EngineClass): boolean =>
  engine === "eager" || engine === "compiled" || engine === "llamaCpp" || engine === "exllama" || engine === "mlc";

/** Continuous batching: prefills of new requests interleave with decode steps. */
export const isServing = (engine: EngineClass): boolean => !isLocal(engine);
