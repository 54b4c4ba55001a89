import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { precisions } from "../../../../src/core/precision";
import { parseDocuments } from "../../../../src/document/parse";
import { hardwareInComments } from "../../../../src/recognize/readers/comments";
import {
  billionsInName,
  modelFileName,
  modelName,
  modelNameInPath,
} from "../../../../src/recognize/readers/modelNames";
import { hardwareInPath } from "../../../../src/recognize/readers/pathHints";
import { parsePrecision, precisionInName } from "../../../../src/recognize/readers/precision";
import { isEndless } from "../../../../src/recognize/readers/reading";
import { dialects } from "../../../../src/recognize/registry";
import { workloadsOf } from "../recognizing";

describe("precision strings", () => {
  for (const [text, precision] of [
    ["bf16", "bf16"],
    ["bfloat16", "bf16"],
    ["bf16-mixed", "bf16"],
    ["bf16-true", "bf16"],
    ["amp_bf16", "bf16"],
    ["torch.bfloat16", "bf16"],
    [16, "fp16"],
    ["half", "fp16"],
    ["16-mixed", "fp16"],
    [32, "fp32"],
    ["float32", "fp32"],
    ["fp8", "fp8"],
    ["fp8_e4m3", "fp8"],
    ["mxfp8", "fp8"],
    ["nvfp4", "fp4"],
    ["bnb.nf4", "nf4"],
    ["nf4-dq", "nf4"],
    ["int8", "int8"],
    ["awq_marlin", "int4"],
    ["gptq", "int4"],
    ["tf32", "tf32"],
  ] as const)
    it(`${text} is ${precision}`, () => assert.equal(parsePrecision(text), precision));

  it("auto, empty and prose are unknown", () => {
    for (const text of ["auto", "", "no", "mixed", "very precise", null, true, {}])
      assert.equal(parsePrecision(text), undefined);
  });

  it("every canonical name stands for itself", () => {
    for (const precision of precisions) assert.equal(parsePrecision(precision), precision);
  });

  it("names announce the format of their weights", () => {
    assert.equal(precisionInName("org/m-8b-bnb-4bit"), "nf4");
    assert.equal(precisionInName("M-8B-Instruct-GPTQ"), "int4");
    assert.equal(precisionInName("Big-235B-FP8"), "fp8");
    assert.equal(precisionInName("m-nvfp4"), "fp4");
    assert.equal(precisionInName("org/m-8b"), undefined);
    assert.equal(precisionInName("awquick-7b"), undefined);
  });
});

