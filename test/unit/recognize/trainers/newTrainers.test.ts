import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, modelOf, workloadOf, workloadsOf } from "../recognizing";

describe("Levanter", () => {
  const text = `model:
  type: llama
  seq_len: 2048
  hidden_dim: 512
  intermediate_dim: 1536
  num_layers: 8
  num_heads: 8
  num_kv_heads: 4
trainer:
  mp: p=f32,c=bfloat16
  train_batch_size: 256
  num_train_steps: 1000
  model_axis_size: 2
`;
  it("reads dimensions, batch, steps and the compute format", () => {
    const workload = workloadOf(text);
    assert.equal(workload.dialect, "levanter");
    assert.equal(workload.kind, "training");
    assert.equal(modelOf(workload).intermediateSize, 1536);
    assertFacts(workload, {
      sequenceLength: 2048,
      globalBatchSize: 256,
      steps: 1000,
      precision: "bf16",
      "parallelism.tensor": 2,
    });
  });
  it("starts from given weights where it says so", () => {
    const workload = workloadOf(`${text}initialize_from_hf: org/tiny-1b\n`);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { model: "org/tiny-1b", method: "full" });
  });
  it("is preference training with pairs, and distillation with a teacher", () => {
    assertFacts(workloadOf(`${text}dpo_data: {}\nbeta: 0.1\n`), { algorithm: "dpo" });
    const student = text.replace("model:", "student:");
    const workload = workloadOf(`${student}teacher:\n  type: llama\n  hidden_dim: 1024\n  num_layers: 16\n`);
    assert.equal(workload.kind, "distillation");
    assert.equal(modelOf(workload).hiddenSize, 512);
    assert.deepEqual(workload.facts.teacher?.value, { layers: 16, hiddenSize: 1024, name: "llama", gatedMlp: true });
  });
  it("GPT-2's feed-forward is four widths wide, of two matrices", () => {
    const model = modelOf(workloadOf(text.replace("llama", "gpt2").replace("  intermediate_dim: 1536\n", "")));
    assert.equal(model.intermediateSize, 2048);
    assert.equal(model.gatedMlp, false);
  });
});

describe("AReaL", () => {
  const base = `total_train_epochs: 5
cluster:
  n_nodes: 4
  n_gpus_per_node: 8
actor:
  path: org/tiny-7b
  dtype: bfloat16
train_dataset:
  path: org/sums
  batch_size: 64
`;
  it("reads an online run, its share of trainers and its staleness", () => {
    const workload = workloadOf(
      `${base}  type: rl\nallocation_mode: sglang.d4p1t4+d8p1t2\nasync_training: true\ngconfig:\n  n_samples: 8\n  max_new_tokens: 512\n`,
    );
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, {
      accelerators: 32,
      promptsPerStep: 64,
      samplesPerPrompt: 8,
      responseTokens: 512,
      asynchronous: true,
      engine: "sglang",
      "parallelism.data": 8,
      "parallelism.tensor": 2,
      algorithm: "grpo",
      epochs: 5,
    });
  });
  it("reads supervised and preference tuning", () => {
    assert.equal(workloadOf(base.replace("actor:", "model:")).kind, "fineTuning");
    assertFacts(workloadOf(`${base}  type: dpo\n`), { algorithm: "dpo", globalBatchSize: 64 });
  });
});

describe("SkyRL", () => {
  const file = (colocated: boolean): string => `trainer:
  placement:
    colocate_all: ${colocated}
    policy_num_nodes: 1
    policy_num_gpus_per_node: 4
  policy:
    model:
      path: org/tiny-1b
  train_batch_size: 128
  policy_mini_batch_size: 64
  micro_train_batch_size_per_gpu: 2
  max_prompt_length: 512
  epochs: 3
generator:
  num_inference_engines: 2
  inference_engine_tensor_parallel_size: 2
  n_samples_per_prompt: 5
  backend: vllm
  sampling_params:
    max_generate_length: 1024
`;
  it("colocated, everything shares the policy's accelerators", () => {
    assertFacts(workloadOf(file(true)), {
      accelerators: 4,
      promptsPerStep: 128,
      samplesPerPrompt: 5,
      sequenceLength: 1536,
      microBatchSize: 2,
      epochs: 3,
      engine: "vllm",
    });
  });
  it("apart, the engines have accelerators of their own", () => {
    assertFacts(workloadOf(file(false)), { accelerators: 8 });
  });
});

