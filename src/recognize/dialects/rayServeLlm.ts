import { dialectFrom } from "../readers/dialect";
import { nodeAt, type Reading } from "../readers/reading";
import { readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";
import { readQuantization, readServing } from "./vllm";

export const rayServeLlm = dialectFrom({
  id: "rayServeLlm",
  title: "Ray Serve LLM",
  anchors: ["llm_configs"],
  recognizes: (root) => nodeAt(root, "applications")?.type === "sequence" && hasLlm(root),
  workloads: (reading) => readApplications(reading),
  documentation: {
    recognizedBy: "`applications[].args.llm_configs[]`",
    reads:
      "model, accelerator, replicas × tensor × pipeline parallel, longest context, quantisation; an autoscaler's least and largest replicas",
    limits: "`llm_configs` that name another file are not followed",
  },
});

/** `num_gpus: 0.5`: replicas that take turns on one accelerator. */
function readShare(reading: Reading, replicas: string): void {
  for (const path of ["deployment_config/ray_actor_options/num_gpus", "placement_group_config/bundles/0/GPU"]) {
    const share = reading.numberAt(path);
    if (share === undefined || share <= 0 || share >= 1) continue;
    const count = reading.numberAt(replicas) ?? 1;
    const note = `${count} × a share of ${share}`;
    reading.put("accelerators", count * share, reading.find(path), { note });
    return;
  }
}

const hasLlm = (root: Parameters<typeof nodeAt>[0]): boolean => {
  const applications = nodeAt(root, "applications");
  return (
    applications?.type === "sequence" &&
    applications.items.some((item) => nodeAt(item, "args/llm_configs")?.type === "sequence")
  );
};

/** One workload per model of a serve config; `reading` stands on the mapping that holds `applications`. */
export function readApplications(reading: Reading): readonly Recognized[] {
  return reading
    .each("applications")
    .slice(0, 50)
    .flatMap((application) =>
      application
        .each("args/llm_configs")
        .slice(0, 50)
        .flatMap((config) => (config.cursor.isMapping ? [read(config)] : [])),
    );
}

function read(reading: Reading): Recognized {
  reading.put("engine", "vllm");
  readModel(
    reading,
    "model_loading_config/model_source",
    "model_loading_config/model_id",
    "model_loading_config/model_source/bucket_uri",
  );
  reading.text("accelerator", "accelerator_type");
  readServing(reading, {
    tensor: ["engine_kwargs/tensor_parallel_size"],
    pipeline: ["engine_kwargs/pipeline_parallel_size"],
    data: ["engine_kwargs/data_parallel_size"],
    length: ["engine_kwargs/max_model_len"],
    sequences: ["engine_kwargs/max_num_seqs"],
  });
  const least = "deployment_config/autoscaling_config/min_replicas";
  const fixed =
    reading.has("deployment_config/num_replicas") && reading.numberAt("deployment_config/num_replicas") !== undefined;
  const replicas = fixed ? "deployment_config/num_replicas" : least;
  reading.count("replicas", replicas);
  readShare(reading, replicas);
  const single =
    (reading.numberAt("engine_kwargs/tensor_parallel_size") ?? 1) *
    (reading.numberAt("engine_kwargs/pipeline_parallel_size") ?? 1);
  if (
    reading.product(replicas, "engine_kwargs/tensor_parallel_size", "engine_kwargs/pipeline_parallel_size") ===
      undefined &&
    !reading.has(replicas)
  )
    reading.put("accelerators", single, undefined, {
      confidence: "medium",
      note: "one replica of one accelerator unless stated",
    });
  readPrecision(reading, "precision", "engine_kwargs/dtype");
  readQuantization(reading, "engine_kwargs/quantization");
  return reading.finish({ kind: "inference" });
}
