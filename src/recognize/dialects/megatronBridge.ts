import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readModelFromPath, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronDimensions, readMegatronParallelism } from "./nemo";

export const megatronBridge = dialectFrom({
  id: "megatronBridge",
  title: "Megatron-Bridge",
  anchors: ["train_iters:", "tensor_model_parallel_size"],
  recognizes: (root) => {
    const train = nodeAt(root, "train");
    if (hasKey(train, "train_iters")) return hasMapping(root, "model", "peft", "dataset", "checkpoint");
    return (
      hasKey(train, "global_batch_size", "micro_batch_size") &&
      hasKey(nodeAt(root, "model"), "tensor_model_parallel_size", "seq_length", "pipeline_model_parallel_size")
    );
  },
  workloads: read,
  documentation: {
    recognizedBy: "`train.train_iters` (or `train.global_batch_size`) beside a `model` mapping of Megatron",
    reads:
      "steps, batch sizes, sequence length, parallelism, dimensions where stated; a `model.teacher` makes it a distillation",
    limits: "these files override a recipe in code: the model is read from the file's name at best",
  },
});

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
  readPrecision(reading, "precision", "mixed_precision", "mixed_precision/fp8", "model/params_dtype");
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
  return reading.finish({ kind: reading.has("checkpoint/pretrained_checkpoint") ? "fineTuning" : "training" });
}
