/** Helm values, and other files around Kubernetes with pods inside keys of their own: resources with an accelerator, wherever. */

import type { Kind } from "../../core/workload";
import { entryOf, type TreeDocument, type TreeNode } from "../../document/tree";
import { engineIn, kindOfCommand, readCommand } from "../readers/commandFacts";
import { CommandLine } from "../readers/commandLine";
import { type Cursor, FactSheet, workload } from "../readers/facts";
import { isAcceleratorResource, isInstanceType, resourceAnchors } from "../readers/gpu";
import { fillHardware } from "../readers/hints";
import {
  countAccelerators,
  factor,
  nodeLabels,
  type PodFactor,
  readContainers,
  readNodeLabels,
  resourceDemand,
} from "../readers/kubernetes";
import { modelName } from "../readers/modelNames";
import { type Dialect, type RecognitionContext, type Recognized, serverBound } from "../recognized";
import { withInherited } from "../references";
import { clusterGroups } from "./ray";

export const helmValues: Dialect = {
  id: "helm-values",
  title: "Helm values with accelerators",
  anchors: [...resourceAnchors, "gpus:", "decodeWorker", "prefillWorker", "tpSize:"],
  matches: (document) => {
    const { root } = document;
    if (root?.type !== "mapping" || entryOf(root, "apiVersion") || entryOf(root, "openapi") || entryOf(root, "swagger"))
      return false;
    return holdsWorkload(root) || holdsAccelerator(root, 0);
  },
  read,
  documentation: {
    recognizedBy:
      "an accelerator among `resources.limits` under any key, Ray worker groups, or `workload.gpus`/`job.gpus`",
    reads: "replicas in sight × accelerators, model and server arguments nearby",
    limits: "templates that multiply values are not evaluated",
  },
};

const holdsWorkload = (root: TreeNode): boolean =>
  ["workload", "job"].some((key) => entryOf(entryOf(root, key)?.value, "gpus") !== undefined) ||
  entryOf(entryOf(root, "workload")?.value, "tpSize") !== undefined ||
  ["decodeWorker", "prefillWorker"].some((key) => entryOf(entryOf(root, "dynamo")?.value, key) !== undefined);

function holdsAccelerator(node: TreeNode | null, depth: number): boolean {
  if (!node || depth > 12) return false;
  if (node.type === "sequence") return node.items.some((item) => holdsAccelerator(item, depth + 1));
  if (node.type !== "mapping") return false;
  return node.entries.some(({ key, value }) => {
    if ((key === "limits" || key === "requests") && value?.type === "mapping")
      return value.entries.some((entry) => isAcceleratorResource(entry.key));
    return holdsAccelerator(value, depth + 1);
  });
}

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const { root } = withInherited(document, context);
  const stated = readRecipe(root, document, context);
  if (stated) return [stated];
  const found: Recognized[] = [];
  collect(root, [], found);
  return found.slice(0, 50);
}

