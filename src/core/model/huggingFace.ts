/**
 * Hugging Face `config.json` objects as model specifications, of any family.
 *
 * Names differ by family (`hidden_size`, `n_embd`, `d_model`); what the family's code fixes without writing it down is in
 * `huggingFaceFamilies.ts`. Foreign input: only own properties of the right type are read, nothing throws.
 */
import {
  type Config,
  flag,
  isObject,
  languagePart,
  largest,
  listLength,
  nested,
  number,
  own,
  string,
  widths,
} from "./configReading";
import { type FamilyTraits, traitsOf } from "./huggingFaceFamilies";
import type { ModelSpec } from "./specification";
import { linearMixer, patternOf, stateSpaceOf } from "./stateSpace";

/** True for an object that looks like a Hugging Face config (any family): a type, and a width or a nested text config. */
export function isHuggingFaceConfig(value: unknown): value is Config {
  if (!isObject(value)) return false;
  const typed = typeof own(value, "model_type") === "string" || Array.isArray(own(value, "architectures"));
  if (!typed) return false;
  return (
    widths.some((key) => number(value, key) !== undefined) ||
    nested.some((key) => isObject(own(value, key))) ||
    (number(value, "dim") !== undefined && number(value, "n_layers") !== undefined)
  );
}

/** Keys of models that see or hear: without a vocabulary they have no table of words. */
const wordless = ["image_size", "num_channels", "num_queries", "num_mel_bins", "conv_dim"] as const;

/** Drops absent and impossible fields, so that a merge with a catalogue row keeps the row's. */
const present = (spec: ModelSpec): ModelSpec =>
  Object.fromEntries(
    Object.entries(spec).filter(
      ([, value]) => value !== undefined && (typeof value !== "number" || (value >= 0 && value <= largest)),
    ),
  ) as ModelSpec;

/** Kinds of layers in order, where the config lists them (`full_attention`, `sliding_attention`, `linear_attention`, `mamba`). */
function layerTypes(config: Config): readonly string[] {
  for (const key of ["layer_types", "layers_block_type"]) {
    const value = own(config, key);
    if (Array.isArray(value) && value.length <= 10_000)
      return value.filter((item): item is string => typeof item === "string");
  }
  return [];
}

function linearLayers(config: Config, layers: number | undefined): number | undefined {
  const types = layerTypes(config);
  if (types.length > 0) return types.filter((type) => /linear|mamba|recurrent|conv|kda/.test(type)).length || undefined;
  const kimi = own(config, "linear_attn_config");
  if (isObject(kimi)) return listLength(kimi, "kda_layers");
  const interval = number(config, "full_attention_interval", "attn_layer_period");
  if (interval && layers) return layers - Math.floor(layers / interval);
  return undefined;
}

function slidingOf(config: Config, traits: FamilyTraits, layers: number | undefined): ModelSpec {
  const window = number(config, "sliding_window", "sliding_window_size", "local_attention");
  if (!window || flag(config, "use_sliding_window") === false) return {};
  const types = layerTypes(config);
  if (types.length > 0) {
    const sliding = types.filter((type) => /sliding|local|chunked/.test(type)).length;
    return sliding > 0 ? { slidingWindow: window, slidingLayers: sliding } : {};
  }
  const pattern = number(config, "sliding_window_pattern", "_sliding_window_pattern") ?? traits.slidingPattern;
  if (pattern && layers) return { slidingWindow: window, slidingLayers: layers - Math.floor(layers / pattern) };
  // Qwen2: layers from `max_window_layers` on slide.
  const from = number(config, "max_window_layers");
  if (from !== undefined && layers)
    return from >= layers ? {} : { slidingWindow: window, slidingLayers: layers - from };
  return { slidingWindow: window };
}

function latentOf(config: Config): ModelSpec {
  const keyValueRank = number(config, "kv_lora_rank");
  if (!keyValueRank) return {};
  const nopeDimension = number(config, "qk_nope_head_dim") ?? 128;
  const queryRank = number(config, "q_lora_rank");
  return {
    latentAttention: {
      ...(queryRank ? { queryRank } : {}),
      keyValueRank,
      ropeDimension: number(config, "qk_rope_head_dim") ?? 64,
      nopeDimension,
      valueDimension: number(config, "v_head_dim") ?? nopeDimension,
    },
  };
}

