import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const base = `model_name_or_path: org/m-8b
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset: one,two
template: plain
cutoff_len: 2048
max_samples: 1000
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
num_train_epochs: 3.0
bf16: true
`;

describe("LLaMA-Factory", () => {
  it("reads a LoRA recipe", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "llamaFactory");
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      model: "org/m-8b",
      method: "lora",
      loraRank: 8,
      loraTargets: "all",
      sequenceLength: 2048,
      microBatchSize: 1,
      gradientAccumulation: 8,
      epochs: 3,
      precision: "bf16",
      "dataset.name": "one, two",
      "dataset.samples": 2000,
    });
  });

  it("takes `max_samples` of each data set", () => {
    assertFacts(workloadOf(base.replace("one,two", "one")), { "dataset.samples": 1000 });
    assertFacts(workloadOf(base.replace("one,two", "[one, two, three]")), { "dataset.samples": 3000 });
  });

  it("tells objectives without a reference from those with one", () => {
    const dpo = base.replace("sft", "dpo");
    const full = dpo.replace("lora\n", "full\n");
    for (const loss of ["orpo", "simpo"]) {
      assertFacts(workloadOf(`${dpo}pref_loss: ${loss}\n`), { preferencePairs: true, referenceFree: true });
      assertFacts(workloadOf(`${full}pref_loss: ${loss}\n`), { algorithm: "dpo", referenceFree: true });
    }
    assertFacts(workloadOf(`${full}pref_loss: sigmoid\n`), { algorithm: "dpo", referenceFree: undefined });
    assertFacts(workloadOf(base.replace("sft", "kto")), { preferencePairs: true, referenceFree: undefined });
  });

  it("tells a quantised base by its option or by the model's name", () => {
    assertFacts(workloadOf(`${base}quantization_bit: 4\n`), { method: "qlora", weightPrecision: "nf4" });
    assertFacts(workloadOf(base.replace("m-8b", "m-8b-GPTQ")), { method: "qlora", weightPrecision: "int4" });
  });

  it("reads a full fine-tune, a pre-training stage and preference stages", () => {
    const full = base.replace("lora\n", "full\n");
    assertFacts(workloadOf(full), { method: "full", loraRank: undefined });
    assert.equal(workloadOf(full.replace("sft", "pt")).kind, "training");
    assertFacts(workloadOf(full.replace("sft", "dpo")), { algorithm: "dpo" });
    assert.equal(workloadOf(base.replace("sft", "dpo")).kind, "fineTuning");
    assert.equal(workloadOf(base.replace("sft", "ppo")).kind, "reinforcementLearning");
  });

  it("counts no accelerator for a merge on the CPU", () => {
    const merge = workloadOf(
      "model_name_or_path: org/m-4b\nadapter_name_or_path: out/lora\ntemplate: t\nexport_dir: out/merged\nexport_device: cpu\n",
    );
    assert.equal(merge.kind, "allocation");
    assertFacts(merge, { accelerators: 0, model: "org/m-4b" });
  });

  it("reads inference by its backend", () => {
    const chat = workloadOf("model_name_or_path: org/m-4b\ntemplate: t\ninfer_backend: vllm\nvllm_maxlen: 8192\n");
    assert.equal(chat.kind, "inference");
    assertFacts(chat, { engine: "vllm", maxModelLength: 8192 });
  });

  it("is inference when it predicts", () => {
    const text =
      "model_name_or_path: org/m-8b\nstage: sft\ndo_predict: true\nfinetuning_type: lora\ntemplate: t\ncutoff_len: 2048\n";
    assert.equal(workloadOf(text).kind, "inference");
  });

  it("reads the newer schema", () => {
    const workload = workloadOf(
      "model: org/m-1b\nmodel_class: llm\ndist_config:\n  name: fsdp2\ntrain_dataset: data/set.yaml\nmicro_batch_size: 2\ncutoff_len: 1024\nmax_steps: 10\n",
    );
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { model: "org/m-1b", microBatchSize: 2, sequenceLength: 1024, steps: 10, method: "full" });
  });

  it("takes a local path's last folder as the model", () => {
    assertFacts(workloadOf(base.replace("org/m-8b", "/data/models/Big-70B-Instruct/")), { model: "Big-70B-Instruct" });
  });

  it("is silent about a template of prompts", () => {
    assert.deepEqual(workloadsOf("stage: prod\ntemplate: email\nmodel: car\n"), []);
    assert.deepEqual(workloadsOf("cutoff_len: 20\nwood: oak\n"), []);
  });
});
