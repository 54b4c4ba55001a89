import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

describe("vLLM", () => {
  it("multiplies tensor, pipeline and data parallelism, kebab and snake mixed", () => {
    const workload = workloadOf(
      "model: org/m-70b\ntensor-parallel-size: 8\npipeline_parallel_size: 2\nmax-model-len: 32768\ngpu_memory_utilization: 0.92\nmax-num-seqs: 128\nkv-cache-dtype: fp8\ndtype: bfloat16\n",
    );
    assert.equal(workload.dialect, "vllm");
    assert.equal(workload.kind, "inference");
    assertFacts(workload, {
      model: "org/m-70b",
      accelerators: 16,
      "parallelism.tensor": 8,
      "parallelism.pipeline": 2,
      maxModelLength: 32768,
      concurrency: 128,
      kvCachePrecision: "fp8",
      precision: "bf16",
      engine: "vllm",
    });
    assert.match(workload.facts.concurrency?.note ?? "", /upper bound/);
  });

  it("reads a file of two lines and takes the model from the path", () => {
    const workload = workloadOf("tensor-parallel-size: 4\nasync-scheduling: true", {
      path: "vllm-configs/gpt-oss-120b.yaml",
    });
    assertFacts(workload, { accelerators: 4, model: "gpt-oss-120b" });
    assert.equal(workload.facts.model?.source, "path");
  });

  it("leaves the count open when no size is stated", () => {
    assertFacts(workloadOf("max-model-len: 51200\nmax-num-batched-tokens: 8192\ntrust-remote-code: true\n"), {
      accelerators: undefined,
      maxModelLength: 51200,
    });
  });

  it("reads the quantisation that a model's name announces", () => {
    assertFacts(workloadOf("model: org/m-7b-AWQ\ntensor-parallel-size: 1\nmax-model-len: 4096\n"), {
      weightPrecision: "int4",
    });
  });

  it("is silent about half-typed keys, nested maps and prose", () => {
    assert.deepEqual(workloadsOf("max-model-le"), []);
    assert.deepEqual(workloadsOf("docs:\n  max_model_len: how long a context may be\n"), []);
    assert.deepEqual(workloadsOf("max_num_seqs: text\nname: x\nowner: y\n"), []);
  });
});

describe("expert parallelism as a switch", () => {
  const base = "model: org/m\ntensor-parallel-size: 2\ndata-parallel-size: 4\nmax-model-len: 4096\n";
  it("is over all members of a vLLM server", () =>
    assertFacts(workloadOf(`${base}enable-expert-parallel: true\n`), { "parallelism.expert": 8, accelerators: 8 }));
  it("is none where it is off", () =>
    assertFacts(workloadOf(`${base}enable-expert-parallel: false\n`), { "parallelism.expert": undefined }));
  it("is over all members of KServe's service", () =>
    assertFacts(
      workloadOf(
        "apiVersion: serving.kserve.io/v1alpha2\nkind: LLMInferenceService\nmetadata:\n  name: m\nspec:\n  model:\n    uri: hf://org/m\n    name: org/m\n  parallelism:\n    data: 32\n    dataLocal: 8\n    expert: true\n    tensor: 1\n  template:\n    containers:\n      - name: main\n        resources:\n          limits:\n            nvidia.com/gpu: 8\n",
      ),
      { "parallelism.expert": 32, accelerators: 32 },
    ));
});

describe("SGLang", () => {
  const base =
    'model-path: org/m-671b\ntp-size: "16"\ndp-size: "16"\nattention-backend: flashinfer\ncontext-length: "9300"\nmem-fraction-static: "0.8"\nmax-running-requests: "1024"\n';
  it("does not multiply data parallelism inside data-parallel attention", () => {
    const workload = workloadOf(`${base}enable-dp-attention: true\n`);
    assert.equal(workload.dialect, "sglang");
    assertFacts(workload, { accelerators: 16, maxModelLength: 9300, concurrency: 1024, model: "org/m-671b" });
  });
  it("spreads the experts over the members and leaves each its own attention", () =>
    assertFacts(workloadOf(`${base}enable-dp-attention: true\n`), {
      "parallelism.tensor": 1,
      "parallelism.expert": 16,
      "parallelism.data": undefined,
    }));
  it("multiplies it otherwise", () => {
    assertFacts(workloadOf(base), { accelerators: 256 });
  });
  it("names the side of a disaggregated pair", () => {
    assert.ok(workloadOf(`${base}disaggregation-mode: decode\n`).notes?.some((note) => note.includes("decode side")));
  });
  it("tells image and video servers", () => {
    const text = "tp-size: 4\nnum-gpus: 4\nvae-cpu-offload: false\ndit-cpu-offload: false\n";
    const video = workloadOf(text, { path: "sglang-configs/wan2.2.yaml" });
    assert.equal(video.kind, "videoGeneration");
    assertFacts(video, { accelerators: 4 });
    assert.equal(workloadOf(text, { path: "sglang-configs/flux.1-dev.yaml" }).kind, "imageGeneration");
  });
  it("is silent about a size of something else", () => {
    assert.deepEqual(workloadsOf("tp-size: 4\ncolour: red\n"), []);
  });
});

