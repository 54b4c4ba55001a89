/** What to change when a training run does not fit its accelerators: the smallest changes first. */
import type { AcceleratorFacts } from "../facts";
import { stepUp } from "../stepUp";
import { type TrainingMemory, trainingMemory } from "./memory";
import type { TrainingMemoryInput } from "./memorySetting";

export interface MemoryAlternative {
  /** Printable: `full activation checkpointing`. */
  readonly label: string;
  /** Workload fields to set, dotted where nested. */
  readonly changes: Readonly<Record<string, number | string>>;
  /** Peak of the changed run. */
  readonly memory: TrainingMemory;
}

interface Change {
  readonly label: string;
  readonly changes: Readonly<Record<string, number | string>>;
  readonly input: TrainingMemoryInput;
}

/** Changes of the configuration alone, from the cheapest to the deepest; each builds on the ones before. */
function configurationChanges(input: TrainingMemoryInput): readonly Change[] {
  const steps: Change[] = [];
  let current = input;
  let changes: Record<string, number | string> = {};
  const labels: string[] = [];
  const push = (label: string, change: Record<string, number | string>, next: TrainingMemoryInput): void => {
    labels.push(label);
    changes = { ...changes, ...change };
    current = next;
    steps.push({ label: labels.join(", "), changes, input: current });
  };
  if (input.activationCheckpointing !== "full")
    push(
      "full activation checkpointing",
      { activationCheckpointing: "full" },
      { ...current, activationCheckpointing: "full" },
    );
  if ((input.microBatchSize ?? 1) > 1)
    push("micro-batch of 1", { microBatchSize: 1 }, { ...current, microBatchSize: 1 });
  if (input.accelerators > 1 && (input.parallelism?.zeroStage ?? 0) < 3 && (input.parallelism?.pipeline ?? 1) === 1)
    push(
      "ZeRO-3",
      { "parallelism.zeroStage": 3 },
      { ...current, parallelism: { ...current.parallelism, zeroStage: 3 } },
    );
  if (input.method === "lora")
    push("QLoRA", { method: "qlora" }, { ...current, method: "qlora", weightPrecision: "nf4" });
  return steps;
}

const largestCount = 16_384;

/** More of the same accelerator, states sharded over them. */
function moreAccelerators(input: TrainingMemoryInput): Change | undefined {
  for (let count = Math.max(1, Math.round(input.accelerators)) * 2; count <= largestCount; count *= 2) {
    const changed: TrainingMemoryInput = {
      ...input,
      accelerators: count,
      parallelism: { ...input.parallelism, data: undefined, zeroStage: 3 },
    };
    if (trainingMemory(changed).fits)
      return {
        label: `${count} accelerators with ZeRO-3`,
        changes: { accelerators: count, "parallelism.zeroStage": 3 },
        input: changed,
      };
  }
  return undefined;
}

/** A common part a step up that holds the run as it is. */
function largerAccelerator(input: TrainingMemoryInput, all: readonly AcceleratorFacts[]): Change | undefined {
  if (input.accelerator === undefined) return undefined;
  const larger = stepUp(
    input.accelerator,
    all,
    (accelerator) => trainingMemory({ ...input, accelerator }).fits === true,
  );
  return (
    larger && { label: larger.name, changes: { accelerator: larger.id }, input: { ...input, accelerator: larger } }
  );
}

/**
 * Ways to make a run fit, at most three: the smallest change of the configuration, more of the same accelerator, a larger one.
 * Empty when it fits already, when the accelerator is unknown, or when nothing helps.
 */
export function smallestFit(
  input: TrainingMemoryInput,
  accelerators: readonly AcceleratorFacts[],
): readonly MemoryAlternative[] {
  if (input.accelerator === undefined || trainingMemory(input).fits !== false) return [];
  const configuration = configurationChanges(input).find((change) => trainingMemory(change.input).fits);
  return [configuration, moreAccelerators(input), largerAccelerator(input, accelerators)]
    .filter((change) => change !== undefined)
    .map(({ label, changes, input: changed }) => ({ label, changes, memory: trainingMemory(changed) }));
}
