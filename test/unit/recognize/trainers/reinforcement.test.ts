import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

describe("NeMo-RL", () => {
  const base = `grpo: {num_prompts_per_step: 32, num_generations_per_prompt: 16, max_num_steps: 500}
policy: {model_name: org/m-8b, max_total_sequence_length: 4096, train_global_batch_size: 512, train_micro_batch_size: 4, precision: bfloat16, generation: {backend: vllm}}
cluster: {gpus_per_node: 8, num_nodes: 4}
`;

  it("reads a GRPO run", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "nemoRl");
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, {
      accelerators: 32,
      model: "org/m-8b",
      promptsPerStep: 32,
      samplesPerPrompt: 16,
      steps: 500,
      sequenceLength: 4096,
      globalBatchSize: 512,
      microBatchSize: 4,
      algorithm: "grpo",
      engine: "vllm",
      precision: "bf16",
    });
  });

  it("inherits from its parent and its grandparent", () => {
    const child = "defaults: ../mid.yaml\ncluster: {gpus_per_node: 4}\n";
    const { facts, notes } = workloadOf(child, {
      path: "recipes/llm/grpo-x.yaml",
      files: { "recipes/mid.yaml": "defaults: base.yaml\ncluster: {num_nodes: 2}\n", "recipes/base.yaml": base },
    });
    assert.equal(facts.acceleratorsPerNode?.value, 4);
    assert.equal(facts.acceleratorsPerNode?.source, "file");
    assert.equal(facts.accelerators?.value, 8);
    assert.equal(facts.model?.source, "referenced");
    assert.equal(facts.steps?.value, 500);
    assert.ok(notes?.some((note) => note.includes("inherited from")));
  });

  it("says so when the parent is not there", () => {
    const { notes, facts } = workloadOf("defaults: ../mid.yaml\npolicy: {model_name: org/m-1b}\n");
    assert.ok(notes?.some((note) => note.includes("not resolved")));
    assert.equal(facts.accelerators, undefined);
  });

  it("takes a million steps for no limit", () => {
    const workload = workloadOf(base.replace("max_num_steps: 500", "max_num_steps: 1000000"));
    assertFacts(workload, { steps: undefined });
    assert.ok(workload.notes?.some((note) => note.includes("no limit")));
  });

  it("does not take a sentence for a model", () => {
    assertFacts(workloadOf(base.replace("org/m-8b", '"Follow the instructions in the guide"')), { model: undefined });
  });

  it("reads distillation, DPO and SFT", () => {
    const distillation = workloadOf(`${base.replace("grpo:", "distillation:")}teacher: {model_name: org/m-70b}\n`);
    assert.equal(distillation.kind, "distillation");
    assertFacts(distillation, { teacher: "org/m-70b", strategy: "onPolicy" });
    assertFacts(workloadOf(base.replace("grpo:", "dpo:")), { algorithm: "dpo" });
    assert.equal(workloadOf(base.replace("grpo:", "sft:")).kind, "fineTuning");
  });

  it("reads an evaluation as inference", () => {
    const workload = workloadOf(
      "eval: {metric: pass@k}\ngeneration: {backend: vllm, model_name: org/m-1b, max_new_tokens: 512, vllm_cfg: {max_model_len: 2048, tensor_parallel_size: 2}}\ncluster: {gpus_per_node: 2, num_nodes: 1}\n",
    );
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      accelerators: 2,
      model: "org/m-1b",
      maxModelLength: 2048,
      outputTokens: 512,
      engine: "vllm",
    });
  });

  it("is silent about policies of other kinds", () => {
    assert.deepEqual(workloadsOf("policy: {retention: 30d}\ncluster: {name: a}\n"), []);
    assert.deepEqual(workloadsOf("policy:\n"), []);
  });
});

