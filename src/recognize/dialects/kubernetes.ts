/** Pods and what makes pods, of Kubernetes itself. */
import type { Cursor } from "../readers/facts";
import { factor, type PodGroup, podGroup } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";

const reads = "accelerators per container and pods, node selectors, model and flags of the command, limits of time";

export const kubernetesWorkload = kubernetesDialect({
  id: "kubernetes",
  title: "Kubernetes Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet",
  apiVersion: /^(v1|apps\/v1\S*)$/,
  kinds: ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"],
  groups: (root) => {
    const kind = root.get("kind").text();
    if (kind === "Pod") return [podGroup("pod", root)];
    const template = root.get("spec", "template");
    return kind === "DaemonSet"
      ? [podGroup("node", template)]
      : [podGroup("pods", template, factor("replicas", root.get("spec", "replicas")))];
  },
  work: "allocation",
  documentation: { recognizedBy: "kind, and an accelerator among a container's resources", reads },
});

export const kubernetesJob = kubernetesDialect({
  id: "kubernetes-job",
  title: "Kubernetes Job, CronJob",
  apiVersion: /^batch\/v1\S*$/,
  kinds: ["Job", "CronJob"],
  groups: (root) => [jobGroup(root)],
  work: "allocation",
  scripts: true,
  timeLimit: (root) => jobSpec(root).get("activeDeadlineSeconds"),
  documentation: {
    recognizedBy: "kind, and an accelerator among a container's resources",
    reads: `${reads}; pods at once by \`parallelism\``,
  },
});

const jobSpec = (root: Cursor): Cursor =>
  root.get("kind").text() === "CronJob" ? root.get("spec", "jobTemplate", "spec") : root.get("spec");

function jobGroup(root: Cursor): PodGroup {
  const spec = jobSpec(root);
  return podGroup("pods", spec.get("template"), factor("pods in parallel", spec.get("parallelism")));
}
