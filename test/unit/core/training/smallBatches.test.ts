/** What a micro-batch costs however few its tokens: launches of eager layers, unpacking of a quantised base; and cards beside the data centre. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AcceleratorFacts } from "../../../../src/core/facts";
import { trainingDevice } from "../../../../src/core/training/device";
import { central, estimateOf, near } from "./estimate";
import { accelerators, llama8b } from "./facts";

const tuning = {
  kind: "fineTuning",
  model: llama8b,
  accelerator: "a100-sxm-80",
  accelerators: 1,
  microBatchSize: 1,
  globalBatchSize: 8,
  activationCheckpointing: "full",
  precision: "bf16",
  framework: "transformers",
  steps: 100,
};
const rate = (change: object): number => central(estimateOf({ ...tuning, ...change }), "trainingThroughput");

describe("micro-batches of few tokens", () => {
  const gain = (framework: string): number =>
    rate({ framework, method: "lora", sequenceLength: 1024 }) /
    rate({ framework, method: "lora", sequenceLength: 128 });

  it("wait for launches in eager PyTorch: eight times the tokens take far less than eight times as long", () =>
    assert.ok(gain("transformers") > 2.5));
  it("do not wait where the step is compiled", () => assert.ok(gain("torch.compile") < 1.2));
  it("do not wait in one program of own kernels", () => assert.ok(gain("llm.c") < 1.2));
  it("wait on makers' stacks too, where tensor parallelism leaves a rank little of each layer", () => {
    const speed = (tensor: number, microBatchSize: number): number =>
      central(
        estimateOf({
          kind: "training",
          model: llama8b,
          accelerator: "h100-sxm",
          accelerators: 16,
          precision: "bf16",
          framework: "Megatron-LM",
          sequenceLength: 4096,
          globalBatchSize: 64,
          parallelism: { tensor },
          microBatchSize,
        }),
        "trainingThroughput",
      );
    assert.ok(speed(2, 1) > 0.93 * speed(2, 4));
    assert.ok(speed(8, 1) < 0.75 * speed(8, 4));
  });
  it("are not assumed: a micro-batch that nobody stated is taken to be large enough", () => {
    const small = {
      method: "full",
      framework: "PyTorch",
      sequenceLength: 1024,
      globalBatchSize: 512,
      model: { parameters: 124e6, layers: 12, hiddenSize: 768, attentionHeads: 12, vocabularySize: 50304 },
    };
    assert.ok(rate({ ...small, microBatchSize: undefined }) > 1.3 * rate({ ...small, microBatchSize: 2 }));
  });
  it("leave long ones alone", () =>
    near(
      rate({ method: "lora", sequenceLength: 4096, microBatchSize: 8 }),
      rate({ method: "lora", sequenceLength: 4096, microBatchSize: 4 }),
      0.01,
    ));
});

describe("a 4-bit base", () => {
  const slower = (microBatchSize: number): number =>
    rate({ method: "lora", sequenceLength: 2048, microBatchSize }) /
    rate({ method: "qlora", sequenceLength: 2048, microBatchSize });

  it("is unpacked once per pass: few tokens pay more for it", () => {
    assert.ok(slower(1) > 1.3 && slower(1) < 2.5);
    assert.ok(slower(8) < slower(1) - 0.15);
    assert.ok(slower(64) > 1 && slower(64) < 1.1);
  });
});

describe("cards with GDDR memory", () => {
  const share = (generation: AcceleratorFacts["generation"], tdp: number | undefined, peak: number): number => {
    const base = accelerators[0] as AcceleratorFacts;
    const card = trainingDevice(
      { ...base, id: "card", generation, tdp, bandwidth: 900, peak: { bf16: peak }, achievable: undefined },
      "bf16",
    );
    assert.ok(card);
    return card.matmul / card.peakAtPrecision;
  };

  it("reach more of their peak the more power they have for it, never more than all", () => {
    near(share("ada", 450, 165.2), 1, 1e-9);
    near(share("ada", 300, 364.2), 0.8 * Math.sqrt(300 / 364.2), 1e-9);
    near(share("ampereWorkstation", 300, 154.8), 0.8 * Math.sqrt(300 / 154.8 / 1.8), 1e-9);
  });
  it("reach the usual share where their power is not known", () => near(share("ada", undefined, 165.2), 0.8, 1e-9));
});

describe("what no vendor tuned", () => {
  const width = (change: object): number => {
    const quantity = estimateOf({ ...tuning, ...change }).quantities.trainingThroughput;
    assert.ok(quantity);
    return quantity.high / quantity.central;
  };
  const mixture = { ...llama8b, experts: 8, expertsPerToken: 2, expertIntermediateSize: 14_336 };

  it("is the less sure in fine-tuning with experts, and with more nodes", () => {
    const plain = width({ method: "full", accelerators: 8 });
    assert.ok(width({ method: "full", accelerators: 8, model: mixture }) > 1.3 * plain);
    assert.ok(width({ method: "full", accelerators: 256 }) > 1.03 * plain);
  });
});
