/**
 * What a training framework keeps in memory, as far as it differs between frameworks: a few physical switches, read from the
 * framework's name and the optimiser's. Sources are the frameworks' own recipes and documentation, named at each switch.
 */

/** How states are spread over data-parallel ranks when the configuration does not say. */
export type Sharding = "none" | "fsdp" | "deepspeed" | "distributedOptimizer";

export interface MemoryStack {
  readonly name: string;
  /** Trainable weights of full training on one device: bytes per parameter of weights, gradients and two Adam moments. */
  readonly weight: number;
  readonly gradient: number;
  readonly moments: number;
  /** Bytes per parameter that frozen 16-bit weights take when the configuration states no precision. */
  readonly defaultFrozenWeight: number;
  /** Bytes per logit (tokens · vocabulary) alive at the peak: the 16-bit product, and in fp32 its softmax and two gradients (2 + 3 · 4). */
  readonly logit: number;
  /** Bytes per unit of a gated MLP's width, per token: 8 with all four intermediates, 6 where a fused kernel recomputes SiLU. */
  readonly gatedMlp: number;
  readonly sharding: Sharding;
  /** Sharded training keeps an fp32 master of every weight (mixed precision); otherwise weights, gradients and moments stay at 16 bit. */
  readonly shardedMaster: boolean;
  /** Ranks first hold the whole checkpoint, then their shard (Lightning's FSDP loading). */
  readonly loadsWhole: boolean;
  /** Adapters on the MLP too, unless targets say otherwise. */
  readonly adaptsMlp: boolean;
  /** When recipes switch activation checkpointing on without being told. */
  readonly checkpoints: "always" | "sharded" | "ifNeeded";
  /** A quantised base is made from 16-bit weights on the device, whose blocks stay reserved; others quantise while loading. */
  readonly quantizesOnDevice: boolean;
  /** Selective checkpointing repeats the core of attention alone, which fused kernels do not keep anyway. */
  readonly selectiveCore: boolean;
  /** A quantised base keeps embeddings and head in fp32 (PEFT's `prepare_model_for_kbit_training`). */
  readonly fp32Tables: boolean;
}

const base: MemoryStack = {
  name: "transformers",
  weight: 4,
  gradient: 4,
  moments: 8,
  defaultFrozenWeight: 2,
  logit: 14,
  gatedMlp: 8,
  sharding: "deepspeed",
  shardedMaster: true,
  loadsWhole: false,
  adaptsMlp: true,
  checkpoints: "ifNeeded",
  quantizesOnDevice: false,
  selectiveCore: false,
  fp32Tables: true,
};

/** Pure 16-bit training: weights, gradients and moments all at two bytes. */
export const pure16 = { weight: 2, gradient: 2, moments: 4 } as const;

const stacks: readonly (readonly [pattern: RegExp, stack: MemoryStack])[] = [
  [
    /litgpt|lit-gpt|lightning|fabric/,
    {
      ...base,
      ...pure16,
      name: "litgpt",
      logit: 6,
      quantizesOnDevice: true,
      sharding: "fsdp",
      shardedMaster: false,
      loadsWhole: true,
      checkpoints: "sharded",
      adaptsMlp: false,
      fp32Tables: false,
    },
  ],
  [
    /torchtune/,
    {
      ...base,
      ...pure16,
      name: "torchtune",
      shardedMaster: false,
      // Loss in chunks: 16-bit logits and gradients, each chunk's fp32 softmax.
      logit: 9,
      quantizesOnDevice: true,
      checkpoints: "always",
      sharding: "fsdp",
      adaptsMlp: false,
      fp32Tables: false,
    },
  ],
  [/unsloth/, { ...base, ...pure16, name: "unsloth", checkpoints: "always", gatedMlp: 6, fp32Tables: false }],
  [/axolotl/, { ...base, ...pure16, name: "axolotl", checkpoints: "always", sharding: "fsdp", fp32Tables: false }],
  [/llama-?factory/, { ...base, name: "llamafactory", checkpoints: "always", weight: 2, gradient: 2, moments: 12 }],
  [/peft/, { ...base, name: "peft", defaultFrozenWeight: 4, adaptsMlp: false }],
  // Loads weights at 16 bit, shards them with FSDP2 and steps plain AdamW on them (NVIDIA-NeMo/Automodel, example recipes).
  [/automodel/, { ...base, ...pure16, name: "automodel", sharding: "fsdp", shardedMaster: false }],
  [/torchtitan/, { ...base, name: "torchtitan", sharding: "fsdp" }],
  [/llm-foundry|composer|mosaic|fsdp/, { ...base, name: "fsdp", sharding: "fsdp" }],
  [
    /megatron|nemo|maxtext|bridge|\bngc\b|dgl/,
    {
      ...base,
      name: "megatron",
      weight: 2,
      sharding: "distributedOptimizer",
      moments: 12,
      selectiveCore: true,
      // Its vocabulary-parallel loss writes the softmax over its input, and the gradient over that.
      logit: 12,
    },
  ],
  // Its configurations all switch checkpointing on (EleutherAI/gpt-neox, configs/*.yml).
  [/neox/, { ...base, name: "gpt-neox", weight: 2, gradient: 2, moments: 12, checkpoints: "always" }],
  [/deepspeed|zero/, { ...base, name: "deepspeed", weight: 2, gradient: 2, moments: 12 }],
  // Loads weights at 16 bit, checkpointing is on by default (modelscope/ms-swift, command-line parameters). Its loss and accuracy work on
  // shifted fp32 copies: 2 + 2 of the logits and 5 · 4.
  [/\bswift\b/, { ...base, ...pure16, name: "ms-swift", checkpoints: "always", logit: 24 }],
];

