import { dialectFrom } from "../readers/dialect";
import { hasKey, nodeAt, type Reading } from "../readers/reading";
import { readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const optimumBenchmark = dialectFrom({
  id: "optimumBenchmark",
  title: "Optimum-Benchmark",
  anchors: ["device_isolation", "input_shapes", "device_ids", "generate_kwargs", "no_weights"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "backend"), "model", "device", "task") &&
    (hasKey(root, "scenario", "launcher") || nodeAt(root, "defaults")?.type === "sequence") &&
    hasKey(root, "scenario", "launcher", "experiment_name", "name"),
  workloads: read,
  documentation: {
    recognizedBy: "`backend.model` or `backend.device` beside `scenario` or `launcher`",
    reads:
      "model, device and its ids, batch, input and output tokens, samples, precision, quantisation; training scenarios too",
    limits: "sweeps over command-line overrides are not seen",
  },
});

function read(reading: Reading): Recognized {
  readModel(reading, "backend/model");
  const device = reading.scalar("backend/device");
  if (device && /^cpu|mps$/i.test(device.text)) reading.put("accelerators", 0, device, { note: "runs on the CPU" });
  const ids = reading.scalar("backend/device_ids");
  const list = reading.find("backend/device_ids");
  if (list?.isSequence && list.items().length > 0) reading.put("accelerators", list.items().length, list);
  else if (ids)
    reading.put("accelerators", ids.text.split(",").filter((id) => id.trim() !== "").length, ids, {
      note: "devices listed",
    });
  else if (device && /cuda|gpu|rocm/i.test(device.text) && !reading.textAt("backend/device_map"))
    reading.put("accelerators", 1, device, { confidence: "medium", note: "one device unless more are listed" });
  readPrecision(reading, "precision", "backend/torch_dtype", "backend/dtype", "backend/engine_args/dtype");
  readPrecision(reading, "weightPrecision", "backend/quantization_scheme", "backend/engine_args/quantization");
  if (
    reading.flagAt("backend/quantization_config/load_in_4bit") === true ||
    reading.numberAt("backend/quantization_config/bits") === 4
  )
    reading.put("weightPrecision", "nf4", reading.find("backend/quantization_config"));
  const defaults =
    reading
      .find("defaults")
      ?.items()
      .map((item) => item.get("scenario").text()) ?? [];
  if (defaults.includes("training") || reading.has("scenario/training_arguments")) {
    reading.steps("scenario/max_steps", "scenario/training_arguments/max_steps");
    reading.number("microBatchSize", "scenario/training_arguments/per_device_train_batch_size");
    reading.number("sequenceLength", "scenario/dataset_shapes/sequence_length");
    reading.number("dataset.samples", "scenario/dataset_shapes/dataset_size");
    return reading.finish({ kind: reading.has("backend/peft_type") ? "fineTuning" : "training" });
  }
  const backend =
    defaults.length > 0
      ? reading
          .find("defaults")
          ?.items()
          .map((item) => item.get("backend").text())
          .find((text) => text !== undefined)
      : undefined;
  const engine = reading.textAt("backend/name") ?? backend;
  if (engine) reading.put("engine", engine === "pytorch" ? "transformers" : engine, reading.find("backend"));
  reading.number("concurrency", "scenario/input_shapes/batch_size");
  reading.number("inputTokens", "scenario/input_shapes/sequence_length");
  reading.number("outputTokens", "scenario/generate_kwargs/max_new_tokens");
  reading.number("requests", "scenario/num_samples");
  return reading.finish({ kind: "inference" });
}
