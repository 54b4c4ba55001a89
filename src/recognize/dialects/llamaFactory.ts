import { dialectFrom } from "../readers/dialect";
import { precisionInName } from "../readers/precision";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import {
  readAdapter,
  readDataset,
  readDeepSpeedReference,
  readModel,
  readOtherModel,
  readPrecision,
  readPreference,
  readTargets,
  readTrainerArguments,
} from "../readers/training";
import type { Recognized } from "../recognized";

const versionOneKeys = [
  "dist_config",
  "micro_batch_size",
  "cutoff_len",
  "train_dataset",
  "peft_config",
  "kernel_config",
  "quant_config",
  "sample_backend",
  "model_class",
];

export const llamaFactory = dialectFrom({
  id: "llamaFactory",
  title: "LLaMA-Factory",
  anchors: [
    "finetuning_type",
    "cutoff_len",
    "infer_backend",
    "export_dir",
    "dist_config:",
    "stage: sft",
    "stage: pt",
    "stage: dpo",
    "export_size",
  ],
  recognizes: (root) => {
    if (hasKey(root, "model_name_or_path"))
      return (
        hasKey(root, "finetuning_type", "infer_backend", "export_dir", "cutoff_len") ||
        (hasKey(root, "stage") && hasKey(root, "template"))
      );
    return (
      hasKey(root, "model") &&
      hasKey(root, "dist_config", "cutoff_len", "sample_backend") &&
      countKeys(root, versionOneKeys) >= 2
    );
  },
  workloads: (reading) => (reading.has("model_name_or_path") ? read(reading) : readVersionOne(reading)),
  documentation: {
    recognizedBy:
      "`model_name_or_path` beside `finetuning_type`, `cutoff_len`, `stage` + `template`, `infer_backend` or `export_dir`; the newer schema by `model` beside `dist_config`, `cutoff_len` or `sample_backend`",
    reads:
      "model, stage, method and quantisation, sequence length, batch, accumulation, epochs and steps, `max_samples`, precision, DeepSpeed stage (the file it names too)",
    limits: "accelerators are not in the file; a merge or export on the CPU counts no accelerator",
  },
});

function read(reading: Reading): Recognized {
  readModel(reading, "model_name_or_path");
  reading.put("framework", "llama-factory");
  if (reading.has("export_dir") && !reading.has("do_train") && !reading.has("per_device_train_batch_size"))
    return merge(reading);
  const backend = reading.textAt("infer_backend")?.toLowerCase();
  const stage = reading.textAt("stage")?.toLowerCase();
  const trains =
    reading.flagAt("do_train") === true ||
    reading.has("per_device_train_batch_size") ||
    reading.has("num_train_epochs");
  const predicts = reading.flagAt("do_predict") === true || reading.has("task");
  if (!trains && (backend !== undefined || predicts || stage === undefined)) return inference(reading, backend);

  reading.number("sequenceLength", "cutoff_len");
  readTrainerArguments(reading);
  readDataset(reading, "dataset");
  readSamples(reading);
  reading.number("parallelism.tensor", "tensor_model_parallel_size");
  reading.number("parallelism.pipeline", "pipeline_model_parallel_size");
  reading.number("parallelism.expert", "expert_model_parallel_size");
  const packing = reading.flagAt("packing") ?? reading.flagAt("neat_packing");
  if (packing !== undefined) reading.put("packing", packing, reading.find("packing") ?? reading.find("neat_packing"));
  if (reading.flagAt("use_kt") === true)
    reading.put("parallelism.cpuOffload", true, reading.find("use_kt"), { note: "experts on the CPU" });

  const type = reading.scalar("finetuning_type");
  const kindOfType = type?.text.toLowerCase();
  const adapted = kindOfType === undefined ? reading.has("lora_rank") : /lora|oft|dora/.test(kindOfType);
  if (adapted) {
    const bits = reading.numberAt("quantization_bit");
    const from = reading.scalar("quantization_bit");
    readAdapter(reading, type, {
      bits4: bits !== undefined && bits <= 4,
      bits8: bits === 8,
      ...(from ? { from } : {}),
    });
    reading.number("loraRank", "lora_rank");
    readTargets(reading, "lora_target");
  } else {
    reading.put("method", "full", type);
    if (kindOfType === "freeze") reading.note("freeze: only some layers are trained; counted as if all were");
  }

  if (stage === "ppo") {
    reading.put("algorithm", "ppo", reading.find("stage"));
    readOtherModel(reading, "rewardModel", "reward_model");
    return reading.finish({ kind: "reinforcementLearning" });
  }
  // LLaMA-Factory files ORPO and SimPO under `stage: dpo`; the loss tells them apart.
  const loss = reading.scalar("pref_loss");
  if (stage && /^(dpo|kto|orpo|simpo)$/.test(stage))
    return reading.finish({
      kind: readPreference(reading, loss?.text ?? stage, loss ?? reading.find("stage"), adapted),
    });
  if (stage && stage !== "sft") reading.note(`stage ${stage.slice(0, 20)}`);
  return reading.finish({ kind: stage === "pt" && !adapted ? "training" : "fineTuning" });
}

