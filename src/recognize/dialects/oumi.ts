import { dialectFrom } from "../readers/dialect";
import { entryLike, hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import {
  readAdapter,
  readDataset,
  readFsdpStrategy,
  readFusedLoss,
  readModel,
  readOtherModel,
  readPrecision,
  readPreference,
  readTargets,
  readTrainerArguments,
} from "../readers/training";
import type { Recognized } from "../recognized";
import { readPolicyFacts } from "./verl";

const hosted: Readonly<Record<string, string>> = {
  ANTHROPIC: "anthropic",
  OPENAI: "openai",
  TOGETHER: "together",
  GOOGLE_GEMINI: "google",
  GEMINI: "google",
  GOOGLE_VERTEX: "google",
  DEEPSEEK: "deepseek",
  PARASAIL: "parasail",
  SAMBANOVA: "sambanova",
  LAMBDA: "lambda",
  BEDROCK: "bedrock",
  FIREWORKS: "fireworks",
  OPENROUTER: "openrouter",
};

export const oumi = dialectFrom({
  id: "oumi",
  title: "Oumi",
  anchors: ["trainer_type:", "model_name:", "verl_config_overrides"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "training"), "trainer_type", "verl_config_overrides") ||
    (hasKey(nodeAt(root, "model"), "model_name") &&
      (isEngine(root) ||
        hasKey(root, "tasks", "generation", "remote_params", "peft", "fsdp") ||
        hasMapping(root, "training"))),
  workloads: read,
  documentation: {
    recognizedBy: "`training.trainer_type`, or `model.model_name` beside `engine`, `tasks`, `generation` or `training`",
    reads:
      "model, sequence length, batch, accumulation, epochs and steps, LoRA and quantisation, verl overrides; `engine` decides between own accelerators and a hosted interface",
    limits: "accelerators are in the job file; `REMOTE` may be either",
  },
});

const isEngine = (root: Parameters<typeof entryLike>[0]): boolean => {
  const engine = entryLike(root, "engine")?.value;
  return engine?.type === "scalar" && /^[A-Z_]{3,}$/.test(engine.text);
};

function read(reading: Reading): Recognized {
  readModel(reading, "model/model_name", "model/tokenizer_name");
  readPrecision(reading, "precision", "training/mixed_precision_dtype", "model/torch_dtype_str");
  if (!reading.has("training")) return inference(reading);
  reading.put("framework", "oumi");
  const type = reading.textAt("training/trainer_type")?.toUpperCase() ?? "";
  if (reading.has("training/verl_config_overrides") || type === "VERL_GRPO") {
    readPolicyFacts(reading, "training/verl_config_overrides/");
    reading.number("responseTokens", "training/grpo/max_completion_length");
    const [prompt, response] = [reading.value("promptTokens"), reading.value("responseTokens")];
    if (typeof prompt === "number" && typeof response === "number")
      reading.put("sequenceLength", prompt + response, reading.find("training/grpo/max_completion_length"), {
        note: `prompt ${prompt} + response ${response}`,
      });
    reading.number("promptsPerStep", "training/per_device_train_batch_size");
  }
  reading.number("sequenceLength", "model/model_max_length");
  readTrainerArguments(reading, "training");
  readFusedLoss(reading, "model/enable_liger_kernel");
  readDataset(reading, "data/train/datasets", "dataset_name");
  reading.flag("packing", "data/train/pack", "training/packing");
  reading.flag("parallelism.cpuOffload", "fsdp/cpu_offload");
  readDeepspeed(reading);
  if (reading.flagAt("fsdp/enable_fsdp") === true) {
    readFsdpStrategy(reading, "fsdp/sharding_strategy");
    reading.put("parallelism.zeroStage", 3, reading.find("fsdp/enable_fsdp"), {
      confidence: "medium",
      note: "FSDP shards everything unless it says otherwise",
    });
  }
  const peft = reading.flagAt("training/use_peft");
  const adapted = peft === true || (peft === undefined && reading.has("peft/lora_r"));
  if (adapted) {
    const bits4 = reading.flagAt("peft/q_lora") === true;
    const from = reading.scalar("peft/q_lora");
    readAdapter(reading, reading.scalar("training/use_peft", "peft/lora_r"), { bits4, ...(from ? { from } : {}) });
    reading.number("loraRank", "peft/lora_r");
    readTargets(reading, "peft/lora_target_modules");
  } else reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });
  if (/GRPO|PPO|RLOO/.test(type)) {
    reading.put("algorithm", type.includes("PPO") ? "ppo" : "grpo", reading.find("training/trainer_type"));
    reading.number("responseTokens", "training/grpo/max_completion_length");
    reading.number("samplesPerPrompt", "training/grpo/num_generations");
    return reading.finish({ kind: "reinforcementLearning" });
  }
  if (/GKD|GOLD|DISTILL/.test(type)) {
    readOtherModel(
      reading,
      "teacher",
      "training/gkd/teacher_model_name_or_path",
      "training/gold/teacher_model_name_or_path",
    );
    return reading.finish({ kind: "distillation" });
  }
  if (/DPO|KTO|ORPO/.test(type))
    return reading.finish({ kind: readPreference(reading, type, reading.find("training/trainer_type"), adapted) });
  const scratch = reading.flagAt("model/load_pretrained_weights") === false;
  return reading.finish({ kind: scratch && !adapted ? "training" : "fineTuning" });
}

function readDeepspeed(reading: Reading): void {
  const stage = reading.scalar("deepspeed/zero_stage");
  const value = /[0-3]$/.exec(stage?.text ?? "")?.[0];
  if (stage && value) reading.put("parallelism.zeroStage", Number(value), stage);
}

function inference(reading: Reading): Recognized {
  const engine = reading.scalar("engine", "inference_engine");
  const name = engine?.text.toUpperCase();
  const provider = name === undefined ? undefined : hosted[name];
  reading.number("outputTokens", "generation/max_new_tokens");
  if (provider !== undefined) {
    reading.put("provider", provider, engine);
    reading.number("requests", "num_samples");
    return reading.finish({ kind: "api", hints: false });
  }
  if (name === "REMOTE") reading.note("engine REMOTE: own server or hosted, the file does not say");
  if (name !== undefined) reading.put("engine", engineName(name), engine);
  reading.number("maxModelLength", "model/model_max_length");
  reading.number("concurrency", "generation/batch_size", "remote_params/num_workers");
  const bits4 = reading.flagAt("model/model_kwargs/load_in_4bit", "peft/q_lora") === true;
  if (bits4)
    reading.put(
      "weightPrecision",
      "nf4",
      reading.find("model/model_kwargs/load_in_4bit") ?? reading.find("peft/q_lora"),
    );
  const tensor = reading.count("parallelism.tensor", "model/model_kwargs/tensor_parallel_size");
  if (tensor) reading.count("accelerators", "model/model_kwargs/tensor_parallel_size");
  return reading.finish({ kind: "inference" });
}

const engineName = (name: string): string =>
  name === "NATIVE" || name === "NATIVE_TEXT"
    ? "transformers"
    : name === "LLAMACPP"
      ? "llama.cpp"
      : name.replace("REMOTE_", "").toLowerCase();