/** `workload.gpus` / `job.gpus`: the total of the recipe. */
function readRecipe(root: Cursor, document: TreeDocument, context: RecognitionContext): Recognized | undefined {
  const block = root.get("workload").hasAny("gpus", "tpSize", "framework") ? root.get("workload") : root.get("job");
  const gpus = block.get("gpus");
  const tensor = block.get("tpSize");
  const sheet = new FactSheet();
  const workers = root
    .get("dynamo")
    .entries()
    .filter((entry) => /Worker$/.test(entry.key));
  if (gpus.positive() !== undefined) sheet.number("accelerators", gpus);
  else if (tensor.positive() !== undefined) {
    const members = (tensor.positive() as number) * (block.get("ppSize").positive() ?? 1);
    sheet.value("accelerators", tensor, members, { note: "members of the server's parallel group" });
    sheet.number("nodes", block.get("nnodes"));
  } else if (workers.length > 0) {
    const nodes = workers.reduce(
      (sum, worker) => sum + (worker.get("nodeCount").positive() ?? 1) * (worker.get("replicas").number() ?? 1),
      0,
    );
    sheet.value("nodes", workers[0] as Cursor, nodes, { note: "nodes of all workers" });
  } else return undefined;
  const model = root.get("model").isMapping ? root.get("model") : block.get("model");
  readModel(root, sheet);
  readModel(block, sheet);
  sheet.number("parallelism.tensor", tensor.exists ? tensor : model.first("tp_size", "tensor_parallel_size"));
  sheet.number("parallelism.pipeline", model.first("pp_size", "pipeline_parallel_size"));
  const servers = root.entries().filter((entry) => /^(vllm|sglang|trtllm|tensorrt.?llm|tgi)$/i.test(entry.key));
  for (const server of servers) {
    const options = server.get("serverArgs");
    sheet.number("maxModelLength", options.first("max-model-len", "max_model_len", "context-length"));
    const most = options.first("max-num-seqs", "max_num_seqs", "max-running-requests");
    sheet.value("concurrency", most, most.positive(), serverBound);
    const replicas = server.get("replicaCount");
    if (replicas.positive() !== undefined) sheet.number("replicas", replicas);
    sheet.value("engine", server, engineIn(server.key));
  }
  const serves =
    servers.length > 0 ||
    workers.length > 0 ||
    root.has("service") ||
    engineIn(block.get("framework").text() ?? "") !== undefined ||
    /SERVER_ARGS|serving/.test(block.get("configFile").raw() ?? "");
  const kind: Kind = serves ? "inference" : /train|pretrain/i.test(context.path) ? "training" : "allocation";
  const framework = block.get("framework");
  if (kind === "inference") {
    sheet.value("engine", framework, engineIn(framework.text() ?? ""));
    readServerArguments(block.get("configFile"), sheet, context);
  }
  readNodeLabels(nodeLabels(root), sheet);
  fillHardware(sheet, document, context.path);
  return workload("helm-values", kind, root, sheet, {
    anchor: gpus.exists ? gpus : tensor.exists ? tensor : root.get("dynamo"),
  });
}

/** The server's own options in a file beside the values (`configFile: serving-args.yaml`). */
function readServerArguments(named: Cursor, sheet: FactSheet, context: RecognitionContext): void {
  const file = named.text();
  if (file === undefined || !/\.(ya?ml|json)$/i.test(file)) return;
  for (const { kind, facts } of context.follow?.(file) ?? [])
    for (const [name, fact] of Object.entries(facts))
      if (kind === "inference" && fact.source !== "path" && !/^(accelerators|nodes|acceleratorsPerNode)$/.test(name))
        sheet.set(name, fact);
}

function collect(at: Cursor, above: readonly Cursor[], found: Recognized[]): void {
  if (above.length > 12 || found.length >= 50) return;
  if (at.isSequence) {
    for (const item of at.items()) collect(item, above, found);
    return;
  }
  if (!at.isMapping || at.get("enabled").boolean() === false) return;
  if (at.has("workerGroupSpecs")) {
    const ray = readRayGroups(at);
    if (ray) found.push(ray);
    return;
  }
  const { resources } = reserved(at);
  if (resourceDemand(resources)) {
    found.push(readHolder(at, above));
    return;
  }
  for (const entry of at.entries()) collect(entry, [at, ...above], found);
}

function readRayGroups(at: Cursor): Recognized | undefined {
  const groups = clusterGroups(at);
  const sheet = new FactSheet();
  if (!groups.some((group) => group.demand.present)) return undefined;
  const { chain, range } = countAccelerators(groups, sheet);
  for (const group of groups) if (group.demand.present) readNodeLabels(nodeLabels(group.spec), sheet);
  const entrypoint = at.scope.root ? rootOf(at).get("launch", "entrypoint") : at.get("entrypoint");
  const line = new CommandLine(entrypoint);
  const kind = kindOfCommand(line.text) ?? "allocation";
  if (line.text !== "") readCommand(line, sheet, { kind });
  return workload("helm-values", kind, at, sheet, { chain, acceleratorsRange: range });
}

function rootOf(at: Cursor): Cursor {
  let current = at;
  while (current.parent) current = current.parent;
  return current;
}

/** `resources`, or one of the alternatives in it (`resources.gpu.limits`): the first that holds accelerators. */
function reserved(at: Cursor): { readonly resources: Cursor } {
  const stated = at.get("resources");
  const alternative = resourceDemand(stated) ? undefined : stated.entries().find((entry) => resourceDemand(entry));
  return { resources: alternative ?? stated };
}

const replicaKeys = ["replicaCount", "replicas", "numReplicas", "minReplicas", "instances", "size"] as const;

