import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, modelOf, valuesOf, workloadOf } from "../recognizing";

const job = (process: string): string =>
  `job: extension\nconfig:\n  name: a\n  process:\n    - type: sd_trainer\n      device: cuda:0\n${process}`;

describe("AI Toolkit", () => {
  it("reads the format before the adapter that makes up for it", () => {
    const text = job(
      "      network:\n        linear: 32\n      train:\n        steps: 10\n      model:\n        name_or_path: org/pic\n        quantize: true\n        qtype: uint4|org/adapter.safetensors\n",
    );
    assertFacts(workloadOf(text), { method: "qlora", weightPrecision: "int4" });
  });
  it("textual inversion trains no weights", () => {
    const text = job("      embedding:\n        tokens: 8\n      train:\n        steps: 10\n");
    assertFacts(workloadOf(text), { method: "lora" });
  });
  it("a generation makes one picture per prompt", () => {
    const text = job(
      "      generate:\n        width: 512\n        height: 768\n        guidance_scale: 7\n        sample_steps: 20\n        prompts: [a, b, c]\n      model:\n        name_or_path: org/pic\n        dtype: bf16\n",
    );
    const workload = workloadOf(text);
    assert.equal(workload.kind, "imageGeneration");
    assertFacts(workload, { width: 512, height: 768, steps: 20, guidancePasses: 2, items: 3, model: "org/pic" });
  });
});

describe("diffusers", () => {
  const component = (more: object, path: string) =>
    workloadOf(JSON.stringify({ _diffusers_version: "0.30.0", ...more }), { path });
  it("is called after the pipeline's folder", () => {
    const parts = { _class_name: "TinyPipeline" };
    assert.match(String(modelOf(component(parts, "models/tiny-pic/model_index.json")).name), /^tiny-pic /);
    const part = { _class_name: "AutoencoderKL" };
    assert.match(String(modelOf(component(part, "models/tiny-pic/vae/config.json")).name), /^tiny-pic /);
  });
  it("counts the blocks of a transformer", () => {
    // Published: FLUX.1-dev 11.9e9, Stable Diffusion 3 medium 2.03e9, PixArt-Sigma 0.61e9, Wan 2.1 14.3e9 parameters.
    for (const [type, heads, width, layers, more, published] of [
      ["FluxTransformer2DModel", 24, 128, 19, { num_single_layers: 38 }, 11.9e9],
      ["SD3Transformer2DModel", 24, 64, 24, {}, 2.03e9],
      ["PixArtTransformer2DModel", 16, 72, 28, {}, 0.61e9],
      ["WanTransformer3DModel", 40, 128, 40, { ffn_dim: 13_824 }, 14.3e9],
    ] as const) {
      const text = {
        _class_name: type,
        num_attention_heads: heads,
        attention_head_dim: width,
        num_layers: layers,
        ...more,
      };
      const counted = Number(modelOf(component(text, "a/transformer/config.json")).parameters);
      assert.ok(Math.abs(counted / published - 1) < 0.04, `${type}: ${counted}`);
    }
  });
});

