import { dialectFrom } from "../readers/dialect";
import { hasKey, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const kohya = dialectFrom({
  id: "kohya",
  title: "kohya_ss JSON",
  anchors: ['"LoRA_type"', '"network_alpha"', '"train_data_dir"', "network_dim"],
  recognizes: (root) =>
    (hasKey(root, "LoRA_type") && hasKey(root, "pretrained_model_name_or_path", "network_dim", "train_batch_size")) ||
    (hasKey(root, "network_dim") &&
      hasKey(root, "network_alpha") &&
      hasKey(root, "train_data_dir", "train_batch_size", "max_resolution")) ||
    (hasKey(root, "pretrained_model_name_or_path") &&
      hasKey(root, "train_data_dir") &&
      hasKey(root, "max_resolution", "save_every_n_epochs")),
  workloads: read,
  documentation: {
    recognizedBy:
      "`LoRA_type` with `pretrained_model_name_or_path`, or `network_dim` + `network_alpha` + `train_data_dir`",
    reads: "processes × machines, model, steps and epochs, batch, accumulation, precision, rank, FP8 base",
    limits: "`max_train_steps: 0` is no limit; the number of images is in a folder",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "kohya");
  reading.count("nodes", "num_machines");
  reading.count("accelerators", "num_processes");
  readModel(reading, "pretrained_model_name_or_path", "model_name");
  reading.steps("max_train_steps");
  reading.epochs("epoch", "max_train_epochs");
  reading.number("microBatchSize", "train_batch_size");
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  reading.text("optimizer", "optimizer", "optimizer_type");
  readPrecision(reading, "precision", "mixed_precision");
  readCheckpointing(reading, "gradient_checkpointing");
  const rank = reading.numberAt("network_dim");
  if (reading.has("LoRA_type", "network_dim", "network_alpha") && rank !== 0) {
    const quantized = reading.flagAt("fp8_base") === true;
    reading.put("method", "lora", reading.find("LoRA_type") ?? reading.find("network_dim"));
    reading.number("loraRank", "network_dim");
    if (quantized) reading.put("weightPrecision", "fp8", reading.find("fp8_base"));
  } else reading.put("method", "full", reading.find("pretrained_model_name_or_path"));
  return reading.finish({ kind: "fineTuning", hints: false });
}
