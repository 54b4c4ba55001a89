import assert from "node:assert/strict";
import { createCatalog } from "../../../../src/catalog/catalog";
import { imageConstants } from "../../../../src/core/image/constants";
import { denoiserPass } from "../../../../src/core/image/denoiser";
import { engineFactors, engineOf } from "../../../../src/core/image/engine";
import { generationTime, type Job, type Timing } from "../../../../src/core/image/law";
import { paddedHead } from "../../../../src/core/image/pass";
import { pipelineByName } from "../../../../src/core/image/shapes";

const accelerators = new Map(
  createCatalog()
    .accelerators()
    .map((row) => [row.id, row]),
);

interface Asked extends Partial<Pick<Job, "batch" | "accelerators" | "precision" | "evaluations">> {
  readonly model: string;
  readonly accelerator: string;
  readonly engine?: string;
}

function time({ model, accelerator, engine, ...more }: Asked): Timing {
  const pipeline = pipelineByName(model);
  const part = accelerators.get(accelerator);
  assert.ok(pipeline && part);
  const canvas = { width: pipeline.width, height: pipeline.height, frames: pipeline.frames };
  const timing = generationTime(
    part,
    {
      pipeline,
      canvas,
      pass: denoiserPass(pipeline.denoiser, canvas, pipeline.latent, pipeline.textTokens),
      evaluations: 30,
      guidancePasses: pipeline.guidancePasses,
      batch: 1,
      accelerators: 1,
      precision: "fp16",
      engine: engineOf(engine),
      ...more,
    },
    imageConstants,
  );
  assert.ok(timing);
  return timing;
}

describe("attention heads padded to the width of a kernel", () => {
  for (const [width, expected] of [
    [64, 1],
    [128, 1],
    [40, 1.6],
    [72, 96 / 72],
    [88, 96 / 88],
    [160, 1.2],
    [512, 1],
  ] as const)
    it(`${width} channels take ${expected.toFixed(2)} of the time`, () => assert.equal(paddedHead(width), expected));

  it("Stable Diffusion 1 has narrow heads, 2 and XL have not", () => {
    const padding = (model: string): number => {
      const pipeline = pipelineByName(model);
      assert.ok(pipeline);
      return denoiserPass(pipeline.denoiser, pipeline, pipeline.latent, pipeline.textTokens).attentionPadding;
    };
    assert.ok(padding("stable-diffusion-v1-5") > 1.4);
    assert.equal(padding("stable-diffusion-2-1"), 1);
    assert.equal(padding("stable-diffusion-xl-base-1.0"), 1);
  });
});

describe("engines", () => {
  const factors = (engine: string, precision?: Job["precision"]) =>
    engineFactors(engineOf(engine), precision, imageConstants);

  it("a compiler saves traffic and launches, hardly products", () => {
    const compiled = factors("torch.compile");
    assert.ok(compiled.memory < compiled.linear);
    assert.ok(compiled.launch < 1);
  });
  it("narrow weights save time where kernels compute in them, and cost it where they are widened first", () => {
    assert.ok(factors("torch.compile", "fp8").linear < factors("torch.compile").linear);
    assert.ok(factors("TensorRT", "fp8").linear < factors("TensorRT").linear);
    assert.ok(factors("diffusers quanto", "fp8").linear > 1);
    assert.ok(factors("diffusers", "nf4").linear > 1);
  });
  it("says by its name which of the two", () => {
    assert.ok(factors("flumina fp8 matmul", "fp8").linear < 1);
    assert.ok(factors("torchao float8 weight-only", "fp8").linear > factors("torchao", "fp8").linear);
    assert.ok(factors("bitsandbytes", "int8").linear > factors("bitsandbytes", "nf4").linear);
    assert.ok(factors("quanto", "int4").linear > factors("nunchaku", "int4").linear);
  });
  it("modules quantised and compiled count as compiled", () => {
    assert.equal(engineOf("torchao int8 + torch.compile").class, "compile");
    assert.equal(engineOf("torchao int8").class, "torchao");
  });
  it("says whether accelerators share an item", () => {
    assert.equal(engineOf("xDiT").divides, true);
    assert.equal(engineOf("ParaAttention ring").divides, true);
    assert.equal(engineOf("TensorRT").divides, false);
    assert.equal(engineOf(undefined).divides, undefined);
  });
  it("a static engine gains more on GeForce, which sums fp16 products in fp16 at twice the rate", () => {
    const gain = (accelerator: string): number => {
      const job = { model: "stable-diffusion-xl-base-1.0", accelerator, batch: 4 };
      return time({ ...job, engine: "TensorRT" }).latency / time({ ...job, engine: "diffusers" }).latency;
    };
    assert.ok(gain("rtx4090") < gain("l40s"));
  });
});

describe("a batch on several accelerators", () => {
  it("is shared out by item where the engine does not divide an item: no slower than one item on one", () => {
    const one = time({ model: "sdxl", accelerator: "tpu-v5e", precision: "bf16" });
    const four = time({ model: "sdxl", accelerator: "tpu-v5e", precision: "bf16", accelerators: 4, batch: 4 });
    assert.equal(four.latency, one.latency);
    assert.ok(one.energy !== undefined && four.energy !== undefined);
    assert.ok(Math.abs(four.energy / one.energy - 4) < 1e-9);
  });
  it("is divided within the items by engines that do so", () => {
    const job = { model: "FLUX.1-dev", accelerator: "h100-sxm", precision: "bf16", accelerators: 4, batch: 4 } as const;
    assert.notEqual(time({ ...job, engine: "xDiT" }).latency, time({ ...job, engine: "diffusers" }).latency);
  });
});

