import type { ModelSpec } from "../../core/model/specification";
import type { MappingNode } from "../../document/tree";
import { dialectFrom } from "../readers/dialect";
import { modelFileName } from "../readers/modelNames";
import { hasKey, type Reading } from "../readers/reading";
import { readCheckpointing, readDimensions, readModel, readModelFromPath, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

/** A file of `configs/models`: dimensions alone. */
const isModel = (root: MappingNode): boolean => hasKey(root, "base_emb_dim") && hasKey(root, "base_num_decoder_layers");

const mesh = /^(ici|dcn)_\w+_parallelism$/;

export const maxText = dialectFrom({
  id: "maxText",
  title: "MaxText",
  anchors: ["_parallelism:", "per_device_batch_size", "base_emb_dim:"],
  recognizes: (root) =>
    isModel(root) ||
    ((root.entries.some((entry) => mesh.test(entry.key)) || hasKey(root, "per_device_batch_size")) &&
      hasKey(root, "model_name", "base_config", "hardware", "max_target_length", "base_emb_dim", "remat_policy")),
  workloads: read,
  documentation: {
    recognizedBy:
      "`ici_*_parallelism`, `dcn_*_parallelism` or `per_device_batch_size` beside `model_name`, `base_config` or `hardware`",
    reads:
      "accelerators as the product of all mesh axes, model by name or `base_*` dimensions, batch per device, sequence length, steps, quantisation",
    limits: "an axis of -1 fills up what there is: the total is then unknown",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "maxtext");
  const name = reading.textAt("model_name");
  const alone = !reading.has("per_device_batch_size", "steps", "base_config", "max_target_length", "hardware");
  if (name && !/^default$/i.test(name)) readModel(reading, "model_name");
  else {
    const file = alone ? modelFileName(reading.context.path) : undefined;
    // Gemma 2's file counts a local and a global layer as one.
    const pairs =
      reading.textAt("decoder_block") === "gemma2" && (reading.numberAt("base_num_decoder_layers") ?? 42) < 26;
    const layers = reading.numberAt("base_num_decoder_layers");
    readDimensions(
      reading,
      {
        layers: ["base_num_decoder_layers"],
        hiddenSize: ["base_emb_dim"],
        attentionHeads: ["base_num_query_heads"],
        keyValueHeads: ["base_num_kv_heads"],
        headDimension: ["head_dim"],
        intermediateSize: ["base_mlp_dim"],
        vocabularySize: ["vocab_size"],
        experts: ["num_experts"],
        expertsPerToken: ["num_experts_per_tok"],
        expertIntermediateSize: ["base_moe_dim", "base_moe_mlp_dim"],
        sharedExperts: ["shared_experts"],
        firstDenseLayers: ["first_num_dense_layers"],
      },
      {
        ...(file === undefined ? {} : { name: file }),
        ...(pairs && layers ? { layers: 2 * layers } : {}),
        ...latentAttention(reading),
        ...tied(reading),
      },
    );
    if (reading.value("model") === undefined) readModelFromPath(reading);
  }
  const axes = reading.cursor.keys().filter((key) => mesh.test(key));
  if (axes.length > 0) reading.product(...axes);
  const total = reading.value("accelerators");
  const perDevice = reading.number("microBatchSize", "per_device_batch_size");
  if (typeof total === "number" && perDevice)
    reading.put("globalBatchSize", total * perDevice, reading.find("per_device_batch_size"), {
      note: `${perDevice} per device × ${total} devices`,
    });
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  reading.number("sequenceLength", "max_target_length");
  reading.steps("steps");
  readPrecision(reading, "precision", "quantization", "dtype");
  readCheckpointing(reading, "remat_policy");
  if (alone) return reading.finish({ kind: "model", hints: false });
  const serves =
    reading.has("max_prefill_predict_length", "prefill_cache_axis_order") &&
    !reading.has("steps", "learning_rate", "dataset_type");
  if (serves) {
    reading.number("maxModelLength", "max_target_length");
    return reading.finish({ kind: "inference" });
  }
  return reading.finish({ kind: reading.flagAt("use_sft") === true ? "fineTuning" : "training" });
}

const tied = (reading: Reading): { tieWordEmbeddings?: boolean } => {
  const shared = reading.flagAt("logits_via_embedding");
  return shared === undefined ? {} : { tieWordEmbeddings: shared };
};

function latentAttention(reading: Reading): Pick<ModelSpec, "latentAttention"> {
  const keyValueRank = reading.numberAt("kv_lora_rank");
  if (!keyValueRank) return {};
  const queryRank = reading.numberAt("q_lora_rank");
  const nopeDimension = reading.numberAt("qk_nope_head_dim") ?? 128;
  return {
    latentAttention: {
      ...(queryRank ? { queryRank } : {}),
      keyValueRank,
      ropeDimension: reading.numberAt("qk_rope_head_dim") ?? 64,
      nopeDimension,
      valueDimension: reading.numberAt("v_head_dim") ?? nopeDimension,
    },
  };
}
