import { fromHuggingFace } from "../../core/model/huggingFace";
import type { Precision } from "../../core/precision";
import { dialectFrom } from "../readers/dialect";
import { modelFileName } from "../readers/modelNames";
import { parsePrecision } from "../readers/precision";
import { hasKey, hasMapping, type LocatedScalar, type Reading } from "../readers/reading";
import type { Recognized } from "../recognized";

export const huggingFaceConfig = dialectFrom({
  id: "huggingFaceConfig",
  title: "Hugging Face config.json",
  anchors: ['"architectures"', '"model_type"', '"hidden_size"', '"n_embd"', '"d_model"'],
  recognizes: (root) =>
    hasKey(root, "model_type", "architectures") &&
    (hasKey(root, "hidden_size", "n_embd", "d_model", "dim") ||
      hasMapping(
        root,
        "text_config",
        "llm_config",
        "thinker_config",
        "language_config",
        "text_encoder",
        "decoder",
        "vision_config",
      )),
  workloads: read,
  documentation: {
    recognizedBy: "`model_type` or `architectures` with `hidden_size`, `n_embd`, `d_model` or a nested `text_config`",
    reads:
      "all dimensions of the architecture (dense, mixture of experts, latent attention, vision-language, encoder-decoder), stored precision and quantisation",
    limits:
      "an architecture alone: parameters, memory and FLOPs per token, no run. Tokenizer, generation, processor and scheduler configs are left alone",
  },
});

function read(reading: Reading): Recognized {
  const architecture = reading.textAt("architectures/0") ?? reading.textAt("model_type");
  const named = modelFileName(reading.context.path, reading.textAt("_name_or_path", "name_or_path"));
  const plain = reading.cursor.plain();
  const config = typeof plain === "object" && plain !== null ? (plain as Record<string, unknown>) : {};
  const spec = fromHuggingFace(config);
  const name =
    named === undefined
      ? architecture
      : architecture === undefined || named === architecture
        ? named
        : `${named} (${architecture})`;
  const first =
    ["hidden_size", "n_embd", "d_model", "text_config", "model_type", "architectures"].find((key) =>
      reading.has(key),
    ) ?? "model_type";
  reading.put("model", { ...spec, ...(name === undefined ? {} : { name }) }, reading.find(first));
  reading.number(
    "maxModelLength",
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "seq_length",
    "text_config/max_position_embeddings",
    "llm_config/max_position_embeddings",
  );
  const stored = reading.scalar("torch_dtype", "dtype", "text_config/torch_dtype", "text_config/dtype");
  const quantized = quantization(reading);
  const precision = quantized?.precision ?? (stored && parsePrecision(stored.value));
  if (precision) reading.put("precision", precision, quantized ? quantized.from : stored);
  return reading.finish({ kind: "model", hints: false, ...(named === undefined ? {} : { name: named }) });
}

/** Format of the stored weights: by method and bits (GPTQ, AWQ), by 8-bit loading, by the groups of compressed-tensors. */
function quantization(reading: Reading): { precision: Precision; from: LocatedScalar } | undefined {
  const at = (key: string): string => `quantization_config/${key}`;
  const method = reading.scalar(at("quant_method"), at("fmt"), at("quant_algo"));
  const bits = reading.numberAt(at("bits"), at("w_bit"));
  const group = at("config_groups/group_0/weights");
  const width = reading.numberAt(`${group}/num_bits`);
  const floats = reading.textAt(`${group}/type`) === "float";
  const algorithm = reading.scalar(at("quant_algo"));
  const precision =
    bits === 8
      ? "int8"
      : bits === 4
        ? "int4"
        : width === 8
          ? floats
            ? "fp8"
            : "int8"
          : width === 4
            ? floats
              ? "fp4"
              : "int4"
            : reading.flagAt(at("load_in_8bit")) === true
              ? "int8"
              : (algorithm && parsePrecision(algorithm.text)) || (method && parsePrecision(method.text));
  return precision && method ? { precision, from: method } : undefined;
}
