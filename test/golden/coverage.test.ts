/**
 * The published figures that hold the formulas, numbered; each must be named by a test title (`golden 27`) in the files listed here. A
 * number whose test is renamed, moved or dropped fails.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";

const parameters = "golden/parameters";
const training = "golden/training";
const figures = "golden/coverageFigures";
const memory = "golden/memory";
const serving = "golden/inferenceMeasured";
const pictures = "golden/imageMeasured";

const covered: readonly (readonly [figure: string, ...files: string[]])[] = [
  /* 0 */ ["parameters: MPT with biases", parameters],
  /* 1 */ ["parameters: Llama-2-7B", parameters],
  /* 2 */ ["parameters: Llama-3-8B", parameters],
  /* 3 */ ["parameters: Llama-3-70B", parameters],
  /* 4 */ ["parameters: Llama-3.1-405B", parameters],
  /* 5 */ ["parameters: Mistral-7B", parameters],
  /* 6 */ ["parameters: Mixtral-8x7B", parameters],
  /* 7 */ ["parameters: Qwen3-8B", parameters],
  /* 8 */ ["parameters: Qwen3-32B", parameters],
  /* 9 */ ["parameters: Qwen3-0.6B", parameters],
  /* 10 */ ["parameters: Qwen3-30B-A3B", parameters],
  /* 11 */ ["parameters: Qwen3-235B-A22B", parameters],
  /* 12 */ ["parameters: DeepSeek-V3", parameters],
  /* 13 */ ["parameters: GPT-3 by Narayanan's formula", parameters],
  /* 14 */ ["FLOPs: GPT-3", training],
  /* 15 */ ["FLOPs: Llama-3.1-405B", training],
  /* 16 */ ["FLOPs: DeepSeek-V3", training],
  /* 17 */ ["FLOPs and utilisation: PaLM-540B", training],
  /* 18 */ ["chip-hours: PaLM", training],
  /* 19 */ ["utilisation: Megatron 22B to 1T", training],
  /* 20 */ ["days: 175 B and 1 T on A100", training],
  /* 21 */ ["days: LLaMA-65B", training],
  /* 22 */ ["utilisation: llm-foundry's table", training, figures],
  /* 23 */ ["FLOPs: DiT", "golden/imageFlops"],
  /* 24 */ ["tokens: VAR", "golden/imageFlops"],
  /* 25 */ ["FLOPs: on-policy distillation", "unit/core/training/sampled"],
  /* 26 */ ["hours: DeepSeek-R1", training, figures],
  /* 27 */ ["energy and carbon: GPT-3", training],
  /* 28 */ ["energy and carbon: T5, GShard, Switch, XLM", training, figures],
  /* 29 */ ["energy and manufacture: BLOOM", training, figures],
  /* 30 */ ["energy: OPT-175B", training],
  /* 31 */ ["energy and carbon: LLaMA-65B", training],
  /* 32 */ ["carbon: Llama 2", training, figures],
  /* 33 */ ["carbon: Llama 3 and 3.1", training],
  /* 34 */ ["hours and money: DeepSeek-V3", training],
  /* 35 */ ["hours: LLaMA by llm-analysis", training],
  /* 36 */ ["energy and carbon: OLMo", figures],
  /* 37 */ ["power: a node of eight H100", figures],
  /* 38 */ ["energy: fleets of de Vries", "golden/seedsFleet"],
  /* 39 */ ["energy of a query: Epoch AI", "unit/core/api/api", figures],
  /* 40 */ ["energy of a query: Gemini's shares", figures],
  /* 41 */ ["boundaries of energy", figures],
  /* 42 */ ["energy of a query: EcoLogits", figures],
  /* 43 */ ["cache: bytes per token", "golden/inferenceCache"],
  /* 44 */ ["cache: llama.cpp's printed sizes", "golden/inferenceCache"],
  /* 45 */ ["memory: ZeRO's table", memory],
  /* 46 */ ["memory: DeepSpeed's estimator", figures],
  /* 47 */ ["memory: attention scores", memory],
  /* 48 */ ["memory: activations of a GPT-3 layer", memory, figures],
  /* 49 */ ["memory: QLoRA; adapters of GPT-3", memory],
  /* 50 */ ["adapters of Llama-3-8B", memory],
  /* 51 */ ["parameters: HoVLE", parameters],
  /* 52 */ ["serving: Llama-3.1-8B", serving],
  /* 53 */ ["serving: Qwen3-14B", serving],
  /* 54 */ ["serving: Qwen3-32B", serving],
  /* 55 */ ["serving: Llama-3.1-70B", serving],
  /* 56 */ ["serving: Llama-3.1-405B", serving],
  /* 57 */ ["serving: Qwen3-235B-A22B", serving],
  /* 58 */ ["serving: Qwen3-30B-A3B", serving],
  /* 59 */ ["pictures: FLUX.1-dev", pictures],
  /* 60 */ ["pictures: Stable Diffusion 3.5 Large", pictures],
  /* 61 */ ["clips: Wan2.1-14B, HunyuanVideo", pictures],
  /* 62 */ ["pictures: SANA", pictures],
];

describe("published figures 0 to 62 are all held by a test", () => {
  it("63 of them", () => assert.equal(covered.length, 63));
  covered.forEach(([figure, ...files], number) => {
    it(`${number}, ${figure}: ${files.join(", ")}`, () => {
      assert.ok(files.length > 0);
      for (const file of files) {
        const text = readFileSync(join(__dirname, "..", `${file}.test.ts`), "utf8");
        assert.match(text, new RegExp(`["\`]golden ${number}: `), `${file} has no test named "golden ${number}: …"`);
      }
    });
  });
});