function expertsOf(config: Config, intermediateSize: number | undefined): ModelSpec {
  const feedForward = own(config, "ffn_config");
  const inner = isObject(feedForward) ? feedForward : config;
  const experts =
    number(config, "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts") ??
    number(inner, "moe_num_experts");
  if (!experts || experts < 2) return {};
  const width =
    number(config, "moe_intermediate_size", "expert_ffn_hidden_size", "moe_ffn_hidden_size") ?? intermediateSize;
  const sharedWidth = number(config, "shared_expert_intermediate_size", "shared_intermediate_size");
  const shared =
    number(config, "n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert") ??
    // Llama 4 always adds one.
    (number(config, "interleave_moe_layer_step") === undefined ? undefined : 1);
  const frequency = own(config, "moe_layer_freq");
  const denseInList = Array.isArray(frequency) ? frequency.filter((item) => item === 0).length : undefined;
  const firstDense =
    number(config, "first_k_dense_replace", "num_dense_layers", "moe_layer_start_index") ??
    denseInList ??
    listLength(config, "mlp_only_layers");
  const interval = number(
    config,
    "decoder_sparse_step",
    "interleave_moe_layer_step",
    "moe_layer_freq",
    "moe_layer_interval",
    "expert_layer_period",
  );
  return {
    experts,
    expertsPerToken:
      number(
        config,
        "num_experts_per_tok",
        "experts_per_token",
        "num_experts_per_token",
        "moe_topk",
        "moe_k",
        "top_k",
      ) ??
      number(inner, "moe_top_k") ??
      2,
    ...(width === undefined ? {} : { expertIntermediateSize: width }),
    ...(sharedWidth ? { sharedExpertIntermediateSize: sharedWidth } : {}),
    ...(shared ? { sharedExperts: shared } : {}),
    ...(firstDense ? { firstDenseLayers: firstDense } : {}),
    ...(interval && interval > 1 ? { expertLayerInterval: interval } : {}),
  };
}

/** Vision encoder beside the language part: a ViT with biases, its size from its dimensions. */
function visionOf(config: Config): ModelSpec["vision"] {
  const part = own(config, "vision_config") ?? own(config, "vision_tower_config") ?? own(config, "visual");
  if (!isObject(part)) return undefined;
  const d = number(part, "embed_dim") ?? number(part, "hidden_size", "width", "d_model");
  const layers = number(part, "num_hidden_layers", "depth", "layers", "n_layers");
  const patchSize = number(part, "patch_size", "spatial_patch_size");
  const imageSize = number(config, "force_image_size") ?? number(part, "image_size", "img_size");
  const ratio = number(part, "mlp_ratio") ?? 4;
  const f = number(part, "intermediate_size") ?? (d === undefined ? undefined : d * ratio);
  const merge = number(part, "spatial_merge_size") ?? 1 / (number(config, "downsample_ratio") ?? 1);
  const stated = number(config, "mm_tokens_per_image", "image_seq_length", "image_seq_len");
  const tokens =
    stated ?? (imageSize && patchSize ? Math.round((imageSize / patchSize) ** 2 / Math.max(1, merge) ** 2) : undefined);
  const maxTiles = number(config, "max_dynamic_patch") ?? number(part, "max_num_tiles");
  const parameters =
    d && layers && f
      ? layers * (4 * d * d + 2 * d * f + 9 * d + f) + 3 * (patchSize ?? 14) ** 2 * d + (tokens ?? 256) * d
      : undefined;
  const vision = {
    parameters: parameters === undefined ? undefined : Math.round(parameters),
    layers,
    hiddenSize: d,
    intermediateSize: f,
    imageSize,
    patchSize,
    tokensPerTile: tokens,
    maxTiles,
  };
  return Object.fromEntries(Object.entries(vision).filter(([, value]) => value !== undefined));
}

/** Attention biases: stated by whichever name the family uses, or the family's rule. */
function biasesOf(
  config: Config,
  traits: FamilyTraits,
): Pick<ModelSpec, "attentionBias" | "attentionOutputBias" | "mlpBias"> {
  const noBias = flag(config, "no_bias");
  const all = noBias === undefined ? flag(config, "use_bias", "bias") : !noBias;
  const attention =
    flag(config, "attention_bias", "qkv_bias", "use_qkv_bias", "add_qkv_bias") ?? all ?? traits.attentionBias ?? false;
  const onlyQueryKeyValue = flag(config, "qkv_bias", "use_qkv_bias", "add_qkv_bias") !== undefined;
  const output =
    flag(config, "attention_out_bias") ?? all ?? traits.attentionOutputBias ?? (onlyQueryKeyValue ? false : attention);
  return {
    attentionBias: attention,
    attentionOutputBias: output,
    mlpBias: flag(config, "mlp_bias", "add_bias_linear") ?? all ?? traits.mlpBias ?? false,
  };
}

