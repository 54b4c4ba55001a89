import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readAdapter, readModel, readPrecision, readPreference, readTargets } from "../readers/training";
import type { Recognized } from "../recognized";

export const autoTrain = dialectFrom({
  id: "autoTrain",
  title: "AutoTrain",
  anchors: ["base_model:"],
  recognizes: (root) =>
    hasKey(root, "task") &&
    hasKey(root, "base_model") &&
    hasMapping(root, "params") &&
    hasKey(nodeAt(root, "params"), "epochs", "batch_size", "lr"),
  workloads: read,
  documentation: {
    recognizedBy: "`task` and `base_model` beside `params`",
    reads:
      "model, data set, sequence length, batch, accumulation, epochs, adapter and quantisation, format, preference training",
    limits: "`backend: local` does not say on how many accelerators",
  },
});

function read(reading: Reading): Recognized {
  const at = (key: string): string => `params/${key}`;
  reading.put("framework", "autotrain");
  readModel(reading, "base_model");
  reading.text("dataset.name", "data/path");
  reading.number("sequenceLength", at("block_size"), at("max_seq_length"), at("model_max_length"));
  reading.number("microBatchSize", at("batch_size"));
  reading.number("gradientAccumulation", at("gradient_accumulation"));
  reading.epochs(at("epochs"));
  reading.text("optimizer", at("optimizer"));
  readPrecision(reading, "precision", at("mixed_precision"));
  const adapted = reading.flagAt(at("peft")) === true;
  if (adapted) {
    const quantization = reading.scalar(at("quantization"));
    const format = quantization?.text.toLowerCase();
    readAdapter(reading, reading.scalar(at("peft")), {
      bits4: format === "int4",
      bits8: format === "int8",
      ...(quantization ? { from: quantization } : {}),
    });
    reading.number("loraRank", at("lora_r"));
    readTargets(reading, at("target_modules"));
  } else reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });
  const trainer = reading.scalar(at("trainer"), "task");
  if (trainer && /dpo|orpo|kto/i.test(trainer.text))
    return reading.finish({ kind: readPreference(reading, trainer.text, trainer, adapted) });
  return reading.finish({ kind: "fineTuning" });
}
