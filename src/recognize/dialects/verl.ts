import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import {
  readCheckpointing,
  readModel,
  readModelFromPath,
  readOtherModel,
  readPrecision,
  readResponseLengths,
} from "../readers/training";
import type { Recognized } from "../recognized";

export const verl = dialectFrom({
  id: "verl",
  title: "verl",
  anchors: ["actor_rollout_ref", "n_gpus_per_node", "partial_pretrain", "rollout_batch_size"],
  inherits: true,
  recognizes: (root) =>
    hasMapping(root, "actor_rollout_ref") ||
    (nodeAt(root, "worker/actor") !== undefined && hasMapping(root, "data", "algorithm", "trainer")) ||
    (hasKey(nodeAt(root, "trainer"), "n_gpus_per_node", "nnodes", "total_training_steps") &&
      hasMapping(root, "data", "model")) ||
    (hasMapping(root, "data") && hasKey(nodeAt(root, "model"), "partial_pretrain")),
  workloads: (reading) =>
    reading.has("actor_rollout_ref")
      ? readPolicy(reading, "")
      : reading.mapping("worker/actor")
        ? readWorkers(reading)
        : readOther(reading),
  documentation: {
    recognizedBy:
      "`actor_rollout_ref`, `worker.actor` (EasyR1), or `trainer.n_gpus_per_node` beside `data`; also what is built on it (Search-R1, TinyZero)",
    reads:
      "`trainer.nnodes × trainer.n_gpus_per_node`, model, prompts per step, answers per prompt, prompt + response length, micro batch, steps or epochs, critic and reward model",
    limits:
      "the counts of other blocks (`reward_model.nnodes`) are left aside; Hydra parents outside the workspace are not seen",
  },
});

/** PPO, GRPO and relatives. `prefix` is where verl's tree starts in another trainer's file. */
export function readPolicy(reading: Reading, prefix: string): Recognized {
  readPolicyFacts(reading, prefix);
  return reading.finish({ kind: "reinforcementLearning" });
}

export function readPolicyFacts(reading: Reading, prefix: string): void {
  const at = (key: string): string => `${prefix}${key}`;
  reading.put("framework", "verl");
  reading.count("nodes", at("trainer/nnodes"));
  reading.count("acceleratorsPerNode", at("trainer/n_gpus_per_node"));
  readModel(reading, at("actor_rollout_ref/model/path"), at("model/path"));
  readResponseLengths(reading, [at("data/max_prompt_length")], [at("data/max_response_length")]);
  reading.number("sequenceLength", at("actor_rollout_ref/rollout/max_model_len"));
  reading.number("promptsPerStep", at("data/train_batch_size"), at("data/gen_batch_size"));
  reading.number("samplesPerPrompt", at("actor_rollout_ref/rollout/n"), at("actor_rollout_ref/rollout/n_agent"));
  reading.number("globalBatchSize", at("actor_rollout_ref/actor/ppo_mini_batch_size"));
  reading.number("microBatchSize", at("actor_rollout_ref/actor/ppo_micro_batch_size_per_gpu"));
  reading.steps(at("trainer/total_training_steps"));
  reading.epochs(at("trainer/total_epochs"));
  const estimator = reading.scalar(at("algorithm/adv_estimator"));
  if (estimator) reading.put("algorithm", /^gae$/i.test(estimator.text) ? "ppo" : "grpo", estimator);
  if (reading.value("algorithm") === "ppo") readOtherModel(reading, "critic", at("critic/model/path"));
  if (reading.flagAt(at("reward_model/enable")) === true)
    readOtherModel(reading, "rewardModel", at("reward_model/model/path"));
  const engine = reading.scalar(at("actor_rollout_ref/rollout/name"));
  if (engine && /^(vllm|sglang|hf|trtllm)/i.test(engine.text))
    reading.put("engine", /^hf/i.test(engine.text) ? "transformers" : engine.text.slice(0, 40), engine);
  readPrecision(
    reading,
    "precision",
    at("actor_rollout_ref/actor/fsdp_config/dtype"),
    at("actor_rollout_ref/rollout/dtype"),
  );
  reading.flag("parallelism.cpuOffload", at("actor_rollout_ref/actor/fsdp_config/param_offload"));
  reading.number("parallelism.tensor", at("actor_rollout_ref/actor/megatron/tensor_model_parallel_size"));
  reading.number("parallelism.pipeline", at("actor_rollout_ref/actor/megatron/pipeline_model_parallel_size"));
  if (reading.flagAt(at("actor_rollout_ref/model/enable_gradient_checkpointing")) === true)
    reading.put(
      "activationCheckpointing",
      "full",
      reading.find(at("actor_rollout_ref/model/enable_gradient_checkpointing")),
    );
  const rank = reading.numberAt(at("actor_rollout_ref/model/lora_rank"));
  if (rank !== undefined && rank > 0) {
    reading.put("method", "lora", reading.find(at("actor_rollout_ref/model/lora_rank")));
    reading.number("loraRank", at("actor_rollout_ref/model/lora_rank"));
  }
}

