import { dialectFrom } from "../readers/dialect";
import { modelNameInPath } from "../readers/modelNames";
import { entryLike, hasKey, type Reading } from "../readers/reading";
import { readCheckpointing, readModelFromPath, readPrecision, readPrecisionFlags } from "../readers/training";
import type { Recognized } from "../recognized";
import { readMegatronDimensions, readMegatronParallelism } from "./nemo";

export const megatronArguments = dialectFrom({
  id: "megatronArguments",
  title: "Megatron-LM test and release YAML",
  anchors: ["MODEL_ARGS:"],
  recognizes: (root) => {
    const model = entryLike(root, "MODEL_ARGS")?.value;
    return (
      model?.type === "mapping" &&
      model.entries.some((entry) => /^--?[a-z]/.test(entry.key) || /^(trainer|model|data)\./.test(entry.key)) &&
      hasKey(
        model,
        "num_layers",
        "train_iters",
        "train_samples",
        "micro_batch_size",
        "seq_length",
        "trainer.devices",
        "trainer.num_nodes",
        "trainer.max_steps",
        "load",
        "tensor_model_parallel_size",
      )
    );
  },
  workloads: read,
  documentation: {
    recognizedBy: "`MODEL_ARGS` whose keys are command-line flags (`--num-layers`) or dotted NeMo paths",
    reads:
      "dimensions, batch sizes, sequence length, parallelism, steps (samples ÷ batch), precision; nodes and devices of the NeMo flavour; `--exit-duration-in-mins` as a limit",
    limits: "the number of nodes of the plain flavour is the launcher's",
  },
});

function read(outer: Reading): Recognized {
  const reading = outer.at("MODEL_ARGS");
  reading.put("framework", "megatron-lm");
  const name = modelNameInPath(reading.context.path);
  const dotted = reading.has("trainer.devices", "trainer.num_nodes", "trainer.max_steps");
  if (!readMegatronDimensions(reading, dotted ? "model.config." : "", name)) readModelFromPath(reading);
  readMegatronParallelism(reading, dotted ? "trainer.strategy." : "");
  reading.count("nodes", "trainer.num_nodes");
  reading.count("acceleratorsPerNode", "trainer.devices");
  reading.number("sequenceLength", "seq_length", "data.seq_length", "decoder_seq_length");
  const schedule = reading.scalar("step_batch_size_schedule");
  const last = Number(/:(\d+)\s*$/.exec(schedule?.text ?? "")?.[1] ?? Number.NaN);
  const batch =
    reading.number("globalBatchSize", "global_batch_size", "data.global_batch_size") ?? (last > 0 ? last : undefined);
  if (last > 0) reading.put("globalBatchSize", last, schedule, { note: "the last of a growing schedule" });
  reading.number("microBatchSize", "micro_batch_size", "data.micro_batch_size");
  reading.steps("train_iters", "trainer.max_steps");
  const samples = reading.numberAt("train_samples");
  if (samples && batch)
    reading.put("steps", Math.ceil(samples / batch), reading.find("train_samples"), {
      note: `${samples} samples ÷ batch ${batch}`,
    });
  if (reading.scalar("fp8_format") || reading.flagAt("fp8", "fp8_hybrid") === true)
    reading.put("precision", "fp8", reading.find("fp8_format") ?? reading.find("fp8"));
  readPrecisionFlags(reading);
  readPrecision(reading, "precision", "trainer.precision", "trainer.plugins.precision");
  readCheckpointing(reading, "recompute_granularity", "recompute_activations");
  const minutes = reading.numberAt("exit_duration_in_mins");
  const limit = minutes !== undefined && minutes > 0 ? { timeLimit: minutes / 60 } : {};
  if (reading.has("rl_prompts_per_eval", "grpo_prompts_per_step", "perform_rl_step")) {
    reading.number("promptsPerStep", "grpo_prompts_per_step");
    reading.number("samplesPerPrompt", "grpo_group_size");
    reading.put("algorithm", "grpo");
    return reading.finish({ kind: "reinforcementLearning", ...limit });
  }
  const serves =
    reading.has("inference_max_requests", "num_tokens_to_generate", "inference_batch_size") &&
    !reading.has("train_iters", "train_samples");
  return reading.finish({ kind: serves ? "inference" : "training", ...limit });
}
