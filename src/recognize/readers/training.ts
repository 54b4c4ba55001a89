/** Fields that many trainers share, read in one place: precision flags, Hugging Face trainer arguments, LoRA, DeepSpeed files. */
import type { ModelSpec } from "../../core/model/specification";
import { referenced } from "../references";
import type { Cursor } from "./facts";
import { modelName, modelNameInPath } from "./modelNames";
import { parsePrecision, precisionInName } from "./precision";
import { asNumber, type LocatedScalar, type Reading } from "./reading";

const join = (prefix: string, key: string): string => (prefix === "" ? key : `${prefix}/${key}`);

/** The model at the first path that names one. */
export function readModel(reading: Reading, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const from = reading.scalar(path);
    if (!from || typeof from.value !== "string") continue;
    const name = modelName(from.text);
    if (!name) {
      if (/\s.*\s/.test(from.text.trim())) reading.note("the model's name is a sentence, not an id");
      continue;
    }
    reading.put("model", name, from);
    return name;
  }
  return undefined;
}

/** A second model (teacher, critic, reward) at the first path that names one. */
export function readOtherModel(
  reading: Reading,
  field: "teacher" | "critic" | "rewardModel" | "reference",
  ...paths: readonly string[]
): string | undefined {
  const from = reading.scalar(...paths);
  const name = from && typeof from.value === "string" ? modelName(from.text) : undefined;
  if (from && name) reading.put(field, name, from);
  return name;
}

/** A model that only the path names, with low confidence. */
export function readModelFromPath(reading: Reading): string | undefined {
  if (reading.value("model") !== undefined) return undefined;
  const name = modelNameInPath(reading.context.path);
  if (name && !/^gpt$/i.test(name))
    reading.put("model", name, undefined, { source: "path", confidence: "low", note: "from the file's path" });
  return name;
}

type Dimension = {
  [K in keyof ModelSpec]-?: NonNullable<ModelSpec[K]> extends number ? K : never;
}[keyof ModelSpec];

/** Dimensions stated in the file, as a ModelSpec; undefined unless layers and width are both there. */
export function readDimensions(
  reading: Reading,
  paths: Readonly<Partial<Record<Dimension, readonly string[]>>>,
  extra: Partial<ModelSpec> = {},
): Partial<ModelSpec> | undefined {
  const spec: Record<string, unknown> = {};
  let first: LocatedScalar | undefined;
  for (const [field, candidates] of Object.entries(paths) as [Dimension, readonly string[]][]) {
    for (const path of candidates) {
      const from = reading.scalar(path);
      const value = from && asNumber(from.value);
      if (!from || value === undefined || value <= 0) continue;
      spec[field] = value;
      first ??= from;
      break;
    }
  }
  if (spec.layers === undefined || spec.hiddenSize === undefined || !first) return undefined;
  const whole = { ...spec, ...extra } as Partial<ModelSpec>;
  reading.drop("model");
  reading.put("model", whole, first);
  return whole;
}

/**
 * Llama's feed-forward where it is not stated: two thirds of four widths, times the multiplier, rounded up to a multiple
 * (meta-llama/llama3, llama/model.py; facebookresearch/lingua, lingua/transformer.py).
 */
export function llamaFeedForward(reading: Reading, prefix: string): { intermediateSize?: number } {
  const width = reading.numberAt(join(prefix, "dim"));
  if (width === undefined) return {};
  const multiple = reading.numberAt(join(prefix, "multiple_of")) ?? 256;
  const multiplier = reading.numberAt(join(prefix, "ffn_dim_multiplier")) ?? 1;
  const wide = Math.floor(Math.floor((2 * 4 * width) / 3) * multiplier);
  return multiple > 0 ? { intermediateSize: multiple * Math.ceil(wide / multiple) } : {};
}

/** A precision at the first path that names one. */
export function readPrecision(reading: Reading, field: string, ...paths: readonly string[]): void {
  for (const path of paths) {
    const from = reading.scalar(path);
    const precision = from && parsePrecision(from.value);
    if (precision) {
      reading.put(field, precision, from);
      return;
    }
  }
}

