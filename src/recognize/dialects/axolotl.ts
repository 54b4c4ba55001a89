import { dialectFrom } from "../readers/dialect";
import { hasKey, type Reading } from "../readers/reading";
import {
  readAdapter,
  readCheckpointing,
  readDataset,
  readDeepSpeedReference,
  readFsdp,
  readFusedLoss,
  readModel,
  readOtherModel,
  readPrecisionFlags,
  readPreference,
  readTargets,
} from "../readers/training";
import type { Recognized } from "../recognized";

export const axolotl = dialectFrom({
  id: "axolotl",
  title: "Axolotl",
  anchors: ["base_model:", '"base_model"'],
  recognizes: (root) =>
    hasKey(root, "base_model") &&
    hasKey(
      root,
      "datasets",
      "pretraining_dataset",
      "micro_batch_size",
      "adapter",
      "sequence_len",
      "rl",
      "num_epochs",
      "dataset_prepared_path",
      "test_datasets",
    ),
  workloads: read,
  documentation: {
    recognizedBy:
      "`base_model` beside `datasets`, `pretraining_dataset`, `micro_batch_size`, `adapter` or `sequence_len`",
    reads:
      "model, sequence length, micro batch, accumulation, epochs and steps, LoRA and quantisation, precision, packing, DeepSpeed stage (the file it names too), accelerators from `dp_shard_size × dp_replicate_size × tensor_parallel_size × context_parallel_size`",
    limits: "how many accelerators run it is mostly not in the file: taken from comments, defaults or a directive",
  },
});

function read(reading: Reading): Recognized {
  readModel(reading, "base_model");
  reading.put("framework", "axolotl");
  reading.number("sequenceLength", "sequence_len");
  reading.number("microBatchSize", "micro_batch_size");
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  reading.steps("max_steps");
  reading.epochs("num_epochs");
  reading.text("optimizer", "optimizer");
  readPrecisionFlags(reading);
  readCheckpointing(reading, "gradient_checkpointing");
  const packing = reading.flagAt("sample_packing");
  if (packing !== undefined) reading.put("packing", packing, reading.find("sample_packing"));
  readDataset(reading, "datasets", "path");
  readDataset(reading, "pretraining_dataset", "path");
  readDeepSpeedReference(reading, "deepspeed");
  readFusedLoss(reading, "liger_fused_linear_cross_entropy", "cut_cross_entropy", "chunked_cross_entropy");
  readPlugins(reading);
  readFsdp(reading);
  reading.number("parallelism.tensor", "tensor_parallel_size");
  reading.number("parallelism.context", "context_parallel_size", "sequence_parallel_degree");
  reading.number("parallelism.expert", "expert_parallel_size");
  if (reading.has("dp_shard_size") || reading.has("dp_replicate_size"))
    reading.product("dp_shard_size", "dp_replicate_size", "tensor_parallel_size", "context_parallel_size");
  if (reading.flagAt("use_ray") === true) reading.count("accelerators", "ray_num_workers");

  const adapter = reading.scalar("adapter");
  const adapted = adapter !== undefined && /lora|llama-adapter|dora/i.test(adapter.text);
  if (adapted) {
    const bits4 = reading.flagAt("load_in_4bit") === true || /qlora/i.test(adapter.text);
    const bits8 = reading.flagAt("load_in_8bit") === true;
    const from = reading.scalar(bits4 ? "load_in_4bit" : "load_in_8bit") ?? adapter;
    readAdapter(reading, adapter, { bits4, bits8, from });
    reading.number("loraRank", "lora_r");
    readTargets(reading, "lora_target_modules", "lora_target_linear");
    if (reading.value("loraTargets") === "true") {
      reading.drop("loraTargets");
      reading.put("loraTargets", "all-linear", reading.find("lora_target_linear"));
    }
  }

  const teacher = readOtherModel(reading, "teacher", "gkd_teacher", "kd_teacher", "teacher_model");
  if (teacher) {
    const onPolicy = (reading.numberAt("gkd_lmbda") ?? 0) > 0;
    reading.put(
      "strategy",
      onPolicy ? "onPolicy" : "offPolicy",
      reading.find("gkd_lmbda") ?? reading.find("gkd_teacher"),
    );
    reading.number("responseTokens", "gkd_max_new_tokens");
    return reading.finish({ kind: "distillation" });
  }

  const rl = reading.textAt("rl")?.toLowerCase();
  if (rl && /^(grpo|gdpo|ppo|rloo|reinforce|ebft)$/.test(rl)) {
    reading.put("algorithm", rl === "ppo" ? "ppo" : "grpo", reading.find("rl"));
    reading.number("samplesPerPrompt", "trl/num_generations", "ebft/n_samples_per_prompt");
    reading.number("responseTokens", "trl/max_completion_length", "ebft/generate_max_len");
    if (reading.flagAt("trl/use_vllm") === true) reading.put("engine", "vllm", reading.find("trl/use_vllm"));
    return reading.finish({ kind: "reinforcementLearning" });
  }
  if (!adapted) reading.put("method", "full", adapter, { note: "no adapter" });
  if (rl && /dpo|ipo|kto|orpo|simpo/.test(rl))
    return reading.finish({ kind: readPreference(reading, rl, reading.find("rl"), adapted) });
  const pretraining = reading.has("pretraining_dataset") && !adapted;
  return reading.finish({ kind: pretraining ? "training" : "fineTuning" });
}

/** A plugin that is listed is on, unless its own switch says no. */
function readPlugins(reading: Reading): void {
  const list = reading.find("plugins");
  const fused = list?.texts().some((name) => /CutCrossEntropyPlugin$/.test(name)) ?? false;
  if (fused && reading.flagAt("cut_cross_entropy") !== false) reading.put("fusedLoss", true, list);
}
