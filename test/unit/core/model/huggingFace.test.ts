import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { Draft } from "../../../../src/core/draft";
import { resolveModel } from "../../../../src/core/model/architecture";
import { fromHuggingFace, isHuggingFaceConfig } from "../../../../src/core/model/huggingFace";
import { modelSpecSchema } from "../../../../src/core/model/specification";
import { storedPrecision } from "../../../../src/core/model/storedPrecision";
import { noFacts } from "../noFacts";

const base = {
  model_type: "llama",
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14_336,
  vocab_size: 128_256,
};
const spec = (more: Record<string, unknown> = {}) => fromHuggingFace({ ...base, ...more });

describe("telling a Hugging Face config", () => {
  for (const [name, config] of [
    ["a decoder", base],
    ["GPT-2 names", { model_type: "gpt2", n_embd: 768 }],
    ["d_model", { model_type: "mpt", d_model: 4096 }],
    ["architectures without a type", { architectures: ["LlamaForCausalLM"], hidden_size: 64 }],
    ["a nested language part", { model_type: "llava", text_config: { hidden_size: 64 } }],
    ["InternVL's nesting", { model_type: "internvl_chat", llm_config: { hidden_size: 64 } }],
  ] as const)
    it(`${name} is one`, () => assert.equal(isHuggingFaceConfig(config), true));
  for (const [name, value] of [
    ["nothing", undefined],
    ["null", null],
    ["text", "llama"],
    ["a list", [base]],
    ["a type alone", { model_type: "llama" }],
    ["a width alone", { hidden_size: 64 }],
    ["our own dimensions", { hiddenSize: 64, layers: 2 }],
    ["a trainer's config", { model_type: "llama", learning_rate: 1e-4 }],
    ["a width that is no number", { model_type: "llama", hidden_size: "wide" }],
    ["inherited keys", Object.create(base)],
  ] as const)
    it(`${name} is not`, () => assert.equal(isHuggingFaceConfig(value), false));
});

