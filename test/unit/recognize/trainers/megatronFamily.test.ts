import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, modelOf, workloadOf } from "../recognizing";

const bridge = `model:
  num_layers: 6
  hidden_size: 512
  ffn_hidden_size: 2048
  num_attention_heads: 8
  tensor_model_parallel_size: 2
train:
  global_batch_size: 64
  micro_batch_size: 1
`;

describe("Megatron-Bridge", () => {
  it("reads latent attention, leading dense layers and shared experts", () => {
    const experts = `  multi_latent_attention: true
  kv_lora_rank: 128
  q_lora_rank: 256
  qk_head_dim: 64
  qk_pos_emb_head_dim: 32
  v_head_dim: 64
  num_moe_experts: 16
  moe_router_topk: 2
  moe_ffn_hidden_size: 256
  moe_shared_expert_intermediate_size: 256
  gated_linear_unit: true
`;
    for (const frequency of ['"[0]*2+[1]*4"', "[0, 0, 1, 1, 1, 1]"]) {
      const text = bridge.replace("train:", `${experts}  moe_layer_freq: ${frequency}\ntrain:`);
      const model = modelOf(workloadOf(text));
      assert.equal(model.firstDenseLayers, 2);
      assert.equal(model.gatedMlp, true);
      assert.equal(model.sharedExpertIntermediateSize, 256);
      assert.deepEqual(model.latentAttention, {
        queryRank: 256,
        keyValueRank: 128,
        ropeDimension: 32,
        nopeDimension: 64,
        valueDimension: 64,
      });
    }
  });
  it("reads a dump of all settings: null is no checkpoint, a format is one", () => {
    const text = `${bridge}  train_iters: 50
checkpoint:
  pretrained_checkpoint: null
mixed_precision:
  bf16: true
  fp8: hybrid
`;
    const workload = workloadOf(text);
    assert.equal(workload.kind, "training");
    assertFacts(workload, { precision: "fp8", steps: 50 });
  });
  it("reads the format by name or by switch", () => {
    assertFacts(workloadOf(`${bridge}mixed_precision:\n  dtype: bf16\n`), { precision: "bf16" });
    assertFacts(workloadOf(`${bridge}mixed_precision:\n  bf16: true\n  fp8: null\n`), { precision: "bf16" });
  });
  it("counts a run in samples and keeps its limit apart", () => {
    const workload = workloadOf(`${bridge}  train_samples: 6400\n  exit_duration_in_mins: 90\n`);
    assertFacts(workload, { steps: 100, duration: undefined });
    assert.equal(workload.timeLimit, 1.5);
  });
  it("tells an override of a fine-tune by its name", () => {
    const workload = workloadOf(`${bridge}  train_iters: 5\n`, { path: "conf/tiny_finetune_override.yaml" });
    assert.equal(workload.kind, "fineTuning");
  });
  it("says that a shortened stack is a stand-in", () => {
    const text = "model:\n  num_layers: 4\n  seq_length: 1024\ntrain:\n  train_iters: 5\n  global_batch_size: 8\n";
    assert.match(workloadOf(text).notes?.join() ?? "", /4 layers/);
  });
  it("reads the shared part of a performance recipe", () => {
    const text =
      "ConfigContainer:\n  model:\n    seq_length: 1024\n  train:\n    train_iters: 25\nperf_matrix:\n  h100: {}\n";
    const workload = workloadOf(text);
    assertFacts(workload, { steps: 25, accelerator: undefined });
    assert.match(workload.notes?.join() ?? "", /h100/);
  });
});

describe("NeMo", () => {
  const head =
    "run:\n  name: job_a\n  task_name: squad\n  model_train_name: llama_7b\ntrainer:\n  devices: 8\n  num_nodes: 1\n";
  it("adapters beside the model are no full fine-tune", () => {
    const text = `${head}  max_epochs: 4
model:
  virtual_prompt_style: no-prompts
  global_batch_size: 64
  adapter_tuning:
    adapter_dim: 16
  data:
    train_ds: [a.jsonl]
  optim:
    name: adam
`;
    const workload = workloadOf(text);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { method: "lora", loraRank: 16, epochs: 4 });
  });
  it("a task without optimiser or length is an evaluation", () => {
    const workload = workloadOf(`${head}model:\n  restore_from_path: a.nemo\n  global_batch_size: 800\n`);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { concurrency: 800, accelerators: 8 });
  });
  it("a U-Net is not taken for a language model", () => {
    const text = `run:\n  name: sd_860m\ntrainer:\n  devices: 8\n  max_steps: 10\nexp_manager: {}\nmodel:\n  unet_config:\n    model_channels: 320\n`;
    assert.deepEqual(modelOf(workloadOf(text)), { name: "sd_860m", backbone: "unet" });
  });
  it("an evaluation of NeMo-RL may inherit all but its model", () => {
    const workload = workloadOf("defaults: eval.yaml\ngeneration:\n  model_name: org/tiny-1b\n");
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { model: "org/tiny-1b" });
  });
});

describe("GPT-NeoX", () => {
  const overlay = `{
  "pipe_parallel_size": 1,
  "model_parallel_size": 1,
  "num_layers": 24,
  "hidden_size": 768,
  "num_attention_heads": 12,
  "seq_length": 2048,
`;
  it("Llama's feed-forward has three matrices", () => {
    assert.equal(modelOf(workloadOf(`${overlay}  "mlp_type": "llama",\n}\n`)).gatedMlp, true);
  });
  it("layers of Mamba have no feed-forward of their own", () => {
    const model = modelOf(workloadOf(`${overlay}  "attention_config": [[["mamba"], 24]],\n}\n`));
    assert.equal(model.mlpLayers, 0);
    assert.equal(model.linearAttentionLayers, 24);
  });
});
