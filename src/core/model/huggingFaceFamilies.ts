/**
 * What the code of a model family fixes and its `config.json` does not repeat: biases, norms, tying, class defaults.
 * Source: the configuration and modelling classes of huggingface/transformers (v4.57), by `model_type`.
 */

export interface FamilyTraits {
  readonly gatedMlp?: boolean;
  /** Biases on query, key and value projections. */
  readonly attentionBias?: boolean;
  /** Bias on the attention's output projection. */
  readonly attentionOutputBias?: boolean;
  readonly mlpBias?: boolean;
  /** LayerNorm (two vectors) instead of RMSNorm. */
  readonly normBias?: boolean;
  readonly normsPerLayer?: number;
  /** Norms on queries and keys: one vector of the head's width each, or of all heads' width. */
  readonly queryKeyNorm?: "head" | "wide";
  readonly tied?: boolean;
  /** Rows of a learned position table beyond the stated positions; absent = no table. */
  readonly extraPositions?: number;
  readonly embeddingNorm?: boolean;
  readonly headBias?: boolean;
  readonly encoder?: boolean;
  /** Every layer slides unless one in `slidingPattern`. */
  readonly slidingPattern?: number;
  /** Mixture-of-experts layers carry a bias per expert on the router. */
  readonly routerBias?: boolean;
  /** One learned sink per attention head and layer. */
  readonly attentionSinks?: boolean;
  /** Values of the configuration class where the file is silent. */
  readonly defaults?: Readonly<Record<string, number>>;
}

/** Two-matrix MLP, LayerNorm and biases everywhere: GPT-2 and its descendants. */
const classic: FamilyTraits = {
  gatedMlp: false,
  attentionBias: true,
  attentionOutputBias: true,
  mlpBias: true,
  normBias: true,
};
const encoder: FamilyTraits = { ...classic, tied: true, encoder: true, extraPositions: 0 };
/** Relative positions or none: no table of its own. */
const tableless: FamilyTraits = { ...classic, tied: true, encoder: true };
/** Images or sound in, no words. */
const perception: FamilyTraits = { ...classic, tied: true, encoder: true };
/** BART and its descendants: a table of positions on each side. */
const translator: FamilyTraits = { ...classic, tied: true, extraPositions: 2 };
const qwen2: FamilyTraits = { attentionBias: true, attentionOutputBias: false };
const qwen3: FamilyTraits = { queryKeyNorm: "head" };
const gemma3: FamilyTraits = {
  tied: true,
  normsPerLayer: 4,
  queryKeyNorm: "head",
  slidingPattern: 6,
  defaults: {
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    vocab_size: 262_208,
    sliding_window: 1024,
    max_position_embeddings: 131_072,
  },
};
const llamaDefaults = {
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  intermediate_size: 11_008,
  vocab_size: 32_000,
};

