import { dialectFrom } from "../readers/dialect";
import { modelName, modelNameInPath } from "../readers/modelNames";
import { precisionInName } from "../readers/precision";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readPrecision, readTargets } from "../readers/training";
import type { Recognized } from "../recognized";

export const unsloth = dialectFrom({
  id: "unsloth",
  title: "Unsloth Studio",
  anchors: ["max_seq_length:"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "training"), "max_seq_length") && hasMapping(root, "lora", "logging", "model", "data"),
  workloads: read,
  documentation: {
    recognizedBy: "`training.max_seq_length` beside `lora`",
    reads:
      "sequence length, batch, accumulation, steps or epochs, LoRA rank and targets; the model from the file, its header or its name",
    limits: "the model is often named by the file's name only",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "unsloth");
  readModel(reading, "model/model_name", "model/name", "model_name", "model", "training/model_name");
  if (reading.value("model") === undefined) {
    const file =
      reading.context.path
        .split("/")
        .at(-1)
        ?.replace(/\.ya?ml$/i, "") ?? "";
    const whole = /^[A-Za-z][\w-]*_[A-Za-z].*\d+(\.\d+)?b/i.test(file)
      ? modelName(file.replace("_", "/"))
      : modelNameInPath(reading.context.path);
    if (whole)
      reading.put("model", whole, undefined, { source: "path", confidence: "low", note: "the file's name says so" });
  }
  reading.number("sequenceLength", "training/max_seq_length");
  reading.number("microBatchSize", "training/batch_size", "training/per_device_train_batch_size");
  reading.number("gradientAccumulation", "training/gradient_accumulation_steps");
  reading.steps("training/max_steps");
  reading.epochs("training/num_epochs", "training/num_train_epochs");
  reading.flag("packing", "training/packing");
  readCheckpointing(reading, "training/gradient_checkpointing");
  reading.text("optimizer", "training/optim");
  readPrecision(reading, "precision", "training/dtype", "model/dtype");
  if (reading.mapping("lora")) {
    const model = reading.value("model");
    const bits4 = reading.flagAt("training/load_in_4bit", "model/load_in_4bit");
    const named = typeof model === "string" ? precisionInName(model) : undefined;
    const quantized = bits4 ?? (named === "nf4" || named === "int4");
    reading.put("method", quantized ? "qlora" : "lora", reading.find("lora"));
    if (quantized) reading.put("weightPrecision", "nf4", undefined, { confidence: "medium", note: "4-bit base" });
    reading.number("loraRank", "lora/lora_r", "lora/r");
    readTargets(reading, "lora/target_modules");
  } else reading.put("method", "full");
  return reading.finish({ kind: "fineTuning" });
}
