// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const sky = (accelerators: string, rest = "num_nodes: 1"): string =>
  `resources:\n  accelerators: ${accelerators}\n${rest}\nrun: echo\n`;

describe("SkyPilot", () => {
  for (const [spelling, accelerator, count] of [
    ["H100:8", "H100", 8],
    ["A100-80GB-SXM:1  ", "A100-80GB-SXM", 1],
    ["L4", "L4", 1],
    ["Inferentia:6", "Inferentia", 6],
    ["tpu-v5e-8", "TPU-v5e", 8],
    ["tpu-v4-8", "TPU-v4", 4],
    ["{A100: 8}", "A100", 8],
    ["[H100:8, A100:8]", "H100", 8],
    ["{L4:8, A100:4}", "L4", 8],
  ] as const)
    it(`reads accelerators written ${spelling}`, () => {
      assertFacts(workloadOf(sky(spelling)), { accelerator, accelerators: count });
    });
  it("multiplies nodes and replicas, and shows the range of the replicas", () => {
    assertFacts(workloadOf(sky("H100:8", "num_nodes: 4")), { accelerators: 32, nodes: 4, acceleratorsPerNode: 8 });
    const service = workloadOf(sky("L4:2", "service: {replica_policy: {min_replicas: 1, max_replicas: 3}}"));
    assert.equal(service.kind, "inference");
    assert.deepEqual(service.acceleratorsRange, { low: 2, high: 6 });
  });
  const choice = (key: string): string =>
    `resources:\n  accelerators: A100:8\n  ${key}:\n  - {infra: aws/us-east-1, instance_type: p4d.24xlarge}\n  - {infra: gcp}\n  use_spot: true\nrun: python train.py\n`;
  it("takes the first of alternatives in order as likely", () => {
    const workload = workloadOf(choice("ordered"));
    assertFacts(workload, { accelerators: 8, provider: "aws", region: "us-east-1", pricing: "spot" });
    assert.equal(workload.facts.provider?.confidence, "medium");
    assert.equal(workload.facts.pricing?.confidence, "high");
  });
  it("leaves open what any of several places decides", () => {
    const workload = workloadOf(choice("any_of"));
    const open = { provider: undefined, region: undefined, instanceType: undefined };
    assertFacts(workload, { accelerators: 8, pricing: "spot", ...open });
    assert.match(workload.notes?.join() ?? "", /provider, region left open/);
    assertFacts(workloadOf(choice("any_of").replace("gcp", "aws/us-west-2")), { provider: "aws", region: undefined });
  });
  it("is not sure of an accelerator that only one alternative names", () => {
    const text = "resources: {any_of: [{accelerators: H100:8}, {accelerators: A100:4}]}\nrun: python train.py\n";
    const { accelerator, accelerators } = workloadOf(text).facts;
    assert.deepEqual([accelerator?.value, accelerator?.confidence], ["H100", "medium"]);
    assert.deepEqual([accelerators?.value, accelerators?.confidence], [8, "medium"]);
  });
  it("reads the command with its variables, over line continuations", () => {
    const workload = workloadOf(`envs: {MODEL_NAME: org/m-8b}
resources: {accelerators: "A100:2"}
run: |
  # python old.py --model other/model
  TP=2
  python -m vllm.entrypoints.openai.api_server \\
    --model $MODEL_NAME \\
    --tensor-parallel-size $TP --max-model-len 4k
`);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { model: "org/m-8b", "parallelism.tensor": 2, maxModelLength: 4000, engine: "vllm" });
  });
  it("reads overrides of reinforcement learning", () => {
    const workload = workloadOf(`resources: {accelerators: "H100:8"}
run: |
  python3 -m verl.trainer.main_ppo data.train_batch_size=256 data.max_prompt_length=512 \\
    data.max_response_length=256 actor_rollout_ref.model.path=org/m-7b trainer.total_epochs=2
`);
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, { promptsPerStep: 256, sequenceLength: 768, model: "org/m-7b", epochs: 2 });
  });
  it("follows the recipe on its command line, and says so", () => {
    const files = {
      "recipes/lora.yaml":
        "base_model: org/m-8b\nadapter: lora\ndatasets: [{path: a/b}]\nmicro_batch_size: 2\nsequence_len: 2048\nnum_epochs: 3\n",
    };
    const text =
      'resources: {accelerators: "A100:4"}\nrun: |\n  accelerate launch -m axolotl.cli.train recipes/lora.yaml\n';
    const workload = workloadOf(text, { path: "jobs/run.yaml", files });
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      accelerators: 4,
      model: "org/m-8b",
      microBatchSize: 2,
      sequenceLength: 2048,
      method: "lora",
    });
    assert.equal(workload.facts.model?.source, "referenced");
    assert.equal(workload.facts.model?.file, "recipes/lora.yaml");
    assert.ok(workload.notes?.includes("with recipes/lora.yaml"));
  });
  it("takes the model that its setup downloads, where the run does not say", () => {
    const text =
      'envs: {SIZE: 8B}\nresources: {accelerators: "A100:8"}\nsetup: |\n  tune download org/m-${SIZE}-it --hf-token $T\nrun: tune run x\n';
    const workload = workloadOf(text);
    assertFacts(workload, { model: "org/m-8B-it" });
    assert.equal(workload.facts.model?.confidence, "medium");
  });
  it("keeps a task whose accelerator is still being typed", () => {
    const workload = workloadOf(
      "resources:\n  accelerators:\nrun: |\n  python run_qa.py --model_name_or_path bert-base-uncased --num_train_epochs 2\n",
    );
    assertFacts(workload, { accelerators: undefined, model: "bert-base-uncased", epochs: 2 });
  });
  it("reads each document of a pipeline by itself", () => {
    const [gpu, ...others] = workloadsOf(
      `name: p\n---\nresources: {cpus: 4, cloud: aws}\nrun: prepare\n---\n${sky("A100:1")}`,
    );
    assert.ok(gpu);
    assert.deepEqual(others, []);
    assertFacts(gpu, { accelerators: 1 });
  });
});

