/** How one replica's accelerators share a model. */
import type { Parallelism } from "../workload";

export interface Layout {
  /** Accelerators of the replica. */
  readonly accelerators: number;
  /** Accelerators that share every layer (tensor or expert parallel). */
  readonly group: number;
  readonly stages: number;
  /** Independent copies of the model: accelerators / (group · stages). */
  readonly copies: number;
  /** Routed experts are spread over the group by expert parallelism. */
  readonly expertParallel: boolean;
  /** Attention is replicated over the group and each member keeps its own sequences. */
  readonly attentionData: boolean;
}

export interface LayoutQuestion {
  readonly accelerators: number;
  readonly parallelism: Parallelism | undefined;
  readonly experts: boolean;
  /** Layers are split over accelerators and run one after the other (llama.cpp). */
  readonly layerSplit: boolean;
  /** Sequences in flight are stated, so the accelerators serve them together. */
  readonly together: boolean;
  /** Weights in bytes and memory of one accelerator in bytes: the smallest group that holds the model. */
  readonly weightBytes: number;
  readonly memoryBytes: number;
  /** Accelerators that share fast links; beyond them the layers are split into stages. */
  readonly linkDomain: number;
}

/** Accelerators of one machine. */
const board = 8;

const powerOfTwo = (least: number, most: number): number => {
  let n = 1;
  while (n < least && n * 2 <= most) n *= 2;
  return n;
};

export function layoutOf(q: LayoutQuestion): Layout {
  const tensor = q.parallelism?.tensor;
  const expert = q.experts ? q.parallelism?.expert : undefined;
  let stages = Math.max(1, Math.round(q.parallelism?.pipeline ?? 1));
  const accelerators = Math.max(1, Math.round(Math.max(q.accelerators, (tensor ?? 1) * stages)));
  if (q.layerSplit)
    return { accelerators, group: 1, stages: 1, copies: 1, expertParallel: false, attentionData: false };
  let group: number;
  if (tensor !== undefined || expert !== undefined)
    group = Math.max(1, Math.round(tensor ?? 1), Math.round(expert ?? 1));
  else if (q.parallelism?.data !== undefined) group = accelerators / stages / Math.max(1, q.parallelism.data);
  else if (q.together) group = accelerators / stages;
  else {
    // Full utilisation is wanted: the smallest group whose memory holds weights with room for a cache. Experts that need more than
    // one accelerator are spread over all of them, which leaves each the most room.
    group = powerOfTwo(q.weightBytes / stages / (0.62 * q.memoryBytes), accelerators / stages);
    if (q.experts && group > 1) group = Math.min(accelerators / stages, Math.max(q.linkDomain, 8));
  }
  // Data-parallel copies that cannot each hold the experts share them: that is how such models are served.
  const data = q.parallelism?.data ?? 1;
  const shared =
    q.experts && expert === undefined && data > 1 && q.weightBytes / (group * stages) > 0.9 * q.memoryBytes;
  if (shared) group = accelerators / stages;
  group = Math.min(Math.max(1, Math.round(group)), Math.max(1, Math.floor(accelerators / stages)));
  const domain = Math.max(q.linkDomain, 8);
  if (tensor === undefined && expert === undefined && q.parallelism?.pipeline === undefined && group > domain) {
    stages = Math.ceil(group / domain);
    group = domain;
  }
  const open = tensor === undefined && expert === undefined && !q.together;
  const expertParallel = group > 1 && (shared || (expert ?? 1) > 1 || (q.experts && open));
  return {
    accelerators,
    group,
    stages,
    copies: Math.max(1, Math.floor(accelerators / (group * stages))),
    expertParallel,
    // Engines make the expert group of their tensor-parallel ranks unless data parallelism is stated (vLLM: EP = TP · DP). Attention
    // is not split beyond one board, though.
    attentionData: expertParallel && (tensor ?? 1) <= 1 && (open || data > 1 || group > board),
  };
}
