/** What clusters, charts and scripts in ConfigMaps say of accelerators. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const gpu = (count: number | string): string => `resources: {limits: {nvidia.com/gpu: ${count}}}`;

describe("capacity of clusters", () => {
  it("shows a node pool as up to its limit", () => {
    const workload = workloadOf(`apiVersion: karpenter.sh/v1
kind: NodePool
spec:
  limits: {nvidia.com/gpu: 16}
  template: {spec: {requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}, {key: node.kubernetes.io/instance-type, operator: In, values: [g5.xlarge]}]}}
`);
    assert.deepEqual(workload.acceleratorsRange, { low: 0, high: 16 });
    assertFacts(workload, { pricing: "spot", instanceType: "g5.xlarge" });
  });
  it("is silent about pools of processors", () => {
    assert.deepEqual(
      workloadsOf(
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nspec: {template: {spec: {requirements: [{key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m]}]}}}\n",
      ),
      [],
    );
  });
  it("multiplies node groups by what their instances hold", () => {
    const [group, ...others] = workloadsOf(`apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {region: us-east-1}
managedNodeGroups:
- {name: system, instanceType: m5.large, desiredCapacity: 2}
- {name: gpu, instanceType: p5.48xlarge, desiredCapacity: 2, minSize: 0, maxSize: 4}
`);
    assert.ok(group);
    assert.deepEqual(others, []);
    assertFacts(group, { accelerators: 16, instanceType: "p5.48xlarge", region: "us-east-1" });
    assert.deepEqual(group.acceleratorsRange, { low: 0, high: 32 });
  });
});

describe("Helm values", () => {
  it("reads production-stack models and leaves disabled ones at zero", () => {
    const [first, second] = workloadsOf(`servingEngineSpec:
  modelSpec:
  - {name: a, modelURL: org/m-8b, replicaCount: 2, requestGPU: 1, vllmConfig: {maxModelLen: 8192, tensorParallelSize: 1}}
  - {name: b, enabled: false, modelURL: org/m-70b, replicaCount: 1, requestGPU: 8}
`);
    assert.ok(first && second);
    assertFacts(first, { accelerators: 2, model: "org/m-8b", maxModelLength: 8192 });
    assertFacts(second, { accelerators: 0 });
  });
  it("adds the head of a Ray engine", () => {
    assertFacts(
      workloadOf(
        "servingEngineSpec: {modelSpec: [{name: a, modelURL: org/m, replicaCount: 1, requestGPU: 1, raySpec: {headNode: {requestGPU: 1}}}]}\n",
      ),
      { accelerators: 2 },
    );
  });
  it("finds accelerators under any key, with the replicas and the model near them", () => {
    const workload = workloadOf(`modelArtifacts: {uri: "hf://org/m-8b"}
decode:
  replicas: 2
  containers:
  - args: [--max-model-len, "4096"]
    resources: {limits: {nvidia.com/gpu: 4}}
`);
    assertFacts(workload, { accelerators: 8, model: "org/m-8b" });
  });
  it("reads the total of a recipe", () => {
    const workload = workloadOf(
      "workload: {gpus: 16}\nmodel: {name: org/m, tp_size: 8, pp_size: 2}\nvllm: {replicaCount: 1, serverArgs: {max-model-len: 32768}}\n",
    );
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { accelerators: 16, model: "org/m", maxModelLength: 32768, "parallelism.tensor": 8 });
  });
  it("leaves out what is not enabled", () => {
    assert.deepEqual(workloadsOf("a: {enabled: false, replicas: 1, resources: {limits: {nvidia.com/gpu: 4}}}\n"), []);
  });
});

describe("scripts in ConfigMaps", () => {
  it("tell what a RayJob of the same file does", () => {
    const [job] = workloadsOf(`apiVersion: ray.io/v1
kind: RayJob
metadata: {name: tickets}
spec:
  entrypoint: python /scripts/process.py
  runtimeEnvYAML: |
    env_vars:
      MODEL_SOURCE: "s3://$BUCKET/models/m-8b"
      GPU_COST_PER_HOUR: "2.5"
  rayClusterSpec: {workerGroupSpecs: [{replicas: 1, template: {spec: {containers: [{${gpu(1)}}]}}}]}
---
apiVersion: v1
kind: ConfigMap
data:
  process.py: |
    config = vLLMEngineProcessorConfig(engine_kwargs=dict(max_model_len=8192), accelerator_type="L40S")
`);
    assert.ok(job);
    assert.equal(job.kind, "inference");
    assertFacts(job, { model: "m-8b", accelerator: "L40S", maxModelLength: 8192, pricePerAcceleratorHour: 2.5 });
  });
  it("say zero for a service on processors", () => {
    assertFacts(
      workloadOf(
        "apiVersion: serving.kserve.io/v1alpha1\nkind: LLMInferenceService\nspec: {model: {name: org/m}, template: {containers: [{resources: {limits: {cpu: 1}}}]}}\n",
      ),
      { accelerators: 0 },
    );
  });
});
