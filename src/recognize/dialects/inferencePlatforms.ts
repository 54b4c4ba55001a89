/** Custom resources of serving platforms: NVIDIA Dynamo, the vLLM production stack's runtime; and GPU jobs of Spark. */
import { modelAt, readCommand } from "../readers/commandFacts";
import { CommandLine } from "../readers/commandLine";
import type { Cursor, FactSheet } from "../readers/facts";
import { factor, type PodDemand, type PodGroup, resourceDemand } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";

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
  always: () => true,
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
  const all = root.get("spec", "services").entries();
  return all.length > 0 ? all : [root.get("spec")];
};

const serviceGroup = (service: Cursor): PodGroup => ({
  label: service.key,
  spec: service.get("extraPodSpec"),
  factors: [factor("replicas", service.get("replicas")), factor("nodes", service.get("multinode", "nodeCount"))],
  demand: plainDemand(service.get("resources"), "gpu"),
});

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
