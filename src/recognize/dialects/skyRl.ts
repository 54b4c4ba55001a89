import { dialectFrom } from "../readers/dialect";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import {
  readCheckpointing,
  readModel,
  readOtherModel,
  readPrecision,
  readPrecisionFlags,
  readResponseLengths,
} from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronParallelism } from "./nemo";

export const skyRl = dialectFrom({
  id: "skyRl",
  title: "SkyRL",
  anchors: ["policy_num_gpus_per_node"],
  recognizes: (root) => hasKey(nodeAt(root, "trainer/placement"), "policy_num_gpus_per_node", "policy_num_nodes"),
  workloads: read,
  documentation: {
    recognizedBy: "`trainer.placement.policy_num_gpus_per_node`",
    reads:
      "accelerators of the policy, and of the inference engines where they stand apart; model, prompts per step, answers per prompt, prompt + response length, epochs, micro batch, parallelism",
    limits: "critic and reward model on accelerators of their own are not added",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "skyrl");
  readPlacement(reading);
  readModel(reading, "trainer/policy/model/path");
  readResponseLengths(reading, ["trainer/max_prompt_length"], ["generator/sampling_params/max_generate_length"]);
  reading.number("promptsPerStep", "trainer/train_batch_size");
  reading.number("samplesPerPrompt", "generator/n_samples_per_prompt");
  reading.number("globalBatchSize", "trainer/policy_mini_batch_size");
  reading.number("microBatchSize", "trainer/micro_train_batch_size_per_gpu");
  reading.epochs("trainer/epochs");
  reading.steps("trainer/max_steps");
  readPrecision(reading, "precision", "generator/model_dtype", "generator/inference_engine/model_dtype");
  readPrecisionFlags(reading, "trainer");
  readCheckpointing(reading, "trainer/gradient_checkpointing");
  reading.text("engine", "generator/backend", "generator/inference_engine/backend");
  reading.flag("parallelism.cpuOffload", "trainer/policy/fsdp_config/cpu_offload");
  readMegatronParallelism(reading, "trainer/policy/megatron_config/");
  const rank = reading.numberAt("trainer/policy/model/lora/rank");
  if (rank !== undefined && rank > 0) {
    reading.put("method", "lora", reading.find("trainer/policy/model/lora/rank"));
    reading.number("loraRank", "trainer/policy/model/lora/rank");
  }
  const estimator = reading.scalar("trainer/algorithm/advantage_estimator");
  const ppo = estimator !== undefined && /^gae$/i.test(estimator.text);
  reading.put("algorithm", ppo ? "ppo" : "grpo", estimator ?? reading.find("generator/n_samples_per_prompt"));
  if (ppo) readOtherModel(reading, "critic", "trainer/critic/model/path");
  return reading.finish({ kind: "reinforcementLearning" });
}

/** Colocated, all share the policy's accelerators; apart, the engines have their own. */
function readPlacement(reading: Reading): void {
  const at = (key: string): string => `trainer/placement/${key}`;
  const engines = reading.numberAt("generator/num_inference_engines", "generator/inference_engine/num_engines");
  const tensor =
    reading.numberAt(
      "generator/inference_engine_tensor_parallel_size",
      "generator/inference_engine/tensor_parallel_size",
    ) ?? 1;
  const nodes = reading.numberAt(at("policy_num_nodes")) ?? 1;
  const each = reading.numberAt(at("policy_num_gpus_per_node"));
  if (reading.flagAt(at("colocate_all")) === false && engines && each)
    reading.put("accelerators", nodes * each + engines * tensor, reading.find(at("policy_num_gpus_per_node")), {
      note: `policy ${nodes * each} + engines ${engines} × ${tensor}`,
    });
  else {
    reading.count("nodes", at("policy_num_nodes"));
    reading.count("acceleratorsPerNode", at("policy_num_gpus_per_node"));
  }
}
