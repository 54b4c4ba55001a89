import { parseDuration } from "../../core/numbers";
import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, type Reading } from "../readers/reading";
import {
  readCheckpointing,
  readDimensions,
  readModel,
  readModelFromPath,
  readPrecision,
  readTargets,
} from "../readers/training";
import type { Recognized } from "../recognized";
import { isNemoRl } from "./nemoRl";

export const nemo = dialectFrom({
  id: "nemo",
  title: "NeMo (1.x, launcher, MLPerf)",
  anchors: ["num_nodes:", "exp_manager:", "max_time:", "tensor_model_parallel_size"],
  inherits: true,
  recognizes: (root) =>
    !isNemoRl(root) &&
    !hasKey(root, "lightning", "actor_rollout_ref") &&
    ((hasMapping(root, "trainer") &&
      hasKey(root.entries.find((entry) => entry.key === "trainer")?.value, "devices", "num_nodes") &&
      hasMapping(root, "model", "exp_manager")) ||
      (hasMapping(root, "model") &&
        hasMapping(root, "exp_manager", "run") &&
        hasKey(
          root.entries.find((entry) => entry.key === "model")?.value,
          "tensor_model_parallel_size",
          "micro_batch_size",
          "global_batch_size",
        )) ||
      (hasMapping(root, "actor") &&
        hasMapping(root, "critic") &&
        hasKey(root.entries.find((entry) => entry.key === "actor")?.value, "trainer"))),
  workloads: read,
  documentation: {
    recognizedBy: "`trainer.devices` or `trainer.num_nodes` beside a `model` mapping or `exp_manager`",
    reads:
      "nodes and devices, dimensions or name of the model, batch sizes, sequence length, parallelism, steps, precision and FP8, PEFT scheme; `max_time` and `time_limit` as limits, never as durations",
    limits:
      "actor and critic of RLHF are two workloads; values that only the environment knows use the default written in the file",
  },
});

export const megatronDimensions = {
  layers: ["num_layers", "config/num_layers"],
  hiddenSize: ["hidden_size", "config/hidden_size"],
  attentionHeads: ["num_attention_heads", "config/num_attention_heads"],
  keyValueHeads: ["num_query_groups", "config/num_query_groups"],
  intermediateSize: ["ffn_hidden_size", "config/ffn_hidden_size"],
  headDimension: ["kv_channels", "config/kv_channels"],
  vocabularySize: ["padded_vocab_size", "vocab_size", "override_vocab_size"],
  experts: ["num_moe_experts", "num_experts"],
  expertsPerToken: ["moe_router_topk"],
  expertIntermediateSize: ["moe_ffn_hidden_size"],
} as const;

/** The shared shape of Megatron models under `prefix`, put as ModelSpec. */
export function readMegatronDimensions(reading: Reading, prefix: string, name: string | undefined): boolean {
  const paths = Object.fromEntries(
    Object.entries(megatronDimensions).map(([field, keys]) => [field, keys.map((key) => `${prefix}${key}`)]),
  );
  const activation = reading.textAt(`${prefix}activation`, `${prefix}config/activation`)?.toLowerCase();
  const gated =
    reading.flagAt(`${prefix}swiglu`) ?? (activation === undefined ? undefined : /swiglu|geglu|reglu/.test(activation));
  const untied = reading.flagAt(`${prefix}untie_embeddings_and_output_weights`);
  const shared = reading.flagAt(`${prefix}share_embeddings_and_output_weights`);
  return (
    readDimensions(reading, paths, {
      ...(name === undefined ? {} : { name }),
      ...(gated === undefined ? {} : { gatedMlp: gated }),
      ...(untied !== undefined
        ? { tieWordEmbeddings: !untied }
        : shared !== undefined
          ? { tieWordEmbeddings: shared }
          : {}),
    }) !== undefined
  );
}

export function readMegatronParallelism(reading: Reading, prefix: string): void {
  for (const [field, key] of [
    ["tensor", "tensor_model_parallel_size"],
    ["pipeline", "pipeline_model_parallel_size"],
    ["virtualPipeline", "virtual_pipeline_model_parallel_size"],
    ["context", "context_parallel_size"],
    ["expert", "expert_model_parallel_size"],
  ] as const)
    reading.number(`parallelism.${field}`, `${prefix}${key}`, `${prefix}strategy/${key}`);
}

