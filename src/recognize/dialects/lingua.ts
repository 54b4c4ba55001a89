import { dialectFrom } from "../readers/dialect";
import { modelNameInPath } from "../readers/modelNames";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readDataset, readDimensions, readPrecision } from "../readers/training";
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
    { ...(name === undefined ? {} : { name }), gatedMlp: true, ...feedForward(reading) },
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

/** Llama's feed-forward: two thirds of four widths, times the multiplier, rounded up to a multiple (lingua/transformer.py). */
function feedForward(reading: Reading): { intermediateSize?: number } {
  const width = reading.numberAt("model/dim");
  if (width === undefined) return {};
  const multiple = reading.numberAt("model/multiple_of") ?? 256;
  const wide = Math.floor(Math.floor((2 * 4 * width) / 3) * (reading.numberAt("model/ffn_dim_multiplier") ?? 1));
  return multiple > 0 ? { intermediateSize: multiple * Math.ceil(wide / multiple) } : {};
}