describe("dimensions of a config", () => {
  it("head width is stated or follows from the width", () => {
    assert.equal(spec().headDimension, 128);
    assert.equal(spec({ head_dim: 64 }).headDimension, 64);
  });
  it("without key/value heads every head has its own", () =>
    assert.equal(spec({ num_key_value_heads: undefined }).keyValueHeads, 32));
  it("ties where the file or the family says so", () => {
    assert.equal(spec().tieWordEmbeddings, false);
    assert.equal(spec({ tie_word_embeddings: true }).tieWordEmbeddings, true);
    assert.equal(spec({ model_type: "gemma2" }).tieWordEmbeddings, true);
  });
  it("absent dimensions stay absent", () => {
    const keys = Object.keys(fromHuggingFace({ model_type: "unknown", hidden_size: 64 }));
    assert.ok(!keys.includes("layers") && !keys.includes("vocabularySize"));
  });
  it("a name is taken only where it names a repository", () => {
    assert.equal(spec({ _name_or_path: "meta-llama/Llama-3.1-8B" }).name, "meta-llama/Llama-3.1-8B");
    assert.equal(spec({ _name_or_path: "/home/me/checkpoints/step_100" }).name, undefined);
  });
  it("experts under each family's names", () => {
    const expected = { experts: 64, expertsPerToken: 6 };
    for (const names of [
      { num_local_experts: 64, num_experts_per_tok: 6 },
      { num_experts: 64, num_experts_per_tok: 6 },
      { n_routed_experts: 64, num_experts_per_tok: 6 },
      { moe_num_experts: 64, moe_k: 6 },
      { num_experts: 64, moe_topk: 6 },
      { ffn_config: { moe_num_experts: 64, moe_top_k: 6 } },
    ]) {
      const { experts, expertsPerToken } = spec(names);
      assert.deepEqual({ experts, expertsPerToken }, expected);
    }
  });
  it("one expert is no mixture", () => assert.equal(spec({ num_experts: 1 }).experts, undefined));
  it("leading dense layers, as a number or a list", () => {
    assert.equal(spec({ num_experts: 8, first_k_dense_replace: 3 }).firstDenseLayers, 3);
    assert.equal(spec({ num_experts: 8, moe_layer_freq: [0, 1, 1, 1] }).firstDenseLayers, 1);
  });
  it("Llama 4: every second layer, a shared expert, its own dense width", () => {
    const maverick = spec({
      model_type: "llama4_text",
      intermediate_size: 8192,
      intermediate_size_mlp: 16_384,
      num_local_experts: 128,
      num_experts_per_tok: 1,
      interleave_moe_layer_step: 2,
    });
    assert.equal(maverick.intermediateSize, 16_384);
    assert.equal(maverick.expertIntermediateSize, 8192);
    assert.equal(maverick.expertLayerInterval, 2);
    assert.equal(maverick.sharedExperts, 1);
  });
  it("latent attention, with and without compressed queries", () => {
    const latent = { kv_lora_rank: 512, qk_nope_head_dim: 128, qk_rope_head_dim: 64, v_head_dim: 128 };
    assert.equal(spec({ ...latent, q_lora_rank: 1536 }).latentAttention?.queryRank, 1536);
    assert.equal(spec({ ...latent, q_lora_rank: null }).latentAttention?.queryRank, undefined);
    assert.equal(spec().latentAttention, undefined);
  });
  it("sliding windows: all layers, a pattern, a list, switched off", () => {
    assert.deepEqual(
      [spec({ sliding_window: 4096 }).slidingWindow, spec({ sliding_window: 4096 }).slidingLayers],
      [4096, undefined],
    );
    assert.equal(spec({ model_type: "gemma3_text", num_hidden_layers: 26, sliding_window: 512 }).slidingLayers, 22);
    assert.equal(
      spec({ sliding_window: 128, layer_types: ["sliding_attention", "full_attention", "sliding_attention"] })
        .slidingLayers,
      2,
    );
    assert.equal(spec({ sliding_window: 4096, use_sliding_window: false }).slidingWindow, undefined);
    assert.equal(spec({ sliding_window: null }).slidingWindow, undefined);
  });
  it("hybrids: linear layers from a list, an interval, a pattern", () => {
    assert.equal(
      spec({ layer_types: ["linear_attention", "linear_attention", "full_attention"] }).linearAttentionLayers,
      2,
    );
    assert.equal(spec({ full_attention_interval: 4 }).linearAttentionLayers, 24);
    assert.equal(spec({ hybrid_override_pattern: "M-M*M-" }).linearAttentionLayers, 5);
    assert.equal(spec({ hybrid_override_pattern: "M-M*M-" }).mlpLayers, 2);
  });
  it("Nemotron-H: mixers, MLPs and attention in a pattern add up to the published 8.89 B of Nemotron-Nano-9B-v2", () => {
    const found = spec({
      model_type: "nemotron_h",
      num_hidden_layers: 56,
      hidden_size: 4480,
      intermediate_size: 15_680,
      num_attention_heads: 40,
      num_key_value_heads: 8,
      head_dim: 128,
      vocab_size: 131_072,
      tie_word_embeddings: false,
      mlp_hidden_act: "relu2",
      hidden_act: undefined,
      mamba_num_heads: 128,
      mamba_head_dim: 80,
      n_groups: 8,
      ssm_state_size: 128,
      conv_kernel: 4,
      hybrid_override_pattern: "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-",
    });
    assert.equal(found.mlpLayers, 25);
    const total = resolveModel(found, new Draft("model", noFacts))?.parameters ?? 0;
    assert.ok(Math.abs(total / 8.89e9 - 1) < 0.005, String(total));
  });
  it("Qwen2: sliding starts after max_window_layers", () => {
    assert.equal(spec({ sliding_window: 4096, max_window_layers: 28 }).slidingLayers, 4);
    assert.equal(spec({ sliding_window: 4096, max_window_layers: 32 }).slidingWindow, undefined);
  });
  it("biases by family and by key", () => {
    assert.equal(spec().attentionBias, false);
    assert.deepEqual(
      [spec({ model_type: "qwen2" }).attentionBias, spec({ model_type: "qwen2" }).attentionOutputBias],
      [true, false],
    );
    assert.equal(spec({ attention_bias: true }).attentionOutputBias, true);
    assert.equal(spec({ mlp_bias: true }).mlpBias, true);
  });
  it("Falcon's three kinds of attention", () => {
    const falcon = { model_type: "falcon", hidden_size: 4544, num_hidden_layers: 32, num_attention_heads: 71 };
    assert.equal(fromHuggingFace({ ...falcon, multi_query: true, parallel_attn: true }).keyValueHeads, 1);
    assert.equal(fromHuggingFace({ ...falcon, multi_query: true, parallel_attn: true }).normsPerLayer, 1);
    assert.equal(
      fromHuggingFace({ ...falcon, new_decoder_architecture: true, multi_query: true, num_kv_heads: 8 }).keyValueHeads,
      8,
    );
    assert.equal(fromHuggingFace({ ...falcon, multi_query: false }).keyValueHeads, 71);
  });
  it("a vision model: language part, tower and tokens per tile", () => {
    const seeing = fromHuggingFace({
      model_type: "internvl_chat",
      force_image_size: 448,
      downsample_ratio: 0.5,
      max_dynamic_patch: 12,
      llm_config: base,
      vision_config: {
        hidden_size: 1024,
        num_hidden_layers: 24,
        intermediate_size: 4096,
        patch_size: 14,
        image_size: 448,
      },
    });
    assert.equal(seeing.layers, 32);
    assert.equal(seeing.vision?.tokensPerTile, 256);
    assert.equal(seeing.vision?.maxTiles, 12);
    assert.ok(Math.abs((seeing.vision?.parameters ?? 0) / 304e6 - 1) < 0.02);
  });
  it("LLaVA's language part falls back on the class's sizes", () => {
    const llava = fromHuggingFace({ model_type: "llava", text_config: { model_type: "llama", vocab_size: 32_064 } });
    assert.deepEqual([llava.layers, llava.hiddenSize, llava.vocabularySize], [32, 4096, 32_064]);
  });
  it("an encoder-decoder has both stacks", () => {
    const t5 = fromHuggingFace({
      model_type: "t5",
      d_model: 512,
      num_layers: 6,
      num_decoder_layers: 8,
      num_heads: 8,
      d_kv: 64,
      d_ff: 2048,
      vocab_size: 32_128,
      is_encoder_decoder: true,
    });
    assert.deepEqual([t5.layers, t5.encoderLayers, t5.headDimension], [8, 6, 64]);
  });
  it("an encoder says so", () => assert.equal(spec({ model_type: "bert" }).backbone, "encoder"));
  it("numbers may be text", () => assert.equal(spec({ hidden_size: "4096" }).hiddenSize, 4096));
});

