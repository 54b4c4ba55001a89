/** Job files of research clusters and small clouds: MosaicML's mcli, Beaker, Axolotl's cloud runner, RunPod. */

import { parseNumber } from "../../core/numbers";
import { entryOf, isMapping, type TreeDocument, type TreeNode } from "../../document/tree";
import { readEmbedded } from "../readers/embedded";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { acceleratorName } from "../readers/gpu";
import { readLaunch } from "../readers/launch";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";
import { axolotl } from "./axolotl";
import { llmFoundry } from "./llmFoundry";

const has = (node: TreeNode | null | undefined, ...keys: readonly string[]): boolean =>
  keys.some((key) => entryOf(node, key) !== undefined);
const child = (document: TreeDocument, key: string): TreeNode | null | undefined => entryOf(document.root, key)?.value;
const spanOf = (at: Cursor): { range?: { start: number; end: number } } => (at.range ? { range: at.range } : {});

export const mcli: Dialect = {
  id: "mcli",
  title: "MosaicML mcli",
  anchors: ["gpu_type:", "gpu_num:", "composer ", "integration_type:"],
  matches: (document) =>
    (has(child(document, "compute"), "gpus") || has(document.root, "gpu_num")) &&
    has(document.root, "command", "image", "parameters"),
  read: (document, context) => {
    const root = cursorOf(document);
    const sheet = new FactSheet();
    const gpus = root.get("compute").has("gpus") ? root.get("compute", "gpus") : root.get("gpu_num");
    sheet.number("accelerators", gpus);
    const type = root.get("compute", "gpu_type").exists ? root.get("compute", "gpu_type") : root.get("gpu_type");
    if (type.text() && !/^none$/i.test(type.text() as string)) sheet.text("accelerator", type);
    const embedded = readEmbedded(root.get("parameters"), [llmFoundry], context)[0];
    if (embedded) sheet.fill(embedded.facts);
    if (gpus.positive() === undefined && !embedded && !gpus.raw()?.includes("$")) return [];
    const launch = readLaunch(
      { scripts: [root.get("command")], hints: [root.get("image")], fallback: "training" },
      sheet,
      context,
    );
    return [
      workload("mcli", embedded?.kind ?? launch.kind, root, sheet, {
        name: root.get("name").text() ?? root.get("run_name").text(),
        notes: [...(embedded?.notes ?? []), ...launch.notes],
        anchor: gpus.exists ? gpus : root,
      }),
    ];
  },
  documentation: {
    recognizedBy: "`compute.gpus` with a command, image or parameters",
    reads: "`gpus` as the total, GPU type, the embedded LLM Foundry configuration",
  },
};

export const beaker: Dialect = {
  id: "beaker",
  title: "Beaker experiment",
  anchors: ["gpuCount"],
  matches: (document) => has(document.root, "tasks") && has(document.root, "version", "budget", "description"),
  read: (document, context) => {
    const root = cursorOf(document);
    return root
      .get("tasks")
      .items()
      .flatMap((task) => readBeakerTask(task, context));
  },
  documentation: {
    recognizedBy: "`tasks` with `resources.gpuCount`",
    reads: "replicas × `gpuCount`, cluster, the arguments",
  },
};

function readBeakerTask(task: Cursor, context: RecognitionContext): Recognized[] {
  const gpus = task.get("resources", "gpuCount");
  if (gpus.positive() === undefined) return [];
  const sheet = new FactSheet();
  const replicas = task.get("replicas");
  const count = replicas.positive() ?? 1;
  const each = gpus.positive() as number;
  sheet.value("accelerators", gpus, count * each, count === 1 ? {} : { note: `${count} replicas × ${each}` });
  sheet.value("acceleratorsPerNode", gpus, each);
  if (replicas.positive() !== undefined) sheet.value("nodes", replicas, count);
  const spot = task.get("context", "preemptible");
  if (spot.boolean()) sheet.value("pricing", spot, "spot");
  const variables = new Map<string, Cursor>();
  for (const item of task.get("envVars").items()) {
    const name = item.get("name").text();
    if (name && item.get("value").exists) variables.set(name, item.get("value"));
  }
  const { kind, notes } = readLaunch(
    {
      scripts: [task.get("command"), task.get("arguments")],
      environment: variables,
      variables: { BEAKER_REPLICA_COUNT: count },
      fallback: "allocation",
    },
    sheet,
    context,
  );
  const chain: Factor[] = [
    { label: "replicas", value: count, ...spanOf(replicas) },
    { label: "accelerators each", value: each, ...spanOf(gpus) },
  ];
  return [workload("beaker", kind, task, sheet, { name: task.get("name").text(), chain, notes, anchor: gpus })];
}

