import type { ModelSpec } from "../../core/model/specification";
import { parseDuration } from "../../core/numbers";
import type { TreeNode } from "../../document/tree";
import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
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
  recognizes: (root) => {
    if (isNemoRl(root) || hasKey(root, "lightning", "actor_rollout_ref")) return false;
    const placed = hasKey(nodeAt(root, "trainer"), "devices", "num_nodes");
    if (placed && hasMapping(root, "model", "exp_manager")) return true;
    if (hasMapping(root, "actor") && hasMapping(root, "critic") && nodeAt(root, "actor/trainer")) return true;
    const model = nodeAt(root, "model");
    if (!hasMapping(root, "run", "exp_manager") || model?.type !== "mapping") return false;
    return hasMapping(root, "exp_manager") || isEvaluation(root) || hasKey(model, "global_batch_size");
  },
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
  sharedExpertIntermediateSize: ["moe_shared_expert_intermediate_size"],
} as const;

/** GPT-2's vocabulary, padded to a multiple of 128, where only the tokenizer is named. */
function vocabulary(reading: Reading, prefix: string): Partial<ModelSpec> {
  const stated = reading.numberAt(...megatronDimensions.vocabularySize.map((key) => `${prefix}${key}`));
  const named = /GPT2BPE/i.test(reading.textAt(`${prefix}tokenizer/type`, `${prefix}tokenizer_type`) ?? "");
  return stated === undefined && named ? { vocabularySize: 50_304 } : {};
}

/** Megatron's names for multi-head latent attention; `kv_channels` then says nothing. */
function latentAttention(reading: Reading, prefix: string): Partial<ModelSpec> {
  const at = (key: string): number | undefined => reading.numberAt(`${prefix}${key}`);
  const keyValueRank = reading.flagAt(`${prefix}multi_latent_attention`) === true ? at("kv_lora_rank") : undefined;
  if (!keyValueRank) return {};
  const queryRank = at("q_lora_rank");
  const nopeDimension = at("qk_head_dim") ?? 128;
  return {
    latentAttention: {
      ...(queryRank ? { queryRank } : {}),
      keyValueRank,
      ropeDimension: at("qk_pos_emb_head_dim") ?? 64,
      nopeDimension,
      valueDimension: at("v_head_dim") ?? nopeDimension,
    },
  };
}

/** Which layers are mixtures: `[0, 1, 1, …]`, `"[0]*3+[1]*58"`, or every n-th. Leading dense ones and the interval are what counts. */
function expertLayers(reading: Reading, prefix: string): Partial<ModelSpec> {
  const path = `${prefix}moe_layer_freq`;
  const every = reading.numberAt(path);
  if (every !== undefined) return every > 1 ? { expertLayerInterval: every } : {};
  const leading = /^\[0\]\*(\d{1,4})/.exec(reading.textAt(path) ?? "")?.[1];
  if (leading) return { firstDenseLayers: Number(leading) };
  const items = reading.find(path)?.items() ?? [];
  const first = items.findIndex((item) => item.number() !== 0);
  return first > 0 ? { firstDenseLayers: first } : {};
}

