import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, modelOf, workloadOf, workloadsOf } from "../recognizing";

const llama =
  '{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256, "max_position_embeddings": 8192, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}';

describe("Hugging Face config.json", () => {
  it("is a model with all its dimensions, named by its folder", () => {
    const workload = workloadOf(llama, { path: "checkpoints/my-8b/config.json" });
    assert.equal(workload.dialect, "huggingFaceConfig");
    assert.equal(workload.kind, "model");
    assert.equal(workload.name, "my-8b");
    assertFacts(workload, { precision: "bf16", maxModelLength: 8192 });
    const model = modelOf(workload);
    assert.deepEqual(
      [model.layers, model.hiddenSize, model.keyValueHeads, model.vocabularySize],
      [32, 4096, 8, 128256],
    );
  });

  it("goes by its own _name_or_path first", () => {
    assert.equal(
      workloadOf(llama.replace("{", '{"_name_or_path": "org/base-8b", '), { path: "a/config.json" }).name,
      "org/base-8b",
    );
  });

  it("goes by a file name that is not config.json", () => {
    assert.equal(workloadOf(llama, { path: "ckpt/some-large-config.json" }).name, "some-large");
  });

  it("takes the quantisation over the stored type", () => {
    const text = llama.replace(
      '"torch_dtype"',
      '"quantization_config": {"quant_method": "gptq", "bits": 4}, "torch_dtype"',
    );
    assertFacts(workloadOf(text, { path: "config.json" }), { precision: "int4" });
  });

  it("reads GPT-2 names and nested text configs", () => {
    const gpt = workloadOf(
      '{"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257}',
      { path: "config.json" },
    );
    assert.equal(modelOf(gpt).hiddenSize, 768);
    const vision = workloadOf(
      '{"model_type": "llava", "text_config": {"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 16, "vocab_size": 32000, "intermediate_size": 5632}, "vision_config": {"hidden_size": 1024}}',
      {
        path: "config.json",
      },
    );
    assert.equal(modelOf(vision).hiddenSize, 2048);
  });

  it("takes no hardware from the path", () => {
    assertFacts(workloadOf(llama, { path: "8xh100/config.json" }), { accelerators: undefined, accelerator: undefined });
  });

  it("is silent about generation, tokenizer, processor and scheduler configs", () => {
    for (const text of [
      '{"_from_model_config": true, "bos_token_id": 1, "transformers_version": "4.40"}',
      '{"tokenizer_class": "LlamaTokenizer", "model_max_length": 4096, "model_type": "llama"}',
      '{"image_processor_type": "CLIPImageProcessor", "size": {"height": 224}}',
      '{"_class_name": "DDIMScheduler", "_diffusers_version": "0.30.0", "beta_start": 0.1}',
      '{"architectures": ["X"]',
    ])
      assert.deepEqual(workloadsOf(text, { path: "m/x.json" }), [], text);
  });
});

describe("diffusers", () => {
  it("reads the blocks of a diffusion transformer", () => {
    const workload = workloadOf(
      '{"_class_name": "FluxTransformer2DModel", "_diffusers_version": "0.30.0", "num_layers": 19, "num_single_layers": 38, "num_attention_heads": 24, "attention_head_dim": 128, "patch_size": 1}',
      {
        path: "flux/transformer/config.json",
      },
    );
    assert.equal(workload.dialect, "diffusers");
    const model = modelOf(workload);
    assert.deepEqual(
      [model.backbone, model.hiddenSize, model.denoiser],
      ["diffusionTransformer", 3072, { doubleBlocks: 19, singleBlocks: 38, patchSize: 1 }],
    );
  });
  it("names a pipeline by its class", () => {
    const workload = workloadOf(
      '{"_class_name": "SomePipeline", "_diffusers_version": "0.15.1", "unet": ["diffusers", "UNet2DConditionModel"]}',
      { path: "sd/model_index.json" },
    );
    assert.match(String(modelOf(workload).name), /SomePipeline/);
  });
});

describe("PEFT adapter_config.json", () => {
  it("names the base and remarks on the rank", () => {
    const workload = workloadOf(
      '{"peft_type": "LORA", "base_model_name_or_path": "org/m-7b", "r": 16, "target_modules": ["q_proj"]}',
      { path: "adapter_config.json" },
    );
    assert.equal(workload.dialect, "peftAdapter");
    assertFacts(workload, { model: "org/m-7b" });
    assert.ok(workload.notes?.some((note) => note.includes("rank 16")));
  });
  it("is silent without a base", () => {
    assert.deepEqual(workloadsOf('{"peft_type": "LORA"}', { path: "adapter_config.json" }), []);
  });
});

describe("model dimensions", () => {
  it("reads params.json and relatives", () => {
    const workload = workloadOf(
      '{"dim": 4096, "n_layers": 32, "n_heads": 32, "n_kv_heads": 8, "vocab_size": 128256, "norm_eps": 1e-5}',
      { path: "models/My-8B/params.json" },
    );
    assert.equal(workload.dialect, "modelDimensions");
    const model = modelOf(workload);
    assert.deepEqual([model.name, model.layers, model.hiddenSize], ["My-8B", 32, 4096]);
  });
  it("reads stated totals", () => {
    const workload = workloadOf(
      '{"nickname": "Some 235B", "total_parameters_billion": 235, "active_parameters_billion": 22, "weight_precision": "fp8"}',
      { path: "model_info.json" },
    );
    assert.deepEqual(modelOf(workload), { name: "Some 235B", parameters: 235e9, activeParameters: 22e9 });
    assertFacts(workload, { precision: "fp8" });
  });
  it("is silent about analyses that list dimensions among results", () => {
    assert.deepEqual(
      workloadsOf('{"num_layers": 80, "hidden_dim": 8192, "n_head": 64, "vocab_size": 5, "latency": 0.1}', {
        path: "summary.json",
      }),
      [],
    );
    assert.deepEqual(workloadsOf('{"vocab_size": 5}', { path: "v.json" }), []);
  });
});
