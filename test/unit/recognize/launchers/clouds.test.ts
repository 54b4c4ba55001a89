// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const json = (value: unknown): ReturnType<typeof workloadOf> =>
  workloadOf(JSON.stringify(value, null, 1), { path: "request.json" });
const none = (value: unknown): void =>
  assert.deepEqual(workloadsOf(JSON.stringify(value), { path: "request.json" }), []);

describe("Azure ML", () => {
  const schema = (name: string): string => `$schema: https://azuremlschemas.azureedge.net/latest/${name}.schema.json\n`;
  it("multiplies instances and processes, fills inputs into the command, keeps the limit a limit", () => {
    const workload = workloadOf(
      `${schema("commandJob")}command: torchrun train.py --epochs \${{inputs.epochs}}
inputs: {epochs: 3}
compute: azureml:gpu-cluster
resources: {instance_count: 2}
distribution: {type: pytorch, process_count_per_instance: 8}
limits: {timeout: 86400}
`,
    );
    assert.equal(workload.kind, "training");
    assert.equal(workload.timeLimit, 24);
    assertFacts(workload, { accelerators: 16, nodes: 2, acceleratorsPerNode: 8, epochs: 3, duration: undefined });
  });
  it("counts a deployment by its SKU and is silent on processors", () => {
    const text = (sku: string): string =>
      `${schema("managedOnlineDeployment")}model: azureml://registries/r/models/m-70b/versions/1\ninstance_type: ${sku}\ninstance_count: 2\n`;
    const workload = workloadOf(text("Standard_NC48ads_A100_v4"));
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { accelerators: 4, model: "m-70b", replicas: 2 });
    assert.deepEqual(workloadsOf(text("Standard_E64S_v3")), []);
  });
  it("is silent about jobs on processors", () => {
    assert.deepEqual(
      workloadsOf(`${schema("commandJob")}command: python train.py\ncompute: azureml:cpu-cluster\n`),
      [],
    );
  });
  it("reads fine-tuning with quoted hyper-parameters", () => {
    assertFacts(
      workloadOf(
        'type: finetuning\nmodel: {path: "azureml://registries/a/models/m-4k/versions/1"}\ntraining_data: t.jsonl\nresources: {instance_types: [Standard_NC96ads_A100_v4]}\nhyperparameters: {num_train_epochs: "1", per_device_train_batch_size: "2"}\n',
      ),
      { model: "m-4k", epochs: 1, microBatchSize: 2, instanceType: "Standard_NC96ads_A100_v4" },
    );
  });
  it("hands inputs of a pipeline down to its component", () => {
    const workload = workloadOf(
      `${schema("pipelineJob")}type: pipeline
inputs: {compute_finetune: gpu-big, gpus: 8, num_train_epochs: 3, mlflow_model_path: {path: azureml://registries/azureml/models/m-7b/versions/5}}
jobs:
  tune: {type: pipeline, component: azureml:text_generation_pipeline, inputs: {number_of_gpu_to_use_finetuning: "\${{parent.inputs.gpus}}", num_train_epochs: "\${{parent.inputs.num_train_epochs}}", apply_lora: "true"}}
`,
    );
    assertFacts(workload, { accelerators: 8, epochs: 3, model: "m-7b", method: "lora" });
  });
  it("shows compute as up to its maximum", () => {
    const workload = workloadOf(
      `${schema("amlCompute")}name: g\ntype: amlcompute\nsize: Standard_NC24ads_A100_v4\nmin_instances: 0\nmax_instances: 4\ntier: low_priority\n`,
    );
    assert.deepEqual(workload.acceleratorsRange, { low: 0, high: 4 });
    assertFacts(workload, { pricing: "spot" });
  });
});

