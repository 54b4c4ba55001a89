/** The workload's fields in words: what a value is and what it does to the result. Names are the contract's. */
import type { Quantity } from "../core/quantity";

export interface FieldWords {
  readonly label: string;
  /** One clause: what the value does to time, energy and cost. */
  readonly role: string;
  /** Unit behind a number, for print. */
  readonly unit?: string;
}

const field = (label: string, role: string, unit?: string): FieldWords =>
  unit === undefined ? { label, role } : { label, role, unit };

const words: Readonly<Record<string, FieldWords>> = {
  name: field("Name", "shown with the estimate; changes no number"),
  model: field("Model", "its parameters set the work per token, its weights the memory"),
  accelerator: field("Accelerator", "sets speed, memory, power and price per hour"),
  accelerators: field("Accelerators", "all of the workload together; more finish sooner, each is paid by the hour"),
  acceleratorsPerNode: field("Accelerators per node", "times the nodes gives the accelerators"),
  nodes: field("Nodes", "times the accelerators of each gives the accelerators"),
  instanceType: field("Instance type", "names the accelerator, how many there are in one machine, and the price"),
  provider: field("Provider", "chooses the price list and the facility"),
  region: field("Region", "chooses the grid's carbon intensity, the facility and the price"),
  pricing: field("Pricing", "on demand, spot or reserved rates"),
  pricePerAcceleratorHour: field("Price per accelerator-hour", "cost is in proportion", "USD/h"),
  pricePerNodeHour: field("Price per node-hour", "cost is in proportion", "USD/h"),
  discount: field("Discount", "taken off the list price"),
  precision: field("Precision", "format of the matrix multiplications: sets the peak rate and the memory"),
  duration: field("Run time", "hours of all accelerators; cost and energy are in proportion", "h"),
  mfu: field("Model FLOPs utilisation", "share of the peak rate that becomes useful work; replaces the calibrated one"),
  "facility.pue": field("PUE", "facility energy per energy of the machines, applied once"),
  "facility.carbonIntensity": field("Carbon intensity", "carbon is in proportion", "gCO2e/kWh"),
  "facility.waterIntensity": field("Water intensity", "water is in proportion"),
  "facility.electricityPrice": field("Electricity price", "used where hardware is owned", "USD/kWh"),
  "facility.zone": field("Grid zone", "chooses the carbon intensity"),
  tokens: field("Tokens", "training work is in proportion", "tokens"),
  steps: field("Steps", "times batch size and sequence length gives the tokens"),
  epochs: field("Epochs", "times the data set gives the tokens"),
  dataset: field("Data set", "its size times the epochs gives the tokens"),
  "dataset.name": field("Data set", "its size times the epochs gives the tokens"),
  "dataset.samples": field("Samples", "times tokens per sample and epochs gives the tokens"),
  "dataset.tokensPerSample": field("Tokens per sample", "times samples and epochs gives the tokens"),
  sequenceLength: field("Sequence length", "longer sequences mean more attention work per token and more memory"),
  globalBatchSize: field("Global batch size", "sequences of one optimiser step over all accelerators"),
  microBatchSize: field("Micro batch size", "sequences per accelerator and pass: sets activation memory"),
  gradientAccumulation: field("Gradient accumulation", "passes per optimiser step"),
  activationCheckpointing: field("Activation checkpointing", "saves memory and computes activations again"),
  optimizer: field("Optimizer", "its states are held in memory"),
  "parallelism.tensor": field("Tensor parallelism", "splits each layer; lowers memory, adds communication"),
  "parallelism.pipeline": field("Pipeline parallelism", "splits the layers over stages; adds idle time"),
  "parallelism.virtualPipeline": field("Virtual pipeline stages", "shorten the pipeline's idle time"),
  "parallelism.context": field("Context parallelism", "splits the sequence"),
  "parallelism.expert": field("Expert parallelism", "spreads the experts"),
  "parallelism.data": field("Data parallelism", "copies of the model that share the batch"),
  "parallelism.zeroStage": field("ZeRO stage", "shards optimiser states, gradients, weights"),
  "parallelism.cpuOffload": field("CPU offload", "moves states to the host's memory; slower"),
  framework: field("Framework", "chooses the calibrated utilisation"),
  packing: field("Packing", "joins short samples, so that no padding is computed"),
  fusedLoss: field("Fused loss", "logits never exist as a whole: less memory at long sequences"),
  stages: field("Stages", "each adds its own work"),
  "evaluation.samples": field("Evaluation samples", "read in each evaluation"),
  "evaluation.every": field("Evaluated every", "trained samples between two evaluations"),
  method: field("Method", "full, LoRA or QLoRA: sets the work and the memory of the update"),
  weightPrecision: field("Weight precision", "format of the stored weights: sets memory and decode speed"),
  loraRank: field("LoRA rank", "size of the adapter"),
  loraTargets: field("LoRA targets", "layers that get an adapter"),
  adapterParameters: field("Adapter parameters", "what is trained"),
  referenceFree: field("Without a reference", "the objective scores no frozen model beside the trained one"),
  preferencePairs: field("Preference pairs", "each sample is a chosen and a rejected answer: both are computed"),
  algorithm: field("Algorithm", "sets which models run in one step"),
  promptsPerStep: field("Prompts per step", "work per step is in proportion"),
  samplesPerPrompt: field("Samples per prompt", "generated and trained on: work is in proportion"),
  promptTokens: field("Prompt tokens", "read by the model in each sample", "tokens"),
  responseTokens: field("Response tokens", "generated and trained on", "tokens"),
  asynchronous: field("Asynchronous", "generation and training overlap"),
  teacher: field("Teacher", "runs forward, or generates the data"),
  reference: field("Reference model", "runs forward on each sample"),
  critic: field("Critic", "is trained beside the policy"),
  rewardModel: field("Reward model", "runs forward on each sample"),
  strategy: field("Strategy", "on-policy: the student samples, the teacher grades; off-policy: the teacher writes"),
  prompts: field("Prompts", "work is in proportion"),
  reuseExistingData: field("Existing data", "the teacher's answers are there already"),
  inputTokens: field("Input tokens", "per request; read in one pass", "tokens"),
  outputTokens: field("Output tokens", "per request; each needs a pass over the weights", "tokens"),
  cachedInputTokens: field("Cached input tokens", "per request; billed at the lower rate", "tokens"),
  concurrency: field("Concurrency", "sequences in flight on one replica: more share a pass over the weights"),
  requests: field("Requests", "cost and energy are in proportion"),
  requestsPerSecond: field("Requests per second", "sets the load of the replicas"),
  engine: field("Engine", "chooses the calibrated efficiency"),
  kvCachePrecision: field("KV cache precision", "sets how many sequences fit"),
  prefixCacheHitRate: field("Prefix cache hit rate", "share of the input that is not computed again"),
  maxModelLength: field("Maximum model length", "bounds the KV cache of a sequence", "tokens"),
  images: field("Images", "become tokens of the input"),
  replicas: field("Replicas", "copies of the model; each has its own accelerators"),
  latencyTarget: field("Latency target", "the batch is chosen to meet it", "s"),
  draftModel: field("Draft model", "proposes tokens for the large one to check"),
  draftTokens: field("Draft tokens", "proposed per pass"),
  acceptanceRate: field("Acceptance rate", "share of proposed tokens that stand"),
  architecture: field("Architecture", "how the picture comes about: sets the passes"),
  width: field("Width", "work grows with the picture's area"),
  height: field("Height", "work grows with the picture's area"),
  frames: field("Frames", "work grows with the frames"),
  guidancePasses: field("Guidance passes", "passes per step: work is in proportion"),
  batchSize: field("Batch size", "pictures made together"),
  items: field("Items", "cost and energy are in proportion"),
  imageTokens: field("Image tokens", "generated one after the other", "tokens"),
  groups: field("Groups", "parts of the picture made in order"),
  stepsPerGroup: field("Steps per group", "passes for each part"),
  window: field("Window", "groups that are denoised together as it rolls on"),
  scales: field("Scales", "token maps from coarse to fine"),
  decoder: field("Decoder", "turns tokens into pixels"),
  servers: field("Servers", "power and cost are in proportion"),
  serverPower: field("Server power", "at full load", "kW"),
  load: field("Load", "mean share of the full power"),
  acceleratorsPerServer: field("Accelerators per server", "for comparison with accelerator counts"),
  queriesPerDay: field("Queries per day", "demand is in proportion"),
  energyPerQuery: field("Energy per query", "demand is in proportion", "Wh"),
  lifetimeYears: field("Lifetime", "years over which manufacture is spread"),
  serverMass: field("Server mass", "becomes waste at the end", "kg"),
  serverPrice: field("Server price", "of one server", "USD"),
  embodiedPerServer: field("Embodied carbon per server", "of its manufacture", "kgCO2e"),
  efficiencyGain: field("Efficiency gain", "work per energy, as a factor"),
  demandElasticity: field("Demand elasticity", "how demand answers to efficiency: above 1 it outgrows the gain"),
  batch: field("Batch", "billed at the batch rate"),
};

