import { describe, it } from "mocha";
import { assertFacts, workloadOf } from "../recognizing";

const axolotl = "base_model: org/tiny-8b\nmicro_batch_size: 1\nnum_epochs: 1\n";
const recipe = "model_name_or_path: org/tiny-1b\nper_device_train_batch_size: 4\nlearning_rate: 1e-5\n";

describe("FSDP", () => {
  it("sharding is a ZeRO stage, however the strategy is spelled", () => {
    for (const [strategy, stage] of [
      ["FULL_SHARD", 3],
      ["HYBRID_SHARD", 3],
      ["SHARD_GRAD_OP", 2],
      ["NO_SHARD", 0],
      ["1", 3],
    ] as const)
      assertFacts(workloadOf(`${axolotl}fsdp_config:\n  fsdp_sharding_strategy: ${strategy}\n`), {
        "parallelism.zeroStage": stage,
      });
  });
  it("is read from a list or a text of switches", () => {
    assertFacts(workloadOf(`${axolotl}fsdp:\n  - full_shard\n  - auto_wrap\n`), { "parallelism.zeroStage": 3 });
    assertFacts(workloadOf(`${recipe}fsdp: shard_grad_op auto_wrap offload\n`), {
      "parallelism.zeroStage": 2,
      "parallelism.cpuOffload": true,
    });
  });
  it("shards everything by default, with less confidence", () => {
    assertFacts(workloadOf(`${axolotl}fsdp_version: 2\nfsdp_config:\n  state_dict_type: FULL_STATE_DICT\n`), {
      "parallelism.zeroStage": 3,
    });
  });
  it("keeps gradients and optimiser state only where parameters are not resharded", () => {
    assertFacts(workloadOf(`${axolotl}fsdp_config:\n  reshard_after_forward: false\n`), {
      "parallelism.zeroStage": 2,
    });
  });
  it("is absent where a dump of arguments only lists its options", () => {
    assertFacts(workloadOf(`${recipe}fsdp: ""\nfsdp_config:\n  min_num_params: 0\n  xla: false\n`), {
      "parallelism.zeroStage": undefined,
    });
  });
});

describe("data sets", () => {
  it("of a list and of a text are all named", () => {
    assertFacts(workloadOf(`${axolotl}datasets:\n  - path: a/one\n  - path: b/two\n`), {
      "dataset.name": "a/one, b/two",
    });
    assertFacts(workloadOf(`${recipe}dataset_name: a/one,b/two\n`), { "dataset.name": "a/one, b/two" });
  });
  it("of a mixture carry their share", () => {
    assertFacts(workloadOf(`${recipe}dataset_mixer:\n  a/one: 0.5\n  b/two: 1.0\n`), {
      "dataset.name": "a/one × 0.5, b/two",
      "dataset.samples": undefined,
    });
  });
  it("weighed in samples add up", () => {
    assertFacts(workloadOf(`${recipe}dataset_mixer:\n  a/one: 100000\n  b/two: 5000\n`), {
      "dataset.samples": 105_000,
    });
    assertFacts(workloadOf(`${recipe}dataset_mixer_list:\n  - a/one\n  - 2000\n  - b/two\n  - 3000\n`), {
      "dataset.samples": 5000,
    });
  });
});

describe("comments about other cases", () => {
  it("state no hardware", () => {
    for (const comment of [
      "Disable when running on 8 GPUs",
      "if you have 4 GPUs, halve this",
      "vLLM is using 1 GPU",
      "Use 64 for A100-80GB",
    ])
      assertFacts(workloadOf(`${recipe}gradient_accumulation_steps: 8 # ${comment}\n`), {
        accelerators: undefined,
        accelerator: undefined,
      });
  });
});

describe("prompts of a step", () => {
  const grpo = `${recipe}num_generations: 8\nuse_vllm: true\nmax_completion_length: 512\ngradient_accumulation_steps: 4\n`;
  it("follow from the batch, the processes and the generations", () => {
    assertFacts(workloadOf(`# launched on 8 GPUs\n${grpo}`), { accelerators: 8, promptsPerStep: 16 });
  });
  it("count the accelerator that generates apart from the processes", () => {
    assertFacts(workloadOf(`${grpo}num_processes: 7\nvllm_device: auto\n`), { accelerators: 8, promptsPerStep: 14 });
  });
  it("stay open where the processes are unknown", () => {
    assertFacts(workloadOf(grpo), { accelerators: undefined, promptsPerStep: undefined });
  });
});