describe("stored precision of a config", () => {
  for (const [config, precision] of [
    [{ torch_dtype: "bfloat16" }, "bf16"],
    [{ dtype: "float16" }, "fp16"],
    [{ torch_dtype: "torch.float32" }, "fp32"],
    [{ torch_dtype: "bfloat16", quantization_config: { quant_method: "fp8" } }, "fp8"],
    [{ quantization_config: { quant_method: "awq", bits: 4 } }, "int4"],
    [{ quantization_config: { quant_method: "gptq", bits: 8 } }, "int8"],
    [{ quantization_config: { quant_method: "mxfp4" } }, "fp4"],
    [{ quantization_config: { load_in_4bit: true, bnb_4bit_quant_type: "nf4" } }, "nf4"],
    [{ quantization_config: { load_in_8bit: true } }, "int8"],
    [{ quantization_config: { quant_method: "compressed-tensors", format: "float-quantized" } }, "fp8"],
    [{}, undefined],
    [{ torch_dtype: "auto" }, undefined],
  ] as const)
    it(`${JSON.stringify(config)}: ${precision ?? "unknown"}`, () =>
      assert.equal(storedPrecision({ ...base, ...config }), precision));
});

describe("any config", () => {
  const keys = [
    "hidden_size",
    "n_embd",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "intermediate_size",
    "vocab_size",
    "num_experts",
    "num_experts_per_tok",
    "moe_intermediate_size",
    "layer_types",
    "sliding_window",
    "text_config",
    "vision_config",
    "moe_layer_freq",
    "q_lora_rank",
    "kv_lora_rank",
    "is_encoder_decoder",
    "num_layers",
    "quantization_config",
    "linear_attn_config",
    "attn_config",
    "ffn_config",
    "hybrid_override_pattern",
    "max_window_layers",
    "_name_or_path",
  ];
  const config = fc
    .tuple(
      fc.constantFrom("llama", "gpt2", "qwen3_next", "t5", "bert", "gemma3", "gpt_oss", "__proto__", "constructor"),
      fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.double(), fc.integer()), { maxKeys: 12 }),
    )
    .map(([model_type, rest]) => ({ model_type, ...rest }));
  it("never throws, and what comes out is a valid specification", () =>
    fc.assert(
      fc.property(config, (one) => {
        const result = modelSpecSchema.safeParse(fromHuggingFace(one));
        assert.ok(result.success, JSON.stringify(result.error?.issues));
        storedPrecision(one);
      }),
      { numRuns: 500 },
    ));
  it("a config nested in itself ends", () => {
    const loop: Record<string, unknown> = { model_type: "llava" };
    loop.text_config = loop;
    assert.doesNotThrow(() => fromHuggingFace(loop));
  });
});

