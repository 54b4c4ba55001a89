/** The four reference scenarios as shipped: every workload is understood, estimated and within reason. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { createCatalog } from "../../src/catalog/catalog";
import type { Estimate } from "../../src/core/estimate";
import { estimate } from "../../src/core/estimator";
import { parseWorkload } from "../../src/core/parseWorkload";

const facts = createCatalog();
const files = [
  "energy-supply-demand",
  "post-training-methods",
  "image-architectures",
  "vision-language-hovle",
] as const;

function estimatesOf(file: (typeof files)[number]): Map<string, Estimate> {
  const text = readFileSync(join(__dirname, `../../examples/${file}.aicost.yaml`), "utf8");
  const document = parse(text) as { aicost: number; defaults: object; workloads: { name: string }[] };
  assert.equal(document.aicost, 1);
  return new Map(
    document.workloads.map((workload) => {
      const { workload: parsed, problems } = parseWorkload({ ...document.defaults, ...workload });
      assert.deepEqual(problems, [], workload.name);
      assert.ok(parsed);
      return [workload.name, estimate(parsed, facts)];
    }),
  );
}

for (const file of files)
  describe(`${file}.aicost.yaml`, () => {
    const estimates = estimatesOf(file);
    for (const [name, { quantities, steps }] of estimates)
      it(`${name}: energy, carbon and the steps behind them`, () => {
        for (const key of ["energy", "carbon"] as const) {
          const q = quantities[key];
          assert.ok(q && q.low > 0 && q.low <= q.central && q.central <= q.high, key);
        }
        assert.ok(steps.length >= 2);
      });
  });

describe("what the scenarios say", () => {
  const central = (
    estimates: Map<string, Estimate>,
    name: string,
    key: "flops" | "latency" | "energyPerYear" | "acceleratorHours",
  ): number => estimates.get(name)?.quantities[key]?.central ?? Number.NaN;

  it("pictures: tokens alone take 55 times fewer FLOP than FLUX with 50 steps, and no less time", () => {
    const pictures = estimatesOf("image-architectures");
    const ratio = central(pictures, "Diffusion, 50 steps", "flops") / central(pictures, "Tokens one by one", "flops");
    assert.ok(ratio > 54 && ratio < 57, String(ratio));
    assert.ok(central(pictures, "Tokens one by one", "latency") > central(pictures, "Diffusion, 50 steps", "latency"));
  });
  it("energy: servers for searches could draw a third as much again as twice their need", () => {
    const energy = estimatesOf("energy-supply-demand");
    const supply = central(energy, "Search with a language model, servers (New Street Research)", "energyPerYear");
    const demand = central(energy, "Search with a language model, queries", "energyPerYear");
    assert.ok(Math.abs(supply / demand / 2.311 - 1) < 0.01);
  });
  it("energy: rebound makes four times as efficient servers draw 1.32 times as much", () => {
    const energy = estimatesOf("energy-supply-demand");
    const ratio =
      central(energy, "Servers in 2027, four times as efficient, with rebound", "energyPerYear") /
      central(energy, "Servers in 2027, H100", "energyPerYear");
    assert.ok(Math.abs(ratio / 4 ** 0.2 - 1) < 1e-9);
  });
  it("post-training: on-policy distillation takes far fewer accelerator-hours than reinforcement learning or data made anew", () => {
    const training = estimatesOf("post-training-methods");
    const hours = (name: string): number => central(training, name, "acceleratorHours");
    assert.ok(hours("On-policy distillation") < hours("Reinforcement learning (GRPO)") / 3);
    assert.ok(hours("On-policy distillation") < hours("SFT on 2M prompts, data at hand"));
    assert.ok(hours("SFT on 2M prompts, data at hand") < hours("SFT on 2M prompts"));
  });
});
