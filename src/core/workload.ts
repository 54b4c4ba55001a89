/**
 * The workload: what a configuration asks for, in the field's terms. One discriminated union on `kind`; any field may be absent.
 * Units are in docs/contract.md and in each field's comment.
 */
import * as z from "zod";
import { count, hours, positive, share, size, text } from "./fields";
import { modelSpecSchema } from "./model/specification";
import { precisions } from "./precision";

const precision = z.enum(precisions);
/** A model by name, or by its dimensions. Hugging Face config objects are turned into dimensions before this schema is applied. */
const model = z.union([text, modelSpecSchema]);

const facility = z.object({
  pue: z.number().min(1).max(10).optional(),
  /** gCO2e/kWh, location-based. */
  carbonIntensity: size.optional(),
  /** L/kWh of IT energy on site plus off site. */
  waterIntensity: size.optional(),
  /** USD/kWh. */
  electricityPrice: size.optional(),
  /** Grid zone or country (`DE`, `US-TEX-ERCO`). */
  zone: text.optional(),
});

const parallelism = z.object({
  tensor: positive.optional(),
  pipeline: positive.optional(),
  virtualPipeline: positive.optional(),
  context: positive.optional(),
  expert: positive.optional(),
  data: positive.optional(),
  zeroStage: z.number().int().min(0).max(3).optional(),
  cpuOffload: z.boolean().optional(),
});

const common = {
  name: text.optional(),
  model: model.optional(),
  accelerator: text.optional(),
  accelerators: count.optional(),
  acceleratorsPerNode: count.optional(),
  nodes: count.optional(),
  instanceType: text.optional(),
  provider: text.optional(),
  region: text.optional(),
  pricing: z.enum(["onDemand", "spot", "reserved"]).optional(),
  /** USD per accelerator and hour. */
  pricePerAcceleratorHour: size.optional(),
  /** USD per node and hour. */
  pricePerNodeHour: size.optional(),
  /** Share taken off the list price, 0..1. */
  discount: share.optional(),
  precision: precision.optional(),
  /** Hours of known run time. */
  duration: hours.optional(),
  facility: facility.optional(),
  /** Model FLOPs utilisation, overrides the calibrated one. */
  mfu: z.number().gt(0).max(1).optional(),
};

const stage = z.object({
  name: text.optional(),
  samples: size.optional(),
  tokens: size.optional(),
  textTokens: size.optional(),
  visualTokens: size.optional(),
  /** Parts whose weights change: `all`, `vision`, `projector`, `embedding`, `llm`. */
  trainable: z.union([text, z.array(text)]).optional(),
  /** Parts that run at all; every part unless stated. */
  modules: z.union([text, z.array(text)]).optional(),
  /** A frozen model that runs forward beside the trained one, on the images. */
  teacher: model.optional(),
});

const trainingFields = {
  tokens: size.optional(),
  steps: size.optional(),
  epochs: size.optional(),
  dataset: z.object({ name: text.optional(), samples: size.optional(), tokensPerSample: size.optional() }).optional(),
  sequenceLength: positive.optional(),
  /** Sequences per optimiser step, over all accelerators. */
  globalBatchSize: positive.optional(),
  /** Sequences per accelerator and forward pass. */
  microBatchSize: positive.optional(),
  gradientAccumulation: positive.optional(),
  activationCheckpointing: z.enum(["none", "selective", "full"]).optional(),
  optimizer: text.optional(),
  parallelism: parallelism.optional(),
  framework: text.optional(),
  packing: z.boolean().optional(),
  /** Sequences evaluated, every so many trained ones. */
  evaluation: z.object({ samples: size.optional(), every: size.optional() }).optional(),
  /** Loss fused with the output projection (Liger, CutCrossEntropy, chunked): logits never exist as a whole. */
  fusedLoss: z.boolean().optional(),
  stages: z.array(stage).max(100).optional(),
};

const fineTuningFields = {
  ...trainingFields,
  method: z.enum(["full", "lora", "qlora"]).optional(),
  /** Format of a frozen base. */
  weightPrecision: precision.optional(),
  loraRank: positive.optional(),
  loraTargets: z.union([text, z.array(text)]).optional(),
  adapterParameters: size.optional(),
  /** Samples are pairs of a chosen and a rejected answer, scored by a frozen reference as well (DPO on an adapter). */
  preferencePairs: z.boolean().optional(),
  /** Preference optimisation that scores no reference (ORPO, SimPO, CPO). */
  referenceFree: z.boolean().optional(),
};

const image = z.object({ width: positive, height: positive, count: positive.optional() });

const inferenceFields = {
  /** Tokens per request. */
  inputTokens: size.optional(),
  outputTokens: size.optional(),
  /** Sequences in flight on one replica. */
  concurrency: positive.optional(),
  requests: size.optional(),
  requestsPerSecond: size.optional(),
  engine: text.optional(),
  weightPrecision: precision.optional(),
  kvCachePrecision: precision.optional(),
  parallelism: parallelism.optional(),
  prefixCacheHitRate: share.optional(),
  maxModelLength: positive.optional(),
  images: z.array(image).max(1000).optional(),
  replicas: count.optional(),
  /** Largest acceptable seconds per output token: the batch is chosen to meet it. */
  latencyTarget: positive.optional(),
  draftModel: model.optional(),
  draftTokens: positive.optional(),
  acceptanceRate: share.optional(),
};

