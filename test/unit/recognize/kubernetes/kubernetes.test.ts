import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { scaledToZero } from "../../../../src/recognize/recognized";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const gpu = (count: number | string): string => `resources: {limits: {nvidia.com/gpu: ${count}}}`;

describe("Kubernetes workloads", () => {
  it("multiplies replicas and containers, and shows the chain", () => {
    const workload = workloadOf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 3
  template:
    spec:
      nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4, cloud.google.com/gke-spot: "true"}
      containers:
      - name: server
        args: ["--model", "org/m-8b", "--tensor-parallel-size", "2", "--max-model-len=8192"]
        image: vllm/vllm-openai:v1
        ${gpu(2)}
      - name: metrics
        resources: {limits: {cpu: 1}}
`);
    assert.equal(workload.kind, "inference");
    assert.equal(workload.name, "chat");
    assertFacts(workload, {
      accelerators: 6,
      accelerator: "nvidia-l4",
      model: "org/m-8b",
      "parallelism.tensor": 2,
      maxModelLength: 8192,
      engine: "vllm",
      pricing: "spot",
      provider: "gcp",
      replicas: 3,
    });
    assert.deepEqual(
      workload.chain?.map((factor) => factor.value),
      [3, 2],
    );
  });
  const deployment = (replicas: number, accelerators: number): string =>
    `apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: ${replicas}, template: {spec: {containers: [{${gpu(accelerators)}}]}}}\n`;
  it("says that a Deployment without replicas is scaled to zero", () => {
    assert.ok(workloadOf(deployment(0, 2)).notes?.includes(scaledToZero));
    assert.equal(workloadOf(deployment(1, 2)).notes, undefined);
    assert.equal(workloadOf(deployment(1, 0)).notes, undefined);
  });
  it("counts the part of a GPU that one of several clients has", () => {
    const pod = (clients: number): string =>
      `apiVersion: v1\nkind: Pod\nspec: {nodeSelector: {cloud.google.com/gke-max-shared-clients-per-gpu: "${clients}"}, containers: [{${gpu(1)}}]}\n`;
    assertFacts(workloadOf(pod(4)), { accelerators: 0.25 });
    assert.match(workloadOf(pod(4)).facts.accelerators?.note ?? "", /one of 4/);
    assertFacts(workloadOf(pod(1)), { accelerators: 1 });
  });
  it("counts slices where the product is one, and their part of a device where it is not", () => {
    const pod = (product: string): string =>
      `apiVersion: v1\nkind: Pod\nspec: {nodeSelector: {nvidia.com/gpu.product: ${product}}, containers: [{resources: {limits: {nvidia.com/mig-1g.5gb: 2}}}]}\n`;
    assertFacts(workloadOf(pod("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb")), { accelerators: 2 });
    assertFacts(workloadOf(pod("NVIDIA-A100-SXM4-40GB")), { accelerators: 2 / 7 });
  });
  it("points facts at their places in the file, in later documents too", () => {
    const text = `a: 1\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - ${gpu('"4"')}\n`;
    const workload = workloadOf(text);
    const { range, path } = workload.facts.accelerators ?? {};
    assert.equal(text.slice(range?.start, range?.end), '"4"');
    assert.equal(path, "/spec/containers/0/resources/limits/nvidia.com~1gpu");
    assert.equal(text.slice(workload.anchor, workload.anchor + 4), "kind");
  });
  it("takes the pods that run at once of a job, and its deadline as a limit", () => {
    const workload = workloadOf(`apiVersion: batch/v1
kind: Job
spec:
  parallelism: 4
  completions: 12
  activeDeadlineSeconds: 21600
  template: {spec: {containers: [{name: t, ${gpu('"2"')}}]}}
`);
    assertFacts(workload, { accelerators: 8, duration: undefined });
    assert.equal(workload.timeLimit, 6);
  });
  it("reads a cron job's template", () => {
    const text = `apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{${gpu(1)}}]}}}}}\n`;
    assertFacts(workloadOf(text), { accelerators: 1 });
  });
  it("says zero for zero replicas", () => {
    const text = `apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 0, template: {spec: {containers: [{${gpu(1)}}]}}}\n`;
    assertFacts(workloadOf(text), { accelerators: 0 });
  });
  it("counts MIG slices as shares, and takes the larger of containers and init containers", () => {
    const text = `apiVersion: v1
kind: Pod
spec:
  initContainers: [{resources: {limits: {nvidia.com/mig-1g.10gb: 1}}}]
  containers: [{resources: {requests: {nvidia.com/mig-3g.40gb: 1}}}, {resources: {limits: {nvidia.com/mig-3g.40gb: 1}}}]
`;
    assert.ok(Math.abs((workloadOf(text).facts.accelerators?.value as number) - 6 / 7) < 1e-12);
  });
  it("reads other makers' resources", () => {
    for (const key of [
      "amd.com/gpu",
      "google.com/tpu",
      "aws.amazon.com/neuron",
      "habana.ai/gaudi",
      "huawei.com/Ascend910",
    ])
      assertFacts(workloadOf(`apiVersion: v1\nkind: Pod\nspec: {containers: [{resources: {limits: {${key}: 4}}}]}\n`), {
        accelerators: 4,
      });
  });
  it("leaves an unknown count out and says so", () => {
    const workload = workloadOf(`apiVersion: v1\nkind: Pod\nspec: {containers: [{${gpu("$GPUS")}}]}\n`);
    assertFacts(workload, { accelerators: undefined });
    assert.ok(workload.notes?.some((note) => note.includes("not stated")));
  });
  it("resolves environment variables of the container", () => {
    const workload = workloadOf(`apiVersion: v1
