/** Training jobs and Ray clusters on Kubernetes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const gpu = (count: number | string): string => `resources: {limits: {nvidia.com/gpu: ${count}}}`;

describe("training jobs on Kubernetes", () => {
  it("sums roles of a PyTorchJob; processes per node are no second factor", () => {
    const workload = workloadOf(`apiVersion: kubeflow.org/v1
kind: PyTorchJob
spec:
  nprocPerNode: "4"
  elasticPolicy: {minReplicas: 1, maxReplicas: 9}
  pytorchReplicaSpecs:
    Master: {replicas: 1, template: {spec: {containers: [{${gpu(4)}}]}}}
    Worker: {replicas: 7, template: {spec: {containers: [{args: ["torchrun", "train.py", "--max_steps=30"], ${gpu(4)}}]}}}
`);
    assert.equal(workload.kind, "training");
    assertFacts(workload, { accelerators: 32, acceleratorsPerNode: 4, nodes: 8, steps: 30 });
    assert.deepEqual(workload.acceleratorsRange, { low: 8, high: 40 });
  });
  it("reads dimensions that a script is given instead of a model", () => {
    const workload = workloadOf(`apiVersion: kubeflow.org/v1
kind: PyTorchJob
spec: {pytorchReplicaSpecs: {Worker: {template: {spec: {containers: [{command: [torchrun, train.py, --hidden_width=4096, --num_layers=32, --num_heads=32], ${gpu(8)}}]}}}}}
`);
    assertFacts(workload, { model: { hiddenSize: 4096, layers: 32, attentionHeads: 32 } });
  });
  it("multiplies the nodes of a TrainJob", () => {
    assertFacts(
      workloadOf(`apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
spec: {runtimeRef: {name: own}, trainer: {numNodes: 4, resourcesPerNode: {limits: {nvidia.com/gpu: 8}}}}
`),
      { accelerators: 32, nodes: 4 },
    );
  });
  const runtime = `apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: own}
spec:
  mlPolicy: {numNodes: 2}
  template: {spec: {replicatedJobs: [{name: node, template: {spec: {template: {spec: {containers: [{${gpu(8)}}]}}}}}]}}
`;
  const job =
    "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nspec: {runtimeRef: {name: own}, trainer: {numNodes: 3}}\n";
  it("looks a TrainJob's accelerators up in a runtime of the same file", () => {
    const [first] = workloadsOf(`${job}---\n${runtime}`);
    assert.ok(first);
    assertFacts(first, { accelerators: 24 });
  });
  it("looks a TrainJob's runtime up beside it and says where from", () => {
    const workload = workloadOf(job, { path: "jobs/a.yaml", files: { "jobs/own.yaml": runtime } });
    assertFacts(workload, { accelerators: 24 });
    assert.equal(workload.facts.accelerators?.source, "referenced");
  });
  it("leaves the accelerators of an unknown runtime open", () => {
    assertFacts(workloadOf(job), { accelerators: undefined });
  });
  it("reads a runtime on its own", () => {
    assertFacts(workloadOf(runtime), { accelerators: 16 });
  });
  it("multiplies the parts of a JobSet and leaves processors out", () => {
    const part = (name: string, replicas: number, parallelism: number, resources: string): string =>
      `{name: ${name}, replicas: ${replicas}, template: {spec: {parallelism: ${parallelism}, template: {spec: {containers: [{${resources}}]}}}}}`;
    assertFacts(
      workloadOf(`apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
spec:
  replicatedJobs:
  - ${part("slice", 2, 16, gpu(8))}
  - ${part("ps", 1, 1, "resources: {limits: {cpu: 8}}")}
`),
      { accelerators: 256 },
    );
  });
  it("counts devices that a claim template of the same file names", () => {
    const text = (device: string): string => `apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
spec: {replicatedJobs: [{replicas: 3, template: {spec: {template: {spec: {resourceClaims: [{name: d, resourceClaimTemplateName: t}], containers: [{}]}}}}}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: t}
spec: {spec: {devices: {requests: [{exactly: {deviceClassName: ${device}, count: 2}}]}}}
`;
    assertFacts(workloadOf(text("gpu.nvidia.com")), { accelerators: 6 });
    assert.deepEqual(workloadsOf(text("net.example.com")), []);
  });
  it("sums the tasks of a Volcano job", () => {
    assertFacts(
      workloadOf(`apiVersion: batch.volcano.sh/v1alpha1
kind: Job
spec:
  tasks:
  - {replicas: 1, name: master, template: {spec: {containers: [{resources: {limits: {cpu: 2}}}]}}}
  - {replicas: 2, name: worker, template: {spec: {containers: [{${gpu(1)}}]}}}
`),
      { accelerators: 2 },
    );
  });
  it("counts shares by annotation", () => {
    const workload = workloadOf(`apiVersion: ray.io/v1
kind: RayCluster
spec:
  headGroupSpec: {template: {spec: {containers: [{}]}}}
  workerGroupSpecs: [{replicas: 2, template: {metadata: {annotations: {gpu-fraction: "0.5"}}, spec: {containers: [{}]}}}]
`);
    assertFacts(workload, { accelerators: 1 });
  });
  it("reads Spark executors with GPUs as an allocation", () => {
    const workload = workloadOf(
      "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec: {executor: {instances: 4, gpu: {name: nvidia.com/gpu, quantity: 2}}}\n",
    );
    assert.equal(workload.kind, "allocation");
    assertFacts(workload, { accelerators: 8 });
  });
});

describe("Ray on Kubernetes", () => {
  const workers = (replicas: string): string =>
    `headGroupSpec: {template: {spec: {containers: [{resources: {limits: {cpu: 4}}}]}}}
  workerGroupSpecs: [{${replicas}, numOfHosts: 1, template: {spec: {containers: [{${gpu(4)}}]}}}]`;
  it("counts head and workers, with the range of the autoscaler", () => {
    const workload = workloadOf(
      `apiVersion: ray.io/v1\nkind: RayCluster\nspec:\n  ${workers("replicas: 3, minReplicas: 1, maxReplicas: 10")}\n`,
    );
    assertFacts(workload, { accelerators: 12 });
    assert.deepEqual(workload.acceleratorsRange, { low: 4, high: 40 });
  });
  it("never multiplies what is served inside with the workers", () => {
    const text = `apiVersion: ray.io/v1
kind: RayService
spec:
  serveConfigV2: |
    applications:
    - args: {llm_configs: [{model_loading_config: {model_id: m, model_source: org/m-8b}, accelerator_type: L4,
        engine_kwargs: {tensor_parallel_size: 4, max_model_len: 8192}, deployment_config: {num_replicas: 2}}]}
  rayClusterConfig:
    ${workers("replicas: 2").replaceAll("\n", "\n  ")}
`;
    const workload = workloadOf(text);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      accelerators: 8,
      model: "org/m-8b",
      accelerator: "L4",
      "parallelism.tensor": 4,
      maxModelLength: 8192,
    });
    const range = workload.facts.accelerator?.range;
    assert.equal(text.slice(range?.start, range?.end), "accelerator_type: L4");
  });
  it("takes a RayJob's deadline as a limit", () => {
    const workload = workloadOf(
      `apiVersion: ray.io/v1\nkind: RayJob\nspec:\n  activeDeadlineSeconds: 7200\n  rayClusterSpec:\n    ${workers("replicas: 1").replaceAll("\n", "\n  ")}\n`,
    );
    assert.equal(workload.timeLimit, 2);
    assertFacts(workload, { accelerators: 4 });
  });
});
