import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readDataset, readModelFromPath, readPrecision } from "../readers/training";
import type { Recognized } from "../recognized";

/** CompVis-style latent diffusion under PyTorch Lightning. */
export const latentDiffusion = dialectFrom({
  id: "latentDiffusion",
  title: "Latent diffusion (Lightning)",
  anchors: ["lightning:"],
  recognizes: (root) =>
    hasMapping(root, "lightning") && hasMapping(root, "model") && hasMapping(nodeAt(root, "lightning"), "trainer"),
  workloads: readLatentDiffusion,
  documentation: {
    recognizedBy: "`lightning.trainer` beside `model`",
    reads: "devices, batch, epochs, steps, precision, channels of the U-Net",
    limits: "a coarse reading: the cost of a step is not estimated from these dimensions",
  },
});

function readLatentDiffusion(reading: Reading): Recognized {
  const trainer = "lightning/trainer";
  reading.put("framework", "lightning");
  reading.count("nodes", `${trainer}/num_nodes`);
  const devices = reading.numberAt(`${trainer}/devices`, `${trainer}/gpus`);
  const nodes = reading.numberAt(`${trainer}/num_nodes`) ?? 1;
  if (devices !== undefined && Number.isInteger(devices) && devices > 0)
    reading.put("accelerators", devices * nodes, reading.find(`${trainer}/devices`) ?? reading.find(`${trainer}/gpus`));
  const channels = reading.numberAt(
    "model/params/unet_config/model_channels",
    "model/params/unet_config/params/model_channels",
  );
  const located = reading.find("model/params/unet_config");
  if (located)
    reading.put(
      "model",
      { name: channels === undefined ? "LDM UNet" : `LDM UNet ch${channels}`, backbone: "unet" },
      located,
    );
  reading.number("microBatchSize", "data/batch_size", "data/params/batch_size");
  reading.number("gradientAccumulation", `${trainer}/accumulate_grad_batches`);
  reading.steps(`${trainer}/max_steps`);
  reading.epochs(`${trainer}/max_epochs`);
  readPrecision(reading, "precision", `${trainer}/precision`);
  return reading.finish({ kind: "training" });
}

/** Upper-case trees of yacs: Swin, InternImage and other vision repositories. */
export const yacs = dialectFrom({
  id: "yacs",
  title: "yacs vision configs",
  anchors: [/^MODEL:/, /^TRAIN:/, /^SOLVER:/],
  recognizes: (root) =>
    (hasMapping(root, "MODEL") &&
      hasMapping(root, "TRAIN", "SOLVER") &&
      hasKey(nodeAt(root, "MODEL"), "TYPE", "META_ARCHITECTURE", "NAME", "BACKBONE")) ||
    (hasMapping(root, "MODEL") && hasMapping(root, "DATA", "AUG") && hasKey(nodeAt(root, "MODEL"), "TYPE")),
  workloads: readYacs,
  documentation: {
    recognizedBy: "upper-case `MODEL` and `TRAIN` (or `SOLVER`, `DATA`) mappings",
    reads:
      "model's type and name, batch per accelerator, epochs or iterations; accelerators from the file's name (`64gpu`)",
    limits: "image models: compute is not estimated from these dimensions",
  },
});

function readYacs(reading: Reading): Recognized {
  const from = reading.scalar("MODEL/TYPE", "MODEL/NAME", "MODEL/META_ARCHITECTURE", "MODEL/BACKBONE/NAME");
  if (from) reading.put("model", from.text.slice(0, 120), from);
  else readModelFromPath(reading);
  reading.number("microBatchSize", "DATA/BATCH_SIZE", "TRAIN/BATCH_SIZE");
  reading.number("globalBatchSize", "SOLVER/IMS_PER_BATCH");
  reading.number("gradientAccumulation", "TRAIN/ACCUMULATION_STEPS");
  reading.steps("SOLVER/MAX_ITER");
  reading.epochs("TRAIN/EPOCHS", "TRAIN/MAX_EPOCH", "SOLVER/MAX_EPOCH");
  reading.text("dataset.name", "DATA/DATASET");
  readDataset(reading, "DATASETS/TRAIN");
  return reading.finish({ kind: "training" });
}