kind: Pod
spec:
  containers:
  - image: vllm/vllm-openai
    env: [{name: NAME, value: org/m-7b}, {name: TP, value: "2"}]
    command: ["vllm", "serve", "$(NAME)", "--tensor-parallel-size", "$(TP)"]
    ${gpu(2)}
`);
    assertFacts(workload, { model: "org/m-7b", "parallelism.tensor": 2 });
  });
  it("reads instance types from affinity", () => {
    const workload = workloadOf(`apiVersion: v1
kind: Pod
spec:
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
    {matchExpressions: [{key: node.kubernetes.io/instance-type, operator: In, values: [p5.48xlarge, p5e.48xlarge]}]}]}}}
  containers: [{${gpu(8)}}]
`);
    assertFacts(workload, { instanceType: "p5.48xlarge" });
  });
  it("is silent without an accelerator among container resources", () => {
    const quiet = [
      "spec: {containers: [{resources: {limits: {cpu: 1}}}], tolerations: [{key: nvidia.com/gpu, operator: Exists}]}",
      "spec: {containers: [{image: nvidia/k8s-device-plugin}], nodeSelector: {nvidia.com/gpu: present}}",
    ];
    for (const spec of quiet) assert.deepEqual(workloadsOf(`apiVersion: v1\nkind: Pod\n${spec}\n`), []);
  });
  it("reads Helm templates as far as plain values go", () => {
    const workload = workloadOf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      {{- if .Values.gpu }}
      containers:
      - args: ["--model", "org/m-8b"]
        resources:
          limits:
            nvidia.com/gpu: 4
      {{- end }}
`);
    assertFacts(workload, { accelerators: undefined, model: "org/m-8b" });
  });
});

describe("serving on Kubernetes", () => {
  it("counts leader and workers of each group", () => {
    const template = `{spec: {containers: [{${gpu(8)}}]}}`;
    const text = (leader: string): string =>
      `apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nspec: {replicas: 3, leaderWorkerTemplate: {size: 2, ${leader}workerTemplate: ${template}}}\n`;
    assertFacts(workloadOf(text("")), { accelerators: 48 });
    assertFacts(workloadOf(text(`leaderTemplate: ${template}, `)), { accelerators: 48 });
    assertFacts(workloadOf(text("leaderTemplate: {spec: {containers: [{}]}}, ")), { accelerators: 24 });
  });
  it("gives an InferenceService its range", () => {
    const text = (low: number): string => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: chat}
spec:
  predictor:
    minReplicas: ${low}
    maxReplicas: 3
    model: {modelFormat: {name: huggingface}, args: ["--model_id=org/m-8b", "--max-model-len=8192"], ${gpu(1)}}
`;
    assertFacts(workloadOf(text(1)), { accelerators: 1, model: "org/m-8b", maxModelLength: 8192 });
    assert.deepEqual(workloadOf(text(1)).acceleratorsRange, { low: 1, high: 3 });
    assert.deepEqual(workloadOf(text(0)).acceleratorsRange, { low: 0, high: 3 });
    assertFacts(workloadOf(text(0)), { accelerators: 1, replicas: 1 });
  });
  it("adds decode and prefill of an LLMInferenceService", () => {
    assertFacts(
      workloadOf(`apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
spec:
  model: {uri: "hf://org/m-70b", name: m-70b}
  replicas: 2
  template: {containers: [{name: main, ${gpu(4)}}]}
  prefill: {replicas: 1, template: {containers: [{name: main, ${gpu(8)}}]}}
`),
      { accelerators: 16, model: "org/m-70b" },
    );
  });
  it("derives pods from data parallelism, and counts by annotation", () => {
    assertFacts(
      workloadOf(`apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
spec: {model: {name: org/m}, parallelism: {data: 32, dataLocal: 8}, template: {containers: [{${gpu(8)}}]}}
`),
      { accelerators: 32 },
    );
    assertFacts(
      workloadOf(`apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
metadata: {annotations: {serving.kserve.io/exp-dra-device-count: "2", serving.kserve.io/exp-dra-cel-selector: "device.attributes['g']['type'] == 'A100'"}}
spec: {model: {name: org/m}, template: {containers: [{}]}}
`),
      { accelerators: 2, accelerator: "A100" },
    );
  });
  it("counts the services of a Dynamo graph", () => {
    assertFacts(
      workloadOf(`apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
spec:
  services:
    Frontend: {replicas: 2, resources: {limits: {cpu: 5}}}
    Decode: {replicas: 1, multinode: {nodeCount: 2}, resources: {limits: {gpu: "4"}}, extraPodSpec: {mainContainer: {args: ["python3 -m dynamo.vllm --model org/m-70b"]}}}
`),
      { accelerators: 8, model: "org/m-70b" },
    );
  });
  it("counts a VLLMRuntime", () => {
    assertFacts(
      workloadOf(`apiVersion: production-stack.vllm.ai/v1alpha1
kind: VLLMRuntime
spec: {model: {modelURL: org/m-8b, maxModelLen: 4096}, deploymentConfig: {replicas: 2, resources: {gpu: "1"}}}
`),
      { accelerators: 2, model: "org/m-8b", maxModelLength: 4096 },
    );
  });
});