/** EasyR1: verl's tree under other names. */
function readWorkers(reading: Reading): Recognized {
  const actor = (key: string): string => `worker/actor/${key}`;
  reading.put("framework", "verl");
  reading.count("nodes", "trainer/nnodes");
  reading.count("acceleratorsPerNode", "trainer/n_gpus_per_node");
  readModel(reading, actor("model/model_path"));
  readResponseLengths(reading, ["data/max_prompt_length"], ["data/max_response_length"]);
  reading.number("promptsPerStep", "data/rollout_batch_size");
  reading.number("samplesPerPrompt", "worker/rollout/n");
  reading.number("globalBatchSize", actor("global_batch_size"));
  reading.number("microBatchSize", actor("micro_batch_size_per_device_for_update"));
  reading.steps("trainer/max_steps");
  reading.epochs("trainer/total_epochs", "trainer/total_episodes");
  const estimator = reading.scalar("algorithm/adv_estimator");
  if (estimator) reading.put("algorithm", /^gae$/i.test(estimator.text) ? "ppo" : "grpo", estimator);
  reading.put("engine", reading.textAt("worker/rollout/name"), reading.find("worker/rollout/name"));
  reading.text("dataset.name", "data/train_files");
  if (reading.flagAt(actor("fsdp/enable_full_shard")) === true)
    reading.put("parallelism.zeroStage", 3, reading.find(actor("fsdp/enable_full_shard")));
  reading.flag("parallelism.cpuOffload", actor("offload/offload_params"), actor("fsdp/enable_cpu_offload"));
  readCheckpointing(reading, actor("model/enable_gradient_checkpointing"));
  const rank = reading.numberAt(actor("model/lora/rank"));
  if (rank !== undefined && rank > 0) {
    reading.put("method", "lora", reading.find(actor("model/lora/rank")));
    reading.number("loraRank", actor("model/lora/rank"));
  }
  return reading.finish({ kind: "reinforcementLearning" });
}

/** Supervised fine-tuning, generation and evaluation of the same project. */
function readOther(reading: Reading): Recognized {
  reading.put("framework", "verl");
  reading.count("nodes", "trainer/nnodes");
  reading.count("acceleratorsPerNode", "trainer/n_gpus_per_node");
  if (!readModel(reading, "model/partial_pretrain", "model/path")) readModelFromPath(reading);
  if (reading.mapping("rollout") || reading.has("data/n_samples")) {
    reading.number("outputTokens", "rollout/response_length", "data/max_response_length");
    reading.number("inputTokens", "rollout/prompt_length", "data/max_prompt_length");
    const [prompt, response] = [reading.value("inputTokens"), reading.value("outputTokens")];
    reading.number("maxModelLength", "rollout/max_model_len");
    if (typeof prompt === "number" && typeof response === "number")
      reading.put("maxModelLength", prompt + response, reading.find("rollout/response_length"), {
        note: `prompt ${prompt} + response ${response}`,
      });
    reading.text("engine", "rollout/name");
    reading.number("parallelism.tensor", "rollout/tensor_model_parallel_size");
    readPrecision(reading, "precision", "rollout/dtype");
    return reading.finish({ kind: "inference" });
  }
  reading.number("sequenceLength", "data/max_length");
  reading.number("globalBatchSize", "data/train_batch_size");
  reading.number("microBatchSize", "data/micro_batch_size_per_gpu", "data/micro_batch_size");
  reading.steps("trainer/total_training_steps");
  reading.epochs("trainer/total_epochs");
  const rank = reading.numberAt("model/lora_rank");
  reading.put("method", rank !== undefined && rank > 0 ? "lora" : "full", reading.find("model/lora_rank"));
  reading.number("loraRank", "model/lora_rank");
  return reading.finish({ kind: "fineTuning" });
}
