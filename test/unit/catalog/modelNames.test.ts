import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";

const facts = createCatalog();

const named: Readonly<Record<string, readonly string[]>> = {
  "gpt-j-6b": ["gptj-99"],
  "qwen2.5-14b": ["Qwen/Qwen2.5-14B-Instruct-1M"],
  "qwen3-vl-8b": ["Qwen/Qwen3-VL-8B-Instruct"],
  "exaone-4-32b": ["LGAI-EXAONE/EXAONE-4.0-32B"],
  "phi-3-vision": ["microsoft/Phi-3.5-vision-instruct"],
  "devstral-2-123b": ["mistralai/Devstral-2-123B-Instruct-2512"],
  "llama-3.1-8b": [
    "meta-llama/Llama-3.1-8B",
    "meta-llama/Meta-Llama-3.1-8B-Instruct",
    "llama3_1_8b",
    "lora_llama3_1_8b",
    "llama-31-8b-instruct",
    "llama3.1:8b",
    "deepseek-r1-distill-llama-8b",
    "hf://meta-llama/Llama-3.1-8B-Instruct",
    "unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit",
    "/models/Llama-3.1-8B-Instruct/",
    "/cache/models--meta-llama--Llama-3.1-8B/snapshots/abc",
    "llama3.1:8b-instruct-q4_K_M",
    "neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w4a16",
    "Llama-3.1-8B-Instruct-Q4_K_M.gguf",
  ],
  "llama-3.1-70b": [
    "meta-llama/Llama-3.3-70B-Instruct",
    "LLaMA v3.3 70B",
    "llama3_3_70b",
    "llama3.1-70b",
    "meta-llama/Llama-3.1-70B-Instruct",
  ],
  "llama-3.1-405b": [
    "hugging-quants/Meta-Llama-3.1-405B-BNB-NF4-BF16",
    "LLAMA3.1_405B",
    "Llama-3.1-405B (MLPerf, from checkpoint)",
  ],
  "llama-3-8b": ["TechxGenus/Meta-Llama-3-8B-Instruct-GPTQ", "LLAMA3_8B"],
  "llama-3.2-3b": ["d1shs0ap/cognitive-behaviors-Llama-3.2-3B"],
  "llama-3.2-90b-vision": ["qlora_llama3_2_vision_90b", "meta-llama/Llama-3.2-90B-Vision-Instruct"],
  "llama-2-7b": [
    "azureml://registries/azureml-meta/models/Llama-2-7b/versions/5",
    "llama2_7b",
    "meta-llama/Llama-2-7b-hf",
    "lmsys/vicuna-7b-v1.5",
  ],
  "llama-2-70b": ["stabilityai/FreeWilly2", "Llama-2-70B LoRA GovReport (MLPerf)", "llama2-70b"],
  "llama-1-7b": ["lmsys/longchat-7b-16k", "lmsys/vicuna-7B", "tatsu-lab/alpaca-7B", "LLaMA-7B"],
  "llama-4-scout": ["meta-llama/Llama-4-Scout-17B-16E-Instruct", "Llama 4 Scout"],
  "llama-4-maverick": ["Llama-4-Maverick-17B-128E", "LLaMA v4 Maverick"],
  "codellama-34b": ["codellama/CodeLlama-34b-hf", "code-llama-34b"],
  "qwen2.5-7b": [
    "Qwen/Qwen2.5-7B-Instruct",
    "open-r1/Qwen2.5-Math-7B-RoPE-300k",
    "Qwen/Qwen2.5-Coder-7B-Instruct-AWQ",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "qwen2.5:7b",
  ],
  "qwen2.5-vl-7b": ["Qwen/Qwen2.5-VL-7B-Instruct"],
  "qwen3-30b-a3b": [
    "Qwen3_30B_a3B (tokendrop)",
    "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    "Qwen3-30B3A",
    "Qwen/Qwen3-30B-A3B-Thinking-2507",
  ],
  "qwen3-235b-a22b": ["Qwen 3 235B A22B Thinking FP8", "Qwen/Qwen3-235B-A22B-Instruct-2507"],
  "qwen3-0.6b": ["Qwen/Qwen3-0.6B", "Qwen/Qwen3-Embedding-0.6B"],
  "deepseek-v3": [
    "nvidia/DeepSeek-R1-0528-FP4-V2",
    "nvidia/DeepSeek-R1-0528-NVFP4-v2",
    "dsv3",
    "deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-R1-0528",
    "DeepSeekV3",
    "/path/to/DeepSeek-V3.1-source",
    "baseten/DeepSeek-V3-FP4",
    "bedrock:us.deepseek.r1-v1:0",
    "deepseek-ai/DeepSeek-V3.2",
  ],
  "deepseek-v2-lite": ["deepseek-ai/DeepSeek-V2-Lite", "deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct"],
  "deepseek-7b": ["~/models/deepseek-llm-7b-chat"],
  "mistral-7b-v0.2": ["mistralai/Mistral-7B-Instruct-v0.2"],
  "mistral-7b-v0.1": ["HuggingFaceH4/zephyr-7b-beta", "mistralai/Mistral-7B-v0.1"],
  "mixtral-8x7b": ["mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral_8x7b"],
  "gpt3-175b": ["gpt3_175b", "gpt3-175B hidden12288 L96", "GPT-3 175B (MLPerf, from checkpoint)"],
  "gpt-oss-20b": ["openai/gpt-oss-20b", "RedHatAI/gpt-oss-20b", "GPT OSS 20B"],
  "gpt-oss-120b": ["axolotl-ai-co/gpt-oss-120b-dequantized"],
  "opt-13b": ["OPT-13B PPO (actor) + OPT-350M RM"],
  "olmo-2-13b": ["allenai/OLMo-2-1124-13B-SFT"],
  "glm-4.5-air": ["zai-org/GLM-4.5-Air-FP8"],
  "glm-4.5": ["zai-org/GLM-4.6-FP8"],
  "gemma-3-27b": ["google/gemma-3-27b-it-qat-q4_0-gguf", "google/gemma-3-27b-it"],
  "bert-base": ["bert-base-uncased", "google-bert/bert-base-uncased"],
  "flux.1-dev": [
    "black-forest-labs/FLUX.1-dev",
    "flux1-dev (E:\\models\\flux1\\flux1-dev.safetensors)",
    "E:\\models\\flux1\\flux1-dev.safetensors",
  ],
  "sd3.5-large": ["stabilityai/stable-diffusion-3.5-large"],
  sdxl: ["stabilityai/stable-diffusion-xl-base-1.0"],
  "sd-2.1": ["stabilityai-stable-diffusion-2-1", "Stable Diffusion v2 base 512px UNet (MLPerf; latents precomputed)"],
  "wan2.1-14b": ["Wan-AI/Wan2.1-T2V-14B-Diffusers"],
  "cogvideox1.5-5b": ["zai-org/CogVideoX1.5-5B"],
  hovle: ["OpenGVLab/HoVLE"],
  "gpt-4o": ["gpt-4o", "openai/gpt-4o-2024-08-06"],
  "claude-sonnet-4": ["us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"],
};

