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
