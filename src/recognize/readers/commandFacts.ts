/** What the command of a launcher says of the work: program, model, parallelism, lengths, batch, duration. */
import type { ModelSpec } from "../../core/model/specification";
import type { Kind } from "../../core/workload";
import { type Fact, serverBound } from "../recognized";
import { type Argument, argumentFact, type CommandLine } from "./commandLine";
import type { Cursor, FactSheet } from "./facts";
import { modelName } from "./modelNames";
import { parsePrecision } from "./precision";

const engines: readonly (readonly [RegExp, string])[] = [
  [/\bsglang\b|sgl-project|lmsysorg\/sglang/i, "sglang"],
  [/trtllm|tensorrt[-_]?llm|trt-llm/i, "tensorrt-llm"],
  [/\bvllm\b|vllm[-_/]/i, "vllm"],
  [/text-generation-(inference|launcher)/i, "tgi"],
  [/\bollama\b/i, "ollama"],
  [/llama\.cpp|llama-server|llama_cpp/i, "llama.cpp"],
  [/lmdeploy/i, "lmdeploy"],
];

/** The serving engine that a command or an image names. */
export function engineIn(text: string): string | undefined {
  for (const [pattern, engine] of engines) if (pattern.test(text)) return engine;
  return undefined;
}

const reinforcement = /(?<![a-z])(?:grpo|ppo|rloo)(?![a-z])|train_ppo|\bverl\b|openrlhf/i;
/** A script or a flag, not a model that was made this way (`DeepSeek-R1-Distill-…`). */
const distilling = /distil\w*\.py\b|--teacher[_-]model/i;
/** Programs that do nothing but serve, and the ones that never do: model names and images say less than these. */
const server =
  /\b(?:vllm|sglang|lmdeploy|ollama|bentoml) serve\b|\bapi_server\b|\blaunch_server\b|trtllm-serve|text-generation-launcher|llama-server|dynamo\.(?:vllm|sglang|trtllm)/;
const trainer =
  /torchrun|accelerate launch|\bdeepspeed\b|\btrain\w*\.py|axolotl|llamafactory-cli train|tune run|trl (?:sft|dpo|grpo)/;
/** Servers of pictures and films, and the tasks that models of theirs are named after. */
const video = /fastvideo|\bt2v\b|\bi2v\b|-[ti]2v-|text-to-video|image-to-video/i;
const picture = /comfyui|stable-diffusion-webui|automatic1111|invokeai|text-to-image|\bsd-webui/i;
const tuning =
  /fine[-_]?tun|\bsft\b|sft\.py|_sft|\bdpo\b|\bdpo_|\bq?lora\b|\bpeft\b|axolotl|llamafactory|trl[ /]|run_(qa|glue|clm|squad)|tune run|_tune\b|\btune[_.]|-fft\b|oumi (distributed )?train|oumi train|(?<![\w-])unsloth(?!\/)|nemo.?rl.*run_sft/i;
const training =
  /torchrun|torch\.distributed|accelerate launch|deepspeed|train[\w-]*\.py|pretrain|composer |mpirun|megatron|\btrain\b/i;
const serving =
  /\bserve\b|api_server|launch_server|text-generation|tritonserver|inference|\bserver\b|uvicorn|lmdeploy|infinity|tei\b|text-embeddings|nvcr\.io\/nim\//i;

/** What kind of work a command does; undefined when nothing tells. */
export function kindOfCommand(text: string): Kind | undefined {
  const short = text.slice(0, 20_000);
  if (server.test(short) && !trainer.test(short)) return "inference";
  if (reinforcement.test(short) && !/\bvllm serve\b/.test(short)) return "reinforcementLearning";
  if (distilling.test(short)) return "distillation";
  if (tuning.test(short)) return "fineTuning";
  if (video.test(short)) return "videoGeneration";
  if (picture.test(short)) return "imageGeneration";
  if (engineIn(short) && /\bserve\b|server|launcher|--model|router|vllm|sglang|\btgi\b|ollama/.test(short))
    return "inference";
  if (training.test(short)) return "training";
  return serving.test(short) ? "inference" : undefined;
}

