/** Azure Machine Learning: jobs, sweeps, pipelines, AutoML, fine-tuning, deployments, compute. */

import { parseDuration } from "../../core/numbers";
import type { Kind } from "../../core/workload";
import { entryOf, isMapping, type TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { isAcceleratedInstance } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { readLaunch } from "../readers/launch";
import { modelName } from "../readers/modelNames";
import { parsePrecision } from "../readers/precision";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";

const jobTypes = ["command", "pipeline", "sweep", "automl", "finetuning"];

export const azureMl: Dialect = {
  id: "azureml",
  title: "Azure Machine Learning",
  anchors: ["azuremlschemas", "azuremlsdk2", "compute: azureml:", "type: finetuning", "azureml://"],
  matches: (document) => {
    const { root } = document;
    const has = (...keys: string[]): boolean => keys.some((key) => entryOf(root, key) !== undefined);
    const schema = entryOf(root, "$schema")?.value;
    if (schema?.type === "scalar" && /azuremlschemas|azuremlsdk2/.test(schema.text)) return true;
    const type = entryOf(root, "type")?.value;
    return (
      type?.type === "scalar" &&
      jobTypes.includes(type.text) &&
      has("compute", "jobs", "training_data", "experiment_name") &&
      has("command", "jobs", "training_data", "trial")
    );
  },
  read,
  documentation: {
    recognizedBy: "`$schema` of Azure ML, or a job `type` with compute and a command",
    reads: "instances × processes, SKU, the command with its inputs, hyper-parameters, limits as upper bounds",
    limits: "processors-only SKUs and jobs without a sign of a GPU are left alone",
  },
};

const accelerated = /gpu|nvidia|-n[cdv]\d|nc\d|nd\d|v100|a100|h100|t4\b|a10\b|mi300/i;

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const type = root.get("type").text();
  const schema = root.get("$schema").text() ?? "";
  if (/deployment/i.test(schema) || (root.has("instance_type") && !root.has("command"))) return readDeployment(root);
  if (/(amlcompute|compute(instance|cluster)?)\.schema/i.test(schema) || root.has("size")) return readCompute(root);
  if (type === "pipeline" || root.has("jobs")) return readPipeline(root, context);
  if (type === "finetuning" || /finetuning/i.test(schema)) return readFineTuning(root);
  if (type === "automl" || /automl/i.test(schema)) return readAutoMl(root);
  return readJob(root, root, context);
}

function readDeployment(root: Cursor): Recognized[] {
  const type = root.get("instance_type");
  if (!type.exists && accelerated.test(root.get("compute").text() ?? "")) return readBatchDeployment(root);
  if (!isAcceleratedInstance(type.text() ?? "")) return [];
  const sheet = new FactSheet();
  sheet.text("instanceType", type).value("provider", type, "azure");
  const count = root.get("instance_count").exists
    ? root.get("instance_count")
    : root.get("scale_settings", "min_instances");
  if (count.positive() !== undefined) sheet.number("nodes", count).number("replicas", count);
  const model = root.get("model").isMapping ? root.get("model", "path") : root.get("model");
  sheet.value("model", model, modelName(model.text() ?? ""));
  const counted = readInstance(sheet);
  const high = root.get("scale_settings", "max_instances").positive();
  const low = root.get("scale_settings", "min_instances").positive();
  const range =
    counted && high !== undefined && low !== undefined && high > low
      ? { low: low * counted.perNode, high: high * counted.perNode }
      : undefined;
  return [
    workload("azureml", "inference", root, sheet, {
      name: root.get("name").text(),
      chain: counted?.chain,
      acceleratorsRange: range,
      anchor: type,
    }),
  ];
}