describe("dstack", () => {
  const task = (gpu: string, rest = ""): string =>
    `type: task\nname: t\ncommands: [python train.py]\n${rest}resources:\n  gpu: ${gpu}\n`;
  it("reads name and count, count alone, memory alone", () => {
    assertFacts(workloadOf(task("H100:8", "nodes: 2\n")), { accelerator: "H100", accelerators: 16, nodes: 2 });
    assertFacts(workloadOf(task("1")), { accelerator: undefined, accelerators: 1 });
    assertFacts(workloadOf(task("48GB")), { accelerator: undefined, accelerators: 1 });
    assertFacts(workloadOf(task("24GB:2")), { accelerators: 2 });
    assertFacts(workloadOf(task("v5litepod-8")), { accelerator: "TPU-v5e", accelerators: 8 });
    assertFacts(workloadOf(task("{name: [A100, H100], count: 4, memory: 80GB}")), {
      accelerator: "A100",
      accelerators: 4,
    });
  });
  it("counts the least of a range, and keeps the range", () => {
    const workload = workloadOf(task("H100:4..8"));
    assertFacts(workload, { accelerators: 4, accelerator: "H100" });
    assert.equal(workload.facts.accelerators?.confidence, "low");
    assert.deepEqual(workload.acceleratorsRange, { low: 4, high: 8 });
  });
  it("resolves the environment, reads limits and spot", () => {
    const workload = workloadOf(
      "type: task\nenv:\n  - MODEL_ID=org/m-1.5b\n  - TOKEN\ncommands:\n  - python grpo_train.py\n    --model_name_or_path $MODEL_ID\n    --per_device_train_batch_size 2\nspot_policy: spot\nmax_duration: 8h\nresources: {gpu: MI300X}\n",
    );
    assert.equal(workload.kind, "reinforcementLearning");
    assert.equal(workload.timeLimit, 8);
    assertFacts(workload, { model: "org/m-1.5b", microBatchSize: 2, pricing: "spot", duration: undefined });
  });
  it("reads groups of replicas one by one", () => {
    const groups = workloadsOf(
      "type: service\nenv: [MODEL_ID=org/m-air]\nreplicas:\n- {count: 1..4, commands: [sglang serve --model-path $MODEL_ID], resources: {gpu: 1}}\n- {count: 2, commands: [x], resources: {gpu: H200:2}}\n",
    );
    assert.deepEqual(
      groups.map((group) => group.facts.accelerators?.value),
      [1, 4],
    );
    assert.deepEqual(groups[0]?.acceleratorsRange, { low: 1, high: 4 });
  });
  it("shows the range of a service's replicas", () => {
    const workload = workloadOf(
      "type: service\nreplicas: 1..4\nmodel: org/m-8b\ncommands: [vllm serve org/m-8b]\nresources: {gpu: L4:2}\n",
    );
    assert.equal(workload.kind, "inference");
    assert.deepEqual(workload.acceleratorsRange, { low: 2, high: 8 });
    assertFacts(workload, { accelerators: 2, model: "org/m-8b" });
  });
});