/** What holds other fields, and what is assumed but cannot be stated in a file. */
const others: Readonly<Record<string, FieldWords>> = {
  facility: field("Facility", "PUE, grid, water and electricity of the place it runs in"),
  parallelism: field("Parallelism", "how weights and batch are laid out over the accelerators"),
  evaluation: field("Evaluation", "passes over held-out samples, added to the training work"),
  longestSample: field("Longest sample", "sets the peak of the activation memory", "tokens"),
  goodput: field("Goodput", "share of the hours that is spent training"),
  acceleratorPower: field("Power per accelerator", "energy is in proportion", "W"),
};

const wordsOf = (name: string): FieldWords | undefined =>
  Object.hasOwn(words, name) ? words[name] : Object.hasOwn(others, name) ? others[name] : undefined;

/** Label and role of a field; an unknown name gives a plain label made of it (letters only, so nothing hostile passes). */
export function fieldWords(name: string): FieldWords {
  const known = wordsOf(name);
  if (known !== undefined) return known;
  const [outer = ""] = name.split(".");
  const group = wordsOf(outer);
  const last = (name.split(".").at(-1) ?? "").replace(/[^A-Za-z0-9]/g, "").slice(0, 40);
  const spaced = last.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  const label = spaced === "" ? "Value" : `${spaced[0]?.toUpperCase()}${spaced.slice(1)}`;
  return {
    label: group ? `${group.label}: ${label.toLowerCase()}` : label,
    role: group?.role ?? "read for the estimate",
  };
}

