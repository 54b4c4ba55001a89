/** What comes before the first token: reading the prompt, and what a request costs whatever its length. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inferenceConstants as c } from "../../../../src/core/inference/constants";
import { outsideReleases } from "../../../../src/core/inference/engine";
import { operate } from "../../../../src/core/inference/operatingPoint";
import { integerPeak } from "../../../../src/core/inference/precision";
import { decodeStep, prefillFlops, prefillTime } from "../../../../src/core/inference/step";
import { accelerators, dense, h100, type Inference, problem } from "./facts";

const of = (fields: Inference) => problem({ model: dense, accelerator: "h100", accelerators: 1, ...fields });
const near = (a: number, b: number): void => assert.ok(Math.abs(a / b - 1) < 1e-9, `${a} ${b}`);
const load = { input: 1000, output: 200, cached: 0, pictures: 0, visionFlops: 0 };

describe("reading a prompt", () => {
  it("multiplies 8-bit integers in llama.cpp's kernels for narrow weights, where the part has them", () => {
    const l4 = accelerators.find((a) => a.id === "l4");
    assert.ok(l4);
    const part = { ...l4, peak: { ...l4.peak, int8: 242 } };
    assert.equal(integerPeak(part), 242e12);
    assert.equal(integerPeak(h100), undefined);
    assert.equal(integerPeak({ ...l4, generation: "pascal", peak: { fp32: 10 } }), 40e12);
    assert.equal(integerPeak({ ...l4, generation: "turing", peak: { fp16: 50 } }), 200e12);

    const { system } = of({ engine: "llama.cpp", weightPrecision: "int4" });
    const integers = { ...system, peakInteger: 242e12 };
    const flops = { ...prefillFlops(system, 1000, 1000), attention: 0 };
    near(prefillTime(integers, flops, 1000, c), flops.dense / (242e12 * c.matmul.hopper * c.prefillInteger));
  });

  it("keeps 16-bit multiplications for 16-bit weights and other engines", () => {
    assert.equal(of({ engine: "llama.cpp", weightPrecision: "bf16", accelerator: "l4" }).system.peakInteger, undefined);
    assert.equal(of({ engine: "vllm", weightPrecision: "int4", accelerator: "l4" }).system.peakInteger, undefined);
  });

  it("fills a tile per expert in every chunk of a local engine's prompt", () => {
    const experts = {
      experts: 64,
      expertsPerToken: 4,
      routedParameters: 1e10,
      expertWidth: 1000,
      engine: "llamaCpp" as const,
    };
    const system = { ...of({ engine: "llama.cpp", weightPrecision: "bf16" }).system, ...experts };
    const none = { dense: 0, routed: 0, attention: 0 };
    near(prefillTime(system, none, 1024, c) / prefillTime(system, none, 512, c), 2);
    assert.ok(prefillTime(system, none, 512, c) > 0);
  });

  it("counts in the throughput of engines that answer one request at a time", () => {
    const { system } = of({ engine: "llama.cpp", weightPrecision: "int4" });
    const point = operate(system, load, 1, c);
    near(point.throughput, 200 / (200 * point.stepTime + point.prefillTime));
    near(point.timePerOutputToken, point.stepTime);
  });

  it("has a cost per request that no model explains", () => {
    const { system } = of({ engine: "llama.cpp", weightPrecision: "int4" });
    const engines = { ...c.engines, llamaCpp: { ...c.engines.llamaCpp, request: c.engines.llamaCpp.request + 1 } };
    const [now, later] = [operate(system, load, 1, c), operate(system, load, 1, { ...c, engines })];
    near(later.timeToFirstToken - now.timeToFirstToken, 1);
  });
});

describe("parts off the engines' beaten track", () => {
  it("run versions without captured graphs where the engine's releases do not support them", () => {
    assert.equal(outsideReleases(h100), false);
    assert.equal(outsideReleases({ ...h100, generation: "pascal" }), true);
    assert.equal(outsideReleases({ ...h100, id: "mi100", generation: "cdna2" }), true);
    assert.equal(outsideReleases({ ...h100, id: "mi250x", generation: "cdna2" }), false);
  });

  it("launch layers and collectives more slowly where their runtime does", () => {
    const { system } = of({ engine: "vllm", weightPrecision: "bf16", accelerators: 2, parallelism: { tensor: 2 } });
    const slow = { ...c, launch: { ...c.launch, hopper: 2 } };
    const [one, two] = [decodeStep(system, 8, 500, c), decodeStep(system, 8, 500, slow)];
    near(two.host - one.host, 32 * c.engines.vllm.layer * c.host.hopper);
    near(two.exchangeTime - one.exchangeTime, 32 * c.engines.vllm.allReduce);
  });

  it("draw more of their TDP when the slot alone feeds them", () => {
    const { system } = of({ engine: "transformers", weightPrecision: "bf16", accelerator: "h100" });
    assert.equal(system.slotPowered, false);
    const slot = operate({ ...system, slotPowered: true }, load, 1, c);
    near(slot.powerShare, operate(system, load, 1, c).powerShare * c.power.slot);
  });
});
