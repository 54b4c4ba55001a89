import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { assertFacts, workloadOf, workloadsOf } from "../recognizing";

const base = `base_model: org/tiny-8b
datasets:
  - path: some/set
    type: alpaca
sequence_len: 4096
micro_batch_size: 2
gradient_accumulation_steps: 4
num_epochs: 3
bf16: auto
`;

describe("axolotl", () => {
  it("reads model, batch, length and epochs of a full fine-tune", () => {
    const workload = workloadOf(base);
    assert.equal(workload.dialect, "axolotl");
    assert.equal(workload.kind, "fineTuning");
    assertFacts(workload, {
      model: "org/tiny-8b",
      sequenceLength: 4096,
      microBatchSize: 2,
      gradientAccumulation: 4,
      epochs: 3,
      precision: "bf16",
      method: "full",
      "dataset.name": "some/set",
      accelerators: undefined,
    });
  });

  it("tells QLoRA by adapter or by 4-bit loading", () => {
    assertFacts(workloadOf(`${base}adapter: qlora\nlora_r: 16\n`), {
      method: "qlora",
      weightPrecision: "nf4",
      loraRank: 16,
    });
    assertFacts(workloadOf(`${base}adapter: lora\nload_in_4bit: true\n`), { method: "qlora" });
    assertFacts(workloadOf(`${base}adapter: lora\nload_in_8bit: true\n`), { method: "qlora", weightPrecision: "int8" });
    assertFacts(workloadOf(`${base}adapter: lora\nload_in_8bit: false\n`), {
      method: "lora",
      weightPrecision: undefined,
    });
  });

  it("multiplies the device mesh", () => {
    const workload = workloadOf(`${base}dp_shard_size: 4\ndp_replicate_size: 2\ntensor_parallel_size: 2\n`);
    assertFacts(workload, { accelerators: 16, "parallelism.tensor": 2 });
    assert.equal(workload.chain?.length, 3);
  });

  it("leaves the count open when tensor parallelism alone is stated", () => {
    assertFacts(workloadOf(`${base}tensor_parallel_size: 2\n`), { accelerators: undefined });
  });

  it("keeps steps, and ignores a maximum of -1", () => {
    assertFacts(workloadOf(`${base}max_steps: 200\n`), { steps: 200 });
    assertFacts(workloadOf(`${base}max_steps: -1\n`), { steps: undefined, epochs: 3 });
  });

  it("takes hardware from a trailing comment, marked as such", () => {
    const { facts } = workloadOf(`${base}dp_shard_size: 16  # requires 2x8xH100 nodes\n`);
    assert.equal(facts.accelerators?.source, "file");
    assert.equal(facts.accelerator?.value, "H100");
    assert.equal(facts.accelerator?.source, "comment");
    assert.equal(facts.nodes?.value, 2);
  });

  it("follows the DeepSpeed file it names", () => {
    const { facts } = workloadOf(`${base}deepspeed: ds/zero3.json\n`, {
      path: "recipes/a.yaml",
      files: { "ds/zero3.json": '{"zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"}}}' },
    });
    assert.equal(facts["parallelism.zeroStage"]?.value, 3);
    assert.equal(facts["parallelism.zeroStage"]?.source, "referenced");
    assert.equal(facts["parallelism.cpuOffload"]?.value, true);
  });

  it("reads the stage off the name of a file that is not there", () => {
    assertFacts(workloadOf(`${base}deepspeed: deepspeed_configs/zero2.json\n`), { "parallelism.zeroStage": 2 });
  });

  it("is pre-training with a pretraining data set", () => {
    const text = "base_model: org/m-1b\npretraining_dataset:\n  - path: some/corpus\nmax_steps: 200\n";
    assert.equal(workloadOf(text).kind, "training");
  });

  it("is reinforcement learning with GRPO, preference optimisation with full DPO, fine-tuning with DPO on an adapter", () => {
    const grpo = workloadOf(`${base}rl: grpo\ntrl:\n  num_generations: 8\n  max_completion_length: 512\n`);
    assert.equal(grpo.kind, "reinforcementLearning");
    assertFacts(grpo, { algorithm: "grpo", samplesPerPrompt: 8, responseTokens: 512 });
    assertFacts(workloadOf(`${base}rl: dpo\n`), { algorithm: "dpo" });
    const adapter = workloadOf(`${base}rl: dpo\nadapter: lora\n`);
    assert.equal(adapter.kind, "fineTuning");
    assertFacts(adapter, { preferencePairs: true, referenceFree: undefined });
    assertFacts(workloadOf(`${base}rl: orpo\n`), { algorithm: "dpo", referenceFree: true });
    assertFacts(workloadOf(`${base}rl: kto\n`), { algorithm: "dpo", referenceFree: undefined });
  });

  it("is distillation with a teacher, on-policy when the student samples", () => {
    const workload = workloadOf(
      `${base}gkd_trainer: true\ngkd_teacher: org/big-70b\ngkd_lmbda: 1.0\ngkd_max_new_tokens: 256\n`,
    );
    assert.equal(workload.kind, "distillation");
    assertFacts(workload, { teacher: "org/big-70b", strategy: "onPolicy", responseTokens: 256 });
  });

  it("counts the devices that a command in the header makes visible", () => {
    assertFacts(workloadOf(`# Run: CUDA_VISIBLE_DEVICES=0,1 axolotl train this.yaml\n${base}`), { accelerators: 2 });
  });

  it("bears empty values and half-typed keys", () => {
    const workload = workloadOf(`${base}wandb_project:\nadapter:\nlora_r:\nmax_steps:\nsequen`);
    assertFacts(workload, { method: "full", steps: undefined });
  });

  it("points at the values in the file", () => {
    const workload = workloadOf(`# head\n${base}`);
    const text = `# head\n${base}`;
    const range = workload.facts.microBatchSize?.range;
    assert.ok(range);
    assert.equal(text.slice(range.start, range.end), "2");
    assert.equal(text.slice(workload.anchor, workload.anchor + 10), "base_model");
  });

  it("is silent about a base_model alone, and about one in prose", () => {
    assert.deepEqual(workloadsOf("base_model: org/m\nlicense: mit\n"), []);
    assert.deepEqual(workloadsOf("text: |\n  base_model: org/m\n  datasets: []\n"), []);
  });
});
