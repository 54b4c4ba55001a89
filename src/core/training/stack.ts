/**
 * Software stacks that share calibrated constants, told apart by the name a configuration gives.
 */

/** `vendor`: tuned kernels and overlap of the chip's maker; `compiled`: compiled PyTorch; `typical`: everything else. */
export type Stack = "vendor" | "compiled" | "typical";

/** Stacks named after Megatron or NVIDIA's container that run DeepSpeed or GPT-NeoX underneath. */
const derived = /deepspeed|neox|tinygrad/i;
const vendor =
  /megatron|nemo|nvidia|\bngc\b|\bdgl\b|maxtext|paxml|rocm|llmboost|transformer.?engine|optimum.?habana|pytorch \d/i;
const compiled = /torchtitan|torch.?compile|compile\b/i;

/** The class of a framework's name; undefined when nothing names it. */
export function stackOf(framework: string | undefined): Stack | undefined {
  if (framework === undefined || framework.trim() === "") return undefined;
  if (derived.test(framework)) return "typical";
  if (compiled.test(framework)) return "compiled";
  return vendor.test(framework) ? "vendor" : "typical";
}
