import { dialectFrom } from "../readers/dialect";
import { countKeys, hasKey, type Reading } from "../readers/reading";
import {
  readAdapter,
  readDataset,
  readModel,
  readOtherModel,
  readPrecision,
  readPreference,
  readResponseLengths,
  readTargets,
  readTrainerArguments,
} from "../readers/training";
import type { Recognized } from "../recognized";

/** Arguments of Hugging Face trainers and scripts around them; two of them beside a model make a recipe. */
const trainerArguments = [
  "per_device_train_batch_size",
  "gradient_accumulation_steps",
  "num_train_epochs",
  "num_epochs",
  "max_steps",
  "max_train_steps",
  "learning_rate",
  "lr_scheduler_type",
  "warmup_ratio",
  "max_seq_length",
  "max_length",
  "max_prompt_length",
  "max_completion_length",
  "num_generations",
  "dataset_name",
  "dataset_mixer",
  "dataset_mixer_list",
  "dataset_mixture",
  "train_file",
  "gradient_checkpointing",
  "use_peft",
  "use_lora",
  "output_dir",
  "report_to",
  "bf16",
  "deepspeed",
  "beta",
  "reward_funcs",
  "teacher_model_name_or_path",
];

export const trl = dialectFrom({
  id: "trl",
  title: "TRL and Hugging Face Trainer recipes",
  anchors: ["model_name_or_path", "per_device_train_batch_size", "num_train_epochs"],
  recognizes: (root) =>
    (hasKey(root, "model_name_or_path", "model_name", "model_id") &&
      countKeys(root, trainerArguments) >= 2 &&
      hasTrainerMark(root)) ||
    (hasKey(root, "per_device_train_batch_size") && countKeys(root, trainerArguments) >= 4),
  workloads: read,
  documentation: {
    recognizedBy:
      "`model_name_or_path` (or `model_name`) beside Hugging Face trainer arguments; also the recipes of alignment-handbook, open-r1 and open-instruct",
    reads:
      "model, sequence length (prompt + completion in GRPO), batch, accumulation, generations per prompt, epochs and steps (`max_steps: -1` is none), LoRA and quantisation, precision, teacher of GKD, accelerators from header comments",
    limits: "accelerators stand in the accelerate file, not here; the size of the data set is looked up by its name",
  },
});

/** `model_name` beside `output_dir` is said of anything; a recipe has a word of training. */
const hasTrainerMark = (root: Parameters<typeof hasKey>[0]): boolean =>
  hasKey(root, "model_name_or_path")
    ? hasKey(root, ...trainerArguments)
    : hasKey(root, "per_device_train_batch_size", "gradient_accumulation_steps", "num_train_epochs", "num_generations");

function read(reading: Reading): Recognized {
  readModel(reading, "model_name_or_path", "model_name", "model_id", "model");
  reading.put("framework", reading.has("num_generations", "use_peft", "beta") ? "trl" : "transformers");
  readTrainerArguments(reading);
  readPrecision(reading, "precision", "torch_dtype", "dtype", "mixed_precision");
  readDataset(reading, "dataset_name");
  readDataset(reading, "dataset_mixer");
  readDataset(reading, "dataset_mixer_list");
  readDataset(reading, "dataset_mixture/datasets", "id", "path");
  reading.number("dataset.samples", "max_train_samples", "num_train_samples");
  reading.number("globalBatchSize", "global_batch_size");
  readProcesses(reading);

  const teacher = reading.scalar("teacher_model_name_or_path");
  const generations = reading.number("samplesPerPrompt", "num_generations", "num_samples_per_prompt_rollout");
  const online =
    (generations !== undefined && reading.has("reward_funcs", "max_completion_length", "use_vllm", "reward_weights")) ||
    reading.has(
      "max_completion_length",
      "num_ppo_epochs",
      "reward_model_path",
      "num_samples_per_prompt_rollout",
      "response_length",
    );
  if (online && !teacher) {
    readResponseLengths(
      reading,
      ["max_prompt_length", "max_prompt_token_length"],
      ["max_completion_length", "response_length", "max_new_tokens"],
    );
    if (reading.flagAt("use_vllm") === true) {
      reading.put("engine", "vllm", reading.find("use_vllm"));
      if (reading.textAt("vllm_mode") !== "colocate")
        reading.note("one or more accelerators may serve generation only");
    }
    const ppo = reading.has("num_ppo_epochs") && !reading.has("reward_funcs");
    if (!ppo) readPrompts(reading, generations);
    reading.put("algorithm", ppo ? "ppo" : "grpo", reading.find(ppo ? "num_ppo_epochs" : "num_generations"));
    readOtherModel(reading, "rewardModel", "reward_model_path");
    readLora(reading);
    return reading.finish({ kind: "reinforcementLearning" });
  }
  reading.number(
    "sequenceLength",
    "max_length",
    "max_seq_length",
    "max_seq_len",
    "model_max_length",
    "block_size",
    "cutoff_len",
  );
  const adapted = readLora(reading);
  if (teacher) {
    readOtherModel(reading, "teacher", "teacher_model_name_or_path");
    reading.number("responseTokens", "max_new_tokens", "max_completion_length");
    return reading.finish({ kind: "distillation" });
  }
  if (!adapted) reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });
  const preference = preferenceOf(reading);
  if (preference) {
    const from = reading.find("beta") ?? reading.find("loss_type");
    return reading.finish({ kind: readPreference(reading, objectiveOf(reading), from, adapted) });
  }
  return reading.finish({ kind: "fineTuning" });
}

