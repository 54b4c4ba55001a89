/**
 * What a trainer's name tells of its kernels where PyTorch runs them one by one: how experts are computed, whether weights are gathered
 * matrix by matrix, and in which format adapters work.
 */
import type { Architecture } from "../model/architecture";
import type { Layout } from "./layout";

export interface Trainer {
  /** `looped`: a loop over the experts, a few small kernels each. `grouped`: all experts of a layer in one multiplication. */
  readonly experts: "grouped" | "looped";
  /** ZeRO-3 of DeepSpeed gathers each matrix by itself; sharding by PyTorch gathers a layer at once. */
  readonly gathersMatrices: boolean;
  /**
   * `fp32`: PEFT keeps adapters in fp32 and works on fp32 copies of their inputs; `half`: DeepSpeed and sharding by PyTorch cast them to
   * the format of the base; `fused`: trainers with adapters of their own.
   */
  readonly adapters: "fp32" | "half" | "fused";
}

/** DeepSpeed's runs are of modules that loop; so did Transformers before version 5 and PEFT on top of it. */
const loops = /deepspeed|\bpeft\b|transformers(?!\s*(?:v|>=)?\s*5)/i;
const fusedAdapters = /unsloth|torchtune|litgpt|lit-gpt|mlx|megatron|nemo|fused.?lora/i;

export function trainerOf(framework = "", sharded = false): Trainer {
  const deepspeed = /deepspeed/i.test(framework);
  return {
    experts: loops.test(framework) ? "looped" : "grouped",
    gathersMatrices: deepspeed,
    adapters: fusedAdapters.test(framework) ? "fused" : deepspeed || sharded ? "half" : "fp32",
  };
}

/**
 * Seconds in which eager PyTorch launches one pass over a layer with grouped experts: routing, sorting, grouped multiplications, weighing
 * (Gemma 4 and Qwen3 30B on B300 and H200 in Axolotl, TRL, Unsloth and others: 2 to 10 ms).
 */
const groupedPass = 4.5e-3;

/** The same per expert of a loop, which asks the device for the expert's tokens and waits (ms-swift over DeepSpeed's stage 2, A800). */
const loopedPass = 0.33e-3;

/**
 * Seconds to gather one matrix in DeepSpeed's ZeRO-3, whatever its size: hooks, launch, release (OLMo-2 7B at 490 tokens on 16 H100 and
 * Qwen-7B at 512 on two A100: 0.6 ms; experts of Qwen1.5-MoE on eight A800: 0.7 ms).
 */
const gatherMatrix = 0.7e-3;

export interface Launches {
  /** Seconds per micro-batch that work can hide. */
  readonly hidden: number;
  /** Seconds per micro-batch that wait for the device. */
  readonly waiting: number;
}

/** Launches of layers with experts; `passes` are forward, backward and again. `tokens` are those of a micro-batch. */
export function expertPasses(
  { spec, expertLayers }: Architecture,
  trainer: Trainer,
  expertDegree: number,
  passes: number,
  tokens: number,
): Launches {
  if (trainer.experts === "grouped") return { hidden: groupedPass * passes * expertLayers, waiting: 0 };
  const experts = spec.experts ?? 0;
  const chosen = experts > 0 ? Math.min(1, (spec.expertsPerToken ?? 1) / experts) : 0;
  const touched = (experts * (1 - (1 - chosen) ** tokens)) / expertDegree;
  return { hidden: 0, waiting: loopedPass * passes * touched * expertLayers };
}

/** Seconds per micro-batch to gather every matrix once per pass, those of idle experts included. */
export function gatherLaunches(model: Architecture, trainer: Trainer, layout: Layout, passes: number): number {
  if (!trainer.gathersMatrices || !layout.sharded || layout.accelerators <= 1) return 0;
  const { layers, experts = 0, gatedMlp = true } = model.spec;
  const mlp = gatedMlp ? 3 : 2;
  const matrices =
    4 * layers +
    mlp *
      (Math.max(0, layers - model.expertLayers) + (trainer.experts === "looped" ? experts : 1) * model.expertLayers);
  return gatherMatrix * passes * matrices;
}

/**
 * Bytes that adapters move per token: `adapted` is the sum over adapted matrices of their inputs' and outputs' widths. In fp32, forward:
 * copy, dropout, product, scaling, sum (19 bytes per input, 28 per output element), backward 27 and 22; at 16 bit 2 and 12, 10 and 8.
 */
export function adapterBytes(adapted: number, adapters: Trainer["adapters"], recompute: number): number {
  if (adapters === "fused") return 0;
  return adapted * (adapters === "fp32" ? 48 + 23 * recompute : 16 + 7 * recompute);
}