const families: ReadonlyMap<string, FamilyTraits> = new Map(
  Object.entries({
    gpt2: { ...classic, tied: true, extraPositions: 0 },
    gpt_bigcode: { ...classic, tied: true, extraPositions: 0 },
    gpt_neo: { ...classic, tied: true, extraPositions: 0, attentionBias: false },
    gptj: { ...classic, attentionBias: false, attentionOutputBias: false, normsPerLayer: 1, headBias: true },
    codegen: { ...classic, attentionBias: false, attentionOutputBias: false, normsPerLayer: 1, headBias: true },
    gpt_neox: classic,
    opt: { ...classic, tied: true, extraPositions: 2 },
    bloom: { ...classic, tied: true, embeddingNorm: true },
    mpt: { ...classic, tied: true },
    falcon: { gatedMlp: false, normBias: true, tied: true },
    RefinedWebModel: { gatedMlp: false, normBias: true, tied: true },
    RefinedWeb: { gatedMlp: false, normBias: true, tied: true },
    phi: { ...classic, normsPerLayer: 1, headBias: true },
    phimoe: { normBias: true },
    starcoder2: { ...classic, tied: true },
    stablelm: { normBias: true },
    stablelm_alpha: classic,
    persimmon: { ...classic, queryKeyNorm: "head" },
    nemotron: { gatedMlp: false, normBias: true },
    olmo: { normsPerLayer: 0 },
    olmo2: { queryKeyNorm: "wide" },
    olmo3: { queryKeyNorm: "wide", slidingPattern: 4 },
    olmoe: { queryKeyNorm: "wide" },
    minimax_m2: { queryKeyNorm: "wide", routerBias: true },
    llama: { defaults: llamaDefaults },
    mistral: {
      defaults: { ...llamaDefaults, intermediate_size: 14_336, num_key_value_heads: 8 },
    },
    qwen2,
    qwen2_moe: qwen2,
    qwen2_vl: qwen2,
    qwen2_vl_text: qwen2,
    qwen2_5_vl: qwen2,
    qwen2_5_vl_text: qwen2,
    qwen: { attentionBias: true, attentionOutputBias: false },
    qwen3,
    qwen3_moe: qwen3,
    qwen3_vl: qwen3,
    qwen3_vl_text: qwen3,
    qwen3_vl_moe: qwen3,
    qwen3_vl_moe_text: qwen3,
    qwen3_next: qwen3,
    qwen3_5: qwen3,
    qwen3_5_text: qwen3,
    qwen3_5_moe: qwen3,
    qwen3_5_moe_text: qwen3,
    gemma: { tied: true },
    gemma2: { tied: true, normsPerLayer: 4, slidingPattern: 2 },
    gemma3,
    gemma3_text: gemma3,
    cohere: { tied: true, normsPerLayer: 1 },
    cohere2: { tied: true, normsPerLayer: 1, slidingPattern: 4 },
    deepseek_v3: { routerBias: true },
    kimi_k2: { routerBias: true },
    glm: { attentionBias: true, attentionOutputBias: false },
    glm4: { attentionBias: true, attentionOutputBias: false, normsPerLayer: 4 },
    glm4_moe: { attentionOutputBias: false, routerBias: true },
    chatglm: { attentionOutputBias: false },
    seed_oss: { attentionBias: true, attentionOutputBias: false },
    gpt_oss: {
      attentionBias: true,
      attentionOutputBias: true,
      mlpBias: true,
      routerBias: true,
      attentionSinks: true,
      slidingPattern: 2,
    },
    t5: { gatedMlp: false, tied: true },
    mt5: { gatedMlp: true },
    umt5: { gatedMlp: true },
    albert: encoder,
    bert: encoder,
    roberta: encoder,
    "xlm-roberta": encoder,
    electra: encoder,
    distilbert: encoder,
    modernbert: { tied: true, encoder: true },
    camembert: encoder,
    ernie: encoder,
    esm: encoder,
    mpnet: encoder,
    clip_text_model: { ...classic, tied: true, extraPositions: 0 },
    siglip_text_model: { ...classic, tied: true, extraPositions: 0 },
    deberta: tableless,
    "deberta-v2": tableless,
    vit: perception,
    deit: perception,
    beit: perception,
    dinov2: perception,
    dinov2_with_registers: perception,
    vit_mae: perception,
    clip_vision_model: perception,
    siglip_vision_model: perception,
    wav2vec2: perception,
    hubert: perception,
    wavlm: perception,
    bart: translator,
    mbart: translator,
    m2m_100: translator,
    marian: translator,
    pegasus: translator,
    blenderbot: translator,
    whisper: { ...classic, tied: true },
    detr: classic,
    mamba: { tied: true, normsPerLayer: 1 },
    falcon_mamba: { tied: true, normsPerLayer: 1 },
    mamba2: { normsPerLayer: 1 },
    rwkv: { gatedMlp: false, normBias: true },
  } satisfies Record<string, FamilyTraits>),
);

const plain: FamilyTraits = {};

export const traitsOf = (modelType: string | undefined): FamilyTraits =>
  (modelType === undefined ? undefined : families.get(modelType)) ?? plain;