/** Key/value heads under the names of grouped, multi-query and Falcon's attention. */
function keyValueHeadsOf(config: Config, attention: Config, heads: number | undefined): number | undefined {
  if (flag(config, "new_decoder_architecture") !== true && flag(config, "multi_query") === true) return 1;
  return (
    number(config, "num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num", "num_query_groups") ??
    number(attention, "kv_n_heads") ??
    heads
  );
}

/** Dimensions of a config of any family (decoder, MoE, MLA, VLM with text_config, encoder-decoder, GPT-2 names). */
export function fromHuggingFace(root: Config): ModelSpec {
  const part = languagePart(root);
  const modelType = string(part, "model_type") ?? string(root, "model_type");
  const traits = traitsOf(modelType);
  const config: Config = { ...traits.defaults, ...part };
  const attentionPart = own(config, "attn_config");
  const attention = isObject(attentionPart) ? attentionPart : {};
  const feedForwardPart = own(config, "ffn_config");
  const feedForward = isObject(feedForwardPart) ? feedForwardPart : {};

  const d = number(config, "hidden_size", "n_embd", "d_model", "dim");
  const encoderDecoder = flag(config, "is_encoder_decoder") ?? number(config, "num_decoder_layers") !== undefined;
  const stackLayers = number(config, "num_hidden_layers", "n_layer", "n_layers", "num_layers");
  const layers = encoderDecoder ? (number(config, "num_decoder_layers", "decoder_layers") ?? stackLayers) : stackLayers;
  const encoderLayers = encoderDecoder ? (number(config, "encoder_layers") ?? stackLayers) : undefined;
  const heads = number(config, "num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_attention_heads");
  const keyValueHeads = keyValueHeadsOf(config, attention, heads);
  const headDimension =
    number(config, "head_dim", "d_kv", "kv_channels", "attention_head_dim") ??
    (d && heads ? Math.max(1, Math.round(d / heads)) : undefined);
  const ratio = number(config, "expansion_ratio", "mlp_ratio") ?? 4;
  // Qwen-1 states both matrices' width together; Llama 4 keeps the dense width under its own name.
  const stated =
    number(config, "intermediate_size_mlp", "intermediate_size", "n_inner", "ffn_dim", "d_ff", "ffn_hidden_size") ??
    number(config, "decoder_ffn_dim", "hidden_dim") ??
    number(feedForward, "ffn_hidden_size");
  const doubled = modelType === "qwen" && stated !== undefined ? stated / 2 : stated;
  const intermediateSize = doubled ?? (d === undefined ? undefined : ratio * d);
  const vocabularySize =
    number(config, "padded_vocab_size", "vocab_size") ??
    number(root, "vocab_size", "padded_vocab_size") ??
    (wordless.some((key) => own(config, key) !== undefined) ? 0 : undefined);
  const expertWidth = number(config, "intermediate_size") ?? number(feedForward, "ffn_hidden_size") ?? intermediateSize;
  const experts = expertsOf(config, expertWidth);
  const projection = string(config, "feed_forward_proj");
  const gatedMlp =
    projection === undefined
      ? (traits.gatedMlp ?? !/^relu2?$/.test(string(config, "hidden_act") ?? string(config, "mlp_hidden_act") ?? ""))
      : projection.startsWith("gated");
  const positions = number(
    config,
    "n_positions",
    "max_position_embeddings",
    "max_sequence_length",
    "seq_length",
    "max_seq_len",
  );
  const alibi = flag(attention, "alibi") ?? flag(config, "alibi") ?? false;
  const learned =
    (traits.extraPositions !== undefined && positions !== undefined
      ? positions + traits.extraPositions + (traits.encoder ? (number(config, "type_vocab_size") ?? 0) : 0)
      : undefined) ??
    (modelType === "mpt" && !alibi && flag(attention, "rope") !== true && flag(config, "learned_pos_emb") !== false
      ? positions
      : undefined);
  const biases = biasesOf(config, traits);
  const normBias = modelType === "mpt" && flag(config, "no_bias") === true ? false : (traits.normBias ?? false);
  const parallelBlock =
    flag(config, "parallel_attn") === true && flag(config, "new_decoder_architecture") !== true ? 1 : undefined;
  const queryKeyNorm =
    traits.queryKeyNorm ?? (flag(config, "use_qk_norm", "qk_layernorm", "qk_norm") === true ? "head" : undefined);
  const name = string(root, "_name_or_path") ?? string(root, "name_or_path");
  const vision = visionOf(root);
  const stateSpace = stateSpaceOf(config, modelType ?? "", layers, d);

  const spec: ModelSpec = present({
    name: name !== undefined && /^[\w.-]+\/[\w.-]+$/.test(name) ? name : undefined,
    layers,
    hiddenSize: d,
    attentionHeads: heads,
    keyValueHeads,
    headDimension,
    intermediateSize,
    vocabularySize,
    tieWordEmbeddings: flag(config, "tie_word_embeddings") ?? flag(root, "tie_word_embeddings") ?? traits.tied ?? false,
    contextLength: positions,
    backbone: traits.encoder ? "encoder" : undefined,
    gatedMlp,
    ...biases,
    normBias,
    normsPerLayer: parallelBlock ?? traits.normsPerLayer,
    queryKeyNorm: queryKeyNorm === "head" ? true : undefined,
    learnedPositions: learned,
    encoderLayers,
    ...sharedLayers(config, modelType, d),
    ...experts,
    ...latentOf(config),
    ...slidingOf(config, traits, layers),
    linearAttentionLayers: linearLayers(config, layers),
    linearMixerParameters: linearMixer(config, d),
    attentionGate: flag(config, "attn_output_gate") ?? (modelType === "qwen3_next" ? true : undefined),
    ...patternOf(config, d),
    ...stateSpace,
    ...(vision === undefined ? {} : { vision }),
  });
  const other = otherParameters(config, traits, spec, queryKeyNorm === "wide");
  return other > 0 && other <= 1e21 ? { ...spec, otherParameters: other } : spec;
}