describe("TensorRT-LLM", () => {
  it("reads options with a cache block", () => {
    const workload = workloadOf(
      "tensor_parallel_size: 8\nmoe_expert_parallel_size: 8\nmax_batch_size: 512\nmax_seq_len: 8192\nkv_cache_config:\n  dtype: fp8\n  free_gpu_memory_fraction: 0.85\n",
    );
    assert.equal(workload.dialect, "tensorRtLlm");
    assertFacts(workload, {
      accelerators: 8,
      concurrency: 512,
      maxModelLength: 8192,
      kvCachePrecision: "fp8",
      engine: "tensorrt-llm",
    });
  });
  it("reads tp_size and pp_size", () => {
    assertFacts(workloadOf("tp_size: 4\npp_size: 2\nllm_api_args:\n"), { accelerators: 8 });
  });
  it("is silent about results that list a cache configuration", () => {
    assert.deepEqual(
      workloadsOf('{"kv_cache_config": "bf16", "latency": 3.2, "weights": 12}', { path: "summary.json" }),
      [],
    );
    assert.deepEqual(workloadsOf('{"kv_cache_config": {"size": 3}, "latency": 3.2}', { path: "summary.json" }), []);
  });
});

describe("Ray Serve LLM", () => {
  const base = `applications:
- name: a
  args:
    llm_configs:
    - model_loading_config: {model_id: m, model_source: org/m-8b}
      accelerator_type: L4
      engine_kwargs: {tensor_parallel_size: 4, max_model_len: 8192}
      deployment_config: {num_replicas: 2}
`;
  it("multiplies replicas and parallelism", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "rayServeLlm");
    assertFacts(workload, { model: "org/m-8b", accelerator: "L4", accelerators: 8, replicas: 2, maxModelLength: 8192 });
  });
  it("takes an autoscaler's least count", () => {
    assertFacts(workloadOf(base.replace("num_replicas: 2", "autoscaling_config: {min_replicas: 1, max_replicas: 5}")), {
      accelerators: 4,
    });
  });
  it("is silent about applications of another kind", () => {
    assert.deepEqual(workloadsOf("applications:\n- name: llm_configs\n"), []);
    assert.deepEqual(workloadsOf("applications:\n- args: {llm_configs: }\n"), []);
  });
});

describe("LiteLLM", () => {
  it("is one interface workload per hosted route", () => {
    const workloads = workloadsOf(
      'model_list:\n- model_name: fast\n  litellm_params: {model: openai/gpt-x-mini, rpm: 600}\n- model_name: own\n  litellm_params: {model: hosted_vllm/org/m, api_base: "http://localhost"}\n- model_name: all\n  litellm_params: {model: "openai/*"}\n',
    );
    assert.deepEqual(
      workloads.map((workload) => [
        workload.kind,
        workload.name,
        workload.facts.model?.value,
        workload.facts.provider?.value,
      ]),
      [["api", "fast", "gpt-x-mini", "openai"]],
    );
    assert.ok(workloads[0]?.notes?.some((note) => note.includes("600 requests")));
  });
  it("gives every route an id of its own", () => {
    const workloads = workloadsOf(
      "model_list:\n- litellm_params: {model: openai/a}\n- litellm_params: {model: openai/b}\n",
    );
    assert.equal(new Set(workloads.map((workload) => workload.id)).size, 2);
  });
  it("is silent about a list without parameters", () => {
    assert.deepEqual(workloadsOf("model_list: [a, b]\n# litellm_params\n"), []);
    assert.deepEqual(workloadsOf("model_list:\n- litellm_params:\n"), []);
  });
});

describe("promptfoo", () => {
  const base = `prompts: [one.txt, two.txt]
providers:
- openai:gpt-x
- id: anthropic:messages:some-model
  config: {max_tokens: 256}
tests:
- vars: {q: a}
- vars: {q: b}
- vars: {q: c}
`;
  it("counts prompts × tests for each provider", () => {
    const workloads = workloadsOf(base);
    assert.deepEqual(
      workloads.map((workload) => [
        workload.kind,
        workload.facts.provider?.value,
        workload.facts.model?.value,
        workload.facts.requests?.value,
        workload.facts.outputTokens?.value,
      ]),
      [
        ["api", "openai", "gpt-x", 6, undefined],
        ["api", "anthropic", "some-model", 6, 256],
      ],
    );
  });
  it("multiplies repeats and lists of variables", () => {
    const text = `${base.replace("{q: c}", "{q: [c, d]}")}evaluateOptions: {repeat: 2}\n`;
    assert.equal(workloadsOf(text)[0]?.facts.requests?.value, 2 * 4 * 2);
  });
  it("leaves calls open when tests are in another file", () => {
    assert.equal(workloadsOf(base.replace(/tests:[\s\S]*/, "tests: file://tests.csv\n"))[0]?.facts.requests, undefined);
  });
  it("is silent about other providers", () => {
    assert.deepEqual(workloadsOf("providers:\n- aws\ntests: [a]\n"), []);
    assert.deepEqual(workloadsOf("providers:\nprompts:\n"), []);
  });
});
