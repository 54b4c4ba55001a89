import type { MappingNode } from "../../document/tree";
import { dialectFrom } from "../readers/dialect";
import { entryLike, hasKey, hasMapping, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readModelFromPath, readOtherModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

const algorithms = ["grpo", "dpo", "sft", "rm", "ppo", "distillation", "async_grpo"] as const;

export const isNemoRl = (root: MappingNode): boolean =>
  (hasMapping(root, ...algorithms) && hasMapping(root, "policy")) ||
  (entryLike(root, "defaults")?.value?.type === "scalar" &&
    hasMapping(root, "policy", "cluster", "teacher", ...algorithms)) ||
  (hasMapping(root, "policy") &&
    hasMapping(root, "cluster") &&
    hasKey(entryLike(root, "cluster")?.value, "gpus_per_node", "num_nodes")) ||
  isEvaluation(root);

const isEvaluation = (root: MappingNode): boolean =>
  !hasKey(root, "policy") &&
  (hasMapping(root, "eval") || entryLike(root, "defaults")?.value?.type === "scalar") &&
  hasKey(entryLike(root, "generation")?.value, "vllm_cfg", "model_name");

export const nemoRl = dialectFrom({
  id: "nemoRl",
  title: "NeMo-RL",
  anchors: [
    "num_prompts_per_step",
    "gpus_per_node",
    "max_total_sequence_length",
    "train_global_batch_size",
    "megatron_cfg",
    "dtensor_cfg",
    "vllm_cfg",
    "model_name:",
  ],
  inherits: true,
  recognizes: isNemoRl,
  workloads: read,
  documentation: {
    recognizedBy:
      "one of `grpo`, `dpo`, `sft`, `rm`, `ppo`, `distillation` beside `policy`; or text in `defaults` beside `policy`, `cluster` or `teacher`",
    reads:
      "nodes × GPUs per node, policy and teacher, prompts per step, generations per prompt, sequence length, batch sizes, steps, precision, parallelism; parents named by `defaults` are merged in",
    limits: "separate generation nodes are taken as inside the cluster's total; `max_num_steps: 1000000` is no limit",
  },
});

/** `run_eval`: sampling alone. */
function readEvaluation(reading: Reading): Recognized {
  reading.count("acceleratorsPerNode", "cluster/gpus_per_node");
  reading.count("nodes", "cluster/num_nodes");
  readModel(reading, "generation/model_name");
  reading.text("engine", "generation/backend");
  reading.number("maxModelLength", "generation/vllm_cfg/max_model_len");
  reading.number("outputTokens", "generation/max_new_tokens");
  reading.number("parallelism.tensor", "generation/vllm_cfg/tensor_parallel_size");
  reading.number("parallelism.pipeline", "generation/vllm_cfg/pipeline_parallel_size");
  readPrecision(reading, "precision", "generation/vllm_cfg/precision");
  return reading.finish({ kind: "inference" });
}

function read(reading: Reading): Recognized {
  if (!reading.has("policy") && reading.mapping("generation")) return readEvaluation(reading);
  const algorithm = algorithms.find((key) => reading.mapping(key) !== undefined) ?? algorithmOfPath(reading);
  const at = (key: string): string => `${algorithm ?? "grpo"}/${key}`;
  reading.put("framework", "nemo-rl");
  reading.count("acceleratorsPerNode", "cluster/gpus_per_node");
  reading.count("nodes", "cluster/num_nodes");
  if (!readModel(reading, "policy/model_name", "policy/tokenizer/name")) readModelFromPath(reading);
  reading.number("sequenceLength", "policy/max_total_sequence_length");
  reading.number("globalBatchSize", "policy/train_global_batch_size");
  reading.number("microBatchSize", "policy/train_micro_batch_size");
  readPrecision(reading, "precision", "policy/precision");
  reading.number("promptsPerStep", at("num_prompts_per_step"));
  reading.number("samplesPerPrompt", at("num_generations_per_prompt"));
  reading.steps(at("max_num_steps"));
  reading.epochs(at("max_num_epochs"));
  if (reading.value("steps") === undefined && reading.value("epochs") === undefined && reading.notesOf().length === 0)
    reading.note("length of the run is not stated");
  const megatron = reading.flagAt("policy/megatron_cfg/enabled") === true;
  const backend = megatron ? "policy/megatron_cfg" : "policy/dtensor_cfg";
  const parallel = megatron ? "tensor_model_parallel_size" : "tensor_parallel_size";
  reading.number("parallelism.tensor", `${backend}/${parallel}`);
  reading.number("parallelism.pipeline", `${backend}/pipeline_model_parallel_size`);
  reading.number("parallelism.context", `${backend}/context_parallel_size`);
  reading.number("parallelism.expert", `${backend}/expert_model_parallel_size`, `${backend}/expert_parallel_size`);
  reading.flag("parallelism.cpuOffload", `${backend}/cpu_offload`);
  readCheckpointing(reading, `${backend}/activation_checkpointing`, "policy/activation_checkpointing_enabled");
  reading.flag("packing", "policy/sequence_packing/enabled");
  reading.text("dataset.name", "data/train/dataset_name", "data/dataset_name");
  reading.text("engine", "policy/generation/backend");
  reading.number("responseTokens", "policy/generation/max_new_tokens");
  if (reading.flagAt(at("async_grpo/enabled")) === true)
    reading.put("asynchronous", true, reading.find(at("async_grpo/enabled")));
  const separate = reading.numberAt("policy/generation/colocated/resources/num_nodes");
  if (separate !== undefined && reading.flagAt("policy/generation/colocated/enabled") !== true)
    reading.note(`${separate} of the nodes serve generation`);
  const lora = reading.flagAt("policy/dtensor_cfg/lora_cfg/enabled", "policy/megatron_cfg/peft/enabled") === true;
  if (lora) {
    reading.put(
      "method",
      "lora",
      reading.find("policy/dtensor_cfg/lora_cfg/enabled") ?? reading.find("policy/megatron_cfg/peft/enabled"),
    );
    reading.number("loraRank", "policy/dtensor_cfg/lora_cfg/dim", "policy/megatron_cfg/peft/dim");
  } else reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });

  if (algorithm === "distillation" || reading.mapping("teacher")) {
    readOtherModel(reading, "teacher", "teacher/model_name");
    reading.put("strategy", "onPolicy", reading.find("distillation"), {
      note: "the student samples, the teacher scores",
    });
    return reading.finish({ kind: "distillation" });
  }
  if (algorithm === "sft" || algorithm === "rm") return reading.finish({ kind: "fineTuning" });
  if (algorithm === "dpo") {
    reading.put("algorithm", "dpo", reading.find("dpo"));
    reading.put("preferencePairs", true, reading.find("dpo"));
    return reading.finish({ kind: lora ? "fineTuning" : "reinforcementLearning" });
  }
  reading.put("algorithm", algorithm === "ppo" ? "ppo" : "grpo", reading.find(algorithm ?? "grpo"));
  return reading.finish({ kind: "reinforcementLearning" });
}

/** An override file may hold no algorithm block of its own. */
function algorithmOfPath(reading: Reading): (typeof algorithms)[number] | undefined {
  const name = `${reading.context.path.split("/").at(-1) ?? ""} ${reading.textAt("defaults") ?? ""}`.toLowerCase();
  return (["distillation", "sft", "dpo", "grpo", "ppo", "rm"] as const).find((key) =>
    new RegExp(`(^|[^a-z])${key}([^a-z]|$)`).test(name),
  );
}
