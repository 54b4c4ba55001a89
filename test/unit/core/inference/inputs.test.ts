import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { engineClassOf } from "../../../../src/core/inference/engine";
import { type LayoutQuestion, layoutOf } from "../../../../src/core/inference/layout";
import { acceptedTokens, memoryCapacity } from "../../../../src/core/inference/operatingPoint";
import {
  computePeak,
  precisionFromName,
  weightFormat,
  weightPrecisionOf,
} from "../../../../src/core/inference/precision";
import { llama3_8b } from "../noFacts";
import { accelerators, h100, problem } from "./facts";

describe("engine names", () => {
  const names: readonly (readonly [string, string | undefined])[] = [
    ["vllm", "vllm"],
    ["vLLM 0.10.0, RHEL 9.6", "vllm"],
    ["vllm/vllm-openai:v0.6.3", "vllm"],
    ["vLLM 0.5.4", "vllmEarly"],
    ["vLLM 0.4.3+rocm614, PyTorch 2.3.0", "vllm"],
    ["SGLang", "sglang"],
    ["ghcr.io/huggingface/text-generation-inference:2.4", "sglang"],
    ["TensorRT-LLM (PyTorch backend)", "tensorRt"],
    ["TensorRT 10.11, CUDA 12.9", "tensorRt"],
    ["TensorRT-LLM 0.6.1", "tensorRtStatic"],
    ["HF transformers (FastChat loop)", "eager"],
    ["gpt-fast (torch.compile)", "compiled"],
    ["llama.cpp (May 2024)", "llamaCpp"],
    ["ollama", "llamaCpp"],
    ["ExLlama (2023-10)", "exllama"],
    ["AutoAWQ 0.2", "exllama"],
    ["DeepSpeed-MII 0.2.3", "sglang"],
    ["LightLLM", "sglang"],
    ["MLC-LLM (2023-10)", "mlc"],
    ["my own server", undefined],
  ];
  for (const [name, expected] of names)
    it(`${name} is ${expected ?? "not known"}`, () => assert.equal(engineClassOf(name), expected));
});

describe("formats of weights", () => {
  it("are read from the model's name where the file says 16 bit or nothing", () => {
    assert.equal(precisionFromName("Qwen/Qwen3-235B-A22B-FP8"), "fp8");
    assert.equal(precisionFromName("TheBloke/Llama-2-7B-AWQ"), "int4");
    assert.equal(precisionFromName("nvidia/DeepSeek-R1-FP4"), "fp4");
    assert.equal(precisionFromName("deepseek-ai/DeepSeek-V3"), "fp8");
    assert.equal(precisionFromName("deepseek-ai/DeepSeek-R1-Distill-Llama-8B"), undefined);
    assert.equal(precisionFromName("meta-llama/Llama-3.1-8B"), undefined);
    assert.equal(weightPrecisionOf("bf16", "x-FP8"), "fp8");
    assert.equal(weightPrecisionOf("int4", "x-FP8"), "int4");
  });

  it("leave gpt-oss at 16 bit outside its experts", () => {
    const format = weightFormat("fp4", "openai/gpt-oss-20b", "vllm");
    assert.deepEqual([format.residentBits, format.expertBits], [16, 4.25]);
  });

  it("hold gpt-oss in 8 bit outside its experts in llama.cpp", () => {
    const format = weightFormat("fp4", "openai/gpt-oss-20b", "llamaCpp");
    assert.deepEqual([format.residentBits, format.expertBits, format.tableBits], [8.5, 4.25, 8.5]);
  });

  it("narrow the embedding in MLC and MLX alone", () => {
    assert.equal(weightFormat("int4", "llama-3-8b", "mlc").tableBits, 4.5);
    assert.equal(weightFormat("int4", "llama-3-8b", "exllama").tableBits, 16);
  });

  it("count a usual 4-bit llama.cpp file at 4.85 bits", () => {
    assert.equal(weightFormat("int4", "llama-3-8b", "llamaCpp").residentBits, 4.85);
  });

  it("multiply at 16 bit where weights alone are narrow or the part has no narrower unit", () => {
    assert.equal(computePeak(h100, "int4", "x").narrow, 16);
    assert.equal(computePeak(h100, "fp4", "x").narrow, 16);
    assert.equal(computePeak(h100, "fp8", "x").flops, 1979e12);
    const a100 = accelerators.find((a) => a.id === "a100");
    assert.ok(a100);
    assert.equal(computePeak(a100, "fp8", "x").flops, 312e12);
  });
});

