import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { trainingMemory } from "../../../../src/core/training/memory";
import { memoryConstants } from "../../../../src/core/training/memoryConstants";
import { memoryParts, type TrainingMemoryInput } from "../../../../src/core/training/memorySetting";
import { architectureOf, device, llama2_7b, llama3_8b, llama3_70b } from "../noFacts";

const small = architectureOf(llama3_8b);
const large = architectureOf(llama3_70b);
const mixture = architectureOf({
  name: "mixture",
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 32,
  keyValueHeads: 4,
  headDimension: 128,
  intermediateSize: 6144,
  experts: 128,
  expertsPerToken: 8,
  expertIntermediateSize: 768,
  vocabularySize: 151_936,
  gatedMlp: true,
  tieWordEmbeddings: false,
});

const run = (more: Partial<TrainingMemoryInput> = {}): TrainingMemoryInput => ({
  model: small,
  method: "full",
  accelerators: 8,
  framework: "torchtitan",
  precision: "bf16",
  sequenceLength: 4096,
  microBatchSize: 1,
  activationCheckpointing: "full",
  ...more,
});
const peak = (more: Partial<TrainingMemoryInput> = {}): number => trainingMemory(run(more)).quantity.central;
const parts = (more: Partial<TrainingMemoryInput> = {}) => trainingMemory(run(more)).parts;

describe("training memory: what it answers", () => {
  it("is in GB, with an ordered interval around the centre", () => {
    const { quantity } = trainingMemory(run());
    assert.equal(quantity.unit, "GB");
    assert.ok(quantity.low < quantity.central && quantity.central < quantity.high);
  });
  it("parts sum to the centre", () => {
    const { quantity, parts: all } = trainingMemory(run());
    const sum = memoryParts.reduce((total, part) => total + all[part], 0);
    assert.ok(Math.abs(sum - quantity.central) < 1e-9);
  });
  it("fits is absent without a device", () => assert.equal("fits" in trainingMemory(run()).quantity, false));
  it("fits counts the driver's context", () => {
    const need = peak();
    const at = (memory: number): boolean | undefined => trainingMemory(run({ accelerator: device(memory) })).fits;
    assert.equal(at(need + memoryConstants.context + 0.01), true);
    assert.equal(at(need + memoryConstants.context - 0.01), false);
  });
  it("names the parts in its step", () => assert.ok("weights (GB)" in trainingMemory(run()).step.inputs));
  it("assumes nothing when everything is stated", () =>
    assert.deepEqual(trainingMemory(run({ parallelism: { zeroStage: 3 } })).assumptions, []));
  it("records what it assumed", () => {
    const { assumptions } = trainingMemory(
      run({ sequenceLength: undefined, microBatchSize: undefined, activationCheckpointing: undefined }),
    );
    assert.deepEqual(assumptions.map((a) => a.field).sort(), [
      "activationCheckpointing",
      "longestSample",
      "microBatchSize",
    ]);
  });
  it("a guessed length widens the interval", () => {
    const width = (more: Partial<TrainingMemoryInput>): number => {
      const { low, high } = trainingMemory(run({ method: "lora", accelerators: 1, ...more })).quantity;
      return Math.log(high / low);
    };
    assert.ok(width({ sequenceLength: undefined }) > width({ sequenceLength: 1037 }));
  });
});