describe("model names", () => {
  for (const [text, name] of [
    ["org/name-8b", "org/name-8b"],
    ["hf://org/name-8b", "org/name-8b"],
    ["https://huggingface.co/org/name-8b", "org/name-8b"],
    ["azureml://registries/r/models/name-70b/versions/5", "name-70b"],
    ["azureml:name-70b:5", "name-70b"],
    ["s3://bucket/models/name-8b/", "name-8b"],
    ["/data/models/Name-70B-Instruct/", "Name-70B-Instruct"],
    ["~/models/name-7b-chat", "name-7b-chat"],
    ["/cache/hub/models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567", "org/name"],
    ["E:\\models\\flux\\flux1-dev.safetensors", "flux1-dev"],
    ["checkpoints/org/Name-8B", "Name-8B"],
    ["gpt2", "gpt2"],
  ] as const)
    it(`${text} names ${name}`, () => assert.equal(modelName(text), name));

  it("sentences, templates and folders without a name are none", () => {
    for (const text of [
      "Follow the instructions in the guide",
      "",
      "/ckpt",
      "https://example.com/x",
      "$MODEL",
      "s3://$B/$M",
      "{{ model }}",
    ])
      assert.equal(modelName(text), undefined, text);
  });

  for (const [path, name] of [
    ["src/llama3-1-405b-896gpus-a4-fp8.yaml", "llama3-1-405b"],
    ["llama-2-7b-128gpus-a3mega-bf16.yaml", "llama-2-7b"],
    ["gpt3-175b-256gpus-fp8.yaml", "gpt3-175b"],
    ["mixtral-8x7b-256gpus.yaml", "mixtral-8x7b"],
    ["configs/pythia/12B.yml", "pythia-12B"],
    ["configs/6-7B.yml", "6-7B"],
    ["Qwen/Qwen3-235B-A22B-Thinking-2507-FP8/H100/run.yaml", "Qwen3-235B-A22B-Thinking-2507-FP8"],
    ["vllm/gpt-oss-120b.yaml", "gpt-oss-120b"],
  ] as const)
    it(`${path} speaks of ${name}`, () => assert.equal(modelNameInPath(path), name));

  it("ordinary paths speak of no model", () => {
    for (const path of ["src/config.yaml", "deploy/values.yaml", "opt-in/settings.yaml"])
      assert.doesNotMatch(modelNameInPath(path) ?? "", /\d/, path);
  });

  it("a model file goes by its folder, hub hashes left out", () => {
    assert.equal(modelFileName("m/my-8b/config.json"), "my-8b");
    assert.equal(modelFileName("hub/models/0123456789abcdef0123456789abcdef/config.json"), undefined);
    assert.equal(modelFileName("a/openmoe_8b_config.json"), "openmoe_8b");
  });

  it("sizes are read, quantisation widths are not", () => {
    assert.equal(billionsInName("org/m-1.5b-chat"), 1.5);
    assert.equal(billionsInName("m-4bit"), undefined);
  });

  it("no text throws", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        modelName(text);
        modelNameInPath(text);
        modelFileName(text, text);
        precisionInName(text);
        hardwareInPath(text);
      }),
    );
  });
});

describe("hardware in paths", () => {
  for (const [path, hint] of [
    ["a/gpt-256gpus-fp8.yaml", { accelerators: 256 }],
    ["grpo-x-4n8g-megatron.yaml", { nodes: 4, acceleratorsPerNode: 8 }],
    ["test_dgx_a100_1N8G/model_config.yaml", { nodes: 1, acceleratorsPerNode: 8, accelerator: "A100" }],
    ["configs/8xh100/run.yaml", { accelerators: 8, accelerator: "H100" }],
    ["m/H100/run.yaml", { accelerator: "H100" }],
    ["frameworks/a3ultra/x.yaml", { accelerator: "H200" }],
    ["training/a4/x.yaml", { accelerator: "B200" }],
    ["8B_lora_single_device.yaml", { accelerators: 1 }],
    ["stage1_27node_h100.yaml", { nodes: 27, accelerator: "H100" }],
  ] as const)
    it(path, () => assert.deepEqual(hardwareInPath(path), hint));

  it("paper sizes, versions and model sizes are no hardware", () => {
    for (const path of [
      "papers/a4/letter.yaml",
      "v100/../notes-8b.yaml".replace("v100/../", ""),
      "llama-3.1-8b.yaml",
      "l4lb/config.yaml",
      "gpus/readme.yaml",
    ])
      assert.deepEqual(hardwareInPath(path), {}, path);
  });
});