/** `bf16: true|auto|full`, `fp16: true`, `fp8: true`, in this order of strength. */
export function readPrecisionFlags(reading: Reading, prefix = ""): void {
  for (const [key, precision] of [
    ["fp8", "fp8"],
    ["bf16", "bf16"],
    ["bfloat16", "bf16"],
    ["fp16", "fp16"],
    ["float16", "fp16"],
  ] as const) {
    const path = join(prefix, key);
    const from = reading.scalar(path);
    if (!from) continue;
    const text = from.text.toLowerCase();
    if (text === "auto" && precision === "bf16") {
      reading.put("precision", "bf16", from, { confidence: "medium", note: "auto: bf16 where the accelerator has it" });
      return;
    }
    if (reading.flagAt(path) === true || text === "full") {
      reading.put("precision", precision, from);
      return;
    }
  }
}

/** True → `full`; `selective`/`full` as they are; false → `none`. */
export function readCheckpointing(reading: Reading, ...paths: readonly string[]): void {
  for (const path of paths) {
    const from = reading.scalar(path);
    if (!from) continue;
    const text = from.text.toLowerCase();
    if (/select|core_attn/.test(text)) reading.put("activationCheckpointing", "selective", from);
    else if (reading.flagAt(path) === true || /^(full|uniform|block|unsloth|true|offload\w*|minimal\w*)$/.test(text))
      reading.put("activationCheckpointing", "full", from);
    else if (reading.flagAt(path) === false) reading.put("activationCheckpointing", "none", from);
    else continue;
    return;
  }
}

/** A list of module names, or one name. */
export function readTargets(reading: Reading, ...paths: readonly string[]): void {
  for (const path of paths) {
    const cursor = reading.find(path);
    if (!cursor || cursor.isMapping) continue;
    const names = cursor.texts().map((text) => text.slice(0, 100));
    const [only] = names;
    if (only === undefined) continue;
    reading.put("loraTargets", cursor.isScalar ? only : names.slice(0, 64), cursor);
    return;
  }
}

/** Shares of a mixture (`0.5`) and counts of samples (`100000`) as the file weighs its data sets. */
interface NamedDataset {
  readonly name: string;
  readonly weight?: number;
}

/**
 * The data sets that a list of mappings, a mapping of weights, a list or a text names: `first, second × 0.5`. A mixture weighed in samples
 * gives their sum.
 */
