import { dialectFrom } from "../readers/dialect";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import {
  readAdapter,
  readModel,
  readOtherModel,
  readPrecision,
  readPreference,
  readTargets,
  readTrainerArguments,
} from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronParallelism } from "./nemo";

const trainerArguments = [
  "per_device_train_batch_size",
  "micro_batch_size",
  "global_batch_size",
  "num_train_epochs",
  "max_steps",
  "learning_rate",
  "lr",
  "dataset",
  "gradient_accumulation_steps",
  "max_length",
];

export const swift = dialectFrom({
  id: "swift",
  title: "ms-swift",
  anchors: ["train_type:", "tuner_type:", "rlhf_type:", '"train_type"', '"tuner_type"', '"rlhf_type"'],
  recognizes: (root) =>
    hasKey(root, "train_type", "tuner_type", "rlhf_type") &&
    hasKey(root, "model") &&
    countKeys(root, trainerArguments) >= 2,
  workloads: read,
  documentation: {
    recognizedBy: "`train_type`, `tuner_type` or `rlhf_type` beside `model` and arguments of a trainer",
    reads:
      "model, method and quantisation, sequence length, batch, accumulation, epochs and steps, samples of the data sets (`name#1000`), ZeRO stage, Megatron's parallelism; preference and online tuning",
    limits: "accelerators are given by the environment (`NPROC_PER_NODE`)",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "swift");
  readModel(reading, "model");
  readSamples(reading);
  readTrainerArguments(reading);
  reading.number("microBatchSize", "micro_batch_size");
  reading.number("globalBatchSize", "global_batch_size");
  reading.steps("train_iters");
  reading.epochs("max_epochs");
  readPrecision(reading, "precision", "torch_dtype", "bnb_4bit_compute_dtype");
  readMegatronParallelism(reading, "");
  const kind = reading.textAt("rlhf_type")?.toLowerCase();
  const online = kind !== undefined && /^(grpo|ppo)$/.test(kind);
  const type = reading.scalar("train_type", "tuner_type");
  const adapted = type === undefined || /lora|adapter|dora/i.test(type.text);
  if (adapted) {
    const bits = reading.numberAt("quant_bits");
    const from = reading.scalar("quant_bits");
    readAdapter(reading, type, { bits4: bits === 4, bits8: bits === 8, ...(from ? { from } : {}) });
    reading.number("loraRank", "lora_rank");
    readTargets(reading, "target_modules");
  } else reading.put("method", "full", type);
  if (online) {
    reading.put("algorithm", kind === "ppo" ? "ppo" : "grpo", reading.find("rlhf_type"));
    reading.number("samplesPerPrompt", "num_generations");
    reading.number("promptTokens", "max_length");
    reading.number("responseTokens", "max_completion_length");
    if (reading.flagAt("use_vllm") === true) reading.put("engine", "vllm", reading.find("use_vllm"));
    return reading.finish({ kind: "reinforcementLearning" });
  }
  reading.number("sequenceLength", "max_length");
  if (kind === "gkd") {
    readOtherModel(reading, "teacher", "teacher_model");
    reading.number("responseTokens", "max_completion_length");
    return reading.finish({ kind: "distillation" });
  }
  if (kind !== undefined && /^(dpo|kto|orpo|simpo|cpo)$/.test(kind))
    return reading.finish({ kind: readPreference(reading, kind, reading.find("rlhf_type"), adapted) });
  return reading.finish({ kind: "fineTuning" });
}

/** `owner/name#1000` takes a thousand samples; a list may take of some and all of others. */
function readSamples(reading: Reading): void {
  const list = reading.find("dataset");
  const names =
    list
      ?.texts()
      .flatMap((text) => text.split(/[\s,]+/))
      .filter((text) => text !== "") ?? [];
  if (!list || names.length === 0) return;
  reading.put(
    "dataset.name",
    names
      .map((name) => name.replace(/#\d+$/, ""))
      .join(", ")
      .slice(0, 300),
    list,
  );
  const counts = names.map((name) => Number(/#(\d{1,12})$/.exec(name)?.[1] ?? Number.NaN));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > 0) reading.put("dataset.samples", total, list, { note: "samples taken of each data set" });
}
