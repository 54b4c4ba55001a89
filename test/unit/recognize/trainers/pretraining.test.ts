import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, modelOf, workloadOf, workloadsOf } from "../recognizing";

const dollar = "$";

describe("LLM Foundry", () => {
  const base = `variables:
  max_seq_len: 4096
max_seq_len: \${variables.max_seq_len}
max_duration: 4800ba
global_train_batch_size: 1024
device_train_microbatch_size: 8
precision: amp_bf16
model: {name: mpt_causal_lm, d_model: 2048, n_heads: 16, n_layers: 24, expansion_ratio: 4, vocab_size: 50368}
train_loader: {name: text, dataset: {split: train}}
`;

  it("turns batches into steps and tokens", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "llmFoundry");
    assert.equal(workload.kind, "training");
    assertFacts(workload, {
      steps: 4800,
      tokens: 4800 * 1024 * 4096,
      globalBatchSize: 1024,
      microBatchSize: 8,
      sequenceLength: 4096,
      precision: "bf16",
      accelerators: undefined,
    });
    const model = modelOf(workload);
    assert.deepEqual(
      [model.layers, model.hiddenSize, model.intermediateSize, model.vocabularySize],
      [24, 2048, 8192, 50368],
    );
  });

  it("reads the other units of duration", () => {
    assertFacts(workloadOf(base.replace("4800ba", "2ep")), { epochs: 2, steps: undefined });
    assertFacts(workloadOf(base.replace("4800ba", "10000tok")), { tokens: 10000 });
    assertFacts(workloadOf(base.replace("4800ba", "2048sp")), { steps: 2 });
    assertFacts(workloadOf(base.replace("4800ba", "soon")), { steps: undefined, epochs: undefined, tokens: undefined });
  });

  it("is fine-tuning from a pretrained model, LoRA with a peft_config", () => {
    const text = base.replace(
      /model: .*/,
      "model: {name: hf_causal_lm, pretrained: true, pretrained_model_name_or_path: org/m-8b, peft_config: {r: 64}}",
    );
    const workload = workloadOf(text);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { model: "org/m-8b", method: "lora", loraRank: 64 });
  });

  it("reads an evaluation as inference", () => {
    const text =
      "max_seq_len: 2048\nmodel_name_or_path: org/m-1b\nprecision: fp32\nmodel: {name: hf_causal_lm, pretrained: true}\ndevice_eval_batch_size: 16\nicl_tasks:\n- label: some\n";
    const workload = workloadOf(text);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { model: "org/m-1b", maxModelLength: 2048, concurrency: 16, precision: "fp32" });
  });

  it("is silent about a data loader of something else", () => {
    assert.deepEqual(workloadsOf("train_loader: {workers: 4}\nmodel: resnet\n"), []);
  });
});

