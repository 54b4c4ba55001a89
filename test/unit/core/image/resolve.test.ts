import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import { Draft } from "../../../../src/core/draft";
import type { Estimate } from "../../../../src/core/estimate";
import { estimate } from "../../../../src/core/estimator";
import { denoiserPass, latentFrames } from "../../../../src/core/image/denoiser";
import { engineClass } from "../../../../src/core/image/engine";
import { defaultGuidance, resolvePipeline, usualSteps } from "../../../../src/core/image/resolvePipeline";
import { pipelineByName, pipelines } from "../../../../src/core/image/shapes";
import type { ModelReference, WorkloadOf } from "../../../../src/core/workload";

const facts = createCatalog();
const resolve = (model: ModelReference | undefined, video = false) =>
  resolvePipeline(model, new Draft("imageGeneration", facts), video);

describe("names of denoisers", () => {
  const cases: readonly [string, string | undefined][] = [
    ["black-forest-labs/FLUX.1-dev", "flux-1"],
    ["black-forest-labs/FLUX.1-schnell", "flux-1-schnell"],
    ["stabilityai/stable-diffusion-3-medium-diffusers", "sd3-medium"],
    ["stabilityai/stable-diffusion-3.5-medium", "sd3-5-medium"],
    ["stabilityai/stable-diffusion-3.5-large", "sd3-5-large"],
    ["stabilityai/stable-diffusion-3.5-large-turbo", "sd3-5-large-turbo"],
    ["stabilityai/stable-diffusion-xl-base-1.0", "sdxl"],
    ["stabilityai/sdxl-turbo", "sdxl-turbo"],
    ["ByteDance/SDXL-Lightning", "sdxl-few-step"],
    ["stabilityai/stable-video-diffusion-img2vid-xt", "stable-video-diffusion"],
    ["stable-diffusion-v1-5/stable-diffusion-v1-5", "sd-1"],
    ["runwayml/stable-diffusion-v1-5", "sd-1"],
    ["CompVis/stable-diffusion-v1-4", "sd-1"],
    ["stabilityai/stable-diffusion-2-1", "sd-2"],
    ["SD1.5", "sd-1"],
    ["SD2.1", "sd-2"],
    ["prompthero/openjourney-v4", "sd-1"],
    ["PixArt-alpha/PixArt-XL-2-1024-MS", "pixart-alpha"],
    ["PixArt-alpha/PixArt-Sigma-XL-2-1024-MS", "pixart-sigma"],
    ["Efficient-Large-Model/SANA1.5_4.8B_1024px_diffusers", "sana-4.8b"],
    ["Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers", "sana-1.6b"],
    ["hunyuanvideo-community/HunyuanVideo", "hunyuan-video"],
    ["Tencent-Hunyuan/HunyuanDiT-v1.2-Diffusers", "hunyuan-dit"],
    ["Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "wan-1.3b"],
    ["Wan-AI/Wan2.2-TI2V-5B", "wan-5b"],
    ["Wan-AI/Wan2.1-T2V-14B-Diffusers", "wan-14b"],
    ["zai-org/CogVideoX1.5-5B", "cogvideox-1.5-5b"],
    ["THUDM/CogVideoX-5b", "cogvideox-5b"],
    ["THUDM/CogVideoX-2b", "cogvideox-2b"],
    ["ali-vilab/i2vgen-xl", "i2vgen-xl"],
    ["guoyww/animatediff-motion-adapter-v1-5-3", "animatediff"],
    ["kandinsky-community/kandinsky-2-2-decoder", "kandinsky-2"],
    ["kandinsky-community/kandinsky-3", "kandinsky-3"],
    ["segmind/SSD-1B", "ssd-1b"],
    ["Qwen/Qwen-Image", "qwen-image"],
    ["meta-llama/Llama-3.1-8B", undefined],
    ["Qwen/Qwen3-8B", undefined],
    ["openai-community/gpt2-xl", undefined],
    ["SG161222/RealVisXL_V5.0", "sdxl"],
    ["google-bert/bert-base-uncased", undefined],
    ["", undefined],
  ];
  for (const [name, key] of cases)
    it(`${JSON.stringify(name)} is ${key ?? "none"}`, () => assert.equal(pipelineByName(name)?.key, key));

  it("every known pipeline is found by its own label or key", () => {
    for (const pipeline of pipelines)
      assert.ok(
        [pipelineByName(pipeline.label)?.key, pipelineByName(pipeline.key)?.key].includes(pipeline.key),
        pipeline.key,
      );
  });
  it("keys are unique", () => assert.equal(new Set(pipelines.map((one) => one.key)).size, pipelines.length));
});

describe("resolving a denoiser", () => {
  it("takes stated dimensions before those of the name", () => {
    const { pipeline } = resolve({ name: "FLUX.1-dev", layers: 10, hiddenSize: 1024, intermediateSize: 4096 });
    assert.equal(pipeline.denoiser.backbone === "transformer" && pipeline.denoiser.layers, 10);
    assert.equal(pipeline.textTokens, 512);
  });
  it("takes the name before a rounded parameter count", () => {
    assert.equal(resolve({ name: "Stable Diffusion 3.5 Medium", parameters: 2.5e9 }).pipeline.key, "sd3-5-medium");
  });
  it("tells U-Nets by their size where the name says nothing", () => {
    assert.equal(resolve({ name: "my-finetune", parameters: 0.86e9 }).pipeline.key, "sd-1");
    assert.equal(resolve({ name: "my-finetune", parameters: 2.57e9 }).pipeline.key, "sdxl");
  });
  it("widens what it does not know, and says so", () => {
    const draft = new Draft("imageGeneration", facts);
    const { width } = resolvePipeline({ name: "my-finetune", parameters: 5e9 }, draft, false);
    assert.ok(width >= 0.4);
    assert.ok(draft.finish().assumptions.some((one) => one.field === "model.denoiser"));
    assert.ok(resolve(undefined).width > width);
  });
  it("scales a U-Net of unknown blocks to its parameters", () => {
    const { pipeline } = resolve({ name: "x", parameters: 1.72e9, backbone: "unet" });
    const { denoiser } = pipeline;
    assert.ok(
      denoiser.backbone === "unet" && Math.abs((denoiser.channels[0] ?? 0) - 320 * Math.sqrt(1.72 / 2.57)) < 1e-6,
    );
  });
});

describe("members of a family that differ in size, stages or schedule", () => {
  const cases: readonly [name: string, key: string, steps: number, passes: number][] = [
    ["Tencent-Hunyuan/HunyuanDiT-v1.2-Diffusers-Distilled", "hunyuan-dit-distilled", 25, 2],
    ["black-forest-labs/FLUX.2-klein-4B", "flux-2-klein-4b", 4, 1],
    ["black-forest-labs/FLUX.2-klein-9B", "flux-2-klein-9b", 4, 1],
    ["Efficient-Large-Model/Sana_600M_1024px_diffusers", "sana-0.6b", 20, 2],
    ["Efficient-Large-Model/Sana_1600M_1024px_diffusers", "sana-1.6b", 20, 2],
    ["PixArt-alpha/PixArt-LCM-XL-2-1024-MS", "pixart-few-step", 4, 1],
    ["Alpha-VLLM/Lumina-Next-SFT-diffusers", "lumina-next", 30, 2],
    ["stabilityai/stable-diffusion-2-1-base", "sd-2-base", 50, 2],
    ["Lykon/dreamshaper-xl-turbo", "sdxl-few-step", 4, 1],
    ["HiDream-ai/HiDream-I1-Fast", "hidream-fast", 16, 1],
    ["HiDream-ai/HiDream-I1-Dev", "hidream-dev", 28, 1],
    ["THUDM/CogView3-Plus-3B", "cogview-3-plus", 50, 2],
    ["THUDM/CogView4-6B", "cogview-4", 50, 2],
    ["FastVideo/FastWan2.1-T2V-1.3B-Diffusers", "fastwan-1.3b", 3, 1],
    ["Wan-AI/Wan2.2-T2V-A14B-Diffusers", "wan-a14b", 40, 2],
    ["FastVideo/FastHunyuan", "fast-hunyuan", 6, 1],
    ["tencent/HunyuanVideo-1.5", "hunyuan-video-1.5", 50, 2],
    ["Skywork/SkyReels-V1-Hunyuan-T2V", "skyreels-v1", 30, 2],
    ["Skywork/SkyReels-V2-T2V-14B-540P", "skyreels-v2", 50, 2],
    ["Lightricks/LTX-Video-0.9.8-13B-distilled", "ltx-video-13b", 8, 1],
    ["Lightricks/LTX-Video-0.9.7-dev", "ltx-video-13b", 30, 2],
    ["Lightricks/LTX-Video", "ltx-video", 50, 2],
    ["rhymes-ai/Allegro", "allegro", 100, 2],
    ["stepfun-ai/stepvideo-t2v", "step-video", 50, 2],
    ["ByteDance/AnimateDiff-Lightning", "animatediff-lightning", 4, 1],
    ["nvidia/Cosmos-Predict2-2B-Text2Image", "cosmos-2-2b", 35, 2],
  ];
  for (const [name, key, steps, passes] of cases)
    it(`${name} is ${key}: ${steps} steps, ${passes} passes`, () => {
      const resolved = resolve(name);
      assert.equal(resolved.pipeline.key, key);
      assert.equal(usualSteps(resolved), steps);
      assert.equal(defaultGuidance(resolved, steps), passes);
    });
  it("image-to-video by Stable Diffusion comes in 14 and 25 frames", () => {
    assert.equal(resolve("stabilityai/stable-video-diffusion-img2vid").pipeline.frames, 14);
    assert.equal(resolve("stabilityai/stable-video-diffusion-img2vid-xt").pipeline.frames, 25);
  });
});

describe("published sizes follow from the shapes", () => {
  /** Blocks' weights alone: attention and MLP of each stream, cross-attention; no modulation, embeddings or norms. */
  const blockWeights = (name: string): number => {
    const { denoiser } = resolve(name).pipeline;
    assert.ok(denoiser.backbone === "transformer");
    const { layers, width: d, feedForward: f, doubleLayers = 0, text } = denoiser;
    return (layers + doubleLayers) * (4 * d * d + 2 * d * f) + (text === "cross" ? 4 * layers * d * d : 0);
  };
  // Modulation is up to a third of a small model's weights, so the blocks come to 60 to 100 % of the published count.
  for (const [name, billions] of [
    ["FLUX.2-klein-4B", 3.9],
    ["FLUX.2-klein-9B", 9.1],
    ["FLUX.2-dev", 32],
    ["THUDM/CogView4-6B", 6.4],
    ["THUDM/CogView3-Plus-3B", 2.9],
    ["tencent/HunyuanVideo-1.5", 8.3],
    ["stepfun-ai/stepvideo-t2v", 30],
    ["rhymes-ai/Allegro", 2.8],
    ["meituan-longcat/LongCat-Video", 13.6],
    ["Lightricks/LTX-Video-0.9.7-dev", 13],
    ["tencent/HunyuanImage-2.1", 17],
    ["kandinskylab/Kandinsky-5.0-T2V-Lite-sft-5s", 2],
    ["kandinskylab/Kandinsky-5.0-T2V-Pro-sft-5s", 19],
  ] as const)
    it(`${name}: ${billions} B`, () => {
      const share = blockWeights(name) / (billions * 1e9);
      assert.ok(share > 0.6 && share <= 1.02, share.toFixed(2));
    });
});

describe("steps by default", () => {
  it("those of the pipeline, few for a distilled member", () => {
    assert.equal(usualSteps(resolve("FLUX.1-dev")), 50);
    assert.equal(usualSteps(resolve("FLUX.1-schnell")), 4);
    assert.equal(usualSteps(resolve("Tongyi-MAI/Z-Image-Turbo")), 8);
  });
});

describe("guidance by default", () => {
  const passes = (name: string, steps: number): number => defaultGuidance(resolve(name), steps);
  it("two passes, one where guidance is distilled into the weights", () => {
    assert.equal(passes("stable-diffusion-xl", 25), 2);
    assert.equal(passes("FLUX.1-dev", 50), 1);
    assert.equal(passes("FLUX.1-schnell", 4), 1);
    assert.equal(passes("tencent/HunyuanVideo", 50), 1);
  });
  it("a turbo model run for many steps was called with its family's guidance", () => {
    assert.equal(passes("stabilityai/sdxl-turbo", 4), 1);
    assert.equal(passes("stabilityai/sdxl-turbo", 25), 2);
    assert.equal(passes("Tongyi-MAI/Z-Image-Turbo", 9), 1);
    assert.equal(passes("Tongyi-MAI/Z-Image", 9), 2);
  });
  it("a clip of ten seconds attends sparsely in Kandinsky 5", () => {
    const attention = (name: string): number => {
      const pipeline = pipelineByName(name);
      assert.ok(pipeline);
      const canvas = { width: 768, height: 512, frames: 241 };
      return denoiserPass(pipeline.denoiser, canvas, pipeline.latent, pipeline.textTokens).attention;
    };
    assert.ok(attention("Kandinsky-5.0-T2V-Lite-sft-10s") < 0.4 * attention("Kandinsky-5.0-T2V-Lite-sft-5s"));
  });
});

describe("latent frames", () => {
  it("49 → 13, 81 → 21, 129 → 33 at scale 4; an image is one", () => {
    assert.deepEqual(
      [49, 81, 129, 1].map((frames) => latentFrames(frames, 4)),
      [13, 21, 33, 1],
    );
  });
});

describe("engine classes", () => {
  const cases: readonly [string | undefined, string][] = [
    ["diffusers 0.29.2", "eager"],
    ["xDiT", "eager"],
    ["TensorRT 10.11", "static"],
    ["stable-fast", "static"],
    ["AITemplate", "static"],
    ["torch.compile", "compile"],
    ["torch.compile max-autotune", "graph"],
    ["JAX", "compile"],
    ["OneDiff nexfort", "static"],
    ["diffusers+torchao nightly", "torchao"],
    [undefined, "eager"],
  ];
  for (const [engine, expected] of cases)
    it(`${engine} is ${expected}`, () => assert.equal(engineClass(engine), expected));
});

describe("an estimate of a picture", () => {
  const of = (fields: Partial<WorkloadOf<"imageGeneration">>): Estimate =>
    estimate({ kind: "imageGeneration", ...fields }, facts);
  const assumed = (estimated: Estimate): string[] => estimated.assumptions.map((one) => one.field);

  it("says which size, steps, guidance and engine it took for granted", () => {
    const fields = assumed(of({ model: "FLUX.1-dev", accelerator: "H100-SXM" }));
    for (const field of ["width", "height", "steps", "guidancePasses", "engine", "batchSize", "items", "accelerators"])
      assert.ok(fields.includes(field), field);
  });
  it("assumes nothing that is stated", () => {
    const fields = assumed(
      of({
        model: "FLUX.1-dev",
        accelerator: "H100-SXM",
        accelerators: 1,
        width: 512,
        height: 512,
        steps: 4,
        guidancePasses: 1,
        engine: "diffusers",
        batchSize: 1,
        items: 1,
      }),
    );
    for (const field of ["width", "height", "steps", "guidancePasses", "engine", "batchSize", "items", "accelerators"])
      assert.ok(!fields.includes(field), field);
  });
  it("is wider where the model is not known", () => {
    const spread = (model: string): number => {
      const latency = of({ model, accelerator: "H100-SXM", steps: 30, width: 1024, height: 1024 }).quantities.latency;
      return latency ? latency.high / latency.low : Number.NaN;
    };
    assert.ok(spread("something new") > 2 * spread("FLUX.1-dev"));
  });
  it("keeps the FLOP and leaves the time out where the catalogue does not know the accelerator", () => {
    const { quantities, notes } = of({ model: "FLUX.1-dev", accelerator: "Cerebras WSE-9" });
    assert.ok((quantities.flops?.central ?? 0) > 1e15);
    assert.equal(quantities.latency, undefined);
    assert.ok(notes.some((note) => note.includes("Cerebras")));
  });
  it("a stated MFU replaces the calibrated time", () => {
    const base = { model: "FLUX.1-dev", accelerator: "H100-SXM", steps: 50, width: 1024, height: 1024 } as const;
    const slow = of({ ...base, mfu: 0.1 }).quantities.latency?.central ?? 0;
    const fast = of({ ...base, mfu: 0.2 }).quantities.latency?.central ?? 0;
    assert.ok(slow / fast > 1.9 && slow / fast < 2.05);
  });
  it("a stated duration without items is how long the accelerators run", () => {
    const { quantities } = of({ model: "FLUX.1-dev", accelerator: "H100-SXM", accelerators: 2, duration: 10 });
    assert.equal(quantities.duration?.central, 10);
    assert.equal(quantities.acceleratorHours?.central, 20);
  });
  it("compiled engines are faster, more accelerators too", () => {
    const base = {
      model: "stable-diffusion-xl",
      accelerator: "A100-SXM-80GB",
      steps: 30,
      width: 1024,
      height: 1024,
    } as const;
    const latency = (fields: object): number => of({ ...base, ...fields }).quantities.latency?.central ?? Number.NaN;
    assert.ok(latency({ engine: "TensorRT" }) < latency({ engine: "torch.compile" }));
    assert.ok(latency({ engine: "torch.compile" }) < latency({}));
    assert.ok(latency({ batchSize: 8, accelerators: 4 }) < latency({ batchSize: 8, accelerators: 1 }));
  });
  it("tells the architecture by the model's name where it is not stated", () => {
    const inferred = (model: string): unknown =>
      of({ model }).assumptions.find((one) => one.field === "architecture")?.value;
    assert.equal(inferred("FoundationVision/VAR-d30"), "nextScale");
    assert.equal(inferred("LTH14/MAR-L"), "maskedAutoregressive");
    assert.equal(inferred("BAAI/Emu3-Gen"), "autoregressive");
    assert.equal(inferred("black-forest-labs/FLUX.1-dev"), undefined);
  });
});
