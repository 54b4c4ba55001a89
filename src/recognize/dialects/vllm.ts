import { dialectFrom } from "../readers/dialect";
import { parsePrecision, precisionInName } from "../readers/precision";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import { readModel, readModelFromPath, readPrecision } from "../readers/training";
import { type Recognized, serverBound } from "../recognized";

/** Options that only vLLM's server knows; one of them is enough. */
const own = [
  "gpu_memory_utilization",
  "max_num_seqs",
  "max_num_batched_tokens",
  "enable_chunked_prefill",
  "enable_prefix_caching",
  "enforce_eager",
  "async_scheduling",
  "swap_space",
  "distributed_executor_backend",
  "speculative_config",
  "kv_transfer_config",
  "enable_expert_parallel",
  "max_logprobs",
  "tool_call_parser",
  "served_model_name",
  "api_server_count",
];
const common = [
  "tensor_parallel_size",
  "max_model_len",
  "pipeline_parallel_size",
  "data_parallel_size",
  "kv_cache_dtype",
  "trust_remote_code",
  "quantization",
];

export const vllm = dialectFrom({
  id: "vllm",
  title: "vLLM --config YAML",
  anchors: [
    "tensor-parallel-size",
    "tensor_parallel_size",
    "max-model-len",
    "max_model_len",
    "gpu-memory-utilization",
    "gpu_memory_utilization",
    "max-num-seqs",
    "max_num_seqs",
    "max-num-batched-tokens",
    "max_num_batched_tokens",
  ],
  recognizes: (root) =>
    root.entries.length < 60 &&
    hasKey(
      root,
      "tensor_parallel_size",
      "max_model_len",
      "gpu_memory_utilization",
      "max_num_seqs",
      "max_num_batched_tokens",
    ) &&
    countKeys(root, [...own, ...common]) >= Math.min(2, root.entries.length) &&
    !hasKey(
      root,
      "kv_cache_config",
      "llm_api_args",
      "model_type",
      "base_model",
      "dp_shard_size",
      "apiVersion",
      "services",
      "enable_dp_attention",
    ),
  workloads: read,
  documentation: {
    recognizedBy:
      "a flat map with `tensor-parallel-size`, `max-model-len`, `gpu-memory-utilization`, `max-num-seqs` or `max-num-batched-tokens`, in kebab or snake case",
    reads:
      "accelerators = tensor × pipeline × data parallel, model, longest context, precision of weights and cache; `max-num-seqs` as upper bound of the concurrency",
    limits: "the model and more may be on the command line, which wins over the file",
  },
});

function read(reading: Reading): Recognized {
  reading.put("engine", "vllm");
  if (!readModel(reading, "model", "model_tag", "served_model_name")) readModelFromPath(reading);
  readServing(reading, {
    tensor: ["tensor_parallel_size"],
    pipeline: ["pipeline_parallel_size"],
    data: ["data_parallel_size"],
    length: ["max_model_len"],
    sequences: ["max_num_seqs"],
  });
  reading.product("tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size");
  if (reading.flagAt("enable_expert_parallel") === true) {
    const members = (reading.numberAt("tensor_parallel_size") ?? 1) * (reading.numberAt("data_parallel_size") ?? 1);
    if (Number.isInteger(members) && members > 1)
      reading.put("parallelism.expert", members, reading.find("enable_expert_parallel"), {
        note: "tensor × data parallel",
      });
  }
  readPrecision(reading, "precision", "dtype");
  readPrecision(reading, "kvCachePrecision", "kv_cache_dtype");
  readQuantization(reading, "quantization");
  return reading.finish({ kind: "inference" });
}

/** What servers share. An upper bound of sequences is taken as the concurrency and says so. */
export function readServing(
  reading: Reading,
  paths: Readonly<Record<"tensor" | "pipeline" | "data" | "length" | "sequences", readonly string[]>>,
): void {
  reading.count("parallelism.tensor", ...paths.tensor);
  reading.count("parallelism.pipeline", ...paths.pipeline);
  reading.count("parallelism.data", ...paths.data);
  reading.number("maxModelLength", ...paths.length);
  const sequences = reading.scalar(...paths.sequences);
  const most = reading.numberAt(...paths.sequences);
  if (sequences && most !== undefined && most >= 1) reading.put("concurrency", most, sequences, serverBound);
}

/** Format of the weights: the option, or what the model's name announces. */
export function readQuantization(reading: Reading, ...paths: readonly string[]): void {
  const from = reading.scalar(...paths);
  const stated = from && parsePrecision(from.value);
  if (stated) reading.put("weightPrecision", stated, from);
  const model = reading.value("model");
  const named = typeof model === "string" ? precisionInName(model) : undefined;
  if (named)
    reading.put("weightPrecision", named, undefined, { confidence: "medium", note: "the model's name says so" });
}
