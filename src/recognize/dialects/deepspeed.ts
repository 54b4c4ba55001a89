import { dialectFrom } from "../readers/dialect";
import { asNumber, hasKey, hasMapping, type Reading } from "../readers/reading";
import { readZero } from "../readers/training";
import type { Recognized } from "../recognized";

export const deepspeed = dialectFrom({
  id: "deepspeed",
  title: "DeepSpeed JSON",
  anchors: ["zero_optimization", "train_micro_batch_size_per_gpu", "steps_per_print"],
  recognizes: (root) => {
    if (
      hasKey(
        root,
        "hidden_size",
        "num_layers",
        "model_type",
        "architectures",
        "actor_rollout_ref",
        "training",
        "trainer",
      )
    )
      return false;
    return (
      hasMapping(root, "zero_optimization") ||
      hasKey(root, "train_micro_batch_size_per_gpu") ||
      (hasKey(root, "train_batch_size") &&
        hasMapping(root, "optimizer") &&
        hasKey(root, "fp16", "bf16", "steps_per_print"))
    );
  },
  workloads: read,
  documentation: {
    recognizedBy:
      "`zero_optimization`, `train_micro_batch_size_per_gpu`, or `train_batch_size` with `optimizer` and `fp16`",
    reads:
      "ZeRO stage, offload, precision, batch sizes, optimiser; the number of accelerators where batch, micro batch and accumulation are all whole numbers (their quotient)",
    limits: "model and length of the run are elsewhere; `auto` is unknown",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "deepspeed");
  readZero(reading, reading);
  const batch = reading.number("globalBatchSize", "train_batch_size");
  const micro = reading.number("microBatchSize", "train_micro_batch_size_per_gpu");
  const accumulation = reading.number("gradientAccumulation", "gradient_accumulation_steps");
  if (batch && micro && accumulation) {
    const world = batch / (micro * accumulation);
    if (Number.isInteger(world) && world >= 1)
      reading.put("accelerators", world, reading.find("train_batch_size"), {
        note: `batch ${batch} ÷ (micro batch ${micro} × accumulation ${accumulation})`,
      });
  }
  const optimizer = reading.textAt("optimizer/type");
  if (optimizer && asNumber(optimizer) === undefined)
    reading.put("optimizer", optimizer, reading.find("optimizer/type"));
  if (hasMapping(reading.root, "activation_checkpointing"))
    reading.note("activation checkpointing is set up; whether it is used is the script's choice");
  reading.number("parallelism.expert", "expert_parallel/autoep_size");
  reading.number("parallelism.tensor", "tensor_parallel/autotp_size", "tensor_parallel/tp_size");
  return reading.finish({ kind: "training" });
}