describe("NeMo", () => {
  const base = `run: {name: gpt_tiny, time_limit: "1-02:00:00"}
trainer: {num_nodes: 8, devices: 8, precision: bf16, max_steps: 5000, max_epochs: 9999}
exp_manager: {name: x}
model:
  micro_batch_size: 1
  global_batch_size: 256
  encoder_seq_length: 4096
  num_layers: 24
  hidden_size: 2048
  ffn_hidden_size: \${multiply:4, \${.hidden_size}}
  num_attention_heads: 16
  tensor_model_parallel_size: 2
  pipeline_model_parallel_size: 4
`;

  it("multiplies nodes and devices, reads dimensions and parallelism", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "nemo");
    assertFacts(workload, {
      accelerators: 64,
      nodes: 8,
      acceleratorsPerNode: 8,
      steps: 5000,
      epochs: undefined,
      globalBatchSize: 256,
      microBatchSize: 1,
      sequenceLength: 4096,
      "parallelism.tensor": 2,
      "parallelism.pipeline": 4,
      precision: "bf16",
    });
    assert.equal(modelOf(workload).intermediateSize, 8192);
  });

  it("keeps a time limit apart from the duration", () => {
    const workload = workloadOf(base);
    assert.equal(workload.timeLimit, 26);
    assertFacts(workload, { duration: undefined });
  });

  it("takes FP8 over the trainer's precision, and defaults of environment variables", () => {
    assertFacts(workloadOf(`${base}  fp8: true\n`), { precision: "fp8" });
    const devices = "$" + "{oc.decode:$" + "{oc.env:DGXNGPU,4}}";
    assertFacts(workloadOf(base.replace("devices: 8", `devices: "${devices}"`)), {
      acceleratorsPerNode: 4,
      accelerators: 32,
    });
  });

  it("reads a PEFT scheme as fine-tuning", () => {
    const workload = workloadOf(`${base}  peft: {peft_scheme: lora, lora_tuning: {adapter_dim: 32}}\n`);
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, { method: "lora", loraRank: 32 });
  });

  it("takes the total from the path when nodes are missing, and never against the body", () => {
    const open = workloadOf(base.replace("num_nodes: 8, ", ""), { path: "a4/gpt-256gpus.yaml" });
    assert.equal(open.facts.accelerators?.value, 256);
    assert.equal(open.facts.accelerators?.source, "path");
    assert.equal(open.facts.accelerator?.value, undefined);
    assertFacts(workloadOf(base, { path: "gpt-256gpus.yaml" }), { accelerators: 64 });
  });

  it("follows values through the group that the file is mounted as", () => {
    const grouped = base
      .replace("precision: bf16", `precision: "${dollar}{training.model.precision}"`)
      .concat("  precision: fp16\n");
    assertFacts(workloadOf(grouped), { precision: "fp16" });
  });

  it("adds actor and critic into one job", () => {
    const part =
      "  trainer: {num_nodes: 1, devices: 8, ppo: {max_steps: -1}}\n  model: {global_batch_size: 64, micro_batch_size: 1, encoder_seq_length: 4096, ppo: {num_rollout_samples: 512, length_params: {max_length: 1024}}}\n";
    const workload = workloadOf(
      `run: {name: rlhf_2b, time_limit: "4-00:00:00"}\nactor:\n${part}critic:\n${part}# exp_manager: none\n`,
    );
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, {
      accelerators: 16,
      algorithm: "ppo",
      promptsPerStep: 512,
      responseTokens: 1024,
      steps: undefined,
    });
  });

  it("reads an evaluation, and leaves a checkpoint conversion alone", () => {
    const model = "model: {tensor_model_parallel_size: 2, pipeline_model_parallel_size: 1";
    const run = 'run: {name: x, time_limit: "1:00:00", model_train_name: llama2_7b';
    const workload = workloadOf(`${run}, tasks: all_tasks}\n${model}, eval_batch_size: 4, precision: bf16}\n`);
    assert.equal(workload.kind, "inference");
    assertFacts(workload, { accelerators: 2, model: "llama2_7b" });
    assert.deepEqual(workloadsOf(`${run}, convert_name: c}\n${model}}\n`), []);
  });

  it("is silent about a Lightning trainer without a model", () => {
    assert.deepEqual(workloadsOf("trainer: {num_nodes: 2}\nnum_nodes: 3\n"), []);
  });
});

describe("Megatron", () => {
  it("reads flags as keys", () => {
    const workload = workloadOf(
      "MODEL_ARGS:\n  --num-layers: 12\n  --hidden-size: 512\n  --num-attention-heads: 8\n  --seq-length: 1024\n  --micro-batch-size: 4\n  --global-batch-size: 32\n  --train-samples: 3200\n  --bf16: true\n  --swiglu: true\n  --tensor-model-parallel-size: 2\n  --exit-duration-in-mins: 90\n",
    );
    assert.equal(workload.dialect, "megatronArguments");
    assertFacts(workload, {
      steps: 100,
      globalBatchSize: 32,
      microBatchSize: 4,
      sequenceLength: 1024,
      precision: "bf16",
      "parallelism.tensor": 2,
    });
    assert.equal(modelOf(workload).gatedMlp, true);
    assert.equal(workload.timeLimit, 1.5);
  });

  it("takes the last batch of a growing schedule", () => {
    const workload = workloadOf(
      'MODEL_ARGS:\n  --num-layers: 12\n  --hidden-size: 512\n  --train-iters: 10\n  --step-batch-size-schedule: "0:384 200B:768"\n',
    );
    assertFacts(workload, { globalBatchSize: 768, steps: 10 });
  });

  it("reads dotted keys of the NeMo flavour", () => {
    const workload = workloadOf(
      "MODEL_ARGS:\n  trainer.num_nodes: 2\n  trainer.devices: 8\n  trainer.max_steps: 50\n  model.config.num_layers: 12\n  model.config.hidden_size: 768\n  data.global_batch_size: 64\n",
    );
    assertFacts(workload, { accelerators: 16, steps: 50, globalBatchSize: 64 });
  });

  it("reads a bridge override, a distillation with a teacher", () => {
    const text =
      "model: {seq_length: 4096, tensor_model_parallel_size: 2}\ntrain: {train_iters: 10, global_batch_size: 8, micro_batch_size: 1}\n";
    assert.equal(workloadOf(text).kind, "training");
    assertFacts(workloadOf(text), { steps: 10, sequenceLength: 4096, globalBatchSize: 8 });
    assert.equal(workloadOf(text.replace("model: {", "model: {teacher: {seq_length: 4096}, ")).kind, "distillation");
  });

  it("reads a bridge override without a number of steps", () => {
    const workload = workloadOf(
      "model: {hidden_size: 5120, num_layers: 40, tensor_model_parallel_size: 2}\ntrain: {global_batch_size: 8, micro_batch_size: 1}\n",
    );
    assert.equal(workload.dialect, "megatronBridge");
    assertFacts(workload, { globalBatchSize: 8, steps: undefined });
  });

  it("is silent about other environment files", () => {
    assert.deepEqual(workloadsOf("MODEL_ARGS: --num-layers 12\n"), []);
    assert.deepEqual(workloadsOf("MODEL_ARGS:\n  colour: red\n"), []);
    assert.deepEqual(workloadsOf("train:\n  train_iters:\n"), []);
  });
});