/** A batch deployment names a cluster; only the cluster's name says that it has accelerators. */
function readBatchDeployment(root: Cursor): Recognized[] {
  const sheet = new FactSheet();
  const compute = root.get("compute");
  sheet.value("provider", compute, "azure");
  sheet.number("nodes", root.get("resources", "instance_count"));
  const model = root.get("model").isMapping ? root.get("model", "path") : root.get("model");
  sheet.value("model", model, modelName(model.text() ?? ""));
  const pictures = /text-to-image|diffusion/i.test(`${root.get("description").text()} ${model.text()}`);
  return [
    workload("azureml", pictures ? "imageGeneration" : "inference", root, sheet, {
      name: root.get("name").text(),
      anchor: compute,
    }),
  ];
}

function readCompute(root: Cursor): Recognized[] {
  const size = root.get("size");
  if (!isAcceleratedInstance(size.text() ?? "")) return [];
  const sheet = new FactSheet();
  sheet.text("instanceType", size).value("provider", size, "azure");
  sheet.text("region", root.get("location"));
  const tier = root.get("tier");
  if (/low/i.test(tier.text() ?? "")) sheet.value("pricing", tier, "spot");
  const low = root.get("min_instances").number();
  const most = root.get("max_instances");
  const high = most.positive();
  if (high !== undefined) sheet.value("nodes", most, high, { note: "at most" });
  else if (root.get("type").text() === "computeinstance") sheet.value("nodes", size, 1);
  const counted = readInstance(sheet);
  const range =
    counted && high !== undefined ? { low: (low ?? 0) * counted.perNode, high: high * counted.perNode } : undefined;
  return [
    workload("azureml", "allocation", root, sheet, {
      name: root.get("name").text(),
      chain: counted?.chain,
      acceleratorsRange: range,
      anchor: size,
    }),
  ];
}

/** `block` is the job; `root` the file, whose inputs a pipeline hands down. */
function readJob(block: Cursor, root: Cursor, context: RecognitionContext): Recognized[] {
  const trial = block.get("trial").isMapping ? block.get("trial") : block;
  const field = (key: string): Cursor => (trial.has(key) ? trial.get(key) : block.get(key));
  const resources = field("resources");
  const distribution = field("distribution");
  const type = resources.get("instance_type");
  const compute = field("compute").exists ? field("compute") : root.get("settings", "default_compute");
  const processes = distribution.get("process_count_per_instance");
  const command = field("command");
  const words = command.raw() ?? "";
  const sku = isAcceleratedInstance(type.text() ?? "");
  const signs =
    sku ||
    accelerated.test(compute.text() ?? "") ||
    (processes.positive() ?? 0) > 1 ||
    /deepspeed|torchrun|accelerate launch|nvidia-smi|nccl|horovod/i.test(words);
  if (!signs || (type.text() !== undefined && !sku)) return [];
  const sheet = new FactSheet();
  if (sku) sheet.text("instanceType", type);
  sheet.value("provider", sku ? type : compute, "azure");
  const named = /[-_]?(v100|a100|h100|t4|mi300x)/i.exec(compute.text() ?? "")?.[1];
  if (named && !sku)
    sheet.value("accelerator", compute, named.toUpperCase(), { confidence: "low", note: "by the name of the compute" });
  const nodes = resources.get("instance_count");
  const each = processes.positive();
  const gpuProcesses =
    each !== undefined && !/^mpi$/i.test(distribution.get("type").text() ?? "")
      ? each
      : each !== undefined && each > 1
        ? each
        : undefined;
  if (nodes.positive() !== undefined) sheet.number("nodes", nodes);
  const chain: Factor[] = [];
  const count = nodes.positive() ?? 1;
  if (gpuProcesses !== undefined) {
    sheet.value("acceleratorsPerNode", processes, gpuProcesses);
    sheet.value(
      "accelerators",
      processes,
      count * gpuProcesses,
      count === 1 ? {} : { note: `${count} instances × ${gpuProcesses} processes` },
    );
    if (nodes.range) chain.push({ label: "instances", value: count, range: nodes.range });
    if (processes.range) chain.push({ label: "processes per instance", value: gpuProcesses, range: processes.range });
  } else if (sku && !sheet.has("nodes")) sheet.value("nodes", type, 1, { note: "one instance unless said" });
  const counted = readInstance(sheet);
  const launch = readLaunch({ scripts: [command], fallback: "training" }, sheet, context);
  if (launch.kind !== "inference") readInputs(field("inputs"), sheet, launch.kind);
  const limit = block.get("limits", "timeout").exists ? block.get("limits", "timeout") : trial.get("limits", "timeout");
  const trials = block.get("limits", "max_concurrent_trials").positive();
  return [
    workload("azureml", launch.kind, block, sheet, {
      name: block.get("display_name").text() ?? block.get("experiment_name").text() ?? (block.key || undefined),
      chain: chain.length > 0 ? chain : counted?.chain,
      timeLimit: hoursOf(limit),
      notes: trials !== undefined && trials > 1 ? [...launch.notes, `up to ${trials} trials at a time`] : launch.notes,
      anchor: resources.exists ? resources : compute,
    }),
  ];
}

