import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import {
  readCheckpointing,
  readModel,
  readModelFromPath,
  readPrecision,
  readPrecisionFlags,
} from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronDimensions, readMegatronParallelism } from "./nemo";

export const megatronBridge = dialectFrom({
  id: "megatronBridge",
  title: "Megatron-Bridge",
  anchors: ["train_iters:", "tensor_model_parallel_size"],
  recognizes: (root) => {
    const train = nodeAt(root, "train") ?? nodeAt(root, "ConfigContainer/train");
    if (hasKey(root, "ConfigContainer")) return hasKey(train, "train_iters");
    if (hasKey(train, "train_iters")) return hasMapping(root, "model", "peft", "dataset", "checkpoint");
    return (
      hasKey(train, "global_batch_size", "micro_batch_size") &&
      hasKey(nodeAt(root, "model"), "tensor_model_parallel_size", "seq_length", "pipeline_model_parallel_size")
    );
  },
  workloads: (reading) => (reading.mapping("ConfigContainer") ? readContainer(reading) : read(reading)),
  documentation: {
    recognizedBy: "`train.train_iters` (or `train.global_batch_size`) beside a `model` mapping of Megatron",
    reads:
      "steps, batch sizes, sequence length, parallelism, dimensions where stated; a `model.teacher` makes it a distillation",
    limits: "these files override a recipe in code: the model is read from the file's name at best",
  },
});

/** Performance recipes hold one arrangement per accelerator beside the settings they share. */
function readContainer(reading: Reading): Recognized {
  const shared = reading.at("ConfigContainer");
  const matrix = reading.find("perf_matrix");
  if (matrix)
    shared.note(
      `perf_matrix has ${matrix.keys().slice(0, 8).join(", ").slice(0, 80)}: which one runs is the launcher's`,
    );
  return read(shared);
}

function read(reading: Reading): Recognized {
  reading.put("framework", "megatron-bridge");
  if (!readMegatronDimensions(reading, "model/", undefined)) {
    readModel(reading, "model/hf_model_id", "hf_path", "checkpoint/pretrained_checkpoint");
    readModelFromPath(reading);
  }
  readMegatronParallelism(reading, "model/");
  reading.number("sequenceLength", "model/seq_length", "dataset/seq_length", "dataset/sequence_length");
  reading.number("globalBatchSize", "train/global_batch_size");
  reading.number("microBatchSize", "train/micro_batch_size");
  reading.steps("train/train_iters");
  samples(reading);
  const eight = reading.scalar("mixed_precision/fp8", "model/fp8");
  if (eight && reading.flagAt("mixed_precision/fp8", "model/fp8") !== false) reading.put("precision", "fp8", eight);
  readPrecision(reading, "precision", "mixed_precision", "mixed_precision/dtype");
  readPrecisionFlags(reading, "mixed_precision");
  readPrecisionFlags(reading, "model");
  readPrecision(reading, "precision", "model/params_dtype");
  if (!reading.has("model/hidden_size") && reading.has("model/num_layers"))
    reading.note(`${reading.textAt("model/num_layers") ?? "?"} layers instead of the recipe's: a smaller stand-in`);
  readCheckpointing(reading, "model/recompute_granularity");
  if (reading.has("model/teacher")) {
    reading.put("strategy", "offPolicy", reading.find("model/teacher"), { note: "teacher logits on given texts" });
    return reading.finish({ kind: "distillation" });
  }
  if (reading.has("peft")) {
    reading.put("method", "lora", reading.find("peft"));
    reading.number("loraRank", "peft/dim");
    return reading.finish({ kind: "fineTuning" });
  }
  const limit = reading.numberAt("train/exit_duration_in_mins");
  return reading.finish({
    kind: tunes(reading) ? "fineTuning" : "training",
    ...(limit && limit > 0 ? { timeLimit: limit / 60 } : {}),
  });
}

/** Given weights, or a file that says so: overrides of a recipe seldom repeat where they start from. */
const tunes = (reading: Reading): boolean =>
  reading.scalar("checkpoint/pretrained_checkpoint") !== undefined ||
  /(?:^|[_/.-])(?:finetun\w*|sft)(?:[_/.-]|$)/i.test(reading.context.path.split("/").at(-1) ?? "");

/** Runs counted in samples: steps where the batch is known, tokens where the length is. */
function samples(reading: Reading): void {
  const amount = reading.numberAt("train/train_samples");
  const batch = reading.value("globalBatchSize");
  if (!amount || amount <= 0 || typeof batch !== "number") return;
  reading.put("steps", Math.ceil(amount / batch), reading.find("train/train_samples"), {
    note: `${amount} samples ÷ batch ${batch}`,
  });
}
