import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, type Reading } from "../readers/reading";
import { readModel, readPrecision, readResponseLengths } from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronParallelism } from "./nemo";

export const roll = dialectFrom({
  id: "roll",
  title: "ROLL",
  anchors: ["actor_train:", "num_gpus_per_node"],
  recognizes: (root) =>
    hasMapping(root, "actor_train") &&
    hasMapping(root, "actor_infer") &&
    hasKey(root, "pretrain", "rollout_batch_size"),
  workloads: read,
  documentation: {
    recognizedBy: "`actor_train` and `actor_infer` beside `pretrain` or `rollout_batch_size`",
    reads:
      "accelerators as the highest device that any `device_mapping` names, model, prompts per step, answers per prompt, prompt + response length, steps, micro batch, accumulation, parallelism, engine",
  },
});

const roles = ["actor_train", "actor_infer", "critic", "reference"];

function read(reading: Reading): Recognized {
  reading.put("framework", "roll");
  readDevices(reading);
  readModel(reading, "pretrain", "actor_train/model_args/model_name_or_path");
  readResponseLengths(reading, ["prompt_length"], ["response_length"]);
  reading.number("sequenceLength", "sequence_length");
  reading.number("promptsPerStep", "rollout_batch_size");
  reading.number("samplesPerPrompt", "num_return_sequences_in_group");
  reading.steps("max_steps");
  const at = (key: string): string => `actor_train/${key}`;
  reading.number("microBatchSize", at("training_args/per_device_train_batch_size"));
  reading.number("gradientAccumulation", at("training_args/gradient_accumulation_steps"));
  readPrecision(reading, "precision", at("model_args/dtype"));
  readMegatronParallelism(reading, at("strategy_args/strategy_config/"));
  const engine = reading.scalar("actor_infer/strategy_args/strategy_name");
  if (engine && /^(vllm|sglang)/i.test(engine.text))
    reading.put("engine", engine.text.toLowerCase().slice(0, 20), engine);
  const estimator = reading.scalar("adv_estimator");
  reading.put(
    "algorithm",
    /^gae$/i.test(estimator?.text ?? "") ? "ppo" : "grpo",
    estimator ?? reading.find("actor_train"),
  );
  return reading.finish({ kind: "reinforcementLearning" });
}

/** `list(range(0,16))`: devices are numbered over all nodes, and roles may share them. */
function readDevices(reading: Reading): void {
  const found = [...roles.map((role) => reading.find(`${role}/device_mapping`)), ...rewards(reading)];
  let highest = 0;
  let from = found[0];
  for (const cursor of found) {
    const bounds = /range\(([^()]{1,40})\)/.exec(cursor?.text() ?? "")?.[1]?.split(",") ?? [];
    const last = Number(bounds[1] ?? bounds[0] ?? 0);
    if (Number.isInteger(last) && last > highest) {
      highest = last;
      from = cursor;
    }
  }
  if (highest > 0) reading.put("accelerators", highest, from, { note: `devices 0 to ${highest - 1}` });
  reading.count("acceleratorsPerNode", "num_gpus_per_node");
}

const rewards = (reading: Reading) => reading.each("rewards").map((reward) => reward.find("device_mapping"));