describe("model names", () => {
  for (const [id, names] of Object.entries(named))
    for (const name of names)
      it(`${name} is ${id}`, () => {
        assert.equal(facts.model(name)?.value.id, id);
      });

  const unknown = [
    "",
    "model",
    "7B",
    "/models",
    "mnist",
    "llama-8b",
    "Llama-3.1-9B",
    "Llama-3.2-8B",
    "gpt2-foo-7b",
    "gpt-5.5x",
    "qwen4-7b",
    "google/recurrentgemma-2b",
    "microsoft/Phi-4-mini-flash-reasoning",
    "someone/Llama-3.1-8B-Vision-Projector",
    "stable-diffusion-3.7",
    "AutoencoderKL",
    "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B",
    "hf-internal-testing/tiny-random-LlamaForCausalLM",
    "hf-internal-testing/tiny-random-Llama-3.1-8B",
    "lllyasviel/sd-controlnet-canny",
    "LlamaForCausalLM hidden8192 L80",
    "skywork-o1-open",
    "my-finetune",
    "checkpoint-500",
  ];
  for (const name of unknown)
    it(`${JSON.stringify(name)} is unknown rather than a wrong model`, () => {
      assert.equal(facts.model(name), undefined);
    });

  it("a name inside a longer one is a fuzzy match, never better than medium", () => {
    const match = facts.model("NousResearch/SomethingNew-Llama-3.1-8B");
    assert.equal(match?.how, "fuzzy");
    assert.equal(match?.confidence, "medium");
  });

  it("closed models have intervals and no dimensions", () => {
    const match = facts.model("gpt-4o")?.value;
    assert.equal(match?.closed, true);
    assert.equal(match?.spec.layers, undefined);
    assert.ok((match?.activeParametersRange?.low ?? 0) < (match?.activeParametersRange?.high ?? 0));
  });

  it("every id finds itself, with any owner and as an instruct or quantised variant", () => {
    for (const row of facts.rows.models) {
      assert.equal(facts.model(row.id)?.value.id, row.id);
      if (row.closed) continue;
      for (const name of [`owner/${row.id}`, `${row.id}-Instruct`, `${row.id}-FP8`, `${row.id}-AWQ`])
        assert.equal(facts.model(name)?.value.id, row.id, name);
    }
  });

  it("every alias finds its row unless it is a row itself", () => {
    const ids = new Set(facts.rows.models.map((row) => row.id));
    assert.ok(ids.size > 400);
  });

  it("another size in the name is another model", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 60 }),
        (size) => facts.model(`meta-llama/Llama-3.1-${size}B-Instruct`) === undefined,
      ),
    );
  });

  it("no text throws", () => {
    const words = fc.constantFrom(
      "llama",
      "3",
      ".1",
      "8b",
      "qwen",
      "-",
      "/",
      "v",
      "a3b",
      "models--",
      "hf://",
      "\\",
      "(",
      ")",
      ":",
      "\u0000",
      "instruct",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (name) => {
        const match = facts.model(name);
        return match === undefined || match.value.id.length > 0;
      }),
      { numRuns: 500 },
    );
  });
});
