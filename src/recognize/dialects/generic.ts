/** No format of its own: a block that states accelerators and work in plain words, as people do in notes and small tools. */

import type { Kind } from "../../core/workload";
import { entryOf, isMapping, type MappingNode, type TreeDocument, type TreeNode } from "../../document/tree";
import { type Cursor, FactSheet, workload } from "../readers/facts";
import { isAcceleratedInstance, parseAccelerators } from "../readers/gpu";
import { acceleratorPattern } from "../readers/pathHints";
import { parsePrecision } from "../readers/precision";
import type { Dialect, RecognitionContext, Recognized } from "../recognized";
import { withInherited } from "../references";

const counts = [
  "gpus",
  "num_gpus",
  "n_gpus",
  "gpu_count",
  "gpus_total",
  "total_gpus",
  "num_accelerators",
  "accelerators",
  "world_size",
  "numGpus",
  "gpuCount",
];
const perNode = ["gpus_per_node", "num_gpus_per_node", "n_gpus_per_node", "gpusPerNode", "accelerators_per_node"];
const nodes = ["num_nodes", "nodes", "nnodes", "n_nodes", "numNodes"];
const types = [
  "gpu_type",
  "gpu_model",
  "gpu",
  "accelerator",
  "accelerator_type",
  "gpuType",
  "hardware",
  "device_type",
  "instance_type",
  "instanceType",
  "machine_type",
];
const models = [
  "model",
  "model_name",
  "model_id",
  "base_model",
  "model_size",
  "modelName",
  "model_name_or_path",
  "parameters",
  "params",
];
const work: Readonly<Record<string, readonly string[]>> = {
  tokens: ["tokens", "training_tokens", "total_tokens", "train_tokens", "num_tokens", "max_tokens_total"],
  steps: ["max_steps", "steps", "train_steps", "num_steps"],
  epochs: ["epochs", "num_epochs", "num_train_epochs"],
  sequenceLength: ["sequence_length", "seq_length", "seq_len", "max_seq_length", "max_seq_len", "context_length"],
  globalBatchSize: ["global_batch_size", "gbs"],
  microBatchSize: ["micro_batch_size", "per_device_train_batch_size", "per_device_batch_size"],
};

export const generic: Dialect = {
  id: "generic",
  title: "Plain statement of accelerators and work",
  anchors: [
    "gpus:",
    "num_gpus",
    "n_gpus",
    "gpu_count",
    "gpu_type",
    "gpu_model",
    "gpus_per_node",
    '"gpus"',
    "training_tokens",
    "model_size",
  ],
  matches: (document) => blocksOf(document.root).length > 0,
  read: (document, context) => read(document, context),
  documentation: {
    recognizedBy:
      "a block that names accelerators (a count or a known type) and one more of model, type, tokens, steps, batch, length",
    reads: "those fields by their usual names",
    limits: "CI workflows, price tables and results are left alone",
  },
};

const chip = new RegExp(`(?:^|[^a-z0-9])(?:${acceleratorPattern})(?![a-z])`, "i");
const has = (node: MappingNode, keys: readonly string[]): boolean =>
  keys.some((key) => {
    const value = entryOf(node, key)?.value;
    return value?.type === "scalar" && value.text.trim() !== "" && value.value !== null;
  });
const isNumber = (node: MappingNode, keys: readonly string[]): boolean =>
  keys.some((key) => {
    const value = entryOf(node, key)?.value;
    return value?.type === "scalar" && /^\d{1,6}$/.test(value.text.trim()) && Number(value.text) > 0;
  });

/** Results, prices, schemas and pipelines of CI speak of GPUs without asking for them. */
const foreign =
  /price|cost|usd|per_hour|latency|throughput|tokens_per_second|samples_per_second|score|accuracy|loss|measured|result|benchmark|mfu|power|watt|^on$|runs-on|steps$|^jobs$|uses|\$schema|openapi|swagger|dependencies|definitions|properties|tdp|bandwidth|flops|vcpu|^cpu_count$|memory_gi?b|\bram\b|disk/i;

