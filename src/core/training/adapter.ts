/** Sizes of low-rank adapters (LoRA, arXiv 2106.09685): r·(in + out) for each targeted matrix. */
import type { Architecture } from "../model/architecture";

/** The usual names of a layer's matrices, and the words recipes use for groups of them. */
const groups: readonly (readonly [RegExp, readonly string[]])[] = [
  [/all.?linear|^all$|^linear$/i, ["q", "k", "v", "o", "gate", "up", "down"]],
  [/^(attn|attention|self_attn|qkvo)$/i, ["q", "k", "v", "o"]],
  [/qkv|query_key_value|c_attn|Wqkv/i, ["q", "k", "v"]],
  [/^mlp$|ffn/i, ["gate", "up", "down"]],
  [/gate_up/i, ["gate", "up"]],
  [/q_?(proj|lin)|^wq$|^q$|query$/i, ["q"]],
  [/k_?(proj|lin)|^wk$|^k$|^key$/i, ["k"]],
  [/v_?(proj|lin)|^wv$|^v$|^value$/i, ["v"]],
  [/o_?proj|out_?(proj|lin)|^wo$|^o$|output_proj|(^|\.)dense$|c_proj/i, ["o"]],
  [/gate_?proj|^w1$|^gate$/i, ["gate"]],
  [/up_?proj|^w3$|^up$|fc1|dense_h_to_4h|c_fc/i, ["up"]],
  [/down_?proj|^w2$|^down$|fc2|dense_4h_to_h/i, ["down"]],
];

function matricesOf(targets: string | readonly string[]): ReadonlySet<string> {
  const names = typeof targets === "string" ? targets.split(/[\s,;|]+/) : targets;
  const found = new Set<string>();
  for (const name of names.slice(0, 200)) {
    const group = groups.find(([pattern]) => pattern.test(name.slice(0, 100)));
    for (const matrix of group?.[1] ?? []) found.add(matrix);
  }
  return found;
}

/**
 * Trainable parameters of an adapter of `rank` on `targets` (names of matrices, or `all-linear`). Experts are left out, as adapters of
 * mixture-of-experts models usually leave them; shared and dense MLPs are in. Unknown names give all linear layers.
 */
export function adapterParameters(
  model: Architecture,
  rank: number,
  targets: string | readonly string[] = "all-linear",
): number {
  const { spec } = model;
  const d = spec.hiddenSize;
  const query = spec.attentionHeads * spec.headDimension;
  const keyValue = spec.keyValueHeads * spec.headDimension;
  const named = matricesOf(targets);
  const wanted = named.size > 0 ? named : matricesOf("all-linear");
  const has = (name: string): number => (wanted.has(name) ? 1 : 0);
  const attention =
    has("q") * (d + query) + has("k") * (d + keyValue) + has("v") * (d + keyValue) + has("o") * (query + d);
  const gated = spec.gatedMlp ?? true;
  const mlpMatrices = (gated ? has("gate") : 0) + has("up") + has("down");
  const denseLayers = Math.max(0, spec.layers - model.expertLayers);
  const shared = spec.sharedExpertIntermediateSize ?? (spec.sharedExperts ?? 0) * (spec.expertIntermediateSize ?? 0);
  const mlp =
    denseLayers * mlpMatrices * (d + spec.intermediateSize) +
    (shared > 0 ? model.expertLayers * mlpMatrices * (d + shared) : 0);
  return rank * (spec.layers * attention + mlp);
}
