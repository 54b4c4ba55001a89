import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { offPolicyFlops, onPolicyFlops } from "../../../../src/core/training/distill";
import { central, estimateOf, near } from "./estimate";
import { llama8b, qwen8b, qwen32b } from "./facts";

const run = {
  kind: "reinforcementLearning",
  model: llama8b,
  accelerator: "h100-sxm",
  accelerators: 32,
  algorithm: "grpo",
  steps: 100,
  promptsPerStep: 64,
  samplesPerPrompt: 8,
  promptTokens: 256,
  responseTokens: 1024,
  sequenceLength: 4096,
};

describe("reinforcement learning", () => {
  it("spends about 12 N per token in group-relative policy optimisation with a reference", () => {
    const of = estimateOf({ ...run, promptTokens: 0 });
    const perToken = central(of, "flops") / (100 * 64 * 8 * 1024);
    near(perToken / 7.5e9, 12, 0.06);
  });

  it("spends about 22 N per token in PPO with critic and reward model of the same size", () => {
    const of = estimateOf({ ...run, algorithm: "ppo", promptTokens: 0 });
    const perToken = central(of, "flops") / (100 * 64 * 8 * 1024);
    near(perToken / 7.5e9, 22, 0.06);
  });

  it("is linear in steps", () => {
    near(
      central(estimateOf({ ...run, steps: 300 }), "acceleratorHours"),
      3 * central(estimateOf(run), "acceleratorHours"),
      1e-9,
    );
  });

  it("takes fewer samples than prompts as a split of the batch: each prompt is sampled once", () => {
    near(
      central(estimateOf({ ...run, samplesPerPrompt: 0.25 }), "flops"),
      central(estimateOf({ ...run, samplesPerPrompt: 1 }), "flops"),
      1e-12,
    );
  });

  it("costs more with PPO than with GRPO, and with longer answers", () => {
    const hours = (change: object) => central(estimateOf({ ...run, ...change }), "acceleratorHours");
    assert.ok(hours({ algorithm: "ppo" }) > hours({}));
    assert.ok(hours({ responseTokens: 2048 }) > 1.3 * hours({}));
  });

  it("reckons smaller models beside the trained one with their own size", () => {
    const hours = (critic: object | undefined) =>
      central(estimateOf({ ...run, algorithm: "ppo", critic, rewardModel: critic }), "acceleratorHours");
    assert.ok(hours({ name: "tiny", parameters: 0.35e9 }) < hours(undefined));
  });

  it("overlaps sampling with training when asynchronous, each on half of the accelerators", () => {
    const together = central(estimateOf(run), "acceleratorHours");
    const apart = central(estimateOf({ ...run, asynchronous: true }), "acceleratorHours");
    assert.ok(apart > 0.5 * together && apart < 2 * together, `${apart} ${together}`);
  });

  it("takes epochs over a prompt set as steps", () => {
    const { steps: _, ...rest } = run;
    const epochs = estimateOf({ ...rest, epochs: 2, dataset: { samples: 3200 } });
    near(central(epochs, "acceleratorHours"), central(estimateOf(run), "acceleratorHours"), 1e-9);
  });

  it("gives no totals without an end", () => {
    const { steps: _, ...rest } = run;
    const open = estimateOf({ ...rest, pricePerAcceleratorHour: 2 });
    assert.equal(open.quantities.acceleratorHours, undefined);
    assert.equal(open.quantities.cost, undefined);
    assert.equal(central(open, "costRate"), 64);
    assert.ok(open.notes.some((note) => note.includes("one optimiser step")));
  });

  it("reports tokens per second over the whole step", () => {
    const of = estimateOf({ ...run, steps: 1 });
    const tokens = 64 * 8 * (256 + 1024);
    near(central(of, "trainingThroughput"), tokens / (central(of, "duration") * 3600) / 32, 1e-9);
  });
});

describe("distillation", () => {
  it("golden 25: reproduces the published comparison of on-policy distillation with fine-tuning on more data", () => {
    const student = 8.19e9;
    const teacher = 32.76e9;
    const sampled = 77_000 * 4 * 4096;
    const onPolicy = onPolicyFlops({ student, teacher, trainedTokens: sampled, teacherTokens: sampled });
    near(onPolicy.student, 8.2e19, 0.03);
    near(onPolicy.teacher, 8.4e19, 0.03);
    // Fine-tuning on 2 M prompts: the 1.6 M beyond the start, 19.3 k tokens trained and a full context of 32,768 written for each.
    const prompts = 1.6e6;
    const more = offPolicyFlops({
      student,
      teacher,
      trainedTokens: prompts * 19_300,
      teacherTokens: prompts * 32_768,
    });
    near(more.student, 1.5e21, 0.05);
    near(more.teacher, 3.4e21, 0.05);
    near(more.student / onPolicy.total, 9, 0.05);
    near(more.student / onPolicy.student, 18, 0.05);
    near(more.total / onPolicy.total, 30, 0.05);
  });

  it("reproduces the published start: fine-tuning on 400 k prompts", () => {
    const start = offPolicyFlops({
      student: 8.19e9,
      teacher: 32.5e9,
      trainedTokens: 400e3 * 19_300,
      teacherTokens: 400e3 * 32_768,
    });
    near(start.student, 3.8e20, 0.03);
    near(start.teacher, 8.5e20, 0.03);
  });

  const distillation = {
    kind: "distillation",
    model: qwen8b,
    teacher: qwen32b,
    accelerator: "h100-sxm",
    accelerators: 64,
    promptTokens: 80,
    responseTokens: 4096,
  };

  it("lands near the published FLOPs as a workload too, attention included", () => {
    const of = estimateOf({ ...distillation, strategy: "onPolicy", steps: 150, prompts: 76_800, samplesPerPrompt: 4 });
    near(central(of, "flops"), 8.2e19 + 8.4e19, 0.08);
    const step = of.steps.find((one) => one.quantity === "flops");
    near(step?.inputs["student by parameters alone (FLOP)"] as number, 8.2e19, 0.03);
    near(step?.inputs["teacher by parameters alone (FLOP)"] as number, 8.2e19, 0.03);
  });

  it("splits stated prompts over stated steps", () => {
    const ask = { ...distillation, strategy: "onPolicy", prompts: 76_800, samplesPerPrompt: 4 };
    near(
      central(estimateOf({ ...ask, steps: 150 }), "flops"),
      central(estimateOf({ ...ask, steps: 300 }), "flops"),
      1e-9,
    );
  });

  it("costs no teacher where the data is at hand", () => {
    const data = { ...distillation, strategy: "offPolicy", prompts: 400_000 };
    const made = estimateOf({ ...data, reuseExistingData: false });
    const reused = estimateOf({ ...data, reuseExistingData: true });
    assert.ok(central(made, "flops") > 1.5 * central(reused, "flops"));
    assert.ok(central(made, "acceleratorHours") > central(reused, "acceleratorHours"));
  });

  it("writes each answer once, however often it is trained on", () => {
    const data = { ...distillation, strategy: "offPolicy", prompts: 400_000 };
    const once = central(estimateOf({ ...data, epochs: 1 }), "flops");
    const thrice = central(estimateOf({ ...data, epochs: 3 }), "flops");
    const student = central(estimateOf({ ...data, epochs: 1, reuseExistingData: true }), "flops");
    near(thrice - once, 2 * student, 1e-9);
  });
});