function isStatement(node: TreeNode | null | undefined): node is MappingNode {
  if (!isMapping(node) || node.entries.length > 60 || node.entries.length < 2) return false;
  if (node.entries.some(({ key }) => foreign.test(key) && !/^(max_)?(train_)?steps$|num_steps/.test(key))) return false;
  const counted = isNumber(node, counts) || isNumber(node, perNode);
  const typed = types.some((key) => {
    const value = entryOf(node, key)?.value;
    return value?.type === "scalar" && (chip.test(value.text) || isAcceleratedInstance(value.text));
  });
  if (!counted && !typed) return false;
  const signals = [
    counted,
    typed,
    has(node, models),
    ...Object.values(work).map((keys) => isNumber(node, keys) || (keys[0] === "tokens" && has(node, keys))),
  ];
  return signals.filter(Boolean).length >= 2;
}

/** The root, or its direct children; never deeper, and never the items of a table. */
function blocksOf(root: TreeNode | null): readonly MappingNode[] {
  if (
    !isMapping(root) ||
    entryOf(root, "apiVersion") ||
    root.entries.some(({ key }) => /^(on|jobs|\$schema|openapi|swagger|paths|lockfileVersion)$/.test(key))
  )
    return [];
  const { entries } = root;
  if (isStatement(root)) return [root];
  if (entries.length > 40) return [];
  const found = entries.map(({ value }) => value).filter(isStatement);
  return found.length > 4 ? [] : found;
}

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const { root, notes } = withInherited(document, context);
  const nodesFound = new Set<TreeNode>(blocksOf(document.root));
  const blocks = isStatement(document.root)
    ? [root]
    : root.entries().filter((entry) => entry.node && nodesFound.has(entry.node));
  return blocks.map((block) => readBlock(block, notes));
}

function readBlock(block: Cursor, notes: readonly string[]): Recognized {
  const sheet = new FactSheet();
  const medium = { confidence: "medium" } as const;
  const type = block.first(...types);
  const text = type.text();
  if (text !== undefined && isAcceleratedInstance(text)) sheet.text("instanceType", type, medium);
  else if (text !== undefined && chip.test(text)) {
    const request = parseAccelerators(text);
    sheet.value("accelerator", type, request?.name ?? text, medium);
  }
  sheet.number("accelerators", block.first(...counts), medium);
  const each = block.first(...perNode);
  const count = block.first(...nodes);
  sheet.number("acceleratorsPerNode", each, medium);
  sheet.number("nodes", count, medium);
  const product = (each.positive() ?? 0) * (count.positive() ?? 1);
  if (product > 0)
    sheet.value("accelerators", each, product, {
      ...medium,
      note: `${count.positive() ?? 1} nodes × ${each.positive()}`,
    });
  for (const [field, keys] of Object.entries(work)) sheet.number(field, block.first(...keys), medium);
  sheet.text("model", block.first(...models), medium);
  sheet.value(
    "precision",
    block.first("precision", "dtype", "mixed_precision"),
    parsePrecision(block.first("precision", "dtype", "mixed_precision").text()),
    medium,
  );
  const trains = ["tokens", "steps", "epochs", "microBatchSize", "globalBatchSize"].some((field) => sheet.has(field));
  const tuned =
    block.keys().some((key) => /lora|fine_?tun|sft|base_model/i.test(key)) || /lora|fine-?tun|sft/i.test(block.key);
  const kind: Kind = trains
    ? tuned
      ? "fineTuning"
      : "training"
    : tuned
      ? "fineTuning"
      : /infer|serv/i.test(block.key) && sheet.has("model")
        ? "inference"
        : "allocation";
  return workload("generic", kind, block, sheet, { name: block.get("name").text() ?? (block.key || undefined), notes });
}
