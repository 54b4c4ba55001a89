/** What widens the interval: classes of which little or nothing was measured. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inferenceConstants } from "../../../../src/core/inference/constants";
import { solve } from "../../../../src/core/inference/problem";
import { type Sigmas, sigmasOf } from "../../../../src/core/inference/uncertainty";
import { dense, type Inference, problem } from "./facts";

function widths(fields: Inference, change: Partial<ReturnType<typeof problem>["system"]> = {}): Sigmas {
  const found = problem({
    model: dense,
    accelerator: "h100",
    accelerators: 1,
    weightPrecision: "bf16",
    inputTokens: 200,
    outputTokens: 400,
    ...fields,
  });
  const changed = { ...found, system: { ...found.system, ...change } };
  return sigmasOf(changed, solve(changed, inferenceConstants));
}

describe("widths of serving", () => {
  it("are larger for one sequence than for as many as were measured", () => {
    const [one, many] = [widths({ engine: "vllm", concurrency: 1 }), widths({ engine: "vllm", concurrency: 32 })];
    assert.ok(one.timePerOutputToken > many.timePerOutputToken);
    assert.ok(one.power > many.power);
  });

  it("are larger for a loop of transformers other than the one measured", () => {
    const [generate, loop] = [widths({ engine: "transformers" }), widths({ engine: "FastChat" })];
    assert.ok(generate.timePerOutputToken > loop.timePerOutputToken);
    assert.ok(generate.power > loop.power);
  });

  it("are larger on parts of which tuned submissions alone are known", () => {
    const load = { engine: "vllm", concurrency: 32 };
    assert.ok(widths(load, { generation: "cdna3" }).throughput > widths(load).throughput);
  });

  it("are larger in llama.cpp where processor and accelerator share a memory, and for experts", () => {
    const load = { engine: "llama.cpp" };
    const plain = widths(load, { bandwidth: 9e11 });
    assert.ok(widths(load, { bandwidth: 9e11, sharedMemory: true }).timePerOutputToken > plain.timePerOutputToken);
    const experts = widths(load, { bandwidth: 9e11, experts: 8, expertsPerToken: 2 });
    assert.ok(experts.timePerOutputToken > plain.timePerOutputToken);
    assert.ok(experts.firstToken > plain.firstToken);
  });

  it("are larger for latent attention with experts", () => {
    const load = { engine: "vllm", concurrency: 32 };
    const experts = { experts: 8, expertsPerToken: 2 };
    assert.ok(widths(load, { ...experts, latent: true }).throughput > widths(load, experts).throughput);
  });

  it("of the time per token grow with the time that other requests' prefill takes", () => {
    const short = widths({ engine: "vllm", concurrency: 32 });
    const long = widths({ engine: "vllm", concurrency: 32, inputTokens: 8000 });
    assert.ok(long.timePerOutputToken > short.timePerOutputToken);
  });
});
