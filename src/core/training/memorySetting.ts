/** What the memory of a training run depends on: as stated, and settled. */
import type { AcceleratorFacts } from "../facts";
import type { Architecture } from "../model/architecture";
import type { Precision } from "../precision";
import type { Parallelism } from "../workload";
import type { Layout } from "./layout";
import type { MemoryConstants } from "./memoryConstants";
import type { ResolvedStack, Sharding } from "./memoryStack";

/** All fields as the workload states them: pass undefined for what the file does not say, the model has its own fallbacks. */
export interface TrainingMemoryInput {
  readonly model: Architecture;
  readonly method: "full" | "lora" | "qlora";
  /** All accelerators of the run. */
  readonly accelerators: number;
  readonly accelerator?: AcceleratorFacts | undefined;
  readonly framework?: string | undefined;
  readonly optimizer?: string | undefined;
  readonly precision?: Precision | undefined;
  /** Format of a frozen base. */
  readonly weightPrecision?: Precision | undefined;
  readonly sequenceLength?: number | undefined;
  readonly microBatchSize?: number | undefined;
  readonly globalBatchSize?: number | undefined;
  readonly gradientAccumulation?: number | undefined;
  readonly activationCheckpointing?: "none" | "selective" | "full" | undefined;
  /** What an unstated one comes to, where the same question was asked before. */
  readonly settledCheckpointing?: "none" | "selective" | "full" | undefined;
  readonly parallelism?: Parallelism | undefined;
  readonly packing?: boolean | undefined;
  /** Tokens of each sequence whose log-probabilities are taken (the answers of sampled training); the whole sequence unless given. */
  readonly scoredTokens?: number | undefined;
  /** Loss fused with the output projection: logits never exist as a whole. */
  readonly fusedLoss?: boolean | undefined;
  readonly loraRank?: number | undefined;
  readonly loraTargets?: string | readonly string[] | undefined;
  readonly adapterParameters?: number | undefined;
  /** A frozen model that scores the same samples and is kept beside the trained one (preference optimisation). */
  readonly reference?: Architecture | undefined;
  /** A serving engine shares the device (reinforcement learning with co-located rollouts). */
  readonly colocatedEngine?: boolean | undefined;
}

export const memoryParts = [
  "weights",
  "gradients",
  "optimizer",
  "activations",
  "logits",
  "workspace",
  "overhead",
] as const;
export type MemoryPart = (typeof memoryParts)[number];

/** A run with everything settled that its memory depends on. */
export interface MemorySetting {
  readonly input: TrainingMemoryInput;
  readonly constants: MemoryConstants;
  readonly stack: ResolvedStack;
  readonly layout: Layout;
  readonly method: TrainingMemoryInput["method"];
  /** Ranks that share the states of one model replica. */
  readonly shards: number;
  readonly sharding: Sharding;
  readonly zeroStage: number;
  readonly offload: boolean;
  readonly frozen: Precision;
  readonly adapters: number;
  readonly adaptsMlp: boolean;
  readonly sequence: number;
  readonly checkpointing: "none" | "selective" | "full";
  readonly expertsQuantized: boolean;
}
