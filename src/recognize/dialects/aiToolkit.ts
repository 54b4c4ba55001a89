import { dialectFrom } from "../readers/dialect";
import { parsePrecision } from "../readers/precision";
import { entryLike, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readDataset, readModel, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

export const aiToolkit = dialectFrom({
  id: "aiToolkit",
  title: "AI Toolkit",
  anchors: ["sd_trainer", "diffusion_trainer", "ui_trainer", "name_or_path", "job: generate"],
  recognizes: (root) =>
    entryLike(root, "job") !== undefined &&
    nodeAt(root, "config/process")?.type === "sequence" &&
    hasMapping(nodeAt(root, "config/process/0"), "train", "model", "network", "generate"),
  workloads: (reading) =>
    reading
      .each("config/process")
      .flatMap((process) =>
        process.mapping("train") ? [read(process)] : process.mapping("generate") ? [readGeneration(process)] : [],
      ),
  documentation: {
    recognizedBy: "`job` beside `config.process` with `train`, `generate`, `model` or `network`",
    reads:
      "one accelerator, model, steps, batch, accumulation, precision, LoRA rank, quantised base; width, height, steps and prompts of a generation",
    limits: "an image counts as one sample of the training; its resolution is not a field of training",
  },
});

function readDevice(reading: Reading): void {
  const device = reading.scalar("device");
  if (device && /^cpu$/i.test(device.text)) reading.put("accelerators", 0, device);
  else reading.put("accelerators", 1, device, { note: "one accelerator per process" });
}

/** `job: generate`: one picture per prompt. */
function readGeneration(reading: Reading): Recognized {
  readDevice(reading);
  readModel(reading, "model/name_or_path");
  reading.number("width", "generate/width");
  reading.number("height", "generate/height");
  reading.number("steps", "generate/sample_steps");
  const guidance = reading.numberAt("generate/guidance_scale");
  if (guidance !== undefined)
    reading.put("guidancePasses", guidance > 1 ? 2 : 1, reading.find("generate/guidance_scale"));
  const prompts = reading.find("generate/prompts");
  const items = prompts?.isSequence ? prompts.items().length : 0;
  if (items > 0) reading.put("items", items, prompts, { note: "one picture per prompt" });
  readPrecision(reading, "precision", "model/dtype");
  return reading.finish({ kind: "imageGeneration", hints: false });
}

function read(reading: Reading): Recognized {
  reading.put("framework", "ai-toolkit");
  readDevice(reading);
  readModel(reading, "model/name_or_path");
  reading.steps("train/steps");
  reading.number("microBatchSize", "train/batch_size");
  reading.number("gradientAccumulation", "train/gradient_accumulation_steps", "train/gradient_accumulation");
  reading.text("optimizer", "train/optimizer");
  readPrecision(reading, "precision", "train/dtype");
  readCheckpointing(reading, "train/gradient_checkpointing");
  readDataset(reading, "datasets", "folder_path", "dataset_path");
  if (reading.mapping("network")) {
    const quantized = reading.flagAt("model/quantize") === true;
    reading.put("method", quantized ? "qlora" : "lora", reading.find("network"));
    reading.number("loraRank", "network/linear", "network/rank");
    if (quantized)
      reading.put(
        "weightPrecision",
        // `uint4|owner/adapter.safetensors`: the format, and an adapter that makes up for it.
        parsePrecision(reading.textAt("model/qtype")?.split("|")[0]) ?? "int8",
        reading.find("model/quantize"),
        {
          note: "quantised base",
        },
      );
  } else if (reading.mapping("embedding")) {
    reading.put("method", "lora", reading.find("embedding"), {
      note: "textual inversion: only an embedding is trained",
    });
  } else reading.put("method", "full", reading.find("train"), { note: "no network block" });
  return reading.finish({ kind: "fineTuning", hints: false });
}
