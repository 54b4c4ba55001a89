import type { TreeNode } from "../../document/tree";
import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, type Reading } from "../readers/reading";
import {
  readCheckpointing,
  readDataset,
  readDimensions,
  readFsdpStrategy,
  readModel,
  readModelFromPath,
  readPrecision,
  readTargets,
} from "../readers/training";
import type { Recognized } from "../recognized";

export const llmFoundry = dialectFrom({
  id: "llmFoundry",
  title: "LLM Foundry and Composer",
  anchors: ["icl_tasks", "max_duration:", "device_train_microbatch_size", "global_train_batch_size", "train_loader:"],
  recognizes: (root) =>
    (hasKey(root, "max_duration", "device_train_microbatch_size", "global_train_batch_size") &&
      hasKey(root, "train_loader", "model", "train_dataset")) ||
    (hasMapping(root, "model") && hasKey(root, "train_loader") && hasKey(root, "max_seq_len")) ||
    isEvaluation(root),
  workloads: (reading) =>
    reading.has("train_loader", "max_duration") ? readFoundry(reading) : readEvaluation(reading),
  documentation: {
    recognizedBy:
      "`max_duration`, `device_train_microbatch_size` or `global_train_batch_size` with `train_loader` or `model`",
    reads:
      "durations with units (`4800ba`, `2ep`, `10000tok`, `100sp`), global and micro batch, sequence length, model by name or dimensions, precision, LoRA, values from `variables`",
    limits: "accelerators stand in the launcher's file (`compute.gpus`), if anywhere",
  },
});

const isEvaluation = (root: TreeNode | null): boolean =>
  hasKey(root, "icl_tasks") && hasKey(root, "model", "models", "model_name_or_path");

/** In-context evaluation of one or several models. */
function readEvaluation(reading: Reading): Recognized | readonly Recognized[] {
  const models = reading.each("models").slice(0, 20);
  if (models.length > 0 && !reading.has("model")) return models.map((model) => evaluated(model, reading));
  return isEvaluation(reading.root) ? evaluated(reading, reading) : readFoundry(reading);
}

function evaluated(model: Reading, outer: Reading): Recognized {
  const wrapper = model.textAt("model/name") ?? "";
  if (/^(openai|anthropic|gemini|fmapi)_/.test(wrapper)) {
    readModel(model, "model/version", "model_name");
    model.put("provider", wrapper.split("_")[0], model.find("model/name"));
    return model.finish({ kind: "api", hints: false });
  }
  readModel(model, "model/pretrained_model_name_or_path", "model_name_or_path", "model_name", "model/name");
  model.put("engine", "transformers");
  model.put("maxModelLength", outer.numberAt("max_seq_len"), outer.find("max_seq_len"));
  model.put("concurrency", outer.numberAt("device_eval_batch_size"), outer.find("device_eval_batch_size"));
  readPrecision(model, "precision", "precision");
  return model.finish({ kind: "inference" });
}

/** One training config of LLM Foundry; launcher files hold it under `parameters`. */
export function readFoundry(reading: Reading): Recognized {
  readFoundryFacts(reading);
  return reading.finish({ kind: foundryKind(reading) });
}

/** Whether the model starts from given weights. */
export function foundryKind(reading: Reading): "training" | "fineTuning" {
  const loader = reading.textAt("train_loader/name")?.toLowerCase();
  const own = reading.has("model/d_model") && reading.flagAt("model/pretrained") !== true;
  const tunes =
    reading.flagAt("model/pretrained") === true ||
    loader === "finetuning" ||
    (reading.has("model/pretrained_model_name_or_path") && !own);
  return tunes || reading.has("model/peft_config") ? "fineTuning" : "training";
}

