/**
 * Peak memory of one accelerator while training: weights, gradients, optimiser states, activations, logits, work space.
 *
 * The boundary is what the framework reserves on the device (`max_memory_reserved`); the driver's context (about 0.5 GB) is not
 * in the figure but is counted when asking whether it fits. GB = 1e9 bytes.
 */
import type { Assumption, MemoryQuantity, Step } from "../estimate";
import { weightBits } from "../precision";
import { add, logNormal, type Quantity } from "../quantity";
import { fittedStacks, memoryConstants, memorySigma } from "./memoryConstants";
import { partsOf, referenceBytes, sumOf } from "./memoryParts";
import { resolveSetting } from "./memoryResolve";
import { type MemoryPart, type MemorySetting, memoryParts, type TrainingMemoryInput } from "./memorySetting";

export interface TrainingMemory {
  readonly quantity: MemoryQuantity;
  /** GB per part; they sum to the central value. */
  readonly parts: Readonly<Record<MemoryPart, number>>;
  readonly fits?: boolean;
  /** What had to be assumed; hand each to `draft.assume`. */
  readonly assumptions: readonly Assumption[];
  readonly step: Step;
}

function intervalOf(setting: MemorySetting, parts: Readonly<Record<MemoryPart, number>>, central: number): Quantity {
  const { input, method, stack } = setting;
  const guessed = input.sequenceLength === undefined || input.microBatchSize === undefined;
  const fitted = fittedStacks.has(stack.name);
  const moving = parts.activations + parts.logits;
  const fixed =
    method === "full"
      ? memorySigma.states
      : input.model.expertLayers > 0 && weightBits[setting.frozen] < 16
        ? memorySigma.quantizedExperts
        : memorySigma.adapterStates;
  const states = Math.hypot(
    fixed,
    fitted ? 0 : memorySigma.unfittedStates,
    input.model.visionParameters > 0 ? memorySigma.images : 0,
  );
  const kept = input.activationCheckpointing === undefined && setting.checkpointing === "none";
  const transient = guessed
    ? memorySigma.movingAssumed
    : Math.hypot(fitted ? memorySigma.moving : memorySigma.unfittedMoving, kept ? memorySigma.movingRecomputed : 0);
  const total = add(logNormal(sumOf(parts) - moving, states, "GB"), logNormal(moving, transient, "GB"));
  // A co-located engine takes its share whatever the trainer needs.
  return central > total.central ? logNormal(central, memorySigma.states, "GB") : total;
}

/** Close calls stay open where part of the run is our guess: undefined when the low end fits and the middle does not. */
function judge(peak: Quantity, context: number, memory: number, guessed: boolean): boolean | undefined {
  if (peak.central + context <= memory) return true;
  return guessed && peak.low + context <= memory ? undefined : false;
}

/** What a run recomputes in its backward pass: as stated, as its framework's recipes do, or as it must to fit. */
export const settledCheckpointing = (input: TrainingMemoryInput): MemorySetting["checkpointing"] =>
  resolveSetting(input, memoryConstants, []).checkpointing;

/** Estimates the peak memory of one accelerator. Never throws on finite input. */
export function trainingMemory(input: TrainingMemoryInput, constants = memoryConstants): TrainingMemory {
  const assumptions: Assumption[] = [];
  const setting = resolveSetting(input, constants, assumptions);
  const parts = partsOf(setting);
  const memory = input.accelerator?.memory;
  let central = sumOf(parts);
  if (input.colocatedEngine && memory !== undefined) central = Math.max(central, constants.colocatedShare * memory);
  const held = intervalOf(setting, parts, central);
  // Relatives of DPO do without a reference (ORPO, SimPO), and its scores can be reckoned beforehand.
  const plain =
    input.reference === undefined
      ? held
      : { ...held, low: Math.max(0, held.low * (1 - referenceBytes(setting) / (central * 1e9))) };
  const fits = memory === undefined ? undefined : judge(plain, constants.context, memory, assumptions.length > 0);
  return {
    quantity: fits === undefined ? plain : { ...plain, fits },
    parts,
    ...(fits === undefined ? {} : { fits }),
    assumptions,
    step: {
      quantity: "memoryPerAccelerator",
      formula: "weights + gradients + optimiser states + activations + logits + gathered layers and buffers",
      inputs: Object.fromEntries(memoryParts.map((part) => [`${part} (GB)`, Number(parts[part].toPrecision(3))])),
      result: central,
      unit: "GB",
      reference: "Korthikanti et al., arXiv 2205.05198; ZeRO, arXiv 1910.02054; QLoRA, arXiv 2305.14314",
    },
  };
}