describe("dimensions alone", () => {
  it("beside dim, hidden_dim is the feed-forward's width", () => {
    const text = '{"dim": 64, "n_layers": 2, "n_heads": 4, "hidden_dim": 256, "vocab_size": 1000}';
    const model = modelOf(workloadOf(text, { path: "tiny/params.json" }));
    assert.equal(model.hiddenSize, 64);
    assert.equal(model.intermediateSize, 256);
  });
  it("alone, hidden_dim is the width", () => {
    const text = '{"hidden_dim": 64, "n_layers": 2, "n_heads": 4, "vocab_size": 1000}';
    assert.equal(modelOf(workloadOf(text, { path: "tiny.json" })).hiddenSize, 64);
  });
  it("Llama's multiple and multiplier give the feed-forward", () => {
    const text =
      '{"dim": 4096, "n_layers": 32, "n_heads": 32, "vocab_size": 128256, "multiple_of": 1024, "ffn_dim_multiplier": 1.3}';
    assert.equal(modelOf(workloadOf(text, { path: "tiny/params.json" })).intermediateSize, 14_336);
  });
  it("MaxText's model files are models, not runs", () => {
    const text =
      "base_emb_dim: 64\nbase_num_decoder_layers: 2\nbase_num_query_heads: 4\nbase_num_kv_heads: 2\nhead_dim: 16\nbase_mlp_dim: 256\nvocab_size: 1000\nnum_experts: 8\nshared_experts: 1\n";
    const workload = workloadOf(text, { path: "configs/models/tiny.yml" });
    assert.equal(workload.kind, "model");
    assert.equal(modelOf(workload).sharedExperts, 1);
    assert.equal(modelOf(workload).name, "tiny");
  });
  it("stored formats are told by their quantisation", () => {
    const config = (quantization: object) =>
      valuesOf(
        workloadOf(
          JSON.stringify({
            model_type: "llama",
            hidden_size: 64,
            torch_dtype: "bfloat16",
            quantization_config: quantization,
          }),
          { path: "m/config.json" },
        ),
      ).precision;
    const group = (type: string, bits: number) => ({
      quant_method: "compressed-tensors",
      config_groups: { group_0: { weights: { num_bits: bits, type } } },
    });
    assert.equal(config(group("float", 8)), "fp8");
    assert.equal(config(group("int", 8)), "int8");
    assert.equal(config(group("int", 4)), "int4");
    assert.equal(config({ quant_method: "bitsandbytes", load_in_8bit: true }), "int8");
    assert.equal(config({ quant_method: "bitsandbytes", load_in_4bit: true }), "nf4");
    assert.equal(config({ quant_method: "gptq", bits: 4 }), "int4");
    assert.equal(config({ quant_method: "modelopt", quant_algo: "NVFP4" }), "fp4");
  });
});

describe("EasyR1", () => {
  it("is verl under other names", () => {
    const text = `data:
  rollout_batch_size: 256
  max_prompt_length: 512
  max_response_length: 1024
algorithm:
  adv_estimator: grpo
worker:
  actor:
    global_batch_size: 64
    micro_batch_size_per_device_for_update: 2
    model:
      model_path: org/tiny-7b
  rollout:
    n: 4
trainer:
  n_gpus_per_node: 8
  nnodes: 2
`;
    const workload = workloadOf(text);
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, {
      model: "org/tiny-7b",
      accelerators: 16,
      promptsPerStep: 256,
      samplesPerPrompt: 4,
      globalBatchSize: 64,
      microBatchSize: 2,
      sequenceLength: 1536,
      algorithm: "grpo",
    });
  });
});

describe("LitGPT before 0.4", () => {
  it("holds its model under `model`", () => {
    const text =
      "model:\n  name: tiny\n  n_layer: 2\n  n_embd: 64\n  n_head: 4\n  intermediate_size: 256\nout_dir: out\ndata: Set\ntokenizer_dir: t\ntrain:\n  global_batch_size: 8\n  micro_batch_size: 2\n  max_tokens: 1000000\n";
    const workload = workloadOf(text);
    assert.equal(workload.kind, "training");
    assertFacts(workload, { tokens: 1_000_000, globalBatchSize: 8 });
    assert.equal(modelOf(workload).layers, 2);
  });
});

describe("LLM Foundry's evaluation of hosted models", () => {
  it("is an interface, not an accelerator", () => {
    const text =
      "max_seq_len: 1024\nmodels:\n  - model_name: openai/some-model\n    model:\n      name: openai_chat\n      version: some-model\nicl_tasks: tasks.yaml\n";
    const workload = workloadOf(text);
    assert.equal(workload.kind, "api");
    assertFacts(workload, { provider: "openai", model: "some-model", accelerators: undefined });
  });
});