/** The shared shape of Megatron models under `prefix`, put as ModelSpec. */
export function readMegatronDimensions(reading: Reading, prefix: string, name: string | undefined): boolean {
  const paths = Object.fromEntries(
    Object.entries(megatronDimensions).map(([field, keys]) => [field, keys.map((key) => `${prefix}${key}`)]),
  );
  const activation = reading.textAt(`${prefix}activation`, `${prefix}config/activation`)?.toLowerCase();
  // Megatron's own default is GELU; recipes in code (`model.config.`, bridge overrides) bring another.
  const byDefault = prefix === "model.config." || reading.has("train") ? undefined : false;
  const gated =
    reading.flagAt(`${prefix}swiglu`, `${prefix}gated_linear_unit`) ??
    (activation === undefined ? byDefault : /swiglu|geglu|reglu/.test(activation));
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
      ...vocabulary(reading, prefix),
      ...expertLayers(reading, prefix),
      ...latentAttention(reading, prefix),
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

const isEvaluation = (root: TreeNode | null): boolean =>
  hasKey(nodeAt(root, "model"), "eval_batch_size") && hasKey(nodeAt(root, "run"), "tasks", "task_name", "eval_name");

function read(reading: Reading): Recognized {
  if (!reading.has("trainer") && isEvaluation(reading.root)) return evaluation(reading);
  if (reading.has("actor/trainer") && reading.has("critic/trainer")) return actorAndCritic(reading);
  return readBlock(reading, reading);
}

/** Evaluation of a trained model by the launcher. */
function evaluation(reading: Reading): Recognized {
  readModel(reading, "run/model_train_name", "model/nemo_model");
  readMegatronParallelism(reading, "model/");
  reading.product("model/tensor_model_parallel_size", "model/pipeline_model_parallel_size");
  reading.number("concurrency", "model/eval_batch_size");
  readPrecision(reading, "precision", "model/precision");
  return reading.finish({ kind: "inference", ...limitOf(reading, reading) });
}

/** RLHF with the critic (and reward model) on nodes of its own: one job, the accelerators of both. */
function actorAndCritic(outer: Reading): Recognized {
  const actor = outer.at("actor");
  const counts = (["actor", "critic"] as const).map((part) => {
    const block = outer.at(part);
    const devices = block.numberAt("trainer/devices");
    return devices === undefined ? undefined : devices * (block.numberAt("trainer/num_nodes") ?? 1);
  });
  const [own, other] = counts;
  if (own !== undefined && other !== undefined)
    actor.put("accelerators", own + other, actor.find("trainer/num_nodes") ?? actor.find("trainer/devices"), {
      note: `actor ${own} + critic ${other}`,
    });
  return readBlock(actor, outer);
}

/** `outer` is the file's root, where `run` stands. */
function readBlock(reading: Reading, outer: Reading): Recognized {
  reading.put("framework", "nemo");
  if (!reading.sheet.has("accelerators")) {
    reading.count("acceleratorsPerNode", "trainer/devices");
    reading.count("nodes", "trainer/num_nodes");
  }
  if (/^cpu$/i.test(reading.textAt("trainer/accelerator") ?? ""))
    reading.put("accelerators", 0, reading.find("trainer/accelerator"));
  const launched = readModel(outer, "run/model_train_name") ?? outer.textAt("run/name");
  const name = launched && !/[\s$]/.test(launched) ? launched : undefined;
  const denoiser = reading.find("model/unet_config") ?? reading.find("model/unet");
  if (denoiser) reading.put("model", { ...(name ? { name } : {}), backbone: "unet" }, denoiser);
  else if (!readMegatronDimensions(reading, "model/", name)) {
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
    "model/train_ds/batch_size",
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

  const adapter = reading.find("model/adapter_tuning") ?? reading.find("model/lora_tuning");
  const prompts = reading.textAt("model/virtual_prompt_style");
  const scheme = reading.scalar("model/peft/peft_scheme", "model/virtual_prompt_style");
  const tunes = scheme !== undefined && !/^(null|none)$/i.test(scheme.text);
  if (prompts !== undefined && !adapter) reading.note("prompt tuning: only virtual tokens are trained");
  if (tunes) {
    const quantized = reading.flagAt("model/peft/lora_tuning/quantize") === true || /qlora/i.test(scheme.text);
    reading.put("method", quantized ? "qlora" : "lora", scheme);
    if (quantized) reading.put("weightPrecision", "nf4", scheme);
    reading.number(
      "loraRank",
      "model/peft/lora_tuning/adapter_dim",
      "model/peft/adapter_tuning/adapter_dim",
      "model/lora_tuning/adapter_dim",
      "model/adapter_tuning/adapter_dim",
    );
    readTargets(reading, "model/peft/lora_tuning/target_modules");
  }
  const limits = limitOf(reading, outer);
  const sampled = reading.number(
    "promptsPerStep",
    "model/ppo/num_rollout_samples",
    "trainer/ppo/rollout_micro_batch_size",
  );
  reading.number("responseTokens", "model/ppo/length_params/max_length");
  if (sampled !== undefined || reading.has("trainer/ppo", "trainer/dpo", "trainer/reinforce", "trainer/grpo")) {
    reading.put(
      "algorithm",
      reading.has("trainer/dpo") ? "dpo" : reading.has("trainer/grpo", "trainer/reinforce") ? "grpo" : "ppo",
    );
    if (!tunes) return reading.finish({ kind: "reinforcementLearning", ...limits });
  }
  if (tunes) return reading.finish({ kind: "fineTuning", ...limits });
  const runs = reading.has("trainer/max_steps", "trainer/max_epochs", "model/optim", "exp_manager", "trainer/sft");
  if (!runs && outer.has("run/task_name")) {
    reading.put("concurrency", reading.numberAt("model/global_batch_size"), reading.find("model/global_batch_size"));
    return reading.finish({ kind: "inference", ...limits });
  }
  const restored = reading.scalar("model/restore_from_path", "model/pretrained_checkpoint/restore_from_path");
  if (restored || reading.has("model/data/train_ds", "trainer/sft")) {
    reading.put("method", "full", restored);
    return reading.finish({ kind: "fineTuning", ...limits });
  }
  return reading.finish({ kind: "training", ...limits });
}

function limitOf(reading: Reading, outer: Reading): { timeLimit?: number } {
  const limit = hours(reading, "trainer/max_time") ?? hours(outer, "run/time_limit");
  return limit === undefined ? {} : { timeLimit: limit };
}

function hours(reading: Reading, path: string): number | undefined {
  const text = reading.textAt(path);
  return text === undefined ? undefined : parseDuration(text);
}
