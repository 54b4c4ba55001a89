/** Serving platforms on Kubernetes, wrapped resources and charts' values. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const gpu = (count: number): string => `resources: {limits: {nvidia.com/gpu: "${count}"}}`;

describe("DynamoGraphDeployment", () => {
  it("reads components with pod templates", () => {
    const text = `apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: g}
spec:
  backendFramework: vllm
  components:
  - {name: Frontend, replicas: 1, podTemplate: {spec: {containers: [{name: main, resources: {limits: {cpu: 4}}}]}}}
  - name: agg
    replicas: 2
    podTemplate:
      spec:
        containers:
        - name: main
          args: ["exec python3 -m dynamo.vllm --model org/m-70b --tensor-parallel-size 4 --max-model-len 65536"]
          ${gpu(4)}
`;
    const workload = workloadOf(text);
    assertFacts(workload, {
      accelerators: 8,
      replicas: 2,
      model: "org/m-70b",
      "parallelism.tensor": 4,
      maxModelLength: 65536,
      engine: "vllm",
    });
  });

  it("is silent about simulated workers", () => {
    const text = `apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: g}
spec:
  components:
  - name: decode
    podTemplate: {spec: {containers: [{name: main, command: [python3, -m, dynamo.mocker]}]}}
`;
    assert.deepEqual(workloadsOf(text), []);
  });
});

describe("Platforms with resources of their own", () => {
  it("reads a NIMService", () => {
    const text = `apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: {name: n}
spec:
  image: {repository: nvcr.io/nim/meta/llama-3.1-8b-instruct, tag: "1"}
  replicas: 3
  resources: {limits: {nvidia.com/gpu: 2}}
`;
    assertFacts(workloadOf(text), { accelerators: 6, replicas: 3, model: "meta/llama-3.1-8b-instruct" });
    assert.deepEqual(workloadsOf(text.replace("nvidia.com/gpu: 2", "cpu: 2")), []);
  });

  it("reads a KAITO workspace, served and tuned", () => {
    const text = (work: string): string => `apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: {name: w}
resource: {count: 2, instanceType: Standard_NC24ads_A100_v4}
${work}
`;
    const served = workloadOf(text("inference: {preset: {name: phi-4}}"));
    assert.equal(served.kind, "inference");
    assertFacts(served, { accelerators: 2, nodes: 2, model: "phi-4", provider: "azure" });
    const tuned = workloadOf(text("tuning: {preset: {name: phi-4}, method: qlora}"));
    assert.equal(tuned.kind, "fineTuning");
    assertFacts(tuned, { method: "qlora" });
    assert.deepEqual(workloadsOf(text("").replace("Standard_NC24ads_A100_v4", "Standard_D4s_v5")), []);
  });

  it("reads roles of a group", () => {
    const role = (name: string, replicas: number): string =>
      `  - {name: ${name}, replicas: ${replicas}, template: {spec: {containers: [{image: vllm/vllm-openai, ${gpu(2)}}]}}}\n`;
    const text = `apiVersion: workloads.x-k8s.io/v1alpha1\nkind: RoleBasedGroup\nmetadata: {name: r}\nspec:\n  roles:\n${role("a", 1)}${role("b", 3)}`;
    assertFacts(workloadOf(text), { accelerators: 8 });
  });
});

describe("KServe before its first stable version", () => {
  it("reads predictors under the default, with and without a key", () => {
    const head = (kind: string): string =>
      `apiVersion: serving.kubeflow.org/v1alpha2\nkind: ${kind}\nmetadata:\n  name: k\n  annotations: {serving.kubeflow.org/gke-accelerator: nvidia-tesla-t4}\n`;
    const bare = `${head("KFService")}spec: {default: {tensorflow: {modelUri: "gs://b/m", ${gpu(1)}}}}\n`;
    assertFacts(workloadOf(bare), { accelerators: 1, accelerator: "nvidia-tesla-t4" });
    const keyed = `${head("InferenceService")}spec: {default: {predictor: {minReplicas: 2, tensorflow: {storageUri: "gs://b/m", ${gpu(2)}}}}}\n`;
    assertFacts(workloadOf(keyed), { accelerators: 4 });
  });
});

describe("DisaggregatedSet", () => {
  it("counts the groups of every role", () => {
    const role = (name: string, size: number): string =>
      `  - {name: ${name}, spec: {replicas: 2, leaderWorkerTemplate: {size: ${size}, workerTemplate: {spec: {containers: [{image: vllm/vllm-openai, ${gpu(4)}}]}}}}}\n`;
    const text = `apiVersion: disaggregatedset.x-k8s.io/v1\nkind: DisaggregatedSet\nmetadata: {name: d}\nspec:\n  roles:\n${role("prefill", 1)}${role("decode", 3)}`;
    assertFacts(workloadOf(text), { accelerators: 2 * 4 + 2 * 3 * 4 });
  });
});

describe("TrainJob", () => {
  it("finds its runtime in a folder of runtimes above, told by its name", () => {
    const job =
      "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nspec: {runtimeRef: {name: own}, trainer: {numNodes: 3}}\n";
    const runtime = (name: string): string => `apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: ${name}}
spec: {mlPolicy: {numNodes: 1}, template: {spec: {replicatedJobs: [{name: node, template: {spec: {template: {spec: {containers: [{${gpu(8)}}]}}}}}]}}}
`;
    const path = "apps/jobs/a.yaml";
    assertFacts(workloadOf(job, { path, files: { "runtimes/own.yaml": runtime("own") } }), { accelerators: 24 });
    const both = `${runtime("other")}---\n${runtime("own")}`;
    assertFacts(workloadOf(job, { path, files: { "apps/runtimes.yaml": both } }), { accelerators: 24 });
    assertFacts(workloadOf(job, { path, files: { "apps/runtime.yaml": runtime("other") } }), {
      accelerators: undefined,
    });
  });
});

describe("Records of runs", () => {
  it("are no workloads, though they name accelerators", () => {
    const text =
      '{"program": "train.py", "args": ["--model", "org/m-7b"], "gpu": "NVIDIA A100", "gpu_count": 8, "cpu_count": 96}';
    assert.deepEqual(workloadsOf(text, { path: "wandb-metadata.json" }), []);
  });
});

describe("Wrapped resources", () => {
  const pod = (name: string, count: number): string =>
    `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{${gpu(count)}}]}}`;

  it("are read as if they stood alone, each with an identity of its own", () => {
    const workloads = workloadsOf(`apiVersion: v1\nkind: List\nitems:\n- ${pod("a", 1)}\n- ${pod("b", 4)}\n`);
    assert.deepEqual(
      workloads.map(({ name, facts }) => [name, facts.accelerators?.value, facts.accelerators?.path]),
      [
        ["a", 1, "/items/0/spec/containers/0/resources/limits/nvidia.com~1gpu"],
        ["b", 4, "/items/1/spec/containers/0/resources/limits/nvidia.com~1gpu"],
      ],
    );
    assert.equal(new Set(workloads.map(({ id }) => id)).size, 2);
  });

  it("may stand in an AppWrapper", () => {
    const text = `apiVersion: workload.codeflare.dev/v1beta2\nkind: AppWrapper\nspec:\n  components:\n  - template: ${pod("a", 2)}\n`;
    assertFacts(workloadOf(text), { accelerators: 2 });
  });
});

describe("Chart values", () => {
  it("read a server that names its parallel group only", () => {
    const text = "workload:\n  model: org/m-1t\n  framework: sglang\n  nnodes: 4\n  tpSize: 16\n";
    assertFacts(workloadOf(text), {
      accelerators: 16,
      nodes: 4,
      "parallelism.tensor": 16,
      model: "org/m-1t",
      engine: "sglang",
    });
  });

  it("follow the server's options beside them and take hardware from the path", () => {
    const text = "workload:\n  model: {name: org/m-8b}\n  gpus: 8\n  framework: vllm\n  configFile: args.yaml\n";
    const files = {
      "inference/a3mega/m/args.yaml": "tensor-parallel-size: 2\nmax-model-len: 4096\nmax-num-seqs: 32\n",
    };
    assertFacts(workloadOf(text, { path: "inference/a3mega/m/values.yaml", files }), {
      accelerators: 8,
      accelerator: "H100",
      engine: "vllm",
      "parallelism.tensor": 2,
      maxModelLength: 4096,
      concurrency: 32,
    });
  });

  it("read the model of disaggregated workers", () => {
    const text = `dynamo: {decodeWorker: {nodeCount: 2, replicas: 1}, prefillWorker: {nodeCount: 1, replicas: 3}}
workload: {model: org/m-671b, framework: sglang}
`;
    assertFacts(workloadOf(text), { nodes: 5, model: "org/m-671b", engine: "sglang" });
  });

  it("take one of several kinds of resources, and several pods for a group larger than one", () => {
    const text = `model: org/m-17b
modelParameters: {pipelineParallelSize: 2, tensorParallelSize: 4, maxModelLen: 1024, maxNumSeqs: 1}
inference:
  modelServer:
    image: {repository: org/vllm}
    deployment:
      replicas: 3
      instanceType: g6.24xlarge
      resources:
        gpu: {limits: {nvidia.com/gpu: 4}}
        neuron: {limits: {aws.amazon.com/neuron: 1}}
`;
    assertFacts(workloadOf(text), {
      accelerators: 24,
      replicas: 3,
      instanceType: "g6.24xlarge",
      model: "org/m-17b",
      engine: "vllm",
      maxModelLength: 1024,
      concurrency: 1,
    });
  });
});

describe("Hugging Face Inference Endpoint", () => {
  const endpoint = (accelerator: string, task = "text-generation"): string =>
    JSON.stringify({
      name: "e",
      type: "protected",
      provider: { vendor: "aws", region: "us-east-1" },
      compute: {
        accelerator,
        instanceType: "nvidia-a10g",
        instanceSize: "x4",
        scaling: { minReplica: 0, maxReplica: 2 },
      },
      model: { repository: "org/m-8b", task, framework: "pytorch", image: { tgi: {} } },
    });

  it("counts accelerators of the size, from none to the most replicas", () => {
    const workload = workloadOf(endpoint("gpu"), { path: "endpoint.json" });
    assertFacts(workload, {
      accelerators: 4,
      accelerator: "nvidia-a10g",
      model: "org/m-8b",
      provider: "aws",
      region: "us-east-1",
      engine: "tgi",
    });
    assert.deepEqual(workload.acceleratorsRange, { low: 0, high: 8 });
    assert.equal(workloadOf(endpoint("gpu", "text-to-image"), { path: "e.json" }).kind, "imageGeneration");
  });
  it("is silent about processors", () => {
    assert.deepEqual(workloadsOf(endpoint("cpu"), { path: "endpoint.json" }), []);
  });
});
