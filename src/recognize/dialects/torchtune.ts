import type { TreeNode } from "../../document/tree";
import { dialectFrom } from "../readers/dialect";
import { precisionInName } from "../readers/precision";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import { readAdapter, readCheckpointing, readPrecision, readPreference, readTargets } from "../readers/training";
import type { Recognized } from "../recognized";

const isComponent = (node: TreeNode | null | undefined): boolean => {
  const component = nodeAt(node, "_component_");
  return component?.type === "scalar" && component.text.startsWith("torchtune.");
};

export const torchtune = dialectFrom({
  id: "torchtune",
  title: "torchtune",
  anchors: ["_component_: torchtune"],
  recognizes: (root) =>
    root.entries.some((entry) => isComponent(entry.value)) &&
    (hasKey(root, "model", "checkpointer", "policy_model", "tokenizer") || isComponent(root)),
  workloads: read,
  documentation: {
    recognizedBy: "a value with `_component_: torchtune.…`",
    reads:
      "model and method out of the component's name (`qlora_llama3_1_8b`), sequence length, batch, accumulation, epochs and steps, precision, packing, tensor parallelism, accelerators from the header (`--nproc_per_node`) or the file's name (`single_device`)",
    limits: "`max_seq_len: null` leaves the sequence length unknown; options given on the command line are not seen",
  },
});

/** `torchtune.models.llama3_1.qlora_llama3_1_8b` → `llama3_1_8b`. */
const modelOf = (component: string): string | undefined => {
  const name = component
    .split(".")
    .at(-1)
    ?.replace(/^q?lora_/, "");
  return name && /^torchtune\.models\./.test(component) ? name : undefined;
};

function read(reading: Reading): Recognized {
  const component = reading.scalar("model/_component_", "policy_model/_component_", "model/student/_component_");
  const name = component && modelOf(component.text);
  if (component && name) reading.put("model", name, component);
  reading.put("framework", "torchtune");
  reading.number("sequenceLength", "tokenizer/max_seq_len", "max_seq_len");
  reading.number("microBatchSize", "batch_size");
  reading.number("gradientAccumulation", "gradient_accumulation_steps");
  readPrecision(reading, "precision", "dtype");
  readCheckpointing(reading, "enable_activation_checkpointing");
  const optimizer = reading.textAt("optimizer/_component_")?.split(".").at(-1);
  if (optimizer) reading.put("optimizer", optimizer, reading.find("optimizer/_component_"));
  const dataset =
    reading.textAt("dataset/source") ??
    reading
      .textAt("dataset/_component_")
      ?.split(".")
      .at(-1)
      ?.replace(/_dataset$/, "");
  if (dataset)
    reading.put("dataset.name", dataset, reading.find("dataset/source") ?? reading.find("dataset/_component_"));
  reading.flag("packing", "dataset/packed");
  if (/linearcrossentropy/i.test(reading.textAt("loss/_component_") ?? ""))
    reading.put("fusedLoss", true, reading.find("loss/_component_"));
  reading.number("parallelism.tensor", "tensor_parallel_dim");
  reading.number("parallelism.context", "context_parallel_dim");
  if (reading.flagAt("fsdp_cpu_offload") === true)
    reading.put("parallelism.cpuOffload", true, reading.find("fsdp_cpu_offload"));
  if (reading.has("data_parallel_shard_dim") && (reading.numberAt("data_parallel_shard_dim") ?? -1) > 0)
    reading.product(
      "data_parallel_shard_dim",
      "data_parallel_replicate_dim",
      "tensor_parallel_dim",
      "context_parallel_dim",
    );
  const offCpu = reading.textAt("device") === "cpu";
  if (offCpu) reading.put("accelerators", 0, reading.find("device"), { note: "runs on the CPU" });

  if (!reading.has("epochs", "max_steps_per_epoch", "optimizer", "batch_size") || !reading.has("optimizer", "epochs"))
    return inference(reading);
  const epochs = reading.epochs("epochs");
  const perEpoch = reading.numberAt("max_steps_per_epoch");
  if (perEpoch !== undefined && perEpoch > 0 && epochs !== undefined)
    reading.put("steps", perEpoch * epochs, reading.find("max_steps_per_epoch"), {
      note: `${epochs} epochs × ${perEpoch} steps`,
    });
  reading.steps("max_steps");

  const adapter = component && /(?:^|\.)(q?lora)_/.exec(component.text)?.[1];
  if (adapter) {
    readAdapter(reading, component, { bits4: adapter === "qlora", ...(component ? { from: component } : {}) });
    reading.number("loraRank", "model/lora_rank");
    readTargets(reading, "model/lora_attn_modules");
  } else reading.put("method", "full", component, { note: "no adapter in the component's name" });

  const teacher = reading.scalar("teacher_model/_component_", "model/teacher/_component_");
  const teacherName = teacher && modelOf(teacher.text);
  if (teacher && teacherName) {
    reading.put("teacher", teacherName, teacher);
    reading.put("strategy", "offPolicy", teacher, { note: "teacher logits on given texts" });
    return reading.finish({ kind: "distillation" });
  }
  if (reading.has("policy_model", "reward_and_value_model", "ppo_epochs", "grpo_samples", "num_generations")) {
    const grpo = reading.has("grpo_samples", "num_generations", "grpo_size");
    reading.put("algorithm", grpo ? "grpo" : "ppo", reading.find(grpo ? "grpo_samples" : "ppo_epochs"));
    reading.number("samplesPerPrompt", "grpo_samples", "num_generations", "grpo_size");
    reading.number("responseTokens", "max_generated_tokens", "max_new_tokens");
    // GRPO's batch is of prompts on each process, PPO's of the one process there is.
    const prompts = reading.numberAt("batch_size");
    const world = grpo ? reading.world() : 1;
    if (prompts && world)
      reading.put("promptsPerStep", prompts * world, reading.find("batch_size"), {
        ...(world > 1 ? { note: `${prompts} prompts on each of ${world} accelerators` } : {}),
      });
    const batch = grpo ? undefined : prompts;
    // PPO counts sampled sequences in `num_steps`, GRPO optimiser steps.
    const amount = reading.numberAt("num_steps");
    if (grpo) reading.steps("num_steps");
    else if (amount && batch)
      reading.put("steps", Math.ceil(amount / batch), reading.find("num_steps"), {
        note: `${amount} samples ÷ batch ${batch}`,
      });
    return reading.finish({ kind: "reinforcementLearning" });
  }
  const loss = reading.textAt("loss/_component_") ?? "";
  if (/DPO|RSOLoss|SimPO|IPO|Preference/i.test(loss))
    return reading.finish({
      kind: readPreference(reading, loss, reading.find("loss/_component_"), adapter !== undefined),
    });
  return reading.finish({ kind: "fineTuning" });
}

/** `tune run generate`, `eleuther_eval` and `quantize`. */
function inference(reading: Reading): Recognized {
  reading.number("maxModelLength", "max_seq_length", "tokenizer/max_seq_len");
  reading.number("outputTokens", "max_new_tokens");
  reading.put("engine", "torchtune");
  const quantizer = reading.textAt("quantizer/_component_");
  const component = reading.textAt("model/_component_") ?? "";
  if (quantizer) {
    const bits = precisionInName(quantizer.replace(/int4weightonly/i, "-int4").replace(/int8/i, "-int8"));
    if (bits) reading.put("weightPrecision", bits, reading.find("quantizer/_component_"));
  } else if (/qlora_/.test(component)) reading.put("weightPrecision", "nf4", reading.find("model/_component_"));
  return reading.finish({ kind: "inference" });
}