/** ALBERT's one set of layer weights, and its narrow table of words. */
function sharedLayers(config: Config, modelType: string | undefined, d: number | undefined): ModelSpec {
  if (modelType !== "albert") return {};
  const embeddingSize = number(config, "embedding_size") ?? 128;
  return { layerGroups: number(config, "num_hidden_groups") ?? 1, ...(embeddingSize === d ? {} : { embeddingSize }) };
}

/** Small parts outside the common shape: wide query/key norms, sinks, router and head biases, position buckets, poolers. */
function otherParameters(config: Config, traits: FamilyTraits, spec: ModelSpec, wideNorm: boolean): number {
  const { layers = 0, hiddenSize: d = 0, attentionHeads: heads = 0, keyValueHeads = 0, headDimension: h = 0 } = spec;
  const experts = spec.experts ?? 0;
  const expertStack = experts
    ? Math.floor(Math.max(0, layers - (spec.firstDenseLayers ?? 0)) / (spec.expertLayerInterval ?? 1))
    : 0;
  let total = 0;
  if (wideNorm) total += layers * (heads + keyValueHeads) * h;
  if (traits.attentionSinks) total += layers * heads;
  if (traits.routerBias) total += expertStack * experts;
  if (experts && spec.mlpBias) total += expertStack * experts * (d + 2 * (spec.expertIntermediateSize ?? 0));
  // Qwen2-MoE and Qwen3-Next gate their shared expert with one vector.
  if (experts && number(config, "shared_expert_intermediate_size")) total += expertStack * d;
  if ((traits.headBias ?? false) || flag(config, "lm_head_bias") === true) total += spec.vocabularySize ?? 0;
  if (traits.embeddingNorm) total += 2 * d;
  if (spec.encoderLayers) total += 2 * heads * (number(config, "relative_attention_num_buckets") ?? 0);
  if (spec.backbone === "encoder" && traits.normBias) total += d * d + d;
  // The projection of a narrow table, and the norm before it, which is as narrow.
  const narrow = spec.embeddingSize;
  if (narrow !== undefined) total += narrow * d + d - 2 * (d - narrow);
  // Whisper: two convolutions over the spectrum, positions of both sides.
  const bands = number(config, "num_mel_bins");
  if (bands) total += 3 * d * (bands + d) + d * positionsOf(config);
  const patch = spec.vocabularySize === 0 ? number(config, "patch_size") : undefined;
  if (patch) total += 3 * patch * patch * d + d * (((number(config, "image_size") ?? 224) / patch) ** 2 + 1);
  return total;
}

const positionsOf = (config: Config): number =>
  (number(config, "max_source_positions") ?? 0) + (number(config, "max_target_positions") ?? 0);
