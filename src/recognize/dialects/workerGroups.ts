/** Groups of pods that work together: LeaderWorkerSet, JobSet, Volcano. */
import type { Cursor } from "../readers/facts";
import { factor, type PodGroup, podGroup } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";

export const leaderWorkerSet = kubernetesDialect({
  id: "leaderworkerset",
  title: "LeaderWorkerSet",
  apiVersion: /^leaderworkerset\.x-k8s\.io\//,
  kinds: ["LeaderWorkerSet"],
  groups: (root) => leaderWorkerGroups(root.get("spec")),
  work: "inference",
  documentation: {
    recognizedBy: "API version and kind, with an accelerator",
    reads: "replicas × (one leader + `size` − 1 workers) × accelerators, flags of the command",
  },
});

export const disaggregatedSet = kubernetesDialect({
  id: "disaggregatedset",
  title: "DisaggregatedSet",
  apiVersion: /^disaggregatedset\.x-k8s\.io\//,
  kinds: ["DisaggregatedSet"],
  groups: (root) =>
    root
      .get("spec", "roles")
      .items()
      .flatMap((role) => leaderWorkerGroups(role.get("spec"), role.get("name").text())),
  work: "inference",
  documentation: {
    recognizedBy: "API version and kind, with an accelerator",
    reads: "the groups of leaders and workers of every role",
  },
});

/** `spec` holds `replicas` and `leaderWorkerTemplate`. */
function leaderWorkerGroups(spec: Cursor, role?: string): PodGroup[] {
  const group = spec.get("leaderWorkerTemplate");
  const replicas = factor("replicas", spec.get("replicas"));
  const size = factor("pods per group", group.get("size"));
  const leader = group.get("leaderTemplate");
  const label = (name: string): string => (role === undefined ? name : `${role} ${name}`);
  if (!leader.exists) return [podGroup(label("pods"), group.get("workerTemplate"), replicas, size)];
  const workers = {
    ...size,
    label: "workers",
    value: size.value === undefined ? undefined : Math.max(0, size.value - 1),
  };
  return [
    podGroup(label("leaders"), leader, replicas),
    podGroup(label("workers"), group.get("workerTemplate"), replicas, workers),
  ];
}

export const roleBasedGroup = kubernetesDialect({
  id: "role-based-group",
  title: "RoleBasedGroup",
  apiVersion: /^workloads\.x-k8s\.io\//,
  kinds: ["RoleBasedGroup"],
  groups: (root) =>
    root
      .get("spec", "roles")
      .items()
      .map((role) =>
        podGroup(
          role.get("name").text() ?? "role",
          role.get("template"),
          factor("replicas", role.get("replicas")),
          factor("pods per group", role.get("leaderWorkerSet", "size")),
        ),
      ),
  work: "inference",
  documentation: {
    recognizedBy: "`workloads.x-k8s.io` and kind, with an accelerator",
    reads: "replicas × accelerators of every role",
  },
});

export const jobSet = kubernetesDialect({
  id: "jobset",
  title: "JobSet",
  apiVersion: /^jobset\.x-k8s\.io\//,
  kinds: ["JobSet"],
  anchors: ["resourceClaimTemplateName"],
  groups: (root) =>
    root
      .get("spec", "replicatedJobs")
      .items()
      .map((job) =>
        podGroup(
          job.get("name").text() ?? "job",
          job.get("template", "spec", "template"),
          factor("replicas", job.get("replicas")),
          factor("pods in parallel", job.get("template", "spec", "parallelism")),
        ),
      ),
  work: "training",
  timeLimit: (root) => root.get("spec", "replicatedJobs", 0, "template", "spec", "activeDeadlineSeconds"),
  documentation: {
    recognizedBy: "API version and kind, with an accelerator",
    reads: "replicas × parallelism × accelerators of every replicated job",
  },
});

export const volcanoJob = kubernetesDialect({
  id: "volcano",
  title: "Volcano Job",
  apiVersion: /^batch\.volcano\.sh\//,
  kinds: ["Job"],
  groups: (root) =>
    root
      .get("spec", "tasks")
      .items()
      .map((task) =>
        podGroup(task.get("name").text() ?? "task", task.get("template"), factor("replicas", task.get("replicas"))),
      ),
  work: "training",
  documentation: {
    recognizedBy: "`batch.volcano.sh` and kind Job, with an accelerator",
    reads: "replicas × accelerators of every task",
  },
});
