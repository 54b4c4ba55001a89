import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const recipe = (component: string, more = ""): string => `model:
  _component_: torchtune.models.llama3_1.${component}
  lora_rank: 8
tokenizer:
  _component_: torchtune.models.llama3.llama3_tokenizer
  max_seq_len: 4096
dataset:
  _component_: torchtune.datasets.alpaca_dataset
  packed: True
batch_size: 2
gradient_accumulation_steps: 8
epochs: 1
max_steps_per_epoch: null
optimizer:
  _component_: torch.optim.AdamW
dtype: bf16
enable_activation_checkpointing: True
${more}`;

describe("torchtune", () => {
  it("reads model and method out of the component", () => {
    const workload = workloadOf(recipe("lora_llama3_1_8b"));
    assert.equal(workload.dialect, "torchtune");
    assertFacts(workload, {
      model: "llama3_1_8b",
      method: "lora",
      loraRank: 8,
      sequenceLength: 4096,
      microBatchSize: 2,
      gradientAccumulation: 8,
      epochs: 1,
      steps: undefined,
      packing: true,
      precision: "bf16",
      optimizer: "AdamW",
      "dataset.name": "alpaca",
    });
    assertFacts(workloadOf(recipe("qlora_llama3_1_70b")), {
      model: "llama3_1_70b",
      method: "qlora",
      weightPrecision: "nf4",
    });
    assertFacts(workloadOf(recipe("llama3_1_8b")), { method: "full" });
  });

  it("takes accelerators from the header's command and from a single-device file name", () => {
    const header = "# tune run --nproc_per_node 4 lora_finetune_distributed --config this.yaml\n";
    assertFacts(workloadOf(header + recipe("lora_llama3_1_8b")), { accelerators: 4 });
    const single = workloadOf(recipe("lora_llama3_1_8b"), { path: "recipes/8B_lora_single_device.yaml" });
    assert.equal(single.facts.accelerators?.value, 1);
    assert.equal(single.facts.accelerators?.source, "path");
  });

  it("multiplies steps per epoch and epochs", () => {
    const text = recipe("llama3_1_8b")
      .replace("epochs: 1", "epochs: 3")
      .replace("max_steps_per_epoch: null", "max_steps_per_epoch: 50");
    assertFacts(workloadOf(text), { steps: 150 });
  });

  it("leaves max_seq_len: null open", () => {
    assertFacts(workloadOf(recipe("llama3_1_8b").replace("4096", "null")), { sequenceLength: undefined });
  });

  it("reads distillation, reinforcement learning and generation", () => {
    const teacher = "teacher_model:\n  _component_: torchtune.models.llama3_1.llama3_1_8b\n";
    const distillation = workloadOf(recipe("lora_llama3_1_8b", teacher));
    assert.equal(distillation.kind, "distillation");
    assertFacts(distillation, { teacher: "llama3_1_8b" });
    assert.equal(
      workloadOf(recipe("llama3_1_8b", "grpo_samples: 16\nmax_generated_tokens: 512\n")).kind,
      "reinforcementLearning",
    );
    const generation = workloadOf(
      "model:\n  _component_: torchtune.models.llama2.llama2_7b\ndtype: bf16\nmax_new_tokens: 300\n",
    );
    assert.equal(generation.kind, "inference");
    assertFacts(generation, { outputTokens: 300 });
  });

  it("counts PPO's sampled sequences as steps of its batch", () => {
    const text = recipe("llama3_1_8b", "ppo_epochs: 2\nnum_steps: 1000\nmax_generated_tokens: 58\n").replace(
      "model:",
      "policy_model:",
    );
    assertFacts(workloadOf(text), { algorithm: "ppo", steps: 500, promptsPerStep: 2, responseTokens: 58 });
  });

  it("is silent about components of other libraries", () => {
    assert.deepEqual(workloadsOf("model:\n  _component_: other.models.thing\n# _component_: torchtune.models.x\n"), []);
    assert.deepEqual(workloadsOf("tools:\n  _component_: torchtune.data.helper\n"), []);
  });
});