describe("Amazon", () => {
  it("reads a SageMaker training request", () => {
    const workload = json({
      TrainingJobName: "t",
      ResourceConfig: { InstanceType: "ml.p4d.24xlarge", InstanceCount: 4, VolumeSizeInGB: 500 },
      StoppingCondition: { MaxRuntimeInSeconds: 86400, MaxWaitTimeInSeconds: 172800 },
      EnableManagedSpotTraining: true,
      HyperParameters: { epochs: "3", per_device_train_batch_size: "4" },
    });
    assert.equal(workload.kind, "training");
    assert.equal(workload.timeLimit, 24);
    assertFacts(workload, {
      accelerators: 32,
      pricing: "spot",
      epochs: 3,
      microBatchSize: 4,
      instanceType: "ml.p4d.24xlarge",
    });
  });
  it("reads endpoints and HyperPod's instance groups", () => {
    const endpoint = json({
      EndpointConfigName: "e",
      ProductionVariants: [{ VariantName: "v", InstanceType: "ml.g5.12xlarge", InitialInstanceCount: 2 }],
    });
    assert.equal(endpoint.kind, "inference");
    assertFacts(endpoint, { accelerators: 8, replicas: 2 });
    const cluster = json({
      ClusterName: "c",
      InstanceGroups: [
        { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
        { InstanceType: "ml.p5.48xlarge", InstanceCount: 2 },
      ],
    });
    assertFacts(cluster, { accelerators: 16 });
  });
  it("is silent on processors", () => {
    none({ ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 4 } });
    none({ jobDefinitionName: "j", containerProperties: { resourceRequirements: [{ type: "VCPU", value: "4" }] } });
  });
  it("multiplies the nodes of a Batch job", () => {
    const workload = json({
      jobDefinitionName: "j",
      type: "multinode",
      nodeProperties: {
        numNodes: 4,
        mainNode: 0,
        nodeRangeProperties: [
          { targetNodes: "0:3", container: { resourceRequirements: [{ type: "GPU", value: "8" }] } },
        ],
      },
      timeout: { attemptDurationSeconds: 36000 },
    });
    assert.equal(workload.timeLimit, 10);
    assertFacts(workload, { accelerators: 32, nodes: 4 });
  });
  it("reads Batch and ECS containers", () => {
    assertFacts(
      json({
        containerProperties: {
          command: ["vllm", "serve", "org/m-8b"],
          resourceRequirements: [{ value: "1", type: "GPU" }],
        },
      }),
      { accelerators: 1, model: "org/m-8b" },
    );
    assertFacts(
      json({
        family: "f",
        containerDefinitions: [{ name: "a" }, { name: "b", resourceRequirements: [{ type: "GPU", value: "2" }] }],
      }),
      { accelerators: 2 },
    );
  });
  it("reads CloudFormation with its tags, and parameter lists", () => {
    const workload = workloadOf(`Resources:
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      NodeProperties:
        NumNodes: 2
        NodeRangeProperties:
        - Container: {Image: !Sub "\${Repository}:latest", InstanceType: p5.48xlarge}
`);
    assertFacts(workload, { instanceType: "p5.48xlarge", nodes: 2, accelerators: 16 });
    assertFacts(
      json([
        { ParameterKey: "AcceleratedInstanceType", ParameterValue: "ml.p5.48xlarge" },
        { ParameterKey: "AcceleratedInstanceCount", ParameterValue: "2" },
        { ParameterKey: "GeneralInstanceType", ParameterValue: "ml.m5.2xlarge" },
      ]),
      { accelerators: 16 },
    );
  });
  it("shows ParallelCluster's queues as a range", () => {
    const workload = workloadOf(`Region: us-west-2
HeadNode: {InstanceType: m5.8xlarge}
Scheduling:
  Scheduler: slurm
  SlurmQueues:
  - Name: q
    CapacityType: SPOT
    ComputeResources: [{Name: c, InstanceType: p4d.24xlarge, MinCount: 0, MaxCount: 4}]
`);
    assert.deepEqual(workload.acceleratorsRange, { low: 0, high: 32 });
    assertFacts(workload, { pricing: "spot", region: "us-west-2" });
  });
  it("reads HyperPod's command-line file", () => {
    assertFacts(
      workloadOf(
        "training_cfg: {entry_script: train.py, run: {name: n, nodes: 2, ntasks_per_node: 1}}\ncluster: {cluster_type: k8s, instance_type: ml.g5.8xlarge}\n",
      ),
      {
        nodes: 2,
        instanceType: "ml.g5.8xlarge",
        accelerators: 2,
      },
    );
  });
});

describe("Vertex AI", () => {
  const pool = (count: string, accelerator = "acceleratorType: NVIDIA_TESLA_A100, acceleratorCount: 8, "): string =>
    `{machineSpec: {${accelerator}machineType: a2-highgpu-8g}, replicaCount: ${count}}`;
  it("sums the pools, quoted counts too", () => {
    const workload = workloadOf(
      `workerPoolSpecs:\n- ${pool("1")}\n- ${pool('"3"')}\nscheduling: {timeout: 86400s, strategy: SPOT}\n`,
    );
    assertFacts(workload, { accelerators: 32, accelerator: "NVIDIA-TESLA-A100", pricing: "spot", provider: "gcp" });
    assert.equal(workload.timeLimit, 24);
  });
  it("reads one pool written as a mapping, under jobSpec", () => {
    assertFacts(workloadOf(`displayName: d\njobSpec:\n  workerPoolSpecs: ${pool("1")}\n`), { accelerators: 8 });
  });
  it("is silent on processors", () => {
    assert.deepEqual(
      workloadsOf("workerPoolSpecs: [{machineSpec: {machineType: n1-standard-4}, replicaCount: 1}]\n"),
      [],
    );
  });
});

