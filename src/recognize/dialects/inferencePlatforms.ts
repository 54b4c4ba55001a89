/** Custom resources of serving platforms: NVIDIA Dynamo, the vLLM production stack's runtime; and GPU jobs of Spark. */
import { modelAt, readCommand } from "../readers/commandFacts";
import { CommandLine } from "../readers/commandLine";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { isAcceleratedInstance } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { factor, type PodDemand, type PodFactor, type PodGroup, podGroup, resourceDemand } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";
import { isKind } from "../readers/resourceKind";
import { readImage } from "../readers/serverVariables";
import type { Dialect } from "../recognized";

/** `gpu: "4"` among a service's own resources; anything with a count of whole accelerators. */
function plainDemand(resources: Cursor, ...keys: readonly string[]): PodDemand {
  for (const place of [resources.get("limits"), resources.get("requests"), resources]) {
    const at = place.first(...keys);
    if (!at.exists) continue;
    const accelerators = at.number();
    return { present: accelerators !== 0, accelerators, at, note: undefined };
  }
  const own = resourceDemand(resources);
  return own ? { present: true, ...own } : { present: false, accelerators: 0, at: undefined, note: undefined };
}

export const dynamo = kubernetesDialect({
  id: "dynamo",
  title: "NVIDIA DynamoGraphDeployment",
  apiVersion: /^nvidia\.com\/v1/,
  kinds: ["DynamoGraphDeployment", "DynamoComponentDeployment"],
  anchors: ["DynamoGraphDeployment", "DynamoComponentDeployment"],
  groups: (root) => services(root).map(serviceGroup),
  always: (root) => !services(root).some((service) => /dynamo\.mocker/.test(mainCommand(service).text)),
  work: "inference",
  fixed: true,
  refine: (root, sheet) => {
    for (const service of services(root)) {
      const container = service.get("extraPodSpec", "mainContainer");
      readCommand(new CommandLine(container.get("command"), container.get("args")), sheet, { kind: "inference" });
    }
    sheet.text("engine", root.get("spec", "backendFramework"));
  },
  documentation: {
    recognizedBy: "`nvidia.com` and kind",
    reads: "replicas × nodes × accelerators of every service, arguments of the main container",
  },
});

const services = (root: Cursor): Cursor[] => {
  const spec = root.get("spec");
  const all = [...spec.get("services").entries(), ...spec.get("components").items()];
  return all.length > 0 ? all : [spec];
};

/** A pod's first container, in either version of the resource. */
function mainCommand(service: Cursor): CommandLine {
  const own = service.get("extraPodSpec", "mainContainer");
  const container = own.exists ? own : service.get("podTemplate", "spec", "containers", 0);
  return new CommandLine(container.get("command"), container.get("args"));
}

function serviceGroup(service: Cursor): PodGroup {
  const factors = [factor("replicas", service.get("replicas")), factor("nodes", service.get("multinode", "nodeCount"))];
  const template = service.get("podTemplate");
  if (template.exists) return podGroup(service.get("name").text() ?? "pods", template, ...factors);
  const spec = service.get("extraPodSpec");
  return { label: service.key, spec, factors, demand: plainDemand(service.get("resources"), "gpu") };
}

export const vllmRuntime = kubernetesDialect({
  id: "vllm-runtime",
  title: "vLLM production stack VLLMRuntime",
  apiVersion: /^production-stack\.vllm\.ai\//,
  kinds: ["VLLMRuntime"],
  anchors: ["production-stack.vllm.ai"],
  groups: (root) => {
    const deployment = root.get("spec", "deploymentConfig");
    return [
      {
        label: "pods",
        spec: deployment,
        factors: [factor("replicas", deployment.first("replicas"))],
        demand: plainDemand(deployment.get("resources"), "gpu"),
      },
    ];
  },
  work: "inference",
  fixed: true,
  refine: (root, sheet) => {
    const model = root.get("spec", "model");
    const url = model.first("modelURL", "modelUrl", "name");
    sheet.value("model", url, modelAt(url));
    readEngine(root.get("spec", "vllmConfig"), sheet);
    sheet.number("maxModelLength", model.get("maxModelLen"));
    sheet.value("engine", root.get("kind"), "vllm");
  },
  documentation: {
    recognizedBy: "API group and kind",
    reads: "replicas × `resources.gpu`, model, tensor parallelism, length",
  },
});

