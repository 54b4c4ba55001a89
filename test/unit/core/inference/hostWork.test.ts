/** What a decode step spends beside reading weights: loops in Python, small kernels, unpacking, power of split layers. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inferenceConstants as c } from "../../../../src/core/inference/constants";
import { operate } from "../../../../src/core/inference/operatingPoint";
import { decodeStep } from "../../../../src/core/inference/step";
import { dense, type Inference, problem } from "./facts";

const of = (fields: Inference) =>
  problem({ model: dense, accelerator: "h100", accelerators: 1, weightPrecision: "bf16", ...fields });
const near = (a: number, b: number): void => assert.ok(Math.abs(a / b - 1) < 1e-9, `${a} ${b}`);

describe("time of a decode step beside its reads", () => {
  it("has a wait per token where the program loops over tokens itself", () => {
    const loop = of({ engine: "FastChat (HF transformers)" }).system;
    const generate = of({ engine: "transformers" }).system;
    assert.equal(loop.tokenLoop, true);
    assert.equal(generate.tokenLoop, false);
    near(decodeStep(loop, 1, 500, c).host - decodeStep(generate, 1, 500, c).host, c.engines.eager.step * c.host.hopper);
  });

  it("has more launches a layer where attention is latent", () => {
    const { system } = of({ engine: "vllm" });
    const latent = { ...system, latent: true };
    near(
      decodeStep(latent, 1, 500, c).host - decodeStep(system, 1, 500, c).host,
      32 * c.engines.vllm.latentLayer * c.host.hopper,
    );
  });

  it("unpacks narrow weights in the ordinary units of the part, in local kernels alone", () => {
    const local = of({ engine: "llama.cpp", weightPrecision: "int4" }).system;
    const slow = { ...local, peakVector: local.peakVector / 10 };
    const weights = local.residentParameters + local.headParameters;
    near(
      decodeStep(slow, 1, 500, c).weightTime - decodeStep(local, 1, 500, c).weightTime,
      (9 * weights * c.unpack) / local.peakVector,
    );
    const served = of({ engine: "vllm", weightPrecision: "int4" }).system;
    assert.equal(
      decodeStep({ ...served, peakVector: served.peakVector / 10 }, 1, 500, c).weightTime,
      decodeStep(served, 1, 500, c).weightTime,
    );
  });
});

describe("layers that hold a mixer or an MLP alone", () => {
  const hybrid = {
    ...dense,
    layers: 62,
    linearAttentionLayers: 56,
    linearMixerParameters: 84_249_792,
    mlpLayers: 28,
    normsPerLayer: 1,
  };
  const { system } = of({ model: hybrid, engine: "vllm" });

  it("launch half of what a whole layer does", () => {
    assert.equal(system.layers, 31);
    assert.equal(of({ engine: "vllm" }).system.layers, 32);
  });

  it("keep a state, 32 bit, in the mixers alone", () => {
    assert.equal(system.stateBytes, 28 * 256 * 4096 * 4);
  });

  it("read and write the state in every step", () => {
    const without = { ...system, stateBytes: 0 };
    const bytes = decodeStep(system, 4, 500, c).bytes - decodeStep(without, 4, 500, c).bytes;
    near(bytes, 4 * 2 * system.stateBytes);
  });
});

describe("power of a split layer", () => {
  it("is less above the serving share, the more members there are", () => {
    const { system: s, load } = of({ engine: "vllm", concurrency: 16 });
    const above = (group: number): number => {
      const point = operate({ ...s, layout: { ...s.layout, group } }, load, 16, c);
      const p = c.power;
      const work =
        p.busy * point.busy +
        p.memory * point.memoryUse ** p.memoryExponent +
        p.compute * point.computeUse ** p.computeExponent;
      return (point.powerShare - p.serving.hopper) / work;
    };
    near(above(1), 1);
    near(above(8), 8 ** -c.power.split);
  });
});