describe("Truss", () => {
  it("reads one replica; the engine's builder is not counted", () => {
    const workload = workloadOf(`model_metadata: {repo_id: org/m-32b}
model_name: M
resources: {accelerator: "H100:2", use_gpu: true}
trt_llm: {build: {checkpoint_repository: {repo: org/m-72b}, num_builder_gpus: 4, quantization_type: fp8, max_seq_len: 32768, tensor_parallel_count: 2}}
`);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      accelerators: 2,
      accelerator: "H100",
      model: "org/m-72b",
      maxModelLength: 32768,
      "parallelism.tensor": 2,
      weightPrecision: "fp8",
    });
  });
  it("says zero without a GPU", () => {
    assertFacts(workloadOf("model_name: M\nresources:\n  accelerator: null\n  use_gpu: false\n"), { accelerators: 0 });
  });
  it("reads the start command", () => {
    assertFacts(
      workloadOf(
        'model_name: M\ndocker_server: {start_command: sh -c "python3 -m sglang.launch_server --model-path org/m-air --tp-size 4"}\nresources: {accelerator: H100:4, use_gpu: true}\n',
      ),
      {
        model: "org/m-air",
        "parallelism.tensor": 4,
        engine: "sglang",
      },
    );
  });
});

describe("Azure ML components and batch deployments", () => {
  const pipeline = (component: string, inputs: string, more = ""): string =>
    `$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
experiment_name: e
${more}
jobs:
  p:
    type: pipeline
    component: azureml://registries/r/components/${component}/labels/latest
    inputs: ${inputs}
`;
  it("takes inputs of learning for fine-tuning, whatever the component is called", () => {
    const text = pipeline(
      "summarization_pipeline",
      '{mlflow_model_path: {path: "azureml://registries/r/models/t5-x/versions/3"}, number_of_gpu_to_use_finetuning: 2, num_train_epochs: 3}',
    );
    const workload = workloadOf(text);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { accelerators: 2, epochs: 3, model: "t5-x" });
  });
  it("takes an evaluation for inference", () => {
    const text = pipeline(
      "model_evaluation_pipeline",
      '{mlflow_model: {path: "azureml://registries/r/models/gpt2/versions/3"}, device: gpu}',
    );
    const workload = workloadOf(text);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { model: "gpt2" });
    assert.deepEqual(workloadsOf(text.replace(", device: gpu", "")), []);
  });
  it("reads a batch deployment on a cluster that is called after its accelerators", () => {
    const text = (compute: string): string =>
      `$schema: https://azuremlschemas.azureedge.net/latest/batchDeployment.schema.json\ndescription: text-to-image\ncompute: ${compute}\nresources: {instance_count: 2}\n`;
    const workload = workloadOf(text("gpu-cluster"));
    assert.equal(workload.kind, "imageGeneration");
    assertFacts(workload, { nodes: 2 });
    assert.deepEqual(workloadsOf(text("cpu-cluster")), []);
  });
});

describe("Truss servers", () => {
  const truss = (more: string): string =>
    `model_name: Shown\nresources: {accelerator: "H100:4", use_gpu: true}\n${more}\n`;
  it("reads the model and the server of the build", () => {
    const text = truss("build: {model_server: TGI, arguments: {model_id: org/m-7b}}");
    assertFacts(workloadOf(text), { model: "org/m-7b", engine: "tgi", accelerators: 4 });
    const engine = truss("build: {arguments: {tensor_parallel_count: 4}}");
    assertFacts(workloadOf(engine), { "parallelism.tensor": 4 });
  });
  it("reads the engine among the requirements", () => {
    const text = truss("requirements: ['sglang[all]==0.3']\nmodel_metadata: {repo_id: org/m-8b}");
    assertFacts(workloadOf(text), { model: "org/m-8b", engine: "sglang" });
  });
  it("takes mounted weights where the engine's repository is empty", () => {
    const text = truss(
      'weights: [{source: "hf://org/m-70b@0123456789abcdef", mount_location: /c}]\ntrt_llm: {build: {checkpoint_repository: {repo: who/empty-model}}}',
    );
    assertFacts(workloadOf(text), { model: "org/m-70b" });
  });
});
