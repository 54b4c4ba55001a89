import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

describe("Unsloth Studio", () => {
  const base =
    "training: {max_seq_length: 2048, batch_size: 2, gradient_accumulation_steps: 4, max_steps: 30, num_epochs: 0}\nlora: {lora_r: 16, target_modules: [q_proj]}\n";
  it("takes the model from the file's name", () => {
    const workload = workloadOf(base, { path: "defaults/llama/unsloth_Meta-Llama-3.1-70B-bnb-4bit.yaml" });
    assert.equal(workload.dialect, "unsloth");
    assertFacts(workload, {
      model: "unsloth/Meta-Llama-3.1-70B-bnb-4bit",
      method: "qlora",
      steps: 30,
      epochs: undefined,
      microBatchSize: 2,
      sequenceLength: 2048,
    });
    assert.equal(workload.facts.model?.source, "path");
  });
  it("is silent about training of other things", () => {
    assert.deepEqual(workloadsOf("training: {max_seq_length: 3}\n"), []);
  });
});

describe("AI Toolkit", () => {
  const base = `job: extension
config:
  process:
  - {type: sd_trainer, device: "cuda:0", network: {type: lora, linear: 16}, train: {steps: 2000, batch_size: 1, gradient_accumulation: 2, dtype: bf16},
     model: {name_or_path: org/picture, quantize: true}, datasets: [{folder_path: /d, resolution: [512, 768]}]}
`;
  it("is one accelerator per process", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "aiToolkit");
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      accelerators: 1,
      steps: 2000,
      microBatchSize: 1,
      gradientAccumulation: 2,
      model: "org/picture",
      method: "qlora",
      loraRank: 16,
      precision: "bf16",
    });
  });
  it("is a full fine-tune without a network", () => {
    assertFacts(workloadOf(base.replace("network: {type: lora, linear: 16}, ", "")), { method: "full" });
  });
  it("is silent about processes of other jobs", () => {
    assert.deepEqual(workloadsOf("job: build\nconfig:\n  process: [a, b]\n"), []);
    assert.deepEqual(workloadsOf("job: x\nconfig:\n  process:\n"), []);
  });
});

describe("kohya", () => {
  const text =
    '{"LoRA_type": "Flux1", "pretrained_model_name_or_path": "E:\\\\models\\\\flux1\\\\flux1-dev.safetensors", "network_dim": 8, "network_alpha": 8, "max_train_steps": 4000, "epoch": 25, "train_batch_size": 1, "gradient_accumulation_steps": 1, "num_processes": 1, "num_machines": 1, "mixed_precision": "bf16", "fp8_base": true, "train_data_dir": "./img", "max_resolution": "512,512"}';
  it("reads a preset with a Windows path", () => {
    const workload = workloadOf(text, { path: "preset one.json" });
    assert.equal(workload.dialect, "kohya");
    assertFacts(workload, {
      model: "flux1-dev",
      steps: 4000,
      epochs: 25,
      accelerators: 1,
      method: "lora",
      loraRank: 8,
      weightPrecision: "fp8",
      precision: "bf16",
    });
  });
  it("takes zero steps for no limit", () => {
    assertFacts(workloadOf(text.replace("4000", "0"), { path: "p.json" }), { steps: undefined });
  });
  it("is silent about other flat settings", () => {
    assert.deepEqual(workloadsOf('{"train_data_dir": "x", "colour": 1}', { path: "p.json" }), []);
  });
});

describe("vision training", () => {
  it("reads yacs trees with accelerators from the file's name", () => {
    const workload = workloadOf("DATA:\n  BATCH_SIZE: 16\nMODEL:\n  TYPE: some_vit\nTRAIN:\n  EPOCHS: 10\n", {
      path: "probe_224_64gpu.yaml",
    });
    assert.equal(workload.dialect, "yacs");
    assertFacts(workload, { model: "some_vit", microBatchSize: 16, epochs: 10, accelerators: 64 });
  });
  it("reads latent diffusion under Lightning", () => {
    const workload = workloadOf(
      "model: {params: {unet_config: {model_channels: 320}}}\ndata: {batch_size: 128}\nlightning: {trainer: {devices: 2, max_epochs: 2, precision: 16}}\n",
    );
    assert.equal(workload.dialect, "latentDiffusion");
    assertFacts(workload, { accelerators: 2, microBatchSize: 128, epochs: 2, precision: "fp16" });
  });
  it("is silent about upper-case settings of other programs", () => {
    assert.deepEqual(workloadsOf("MODEL:\n  COLOUR: red\nTRAIN:\n  SPEED: 200\n"), []);
    assert.deepEqual(workloadsOf("lightning: {mode: dark}\n"), []);
  });
});

describe("Optimum-Benchmark", () => {
  const base =
    "defaults: [benchmark, {scenario: inference}, {backend: vllm}, _self_]\nlauncher: {device_isolation: true}\nbackend: {device: cuda, device_ids: 0, model: org/m-1b, torch_dtype: float16}\nscenario: {input_shapes: {batch_size: 4, sequence_length: 64}, generate_kwargs: {max_new_tokens: 32}}\n";
  it("reads a scenario", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "optimumBenchmark");
    assertFacts(workload, {
      accelerators: 1,
      engine: "vllm",
      concurrency: 4,
      inputTokens: 64,
      outputTokens: 32,
      model: "org/m-1b",
      precision: "fp16",
    });
  });
  it("counts listed devices, none on the CPU", () => {
    assertFacts(workloadOf(base.replace("device_ids: 0", 'device_ids: "0,1"')), { accelerators: 2 });
    assertFacts(workloadOf(base.replace("cuda, device_ids: 0", "cpu")), { accelerators: 0 });
  });
  it("is silent about fragments", () => {
    assert.deepEqual(workloadsOf("defaults:\n  - _base_\nscenario:\n  name: x\n"), []);
  });
});