function read(reading: Reading): readonly Recognized[] {
  if (reading.has("actor/trainer") && reading.has("critic/trainer"))
    return (["actor", "critic"] as const).map((part) => readBlock(reading.at(part), { outer: reading, part }));
  return [readBlock(reading, { outer: reading })];
}

function readBlock(reading: Reading, { outer, part }: { readonly outer: Reading; readonly part?: string }): Recognized {
  reading.put("framework", "nemo");
  reading.count("acceleratorsPerNode", "trainer/devices");
  reading.count("nodes", "trainer/num_nodes");
  if (/^cpu$/i.test(reading.textAt("trainer/accelerator") ?? ""))
    reading.put("accelerators", 0, reading.find("trainer/accelerator"));
  const launched = readModel(outer, "run/model_train_name") ?? outer.textAt("run/name");
  const name = launched && !/[\s$]/.test(launched) ? launched : undefined;
  if (!readMegatronDimensions(reading, "model/", name)) {
    const from = outer.scalar("run/model_train_name") ?? outer.scalar("run/name");
    readModel(
      reading,
      "model/language_model/pretrained_model_name",
      "model/pretrained_model_name",
      "model/hf_model_name",
    );
    if (name && from) reading.put("model", name, from);
    readModel(reading, "model/restore_from_path", "model/pretrained_checkpoint/restore_from_path");
    readModelFromPath(reading);
  }
  readMegatronParallelism(reading, "model/");
  reading.number(
    "sequenceLength",
    "model/encoder_seq_length",
    "model/data/seq_length",
    "model/seq_length",
    "model/data/train_ds/max_seq_length",
    "model/data/max_seq_length",
    "model/max_position_embeddings",
  );
  reading.number("globalBatchSize", "model/global_batch_size", "model/data/train_ds/global_batch_size");
  reading.number(
    "microBatchSize",
    "model/micro_batch_size",
    "model/data/train_ds/micro_batch_size",
    "model/data/train_ds/batch_size",
  );
  const accumulation = reading.numberAt("trainer/accumulate_grad_batches");
  if (accumulation !== undefined && accumulation > 1)
    reading.number("gradientAccumulation", "trainer/accumulate_grad_batches");
  for (const stage of ["", "/sft", "/dpo", "/ppo", "/rm", "/rs", "/spin"]) {
    reading.steps(`trainer${stage}/max_steps`);
    reading.epochs(`trainer${stage}/max_epochs`);
  }
  readCheckpointing(reading, "model/activations_checkpoint_granularity");
  if (reading.flagAt("model/fp8") === true)
    reading.put("precision", "fp8", reading.find("model/fp8"), { note: "FP8 in the transformer layers" });
  readPrecision(reading, "precision", "trainer/precision", "model/precision");
  reading.text("optimizer", "model/optim/name");

  const scheme = reading.scalar("model/peft/peft_scheme");
  const tunes = scheme !== undefined && !/^(null|none)$/i.test(scheme.text);
  if (tunes) {
    const quantized = reading.flagAt("model/peft/lora_tuning/quantize") === true || /qlora/i.test(scheme.text);
    reading.put("method", quantized ? "qlora" : "lora", scheme);
    if (quantized) reading.put("weightPrecision", "nf4", scheme);
    reading.number("loraRank", "model/peft/lora_tuning/adapter_dim", "model/peft/adapter_tuning/adapter_dim");
    readTargets(reading, "model/peft/lora_tuning/target_modules");
  }
  const limit = hours(reading, "trainer/max_time") ?? hours(outer, "run/time_limit");
  const limits = limit === undefined ? {} : { timeLimit: limit };
  const named = part === undefined ? {} : { name: part };
  if (part !== undefined || reading.has("trainer/ppo", "trainer/dpo", "trainer/reinforce", "trainer/grpo")) {
    reading.put("algorithm", reading.has("trainer/dpo") ? "dpo" : "ppo");
    if (!tunes) return reading.finish({ kind: "reinforcementLearning", ...limits, ...named });
  }
  if (tunes) return reading.finish({ kind: "fineTuning", ...limits, ...named });
  const restored = reading.scalar("model/restore_from_path", "model/pretrained_checkpoint/restore_from_path");
  if (restored || reading.has("model/data/train_ds", "trainer/sft")) {
    reading.put("method", "full", restored);
    return reading.finish({ kind: "fineTuning", ...limits, ...named });
  }
  return reading.finish({ kind: "training", ...limits, ...named });
}

function hours(reading: Reading, path: string): number | undefined {
  const text = reading.textAt(path);
  return text === undefined ? undefined : parseDuration(text);
}
