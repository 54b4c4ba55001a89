import { dialectFrom } from "../readers/dialect";
import { parsePrecision } from "../readers/precision";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import { readDimensions, readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const litgpt = dialectFrom({
  id: "litgpt",
  title: "LitGPT",
  anchors: ["checkpoint_dir:", "model_name:", "lora_query", "initial_checkpoint_dir", "n_embd:"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "train"), "micro_batch_size", "global_batch_size") &&
    (hasKey(root, "checkpoint_dir", "model_name", "model_config", "initial_checkpoint_dir") ||
      hasKey(nodeAt(root, "model"), "n_layer", "n_embd")) &&
    hasKey(root, "data", "devices", "precision", "out_dir"),
  workloads: read,
  documentation: {
    recognizedBy: "`train.micro_batch_size` beside `checkpoint_dir` or `model_name`",
    reads:
      "devices × nodes, model by name or inline `model_config`, batch sizes, sequence length, epochs, tokens, steps, precision, quantisation, LoRA rank",
    limits: "`devices: auto` is unknown",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "litgpt");
  const devices = reading.numberAt("devices");
  if (devices !== undefined && reading.numberAt("num_nodes") === undefined && !reading.has("num_nodes"))
    reading.count("accelerators", "devices");
  else if (devices !== undefined) reading.product("num_nodes", "devices");
  reading.count("nodes", "num_nodes");
  reading.count("acceleratorsPerNode", "devices");
  // Before 0.4 the inline model stood under `model`.
  const config = reading.mapping("model") ? "model" : "model_config";
  const name = reading.textAt("model_name", `${config}/name`);
  readDimensions(
    reading,
    {
      layers: [`${config}/n_layer`],
      hiddenSize: [`${config}/n_embd`],
      attentionHeads: [`${config}/n_head`],
      keyValueHeads: [`${config}/n_query_groups`],
      headDimension: [`${config}/head_size`],
      intermediateSize: [`${config}/intermediate_size`],
      vocabularySize: [`${config}/padded_vocab_size`, `${config}/vocab_size`],
      experts: [`${config}/n_expert`],
      expertsPerToken: [`${config}/n_expert_per_token`],
    },
    {
      ...(name === undefined ? {} : { name }),
      ...(/LLaMAM|Gemma/.test(reading.textAt(`${config}/mlp_class_name`) ?? "") ? { gatedMlp: true } : {}),
    },
  );
  readModel(
    reading,
    "checkpoint_dir",
    "model_name",
    `${config}/hf_config/name`,
    `${config}/name`,
    "initial_checkpoint_dir",
  );
  reading.number("sequenceLength", "train/max_seq_length", `${config}/block_size`);
  reading.number("globalBatchSize", "train/global_batch_size");
  reading.number("microBatchSize", "train/micro_batch_size");
  reading.number("tokens", "train/max_tokens");
  reading.steps("train/max_steps");
  reading.epochs("train/epochs");
  readPrecision(reading, "precision", "precision");
  const data = reading.textAt("data") ?? reading.textAt("data/class_path")?.split(".").at(-1);
  if (data) reading.put("dataset.name", data, reading.find("data/class_path") ?? reading.find("data"));
  const quantized = reading.scalar("quantize");
  const bits = quantized && parsePrecision(quantized.text);
  if (reading.has("lora_r")) {
    reading.put("method", bits ? "qlora" : "lora", quantized ?? reading.find("lora_r"));
    reading.number("loraRank", "lora_r");
    if (bits) reading.put("weightPrecision", bits, quantized);
    return reading.finish({ kind: "fineTuning" });
  }
  if (reading.has("checkpoint_dir") && !reading.has("initial_checkpoint_dir", "tokenizer_dir", config)) {
    reading.put("method", reading.has("adapter_prompt_length") ? "lora" : "full", reading.find("checkpoint_dir"));
    return reading.finish({ kind: "fineTuning" });
  }
  return reading.finish({ kind: "training" });
}
