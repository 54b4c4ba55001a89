/** What servers on Kubernetes are told by flags, variables, images and node labels. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const deployment = (container: string, spec = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: 2
  template:
    spec:
${spec}
      containers:
      - name: server
        resources: {limits: {nvidia.com/gpu: 8}}
${container.replaceAll(/^/gm, "        ")}
`;

describe("Servers on Kubernetes", () => {
  it("takes the serving program's word over the names of models and images", () => {
    for (const command of [
      "python -m sglang.launch_server --model-path org/a-7b-sft",
      "vllm serve unsloth/m-8b",
      "trtllm-serve org/m-7b-dpo",
    ])
      assert.equal(workloadOf(deployment(`args: ["${command}"]`)).kind, "inference", command);
    assert.equal(workloadOf(deployment('args: ["accelerate launch sft.py --model org/m"]')).kind, "fineTuning");
  });

  it("reads an upper bound of sequences as such", () => {
    const { facts } = workloadOf(deployment('args: ["vllm serve org/m-8b --max-num-seqs 16"]'));
    assert.equal(facts.concurrency?.value, 16);
    assert.match(facts.concurrency?.note ?? "", /upper bound/);
  });

  it("counts one server over several pods once", () => {
    const over = deployment('args: ["sglang serve --model-path org/m --tp-size 16 --nnodes 2"]');
    assertFacts(workloadOf(over), { accelerators: 16, replicas: 1, "parallelism.tensor": 16 });
    const alone = deployment('args: ["sglang serve --model-path org/m --tp-size 8"]');
    assertFacts(workloadOf(alone), { accelerators: 16, replicas: 2 });
  });

  it("spreads experts over tensor and data parallel members", () => {
    const text = deployment('args: ["vllm serve org/m --tensor-parallel-size 4 --enable-expert-parallel"]');
    assertFacts(workloadOf(text), { "parallelism.expert": 4 });
    const open = deployment('args: ["vllm serve org/m --data-parallel-size $N --enable-expert-parallel"]');
    assertFacts(workloadOf(open), { "parallelism.expert": undefined });
  });

  it("calls a copy on disk by the full name that the server gives it", () => {
    const named = 'args: ["--model-path", "/cache/copy", "--served-model-name", "org/m-8b"]\nimage: lmsysorg/sglang';
    assertFacts(workloadOf(deployment(named)), { model: "org/m-8b" });
    const alias = 'args: ["--model-path", "/cache/m-70b", "--served-model-name", "chat"]\nimage: lmsysorg/sglang';
    assertFacts(workloadOf(deployment(alias)), { model: "m-70b" });
  });

  it("reads llama.cpp's short flags", () => {
    const text = deployment('command: [llama-server, -m, /models/m-8b-Q4_K_M.gguf, --ctx-size, "4096"]');
    assertFacts(workloadOf(text), { model: "m-8b-Q4_K_M", maxModelLength: 4096, engine: "llama.cpp" });
  });

  it("reads what Text Generation Inference is told by variables", () => {
    const text = deployment(`image: ghcr.io/huggingface/text-generation-inference:3
env:
- {name: MODEL_ID, value: org/m-70b}
- {name: NUM_SHARD, value: "8"}
- {name: QUANTIZE, value: bitsandbytes-nf4}
- {name: MAX_TOTAL_TOKENS, value: "4096"}`);
    assertFacts(workloadOf(text), {
      model: "org/m-70b",
      "parallelism.tensor": 8,
      weightPrecision: "nf4",
      maxModelLength: 4096,
      engine: "tgi",
    });
  });

  it("reads the model from a microservice's image", () => {
    const workload = workloadOf(deployment("image: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3"));
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { model: "meta/llama-3.1-8b-instruct" });
  });

  it("tells servers of films from servers of text", () => {
    const text = deployment('args: ["python -m fastvideo.server --model org/Film-T2V-1.3B"]');
    assert.equal(workloadOf(text).kind, "videoGeneration");
  });

  it("knows the accelerator of an instance family", () => {
    const selector = "      nodeSelector: {karpenter.k8s.aws/instance-family: g6e}";
    assertFacts(workloadOf(deployment("image: vllm/vllm-openai", selector)), { accelerator: "L40S", provider: "aws" });
    const other = "      nodeSelector: {karpenter.k8s.aws/instance-family: toString}";
    assertFacts(workloadOf(deployment("image: vllm/vllm-openai", other)), { accelerator: undefined });
  });

  it("never counts a fraction of a pod for data parallelism within one", () => {
    const text = `apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
metadata: {name: m}
spec:
  model: {uri: "hf://org/m"}
  parallelism: {data: 1, dataLocal: 8}
  template: {containers: [{name: main, resources: {limits: {nvidia.com/gpu: "8"}}}]}
`;
    assertFacts(workloadOf(text), { accelerators: 8 });
  });

  it("reads a single worker group that is no list", () => {
    const text = `apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: r}
spec:
  headGroupSpec: {template: {spec: {containers: []}}}
  workerGroupSpecs:
    replicas: 2
    template: {spec: {containers: [{resources: {limits: {nvidia.com/gpu: 4}}}]}}
`;
    assertFacts(workloadOf(text), { accelerators: 8 });
  });
});

describe("Training on Kubernetes", () => {
  it("tells distillation by its script or its teacher, not by a model's name", () => {
    const job = (command: string): string => `apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: d}
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template: {spec: {containers: [{command: [bash, -c, "${command}"], resources: {limits: {nvidia.com/gpu: 8}}}]}}
`;
    const distilled = workloadOf(job("accelerate launch kd.py --teacher_model=org/big-70b"));
    assert.equal(distilled.kind, "distillation");
    assertFacts(distilled, { teacher: "org/big-70b", accelerators: 16 });
    const tuned = workloadOf(job("torchrun sft.py --model_name_or_path org/R1-Distill-8b"));
    assert.equal(tuned.kind, "fineTuning");
  });
});

describe("Jobs without accelerators", () => {
  it("is silent about an evaluation of hosted models", () => {
    const text = `run_name: eval
gpu_num:
gpu_type:
image: org/foundry
command: composer eval.py /mnt/config/parameters.yaml
parameters:
  models: [{model_name: openai/x, model: {name: openai_chat, version: x}}]
`;
    assert.deepEqual(workloadsOf(text), []);
  });
});