const generationFields = {
  architecture: z
    .enum([
      "diffusion",
      "autoregressive",
      "autoregressiveDiffusion",
      "nextScale",
      "groupwiseDiffusion",
      "maskedAutoregressive",
    ])
    .optional(),
  width: positive.optional(),
  height: positive.optional(),
  frames: positive.optional(),
  steps: positive.optional(),
  guidancePasses: z.number().int().min(1).max(4).optional(),
  batchSize: positive.optional(),
  items: size.optional(),
  imageTokens: positive.optional(),
  groups: positive.optional(),
  stepsPerGroup: positive.optional(),
  /** Groups denoised together as a rolling window moves over them (rolling diffusion). */
  window: positive.optional(),
  /** Text tokens before the first image token of an autoregressive model. */
  promptTokens: size.optional(),
  /** Side lengths of the token maps, coarse to fine. */
  scales: z.array(positive).max(64).optional(),
  decoder: model.optional(),
  engine: text.optional(),
  weightPrecision: precision.optional(),
};

const kind = <K extends string>(name: K) => ({ kind: z.literal(name), ...common });

export const trainingSchema = z.object({ ...kind("training"), ...trainingFields });
export const fineTuningSchema = z.object({ ...kind("fineTuning"), ...fineTuningFields });
export const reinforcementLearningSchema = z.object({
  ...kind("reinforcementLearning"),
  ...fineTuningFields,
  /** `dpo` stands for preference optimisation on given pairs (DPO, IPO, KTO, ORPO): nothing is sampled. */
  algorithm: z.enum(["ppo", "grpo", "dpo"]).optional(),
  promptsPerStep: positive.optional(),
  samplesPerPrompt: positive.optional(),
  promptTokens: size.optional(),
  responseTokens: size.optional(),
  asynchronous: z.boolean().optional(),
  teacher: model.optional(),
  reference: model.optional(),
  critic: model.optional(),
  rewardModel: model.optional(),
  engine: text.optional(),
});
export const distillationSchema = z.object({
  ...kind("distillation"),
  ...fineTuningFields,
  strategy: z.enum(["onPolicy", "offPolicy"]).optional(),
  teacher: model.optional(),
  prompts: size.optional(),
  samplesPerPrompt: positive.optional(),
  promptTokens: size.optional(),
  responseTokens: size.optional(),
  reuseExistingData: z.boolean().optional(),
  engine: text.optional(),
});
export const inferenceSchema = z.object({ ...kind("inference"), ...inferenceFields });
export const imageGenerationSchema = z.object({ ...kind("imageGeneration"), ...generationFields });
export const videoGenerationSchema = z.object({ ...kind("videoGeneration"), ...generationFields });
export const fleetSchema = z.object({
  ...kind("fleet"),
  servers: size.optional(),
  /** kW per server. */
  serverPower: size.optional(),
  load: share.optional(),
  acceleratorsPerServer: size.optional(),
  queriesPerDay: size.optional(),
  /** Wh per query, full stack. */
  energyPerQuery: size.optional(),
  lifetimeYears: positive.optional(),
  /** kg. */
  serverMass: size.optional(),
  /** USD. */
  serverPrice: size.optional(),
  /** kgCO2e. */
  embodiedPerServer: size.optional(),
  efficiencyGain: positive.optional(),
  demandElasticity: z.number().min(-10).max(10).optional(),
});
export const apiSchema = z.object({
  ...kind("api"),
  requests: size.optional(),
  /** Tokens per request. */
  inputTokens: size.optional(),
  cachedInputTokens: size.optional(),
  outputTokens: size.optional(),
  batch: z.boolean().optional(),
});
export const allocationSchema = z.object({ ...kind("allocation"), replicas: count.optional() });
export const modelSchema = z.object({ ...kind("model"), maxModelLength: positive.optional() });

export const workloadSchema = z.discriminatedUnion("kind", [
  trainingSchema,
  fineTuningSchema,
  reinforcementLearningSchema,
  distillationSchema,
  inferenceSchema,
  imageGenerationSchema,
  videoGenerationSchema,
  fleetSchema,
  apiSchema,
  allocationSchema,
  modelSchema,
]);

export type Workload = z.output<typeof workloadSchema>;
export type Kind = Workload["kind"];
export type WorkloadOf<K extends Kind> = Extract<Workload, { kind: K }>;
export type ModelReference = z.output<typeof model>;
export type Facility = z.output<typeof facility>;
export type Parallelism = z.output<typeof parallelism>;
export type Stage = z.output<typeof stage>;
export type TrainingFields = Omit<WorkloadOf<"training">, "kind">;
export type FineTuningFields = Omit<WorkloadOf<"fineTuning">, "kind">;
export type InferenceFields = Omit<WorkloadOf<"inference">, "kind">;
export type GenerationWorkload = WorkloadOf<"imageGeneration"> | WorkloadOf<"videoGeneration">;

export const kinds = workloadSchema.options.map((option) => option.shape.kind.value) as readonly Kind[];

const shapes = new Map<string, ReadonlySet<string>>(
  workloadSchema.options.map((option) => [option.shape.kind.value, new Set(Object.keys(option.shape))]),
);

/** Field names that `kind` understands (top level). */
export const fieldsOf = (name: Kind): ReadonlySet<string> => shapes.get(name) as ReadonlySet<string>;

export interface WorkloadProblem {
  /** Path inside the workload, e.g. `["parallelism", "tensor"]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly severity: "error" | "warning";
}

/** The fields that all kinds share, as schema: defaults of files, workspaces and settings. */
export const commonFieldsSchema = z.object(common);
export type CommonFields = z.output<typeof commonFieldsSchema>;
