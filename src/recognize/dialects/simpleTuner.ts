import { dialectFrom } from "../readers/dialect";
import { parsePrecision } from "../readers/precision";
import { hasKey, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const simpleTuner = dialectFrom({
  id: "simpleTuner",
  title: "SimpleTuner",
  anchors: ["data_backend_config"],
  recognizes: (root) =>
    hasKey(root, "data_backend_config") &&
    hasKey(root, "model_type", "model_family") &&
    hasKey(root, "train_batch_size"),
  workloads: read,
  documentation: {
    recognizedBy:
      "`data_backend_config` beside `model_type` or `model_family` and `train_batch_size`; keys with or without `--`",
    reads: "model or its family, LoRA or full, quantised base, batch, accumulation, steps and epochs, format",
    limits: "an image or clip counts as one sample; the number of processes is the environment's",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "simpletuner");
  if (!readModel(reading, "pretrained_model_name_or_path", "pretrained_transformer_model_name_or_path")) {
    const family = reading.scalar("model_family");
    const flavour = reading.textAt("model_flavour");
    if (family)
      reading.put("model", flavour ? `${family.text}-${flavour}`.slice(0, 120) : family.text.slice(0, 120), family);
  }
  reading.count("accelerators", "num_processes");
  reading.count("nodes", "num_machines");
  reading.number("microBatchSize", "train_batch_size");
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  reading.steps("max_train_steps");
  reading.epochs("num_train_epochs");
  reading.text("optimizer", "optimizer");
  readPrecision(reading, "precision", "mixed_precision");
  readCheckpointing(reading, "gradient_checkpointing");
  if (reading.flagAt("fsdp_enable") === true)
    reading.put("parallelism.zeroStage", 3, reading.find("fsdp_enable"), { note: "FSDP" });
  const type = reading.scalar("model_type");
  if (type && /lora/i.test(type.text)) {
    // `int8-quanto`, `nf4-bnb`, `fp8-torchao`: the format and the library behind it.
    const base = reading.scalar("base_model_precision");
    const format = parsePrecision(base?.text.split("-")[0]);
    const quantized = format !== undefined && /^(?:int|fp|nf)[48]/.test(format);
    reading.put("method", quantized ? "qlora" : "lora", type);
    if (quantized) reading.put("weightPrecision", format, base);
    reading.number("loraRank", "lora_rank");
  } else reading.put("method", "full", type);
  return reading.finish({ kind: "fineTuning" });
}