const hoursOf = (limit: Cursor): number | undefined => {
  const seconds = limit.positive();
  return seconds === undefined ? parseDuration(limit.text() ?? "") : seconds / 3600;
};

/** Inputs by the names that Azure's own components and many people give them. */
const inputs: readonly (readonly [string, readonly string[]])[] = [
  ["epochs", ["num_train_epochs", "number_of_epochs", "num_epochs", "epochs"]],
  ["microBatchSize", ["per_device_train_batch_size", "training_batch_size", "train_batch_size", "batch_size"]],
  ["gradientAccumulation", ["gradient_accumulation_steps", "gradient_accumulation_step"]],
  ["sequenceLength", ["max_seq_length", "model_max_length", "max_length"]],
  ["steps", ["max_steps"]],
  ["loraRank", ["lora_r", "lora_rank"]],
  ["dataset.samples", ["max_train_samples"]],
];

function readInputs(block: Cursor, sheet: FactSheet, kind: Kind): void {
  for (const [field, names] of kind === "inference" ? [] : inputs) {
    const found = names.map((name) => inputValue(block.get(name))).find((at) => at.positive() !== undefined);
    if (found) sheet.number(field, found);
  }
  for (const name of [
    "mlflow_model_path",
    "pytorch_model_path",
    "model_path",
    "mlflow_model",
    "model",
    "model_name",
    "huggingface_id",
  ]) {
    const at = block.get(name).isMapping ? block.get(name, "path") : inputValue(block.get(name));
    const model =
      /azureml:|\//.test(at.text() ?? "") || name === "huggingface_id" || name === "model_name"
        ? modelName(at.text() ?? "")
        : undefined;
    sheet.value("model", at, model);
  }
  const precision = inputValue(block.get("precision"));
  sheet.value("precision", precision, parsePrecision(precision.text()));
  const lora = inputValue(block.get("apply_lora"));
  if (lora.boolean()) sheet.value("method", lora, "lora");
}

const inputValue = (at: Cursor): Cursor => (at.isMapping ? at.first("default", "value", "path") : at);

function readPipeline(root: Cursor, context: RecognitionContext): Recognized[] {
  const jobs = root.get("jobs").entries();
  const inline = jobs
    .filter((job) => job.has("command") || job.has("trial"))
    .flatMap((job) => readJob(job, root, context));
  if (inline.length > 0) return inline;
  return jobs.flatMap((job) => readComponentJob(job, root));
}

const learningInputs = ["num_train_epochs", "learning_rate", "max_steps", "number_of_gpu_to_use_finetuning"] as const;