/** `max_samples` bounds each data set by itself; a smaller one gives what it has. */
function readSamples(reading: Reading): void {
  const each = reading.numberAt("max_samples");
  if (each === undefined || each <= 0) return;
  const list = reading.find("dataset");
  const names = list?.isScalar ? (list.text() ?? "").split(",") : (list?.texts() ?? []);
  const sets = Math.max(1, names.filter((name) => name.trim() !== "").length);
  if (sets === 1) reading.number("dataset.samples", "max_samples");
  else
    reading.put("dataset.samples", each * sets, reading.find("max_samples"), {
      confidence: "medium",
      note: `at most ${each} of each of ${sets} data sets`,
    });
}

/** Merging an adapter into its base: no training, and no accelerator unless the file asks for one. */
function merge(reading: Reading): Recognized {
  const device = reading.scalar("export_device");
  if (device === undefined || /^cpu$/i.test(device.text))
    reading.put("accelerators", 0, device ?? reading.find("export_dir"), { note: "merge and export on the CPU" });
  reading.note("merges or exports a checkpoint; nothing is trained");
  return reading.finish({ kind: "allocation", hints: false });
}

function inference(reading: Reading, backend: string | undefined): Recognized {
  if (backend !== undefined)
    reading.put(
      "engine",
      backend === "huggingface" || backend === "hf" ? "transformers" : backend,
      reading.find("infer_backend"),
    );
  reading.number("maxModelLength", "vllm_maxlen", "cutoff_len");
  reading.number("outputTokens", "max_new_tokens");
  readPrecision(reading, "precision", "infer_dtype");
  const model = reading.value("model");
  const bits = reading.numberAt("quantization_bit");
  if (bits === 4) reading.put("weightPrecision", "nf4", reading.find("quantization_bit"));
  else if (bits === 8) reading.put("weightPrecision", "int8", reading.find("quantization_bit"));
  else if (typeof model === "string")
    reading.put("weightPrecision", precisionInName(model), undefined, { confidence: "medium" });
  return reading.finish({ kind: "inference" });
}

function readVersionOne(reading: Reading): Recognized {
  readModel(reading, "model");
  reading.put("framework", "llama-factory");
  const trains =
    reading.has("train_dataset") ||
    reading.has("micro_batch_size") ||
    reading.has("max_steps") ||
    reading.has("num_train_epochs");
  if (!trains) return inference(reading, reading.textAt("sample_backend")?.toLowerCase());
  reading.number("sequenceLength", "cutoff_len");
  reading.number("microBatchSize", "micro_batch_size");
  reading.number("globalBatchSize", "global_batch_size");
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  reading.steps("max_steps");
  reading.epochs("num_train_epochs", "num_epochs");
  readPrecision(reading, "precision", "precision");
  reading.text("dataset.name", "train_dataset");
  reading.number("parallelism.tensor", "dist_config/tp_size");
  reading.number("parallelism.context", "dist_config/cp_size");
  readDeepSpeedReference(reading, "dist_config/config_file");
  const peft = reading.scalar("peft_config/name");
  if (peft && /lora/i.test(peft.text)) {
    const quant = reading.scalar("quant_config/name");
    const bits = reading.numberAt("quant_config/quantization_bit", "quant_config/bits");
    readAdapter(reading, peft, {
      bits4: quant !== undefined && bits !== 8,
      bits8: bits === 8,
      ...(quant ? { from: quant } : {}),
    });
    reading.number("loraRank", "peft_config/r");
    readTargets(reading, "peft_config/target_modules");
  } else reading.put("method", "full", peft);
  return reading.finish({ kind: "fineTuning" });
}
