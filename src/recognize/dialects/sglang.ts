import { dialectFrom } from "../readers/dialect";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import { readModel, readModelFromPath, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";
import { readQuantization, readServing } from "./vllm";

const own = [
  "attention_backend",
  "mem_fraction_static",
  "enable_dp_attention",
  "disaggregation_mode",
  "context_length",
  "chunked_prefill_size",
  "max_running_requests",
  "disable_radix_cache",
  "cuda_graph_max_bs",
  "moe_a2a_backend",
  "schedule_policy",
  "text_encoder_cpu_offload",
  "vae_cpu_offload",
  "dit_cpu_offload",
  "dit_layerwise_offload",
  "skip_tokenizer_init",
];

export const sglang = dialectFrom({
  id: "sglang",
  title: "SGLang YAML",
  anchors: [
    "tp-size",
    "tp_size",
    "mem-fraction-static",
    "mem_fraction_static",
    "enable-dp-attention",
    "dit-cpu-offload",
  ],
  recognizes: (root) =>
    root.entries.length < 100 &&
    !hasKey(root, "kv_cache_config", "llm_api_args", "dist_config") &&
    ((hasKey(root, "tp_size", "tp", "tensor_parallel_size", "num_gpus") && countKeys(root, own) >= 1) ||
      countKeys(root, own) >= 2),
  workloads: read,
  documentation: {
    recognizedBy:
      "`tp-size` or `tp` beside SGLang's own options (`attention-backend`, `mem-fraction-static`, `enable-dp-attention`)",
    reads:
      "accelerators = tensor × data × pipeline parallel, model, context length, precision; image and video servers by their offload options",
    limits:
      "with `enable-dp-attention` data parallelism lies inside tensor parallelism and is not multiplied; of a disaggregated pair each file holds one side",
  },
});

/** Attention runs on `tp / dp` members each, the experts are spread over all of them. */
function readDataParallelAttention(reading: Reading): void {
  const tensor = reading.value("parallelism.tensor");
  const data = reading.value("parallelism.data");
  reading.drop("parallelism.data");
  reading.note("data-parallel attention lies inside tensor parallelism");
  if (typeof tensor !== "number" || typeof data !== "number" || data <= 1) return;
  reading.drop("parallelism.tensor");
  const from = reading.scalar("dp_size", "dp", "data_parallel_size");
  reading.put("parallelism.tensor", Math.max(1, Math.round(tensor / data)), from, { note: "of one attention group" });
  reading.put("parallelism.expert", tensor, from, { note: "experts are spread over all members" });
}

function read(reading: Reading): Recognized {
  reading.put("engine", "sglang");
  if (!readModel(reading, "model_path", "model", "served_model_name")) readModelFromPath(reading);
  const images =
    reading.has("vae_cpu_offload", "dit_cpu_offload", "dit_layerwise_offload", "num_gpus") &&
    reading.has("tp_size", "text_encoder_cpu_offload", "vae_cpu_offload");
  readServing(reading, {
    tensor: ["tp_size", "tp", "tensor_parallel_size"],
    pipeline: ["pp_size", "pipeline_parallel_size"],
    data: ["dp_size", "dp", "data_parallel_size"],
    length: ["context_length"],
    sequences: ["max_running_requests"],
  });
  reading.count("parallelism.expert", "ep_size", "expert_parallel_size");
  reading.count("nodes", "nnodes");
  if (!images && reading.has("num_gpus")) reading.count("accelerators", "num_gpus");
  if (images) reading.count("accelerators", "num_gpus", "tp_size");
  else if (reading.flagAt("enable_dp_attention") === true) {
    reading.product(reading.has("tp_size") ? "tp_size" : reading.has("tp") ? "tp" : "tensor_parallel_size", "pp_size");
    readDataParallelAttention(reading);
  } else
    reading.product(
      reading.has("tp_size") ? "tp_size" : reading.has("tp") ? "tp" : "tensor_parallel_size",
      reading.has("dp_size") ? "dp_size" : "dp",
      "pp_size",
    );
  const side = reading.textAt("disaggregation_mode");
  if (side && /prefill|decode/.test(side)) reading.note(`the ${side} side of a disaggregated pair`);
  readPrecision(reading, "precision", "dtype");
  readPrecision(reading, "kvCachePrecision", "kv_cache_dtype");
  readQuantization(reading, "quantization");
  if (!images) return reading.finish({ kind: "inference" });
  const name = `${reading.context.path} ${String(reading.value("model") ?? "")}`.toLowerCase();
  return reading.finish({
    kind: /wan|hunyuan-?video|ltx|cogvideo|video/.test(name) ? "videoGeneration" : "imageGeneration",
  });
}