describe("Docker Compose", () => {
  const compose = (service: string, head = ""): string =>
    `${head}services:\n  llm:\n${service.replace(/^/gm, "    ")}\n  db: {image: postgres}\n`;
  const devices = (device: string): string => `deploy: {resources: {reservations: {devices: [${device}]}}}`;
  it("counts device ids and counts, and reads the command", () => {
    const text = compose(
      `image: ghcr.io/huggingface/text-generation-inference\ncommand: ["--model-id", "org/m-70b", "--num-shard", "2", "--quantize", "awq"]\n${devices('{driver: nvidia, device_ids: ["0", "1"], capabilities: [gpu]}')}`,
    );
    const workload = workloadOf(text);
    assert.equal(workload.name, "llm");
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      accelerators: 2,
      model: "org/m-70b",
      "parallelism.tensor": 2,
      weightPrecision: "int4",
      engine: "tgi",
    });
    assertFacts(workloadOf(compose(devices("{count: 4, capabilities: [gpu]}"))), { accelerators: 4 });
  });
  it("leaves the count to the host where all are taken", () => {
    for (const service of [
      devices("{count: all, capabilities: [gpu]}"),
      devices("{capabilities: [gpu]}"),
      "gpus: all",
      "runtime: nvidia",
      "devices: [/dev/kfd:/dev/kfd]",
    ]) {
      const workload = workloadOf(compose(service));
      assertFacts(workload, { accelerators: undefined });
      assert.ok(workload.notes?.includes("all accelerators of the host"));
    }
  });
  it("resolves defaults of variables", () => {
    const workload = workloadOf(compose(devices('{count: "${GPUS:-2}", capabilities: [gpu]}')));
    assertFacts(workload, { accelerators: 2 });
  });
  it("reads merged anchors and replicas", () => {
    const text = compose(`<<: *gpu\nscale: 3`, `x-gpu: &gpu\n  ${devices("{count: 1, capabilities: [gpu]}")}\n`);
    assertFacts(workloadOf(text), { accelerators: 3 });
  });
  it("follows extends into another file", () => {
    const files = { "base.yml": compose(devices("{count: 2, capabilities: [gpu]}")) };
    const workload = workloadOf("services:\n  mine:\n    extends: {file: base.yml, service: llm}\n    gpus:\n", {
      path: "compose.yml",
      files,
    });
    assertFacts(workload, { accelerators: 2 });
    assert.equal(workload.facts.accelerators?.source, "referenced");
  });
  it("is silent without devices", () => {
    assert.deepEqual(
      workloadsOf("services: {db: {image: postgres, deploy: {resources: {limits: {cpus: '1'}}}}}\n# gpus: none\n"),
      [],
    );
  });
});

describe("accelerate", () => {
  it("takes processes as the total over machines", () => {
    assertFacts(
      workloadOf(
        "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_machines: 2\nnum_processes: 16\nmixed_precision: bf16\nfsdp_config: {fsdp_sharding_strategy: FULL_SHARD}\n",
      ),
      { accelerators: 16, nodes: 2, acceleratorsPerNode: 8, precision: "bf16", "parallelism.zeroStage": 3 },
    );
  });
  it("says zero on processors", () => {
    assertFacts(workloadOf("distributed_type: MULTI_CPU\nnum_processes: 4\n"), { accelerators: 0 });
  });
  it("reads quoted values and a file of two keys", () => {
    assertFacts(workloadOf('distributed_type: "NO"\nmixed_precision: "bf16"\n'), {
      precision: "bf16",
      accelerators: undefined,
    });
  });
  it("follows the DeepSpeed file that it names", () => {
    const files = { "ds_z3.json": '{"zero_optimization": {"stage": 3}, "bf16": {"enabled": true}}' };
    const text =
      "distributed_type: DEEPSPEED\nnum_processes: 8\ndeepspeed_config: {deepspeed_config_file: ds_z3.json}\n";
    assertFacts(workloadOf(text, { files }), { "parallelism.zeroStage": 3, accelerators: 8 });
    assert.ok(workloadOf(text).notes?.some((note) => note.includes("not resolved")));
  });
  it("reads SageMaker instances", () => {
    assertFacts(
      workloadOf(
        "compute_environment: AMAZON_SAGEMAKER\nec2_instance_type: ml.p4d.24xlarge\nnum_machines: 2\ndistributed_type: DATA_PARALLEL\n",
      ),
      {
        accelerators: 16,
        instanceType: "ml.p4d.24xlarge",
      },
    );
  });
});