describe("LitGPT", () => {
  it("reads a pre-training with tokens", () => {
    const workload = workloadOf(
      "model_name: pythia-1b\ndevices: 4\nnum_nodes: 1\ndata: {class_path: litgpt.data.TinyStories}\ntrain: {global_batch_size: 512, micro_batch_size: 4, max_tokens: 3000000000, max_seq_length: 2048}\nprecision: bf16-true\n",
    );
    assert.equal(workload.dialect, "litgpt");
    assert.equal(workload.kind, "training");
    assertFacts(workload, {
      accelerators: 4,
      tokens: 3e9,
      globalBatchSize: 512,
      sequenceLength: 2048,
      precision: "bf16",
      model: "pythia-1b",
      "dataset.name": "TinyStories",
    });
  });

  it("reads a QLoRA fine-tune and leaves devices: auto open", () => {
    const workload = workloadOf(
      "checkpoint_dir: checkpoints/org/M-8B\ndevices: auto\nquantize: bnb.nf4\nlora_r: 32\nprecision: bf16-true\ntrain: {micro_batch_size: 2, global_batch_size: 8, epochs: 2, max_steps: null}\n",
    );
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      model: "M-8B",
      method: "qlora",
      weightPrecision: "nf4",
      loraRank: 32,
      epochs: 2,
      accelerators: undefined,
    });
  });

  it("is silent about train settings of something else", () => {
    assert.deepEqual(workloadsOf("checkpoint_dir: x\ntrain: {batch: 3}\n"), []);
  });
});

describe("nanotron", () => {
  const base = `parallelism: {dp: 8, tp: 2, pp: 1}
tokens: {sequence_length: 4096, micro_batch_size: 4, batch_accumulation_per_replica: 2, train_steps: 70_000}
model: {dtype: bfloat16, model_config: {is_llama_config: true, hidden_size: 2048, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 8192, vocab_size: 50304}}
`;
  it("multiplies the mesh and the batch, reads underscores", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "nanotron");
    assertFacts(workload, {
      accelerators: 16,
      globalBatchSize: 64,
      steps: 70000,
      sequenceLength: 4096,
      microBatchSize: 4,
      gradientAccumulation: 2,
      precision: "bf16",
    });
    assert.equal(modelOf(workload).layers, 24);
  });

  it("is silent without its token block", () => {
    assert.deepEqual(workloadsOf("batch_accumulation_per_replica: 2\nparallelism: {dp: 2}\nmodel: {}\n"), []);
  });
});