export function readFoundryFacts(reading: Reading): void {
  reading.put("framework", "composer");
  const given = readModel(reading, "model/pretrained_model_name_or_path", "variables/model_name_or_path", "model_name");
  if (!given) {
    const name = reading.textAt("model/name");
    readDimensions(
      reading,
      {
        layers: ["model/n_layers"],
        hiddenSize: ["model/d_model"],
        attentionHeads: ["model/n_heads"],
        keyValueHeads: ["model/attn_config/kv_n_heads"],
        vocabularySize: ["model/vocab_size"],
      },
      {
        ...(name === undefined ? {} : { name }),
        ...intermediate(reading),
        ...positions(reading),
        gatedMlp: /glu/i.test(reading.textAt("model/ffn_config/ffn_type") ?? ""),
        tieWordEmbeddings: reading.flagAt("model/tie_word_embeddings") ?? true,
      },
    );
    if (reading.value("model") === undefined) readModelFromPath(reading);
  }
  const length = reading.number(
    "sequenceLength",
    "max_seq_len",
    "model/max_seq_len",
    "variables/max_seq_len",
    "train_loader/dataset/max_seq_len",
  );
  const batch = reading.number("globalBatchSize", "global_train_batch_size");
  reading.number("microBatchSize", "device_train_microbatch_size");
  readDuration(reading, "max_duration", batch, length);
  readPrecision(reading, "precision", "precision");
  readCheckpointing(reading, "fsdp_config/activation_checkpointing");
  readFsdpStrategy(reading, "fsdp_config/sharding_strategy");
  reading.flag("parallelism.cpuOffload", "fsdp_config/activation_cpu_offload");
  reading.text("optimizer", "optimizer/name");
  readDataset(reading, "train_loader/dataset/hf_name");
  readDataset(reading, "train_loader/dataset/hf_kwargs/data_files");
  if (reading.has("model/peft_config")) {
    reading.put("method", "lora", reading.find("model/peft_config"));
    reading.number("loraRank", "model/peft_config/r");
    readTargets(reading, "model/peft_config/target_modules");
  } else if (foundryKind(reading) === "fineTuning")
    reading.put("method", "full", reading.find("model/pretrained") ?? reading.find("train_loader/name"));
}

/** MPT's feed-forward: expansion ratio times width, or stated. */
function intermediate(reading: Reading): { intermediateSize?: number } {
  const stated = reading.numberAt("model/ffn_config/ffn_hidden_size");
  if (stated) return { intermediateSize: stated };
  const width = reading.numberAt("model/d_model");
  const ratio = reading.numberAt("model/expansion_ratio");
  return width && ratio ? { intermediateSize: width * ratio } : {};
}

/** MPT learns a position embedding unless it uses ALiBi or rotary positions (llmfoundry/models/mpt). */
function positions(reading: Reading): { learnedPositions?: number } {
  const length = reading.numberAt("model/max_seq_len", "max_seq_len");
  const learned =
    reading.flagAt("model/learned_pos_emb") !== false &&
    reading.flagAt("model/attn_config/alibi", "model/attn_config/rope") !== true;
  return length && learned ? { learnedPositions: length } : {};
}

/** Composer's time strings: `ba` batches, `ep` epochs, `tok` tokens, `sp` samples. A bare number is epochs. */
export function readDuration(
  reading: Reading,
  path: string,
  batch: number | undefined,
  length: number | undefined,
): void {
  const from = reading.scalar(path);
  const match = from && /^(\d[\d_.]*(?:e\d+)?)\s*(ba|ep|tok|sp|iter|sec)?$/i.exec(from.text);
  if (!match?.[1]) return;
  const amount = Number(match[1].replaceAll("_", ""));
  if (!(amount > 0)) return;
  switch (match[2]?.toLowerCase()) {
    case "ba":
    case "iter":
      reading.put("steps", amount, from, { note: `${amount} batches` });
      if (batch && length)
        reading.put("tokens", amount * batch * length, from, {
          note: `${amount} batches × ${batch} × ${length} tokens`,
        });
      return;
    case "tok":
      reading.put("tokens", amount, from);
      return;
    case "sp":
      if (batch) reading.put("steps", Math.ceil(amount / batch), from, { note: `${amount} samples ÷ batch ${batch}` });
      return;
    case "sec":
      reading.put("duration", amount / 3600, from);
      return;
    default:
      reading.put("epochs", amount, from);
  }
}