describe("training memory: states", () => {
  it("mixed precision holds 16 bytes per parameter on one device", () => {
    const all = parts({ accelerators: 1, framework: "" });
    assert.ok(Math.abs((all.weights + all.gradients + all.optimizer) / (small.parameters * 16e-9) - 1) < 1e-9);
  });
  it("pure 16 bit holds 8", () => {
    const all = parts({ accelerators: 1, framework: "litgpt" });
    assert.ok(Math.abs((all.weights + all.gradients + all.optimizer) / (small.parameters * 8e-9) - 1) < 1e-9);
  });
  it("an 8-bit optimiser holds two bytes of moments", () => {
    const optimizer = parts({ accelerators: 1, framework: "axolotl", optimizer: "adamw_bnb_8bit" }).optimizer;
    assert.ok(Math.abs(optimizer - 2e-9 * small.parameters) < 1e-9);
  });
  it("SGD without variance holds half of Adam's moments", () => {
    const of = (optimizer: string): number => parts({ accelerators: 1, framework: "", optimizer }).optimizer;
    assert.ok(Math.abs(of("sgd") * 2 - of("adamw")) < 1e-9);
  });
  it("each ZeRO stage needs no more than the one before", () => {
    const at = (zeroStage: number): number => {
      const all = parts({ framework: "deepspeed", model: large, accelerators: 64, parallelism: { zeroStage } });
      return all.weights + all.gradients + all.optimizer;
    };
    assert.ok(at(0) > at(1) && at(1) > at(2) && at(2) > at(3));
  });
  it("offload takes the optimiser states off the device", () =>
    assert.equal(parts({ framework: "deepspeed", parallelism: { zeroStage: 3, cpuOffload: true } }).optimizer, 0));
  it("FSDP's offload takes weights and gradients too", () => {
    const all = parts({ parallelism: { zeroStage: 3, cpuOffload: true } });
    assert.equal(all.weights + all.gradients + all.optimizer, 0);
    assert.ok(all.workspace > 0);
  });
  it("sharded pure 16-bit training holds half of mixed precision's bytes", () => {
    const states = (framework: string): number => {
      const all = parts({ framework, parallelism: { zeroStage: 3 } });
      return all.weights + all.gradients + all.optimizer;
    };
    assert.ok(Math.abs(states("torchtitan") / states("torchtune") - 2) < 1e-9);
  });
  it("tensor parallelism divides weights", () => {
    const at = (tensor: number): number =>
      parts({ framework: "megatron", accelerators: 8, parallelism: { tensor } }).weights;
    assert.ok(Math.abs(at(2) / at(4) - 2) < 1e-9);
  });
  it("expert parallelism divides the experts only", () => {
    const at = (expert: number): number =>
      parts({ model: mixture, framework: "megatron", accelerators: 8, parallelism: { expert } }).weights;
    assert.ok(at(8) < at(1) / 4 && at(8) > at(1) / 8);
  });
  it("experts spread over all ranks have no one left to share their states with", () => {
    const of = (accelerators: number, expert: number): number =>
      parts({ model: mixture, framework: "megatron", accelerators, parallelism: { expert } }).optimizer;
    const experts = (12e-9 * mixture.count.experts) / 8;
    assert.ok(of(8, 8) > experts && of(8, 8) < 1.2 * experts);
    assert.ok(of(16, 8) < 0.6 * of(8, 8));
  });
  it("a paged optimiser fills only the room that is left", () => {
    const full = run({
      accelerators: 1,
      framework: "axolotl",
      optimizer: "paged_adamw_32bit",
      accelerator: device(48),
    });
    const { parts: all, fits } = trainingMemory(full);
    assert.ok(all.optimizer < 4e-9 * small.parameters);
    assert.equal(fits, true);
  });
  it("torchtune's single-device recipe holds no gradients", () => {
    const all = parts({ accelerators: 1, framework: "torchtune" });
    assert.equal(all.gradients, 0);
    assert.ok(Math.abs(all.optimizer - 2e-9 * small.parameters) < 1e-9);
  });
});

