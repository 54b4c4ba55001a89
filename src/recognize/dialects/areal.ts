import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, type Reading } from "../readers/reading";
import { readCheckpointing, readModel, readOtherModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const areal = dialectFrom({
  id: "areal",
  title: "AReaL",
  anchors: ["total_train_epochs", "total_train_steps", "allocation_mode"],
  recognizes: (root) =>
    hasKey(root, "total_train_epochs", "total_train_steps", "allocation_mode") &&
    hasMapping(root, "train_dataset") &&
    hasMapping(root, "actor", "model", "cluster"),
  workloads: read,
  documentation: {
    recognizedBy: "`total_train_epochs` or `allocation_mode` beside `train_dataset` and `actor` or `model`",
    reads:
      "`cluster.n_nodes × n_gpus_per_node`, model, prompts per step, answers per prompt, longest answer, epochs or steps, format, the trainer's share of `allocation_mode`",
    limits: "the accelerators that generate are inside the cluster's total",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "areal");
  reading.count("nodes", "cluster/n_nodes", "n_nodes");
  reading.count("acceleratorsPerNode", "cluster/n_gpus_per_node", "n_gpus_per_node");
  const part = reading.mapping("actor") ? "actor" : "model";
  readModel(reading, `${part}/path`);
  readPrecision(reading, "precision", `${part}/dtype`);
  readCheckpointing(reading, `${part}/gradient_checkpointing`);
  reading.text("optimizer", `${part}/optimizer/type`);
  reading.text("dataset.name", "train_dataset/path");
  reading.epochs("total_train_epochs");
  reading.steps("total_train_steps");
  reading.number("sequenceLength", "train_dataset/max_length");
  readAllocation(reading, part);
  const type = reading.textAt("train_dataset/type")?.toLowerCase();
  if (type === "dpo") {
    reading.number("globalBatchSize", "train_dataset/batch_size");
    reading.put("algorithm", "dpo", reading.find("train_dataset/type"));
    return reading.finish({ kind: "reinforcementLearning" });
  }
  if (!reading.mapping("gconfig") && type !== "rl") {
    reading.number("globalBatchSize", "train_dataset/batch_size");
    reading.put("method", "full", undefined, { confidence: "medium", note: "no adapter" });
    return reading.finish({ kind: "fineTuning" });
  }
  reading.number("promptsPerStep", "train_dataset/batch_size");
  reading.number("samplesPerPrompt", "gconfig/n_samples", "actor/group_size");
  reading.number("responseTokens", "gconfig/max_new_tokens");
  const critic = reading.mapping("critic") !== undefined;
  reading.put("algorithm", critic ? "ppo" : "grpo", reading.find(critic ? "critic" : "gconfig"));
  if (critic) readOtherModel(reading, "critic", "critic/path");
  const stale = reading.numberAt("rollout/max_head_offpolicyness");
  if (reading.flagAt("async_training") === true || (stale !== undefined && stale > 0))
    reading.put("asynchronous", true, reading.find("async_training") ?? reading.find("rollout/max_head_offpolicyness"));
  return reading.finish({ kind: "reinforcementLearning" });
}

/** `sglang.d4p1t4+d64p1t1`: what generates, and data × pipeline × tensor of what trains; newer files say it per backend. */
function readAllocation(reading: Reading, part: string): void {
  const from = reading.scalar("allocation_mode", `${part}/backend`);
  const text = from?.text ?? "";
  const engine = /\b(sglang|vllm)\b/.exec(text)?.[1];
  if (engine) reading.put("engine", engine, from);
  const mesh = text.split("+").at(-1) ?? "";
  for (const [letter, field] of [
    ["d", "data"],
    ["p", "pipeline"],
    ["t", "tensor"],
    ["c", "context"],
    ["e", "expert"],
  ] as const) {
    const size = new RegExp(`(?:^|[:.\\d])${letter}(\\d{1,4})(?=[a-z]|$)`).exec(mesh)?.[1];
    if (size && Number(size) > 0) reading.put(`parallelism.${field}`, Number(size), from, { note: mesh.slice(0, 40) });
  }
}