function readEngine(config: Cursor, sheet: FactSheet): void {
  sheet.number("parallelism.tensor", config.first("tensorParallelSize", "tensor_parallel_size"));
  sheet.number("parallelism.pipeline", config.first("pipelineParallelSize", "pipeline_parallel_size"));
  sheet.number("maxModelLength", config.first("maxModelLen", "max_model_len"));
}

/** NVIDIA's NIM operator: the resources stand in the spec, the model in the image's name. */
export const nimService = kubernetesDialect({
  id: "nim-service",
  title: "NVIDIA NIMService",
  apiVersion: /^apps\.nvidia\.com\//,
  kinds: ["NIMService"],
  groups: (root) => {
    const spec = root.get("spec");
    const scale = spec.get("scale", "hpa");
    const low = scale.get("minReplicas").positive();
    const high = scale.get("maxReplicas").positive();
    const replicas: PodFactor = factor("replicas", spec.get("replicas"));
    const bounded = low !== undefined && high !== undefined && high > low ? { ...replicas, low, high } : replicas;
    return [{ label: "pods", spec, factors: [bounded], demand: plainDemand(spec.get("resources")) }];
  },
  work: "inference",
  fixed: true,
  refine: (root, sheet) => readImage(root.get("spec", "image", "repository"), sheet),
  documentation: {
    recognizedBy: "`apps.nvidia.com` and kind, with an accelerator",
    reads: "replicas × accelerators, the model by the image's name",
  },
});

/** Microsoft's KAITO: an instance type, how many, and a preset model. */
export const kaito: Dialect = {
  id: "kaito",
  title: "KAITO Workspace",
  anchors: ["kaito.sh/"],
  matches: (document) => isKind(document, /^kaito\.sh\//, ["Workspace"]),
  read: (document) => {
    const root = cursorOf(document);
    const resource = root.get("resource");
    const type = resource.get("instanceType");
    if (!isAcceleratedInstance(type.text() ?? "")) return [];
    const sheet = new FactSheet();
    const count = resource.get("count");
    sheet.text("instanceType", type).value("provider", type, "azure", { note: "KAITO" });
    sheet.value("nodes", count.exists ? count : type, count.positive() ?? 1);
    const tuning = root.get("tuning");
    const preset = (tuning.exists ? tuning : root.get("inference")).get("preset", "name");
    sheet.text("model", preset);
    const method = tuning.get("method");
    if (/^q?lora$/i.test(method.text() ?? "")) sheet.value("method", method, method.text()?.toLowerCase());
    const held = readInstance(sheet);
    return [
      workload("kaito", tuning.exists ? "fineTuning" : "inference", root, sheet, {
        name: root.get("metadata", "name").text(),
        chain: held?.chain,
        anchor: root.get("kind"),
      }),
    ];
  },
  documentation: {
    recognizedBy: "`kaito.sh` and kind Workspace with an accelerated instance type",
    reads: "count × accelerators of the instance type, the preset model, LoRA",
  },
};

export const sparkApplication = kubernetesDialect({
  id: "spark",
  title: "Spark application with GPUs",
  apiVersion: /^sparkoperator\.k8s\.io\//,
  kinds: ["SparkApplication", "ScheduledSparkApplication"],
  anchors: ["sparkoperator.k8s.io"],
  groups: (root) => {
    const spec = root.get("spec", "template").exists ? root.get("spec", "template") : root.get("spec");
    const executor = spec.get("executor");
    const role = (label: string, at: Cursor, ...factors: ReturnType<typeof factor>[]): PodGroup => ({
      label,
      spec: at,
      factors,
      demand: plainDemand(at.get("gpu"), "quantity"),
    });
    return [
      role("driver", spec.get("driver")),
      role("executors", executor, factor("instances", executor.get("instances"))),
    ];
  },
  work: "allocation",
  fixed: true,
  documentation: {
    recognizedBy: "`sparkoperator.k8s.io` and kind, with `gpu.quantity`",
    reads: "instances × `gpu.quantity`",
  },
});