describe("verl", () => {
  const base = `actor_rollout_ref:
  model: {path: ~/models/org-7b-chat}
  actor: {ppo_mini_batch_size: 256, ppo_micro_batch_size_per_gpu: 8}
  rollout: {n: 5, name: vllm}
data: {train_batch_size: 1024, max_prompt_length: 512, max_response_length: 1024}
algorithm: {adv_estimator: grpo}
reward_model: {enable: false, n_gpus_per_node: 8, nnodes: 0}
trainer: {nnodes: 2, n_gpus_per_node: 8, total_epochs: 15, total_training_steps: null}
`;

  it("counts the trainer's accelerators alone", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "verl");
    assertFacts(workload, {
      accelerators: 16,
      model: "org-7b-chat",
      promptsPerStep: 1024,
      samplesPerPrompt: 5,
      promptTokens: 512,
      responseTokens: 1024,
      sequenceLength: 1536,
      epochs: 15,
      steps: undefined,
      algorithm: "grpo",
      microBatchSize: 8,
    });
  });

  it("reads PPO with its critic", () => {
    const text = `${base.replace("adv_estimator: grpo", "adv_estimator: gae")}critic: {model: {path: org/critic-7b}}\n`;
    assertFacts(workloadOf(text), { algorithm: "ppo", critic: "org/critic-7b" });
  });

  it("reads an override file without counts", () => {
    const workload = workloadOf(
      "defaults: [ppo_trainer, _self_]\ndata: {max_prompt_length: 1024, max_response_length: 1024, train_batch_size: 256}\nactor_rollout_ref: {hybrid_engine: true}\n",
    );
    assertFacts(workload, { sequenceLength: 2048, promptsPerStep: 256, accelerators: undefined, model: undefined });
  });

  it("reads supervised fine-tuning", () => {
    const workload = workloadOf(
      "data: {train_batch_size: 256, micro_batch_size_per_gpu: 4, max_length: 1024}\nmodel: {partial_pretrain: org/m-2b}\ntrainer: {total_epochs: 4, n_gpus_per_node: 8, nnodes: 1}\n",
    );
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { accelerators: 8, model: "org/m-2b", globalBatchSize: 256, epochs: 4 });
  });

  it("reads generation as inference", () => {
    const workload = workloadOf(
      "trainer: {nnodes: 1, n_gpus_per_node: 8}\ndata: {n_samples: 5}\nmodel: {path: ~/models/M-7B}\nrollout: {name: vllm, prompt_length: 1536, response_length: 512}\n",
    );
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      accelerators: 8,
      model: "M-7B",
      inputTokens: 1536,
      outputTokens: 512,
      maxModelLength: 2048,
    });
  });

  it("is silent about must-be-given placeholders and fragments", () => {
    assertFacts(workloadOf(base.replace("name: vllm", "name: ???")), { engine: undefined });
    assert.deepEqual(workloadsOf("n_gpus_per_node: 8\nnnodes: 1\n"), []);
  });
});

describe("Oumi", () => {
  const base = `model: {model_name: org/m-70b, model_max_length: 2048, torch_dtype_str: bfloat16, load_pretrained_weights: true}
data: {train: {datasets: [{dataset_name: org/set}]}}
training: {trainer_type: TRL_SFT, use_peft: true, num_train_epochs: 1, per_device_train_batch_size: 2, gradient_accumulation_steps: 4}
peft: {lora_r: 16, q_lora: true}
`;

  it("reads QLoRA", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "oumi");
    assertFacts(workload, {
      model: "org/m-70b",
      method: "qlora",
      loraRank: 16,
      sequenceLength: 2048,
      microBatchSize: 2,
      gradientAccumulation: 4,
      epochs: 1,
      precision: "bf16",
      "dataset.name": "org/set",
    });
  });

  it("is training from scratch without pretrained weights", () => {
    const text = base
      .replace("load_pretrained_weights: true", "load_pretrained_weights: false")
      .replace("use_peft: true, ", "")
      .replace(/peft:.*\n/, "");
    assert.equal(workloadOf(text).kind, "training");
  });

  it("reads verl's overrides", () => {
    const workload = workloadOf(
      "model: {model_name: org/m-3b}\ntraining:\n  trainer_type: VERL_GRPO\n  grpo: {max_completion_length: 1024}\n  verl_config_overrides:\n    data: {train_batch_size: 64, max_prompt_length: 256}\n    actor_rollout_ref: {rollout: {n: 16}}\n    trainer: {n_gpus_per_node: 2, nnodes: 1}\n",
    );
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, { accelerators: 2, sequenceLength: 1280, promptsPerStep: 64, samplesPerPrompt: 16 });
  });

  it("tells own accelerators from a hosted interface by the engine", () => {
    const local = workloadOf(
      "model: {model_name: org/m-8b, model_max_length: 4096}\nengine: VLLM\ngeneration: {max_new_tokens: 512}\n",
    );
    assert.equal(local.kind, "inference");
    assertFacts(local, { engine: "vllm", maxModelLength: 4096, outputTokens: 512 });
    const hosted = workloadOf(
      "model: {model_name: some-hosted-model}\nengine: ANTHROPIC\ngeneration: {max_new_tokens: 512}\n",
    );
    assert.equal(hosted.kind, "api");
    assertFacts(hosted, { provider: "anthropic", model: "some-hosted-model" });
  });

  it("is silent about a model of something else", () => {
    assert.deepEqual(workloadsOf("model: {model_name: x}\nengine: v8\n"), []);
  });
});
