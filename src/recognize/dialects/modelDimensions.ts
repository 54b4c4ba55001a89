import { dialectFrom } from "../readers/dialect";
import { modelFileName } from "../readers/modelNames";
import { parsePrecision } from "../readers/precision";
import { asNumber, hasKey, type Reading } from "../readers/reading";
import { llamaFeedForward, readDimensions } from "../readers/training";
import type { Recognized } from "../recognized";

const layers = ["num_layers", "n_layers", "n_layer", "num_hidden_layers"] as const;
const widths = ["dim", "hidden_dim", "d_model", "n_embd", "hidden_size", "embed_dim"] as const;
const heads = ["n_head", "n_heads", "num_heads", "num_attention_heads"] as const;

/** Small JSON files that hold a model's dimensions and nothing else: Llama's params.json and relatives. */
export const modelDimensions = dialectFrom({
  id: "modelDimensions",
  title: "Model dimensions (params.json)",
  anchors: ['"vocab_size"', '"n_layers"', '"num_layers"', '"total_parameters_billion"', '"n_layer"'],
  recognizes: (root) => {
    if (root.entries.length > 40 || hasKey(root, "train_batch_size", "_class_name", "model_type", "architectures"))
      return false;
    if (hasKey(root, "total_parameters_billion")) return true;
    return (
      hasKey(root, ...layers) &&
      hasKey(root, ...widths) &&
      hasKey(root, ...heads) &&
      flat(root) &&
      !hasKey(root, "lr", "optimizer", "data", "train", "batch_size_per_gpu", "latency")
    );
  },
  workloads: read,
  documentation: {
    recognizedBy:
      "a small flat JSON with layers, width, heads (and `vocab_size`), as Llama's `params.json`; or stated totals (`total_parameters_billion`)",
    reads: "dimensions, longest sequence, stated parameters, precision of the weights",
    limits: "results of analyses that list such dimensions among measurements are left alone",
  },
});

/** Dimensions are numbers and names; nested objects other than a mixture of experts speak of something else. */
const flat = (root: Parameters<typeof hasKey>[0]): boolean =>
  root?.type === "mapping" &&
  root.entries.every((entry) => entry.value?.type !== "mapping" || /moe|rope|quant/i.test(entry.key));

function read(reading: Reading): Recognized {
  const name = reading.textAt("name", "nickname") ?? modelFileName(reading.context.path);
  const named = name === undefined ? {} : { name };
  const total = reading.scalar("total_parameters_billion");
  const billions = total && asNumber(total.value);
  if (total && billions) {
    const active = reading.numberAt("active_parameters_billion");
    reading.put(
      "model",
      { ...named, parameters: billions * 1e9, ...(active ? { activeParameters: active * 1e9 } : {}) },
      total,
    );
  } else
    readDimensions(
      reading,
      {
        layers,
        hiddenSize: widths,
        attentionHeads: heads,
        keyValueHeads: ["n_kv_heads", "num_key_value_heads", "num_key_value_groups"],
        headDimension: ["head_dim"],
        // Beside `dim`, Llama's and Mistral's `hidden_dim` is the width of the feed-forward.
        intermediateSize: [
          ...(reading.has("dim") ? ["hidden_dim"] : []),
          "ffn_embed_dim",
          "intermediate_size",
          "ffn_dim",
          "ffn_hidden_size",
        ],
        vocabularySize: ["vocab_size"],
        experts: ["moe_num_experts", "num_experts", "moe/num_experts"],
        expertsPerToken: ["moe_top_k", "num_experts_per_tok", "moe/num_experts_per_tok"],
      },
      { ...named, ...(reading.has("hidden_dim") ? {} : llamaFeedForward(reading, "")) },
    );
  reading.number("maxModelLength", "max_seq_len", "max_position_embeddings", "n_positions", "context_length");
  const stored = reading.scalar("weight_precision", "torch_dtype", "dtype");
  const precision = stored && parsePrecision(stored.value);
  if (precision) reading.put("precision", precision, stored);
  return reading.finish({ kind: "model", hints: false, ...named });
}
