/** Helm values of the vLLM production stack. */
import { at, type TreeDocument } from "../../document/tree";
import { modelAt, readCommand } from "../readers/commandFacts";
import { CommandLine } from "../readers/commandLine";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { shareOfResource } from "../readers/gpu";
import { nodeLabels, readNodeLabels } from "../readers/kubernetes";
import { parsePrecision } from "../readers/precision";
import type { Dialect, Factor, Recognized } from "../recognized";

export const productionStack: Dialect = {
  id: "vllm-production-stack",
  title: "vLLM production stack values",
  anchors: ["servingEngineSpec"],
  matches: (document) => at(document.root, "servingEngineSpec", "modelSpec") !== undefined,
  read: (document) => readModels(document),
  documentation: {
    recognizedBy: "`servingEngineSpec.modelSpec`",
    reads:
      "per model: replicas × `requestGPU` + Ray head, vLLM settings and extra arguments; disabled models reserve nothing",
  },
};

function readModels(document: TreeDocument): Recognized[] {
  const root = cursorOf(document);
  const spec = root.get("servingEngineSpec");
  const off = spec.get("enableEngine").boolean() === false;
  return spec
    .get("modelSpec")
    .items()
    .flatMap((model) => readModel(model, off));
}

function readModel(model: Cursor, off: boolean): Recognized[] {
  const gpu = model.get("requestGPU");
  const url = model.get("modelURL");
  if (!gpu.exists && !url.exists) return [];
  const sheet = new FactSheet();
  const notes: string[] = [];
  const chain: Factor[] = [];
  const disabled = off || model.get("enabled").boolean() === false;
  const { share, note } = shareOfResource(model.get("requestGPUType").text() ?? "");
  const each = gpu.number();
  const replicas = model.get("replicaCount");
  const count = replicas.number() ?? 1;
  const head = model.get("raySpec", "headNode", "requestGPU");
  if (disabled) {
    sheet.set("accelerators", model.get("enabled").fact(0, { note: "not enabled" }));
    notes.push("not enabled: reserves nothing");
  } else if (each !== undefined) {
    const extra = (head.positive() ?? 0) * share;
    const total = count * each * share + extra;
    const parts = `${count} replicas × ${each}${extra > 0 ? ` + head ${extra}` : ""}${note ? ` (${note})` : ""}`;
    sheet.set("accelerators", gpu.fact(total, { note: parts }));
    if (replicas.range) chain.push({ label: "replicas", value: count, range: replicas.range });
    if (gpu.range) chain.push({ label: "accelerators each", value: each * share, range: gpu.range });
    if (extra > 0) chain.length = 0;
  }
  if (replicas.number() !== undefined) sheet.value("replicas", replicas, count);
  sheet.value("model", url, modelAt(url));
  const config = model.get("vllmConfig");
  sheet.number("parallelism.tensor", config.first("tensorParallelSize", "tensor_parallel_size"));
  sheet.number("parallelism.pipeline", config.first("pipelineParallelSize", "pipeline_parallel_size"));
  sheet.number("maxModelLength", config.first("maxModelLen", "max_model_len"));
  sheet.value("precision", config.get("dtype"), parsePrecision(config.get("dtype").text()));
  readCommand(new CommandLine(config.get("extraArgs"), model.get("extraArgs")), sheet, { kind: "inference" });
  sheet.value("engine", url.exists ? url : model, "vllm", { note: "the stack's engine" });
  readNodeLabels(nodeLabels(model), sheet);
  for (const expression of model
    .get("nodeSelectorTerms")
    .items()
    .flatMap((term) => term.get("matchExpressions").items())) {
    const key = expression.get("key").text();
    if (key) readNodeLabels(new Map([[key, expression.get("values", 0)]]), sheet);
  }
  return [
    workload("vllm-production-stack", "inference", model, sheet, {
      name: model.get("name").text(),
      chain,
      notes,
      anchor: model.get("name").exists ? model.get("name") : model,
    }),
  ];
}
