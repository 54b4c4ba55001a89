/** Kubeflow's training jobs, its second generation with runtimes, and SageMaker HyperPod's job. */
import type { Cursor, FactSheet } from "../readers/facts";
import { cursorOf } from "../readers/facts";
import { factor, type PodFactor, type PodGroup, podGroup, readContainers, resourceDemand } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";
import { isKind } from "../readers/resourceKind";
import type { RecognitionContext } from "../recognized";
import { referenced } from "../references";

export const kubeflowJob = kubernetesDialect({
  id: "kubeflow-job",
  title: "Kubeflow PyTorchJob, MPIJob, TFJob, JAXJob, XGBoostJob, PaddleJob",
  apiVersion: /^kubeflow\.org\//,
  kinds: ["PyTorchJob", "MPIJob", "TFJob", "JAXJob", "XGBoostJob", "PaddleJob"],
  groups: (root) => {
    const spec = root.get("spec");
    const elastic = spec.get("elasticPolicy");
    const low = elastic.get("minReplicas").positive();
    const high = elastic.get("maxReplicas").positive();
    const specs = spec.entries().find((entry) => entry.key.endsWith("ReplicaSpecs"));
    return (specs?.entries() ?? []).map((role) => {
      const replicas = factor("replicas", role.get("replicas"));
      const bounded: PodFactor =
        role.key === "Worker" && low !== undefined && high !== undefined ? { ...replicas, low, high } : replicas;
      return podGroup(role.key, role.get("template"), bounded);
    });
  },
  work: "training",
  timeLimit: (root) => root.get("spec", "runPolicy", "activeDeadlineSeconds"),
  documentation: {
    recognizedBy: "`kubeflow.org` API version and kind",
    reads: "replicas of every role × accelerators, flags of the command; `nprocPerNode` is no second factor",
  },
});

export const hyperPodJob = kubernetesDialect({
  id: "hyperpod-job",
  title: "SageMaker HyperPod PyTorchJob",
  apiVersion: /^sagemaker\.amazonaws\.com\//,
  kinds: ["HyperPodPyTorchJob"],
  groups: (root) =>
    root
      .get("spec", "replicaSpecs")
      .items()
      .map((role) =>
        podGroup(role.get("name").text() ?? "pods", role.get("template"), factor("replicas", role.get("replicas"))),
      ),
  work: "training",
  refine: (_root, sheet) => {
    const at = sheet.get("accelerators");
    if (at) sheet.set("provider", { ...at, value: "aws", note: "SageMaker HyperPod" });
  },
  documentation: { recognizedBy: "`sagemaker.amazonaws.com` and kind", reads: "as for PyTorchJob" },
});

export const trainJob = kubernetesDialect({
  id: "trainjob",
  title: "Kubeflow TrainJob",
  apiVersion: /^trainer\.kubeflow\.org\//,
  kinds: ["TrainJob"],
  anchors: ["trainer.kubeflow.org"],
  groups: (root, context) => {
    const trainer = root.get("spec", "trainer");
    const runtime = runtimeOf(root, context);
    const nodes = trainer.get("numNodes").exists
      ? trainer.get("numNodes")
      : runtime?.get("spec", "mlPolicy", "numNodes");
    const own = resourceDemand(trainer.get("resourcesPerNode"));
    const replicas = nodes ? factor("nodes", nodes) : { label: "nodes", value: 1 };
    if (own) return [{ label: "nodes", spec: trainer, factors: [replicas], demand: { present: true, ...own } }];
    return runtime ? runtimeGroups(runtime, replicas) : [];
  },
  // Resources in full without an accelerator: work on processors.
  always: (root) => !root.get("spec", "trainer", "resourcesPerNode").isMapping,
  work: "training",
  refine: (root, sheet) => readTrainer(root.get("spec"), sheet),
  documentation: {
    recognizedBy: "`trainer.kubeflow.org` and kind",
    reads:
      "`numNodes` × `resourcesPerNode`; what the job leaves out from a runtime in the same file, in one called after it, in `runtime.yaml` or in `runtimes/`, beside it or in a folder above",
  },
});

function readTrainer(spec: Cursor, sheet: FactSheet): void {
  const storage = spec.get("initializer", "model", "storageUri");
  const model = /^hf:\/\/(.+)/.exec(storage.text() ?? "")?.[1];
  if (model) sheet.set("model", storage.fact(model));
  readContainers([spec.get("trainer")], sheet, "training");
}

/** The runtime a job names: in the same file, or in a file called after it. */
function runtimeOf(root: Cursor, context: RecognitionContext): Cursor | undefined {
  const name = root.get("spec", "runtimeRef", "name").text();
  if (name === undefined) return undefined;
  const kinds = ["TrainingRuntime", "ClusterTrainingRuntime"];
  for (const document of context.documents) {
    const runtime = cursorOf(document);
    if (isKind(document, /^trainer\.kubeflow\.org\//, kinds) && runtime.get("metadata", "name").text() === name)
      return runtime;
  }
  if (!/^[\w.-]{1,80}$/.test(name)) return undefined;
  for (const path of runtimePaths(name)) {
    const file = referenced(context, path);
    const document = file?.documents.find(
      (item) =>
        isKind(item, /^trainer\.kubeflow\.org\//, kinds) && cursorOf(item).get("metadata", "name").text() === name,
    );
    if (file && document) return cursorOf(document, file.path);
  }
  return undefined;
}

/** Where projects keep runtimes: a file called after it, or one of all runtimes, here or in a folder of theirs, up to the workspace's root. */
function runtimePaths(name: string): string[] {
  const files = [name, name.replaceAll("-", "_"), `runtimes/${name}`, "runtime", "runtimes"];
  return [...new Set(files)].map((file) => `${file}.yaml`);
}

function runtimeGroups(runtime: Cursor, nodes: PodFactor): PodGroup[] {
  return runtime
    .get("spec", "template", "spec", "replicatedJobs")
    .items()
    .map((job) => {
      const isNode =
        job.get("name").text() === "node" ||
        job.get("template", "metadata", "labels", "trainer.kubeflow.org/trainjob-ancestor-step").text() === "trainer";
      const template = job.get("template", "spec", "template");
      return podGroup(
        job.get("name").text() ?? "job",
        template,
        isNode ? nodes : factor("replicas", job.get("replicas")),
      );
    });
}

export const trainingRuntime = kubernetesDialect({
  id: "training-runtime",
  title: "Kubeflow TrainingRuntime, ClusterTrainingRuntime",
  apiVersion: /^trainer\.kubeflow\.org\//,
  kinds: ["TrainingRuntime", "ClusterTrainingRuntime"],
  groups: (root) => runtimeGroups(root, factor("nodes", root.get("spec", "mlPolicy", "numNodes"))),
  work: "training",
  documentation: {
    recognizedBy: "`trainer.kubeflow.org` and kind, with an accelerator",
    reads: "`mlPolicy.numNodes` × accelerators of the trainer's pod, the model of the initializer",
  },
});
