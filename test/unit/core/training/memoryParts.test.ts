/** What moves memory, part by part: precision, quantised tables, experts, buckets, the optimiser's step, checkpointing by framework. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { ModelSpec } from "../../../../src/core/model/specification";
import { trainingMemory } from "../../../../src/core/training/memory";
import { memoryConstants } from "../../../../src/core/training/memoryConstants";
import { deepspeedStepBytes, layerActivations } from "../../../../src/core/training/memoryParts";
import { resolveSetting } from "../../../../src/core/training/memoryResolve";
import type { TrainingMemoryInput } from "../../../../src/core/training/memorySetting";
import { architectureOf, llama2_7b, llama3_8b } from "../noFacts";

const run = (more: Partial<TrainingMemoryInput> = {}, spec: ModelSpec = llama2_7b): TrainingMemoryInput => ({
  model: architectureOf(spec),
  method: "full",
  accelerators: 1,
  framework: "transformers",
  sequenceLength: 2048,
  microBatchSize: 1,
  activationCheckpointing: "full",
  ...more,
});
const partsOf = (input: TrainingMemoryInput) => trainingMemory(input).parts;
const settingOf = (input: TrainingMemoryInput) => resolveSetting(input, memoryConstants, []);
const spread = ({ quantity }: ReturnType<typeof trainingMemory>): number => quantity.high / quantity.low;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual} is not ${expected}`);

describe("activations in fp32", () => {
  it("take twice the bytes of 16 bit", () =>
    near(
      layerActivations(settingOf(run({ precision: "fp32" }))) / layerActivations(settingOf(run({ precision: "bf16" }))),
      2,
    ));
});

describe("a quantised base", () => {
  const tables = (2 * 32_000 * 4096) / 1e9;
  const quantized = (weightPrecision: "nf4" | "int4") => partsOf(run({ method: "qlora", weightPrecision })).weights;

  it("has its tables in fp32 with bitsandbytes, at 16 bit in a checkpoint of GPTQ or AWQ", () => {
    const parameters = architectureOf(llama2_7b).parameters / 1e9 - tables;
    near(quantized("nf4") - quantized("int4"), 2 * tables + ((4.127 - 4.5) / 8) * parameters);
  });

  it("leaves the vision tower of a GPTQ checkpoint at 16 bit", () => {
    const seeing: ModelSpec = {
      ...llama2_7b,
      parameters: 8.74e9,
      vision: { parameters: 2e9, layers: 48, hiddenSize: 1664, intermediateSize: 8192, patchSize: 14 },
    };
    const weights = (weightPrecision: "nf4" | "int4") =>
      partsOf(run({ method: "qlora", weightPrecision }, seeing)).weights;
    assert.ok(weights("int4") - quantized("int4") > 3.9 && weights("nf4") - quantized("nf4") < 2);
  });

  it("quantises experts that would not fit one accelerator, sharded or not", () => {
    const mixture: ModelSpec = { ...llama3_8b, experts: 8, expertsPerToken: 2, expertIntermediateSize: 14_336 };
    const device = { memory: 80 } as NonNullable<TrainingMemoryInput["accelerator"]>;
    const shared = { method: "qlora", accelerator: device, accelerators: 2, parallelism: { zeroStage: 3 } } as const;
    assert.ok(settingOf(run(shared, mixture)).expertsQuantized);
    assert.ok(!settingOf(run({ ...shared, accelerator: { ...device, memory: 192 } }, mixture)).expertsQuantized);
  });
});

describe("weights stated at 16 bit", () => {
  const states = (more: Partial<TrainingMemoryInput>): number => {
    const { weights, gradients, optimizer } = partsOf(run(more));
    return weights + gradients + optimizer;
  };
  const parameters = architectureOf(llama2_7b).parameters / 1e9;

  it("train at 8 bytes per parameter, with FSDP too", () => {
    near(states({ weightPrecision: "bf16" }), 8 * parameters);
    near(states({}), 16 * parameters);
    near(
      states({ weightPrecision: "bf16", framework: "fsdp", accelerators: 8, parallelism: { zeroStage: 3 } }),
      parameters,
    );
  });
  it("have an fp32 copy in DeepSpeed", () =>
    near(
      states({ weightPrecision: "bf16", framework: "deepspeed", accelerators: 8, parallelism: { zeroStage: 3 } }),
      2 * parameters,
    ));
  it("are what ms-swift loads", () => near(states({ framework: "ms-swift" }), 8 * parameters));
  it("leave Megatron's runs of ms-swift with Megatron", () =>
    assert.equal(settingOf(run({ framework: "ms-swift Megatron" })).stack.name, "megatron"));
});

describe("DeepSpeed's stages", () => {
  const staged = (zeroStage: number, more: Partial<TrainingMemoryInput> = {}) =>
    partsOf(run({ framework: "deepspeed", accelerators: 8, parallelism: { zeroStage }, ...more }));

  it("hold 4.5 times two buckets in stages 1 and 2, and none of them in stage 3 or alone", () => {
    const bucket = (4.5 * 2 * 2 * memoryConstants.bucketElements) / 1e9;
    const adapters = { method: "lora", adapterParameters: 1e6 } as const;
    const few = staged(2, adapters).workspace;
    near(few, (4.5 * 2 * 2 * 1e6) / 1e9);
    near(staged(2, { ...adapters, adapterParameters: 1e12 }).workspace, bucket);
    assert.equal(staged(2, { ...adapters, accelerators: 1 }).workspace, 0);
  });

  it("have a second peak when the optimiser steps, whatever the batch", () =>
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), fc.integer({ min: 2, max: 64 }), (zeroStage, ranks) => {
        const all = Object.values(staged(zeroStage, { accelerators: ranks, sequenceLength: 16 }));
        const { parameters } = architectureOf(llama2_7b);
        const step = deepspeedStepBytes({ parameters, largestLayer: 0, ranks, zeroStage });
        assert.ok(all.reduce((sum, part) => sum + part, 0) * 1e9 >= step);
      }),
    ));
});

describe("selective checkpointing", () => {
  it("repeats the core of attention alone in Megatron, whole inner activations elsewhere", () => {
    const activations = (framework: string, activationCheckpointing: "none" | "selective") =>
      partsOf(run({ framework, activationCheckpointing, accelerators: 8, parallelism: { tensor: 8 } })).activations;
    assert.ok(activations("megatron", "selective") >= activations("megatron", "none"));
    assert.ok(activations("fsdp", "selective") < activations("fsdp", "none"));
  });
});

describe("logits", () => {
  const total = (more: Partial<TrainingMemoryInput>): number => {
    const parts = partsOf(run({ accelerators: 8, parallelism: { zeroStage: 3 }, framework: "fsdp", ...more }));
    return parts.activations + parts.logits;
  };

  it("and a layer computed again take turns: the larger makes the peak", () => {
    const { vocabularySize, hiddenSize, layers } = architectureOf(llama2_7b).spec;
    const tokens = 2048;
    const boundaries = (2 * layers * hiddenSize * tokens) / 1e9;
    near(total({}), boundaries + (14 * vocabularySize * tokens) / 1e9);
    // A fused loss keeps next to nothing: then the layer decides.
    const fused = total({ fusedLoss: true });
    assert.ok(fused > boundaries && fused < total({}));
  });
  it("and a layer computed again both stay reserved where lengths vary", () => {
    const length = { packing: false };
    const { logits, activations } = partsOf(run({ method: "lora", ...length }));
    const packed = partsOf(run({ method: "lora", packing: true }));
    assert.ok(activations > 1.5 * packed.activations && logits > packed.logits);
  });
  it("add to activations that are all kept", () => {
    const kept = partsOf(
      run({ accelerators: 8, parallelism: { zeroStage: 3 }, framework: "fsdp", activationCheckpointing: "none" }),
    );
    const { vocabularySize, layers } = architectureOf(llama2_7b).spec;
    near(kept.activations * 1e9, layers * 2048 * layerActivations(settingOf(run())));
    near(kept.logits * 1e9, 14 * vocabularySize * 2048);
  });
});

describe("the interval of memory", () => {
  const width = (framework: string, spec?: ModelSpec): number => spread(trainingMemory(run({ framework }, spec)));
  it("is wider where nothing was fitted on the framework", () => assert.ok(width("transformers") > width("torchtune")));
  it("is wider where images bring what no length of a text tells", () =>
    assert.ok(
      width("torchtune", {
        ...llama2_7b,
        vision: { parameters: 3e8, layers: 24, hiddenSize: 1024, intermediateSize: 4096, patchSize: 14 },
      }) > width("torchtune"),
    ));
});

describe("16-bit states by name", () => {
  const total = (parts: ReturnType<typeof partsOf>): number => parts.weights + parts.gradients + parts.optimizer;

  it("are half of mixed precision with an optimiser that steps 16-bit weights", () =>
    near(total(partsOf(run({ optimizer: "adamw_bf16" }))) / total(partsOf(run({ optimizer: "adamw" }))), 0.5));
  it("are what NeMo AutoModel shards, where NeMo's Megatron keeps fp32 masters", () => {
    const sharded = { accelerators: 8, parallelism: { zeroStage: 3 } } as const;
    const parameters = architectureOf(llama2_7b).parameters;
    near(total(partsOf(run({ ...sharded, framework: "NeMo AutoModel" }))), (8 * parameters) / 8e9);
    near(total(partsOf(run({ ...sharded, framework: "NeMo" }))), (16 * parameters) / 8e9);
  });
});

describe("plain data parallelism", () => {
  const replicated = (framework: string) => partsOf(run({ accelerators: 2, framework, optimizer: "adamw_bf16" }));

  it("holds every state and buckets as large as the gradients on each device", () => {
    const { weights, workspace } = replicated("transformers, DDP");
    near(weights, (2 * architectureOf(llama2_7b).parameters) / 1e9);
    near(workspace, weights);
  });
});

describe("PEFT's quantised base", () => {
  it("is computed again, as its preparation switches checkpointing on", () => {
    const roomy = { memory: 80 } as unknown as NonNullable<TrainingMemoryInput["accelerator"]>;
    const of = (method: "lora" | "qlora") =>
      settingOf(
        run({ framework: "peft", method, activationCheckpointing: undefined, sequenceLength: 128, accelerator: roomy }),
      ).checkpointing;
    assert.equal(of("qlora"), "full");
    assert.equal(of("lora"), "none");
  });
});

describe("recomputation that nothing states", () => {
  it("leaves the activations less sure where we take it that they stay", () => {
    const roomy = { memory: 192 } as unknown as NonNullable<TrainingMemoryInput["accelerator"]>;
    const of = (activationCheckpointing: "none" | undefined) =>
      trainingMemory(run({ method: "lora", activationCheckpointing, accelerator: roomy }));
    near(of(undefined).quantity.central, of("none").quantity.central);
    assert.ok(spread(of(undefined)) > 1.02 * spread(of("none")));
  });
});