const modelFlags = [
  "model_id",
  "model_path",
  "model_name_or_path",
  "pretrained_model_name_or_path",
  "actor_rollout_ref.model.path",
  "model.model_name",
  "hf_model",
  "base_model",
  "model",
  "model_name",
  "policy.model_name",
  "pretrain",
  "model.path",
  "hf_model_path",
  "checkpoint_dir",
] as const;

const modelFlagsOfLlamaCpp = ["hf_repo", "hf", "m"] as const;

/** The model that a value names, be part of it a placeholder (`s3://$BUCKET/models/name`). */
export const modelAt = (at: Cursor): string | undefined => modelName(at.text() ?? at.raw() ?? "");

type Reader = (argument: Argument) => unknown;
const number: Reader = ({ value }) => {
  const found = value === undefined ? Number.NaN : Number(value.replaceAll("_", ""));
  return Number.isFinite(found) && found > 0 ? found : undefined;
};
const steps: Reader = (argument) => {
  const value = number(argument);
  return typeof value === "number" && value < 1_000_000 ? value : undefined;
};
const thousands: Reader = (argument) => {
  const match = /^(\d+(?:\.\d+)?)([kK])$/.exec(argument.value ?? "");
  return match ? Number(match[1]) * (match[2] === "K" ? 1024 : 1000) : number(argument);
};
const precision: Reader = ({ value }) => parsePrecision(value);

/** Field, reader, flags in order of strength. */
const flags: readonly (readonly [string, Reader, readonly string[]])[] = [
  [
    "parallelism.tensor",
    number,
    ["tensor_parallel_size", "tp_size", "tp", "num_shard", "tensor_model_parallel_size", "sharded"],
  ],
  ["parallelism.pipeline", number, ["pipeline_parallel_size", "pp_size", "pp", "pipeline_model_parallel_size"]],
  ["parallelism.context", number, ["context_parallel_size", "cp_size"]],
  ["concurrency", number, ["max_num_seqs", "max_running_requests", "max_concurrent_requests"]],
  [
    "maxModelLength",
    thousands,
    [
      "max_model_len",
      "context_length",
      "max_total_tokens",
      "max_seq_len",
      "max_length",
      "max_sequence_length",
      "ctx_size",
      "session_len",
    ],
  ],
  ["kvCachePrecision", precision, ["kv_cache_dtype"]],
  ["weightPrecision", precision, ["quantization", "quantize", "q"]],
  ["precision", precision, ["dtype", "torch_dtype", "mixed_precision", "precision"]],
  [
    "sequenceLength",
    thousands,
    [
      "max_seq_length",
      "seq_length",
      "sequence_length",
      "sequence_len",
      "max_seq_len",
      "block_size",
      "cutoff_len",
      "max_length",
      "max_context_width",
      "model_max_length",
      "max_target_length",
      "policy.max_total_sequence_length",
    ],
  ],
  [
    "microBatchSize",
    number,
    [
      "per_device_train_batch_size",
      "per_gpu_train_batch_size",
      "micro_batch_size",
      "train_micro_batch_size_per_gpu",
      "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu",
      "train_batch_size",
      "micro_train_batch_size",
      "batch_size",
    ],
  ],
  ["globalBatchSize", number, ["global_batch_size", "gbs", "policy.train_global_batch_size"]],
  ["gradientAccumulation", number, ["gradient_accumulation_steps", "gradient_accumulation"]],
  [
    "steps",
    steps,
    [
      "max_steps",
      "max_train_steps",
      "max_num_steps",
      "train_iters",
      "num_steps",
      "trainer.total_training_steps",
      "trainer.max_steps",
      "grpo.max_num_steps",
    ],
  ],
  [
    "teacher",
    ({ value }) => (value === undefined ? undefined : modelName(value)),
    ["teacher_model", "teacher_model_name_or_path"],
  ],
  ["epochs", number, ["num_train_epochs", "num_epochs", "epochs", "trainer.total_epochs", "max_epochs"]],
  ["loraRank", number, ["lora_rank", "lora_r", "lora_alpha_r"]],
  ["promptsPerStep", number, ["data.train_batch_size", "rollout_batch_size", "grpo.num_prompts_per_step"]],
  ["promptTokens", number, ["data.max_prompt_length", "max_prompt_length", "prompt_max_len"]],
  ["responseTokens", number, ["data.max_response_length", "max_completion_length", "generate_max_len"]],
  [
    "samplesPerPrompt",
    number,
    ["actor_rollout_ref.rollout.n", "num_generations", "n_samples_per_prompt", "grpo.num_generations_per_prompt"],
  ],
];

