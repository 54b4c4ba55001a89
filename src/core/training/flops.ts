/**
 * Model FLOPs of training per token: what the mathematics needs, without recomputation. One multiply-add is 2; attention is causal.
 */
import type { Architecture } from "../model/architecture";
import { attentionFlopsPerToken, matmulParameters } from "../model/flops";
import type { Method } from "./layout";

export interface TrainingFlops {
  /** Matrix multiplications of the model. */
  readonly matmul: number;
  readonly attention: number;
  /** Adapter: forward and both gradients. */
  readonly adapter: number;
  readonly total: number;
}

/**
 * Full training 6·N; a frozen base 4·N (forward, and gradients of the activations) plus 6 per adapter parameter (LoRA, arXiv
 * 2106.09685). N counts each multiplied parameter once, the output projection included, the input table not. The backward pass of
 * attention is twice its forward pass in both.
 */
export function trainingFlopsPerToken(
  model: Architecture,
  sequence: number,
  method: Method,
  adapterParameters: number,
): TrainingFlops {
  const matmul = (method === "full" ? 6 : 4) * matmulParameters(model);
  const attention = 3 * attentionFlopsPerToken(model, sequence);
  const adapter = method === "full" ? 0 : 6 * adapterParameters;
  return { matmul, attention, adapter, total: matmul + attention + adapter };
}