describe("training memory: adapters", () => {
  const tuned = (more: Partial<TrainingMemoryInput> = {}): Partial<TrainingMemoryInput> => ({
    accelerators: 1,
    framework: "axolotl",
    loraRank: 16,
    ...more,
  });
  it("LoRA needs less than full training, QLoRA less than LoRA", () => {
    const of = (method: "full" | "lora" | "qlora"): number => peak(tuned({ method }));
    assert.ok(of("full") > of("lora") && of("lora") > of("qlora"));
  });
  it("a 16-bit base is two bytes per parameter", () => {
    const { weights } = parts(tuned({ method: "lora", adapterParameters: 0 }));
    assert.ok(Math.abs(weights - 2e-9 * small.parameters) < 1e-6);
  });
  it("PEFT keeps a base in fp32 unless told", () => {
    const of = (precision?: "bf16"): number =>
      parts(tuned({ method: "lora", framework: "HF PEFT", precision, adapterParameters: 0 })).weights;
    assert.ok(Math.abs(of() / of("bf16") - 2) < 1e-9);
  });
  it("a larger rank costs more", () =>
    assert.ok(peak(tuned({ method: "qlora", loraRank: 64 })) > peak(tuned({ method: "qlora", loraRank: 8 }))));
  it("a stated adapter size is taken", () => {
    const { gradients } = parts(tuned({ method: "lora", adapterParameters: 1e8 }));
    assert.ok(Math.abs(gradients - 0.4) < 1e-9);
  });
  it("adapters on attention alone keep fewer activations than on all layers", () => {
    const of = (loraTargets: readonly string[]): number =>
      parts(tuned({ method: "lora", loraTargets, activationCheckpointing: "none" })).activations;
    assert.ok(of(["q_proj", "v_proj"]) < of(["q_proj", "v_proj", "up_proj"]));
  });
  it("a quantised mixture keeps its experts at 16 bit where that fits", () => {
    const of = (memory: number): number =>
      parts(tuned({ model: mixture, method: "qlora", accelerator: device(memory) })).weights;
    assert.ok(of(141) > 2 * of(48));
  });
  it("a checkpoint stored at four bits stays there", () => {
    const stored = architectureOf({ ...llama3_70b, name: "org/model-NVFP4" });
    const at = trainingMemory(run(tuned({ method: "qlora", model: stored }))).parts.weights;
    assert.ok(at < 0.8e-9 * stored.parameters);
  });
  it("several devices replicate the base where it fits", () =>
    assert.ok(
      Math.abs(
        parts(tuned({ method: "lora", accelerators: 8, accelerator: device(80) })).weights -
          parts(tuned({ method: "lora", accelerator: device(80) })).weights,
      ) < 1e-9,
    ));
  it("and shard it where it does not", () => {
    const { assumptions } = trainingMemory(
      run(tuned({ method: "lora", model: large, accelerators: 8, accelerator: device(80) })),
    );
    assert.ok(assumptions.some((a) => a.field === "parallelism.zeroStage"));
  });
  it("litgpt's ranks hold the whole checkpoint once", () =>
    assert.ok(peak(tuned({ method: "lora", framework: "litgpt", accelerators: 4 })) > 2e-9 * small.parameters));
});

describe("training memory: activations and logits", () => {
  it("grow with sequence and micro-batch alike", () => {
    const a = parts({ sequenceLength: 8192, microBatchSize: 1 });
    const b = parts({ sequenceLength: 4096, microBatchSize: 2 });
    assert.ok(Math.abs(a.activations - b.activations) < 1e-9 && Math.abs(a.logits - b.logits) < 1e-9);
  });
  it("are proportional to the tokens of a micro-batch", () => {
    const a = parts({ sequenceLength: 4096 });
    const b = parts({ sequenceLength: 16_384 });
    assert.ok(Math.abs(b.activations / a.activations - 4) < 1e-9);
  });
  it("none keeps more than selective, selective more than full checkpointing", () => {
    const of = (activationCheckpointing: "none" | "selective" | "full"): number =>
      parts({ activationCheckpointing }).activations;
    assert.ok(of("none") > of("selective") && of("selective") > of("full"));
  });
  it("context parallelism divides them", () => {
    const at = (context: number): number =>
      parts({ accelerators: 8, parallelism: { context, zeroStage: 3 } }).activations;
    assert.ok(Math.abs(at(1) / at(4) - 4) < 1e-9);
  });
  it("a pipeline's first stage holds as many micro-batches as there are stages", () => {
    const at = (pipeline: number): number =>
      parts({
        framework: "megatron",
        accelerators: 8,
        activationCheckpointing: "none",
        parallelism: { pipeline },
        globalBatchSize: 1024,
      }).activations;
    assert.ok(Math.abs(at(4) / at(1) - 1) < 1e-9);
  });
  it("but no more than there are", () => {
    const at = (globalBatchSize: number): number =>
      parts({
        framework: "megatron",
        accelerators: 4,
        activationCheckpointing: "none",
        parallelism: { pipeline: 4 },
        globalBatchSize,
      }).activations;
    assert.ok(at(2) < 0.6 * at(64));
  });
  it("a fused loss keeps almost no logits", () =>
    assert.ok(parts({ framework: "torchtitan + liger" }).logits < parts().logits / 20));
  it("eager attention keeps the scores", () => {
    const of = (framework: string): number => parts({ framework, activationCheckpointing: "none" }).activations;
    assert.ok(of("transformers (eager)") > of("transformers"));
  });
  it("lengths that vary cost the allocator's share, packed ones do not", () => {
    const of = (packing: boolean): number => parts({ method: "lora", accelerators: 1, packing }).logits;
    assert.ok(Math.abs(of(false) / of(true) - memoryConstants.allocator) < 1e-9);
  });
  it("one device without a word on checkpointing recomputes only when it must", () => {
    const of = (memory: number): unknown =>
      trainingMemory(
        run({
          method: "lora",
          framework: "litgpt",
          accelerators: 1,
          activationCheckpointing: undefined,
          accelerator: device(memory),
        }),
      ).assumptions.find((a) => a.field === "activationCheckpointing")?.value;
    assert.equal(of(80), "none");
    assert.equal(of(24), "full");
  });
  it("recipes that always recompute do so however large the device is", () => {
    const value = trainingMemory(
      run({ framework: "torchtune", accelerators: 1, activationCheckpointing: undefined, accelerator: device(1000) }),
    ).assumptions.find((a) => a.field === "activationCheckpointing")?.value;
    assert.equal(value, "full");
  });
  it("an unknown length is Alpaca's longest sample, shorter with a larger vocabulary", () => {
    const of = (model: TrainingMemoryInput["model"]): unknown =>
      trainingMemory(run({ model, sequenceLength: undefined })).assumptions.find((a) => a.field === "longestSample")
        ?.value;
    assert.equal(of(architectureOf(llama2_7b)), 1304);
    assert.equal(of(small), 1037);
  });
});