describe("ROLL", () => {
  it("counts devices up to the highest that a role uses", () => {
    const workload = workloadOf(`pretrain: org/tiny-7b
rollout_batch_size: 64
prompt_length: 1024
response_length: 3072
num_return_sequences_in_group: 8
max_steps: 200
num_gpus_per_node: 8
actor_train:
  model_args:
    dtype: bf16
  training_args:
    per_device_train_batch_size: 1
    gradient_accumulation_steps: 32
  strategy_args:
    strategy_config:
      tensor_model_parallel_size: 2
  device_mapping: list(range(0,16))
actor_infer:
  strategy_args:
    strategy_name: vllm
  device_mapping: list(range(0,12))
rewards:
  judge:
    device_mapping: list(range(16,24))
`);
    assertFacts(workload, {
      accelerators: 24,
      model: "org/tiny-7b",
      promptsPerStep: 64,
      samplesPerPrompt: 8,
      sequenceLength: 4096,
      steps: 200,
      "parallelism.tensor": 2,
      engine: "vllm",
    });
  });
});

describe("ms-swift", () => {
  const base = `model: org/tiny-7b
train_type: lora
torch_dtype: bfloat16
num_train_epochs: 2
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
`;
  it("reads the model before the name that it gives itself, and samples of data sets", () => {
    const workload = workloadOf(`${base}model_name: my-bot\ndataset: org/a#500,org/b#1500\ndeepspeed: zero2\n`);
    assert.equal(workload.dialect, "swift");
    assertFacts(workload, {
      model: "org/tiny-7b",
      method: "lora",
      "dataset.name": "org/a, org/b",
      "dataset.samples": 2000,
      "parallelism.zeroStage": 2,
      precision: "bf16",
    });
  });
  it("takes all of a data set that states no number", () => {
    assertFacts(workloadOf(`${base}dataset: [org/a, org/b#100]\n`), { "dataset.samples": undefined });
  });
  it("tells quantised, online and preference training", () => {
    assertFacts(workloadOf(`${base}quant_bits: 4\n`), { method: "qlora", weightPrecision: "nf4" });
    const online = workloadOf(`${base}rlhf_type: grpo\nnum_generations: 8\nmax_completion_length: 1024\n`);
    assert.equal(online.kind, "reinforcementLearning");
    assertFacts(online, { samplesPerPrompt: 8, responseTokens: 1024 });
    assertFacts(workloadOf(`${base}rlhf_type: dpo\n`), { preferencePairs: true, referenceFree: undefined });
    assertFacts(workloadOf(`${base}rlhf_type: simpo\n`), { preferencePairs: true, referenceFree: true });
    assertFacts(workloadOf(`${base.replace("lora", "full")}rlhf_type: dpo\n`), { algorithm: "dpo", method: "full" });
  });
});

describe("OLMo", () => {
  const model =
    "model:\n  d_model: 512\n  n_heads: 8\n  n_layers: 8\n  mlp_ratio: 8\n  max_sequence_length: 2048\n  vocab_size: 1000\n";
  const file = (duration: string): string =>
    `${model}max_duration: ${duration}\nglobal_train_batch_size: 32\nprecision: amp_bf16\n`;
  it("halves the feed-forward that counts gate and value together", () => {
    const workload = workloadOf(file("10e9T"));
    assert.equal(workload.dialect, "olmo");
    assert.equal(modelOf(workload).intermediateSize, 2048);
    assert.equal(modelOf(workload).gatedMlp, true);
  });
  it("reads durations in tokens, epochs and steps", () => {
    assertFacts(workloadOf(file("10e9T")), { tokens: 1e10, sequenceLength: 2048 });
    assertFacts(workloadOf(file("2ep")), { epochs: 2 });
    assertFacts(workloadOf(file("1000")), { steps: 1000, tokens: 1000 * 32 * 2048 });
  });
});