const fieldsOfServing = new Set([
  "concurrency",
  "parallelism.tensor",
  "parallelism.pipeline",
  "parallelism.context",
  "maxModelLength",
  "kvCachePrecision",
  "weightPrecision",
  "precision",
]);
const rolloutOnly = new Set(["promptsPerStep", "promptTokens", "responseTokens", "samplesPerPrompt"]);

export interface CommandReading {
  /** Decides which fields apply. */
  readonly kind: Kind;
  readonly overrides?: Partial<Fact>;
}

/** Puts what the command states onto the sheet; what stands there already is kept. */
export function readCommand(line: CommandLine, sheet: FactSheet, { kind, overrides = {} }: CommandReading): void {
  const serving = kind === "inference";
  if (!serving) readDimensions(line, sheet, overrides);
  readModel(line, sheet, overrides);
  const engine = engineIn(line.text);
  for (const [field, reader, names] of flags) {
    if (serving && !fieldsOfServing.has(field)) continue;
    if (!serving && (field === "maxModelLength" || field === "kvCachePrecision" || field === "concurrency")) continue;
    if (field === "teacher" && kind !== "distillation") continue;
    if (rolloutOnly.has(field) && kind !== "reinforcementLearning") continue;
    for (const name of names) {
      const argument = line.find(name);
      const value = argument && reader(argument);
      if (!argument || value === undefined) continue;
      sheet.set(
        field,
        argumentFact(argument, value, field === "concurrency" ? { ...overrides, ...serverBound } : overrides),
      );
      break;
    }
  }
  if (serving) readExperts(line, sheet, overrides);
  const named = serving && engine ? line.words.find((word) => engineIn(word.value ?? "") === engine) : undefined;
  if (named) sheet.set("engine", argumentFact(named, engine, overrides));
  const prompt = sheet.numberOf("promptTokens");
  const response = sheet.get("responseTokens");
  if (prompt !== undefined && typeof response?.value === "number")
    sheet.set("sequenceLength", {
      ...response,
      value: prompt + response.value,
      note: `prompt ${prompt} + response ${response.value}`,
    });
  for (const name of serving ? [] : (["bf16", "fp16"] as const)) {
    const flag = line.find(name);
    if (flag && !/^(false|0|no)$/i.test(flag.value ?? "")) sheet.set("precision", argumentFact(flag, name, overrides));
  }
  if (!serving && kind === "fineTuning") readMethod(line, sheet, overrides);
}

/** vLLM spreads the experts over all members of the tensor and data parallel groups. */
function readExperts(line: CommandLine, sheet: FactSheet, overrides: Partial<Fact>): void {
  const flag = line.find("enable_expert_parallel");
  const tensor = sheet.numberOf("parallelism.tensor") ?? 1;
  const data = line.has("data_parallel_size") ? line.numberOf("data_parallel_size") : 1;
  if (!flag || data === undefined || tensor * data <= 1) return;
  sheet.set("parallelism.expert", argumentFact(flag, tensor * data, { ...overrides, note: "tensor × data parallel" }));
}

/** Dimensions of a model that training scripts are given instead of a name. */
const dimensions: readonly (readonly [keyof ModelSpec, readonly string[]])[] = [
  ["hiddenSize", ["hidden_width", "hidden_size", "d_model", "n_embd"]],
  ["layers", ["num_layers", "num_hidden_layers", "n_layers", "n_layer"]],
  ["attentionHeads", ["num_heads", "num_attention_heads", "n_heads", "n_head"]],
  ["keyValueHeads", ["num_key_value_heads", "num_query_groups", "n_kv_heads"]],
  ["intermediateSize", ["intermediate_size", "ffn_hidden_size"]],
  ["vocabularySize", ["vocab_size"]],
];