describe("training memory: any input", () => {
  const input = fc.record({
    model: fc.constantFrom(small, large, mixture),
    method: fc.constantFrom("full" as const, "lora" as const, "qlora" as const),
    accelerators: fc.integer({ min: 1, max: 1024 }),
    accelerator: fc.option(fc.constantFrom(device(16), device(80), device(192)), { nil: undefined }),
    framework: fc.constantFrom(
      undefined,
      "litgpt",
      "torchtune",
      "unsloth",
      "axolotl",
      "HF PEFT",
      "deepspeed",
      "megatron",
      "nemo",
      "x".repeat(1000),
    ),
    optimizer: fc.constantFrom(undefined, "adamw", "adamw_8bit", "adafactor", "sgd", "paged_adamw_8bit"),
    sequenceLength: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
    microBatchSize: fc.option(fc.integer({ min: 1, max: 512 }), { nil: undefined }),
    activationCheckpointing: fc.constantFrom(undefined, "none" as const, "selective" as const, "full" as const),
    parallelism: fc.record({
      tensor: fc.constantFrom(undefined, 1, 8),
      pipeline: fc.constantFrom(undefined, 1, 4),
      context: fc.constantFrom(undefined, 2),
      expert: fc.constantFrom(undefined, 8),
      zeroStage: fc.constantFrom(undefined, 0, 1, 2, 3),
      cpuOffload: fc.constantFrom(undefined, true, false),
    }),
  });
  it("every part is finite and not negative, and the interval holds the centre", () =>
    fc.assert(
      fc.property(input, (one) => {
        const { quantity, parts: all } = trainingMemory(one);
        for (const part of memoryParts) assert.ok(Number.isFinite(all[part]) && all[part] >= 0, `${part} ${all[part]}`);
        assert.ok(quantity.low >= 0 && quantity.low <= quantity.central && quantity.central <= quantity.high);
      }),
    ));
  it("a longer sequence never needs less", () =>
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 100_000 }), (one, length) => {
        const at = (sequenceLength: number): number =>
          trainingMemory({ ...one, sequenceLength, activationCheckpointing: "full", accelerator: undefined }).quantity
            .central;
        return at(2 * length) >= at(length) * (1 - 1e-12);
      }),
    ));
  it("more shards never need more", () =>
    fc.assert(
      fc.property(fc.constantFrom(small, large, mixture), fc.integer({ min: 2, max: 256 }), (model, n) => {
        const at = (accelerators: number): number => peak({ model, accelerators, parallelism: { zeroStage: 3 } });
        return at(2 * n) <= at(n);
      }),
    ));
  it("checkpointing never needs more", () =>
    fc.assert(
      fc.property(input, (one) => {
        const at = (activationCheckpointing: "none" | "full"): number =>
          trainingMemory({ ...one, activationCheckpointing, accelerator: undefined }).quantity.central;
        return at("full") <= at("none") * (1 + 1e-12);
      }),
    ));
});