describe("job files of research clusters", () => {
  it("takes mcli's gpus as the total and reads the embedded recipe", () => {
    const workload = workloadOf(`name: x
image: org/llm-foundry
command: composer train.py /mnt/config/parameters.yaml
compute: {gpus: 64, gpu_type: h100_80gb}
parameters: {max_duration: 4800ba, global_train_batch_size: 1024, max_seq_len: 4096, precision: amp_bf16, model: {name: mpt_causal_lm}, train_loader: {dataset: {}}}
`);
    assertFacts(workload, { accelerators: 64, accelerator: "h100_80gb", globalBatchSize: 1024, sequenceLength: 4096 });
    assert.equal(workload.facts.globalBatchSize?.path, "/parameters/global_train_batch_size");
  });
  it("multiplies Beaker's replicas and reads folded arguments", () => {
    const workload = workloadOf(`version: v2
tasks:
- name: t
  replicas: 4
  resources: {gpuCount: 8}
  context: {preemptible: true}
  arguments: ['accelerate launch train_sft.py
      --model_name_or_path org/m-8b --per_device_train_batch_size 1 --num_train_epochs 3
  ']
`);
    assertFacts(workload, { accelerators: 32, pricing: "spot", model: "org/m-8b", microBatchSize: 1, epochs: 3 });
  });
  it("reads Axolotl's cloud file", () => {
    const workload = workloadOf("gpu: h100\ngpu_count: 2\nnode_count: 2\ntimeout: 86400\n");
    assertFacts(workload, { accelerator: "h100", accelerators: 4 });
    assert.equal(workload.timeLimit, 24);
  });
  it("reads RunPod's JSON", () => {
    const text =
      '{"input": {"args": {"base_model": "org/m-1b", "datasets": [], "micro_batch_size": 2}}, "config": {"gpuTypeId": "NVIDIA GeForce RTX 4090", "gpuCount": 2}}';
    assertFacts(workloadOf(text, { path: "a.json" }), {
      accelerator: "NVIDIA GeForce RTX 4090",
      accelerators: 2,
      model: "org/m-1b",
      microBatchSize: 2,
    });
  });
  it("reads cog and MLPerf systems", () => {
    assertFacts(workloadOf('build:\n  gpu: true\npredict: "predict.py:Predictor"\n'), { accelerators: 1 });
    assert.deepEqual(workloadsOf('build:\n  gpu: false\npredict: "p.py:P"\n'), []);
    const system =
      '{"accelerator_model_name": "NVIDIA H200", "accelerators_per_node": "8", "number_of_nodes": "2", "system_name": "s"}';
    assertFacts(workloadOf(system, { path: "s.json" }), { accelerators: 16, accelerator: "NVIDIA H200" });
  });
  it("reads Slurm settings with their limit", () => {
    const workload = workloadOf(
      "hydra: {launcher: {nodes: 4, gpus_per_node: 8, timeout_min: 120, partition: learn}}\n",
    );
    assertFacts(workload, { accelerators: 32, duration: undefined });
    assert.equal(workload.timeLimit, 2);
    assertFacts(workloadOf("partition: gpu\ngres: gpu:a100:4\nnodes: 2\ntime: 04:00:00\n"), {
      accelerators: 8,
      accelerator: "a100",
    });
  });
});

describe("work on processors", () => {
  for (const [name, text] of Object.entries({
    "a SkyPilot task": "resources: {cloud: aws, instance_type: m6i.large}\nrun: python train.py\n",
    "a Slurm job": "partition: cpu\ntimeout_min: 60\nnodes: 2\nntasks_per_node: 8\ngpus_per_node: 0\n",
    "a TrainJob":
      "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nspec: {trainer: {numNodes: 2, resourcesPerNode: {limits: {cpu: 4}}}}\n",
    "a table of machines": "gpu_model: H100\ngpu_count: 8\nvcpus: 192\n",
  }))
    it(`is left alone in ${name}`, () => {
      assert.deepEqual(workloadsOf(text), []);
    });
});

describe("Pools and open places", () => {
  it("counts the workers of a pool", () => {
    const text = `envs: {MODEL_NAME: org/m-7b}
resources: {accelerators: L4}
setup: vllm serve $MODEL_NAME
pool: {workers: 4}
`;
    assertFacts(workloadOf(text), { accelerators: 4, replicas: 4, model: "org/m-7b" });
  });

  it("states no provider where several may do", () => {
    const text = (backends: string): string =>
      `type: task\nname: t\nbackends: [${backends}]\nresources: {gpu: H100}\ncommands: [torchrun train.py]\n`;
    assertFacts(workloadOf(text("aws, gcp")), { provider: undefined });
    assertFacts(workloadOf(text("aws")), { provider: "aws" });
  });

  it("names the engine by the image where there is no command", () => {
    const text = `services:
  chat:
    image: ollama/ollama:latest
    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
`;
    assertFacts(workloadOf(text), { engine: "ollama", accelerators: 1 });
  });
});
