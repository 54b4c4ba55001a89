import { dialectFrom } from "../readers/dialect";
import { modelNameInPath } from "../readers/modelNames";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readDimensions, readFsdpStrategy, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const olmo = dialectFrom({
  id: "olmo",
  title: "OLMo",
  anchors: ["max_sequence_length:", "device_train_microbatch_size"],
  recognizes: (root) => {
    const model = nodeAt(root, "model");
    return (
      hasKey(model, "d_model") &&
      hasKey(model, "n_layers") &&
      hasKey(model, "mlp_ratio", "mlp_hidden_size", "max_sequence_length", "block_type") &&
      hasKey(root, "max_duration", "global_train_batch_size") &&
      !hasKey(root, "train_loader")
    );
  },
  workloads: read,
  documentation: {
    recognizedBy: "a `model` with `d_model`, `n_layers` and `mlp_ratio` beside `max_duration`",
    reads:
      "dimensions, sequence length, global and micro batch, duration (steps, `2ep`, `1e12T` tokens), format, sharding",
    limits: "accelerators are the launcher's",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "olmo");
  const name = reading.textAt("run_name") ?? modelNameInPath(reading.context.path);
  const width = reading.numberAt("model/d_model") ?? 0;
  const activation = reading.textAt("model/activation_type")?.toLowerCase();
  // The class's own default is SwiGLU; ALiBi models before it used GELU. `mlp_ratio` counts gate and value together.
  const gated = activation === undefined ? reading.flagAt("model/alibi") !== true : /glu/.test(activation);
  const both = reading.numberAt("model/mlp_hidden_size") ?? width * (reading.numberAt("model/mlp_ratio") ?? 4);
  const heads = reading.numberAt("model/n_heads");
  const tied = reading.flagAt("model/weight_tying");
  readDimensions(
    reading,
    {
      layers: ["model/n_layers"],
      hiddenSize: ["model/d_model"],
      attentionHeads: ["model/n_heads"],
      keyValueHeads: ["model/n_kv_heads"],
      vocabularySize: ["model/embedding_size", "model/vocab_size"],
    },
    {
      ...(name === undefined ? {} : { name }),
      gatedMlp: gated,
      intermediateSize: gated ? both / 2 : both,
      tieWordEmbeddings: tied ?? true,
      ...(reading.flagAt("model/multi_query_attention") === true ? { keyValueHeads: 1 } : {}),
      ...(heads && !reading.has("model/n_kv_heads", "model/multi_query_attention") ? { keyValueHeads: heads } : {}),
    },
  );
  const length = reading.number("sequenceLength", "model/max_sequence_length");
  const batch = reading.number("globalBatchSize", "global_train_batch_size");
  reading.number("microBatchSize", "device_train_microbatch_size");
  readDuration(reading, batch, length);
  readPrecision(reading, "precision", "precision");
  readCheckpointing(reading, "activation_checkpointing", "fsdp_config/activation_checkpointing");
  readFsdpStrategy(reading, "fsdp/sharding_strategy", "fsdp_config/sharding_strategy");
  reading.text("optimizer", "optimizer/name");
  return reading.finish({ kind: "training" });
}

/** `333800ba` and bare numbers are steps, `10e9T` tokens, `2ep` epochs. */
function readDuration(reading: Reading, batch: number | undefined, length: number | undefined): void {
  const from = reading.scalar("max_duration");
  const match = /^(\d[\d_.]*(?:e\d{1,3})?)\s*(ba|ep|T)?$/.exec(from?.text ?? "");
  const amount = Number(match?.[1]?.replaceAll("_", ""));
  if (!match || !(amount > 0)) return;
  if (match[2] === "T") reading.put("tokens", amount, from);
  else if (match[2] === "ep") reading.put("epochs", amount, from);
  else {
    reading.put("steps", amount, from);
    if (batch && length)
      reading.put("tokens", amount * batch * length, from, { note: `${amount} steps × ${batch} × ${length} tokens` });
  }
}
