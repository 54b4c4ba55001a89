import { dialectFrom } from "../readers/dialect";
import { parsePrecision } from "../readers/precision";
import { hasKey, hasMapping, nodeAt, type Reading } from "../readers/reading";
import { readCheckpointing, readDimensions, readModel } from "../readers/training";
import type { Recognized } from "../recognized";

export const levanter = dialectFrom({
  id: "levanter",
  title: "Levanter",
  anchors: ["num_train_steps:", "per_device_parallelism:", "model_axis_size:", "fsdp_axis:"],
  recognizes: (root) => {
    const trainer = nodeAt(root, "trainer");
    return (
      hasKey(trainer, "num_train_steps", "train_batch_size") &&
      hasKey(trainer, "mp", "fsdp_axis", "model_axis_size", "per_device_parallelism", "tensor_parallel_axes") &&
      (hasMapping(root, "model", "student") || hasKey(root, "initialize_from_hf"))
    );
  },
  workloads: read,
  documentation: {
    recognizedBy: "`trainer.num_train_steps` or `trainer.train_batch_size` beside `mp` or a mesh axis, and a `model`",
    reads:
      "dimensions or the checkpoint it starts from, sequence length, batch, micro batch, steps, compute format of `mp`, model axis; preference tuning, supervised tuning, distillation",
    limits: "the slice or cluster is the launcher's; `data: !include …` is not followed",
  },
});

/** Families whose feed-forward has two matrices and whose output shares the table of words. */
const classic = /^(?:gpt2|backpack|mpt)$/;

function read(reading: Reading): Recognized {
  reading.put("framework", "levanter");
  const student = reading.mapping("student") !== undefined;
  const part = student ? "student" : "model";
  const start = reading.scalar("initialize_from_hf");
  const given = start !== undefined && reading.flagAt("initialize_from_hf") === undefined;
  if (given) readModel(reading, "initialize_from_hf");
  else readShape(reading, part, "model");
  if (reading.value("model") === undefined) readModel(reading, "model_name_or_path", `${part}/reference_checkpoint`);
  reading.number("sequenceLength", `${part}/seq_len`, `${part}/max_seq_len`, "train_seq_len", "max_seq_len");
  reading.number("globalBatchSize", "trainer/train_batch_size");
  reading.number("microBatchSize", "trainer/per_device_parallelism");
  reading.steps("trainer/num_train_steps");
  const policy = reading.scalar("trainer/mp");
  const compute = /c(?:ompute)?=([a-z0-9]+)/.exec(policy?.text ?? "")?.[1] ?? policy?.text;
  reading.put("precision", parsePrecision(compute), policy);
  reading.number("parallelism.tensor", "trainer/model_axis_size");
  readCheckpointing(reading, `${part}/gradient_checkpointing`);
  reading.text("dataset.name", "data/id", "hf_dataset_id");
  if (student) {
    readShape(reading, "teacher", "teacher");
    reading.put("strategy", "offPolicy", reading.find("teacher"), { note: "teacher logits on given texts" });
    return reading.finish({ kind: "distillation" });
  }
  if (reading.has("dpo_data", "reference_free")) {
    reading.put("algorithm", "dpo", reading.find("beta") ?? reading.find("dpo_data"));
    if (reading.flagAt("reference_free") === true) reading.put("referenceFree", true, reading.find("reference_free"));
    return reading.finish({ kind: "reinforcementLearning" });
  }
  const tunes = given || reading.flagAt("initialize_from_hf") === true;
  if (tunes || reading.has("supervised_data", "chat_train_urls")) {
    reading.put("method", "full", start);
    return reading.finish({ kind: "fineTuning" });
  }
  return reading.finish({ kind: "training" });
}

function readShape(reading: Reading, part: string, field: "model" | "teacher"): void {
  const block = field === "model" ? reading : reading.on(reading.cursor);
  const at = (key: string): readonly string[] => [`${part}/${key}`];
  const type = reading.textAt(`${part}/type`);
  const checkpoint = reading.textAt(`${part}/reference_checkpoint`);
  const width = reading.numberAt(`${part}/hidden_dim`);
  const two = type !== undefined && classic.test(type);
  const spec = readDimensions(
    block,
    {
      layers: at("num_layers"),
      hiddenSize: at("hidden_dim"),
      attentionHeads: at("num_heads"),
      keyValueHeads: at("num_kv_heads"),
      headDimension: at("head_dim"),
      intermediateSize: at("intermediate_dim"),
      experts: at("n_routed_experts"),
      expertsPerToken: at("num_experts_per_tok"),
    },
    {
      ...(checkpoint ? { name: checkpoint } : type ? { name: type } : {}),
      ...(type === undefined ? {} : { gatedMlp: !two }),
      ...(two && width ? { intermediateSize: 4 * width, tieWordEmbeddings: true } : {}),
    },
  );
  if (field === "teacher" && spec) reading.put("teacher", spec, reading.find(part));
}