/** A registered component: only its inputs are in sight. */
function readComponentJob(job: Cursor, root: Cursor): Recognized[] {
  const block = job.get("inputs");
  const component = `${job.get("component").text() ?? ""} ${job.key}`;
  const sheet = new FactSheet();
  const learns = [block, root.get("inputs")].some((at) => at.hasAny(...learningInputs));
  const kind: Kind = !learns && /evaluat|inference|predict|scoring/i.test(component) ? "inference" : "fineTuning";
  readInputs(block, sheet, kind);
  readInputs(root.get("inputs"), sheet, kind);
  const input = (...names: string[]): Cursor => {
    for (const from of [block, root.get("inputs")])
      for (const name of names) if (inputValue(from.get(name)).exists) return inputValue(from.get(name));
    return block.get(names[0] ?? "");
  };
  const each = input("number_of_gpu_to_use_finetuning", "process_count_per_instance", "num_gpus", "number_of_gpus");
  const nodes = input("instance_count", "num_nodes_finetune", "num_nodes");
  const computes = [...root.get("inputs").entries(), ...block.entries()].filter((entry) =>
    entry.key.includes("compute"),
  );
  const sign =
    each.positive() !== undefined ||
    computes.some((entry) => accelerated.test(entry.text() ?? "")) ||
    accelerated.test(root.get("settings", "default_compute").text() ?? "") ||
    accelerated.test(`${root.get("compute").text()} ${job.get("compute").text()} ${block.get("device").text()}`);
  if (
    !sign ||
    (!learns && kind !== "inference" && !/fine-?_?tun|train|generation|classification|diffusers|lora/i.test(component))
  )
    return [];
  if (each.positive() !== undefined) {
    const count = nodes.positive() ?? 1;
    sheet.value("acceleratorsPerNode", each, each.positive());
    if (nodes.positive() !== undefined) sheet.number("nodes", nodes);
    sheet.value(
      "accelerators",
      each,
      (each.positive() as number) * count,
      count === 1 ? {} : { note: `${count} instances × ${each.positive()}` },
    );
  }
  const type = input("instance_type_finetune", "instance_type");
  if (isAcceleratedInstance(type.text() ?? "")) sheet.text("instanceType", type);
  readInstance(sheet);
  return [
    workload("azureml", kind, job, sheet, {
      name: root.get("experiment_name").text() ?? job.key,
      notes: ["a registered component: its defaults are not known"],
    }),
  ];
}

function readFineTuning(root: Cursor): Recognized[] {
  const sheet = new FactSheet();
  const model = root.get("model").isMapping ? root.get("model", "path") : root.get("model");
  sheet.value("model", model, modelName(model.text() ?? ""));
  const types = root.get("resources", "instance_types");
  const type = types.items().find((item) => isAcceleratedInstance(item.text() ?? ""));
  if (type) sheet.text("instanceType", type);
  if (isMapping(root.get("hyperparameters").node)) readInputs(root.get("hyperparameters"), sheet, "fineTuning");
  const count = root.get("resources", "instance_count");
  if (type) sheet.value("nodes", count.exists ? count : type, count.positive() ?? 1);
  readInstance(sheet);
  return [workload("azureml", "fineTuning", root, sheet, { name: root.get("name").text(), anchor: root.get("model") })];
}

function readAutoMl(root: Cursor): Recognized[] {
  const task = root.get("task").text() ?? "";
  const compute = root.get("compute");
  const type = root.get("resources", "instance_type");
  if (!accelerated.test(`${compute.text()} ${type.text()}`) || !/^(text|image)_/.test(task)) return [];
  const sheet = new FactSheet();
  if (isAcceleratedInstance(type.text() ?? "")) sheet.text("instanceType", type);
  sheet.number("nodes", root.get("limits", "max_nodes"), { note: "at most" });
  sheet.value("provider", compute, "azure");
  sheet.value(
    "model",
    root.get("training_parameters", "model_name"),
    root.get("training_parameters", "model_name").text(),
  );
  sheet.number("epochs", root.get("training_parameters").first("number_of_epochs", "num_train_epochs"));
  const minutes = root.get("limits", "timeout_minutes").positive();
  return [
    workload("azureml", "fineTuning", root, sheet, {
      name: root.get("experiment_name").text(),
      timeLimit: minutes === undefined ? undefined : minutes / 60,
      anchor: root.get("limits"),
    }),
  ];
}
