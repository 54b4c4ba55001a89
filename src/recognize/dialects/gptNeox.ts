import { fromHuggingFace } from "../../core/model/huggingFace";
import { dialectFrom } from "../readers/dialect";
import { modelName, modelNameInPath } from "../readers/modelNames";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import { readCheckpointing, readDimensions, readPrecision, readZero } from "../readers/training";
import type { Recognized } from "../recognized";

export const gptNeox = dialectFrom({
  id: "gptNeox",
  title: "GPT-NeoX",
  anchors: ["pipe_parallel_size", "pipe-parallel-size", "num_attention_heads", "num-attention-heads"],
  recognizes: (root) =>
    !hasKey(root, "model_type", "architectures", "_class_name") &&
    ((hasKey(root, "pipe_parallel_size") &&
      hasKey(root, "model_parallel_size", "num_layers", "train_iters", "zero_optimization")) ||
      (hasKey(root, "num_layers") &&
        hasKey(root, "hidden_size") &&
        hasKey(root, "seq_length") &&
        countKeys(root, ["train_iters", "norm", "pos_emb", "optimizer", "train_micro_batch_size_per_gpu"]) >= 1)),
  workloads: read,
  documentation: {
    recognizedBy:
      "`pipe_parallel_size` (or `pipe-parallel-size`), or `num_layers` + `hidden_size` + `seq_length` with training keys; JSON and JSON-in-YAML alike",
    reads:
      "dimensions, parallelism, micro batch, accumulation, iterations, ZeRO stage, precision, preference training (`train_impl: dpo`)",
    limits:
      "configs are combined on the command line: an overlay alone may lack the model or the batch; the number of nodes is the launcher's",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "gpt-neox");
  const stated = reading.textAt("load", "save");
  const name =
    named(modelNameInPath(reading.context.path)) ??
    (stated === undefined ? undefined : modelName(stated)) ??
    "gpt-neox";
  const tied = reading.flagAt("no_weight_tying");
  const gated =
    /^llama$/i.test(reading.textAt("mlp_type") ?? "") ||
    /swiglu|geglu/i.test(reading.textAt("activation") ?? "") ||
    reading.flagAt("use_flashattn_swiglu") === true;
  readDimensions(
    reading,
    {
      layers: ["num_layers"],
      hiddenSize: ["hidden_size"],
      attentionHeads: ["num_attention_heads"],
      keyValueHeads: ["num_kv_heads"],
      intermediateSize: ["intermediate_size"],
      vocabularySize: ["padded_vocab_size", "vocab_size"],
      experts: ["moe_num_experts"],
      expertsPerToken: ["moe_top_k"],
    },
    {
      name,
      ...(tied === undefined ? {} : { tieWordEmbeddings: !tied }),
      gatedMlp: gated,
      ...sizes(reading, gated),
    },
  );
  if (/^mamba$/i.test(reading.textAt("attention_config/0/0/0") ?? "")) readMamba(reading, name);
  const tensor = reading.number("parallelism.tensor", "model_parallel_size");
  const pipe = reading.numberAt("pipe_parallel_size");
  if (pipe !== undefined && pipe > 1) reading.number("parallelism.pipeline", "pipe_parallel_size");
  reading.number("parallelism.context", "context_parallel_size");
  reading.number("sequenceLength", "seq_length");
  const micro = reading.number("microBatchSize", "train_micro_batch_size_per_gpu");
  const accumulation = reading.number("gradientAccumulation", "gradient_accumulation_steps");
  const batch = reading.number("globalBatchSize", "train_batch_size");
  if (batch && micro && accumulation) {
    const world = (batch / (micro * accumulation)) * (tensor ?? 1) * Math.max(1, pipe ?? 1);
    if (Number.isInteger(world) && world >= 1)
      reading.put("accelerators", world, reading.find("train_batch_size"), {
        note: "batch ÷ (micro batch × accumulation) × model parallel",
      });
  }
  reading.steps("train_iters");
  readPrecision(reading, "precision", "precision");
  readZero(reading, reading);
  readCheckpointing(reading, "checkpoint_activations");
  reading.text("optimizer", "optimizer/type");
  const impl = reading.textAt("train_impl")?.toLowerCase();
  if (impl && /dpo|kto|reinforce|rm|reward/.test(impl)) {
    if (/rm|reward/.test(impl)) return reading.finish({ kind: "fineTuning" });
    reading.put("algorithm", impl === "reinforce" ? "grpo" : "dpo", reading.find("train_impl"));
    return reading.finish({ kind: "reinforcementLearning" });
  }
  return reading.finish({ kind: reading.flagAt("finetune") === true ? "fineTuning" : "training" });
}

/** Layers of a state-space mixer alone: the heads that such a file states are not used. */
function readMamba(reading: Reading, name: string): void {
  const spec = fromHuggingFace({
    model_type: "mamba",
    hidden_size: reading.numberAt("hidden_size"),
    num_hidden_layers: reading.numberAt("num_layers"),
    vocab_size: reading.numberAt("padded_vocab_size", "vocab_size") ?? 50304,
    tie_word_embeddings: reading.flagAt("no_weight_tying") !== true,
  });
  reading.drop("model");
  reading.put("model", { ...spec, name }, reading.find("attention_config"));
}

/** Four widths of feed-forward unless gated; the GPT-2 and GPT-NeoX vocabularies, padded to a multiple of 128. */
function sizes(reading: Reading, gated: boolean): { intermediateSize?: number; vocabularySize?: number } {
  const width = reading.numberAt("hidden_size");
  const tokenizer = `${reading.textAt("tokenizer_type") ?? ""} ${reading.textAt("vocab_file") ?? ""}`;
  return {
    ...(width && !gated && !reading.has("intermediate_size") ? { intermediateSize: 4 * width } : {}),
    ...(/GPT2BPE|gpt2|20B_tokenizer/i.test(tokenizer) && !reading.has("padded_vocab_size", "vocab_size")
      ? { vocabularySize: 50304 }
      : {}),
  };
}

/** A file named by its size alone: the shapes of GPT-3 (arXiv 2005.14165, table 2.1), or a GPT-NeoX of its own. */
function named(fromPath: string | undefined): string | undefined {
  if (fromPath === undefined || !/^\d/.test(fromPath)) return fromPath;
  const ofGpt3 = /^(125M|350M|760M|1[-.]3B|2[-.]7B|6[-.]7B|13B|175B)$/i.test(fromPath);
  return `${ofGpt3 ? "gpt3" : "gpt-neox"}-${fromPath}`;
}