describe("hardware in comments", () => {
  const hints = (text: string): Record<string, unknown> =>
    Object.fromEntries(
      hardwareInComments(parseDocuments(text, "yaml").documents[0]!).map(({ field, value }) => [field, value]),
    );

  for (const [comment, hint] of [
    ["tune run --nproc_per_node 8 full_finetune --config x", { acceleratorsPerNode: 8 }],
    ["Config for 16 nodes of 8 H100s", { nodes: 16, acceleratorsPerNode: 8, accelerator: "H100" }],
    ["Config for 1 node of 8 x H100s (80GB)", { nodes: 1, acceleratorsPerNode: 8, accelerator: "H100" }],
    ["requires 2x8xH100 nodes", { nodes: 2, acceleratorsPerNode: 8, accelerator: "H100" }],
    ["This config is only tested on an 8xA100 machine.", { accelerators: 8, accelerator: "A100" }],
    ["Config for 8 nodes, with GBS 128", { nodes: 8 }],
    ["designed for 32 GPUs, so batch size 128", { accelerators: 32 }],
    ["torchrun --nnodes=2 --nproc-per-node=4 train.py", { nodes: 2, acceleratorsPerNode: 4 }],
    ["accelerate launch --num_processes 16 train.py", { accelerators: 16 }],
  ] as const)
    it(comment, () => assert.deepEqual(hints(`# ${comment}\na: 1\n`), hint));

  it("reads a trailing comment anywhere, an own line only near the top", () => {
    const filler = Array.from({ length: 40 }, (_, i) => `k${i}: ${i}`).join("\n");
    assert.deepEqual(hints(`${filler}\nsize: 16  # requires 2x8xH100 nodes\n`), {
      nodes: 2,
      acceleratorsPerNode: 8,
      accelerator: "H100",
    });
    assert.deepEqual(hints(`${filler}\n# runs on 8 GPUs\n`), {});
  });

  it("leaves out disabled settings, lower bounds and plain prose", () => {
    assert.deepEqual(hints("# num_gpus: 8\na: 1\n"), {});
    assert.deepEqual(hints("# gradient_accumulation_steps: 16 # designed for 8 GPUs, so batch size 128\na: 1\n"), {});
    assert.deepEqual(hints("# works best when fine-tuned on 4+ GPUs\na: 1\n"), {});
    assert.deepEqual(hints("# 3 retries, then 2 minutes\na: 1\n"), {});
  });
});

describe("sentinels", () => {
  it("nines and powers of ten from the limit on have no end, other numbers do", () => {
    for (const value of [9999, 99999, 100000, 1000000]) assert.equal(isEndless(value, 999), true, String(value));
    for (const value of [1, 10, 100, 1234, 143000]) assert.equal(isEndless(value, 999), false, String(value));
    assert.equal(isEndless(320000, 999_999), false);
  });
});

const dollar = "$";

describe("hostile text", () => {
  const keys = [
    "base_model",
    "datasets",
    "model_name_or_path",
    "finetuning_type",
    "cutoff_len",
    "zero_optimization",
    "trainer",
    "model",
    "policy",
    "cluster",
    "train",
    "tokens",
    "parallelism",
    "actor_rollout_ref",
    "data",
    "tensor-parallel-size",
    "max-model-len",
    "model_list",
    "litellm_params",
    "providers",
    "tests",
    "architectures",
    "hidden_size",
    "_class_name",
    "_diffusers_version",
    "max_duration",
    "job",
    "config",
    "process",
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        null,
        true,
        -1,
        0,
        1e308,
        8,
        "auto",
        "8",
        "1e999",
        `${dollar}{a.b}`,
        `${dollar}{..x}`,
        "org/m-8b",
        "__proto__",
        "",
        "???",
      ),
      fc.string({ maxLength: 12 }),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, "__proto__", "constructor", "num_nodes", "devices", "0"), tie("any"), {
        maxKeys: 5,
      }),
    ),
  })).any;

  it("any JSON with our keys is read without a throw, and counts are finite and not negative", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1, maxKeys: 8 }), (tree) => {
        const [document] = parseDocuments(JSON.stringify(tree), "jsonc").documents;
        if (!document) return;
        const context = { path: "x.json", documents: [document], read: () => undefined, parse: () => [] };
        for (const dialect of dialects) {
          if (!dialect.matches(document, context)) continue;
          for (const workload of dialect.read(document, context))
            for (const name of ["accelerators", "nodes", "steps", "epochs", "microBatchSize", "sequenceLength"]) {
              const fact = workload.facts[name]?.value;
              if (fact !== undefined)
                assert.ok(
                  typeof fact === "number" && Number.isFinite(fact) && fact >= 0,
                  `${dialect.id} ${name} ${String(fact)}`,
                );
            }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a text cut anywhere is read without a throw", () => {
    const text =
      "base_model: org/m-8b\ndatasets:\n  - {path: some/set}\nadapter: qlora\nmicro_batch_size: 2 # 8xH100\ndeepspeed: {zero_optimization: {stage: 3}}\n";
    for (let end = 0; end <= text.length; end++) workloadsOf(text.slice(0, end));
  });
});
