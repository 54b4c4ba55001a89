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
  if (name) reading.put("model", name, undefined, { source: "path", confidence: "low", note: "from the file's path" });
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

/** First name of a dataset, from a list of mappings, a mapping of weights, a list or a text. */
export function readDataset(reading: Reading, path: string, ...keys: readonly string[]): void {
  const cursor = reading.find(path);
  if (!cursor) return;
  const name = (text: string | undefined, from: Cursor): boolean => {
    if (text === undefined) return false;
    reading.put("dataset.name", text.slice(0, 300), from);
    return true;
  };
  if (cursor.isScalar) name(cursor.text()?.split(",")[0]?.trim(), cursor);
  else if (cursor.isMapping) name(cursor.keys()[0], cursor);
  else {
    const item = cursor.get(0);
    if (item.isScalar) name(item.text(), item);
    else for (const key of keys) if (name(item.get(key).text(), item.get(key))) return;
  }
}

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
  if (!name || !/\.(json|ya?ml)$/i.test(name) || name.length > 300) return;
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

/** Prompt + response = sequence of a reinforcement-learning run. */
export function readResponseLengths(reading: Reading, prompt: readonly string[], response: readonly string[]): void {
  const input = reading.number("promptTokens", ...prompt);
  const output = reading.number("responseTokens", ...response);
  if (input !== undefined && output !== undefined)
    reading.put("sequenceLength", input + output, reading.scalar(...response), {
      note: `prompt ${input} + response ${output}`,
    });
}
