import { fromHuggingFace } from "../../core/model/huggingFace";
import { dialectFrom } from "../readers/dialect";
import { modelFileName } from "../readers/modelNames";
import { parsePrecision } from "../readers/precision";
import { hasKey, hasMapping, type Reading } from "../readers/reading";
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
  const quantization = reading.scalar(
    "quantization_config/quant_method",
    "quantization_config/fmt",
    "quantization_config/quant_algo",
  );
  const bits = reading.numberAt("quantization_config/bits", "quantization_config/w_bit");
  const quantized = quantization && (bits === 8 ? "int8" : bits === 4 ? "int4" : parsePrecision(quantization.text));
  const precision = quantized ?? (stored && parsePrecision(stored.value));
  if (precision) reading.put("precision", precision, quantized ? quantization : stored);
  return reading.finish({ kind: "model", hints: false, ...(named === undefined ? {} : { name: named }) });
}