describe("models of other kinds", () => {
  const total = (config: Record<string, unknown>): number =>
    resolveModel(fromHuggingFace(config), new Draft("model", noFacts))?.count.total ?? Number.NaN;
  /** [config, published parameters, tolerance]: model cards on the Hugging Face hub, 2024 to 2025. */
  const published: readonly (readonly [string, Record<string, unknown>, number, number])[] = [
    [
      "Mamba 130M",
      { model_type: "mamba", hidden_size: 768, num_hidden_layers: 24, state_size: 16, expand: 2, vocab_size: 50_280 },
      129.1e6,
      0.01,
    ],
    [
      "Mamba Codestral 7B",
      {
        model_type: "mamba2",
        hidden_size: 4096,
        num_hidden_layers: 64,
        num_heads: 128,
        head_dim: 64,
        n_groups: 8,
        state_size: 128,
        vocab_size: 32_768,
        tie_word_embeddings: false,
      },
      7.285e9,
      0.01,
    ],
    [
      "RWKV-4 1.5B",
      { model_type: "rwkv", hidden_size: 2048, num_hidden_layers: 24, vocab_size: 50_277, tie_word_embeddings: false },
      1.515e9,
      0.01,
    ],
    [
      "ViT base",
      {
        model_type: "vit",
        hidden_size: 768,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        intermediate_size: 3072,
        image_size: 224,
        patch_size: 16,
      },
      86.4e6,
      0.01,
    ],
    [
      "Whisper large v3",
      {
        model_type: "whisper",
        is_encoder_decoder: true,
        d_model: 1280,
        encoder_layers: 32,
        decoder_layers: 32,
        decoder_attention_heads: 20,
        decoder_ffn_dim: 5120,
        num_mel_bins: 128,
        max_source_positions: 1500,
        max_target_positions: 448,
        vocab_size: 51_866,
      },
      1.543e9,
      0.01,
    ],
    [
      "BART large",
      {
        model_type: "bart",
        is_encoder_decoder: true,
        d_model: 1024,
        encoder_layers: 12,
        decoder_layers: 12,
        decoder_attention_heads: 16,
        decoder_ffn_dim: 4096,
        max_position_embeddings: 1024,
        vocab_size: 50_265,
      },
      406e6,
      0.01,
    ],
    [
      "DeBERTa v3 base",
      {
        model_type: "deberta-v2",
        hidden_size: 768,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        intermediate_size: 3072,
        vocab_size: 128_100,
      },
      184e6,
      0.01,
    ],
  ];
  for (const [name, config, parameters, tolerance] of published)
    it(`${name} is counted`, () => {
      const counted = total(config);
      assert.ok(Math.abs(counted / parameters - 1) < tolerance, `${counted} against ${parameters}`);
    });
});
