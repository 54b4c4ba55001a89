import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const sft = `model_name_or_path: org/m-7b
dataset_name: org/chats
per_device_train_batch_size: 4
gradient_accumulation_steps: 2
max_length: 2048
max_steps: -1
num_train_epochs: 1
bf16: true
gradient_checkpointing: true
`;

describe("TRL and Hugging Face Trainer recipes", () => {
  it("reads supervised fine-tuning", () => {
    const workload = workloadOf(sft);
    assert.equal(workload.dialect, "trl");
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      model: "org/m-7b",
      microBatchSize: 4,
      gradientAccumulation: 2,
      sequenceLength: 2048,
      epochs: 1,
      steps: undefined,
      precision: "bf16",
      method: "full",
      activationCheckpointing: "full",
      "dataset.name": "org/chats",
    });
  });

  it("reads Liger's fused loss", () => {
    assertFacts(workloadOf(`${sft}use_liger_kernel: true\n`), { fusedLoss: true });
    assertFacts(workloadOf(`${sft}use_liger_kernel: false\n`), { fusedLoss: undefined });
  });

  it("reads LoRA and QLoRA", () => {
    assertFacts(workloadOf(`${sft}use_peft: true\nlora_r: 16\nlora_target_modules:\n- q_proj\n- v_proj\n`), {
      method: "lora",
      loraRank: 16,
      loraTargets: ["q_proj", "v_proj"],
    });
    assertFacts(workloadOf(`${sft}use_peft: true\nload_in_4bit: true\n`), { method: "qlora", weightPrecision: "nf4" });
    assertFacts(workloadOf(`${sft}use_lora: false\nlora_rank: 64\n`), { method: "full" });
  });

  it("adds prompt and completion of GRPO", () => {
    const workload = workloadOf(
      "model_name_or_path: org/m-7b\nper_device_train_batch_size: 16\ngradient_accumulation_steps: 4\nmax_prompt_length: 512\nmax_completion_length: 2048\nnum_generations: 16\nmax_steps: -1\nnum_train_epochs: 1\nuse_vllm: true\nreward_funcs: [accuracy]\n",
    );
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, {
      algorithm: "grpo",
      promptTokens: 512,
      responseTokens: 2048,
      sequenceLength: 2560,
      samplesPerPrompt: 16,
      engine: "vllm",
      accelerators: undefined,
    });
  });

  it("tells preference optimisation by beta", () => {
    const workload = workloadOf(`${sft}beta: 0.05\nmax_prompt_length: 1024\n`);
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, { algorithm: "dpo", sequenceLength: 2048 });
  });

  it("reads a teacher as distillation", () => {
    const workload = workloadOf(`${sft}teacher_model_name_or_path: org/big-70b\n`);
    assert.equal(workload.kind, "distillation");
    assertFacts(workload, { teacher: "org/big-70b" });
  });

  it("takes accelerators from the header", () => {
    const { facts } = workloadOf(`# Config for 16 nodes of 8 H100s\n${sft}`);
    assert.equal(facts.accelerators?.value, 128);
    assert.equal(facts.accelerators?.source, "comment");
    assert.equal(facts.accelerator?.value, "H100");
  });

  it("reads values that stand on the next line", () => {
    assertFacts(workloadOf("model_name_or_path:\n  org/m-1b\ndataset_name:\n  org/set\nlearning_rate:\n  0.0001\n"), {
      model: "org/m-1b",
    });
  });

  it("keeps a chat template with braces apart", () => {
    assertFacts(workloadOf(`chat_template: "{% for m in messages %}{{ m }}{% endfor %}"\n${sft}`), {
      model: "org/m-7b",
    });
  });

  it("is silent about a model in other surroundings", () => {
    assert.deepEqual(workloadsOf("model_name_or_path: org/m\ndescription: a card\n"), []);
    assert.deepEqual(workloadsOf("model_name: sedan\noutput_dir: out\nreport_to: boss\n"), []);
  });
});