function readHolder(at: Cursor, above: readonly Cursor[]): Recognized {
  const sheet = new FactSheet();
  const near = [at, ...above];
  const demand = resourceDemand(reserved(at).resources);
  const replicas = near
    .slice(0, 4)
    .map((block) => block.first(...replicaKeys))
    .find((found) => found.isScalar);
  for (const block of near)
    for (const key of ["modelParameters", "vllmConfig", "engineArgs", "modelArgs", "serverArgs"])
      readEngine(block.get(key), sheet);
  const groups = [
    {
      label: "pods",
      spec: at,
      factors: [...(replicas ? [factor("replicas", replicas)] : []), ...podsOfServer(demand?.accelerators, sheet)],
      demand: { present: true, accelerators: demand?.accelerators, at: demand?.at, note: demand?.note },
    },
  ];
  const { chain } = countAccelerators(groups, sheet);
  for (const block of near.slice(0, 3)) {
    readNodeLabels(nodeLabels(block), sheet);
    const type = block.first("instanceType", "nodeType", "machineType");
    if (isInstanceType(type.text() ?? "")) sheet.text("instanceType", type);
  }
  const line = new CommandLine(at.get("command"), at.get("args"), at.get("extraArgs"));
  const image =
    near
      .slice(0, 3)
      .map((block) => block.get("image"))
      .find((found) => found.exists) ?? at.get("image");
  const words = `${line.text} ${image.isMapping ? image.get("repository").raw() : image.raw()}`;
  const stated = kindOfCommand(words);
  const containerKind = at.has("args") || at.has("command") ? readContainers([at], sheet) : undefined;
  for (const block of near) readModel(block, sheet);
  const kind = stated ?? containerKind ?? (sheet.has("model") ? "inference" : "allocation");
  if (kind === "inference" && replicas?.number() !== undefined) sheet.value("replicas", replicas, replicas.number());
  const engine = engineIn(words);
  if (kind === "inference" && engine) sheet.value("engine", at, engine);
  return workload("helm-values", kind, at.parent && above[0] && at.key === "" ? above[0] : at, sheet, {
    chain,
    anchor: demand?.at,
  });
}

/** A server whose parallel group is larger than a pod takes several. */
function podsOfServer(each: number | undefined, sheet: FactSheet): PodFactor[] {
  const members = (sheet.numberOf("parallelism.tensor") ?? 1) * (sheet.numberOf("parallelism.pipeline") ?? 1);
  if (each === undefined || each < 1 || members <= each || members % each !== 0) return [];
  return [{ label: "pods of one server", value: members / each }];
}

/** Options of the engine as a mapping, in camel, kebab or snake case. */
function readEngine(block: Cursor, sheet: FactSheet): void {
  sheet.number("parallelism.tensor", block.first("tensorParallelSize", "tensor-parallel-size", "tensor_parallel_size"));
  sheet.number(
    "parallelism.pipeline",
    block.first("pipelineParallelSize", "pipeline-parallel-size", "pipeline_parallel_size"),
  );
  sheet.number("maxModelLength", block.first("maxModelLen", "max-model-len", "max_model_len"));
  const most = block.first("maxNumSeqs", "max-num-seqs", "max_num_seqs");
  sheet.value("concurrency", most, most.positive(), serverBound);
}

const modelKeys = [
  "modelName",
  "modelId",
  "model_id",
  "model_name",
  "modelURL",
  "modelPath",
  "model_path",
  "servedModelName",
  "hf_model",
  "MODEL_ID",
  "MODEL_NAME",
];

function readModel(block: Cursor, sheet: FactSheet): void {
  const nested = block.get("model").isMapping ? block.get("model") : block.get("modelArtifacts");
  const candidates = [
    block.get("model"),
    ...["name", "id", "uri", "path", "repo", "hf_id"].map((key) => nested.get(key)),
    block.get("modelArtifacts", "name"),
    ...modelKeys.map((key) => block.get(key)),
    block.get("huggingface", "model"),
  ];
  for (const at of candidates) {
    const name = at.isScalar ? modelName(at.text() ?? "") : undefined;
    if (name !== undefined && /[a-z]/i.test(name) && !/^(true|false|auto|pvc|local)$/i.test(name)) {
      sheet.set("model", at.fact(name));
      return;
    }
  }
}