describe("SimpleTuner", () => {
  it("reads keys with and without dashes", () => {
    for (const dashes of ["", "--"]) {
      const text = JSON.stringify({
        [`${dashes}data_backend_config`]: "data.json",
        [`${dashes}model_type`]: "lora",
        [`${dashes}model_family`]: "flux",
        [`${dashes}base_model_precision`]: "int8-quanto",
        [`${dashes}train_batch_size`]: 2,
        [`${dashes}max_train_steps`]: 500,
        [`${dashes}lora_rank`]: 16,
        [`${dashes}mixed_precision`]: "bf16",
      });
      const workload = workloadOf(text, { path: "config/config.json" });
      assert.equal(workload.dialect, "simpleTuner");
      assertFacts(workload, { model: "flux", method: "qlora", weightPrecision: "int8", steps: 500, loraRank: 16 });
    }
  });
  it("leaves the data's own file alone", () => {
    assert.equal(workloadsOf('[{"id": "a", "type": "local", "resolution": 512}]', { path: "data.json" }).length, 0);
  });
});

describe("MLX LM", () => {
  it("reads the fine-tune", () => {
    const workload = workloadOf(
      "model: org/tiny-3b\ntrain: true\nfine_tune_type: lora\niters: 600\nbatch_size: 4\nmax_seq_length: 1024\nlora_parameters:\n  rank: 8\n",
    );
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { steps: 600, microBatchSize: 4, method: "lora", loraRank: 8, accelerators: undefined });
  });
});

describe("fairseq", () => {
  it("reads accelerators, updates and the encoder", () => {
    const workload = workloadOf(
      "common:\n  fp16: true\ntask:\n  _name: audio\ndataset:\n  max_tokens: 1000\ndistributed_training:\n  distributed_world_size: 64\noptimization:\n  max_update: 1000000\n  update_freq: [2]\nmodel:\n  _name: tiny\n  encoder_layers: 4\n  encoder_embed_dim: 256\n  encoder_attention_heads: 4\n",
    );
    assertFacts(workload, { accelerators: 64, steps: 1_000_000, gradientAccumulation: 2, precision: "fp16" });
    assert.equal(modelOf(workload).layers, 4);
  });
});

describe("NeMo Automodel", () => {
  it("reads batches, adapter and accelerators of the header", () => {
    const text = `# torchrun --nproc-per-node=8 finetune.py
step_scheduler:
  global_batch_size: 64
  local_batch_size: 8
  num_epochs: 1
model:
  pretrained_model_name_or_path: org/tiny-1b
peft:
  dim: 8
distributed:
  strategy: fsdp2
  tp_size: 2
dataset:
  dataset_name: org/questions
`;
    const workload = workloadOf(text);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      model: "org/tiny-1b",
      globalBatchSize: 64,
      microBatchSize: 8,
      method: "lora",
      loraRank: 8,
      accelerators: 8,
      "parallelism.tensor": 2,
      "parallelism.zeroStage": 3,
    });
  });
});

describe("AutoTrain", () => {
  it("is not Axolotl, though it names a base model", () => {
    const workload = workloadOf(
      "task: llm\nbase_model: org/tiny-7b\ndata:\n  path: org/pairs\nparams:\n  trainer: orpo\n  block_size: 1024\n  epochs: 3\n  batch_size: 2\n  lr: 1e-5\n  peft: true\n  quantization: int4\n  mixed_precision: bf16\n",
    );
    assert.equal(workload.dialect, "autoTrain");
    assertFacts(workload, {
      model: "org/tiny-7b",
      method: "qlora",
      sequenceLength: 1024,
      microBatchSize: 2,
      epochs: 3,
      preferencePairs: true,
    });
  });
});