/** A batch of GRPO counts completions: prompts of a step = batch × accumulation × processes ÷ generations. */
function readPrompts(reading: Reading, generations: number | undefined): void {
  const batch = reading.numberAt("per_device_train_batch_size");
  const accumulation = reading.numberAt("gradient_accumulation_steps") ?? 1;
  const processes = reading.numberAt("num_processes") ?? reading.world();
  if (!batch || !generations || !processes) return;
  const prompts = (batch * accumulation * processes) / generations;
  if (prompts >= 1)
    reading.put("promptsPerStep", Math.floor(prompts), reading.find("per_device_train_batch_size"), {
      note: `batch ${batch} × accumulation ${accumulation} × ${processes} processes ÷ ${generations} generations`,
    });
}

/** `num_processes` of the recipe, and the accelerator beside them that `vllm_device` keeps for generation. */
function readProcesses(reading: Reading): void {
  const processes = reading.numberAt("num_processes");
  if (processes === undefined || !Number.isInteger(processes) || processes < 1) return;
  const apart = reading.flagAt("use_vllm") === true && reading.has("vllm_device") ? 1 : 0;
  reading.put("accelerators", processes + apart, reading.find("num_processes"), {
    ...(apart ? { note: `${processes} processes and one accelerator for generation` } : {}),
  });
}

/** DPO, ORPO, KTO and relatives: `beta` or a preference loss; in doubt the folder says it. */
function preferenceOf(reading: Reading): boolean {
  const loss = reading.textAt("loss_type")?.toLowerCase() ?? "";
  if (/dpo|sigmoid|hinge|ipo|orpo|kto|simpo|bco|apo/.test(loss)) return true;
  if (reading.has("dpo_beta", "rpo_alpha", "simpo_gamma", "desirable_weight", "precompute_ref_log_probs")) return true;
  if (reading.has("beta")) return true;
  return /(^|[/_.-])(dpo|orpo|kto|simpo|cpo)([/_.-]|$)/i.test(reading.context.path) && reading.has("max_prompt_length");
}

/** The loss, or a key of it; where they are silent, the folder (ORPO's recipes state `beta` alone). */
function objectiveOf(reading: Reading): string {
  if (reading.flagAt("reference_free") === true || reading.has("simpo_gamma", "cpo_alpha")) return "simpo";
  return reading.textAt("loss_type") ?? reading.context.path;
}

function readLora(reading: Reading): boolean {
  const peft = reading.flagAt("use_peft", "use_lora");
  const bits4 = reading.flagAt("load_in_4bit", "use_qlora") === true;
  const bits8 = reading.flagAt("load_in_8bit") === true;
  if (peft === false || (peft === undefined && !reading.has("lora_r", "lora_rank", "lora_target_modules")))
    return false;
  const from = reading.scalar(bits4 ? "load_in_4bit" : "load_in_8bit", "use_qlora");
  readAdapter(reading, reading.scalar("use_peft", "use_lora", "lora_r", "lora_rank"), {
    bits4,
    bits8,
    ...(from ? { from } : {}),
  });
  reading.number("loraRank", "lora_r", "lora_rank");
  readTargets(reading, "lora_target_modules");
  return true;
}