describe("formats", () => {
  it("a decoder that overflows fp16 is run in fp32 there, not in bf16", () => {
    const decode = (precision: Job["precision"], model: string): number =>
      time({ model, accelerator: "a100-sxm-80", precision }).decode;
    assert.ok(decode("fp16", "sdxl") > decode("bf16", "sdxl"));
    assert.equal(decode("fp16", "sd3-medium"), decode("bf16", "sd3-medium"));
  });
  it("fp32 runs at the TF32 rate where there is one: two to four times 16 bit", () => {
    const latency = (precision: Job["precision"]): number =>
      time({ model: "sdxl", accelerator: "a100-sxm-80", precision }).latency;
    const ratio = latency("fp32") / latency("bf16");
    assert.ok(ratio > 1.8 && ratio < 4, String(ratio));
  });
  it("parts before Ampere lack flash attention", () => {
    const share = (accelerator: string): number => {
      const { parts } = time({ model: "sd3-medium", accelerator });
      return parts.attention / parts.linear;
    };
    assert.ok(share("t4") > 1.1 * share("a100-sxm-80"));
  });
});

describe("accelerators of several machines", () => {
  it("exchange over the network: each further one costs more there than inside a machine", () => {
    const communication = (accelerators: number): number =>
      time({ model: "FLUX.1-dev", accelerator: "a100-sxm-80", precision: "bf16", engine: "xDiT", accelerators }).parts
        .communication;
    assert.ok(communication(16) > communication(8));
  });
});

describe("U-Nets over time", () => {
  it("launch their temporal layers too", () => {
    const modules = (name: string): number => {
      const pipeline = pipelineByName(name);
      assert.ok(pipeline);
      return denoiserPass(pipeline.denoiser, pipeline, pipeline.latent, pipeline.textTokens).launches.modules;
    };
    const still = modules("stable-diffusion-2-1");
    assert.equal(modules("text-to-video-ms-1.7b"), 2 * still);
    assert.ok(modules("animatediff") > modules("stable-diffusion-v1-5"));
  });
});

describe("decoders that end in patches", () => {
  it("LTX decodes in a fraction of the time that other clips of its size take", () => {
    const perPixel = (model: string): number => {
      const pipeline = pipelineByName(model);
      assert.ok(pipeline);
      const { decode } = time({ model, accelerator: "h100-sxm", precision: "bf16" });
      return decode / (pipeline.width * pipeline.height * pipeline.frames);
    };
    assert.ok(perPixel("Lightricks/LTX-Video") < 0.2 * perPixel("Wan2.1-1.3B"));
  });
});

describe("attention by the engine's name", () => {
  const unfused = (engine: string): boolean => engineOf(engine).unfusedAttention;
  it("is unfused before March 2023 and where the name says so", () => {
    for (const engine of [
      "diffusers 0.11",
      "diffusers==0.3.0",
      "PyTorch 1.12",
      "diffusers no xformers",
      "naive attention",
    ])
      assert.equal(unfused(engine), true, engine);
    for (const engine of [
      "diffusers",
      "diffusers 0.13",
      "diffusers 0.29.2",
      "diffusers 0.11 xformers",
      "PyTorch 2.1",
      "xDiT",
    ])
      assert.equal(unfused(engine), false, engine);
  });
  it("unfused writes the scores to memory: more time the larger the batch, none saved by a static engine", () => {
    const longer = (batch: number): number => {
      const job = { model: "sd-1", accelerator: "a10", batch };
      return time({ ...job, engine: "diffusers 0.11" }).latency / time({ ...job, engine: "diffusers 0.29" }).latency;
    };
    assert.ok(longer(8) > 1.5 && longer(8) < 2.5, String(longer(8)));
    const job = { model: "sd-1", accelerator: "a100-sxm-40" };
    assert.equal(
      time({ ...job, engine: "TensorRT PyTorch 1.12" }).latency,
      time({ ...job, engine: "TensorRT" }).latency,
    );
  });
  it("counts a score per head and pair of positions", () => {
    const pipeline = pipelineByName("FLUX.1-dev");
    assert.ok(pipeline);
    const pass = denoiserPass(pipeline.denoiser, pipeline, pipeline.latent, 512);
    assert.equal(pass.scores, 57 * 24 * (4096 + 512) ** 2);
  });
  it("FlashAttention 3 is quicker on Hopper alone", () => {
    const gain = (accelerator: string): number => {
      const job = { model: "hunyuan-video", accelerator, precision: "bf16" } as const;
      return (
        time({ ...job, engine: "FlashAttention 3" }).latency / time({ ...job, engine: "FlashAttention 2" }).latency
      );
    };
    assert.ok(gain("h100-sxm") < 0.75);
    assert.equal(gain("a100-sxm-80"), 1);
  });
});

describe("parts held back by power or age", () => {
  it("a decoder in fp32 takes the vector units' time where there is no TF32", () => {
    const ratio = (accelerator: string): number =>
      time({ model: "sdxl", accelerator, precision: "fp16" }).decode /
      time({ model: "sdxl", accelerator, precision: "bf16" }).decode;
    assert.ok(ratio("t4") > 2 * ratio("a10"));
  });
  it("the clock gives way to the power limit: A10 and L40S reach less of their peak than parts with power to spare", () => {
    const share = (accelerator: string): number => {
      const peak = accelerators.get(accelerator)?.peak.bf16;
      assert.ok(peak);
      return 1 / (time({ model: "FLUX.1-dev", accelerator, precision: "bf16" }).parts.linear * peak);
    };
    assert.ok(share("a10") < 0.75 * share("rtx3090"));
    assert.ok(share("l40s") < 0.9 * share("rtx4090"));
  });
});
