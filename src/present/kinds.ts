/** Kinds of workloads in words. */
import type { Kind } from "../core/workload";

const words: Readonly<Record<Kind, string>> = {
  training: "Training",
  fineTuning: "Fine-tuning",
  reinforcementLearning: "Reinforcement learning",
  distillation: "Distillation",
  inference: "Inference",
  imageGeneration: "Image generation",
  videoGeneration: "Video generation",
  fleet: "Fleet",
  api: "Hosted model",
  allocation: "Reserved hardware",
  model: "Model",
};

export const kindWords = (kind: Kind): string => words[kind];