export function readDataset(reading: Reading, path: string, ...keys: readonly string[]): void {
  const cursor = reading.find(path);
  if (!cursor) return;
  const found = datasetsAt(cursor, keys).filter(({ name }) => name !== "");
  const [first] = found;
  if (!first) return;
  const names = found.map(({ name, weight }) =>
    weight !== undefined && weight > 0 && weight < 1 ? `${name} × ${weight}` : name,
  );
  const text = [...new Set(names)].join(", ");
  reading.put("dataset.name", text.length <= 300 ? text : first.name.slice(0, 300), cursor);
  const counts = found.map(({ weight }) => weight ?? 0);
  if (counts.every((count) => count > 1 && Number.isInteger(count)))
    reading.put("dataset.samples", sum(counts), cursor, { note: "samples taken of each data set" });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function datasetsAt(cursor: Cursor, keys: readonly string[]): readonly NamedDataset[] {
  if (cursor.isScalar) return (cursor.text()?.split(",") ?? []).map((name) => ({ name: name.trim() }));
  if (cursor.isMapping)
    return cursor.entries().map((entry) => {
      const weight = entry.number();
      return { name: entry.key, ...(weight === undefined ? {} : { weight }) };
    });
  const items = cursor.items().slice(0, 50);
  // A list may take turns: name, weight, name, weight.
  if (items.length % 2 === 0 && items.every((item, index) => item.isScalar && (index % 2 === 0 || isWeight(item))))
    return items.flatMap((item, index) => {
      const weight = items[index + 1]?.number();
      return index % 2 === 1 ? [] : [{ name: item.text() ?? "", ...(weight === undefined ? {} : { weight }) }];
    });
  return items.flatMap((item) => {
    if (item.isScalar) return [{ name: item.text() ?? "" }];
    const name = keys.map((key) => item.get(key).text()).find((text) => text !== undefined);
    return name === undefined ? [] : [{ name }];
  });
}

const isWeight = (item: Cursor): boolean => item.number() !== undefined;

/** Arguments of Hugging Face's `Trainer`, wherever they stand. */
export function readTrainerArguments(reading: Reading, prefix = ""): void {
  const at = (key: string): string => join(prefix, key);
  reading.number("microBatchSize", at("per_device_train_batch_size"), at("per_gpu_train_batch_size"));
  reading.number("gradientAccumulation", at("gradient_accumulation_steps"));
  reading.steps(at("max_steps"), at("max_train_steps"));
  reading.epochs(at("num_train_epochs"), at("num_epochs"));
  reading.text("optimizer", at("optim"), at("optimizer"));
  readPrecisionFlags(reading, prefix);
  readCheckpointing(reading, at("gradient_checkpointing"), at("enable_gradient_checkpointing"));
  if (reading.flagAt(at("packing")) !== undefined)
    reading.put("packing", reading.flagAt(at("packing")), reading.find(at("packing")));
  readFusedLoss(reading, at("use_liger_kernel"), at("use_liger"), at("enable_liger_kernel"));
  readDeepSpeedReference(reading, at("deepspeed"));
  readFsdp(reading, prefix);
}

/** ZeRO's stage by the name (or number) of FSDP's strategy: everything sharded 3, gradients and optimiser state 2, nothing 0. */
export function fsdpStage(strategy: string): 0 | 2 | 3 | undefined {
  const name = strategy.toUpperCase();
  if (/NO_SHARD|^3$|^DDP$/.test(name)) return 0;
  if (/SHARD_GRAD_OP|ZERO2|^2$|^FALSE$|^GRAD$/.test(name)) return 2;
  return /FULL|HYBRID|^1$|^TRUE$|^AUTO$/.test(name) ? 3 : undefined;
}

/** The strategy at the first path that names one. */
export function readFsdpStrategy(reading: Reading, ...paths: readonly string[]): void {
  const from = reading.scalar(...paths);
  const stage = from && fsdpStage(from.text);
  if (from && stage !== undefined)
    reading.put("parallelism.zeroStage", stage, from, { note: `FSDP ${from.text.slice(0, 30)}` });
}

/** `fsdp: full_shard auto_wrap` (text or list) and `fsdp_config`, as Hugging Face's `Trainer` and Axolotl write them. */
export function readFsdp(reading: Reading, prefix = ""): void {
  const config = join(prefix, "fsdp_config");
  const keys = (...names: readonly string[]): string[] =>
    names.flatMap((name) => [`${config}/fsdp_${name}`, `${config}/${name}`]);
  const list = reading.find(join(prefix, "fsdp"));
  const words = list === undefined || list.isMapping ? [] : list.texts().flatMap((text) => text.split(/[\s,]+/));
  if (
    words.some((word) => /^offload$/i.test(word)) ||
    reading.flagAt(...keys("offload_params", "cpu_offload")) === true
  )
    reading.put("parallelism.cpuOffload", true, reading.find(config) ?? list);
  readFsdpStrategy(reading, ...keys("sharding_strategy", "reshard_after_forward"));
  const stage = words.map(fsdpStage).find((value) => value !== undefined);
  if (stage !== undefined) reading.put("parallelism.zeroStage", stage, list, { note: "FSDP" });
  else if (reading.has(...keys("version", "auto_wrap_policy", "transformer_layer_cls_to_wrap", "state_dict_type")))
    reading.put("parallelism.zeroStage", 3, reading.find(config), {
      confidence: "medium",
      note: "FSDP shards everything unless it says otherwise",
    });
}

/** A switch of Liger kernels, whose loss never holds all logits. Off says nothing: other fused losses are possible. */
export function readFusedLoss(reading: Reading, ...paths: readonly string[]): void {
  if (reading.flagAt(...paths) === true) reading.put("fusedLoss", true, reading.scalar(...paths));
}

/** Stage and offload of a DeepSpeed file that the block names (or holds). */
export function readDeepSpeedReference(reading: Reading, path: string): void {
  const located = reading.find(path);
  if (!located) return;
  if (located.isMapping) {
    readZero(reading.at(path), reading);
    return;
  }
  const name = reading.textAt(path);
  if (!name || name.length > 300) return;
  const known = /^zero([0-3])(_offload)?$/i.exec(name);
  if (known?.[1]) {
    reading.put("parallelism.zeroStage", Number(known[1]), located);
    if (known[2]) reading.put("parallelism.cpuOffload", true, located);
    return;
  }
  if (!/\.(json|ya?ml)$/i.test(name)) return;
  const file = referenced(reading.context, name);
  const document = file?.documents[0];
  if (!file || !document) {
    const stage = /(?:zero|ds_z|stage|z)[-_]?([0-3])(?!\d)/i.exec(name.split("/").at(-1) ?? "")?.[1];
    if (stage !== undefined)
      reading.put("parallelism.zeroStage", Number(stage), located, {
        confidence: "medium",
        note: "by the name of the DeepSpeed file",
      });
    return;
  }
  readZero(reading.over(document, file.path), reading);
}

/** ZeRO stage, offload and precision of a DeepSpeed object, put as facts of `into`. */
export function readZero(from: Reading, into: Reading): void {
  const stage = from.scalar("zero_optimization/stage");
  const value = stage && asNumber(stage.value);
  if (value !== undefined && [0, 1, 2, 3].includes(value)) into.put("parallelism.zeroStage", value, stage);
  for (const path of ["zero_optimization/offload_param/device", "zero_optimization/offload_optimizer/device"]) {
    const device = from.scalar(path);
    if (device && /^(cpu|nvme)$/i.test(device.text)) into.put("parallelism.cpuOffload", true, device);
  }
  const offload = from.scalar("zero_optimization/cpu_offload");
  if (offload?.value === true) into.put("parallelism.cpuOffload", true, offload);
  for (const key of ["fp8", "bf16", "bfloat16", "fp16"]) {
    const enabled = from.scalar(`${key}/enabled`);
    if (enabled?.value === true) into.put("precision", key === "bfloat16" ? "bf16" : key, enabled);
  }
}

/** Method and format of a frozen base: `quantized` says the base is loaded in fewer bits. */
export function readAdapter(
  reading: Reading,
  adapter: LocatedScalar | undefined,
  quantized: { readonly bits4?: boolean; readonly bits8?: boolean; readonly from?: LocatedScalar },
): "lora" | "qlora" {
  const model = reading.value("model");
  const named = typeof model === "string" ? precisionInName(model) : undefined;
  const low = quantized.bits4 || quantized.bits8;
  const method = low || named === "nf4" || named === "int4" ? "qlora" : "lora";
  reading.put(
    "method",
    method,
    quantized.from ?? adapter,
    low ? {} : method === "qlora" ? { note: "the model's name says 4 bits" } : {},
  );
  if (quantized.bits4) reading.put("weightPrecision", "nf4", quantized.from);
  else if (quantized.bits8) reading.put("weightPrecision", "int8", quantized.from);
  else if (named)
    reading.put("weightPrecision", named, undefined, { confidence: "medium", note: "the model's name says so" });
  return method;
}

/**
 * Objectives that score no reference: ORPO (arXiv 2403.07691), SimPO (arXiv 2405.14734), CPO (arXiv 2401.08417). DPO, IPO and KTO
 * (arXiv 2402.01306) have one.
 */
const withoutReference = /orpo|simpo|(?:^|[^a-z])cpo(?![a-z])/i;

/**
 * Training on given pairs, by the `objective` that the file names: an adapter stays fine-tuning (its base is the reference), what is
 * trained whole is a kind of its own.
 */
export function readPreference(
  reading: Reading,
  objective: string,
  from: Cursor | LocatedScalar | undefined,
  adapted: boolean,
): "fineTuning" | "reinforcementLearning" {
  if (withoutReference.test(objective)) reading.put("referenceFree", true, from);
  if (adapted) reading.put("preferencePairs", true, from);
  else reading.put("algorithm", "dpo", from);
  return adapted ? "fineTuning" : "reinforcementLearning";
}

/** Prompt + response = sequence of a reinforcement-learning run. */
export function readResponseLengths(reading: Reading, prompt: readonly string[], response: readonly string[]): void {
  const input = reading.number("promptTokens", ...prompt);
  const output = reading.number("responseTokens", ...response);
  if (input !== undefined && output !== undefined)
    reading.put("sequenceLength", input + output, reading.scalar(...response), {
      note: `prompt ${input} + response ${output}`,
    });
}
