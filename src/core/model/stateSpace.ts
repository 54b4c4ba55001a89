/** Layers without softmax attention: sizes of their mixers, and models that consist of nothing else. */
import { type Config, isObject, number, own, string } from "./configReading";
import type { ModelSpec } from "./specification";

/**
 * Parameters of the mixer of one linear-attention layer: gated delta net (Qwen3-Next, arXiv 2412.06464) or Mamba-2 (arXiv
 * 2405.21060). Undefined where the config states no sizes for it.
 */
export function linearMixer(config: Config, d: number | undefined): number | undefined {
  if (d === undefined) return undefined;
  const keyHeads = number(config, "linear_num_key_heads");
  const valueHeads = number(config, "linear_num_value_heads");
  const keyWidth = number(config, "linear_key_head_dim");
  const valueWidth = number(config, "linear_value_head_dim");
  if (keyHeads && valueHeads && keyWidth && valueWidth) {
    const keys = keyHeads * keyWidth;
    const values = valueHeads * valueWidth;
    const kernel = number(config, "linear_conv_kernel_dim") ?? 4;
    // Queries, keys, values and gate in; two scalars per value head; depth-wise convolution; decay, step and norm vectors; out.
    return (
      d * (2 * keys + 2 * values) +
      d * 2 * valueHeads +
      (2 * keys + values) * kernel +
      2 * valueHeads +
      valueWidth +
      values * d
    );
  }
  return mamba2Mixer(config, d) ?? mambaMixer(config, d);
}

function mamba2Mixer(config: Config, d: number): number | undefined {
  const own2 = string(config, "model_type") === "mamba2";
  const heads = number(config, "mamba_n_heads", "mamba_num_heads", ...(own2 ? ["num_heads"] : []));
  const headWidth = number(config, "mamba_d_head", "mamba_head_dim", ...(own2 ? ["head_dim"] : []));
  if (!heads || !headWidth) return undefined;
  const inner = heads * headWidth;
  const groups = number(config, "mamba_n_groups", "n_groups") ?? 1;
  const state = number(config, "mamba_d_state", "ssm_state_size", "state_size") ?? 128;
  const kernel = number(config, "mamba_d_conv", "conv_kernel") ?? 4;
  const convolved = inner + 2 * groups * state;
  return d * (inner + convolved + heads) + convolved * (kernel + 1) + 3 * heads + inner + inner * d;
}

/** Mamba's selective scan (arXiv 2312.00752): projections in and out, convolution, step, decay. */
function mambaMixer(config: Config, d: number): number | undefined {
  const stated = number(config, "mamba_expand");
  if (stated === undefined && !pureMamba.test(string(config, "model_type") ?? "")) return undefined;
  const options = own(config, "ssm_cfg");
  const inside = isObject(options) ? options : {};
  const expand = stated ?? number(config, "expand") ?? number(inside, "expand") ?? 2;
  const inner = stated === undefined ? (number(config, "d_inner") ?? expand * d) : expand * d;
  const state = number(config, "mamba_d_state", "state_size") ?? number(inside, "d_state") ?? 16;
  const kernel = number(config, "mamba_d_conv", "conv_kernel") ?? number(inside, "d_conv") ?? 4;
  const rank = number(config, "mamba_dt_rank", "time_step_rank") ?? Math.ceil(d / 16);
  return (
    2 * d * inner +
    inner * (kernel + 1) +
    inner * (rank + 2 * state) +
    rank * inner +
    2 * inner +
    inner * state +
    inner * d
  );
}

const pureMamba = /^(?:mamba|falcon_mamba)$/;
/** Families whose layers are a state-space mixer and nothing else. */
const mixerOnly = /^(?:mamba2?|falcon_mamba)$/;

/** Layers without attention, and how large they are; models of nothing else have no heads to state. */
export function stateSpaceOf(
  config: Config,
  modelType: string,
  layers: number | undefined,
  d: number | undefined,
): ModelSpec {
  if (!layers || !d) return {};
  const heads = number(config, "num_heads") ?? Math.max(1, Math.round(d / 64));
  const shape = { attentionHeads: heads, keyValueHeads: heads, headDimension: 64, linearAttentionLayers: layers };
  if (mixerOnly.test(modelType)) {
    const mixer = linearMixer({ ...config, model_type: modelType }, d);
    return { ...shape, mlpLayers: 0, ...(mixer === undefined ? {} : { linearMixerParameters: mixer }) };
  }
  // RWKV's time mix (four matrices) and the receptance of its channel mix.
  if (modelType === "rwkv")
    return { ...shape, linearMixerParameters: 4 * d * (number(config, "attention_hidden_size") ?? d) + d * d };
  return {};
}

/**
 * Nemotron-H (arXiv 2504.03624): a letter a layer, `M` a Mamba-2 mixer, `-` an MLP, `E` experts, `*` attention; each layer is one of
 * them, with one norm. The mixers' size is a mean over all layers without attention.
 */
export function patternOf(config: Config, d: number | undefined): ModelSpec {
  const letters = (string(config, "hybrid_override_pattern") ?? "").slice(0, 10_000).replace(/[^ME*-]/g, "");
  const count = (letter: string): number => letters.split(letter).length - 1;
  const without = letters.length - count("*");
  if (without === 0) return {};
  const mixer = linearMixer(config, d);
  return {
    linearAttentionLayers: without,
    mlpLayers: count("-") + count("E"),
    normsPerLayer: 1,
    ...(mixer === undefined ? {} : { linearMixerParameters: Math.round((mixer * count("M")) / without) }),
  };
}
