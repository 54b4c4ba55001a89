import { fromHuggingFace } from "../../core/model/huggingFace";
import { dialectFrom } from "../readers/dialect";
import { modelNameInPath } from "../readers/modelNames";
import { hasMapping, type Reading } from "../readers/reading";
import { readCheckpointing, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const nanotron = dialectFrom({
  id: "nanotron",
  title: "nanotron",
  anchors: ["batch_accumulation_per_replica"],
  recognizes: (root) => hasMapping(root, "parallelism") && hasMapping(root, "tokens") && hasMapping(root, "model"),
  workloads: read,
  documentation: {
    recognizedBy: "`parallelism`, `tokens` and `model` mappings",
    reads:
      "accelerators = dp × tp × pp × context, dimensions of `model.model_config`, micro batch, accumulation, sequence length, steps, precision, ZeRO stage",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "nanotron");
  const config = reading.find("model/model_config");
  const plain = config?.plain();
  if (config && typeof plain === "object" && plain !== null) {
    const values = plain as Record<string, unknown>;
    const flag = /^is_(\w+?)_config$/.exec(Object.keys(values).find((key) => /^is_\w+_config$/.test(key)) ?? "")?.[1];
    const moe = values.moe_config;
    const experts = typeof moe === "object" && moe !== null ? (moe as Record<string, unknown>) : {};
    const spec = fromHuggingFace({
      model_type: flag ?? "llama",
      ...values,
      ...(experts.num_experts === undefined
        ? {}
        : { num_experts: experts.num_experts, num_experts_per_tok: experts.top_k }),
    });
    const name =
      modelNameInPath(reading.context.path) ??
      (flag === undefined ? undefined : experts.num_experts === undefined ? flag : `${flag}-moe`);
    reading.put("model", { ...spec, ...(name === undefined ? {} : { name }) }, config);
  }
  reading.product("parallelism/dp", "parallelism/tp", "parallelism/pp", "parallelism/context_parallel_size");
  reading.number("parallelism.data", "parallelism/dp");
  reading.number("parallelism.tensor", "parallelism/tp");
  reading.number("parallelism.pipeline", "parallelism/pp");
  reading.number("parallelism.context", "parallelism/context_parallel_size");
  reading.number("parallelism.expert", "parallelism/expert_parallel_size");
  const stage = reading.numberAt("optimizer/zero_stage");
  if (stage !== undefined && [0, 1, 2, 3].includes(stage))
    reading.put("parallelism.zeroStage", stage, reading.find("optimizer/zero_stage"));
  reading.number("sequenceLength", "tokens/sequence_length");
  const micro = reading.number("microBatchSize", "tokens/micro_batch_size");
  const accumulation = reading.number("gradientAccumulation", "tokens/batch_accumulation_per_replica");
  const replicas = reading.numberAt("parallelism/dp");
  if (micro && accumulation && replicas && replicas > 0)
    reading.put("globalBatchSize", micro * accumulation * replicas, reading.find("tokens/micro_batch_size"), {
      note: `micro batch ${micro} × accumulation ${accumulation} × ${replicas} replicas`,
    });
  reading.steps("tokens/train_steps");
  readPrecision(reading, "precision", "model/dtype");
  readCheckpointing(reading, "parallelism/recompute_layer");
  return reading.finish({ kind: "training" });
}