/** Loss fused with the output projection: logits never exist as a whole (Liger, CutCrossEntropy, Unsloth). */
const fusedLoss = /liger|cutcross|\bcce\b|unsloth|fused.?(?:linear.?)?(?:cross|ce|loss)/;
/** Attention scores kept as matrices. */
const eagerAttention = /eager/;

export interface StackOptions {
  readonly framework?: string | undefined;
  readonly optimizer?: string | undefined;
  /** As the file states it; otherwise read off the framework's name. */
  readonly fusedLoss?: boolean | undefined;
}

export interface ResolvedStack extends MemoryStack {
  readonly fusedLoss: boolean;
  readonly eagerAttention: boolean;
  /** Moments' bytes per parameter after the optimiser's own format. */
  readonly optimizerBytes: number;
  /** Plain data parallelism by name: nothing is sharded. */
  readonly replicated: boolean;
  /** Optimiser states move to host memory when the device is full (bitsandbytes' paged optimisers). */
  readonly paged: boolean;
}

/** Bytes per trainable parameter of optimiser states, from the optimiser's name; `adam` for a plain or unknown one. */
export function optimizerBytes(optimizer: string | undefined, adam: number): number {
  const name = optimizer?.toLowerCase() ?? "";
  const master = Math.max(0, adam - 8);
  if (/8.?bit|bnb/.test(name)) return 2 + master;
  if (/4.?bit/.test(name)) return 1 + master;
  if (/adafactor/.test(name)) return adam > 4 ? 0.1 + master : 0.1;
  if (/galore|apollo/.test(name)) return 1 + master;
  if (/\bsgd\b|lion|muon|momentum/.test(name)) return (adam - master) / 2 + master;
  return adam;
}

export function resolveStack(options: StackOptions): ResolvedStack {
  // A switch that a recipe states is rare; what names alone decide is looked up once.
  if (options.fusedLoss !== undefined) return readStack(options);
  let byOptimizer = resolved.get(options.framework);
  if (byOptimizer === undefined) {
    if (resolved.size >= 500) resolved.clear();
    byOptimizer = new Map();
    resolved.set(options.framework, byOptimizer);
  }
  let stack = byOptimizer.get(options.optimizer);
  if (stack === undefined) {
    if (byOptimizer.size >= 100) byOptimizer.clear();
    stack = readStack(options);
    byOptimizer.set(options.optimizer, stack);
  }
  return stack;
}

/** By framework and optimiser as written: each is matched against a dozen patterns. */
const resolved = new Map<string | undefined, Map<string | undefined, ResolvedStack>>();

function readStack({ framework, optimizer, fusedLoss: stated }: StackOptions): ResolvedStack {
  const name = framework?.toLowerCase() ?? "";
  const named = stacks.find(([pattern]) => pattern.test(name))?.[1] ?? base;
  // Optimisers that step 16-bit weights without a copy say so (adamw_bf16).
  const stack = /bf16/i.test(optimizer ?? "") ? { ...named, ...pure16, shardedMaster: false } : named;
  return {
    ...stack,
    gatedMlp: /liger/.test(name) ? 6 : stack.gatedMlp,
    fusedLoss: stated ?? fusedLoss.test(name),
    eagerAttention: eagerAttention.test(name),
    replicated: /\bddp\b/.test(name),
    optimizerBytes: optimizerBytes(optimizer, stack.moments),
    paged: /paged/i.test(optimizer ?? ""),
  };
}