function readDimensions(line: CommandLine, sheet: FactSheet, overrides: Partial<Fact>): void {
  const spec: Record<string, unknown> = {};
  for (const [field, names] of dimensions) {
    const value = line.numberOf(...names);
    if (value !== undefined && value > 0) spec[field] = value;
  }
  const at = line.find("hidden_width", "hidden_size", "d_model", "n_embd");
  if (!at || spec.hiddenSize === undefined || spec.layers === undefined) return;
  const name = line.textOf("model_type", "model_name");
  sheet.set(
    "model",
    argumentFact(at, name === undefined ? spec : { name, ...spec }, {
      ...overrides,
      note: "dimensions on the command line",
    }),
  );
}

function readModel(line: CommandLine, sheet: FactSheet, overrides: Partial<Fact>): void {
  const positional = servedModel(line);
  if (positional) {
    sheet.set("model", positional);
    return;
  }
  for (const name of /llama-server|llama\.cpp|llama_cpp/.test(line.text)
    ? [...modelFlags, ...modelFlagsOfLlamaCpp]
    : modelFlags) {
    const argument = line.find(name);
    const value =
      argument?.value === undefined ? undefined : (servedName(line, argument.value) ?? modelName(argument.value));
    if (!argument || value === undefined || /\.(ya?ml|json|py|sh)$/i.test(value) || /^(\d+|true|false)$/i.test(value))
      continue;
    sheet.set("model", argumentFact(argument, value, overrides));
    return;
  }
}

/** A copy on disk goes by the name that the server gives it, if that is a full one. */
function servedName(line: CommandLine, path: string): string | undefined {
  const name = line.textOf("served_model_name");
  return /^[./]/.test(path) && name !== undefined && /^[\w.-]+\/[\w.-]+$/.test(name) ? name : undefined;
}

/** `vllm serve org/name`. */
function servedModel(line: CommandLine): Fact | undefined {
  const index = line.words.findIndex((word) => word.value === "serve" || word.value === "pull" || word.value === "run");
  const before = line.words[index - 1]?.value ?? "";
  const next = line.words[index + 1];
  if (index < 0 || !next?.value || !/(^|\/)(vllm|ollama|trtllm-serve)$/.test(before)) return undefined;
  const name = modelName(next.value);
  return name === undefined || name === ";" ? undefined : argumentFact(next, name);
}

function readMethod(line: CommandLine, sheet: FactSheet, overrides: Partial<Fact>): void {
  const flag = line.find("use_peft", "lora_rank", "lora_r", "use_lora", "lora", "peft", "qlora");
  if (!flag) return;
  const off = /^(false|0|no)$/i.test(flag.value ?? "");
  if (off) return;
  const quantized = line.has("load_in_4bit", "use_qlora", "qlora") || /qlora/i.test(line.text);
  sheet.set("method", argumentFact(flag, quantized ? "qlora" : "lora", overrides));
}

/** Accelerators that a launcher command asks for: torchrun's and accelerate's flags. */
export function processesOf(line: CommandLine): {
  readonly perNode?: Argument;
  readonly nodes?: Argument;
  readonly total?: Argument;
} {
  const numeric = (argument: Argument | undefined): Argument | undefined =>
    argument && number(argument) !== undefined ? argument : undefined;
  const perNode = numeric(
    line.find("nproc_per_node", "trainer.n_gpus_per_node", "gpus_per_node", "num_gpus", "n_gpus_per_node"),
  );
  const nodes = numeric(line.find("nnodes", "num_nodes", "num_machines", "trainer.nnodes"));
  const total = numeric(line.find("num_processes", "world_size"));
  return { ...(perNode ? { perNode } : {}), ...(nodes ? { nodes } : {}), ...(total ? { total } : {}) };
}
