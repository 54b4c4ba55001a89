import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readModel, readModelFromPath, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";
import { readQuantization, readServing } from "./vllm";

export const tensorRtLlm = dialectFrom({
  id: "tensorRtLlm",
  title: "TensorRT-LLM options",
  anchors: ["kv_cache_config:", "llm_api_args", "free_gpu_memory_fraction", "cuda_graph_config", "pp_size:"],
  recognizes: (root) =>
    root.entries.length < 80 &&
    !hasKey(root, "model_type", "apiVersion", "mem_fraction_static", "enable_dp_attention_sglang") &&
    ((hasKey(root, "tp_size") &&
      hasKey(root, "pp_size") &&
      !hasKey(root, "mem_fraction_static", "attention_backend")) ||
      hasMapping(root, "llm_api_args") ||
      hasKey(nodeAt(root, "kv_cache_config"), "dtype", "free_gpu_memory_fraction", "enable_block_reuse") ||
      (hasMapping(root, "cuda_graph_config") &&
        hasKey(root, "enable_attention_dp", "moe_config", "print_iter_log", "max_batch_size", "tensor_parallel_size"))),
  workloads: (outer) => read(outer.mapping("llm_api_args") ? outer.at("llm_api_args") : outer),
  documentation: {
    recognizedBy:
      "`tp_size` + `pp_size`, `llm_api_args`, or a `kv_cache_config` mapping with `dtype`, `free_gpu_memory_fraction` or `enable_block_reuse`",
    reads:
      "accelerators = tensor × pipeline parallel, model, longest sequence, largest batch as upper bound, precision of the cache, quantisation",
    limits: "extra options beside a command line often lack the model and the sizes",
  },
});

function read(reading: Reading): Recognized {
  reading.put("engine", "tensorrt-llm");
  if (!readModel(reading, "model", "model_path", "model_kwargs/model")) readModelFromPath(reading);
  readServing(reading, {
    tensor: ["tensor_parallel_size", "tp_size"],
    pipeline: ["pipeline_parallel_size", "pp_size"],
    data: ["data_parallel_size"],
    length: ["max_seq_len", "max_num_tokens_per_sequence", "build_config/max_seq_len"],
    sequences: ["max_batch_size", "build_config/max_batch_size", "cuda_graph_config/max_batch_size"],
  });
  reading.count("parallelism.expert", "moe_expert_parallel_size", "ep_size");
  reading.product(
    reading.has("tensor_parallel_size") ? "tensor_parallel_size" : "tp_size",
    reading.has("pipeline_parallel_size") ? "pipeline_parallel_size" : "pp_size",
  );
  readPrecision(reading, "precision", "dtype");
  readPrecision(reading, "kvCachePrecision", "kv_cache_config/dtype", "kv_cache_dtype");
  readQuantization(reading, "quant_config/quant_algo", "quantization");
  return reading.finish({ kind: "inference" });
}
