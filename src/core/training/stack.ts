/**
 * Software stacks that share calibrated constants, told apart by the name a configuration gives.
 */

import type { Generation } from "../facts";

/** `vendor`: tuned kernels and overlap of the chip's maker; `compiled`: compiled PyTorch, or one program of own kernels; `typical`: everything else. */
export type Stack = "vendor" | "compiled" | "typical";

/** Stacks named after Megatron or NVIDIA's container that run DeepSpeed or GPT-NeoX underneath. */
const derived = /deepspeed|neox|tinygrad/i;
const vendor =
  /megatron|nemo|nvidia|\bngc\b|\bdgl\b|maxtext|paxml|rocm|llmboost|transformer.?engine|optimum.?habana|pytorch \d/i;
const compiled = /torchtitan|llm\.c\b|torch.?compile|compile\b/i;

/** What the constants were fitted on: steady rates of engines by name, and whole runs of makers' tuned releases. */
const fittedRuns = /nemo|nvidia|\bngc\b|\bdgl\b|rocm|llmboost|optimum.?habana|pytorch \d/i;
const fittedRates = /megatron|composer|foundry|mosaic|torchtitan/i;

/** Which speeds of a framework the constants were fitted on: those of another are less sure. */
export interface Fitted {
  readonly rate: boolean;
  readonly run: boolean;
}

/** XLA was measured on its own chips alone. */
export function fittedOf(framework: string | undefined, generation: Generation): Fitted {
  if (framework === undefined || derived.test(framework)) return { rate: false, run: false };
  const run = generation === "tpu" ? /maxtext/i.test(framework) : fittedRuns.test(framework);
  return { rate: run || (generation !== "tpu" && fittedRates.test(framework)), run };
}

/** The class of a framework's name; undefined when nothing names it. */
export function stackOf(framework: string | undefined): Stack | undefined {
  if (framework === undefined || framework.trim() === "") return undefined;
  if (derived.test(framework)) return "typical";
  if (compiled.test(framework)) return "compiled";
  return vendor.test(framework) ? "vendor" : "typical";
}
