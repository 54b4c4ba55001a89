/**
 * Trainable parameters of low-rank adapters (LoRA, arXiv 2106.09685): rank·(in + out) for each adapted matrix.
 */
import type { Architecture } from "./architecture";

export const loraMatrices = ["q", "k", "v", "o", "gate", "up", "down"] as const;
export type LoraMatrix = (typeof loraMatrices)[number];

const aliases: ReadonlyMap<string, readonly LoraMatrix[]> = new Map<string, readonly LoraMatrix[]>([
  ["q_proj", ["q"]],
  ["q", ["q"]],
  ["query", ["q"]],
  ["wq", ["q"]],
  ["k_proj", ["k"]],
  ["k", ["k"]],
  ["key", ["k"]],
  ["wk", ["k"]],
  ["v_proj", ["v"]],
  ["v", ["v"]],
  ["value", ["v"]],
  ["wv", ["v"]],
  ["o_proj", ["o"]],
  ["output_proj", ["o"]],
  ["out_proj", ["o"]],
  ["o", ["o"]],
  ["wo", ["o"]],
  ["dense", ["o"]],
  ["linear_proj", ["o"]],
  ["qkv_proj", ["q", "k", "v"]],
  ["query_key_value", ["q", "k", "v"]],
  ["c_attn", ["q", "k", "v"]],
  ["linear_qkv", ["q", "k", "v"]],
  ["wqkv", ["q", "k", "v"]],
  ["attention", ["q", "k", "v", "o"]],
  ["gate", ["gate"]],
  ["gate_proj", ["gate"]],
  ["w1", ["gate"]],
  ["up", ["up"]],
  ["up_proj", ["up"]],
  ["w3", ["up"]],
  ["gate_up_proj", ["gate", "up"]],
  ["linear_fc1", ["gate", "up"]],
  ["dense_h_to_4h", ["gate", "up"]],
  ["fc1", ["gate", "up"]],
  ["down", ["down"]],
  ["down_proj", ["down"]],
  ["w2", ["down"]],
  ["linear_fc2", ["down"]],
  ["dense_4h_to_h", ["down"]],
  ["fc2", ["down"]],
  ["mlp", ["gate", "up", "down"]],
  ["all-linear", loraMatrices],
  ["all_linear", loraMatrices],
  ["all", loraMatrices],
]);

/** Matrices that target names select (`q_proj`, `all-linear`, `model.layers.*.w1`); undefined when no name is understood. */
export function loraTargets(targets: string | readonly string[] | undefined): ReadonlySet<LoraMatrix> | undefined {
  if (targets === undefined) return undefined;
  const names = typeof targets === "string" ? targets.split(/[\s,|()]+/) : targets;
  const found = new Set<LoraMatrix>();
  for (const name of names) {
    const last = name.toLowerCase().split(".").at(-1) ?? "";
    for (const matrix of aliases.get(last.replace(/[^a-z0-9_-]/g, "")) ?? []) found.add(matrix);
  }
  return found.size > 0 ? found : undefined;
}

/**
 * Adapter parameters of rank `rank` on `targets` in all layers; all linear matrices when `targets` is absent or not understood.
 * Routed experts are left alone, as trainers do: adapters then sit on attention, dense and shared MLPs.
 */
export function loraParameters(model: Architecture, rank: number, targets?: string | readonly string[]): number {
  const chosen = loraTargets(targets) ?? new Set<LoraMatrix>(loraMatrices);
  const { spec } = model;
  const d = spec.hiddenSize;
  const queries = spec.attentionHeads * spec.headDimension;
  const keys = spec.keyValueHeads * spec.headDimension;
  let attention = 0;
  if (chosen.has("q")) attention += d + queries;
  if (chosen.has("k")) attention += d + keys;
  if (chosen.has("v")) attention += d + keys;
  if (chosen.has("o")) attention += queries + d;
  const mlp = (width: number): number => {
    let sum = 0;
    if (chosen.has("gate") && (spec.gatedMlp ?? true)) sum += d + width;
    if (chosen.has("up")) sum += d + width;
    if (chosen.has("down")) sum += width + d;
    return sum;
  };
  const sharedWidth =
    spec.sharedExpertIntermediateSize ?? (spec.sharedExperts ?? 0) * (spec.expertIntermediateSize ?? 0);
  const moe = model.expertLayers;
  const layers = spec.layers + (spec.encoderLayers ?? 0);
  return (
    rank *
    (layers * attention + (layers - moe) * mlp(spec.intermediateSize) + (sharedWidth > 0 ? moe * mlp(sharedWidth) : 0))
  );
}
