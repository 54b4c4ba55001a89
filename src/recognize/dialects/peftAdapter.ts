import { dialectFrom } from "../readers/dialect";
import { hasKey, type Reading } from "../readers/reading";
import { readModel } from "../readers/training";
import type { Recognized } from "../recognized";

export const peftAdapter = dialectFrom({
  id: "peftAdapter",
  title: "PEFT adapter_config.json",
  anchors: ['"peft_type"'],
  recognizes: (root) => hasKey(root, "peft_type") && hasKey(root, "base_model_name_or_path"),
  workloads: read,
  documentation: {
    recognizedBy: "`peft_type` with `base_model_name_or_path`",
    reads: "the base model; rank and targets as a remark",
    limits: "an artefact of a run, not a run",
  },
});

function read(reading: Reading): Recognized {
  readModel(reading, "base_model_name_or_path");
  const rank = reading.numberAt("r", "lora_rank");
  const type = reading.textAt("peft_type") ?? "adapter";
  reading.note(`${type.slice(0, 20)} adapter${rank === undefined ? "" : ` of rank ${rank}`} on this base`);
  return reading.finish({ kind: "model", hints: false });
}
