import { dialectFrom } from "../readers/dialect";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readDimensions, readPrecisionFlags } from "../readers/training";
import type { Recognized } from "../recognized";

export const fairseq = dialectFrom({
  id: "fairseq",
  title: "fairseq (Hydra)",
  anchors: ["distributed_world_size", "max_update:"],
  recognizes: (root) =>
    hasKey(nodeAt(root, "optimization"), "max_update", "max_epoch", "update_freq") &&
    hasMapping(root, "task", "criterion") &&
    hasMapping(root, "dataset", "distributed_training", "model"),
  workloads: read,
  documentation: {
    recognizedBy: "`optimization.max_update` beside `task` or `criterion`",
    reads:
      "accelerators (`distributed_world_size`), updates, accumulation (`update_freq`), format, the encoder's dimensions",
    limits: "batches are counted in tokens or audio samples and are not read",
  },
});

function read(reading: Reading): Recognized {
  reading.put("framework", "fairseq");
  reading.count("accelerators", "distributed_training/distributed_world_size");
  // A million updates is what such a run makes, not a way to say "no limit".
  reading.number("steps", "optimization/max_update");
  reading.epochs("optimization/max_epoch");
  reading.number("gradientAccumulation", "optimization/update_freq/0", "optimization/update_freq");
  readPrecisionFlags(reading, "common");
  reading.number("sequenceLength", "task/tokens_per_sample");
  reading.number("microBatchSize", "dataset/batch_size");
  reading.text("optimizer", "optimizer/_name", "optimizer");
  const from = reading.scalar("model/_name");
  const read = readDimensions(
    reading,
    {
      layers: ["model/encoder_layers", "model/decoder_layers"],
      hiddenSize: ["model/encoder_embed_dim", "model/decoder_embed_dim"],
      attentionHeads: ["model/encoder_attention_heads", "model/decoder_attention_heads"],
      intermediateSize: ["model/encoder_ffn_embed_dim", "model/decoder_ffn_embed_dim"],
    },
    { ...(from ? { name: from.text.slice(0, 80) } : {}), gatedMlp: false, vocabularySize: 0 },
  );
  if (!read && from) reading.put("model", from.text.slice(0, 120), from);
  const given = reading.scalar("model/w2v_path", "checkpoint/finetune_from_model", "checkpoint/restore_file");
  return reading.finish({ kind: given ? "fineTuning" : "training" });
}
