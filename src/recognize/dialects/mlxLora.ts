import { dialectFrom } from "../readers/dialect";
import { hasKey, type Reading } from "../readers/reading";
import { readAdapter, readCheckpointing, readModel, readTargets } from "../readers/training";
import type { Recognized } from "../recognized";

export const mlxLora = dialectFrom({
  id: "mlxLora",
  title: "MLX LM fine-tuning",
  anchors: ["lora_parameters:", "fine_tune_type:"],
  recognizes: (root) =>
    hasKey(root, "model") && hasKey(root, "iters") && hasKey(root, "lora_parameters", "fine_tune_type", "lora_layers"),
  workloads: read,
  documentation: {
    recognizedBy: "`iters` beside `model` and `lora_parameters` or `fine_tune_type`",
    reads: "model, method, rank, batch, accumulation, steps, sequence length",
    limits: "the machine is the one it runs on",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "mlx");
  readModel(reading, "model");
  reading.number("microBatchSize", "batch_size");
  reading.number("gradientAccumulation", "grad_accumulation_steps");
  reading.steps("iters");
  reading.number("sequenceLength", "max_seq_length");
  reading.text("optimizer", "optimizer");
  reading.text("dataset.name", "hf_dataset/path", "hf_dataset/name", "data");
  readCheckpointing(reading, "grad_checkpoint");
  const type = reading.scalar("fine_tune_type");
  if (type && /^full$/i.test(type.text)) reading.put("method", "full", type);
  else {
    readAdapter(reading, type ?? reading.scalar("lora_parameters/rank"), {});
    reading.number("loraRank", "lora_parameters/rank");
    readTargets(reading, "lora_parameters/keys");
  }
  return reading.finish({ kind: "fineTuning" });
}