describe("Meta Lingua", () => {
  it("reads dimensions and the per-accelerator batch, not the evaluation's accelerators", () => {
    const workload = workloadOf(
      "name: run\nsteps: 60_000\ngrad_acc_steps: 2\ndistributed: {fsdp_type: full_shard, model_dtype: bf16, tp_size: 1}\nmodel: {dim: 2048, n_layers: 24, n_heads: 16}\ndata: {batch_size: 4, seq_len: 4096, sources: {corpus: 1.0}}\nasync_eval_gpus: 8\n",
    );
    assert.equal(workload.dialect, "lingua");
    assertFacts(workload, {
      steps: 60000,
      microBatchSize: 4,
      gradientAccumulation: 2,
      sequenceLength: 4096,
      accelerators: undefined,
      "dataset.name": "corpus",
    });
    assert.equal(modelOf(workload).intermediateSize, 5632);
  });

  it("is silent about distribution of other things", () => {
    assert.deepEqual(workloadsOf("distributed: {fsdp_type: none}\n"), []);
  });
});

describe("GPT-NeoX", () => {
  const text = `{
  # a comment inside the flow map
  "pipe_parallel_size": 1,
  "model_parallel_size": 4,
  "num_layers": 36, "hidden_size": 5120, "num_attention_heads": 40,
  "seq_length": 2048,
  "train_micro_batch_size_per_gpu": 8,
  "gradient_accumulation_steps": 2,
  "train_iters": 143000,
  "zero_optimization": {"stage": 1, "overlap_comm": True},
  "fp16": {"enabled": true},
  "no_weight_tying": true,
}
`;
  it("reads JSON in YAML with comments, trailing commas and True", () => {
    const workload = workloadOf(text, { path: "configs/pythia/12B.yml" });
    assert.equal(workload.dialect, "gptNeox");
    assertFacts(workload, {
      steps: 143000,
      sequenceLength: 2048,
      microBatchSize: 8,
      gradientAccumulation: 2,
      "parallelism.tensor": 4,
      "parallelism.zeroStage": 1,
      precision: "fp16",
    });
    const model = modelOf(workload);
    assert.deepEqual([model.name, model.layers, model.tieWordEmbeddings], ["pythia-12B", 36, false]);
  });

  it("names a file that is called by its size alone", () => {
    assert.equal(modelOf(workloadOf(text, { path: "configs/175B.yml" })).name, "gpt3-175B");
    assert.equal(modelOf(workloadOf(text, { path: "configs/20B.yml" })).name, "gpt-neox-20B");
  });

  it("reads kebab keys in JSON", () => {
    const workload = workloadOf(
      '{"pipe-parallel-size": 1, "model-parallel-size": 8, "num-layers": 32, "hidden-size": 4096, "num-attention-heads": 32, "seq-length": 2048, "train-iters": 100}',
      {
        path: "tune.json",
      },
    );
    assertFacts(workload, { steps: 100, sequenceLength: 2048, "parallelism.tensor": 8 });
  });

  it("tells preference training", () => {
    const workload = workloadOf(text.replace('"train_iters"', '"train_impl": "dpo", "train_iters"'));
    assert.equal(workload.kind, "reinforcementLearning");
    assertFacts(workload, { algorithm: "dpo" });
  });

  it("leaves a Hugging Face config to its own dialect and is silent about overlays of paths", () => {
    assert.deepEqual(workloadsOf('{"pipe_parallel_size": 1, "data_path": "x"}', { path: "local.json" }), []);
  });
});

describe("MaxText", () => {
  const base =
    "model_name: llama3.1-70b\ndcn_data_parallelism: 32\nici_fsdp_parallelism: 8\nper_device_batch_size: 4\nmax_target_length: 8192\nsteps: 50\nquantization: fp8\nhardware: gpu\n";
  it("multiplies all mesh axes", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "maxText");
    assertFacts(workload, {
      accelerators: 256,
      microBatchSize: 4,
      globalBatchSize: 1024,
      sequenceLength: 8192,
      steps: 50,
      precision: "fp8",
      model: "llama3.1-70b",
    });
  });

  it("leaves a filled axis open", () => {
    assertFacts(workloadOf(base.replace("fsdp_parallelism: 8", "fsdp_parallelism: -1")), {
      accelerators: undefined,
      globalBatchSize: undefined,
    });
  });

  it("reads the machine of a recipe folder as a hint", () => {
    const { facts } = workloadOf(base, { path: "src/frameworks/a3mega/maxtext-configs/x.yaml" });
    assert.equal(facts.accelerator?.value, "H100");
    assert.equal(facts.accelerator?.confidence, "low");
  });

  it("is silent about a batch size alone", () => {
    assert.deepEqual(workloadsOf("per_device_batch_size: 4\n"), []);
  });
});