export const axolotlCloud: Dialect = {
  id: "axolotl-cloud",
  title: "Axolotl cloud runner",
  anchors: ["gpu_count:", "timeout_preprocess"],
  matches: (document) =>
    has(document.root, "gpu") &&
    has(document.root, "gpu_count", "timeout_preprocess", "memory_preprocess") &&
    has(document.root, "timeout", "timeout_preprocess", "provider", "volumes", "secrets", "project_name") &&
    !has(document.root, "base_model"),
  read: (document) => {
    const root = cursorOf(document);
    const sheet = new FactSheet();
    const count = root.get("gpu_count");
    const nodes = root.get("node_count");
    if (root.get("gpu").text())
      sheet.value("accelerator", root.get("gpu"), acceleratorName(root.get("gpu").text() as string));
    const each = count.positive() ?? (count.exists ? undefined : 1);
    if (each !== undefined)
      sheet.value(
        "accelerators",
        count.exists ? count : root.get("gpu"),
        each * (nodes.positive() ?? 1),
        nodes.exists ? { note: `${nodes.positive()} × ${each}` } : {},
      );
    sheet.number("nodes", nodes);
    const limit = root.get("timeout").positive();
    return [
      workload("axolotl-cloud", "fineTuning", root, sheet, {
        timeLimit: limit === undefined ? undefined : limit / 3600,
        anchor: root.get("gpu"),
      }),
    ];
  },
  documentation: {
    recognizedBy: "`gpu` with `gpu_count` or preprocessing limits",
    reads: "GPU type and count × nodes, the timeout as a limit",
  },
};

export const runPod: Dialect = {
  id: "runpod",
  title: "RunPod",
  anchors: ["gpuTypeId", "gpuCount", "gpuTypeIds", "gpuIds"],
  matches: (document) => {
    const config = child(document, "config");
    return (
      has(config, "gpuTypeId", "gpuTypeIds", "gpuIds") ||
      (has(document.root, "gpuTypeId", "gpuTypeIds", "gpuIds") &&
        has(document.root, "imageName", "gpuCount", "templateId", "name"))
    );
  },
  read: (document, context) => {
    const root = cursorOf(document);
    const config = root.get("config").isMapping ? root.get("config") : root;
    const sheet = new FactSheet();
    const type = config.first("gpuTypeId", "gpuTypeIds", "gpuIds");
    const name = type.isSequence ? type.get(0) : type;
    sheet.value("accelerator", name, name.text()?.split(",")[0]);
    const count = config.get("gpuCount");
    sheet.value("accelerators", count.exists ? count : name, count.positive() ?? 1);
    sheet.value("provider", type, "runpod");
    const embedded = readEmbedded(root.get("input", "args"), [axolotl], context)[0];
    if (embedded) sheet.fill(embedded.facts);
    return [
      workload("runpod", embedded?.kind ?? "allocation", root, sheet, {
        name: config.get("name").text() ?? root.get("input", "run_id").text(),
        anchor: type,
      }),
    ];
  },
  documentation: {
    recognizedBy: "`gpuTypeId`",
    reads: "GPU type and count; training arguments of the fine-tuning worker",
  },
};

export const cog: Dialect = {
  id: "cog",
  title: "Cog (Replicate)",
  anchors: ["\nbuild:\n  gpu", "  gpu: true"],
  matches: (document) =>
    isMapping(child(document, "build")) &&
    has(document.root, "predict", "train") &&
    has(child(document, "build"), "gpu"),
  read: (document) => {
    const root = cursorOf(document);
    const gpu = root.get("build", "gpu");
    if (gpu.boolean() !== true) return [];
    return [
      workload(
        "cog",
        "allocation",
        root,
        new FactSheet().value("accelerators", gpu, 1, { note: "one accelerator per instance" }),
        {
          name: root.get("image").text()?.split("/").at(-1),
          anchor: gpu,
        },
      ),
    ];
  },
  documentation: {
    recognizedBy: "`build.gpu` with `predict` or `train`",
    reads: "one accelerator",
    limits: "its type is chosen by the host",
  },
};

export const mlperfSystem: Dialect = {
  id: "mlperf-system",
  title: "MLPerf system description",
  anchors: ["accelerators_per_node"],
  matches: (document) => has(document.root, "accelerator_model_name") && has(document.root, "accelerators_per_node"),
  read: (document) => {
    const root = cursorOf(document);
    const sheet = new FactSheet();
    const each = root.get("accelerators_per_node");
    const nodes = root.get("number_of_nodes");
    const perNode = leading(each);
    const count = leading(nodes) ?? 1;
    if (perNode === undefined || perNode === 0) return [];
    const name = root.get("accelerator_model_name").text();
    if (name && !/^(n\/?a|none|-)$/i.test(name)) sheet.text("accelerator", root.get("accelerator_model_name"));
    sheet.value("acceleratorsPerNode", each, perNode).value("nodes", nodes, leading(nodes));
    sheet.value("accelerators", each, perNode * count, count === 1 ? {} : { note: `${count} nodes × ${perNode}` });
    return [
      workload("mlperf-system", "allocation", root, sheet, {
        name: root.get("system_name").text(),
        anchor: root.get("accelerator_model_name"),
      }),
    ];
  },
  documentation: {
    recognizedBy: "`accelerator_model_name` and `accelerators_per_node`",
    reads: "nodes × accelerators",
  },
};

/** `8`, `"8"`, `"8 "`, `"16x"`. */
function leading(at: Cursor): number | undefined {
  const text = /^\s*(\d+)/.exec(at.text() ?? "")?.[1];
  return text === undefined ? undefined : parseNumber(text);
}