describe("layouts", () => {
  const question: LayoutQuestion = {
    accelerators: 8,
    parallelism: undefined,
    experts: false,
    layerSplit: false,
    together: true,
    weightBytes: 16e9,
    memoryBytes: 80e9,
    linkDomain: 8,
  };

  it("share one group where sequences in flight are stated", () => {
    const layout = layoutOf(question);
    assert.deepEqual([layout.group, layout.copies], [8, 1]);
  });

  it("copy the model over accelerators that each hold it where throughput is wanted", () => {
    const layout = layoutOf({ ...question, together: false });
    assert.deepEqual([layout.group, layout.copies], [1, 8]);
  });

  it("spread experts that need more than one accelerator over all", () => {
    const layout = layoutOf({ ...question, together: false, experts: true, weightBytes: 120e9 });
    assert.deepEqual([layout.group, layout.copies, layout.expertParallel, layout.attentionData], [8, 1, true, true]);
  });

  it("follow what is stated", () => {
    const layout = layoutOf({ ...question, accelerators: 16, parallelism: { tensor: 4, pipeline: 2 } });
    assert.deepEqual([layout.group, layout.stages, layout.copies], [4, 2, 2]);
  });

  it("never use more accelerators than there are, unless stated parallelism needs them", () => {
    assert.equal(layoutOf({ ...question, accelerators: 1, parallelism: { tensor: 4 } }).accelerators, 4);
    assert.equal(layoutOf({ ...question, accelerators: 2, parallelism: { expert: 8 }, experts: true }).group, 2);
  });

  it("split layers over machines beyond the reach of fast links", () => {
    const layout = layoutOf({ ...question, accelerators: 16, together: false, weightBytes: 800e9 });
    assert.deepEqual([layout.group, layout.stages], [8, 2]);
  });
});

describe("memory", () => {
  it("holds what 90 % of a device, counted in binary gigabytes, leaves beside weights and engine", () => {
    const { system } = problem({ model: llama3_8b, accelerator: "h100", accelerators: 1, precision: "bf16" });
    assert.ok(Math.abs(system.weightBytes / 16.06e9 - 1) < 0.001);
    const expected = (0.966 * 80e9 - system.weightBytes - 2e9) / (131_072 * 1000);
    assert.ok(Math.abs(memoryCapacity(system, 1000) / expected - 1) < 1e-9);
  });

  it("splits weights and cache over a group", () => {
    const fields = { model: llama3_8b, accelerator: "h100", precision: "bf16" as const };
    const two = problem({ ...fields, accelerators: 2, parallelism: { tensor: 2 } }).system;
    const expected = (2 * (0.966 * 80e9 - two.weightBytes / 2 - 2e9)) / (131_072 * 1000);
    assert.ok(Math.abs(memoryCapacity(two, 1000) / expected - 1) < 1e-9);
  });
});

describe("pictures", () => {
  it("are assumed of a model that says it sees, not of others", () => {
    const seeing = problem({ model: { ...llama3_8b, name: "Qwen/Qwen2.5-VL-7B-Instruct" }, accelerator: "h100" });
    assert.equal(seeing.picturesUnknown, true);
    assert.equal(seeing.visual?.tokens, 57 * 43);
    assert.equal(problem({ model: llama3_8b, accelerator: "h100" }).visual, undefined);
  });

  it("follow the family's rule", () => {
    const tokens = (name: string): number | undefined =>
      problem({ model: { ...llama3_8b, name }, accelerator: "h100", images: [{ width: 1280, height: 720 }] }).visual
        ?.tokens;
    assert.equal(tokens("OpenGVLab/InternVL2-8B"), 2304);
    assert.equal(tokens("Qwen/Qwen2-VL-7B-Instruct"), 1196);
    assert.equal(tokens("Qwen/Qwen3-VL-8B-Instruct"), 40 * 22);
    assert.equal(tokens("llava-hf/llava-1.5-7b-hf"), 576);
  });
});

describe("speculation", () => {
  it("gains (1 − p^(g+1)) / (1 − p) tokens per step", () => {
    assert.equal(acceptedTokens(4, 0), 1);
    assert.equal(acceptedTokens(4, 1), 5);
    assert.ok(Math.abs(acceptedTokens(2, 0.5) - 1.75) < 1e-12);
  });
});

describe("latent attention", () => {
  const latent = {
    name: "latent",
    layers: 61,
    hiddenSize: 7168,
    attentionHeads: 128,
    keyValueHeads: 128,
    headDimension: 128,
    intermediateSize: 18_432,
    vocabularySize: 129_280,
    latentAttention: { queryRank: 1536, keyValueRank: 512, ropeDimension: 64, nopeDimension: 128, valueDimension: 128 },
  };

  it("caches (512 + 64) · 61 · 2 bytes a token", () => {
    const { system } = problem({ model: latent, accelerator: "b200", accelerators: 8, precision: "bf16" });
    assert.equal(system.cacheFull, 70_272);
  });

  it("keeps its whole cache on every tensor-parallel member, and its own share with data-parallel attention", () => {
    const fields = {
      model: { ...latent, experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048 },
      accelerator: "b200",
      accelerators: 8,
    };
    assert.equal(problem({ ...fields, parallelism: { tensor: 8 } }).system.cacheSplit, 1);
    assert.equal(problem({ ...fields, parallelism: { tensor: 1, expert: 8, data: 8 } }).system.cacheSplit, 8);
  });

  it("is whole on every member of an expert group, too, unless the group is data parallel or wider than a machine", () => {
    const fields = {
      model: { ...latent, experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048 },
      accelerator: "b200",
    };
    assert.equal(problem({ ...fields, accelerators: 8, parallelism: { expert: 8 } }).system.cacheSplit, 1);
    assert.equal(problem({ ...fields, accelerators: 32, parallelism: { expert: 32 } }).system.cacheSplit, 32);
  });
});
