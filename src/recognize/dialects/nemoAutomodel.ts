import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readDimensions, readModel, readPrecision, readTargets } from "../readers/training";
import type { Recognized } from "../recognized";

export const nemoAutomodel = dialectFrom({
  id: "nemoAutomodel",
  title: "NeMo Automodel",
  anchors: ["step_scheduler:"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "step_scheduler"), "global_batch_size", "local_batch_size", "num_epochs", "max_steps") &&
    hasMapping(root, "model"),
  workloads: read,
  documentation: {
    recognizedBy: "`step_scheduler` beside `model`",
    reads:
      "model, global and local batch, epochs and steps, LoRA and quantisation, parallelism, data set, accelerators from the header",
    limits: "`distributed.dp_size: none` fills up what there is",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "nemo-automodel");
  const config = "model/config";
  if (!readModel(reading, "model/pretrained_model_name_or_path", `${config}/pretrained_model_name_or_path`))
    readDimensions(reading, {
      layers: [`${config}/num_hidden_layers`, `${config}/n_layer`],
      hiddenSize: [`${config}/hidden_size`, `${config}/n_embd`],
      attentionHeads: [`${config}/num_attention_heads`, `${config}/n_head`],
      keyValueHeads: [`${config}/num_key_value_heads`],
      vocabularySize: [`${config}/vocab_size`],
    });
  reading.number("globalBatchSize", "step_scheduler/global_batch_size");
  reading.number("microBatchSize", "step_scheduler/local_batch_size");
  reading.epochs("step_scheduler/num_epochs");
  reading.steps("step_scheduler/max_steps");
  const packed = reading.number(
    "sequenceLength",
    "packed_sequence/packed_sequence_size",
    "dataset/seq_length",
    "dataset/seq_len",
  );
  if (packed && (reading.numberAt("packed_sequence/packed_sequence_size") ?? 0) > 0)
    reading.put("packing", true, reading.find("packed_sequence/packed_sequence_size"));
  readPrecision(reading, "precision", "model/torch_dtype", "model/dtype");
  reading.text("dataset.name", "dataset/dataset_name", "dataset/path_or_dataset", "dataset/path_or_dataset_id");
  const optimizer = reading.textAt("optimizer/_target_")?.split(".").at(-1);
  if (optimizer) reading.put("optimizer", optimizer, reading.find("optimizer/_target_"));
  for (const [field, key] of [
    ["tensor", "tp_size"],
    ["pipeline", "pp_size"],
    ["context", "cp_size"],
    ["expert", "ep_size"],
  ] as const)
    reading.number(`parallelism.${field}`, `distributed/${key}`, `parallelizer/${key}`);
  if (/fsdp/i.test(reading.textAt("distributed/strategy", "distributed/_target_", "distributed_config/_target_") ?? ""))
    reading.put("parallelism.zeroStage", 3, reading.find("distributed"), { confidence: "medium", note: "FSDP" });
  const scratch = /from_config$/.test(reading.textAt("model/_target_") ?? "");
  if (reading.mapping("peft")) {
    const quantized = reading.mapping("quantization") !== undefined;
    reading.put("method", quantized ? "qlora" : "lora", reading.find("peft"));
    if (quantized) reading.put("weightPrecision", "nf4", reading.find("quantization"), { confidence: "medium" });
    reading.number("loraRank", "peft/dim");
    readTargets(reading, "peft/target_modules");
    return reading.finish({ kind: "fineTuning" });
  }
  if (scratch) return reading.finish({ kind: "training" });
  reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });
  return reading.finish({ kind: "fineTuning" });
}
