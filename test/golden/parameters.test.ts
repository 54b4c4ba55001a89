/** Parameter counts from dimensions, to the last digit: config.json in, published count out. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type CompleteSpec, countParameters } from "../../src/core/model/count";
import { fromHuggingFace, isHuggingFaceConfig } from "../../src/core/model/huggingFace";
import type { ModelSpec } from "../../src/core/model/specification";

type Config = Record<string, unknown>;

const llama = (
  layers: number,
  d: number,
  heads: number,
  kv: number,
  f: number,
  vocabulary: number,
  more: Config = {},
): Config => ({
  model_type: "llama",
  num_hidden_layers: layers,
  hidden_size: d,
  num_attention_heads: heads,
  num_key_value_heads: kv,
  intermediate_size: f,
  vocab_size: vocabulary,
  ...more,
});
const mpt = (layers: number, d: number, positions: number): Config => ({
  model_type: "mpt",
  n_layers: layers,
  d_model: d,
  n_heads: d / 128,
  expansion_ratio: 4,
  max_seq_len: positions,
  vocab_size: 50_368,
  learned_pos_emb: true,
});
const deepseek: Config = {
  model_type: "deepseek_v3",
  hidden_size: 7168,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  intermediate_size: 18_432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  moe_layer_freq: 1,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  vocab_size: 129_280,
  tie_word_embeddings: false,
};
const classic = (model_type: string, layers: number, d: number, vocabulary: number, more: Config = {}): Config => ({
  model_type,
  num_hidden_layers: layers,
  hidden_size: d,
  num_attention_heads: d / 64,
  intermediate_size: 4 * d,
  vocab_size: vocabulary,
  ...more,
});
const moe = (type: string, base: Config, experts: number, chosen: number, width: number): Config => ({
  ...base,
  model_type: type,
  num_experts: experts,
  num_experts_per_tok: chosen,
  moe_intermediate_size: width,
  decoder_sparse_step: 1,
});

const totals: readonly (readonly [name: string, config: Config, total: number, active?: number])[] = [
  ["golden 0: MPT-7B with biases, 2,048 positions", mpt(32, 4096, 2048), 6_658_859_008],
  ["golden 0: MPT-7B with biases, 65,536 positions", mpt(32, 4096, 65_536), 6_918_905_856],
  ["golden 0: MPT-13B with biases", mpt(40, 5120, 2048), 12_853_954_560],
  ["golden 0: MPT-30B with biases", mpt(48, 7168, 2048), 29_975_214_080],
  ["golden 0: MPT-70B with biases", mpt(80, 8192, 2048), 64_862_437_376],
  [
    "mpt-7b as published (no biases, ALiBi)",
    { ...mpt(32, 4096, 2048), vocab_size: 50_432, no_bias: true, attn_config: { alibi: true } },
    6_649_286_656,
  ],
  ["golden 1: Llama-2-7B", llama(32, 4096, 32, 32, 11_008, 32_000), 6_738_415_616],
  ["golden 2: Llama-3-8B", llama(32, 4096, 32, 8, 14_336, 128_256), 8_030_261_248],
  ["golden 3: Llama-3-70B", llama(80, 8192, 64, 8, 28_672, 128_256), 70_553_706_496],
  ["golden 4: Llama-3.1-405B", llama(126, 16_384, 128, 8, 53_248, 128_256), 405_853_388_800],
  [
    "Llama-3.2-1B (tied)",
    llama(16, 2048, 32, 8, 8192, 128_256, { tie_word_embeddings: true, head_dim: 64 }),
    1_235_814_400,
  ],
  ["golden 5: Mistral-7B-v0.1", llama(32, 4096, 32, 8, 14_336, 32_000, { model_type: "mistral" }), 7_241_732_096],
  [
    "golden 6: Mixtral-8x7B",
    llama(32, 4096, 32, 8, 14_336, 32_000, { model_type: "mixtral", num_local_experts: 8, num_experts_per_tok: 2 }),
    46_702_792_704,
    12_879_925_248,
  ],
  [
    "Qwen2.5-7B (biases on query, key, value)",
    llama(28, 3584, 28, 4, 18_944, 152_064, { model_type: "qwen2" }),
    7_615_616_512,
  ],
  [
    "golden 7: Qwen3-8B",
    llama(36, 4096, 32, 8, 12_288, 151_936, { model_type: "qwen3", head_dim: 128 }),
    8_190_735_360,
  ],
  [
    "golden 8: Qwen3-32B",
    llama(64, 5120, 64, 8, 25_600, 151_936, { model_type: "qwen3", head_dim: 128 }),
    32_762_123_264,
  ],
  [
    "golden 9: Qwen3-0.6B (tied)",
    llama(28, 1024, 16, 8, 3072, 151_936, { model_type: "qwen3", head_dim: 128, tie_word_embeddings: true }),
    596_049_920,
  ],
  [
    "golden 10: Qwen3-30B-A3B",
    moe("qwen3_moe", llama(48, 2048, 32, 4, 6144, 151_936, { head_dim: 128 }), 128, 8, 768),
    30_532_122_624,
    3_353_032_704,
  ],
  [
    "golden 11: Qwen3-235B-A22B",
    moe("qwen3_moe", llama(94, 4096, 64, 4, 12_288, 151_936, { head_dim: 128 }), 128, 8, 1536),
    235_093_634_560,
    22_190_763_520,
  ],
  ["DeepSeek-V3 without router biases", { ...deepseek, model_type: "deepseek_v2" }, 671_026_404_352],
  ["golden 12: DeepSeek-V3", deepseek, 671_026_419_200],
  [
    "gpt-oss-20b",
    llama(24, 2880, 64, 8, 2880, 201_088, {
      model_type: "gpt_oss",
      head_dim: 64,
      num_local_experts: 32,
      num_experts_per_tok: 4,
    }),
    20_914_757_184,
  ],
  [
    "GPT-2",
    { model_type: "gpt2", n_embd: 768, n_layer: 12, n_head: 12, n_positions: 1024, n_inner: null, vocab_size: 50_257 },
    124_439_808,
  ],
  [
    "GPT-J-6B",
    {
      model_type: "gptj",
      n_embd: 4096,
      n_layer: 28,
      n_head: 16,
      n_positions: 2048,
      n_inner: null,
      vocab_size: 50_400,
      tie_word_embeddings: false,
    },
    6_050_882_784,
  ],
  ["OPT-125M", { ...classic("opt", 12, 768, 50_272), ffn_dim: 3072, max_position_embeddings: 2048 }, 125_239_296],
  ["Pythia-6.9B", classic("gpt_neox", 32, 4096, 50_432), 6_857_302_016],
  [
    "BLOOM-7B1",
    { model_type: "bloom", n_layer: 30, hidden_size: 4096, n_head: 32, vocab_size: 250_880 },
    7_069_016_064,
  ],
  [
    "Falcon-7B",
    {
      model_type: "falcon",
      num_hidden_layers: 32,
      hidden_size: 4544,
      num_attention_heads: 71,
      vocab_size: 65_024,
      multi_query: true,
      parallel_attn: true,
      new_decoder_architecture: false,
      bias: false,
    },
    6_921_720_704,
  ],
  ["Phi-2", classic("phi", 32, 2560, 51_200), 2_779_683_840],
  ["Gemma-2-9B", llama(42, 3584, 16, 8, 14_336, 256_000, { model_type: "gemma2", head_dim: 256 }), 9_241_705_984],
  ["Gemma-3-1B", llama(26, 1152, 4, 1, 6912, 262_144, { model_type: "gemma3_text", head_dim: 256 }), 999_885_952],
  [
    "OLMo-7B (norms without parameters)",
    llama(32, 4096, 32, 32, 11_008, 50_304, { model_type: "olmo" }),
    6_888_095_744,
  ],
  [
    "OLMo-2-7B (wide query and key norms)",
    llama(32, 4096, 32, 32, 11_008, 100_352, { model_type: "olmo2" }),
    7_298_617_344,
  ],
  ["InternLM2-7B", llama(32, 4096, 32, 8, 14_336, 92_544, { model_type: "internlm2", bias: false }), 7_737_708_544],
  [
    "T0-3B (T5 v1.1 XL)",
    {
      model_type: "t5",
      d_model: 2048,
      d_ff: 5120,
      d_kv: 64,
      num_heads: 32,
      num_layers: 24,
      num_decoder_layers: 24,
      vocab_size: 32_128,
      feed_forward_proj: "gated-gelu",
      is_encoder_decoder: true,
      relative_attention_num_buckets: 32,
      tie_word_embeddings: false,
    },
    2_849_757_184,
  ],
  ["BERT-base", { ...classic("bert", 12, 768, 30_522), max_position_embeddings: 512, type_vocab_size: 2 }, 109_482_240],
  [
    "ALBERT-base (one set of weights for 12 layers, words of width 128)",
    {
      ...classic("albert", 12, 768, 30_000),
      embedding_size: 128,
      num_hidden_groups: 1,
      max_position_embeddings: 512,
      type_vocab_size: 2,
    },
    11_683_584,
  ],
];

describe("parameter counts from config.json", () => {
  for (const [name, config, total, active] of totals)
    it(name, () => {
      assert.ok(isHuggingFaceConfig(config));
      const count = countParameters(fromHuggingFace(config) as CompleteSpec);
      assert.equal(count.total, total);
      if (active !== undefined) assert.equal(count.active, active);
    });

  it("layers that share their weights are multiplied one by one", () => {
    const base = { layers: 12, hiddenSize: 768, attentionHeads: 12, keyValueHeads: 12, headDimension: 64 };
    const spec = { ...base, intermediateSize: 3072, vocabularySize: 30_000, tieWordEmbeddings: true };
    const [shared, plain] = [countParameters({ ...spec, layerGroups: 1 }), countParameters(spec)];
    assert.equal(shared.attention + shared.denseMlp, plain.attention + plain.denseMlp);
    assert.ok(Math.abs((plain.total - plain.embedding) / (shared.total - shared.embedding) - 12) < 0.01);
  });

  it("golden 13: GPT-3 by Narayanan's formula: 12 layers' matrices and vectors, learned positions, tied", () => {
    const spec: ModelSpec = {
      layers: 96,
      hiddenSize: 12_288,
      attentionHeads: 96,
      keyValueHeads: 96,
      headDimension: 128,
      intermediateSize: 4 * 12_288,
      vocabularySize: 51_200,
      tieWordEmbeddings: true,
      gatedMlp: false,
      attentionBias: true,
      mlpBias: true,
      normBias: true,
      learnedPositions: 2048,
    };
    // The formula leaves out the final norm (2·d).
    assert.equal(countParameters(spec as CompleteSpec).total - 2 * 12_288, 174_615_822_336);
  });

  it("golden 12: DeepSeek-V3 activates 37.55 B per token with both embeddings, 36.63 B without the input table", () => {
    const count = countParameters(fromHuggingFace(deepseek) as CompleteSpec);
    assert.ok(Math.abs(count.active / 37.55e9 - 1) < 0.001);
    assert.ok(Math.abs((count.active - count.embedding) / 36.63e9 - 1) < 0.001);
  });

  it("golden 51: HoVLE's language part is 24 + 8 InternLM2 layers and a second embedding table: 2.58 B against 2.61 B stored", () => {
    const spec = fromHuggingFace(llama(32, 2048, 16, 8, 8192, 92_553, { model_type: "internlm2", bias: false }));
    const total = countParameters({ ...spec, otherParameters: 92_553 * 2048 } as CompleteSpec).total;
    assert.ok(Math.abs(total / 2.582e9 - 1) < 0.001);
    assert.ok(Math.abs(total / 2.607e9 - 1) < 0.015);
  });
});
