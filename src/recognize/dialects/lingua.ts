import { dialectFrom } from "../readers/dialect";
import { modelNameInPath } from "../readers/modelNames";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { llamaFeedForward, readCheckpointing, readDataset, readDimensions, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const lingua = dialectFrom({
  id: "lingua",
  title: "Meta Lingua",
  anchors: ["fsdp_type"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "distributed"), "fsdp_type") && hasMapping(root, "model") && hasMapping(root, "data"),
  workloads: read,
  documentation: {
    recognizedBy: "`distributed.fsdp_type` beside `model` and `data`",
    reads: "dimensions, steps, batch per accelerator, accumulation, sequence length, precision, tensor parallelism",
    limits: "the number of nodes is given on the command line; `async_eval_gpus` is evaluation alone",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "lingua");
  const name = modelNameInPath(reading.context.path) ?? reading.textAt("name");
  readDimensions(
    reading,
    {
      layers: ["model/n_layers"],
      hiddenSize: ["model/dim"],
      attentionHeads: ["model/n_heads"],
      keyValueHeads: ["model/n_kv_heads"],
      vocabularySize: ["model/vocab_size"],
    },
    { ...(name === undefined ? {} : { name }), gatedMlp: true, ...llamaFeedForward(reading, "model") },
  );
  reading.steps("steps");
  reading.number("gradientAccumulation", "grad_acc_steps");
  reading.number("microBatchSize", "data/batch_size");
  reading.number("sequenceLength", "data/seq_len");
  readPrecision(reading, "precision", "distributed/model_dtype");
  reading.number("parallelism.tensor", "distributed/tp_size");
  readCheckpointing(reading, "distributed/selective_activation_checkpointing");
  readDataset(reading, "data/sources");
  return reading.finish({ kind: "training" });
}