/** A label inside a sentence or a list: `data set`, but `LoRA rank` and `PUE`. */
export function inSentence(name: string): string {
  const { label } = fieldWords(name);
  return /^[A-Z]{2}|^Lo?RA|^ZeRO/.test(label) ? label : `${label[0]?.toLowerCase()}${label.slice(1)}`;
}

/** Fields that a directive comment can state. */
export const isField = (name: string): boolean => Object.hasOwn(words, name);
export const fieldNames: readonly string[] = Object.keys(words);

/** Units for print where the contract's unit alone would mislead. */
const printUnits: Readonly<Partial<Record<string, string>>> = {
  acceleratorHours: "accelerator-hours",
  costPerMonth: "USD/month",
  costPerMillionOutputTokens: "USD/M tokens",
  energyPerYear: "kWh/year",
};

/** A quantity of the estimate as it is printed: `costPerMonth` as `$5.8k/month`, `acceleratorHours` as `17k h`. */
export function printed(key: string, quantity: Quantity): Quantity {
  const unit = Object.hasOwn(printUnits, key) ? printUnits[key] : undefined;
  return unit === undefined ? quantity : { ...quantity, unit };
}

/** Quantities of the estimate in words, in the order in which they are printed. */
export const quantityLabels = {
  cost: "Cost",
  costRate: "Cost per hour",
  costPerMonth: "Cost per month",
  purchaseCost: "Purchase",
  costPerMillionOutputTokens: "Cost per million output tokens",
  energy: "Energy (facility)",
  acceleratorEnergy: "Energy (accelerators)",
  energyPerYear: "Energy per year",
  demandEnergyPerYear: "Energy per year (demand)",
  impliedServers: "Servers that the demand needs",
  supplyOverDemand: "Supply over demand",
  power: "Power (facility)",
  acceleratorPower: "Power per accelerator",
  energyPerRequest: "Energy per request",
  energyPerOutputToken: "Energy per output token",
  energyPerItem: "Energy per item",
  carbon: "Carbon (operation)",
  carbonRate: "Carbon per hour",
  embodiedCarbon: "Carbon (manufacture)",
  water: "Water",
  eWaste: "Electronic waste",
  duration: "Run time",
  acceleratorHours: "Accelerator-hours",
  latency: "Latency",
  timeToFirstToken: "Time to first token",
  timePerOutputToken: "Time per output token",
  trainingThroughput: "Training throughput",
  outputThroughput: "Output throughput",
  memoryPerAccelerator: "Memory per accelerator",
  weightMemory: "Weights in memory",
  kvCachePerToken: "KV cache per token",
  parameters: "Parameters",
  activeParameters: "Active parameters",
  flops: "Computation",
  flopsPerToken: "Computation per token",
} as const;
