/** Model against measurement: ML.ENERGY leaderboard v3.0 (2025-12-01), H100, chat, vLLM, accelerators alone; 15 % dense, 35 % experts. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { estimate } from "../../src/core/estimator";
import type { WorkloadOf } from "../../src/core/workload";

const facts = createCatalog();

interface Measured {
  readonly title: string;
  readonly workload: Omit<WorkloadOf<"inference">, "kind">;
  /** s, tokens/s, J per output token, W of one accelerator. */
  readonly step: number;
  readonly throughput?: number;
  readonly energy: number;
  readonly power?: number;
  readonly tolerance: number;
}

const measured: readonly Measured[] = [
  {
    title: "golden 52: Llama-3.1-8B, 8 sequences",
    workload: { model: "meta-llama/Llama-3.1-8B-Instruct", accelerators: 1, concurrency: 8 },
    step: 7.3e-3,
    throughput: 1070,
    energy: 0.455,
    power: 486,
    tolerance: 0.15,
  },
  {
    title: "golden 52: Llama-3.1-8B, 256 sequences",
    // The leaderboard's own digits: 690.5 W / 9,009.6 tokens/s.
    workload: { model: "meta-llama/Llama-3.1-8B-Instruct", accelerators: 1, outputTokens: 404, concurrency: 256 },
    step: 26.1e-3,
    throughput: 9010,
    energy: 0.0766,
    power: 691,
    tolerance: 0.15,
  },
  {
    title: "golden 53: Qwen3-14B, 64 sequences",
    workload: { model: "Qwen/Qwen3-14B", accelerators: 1, outputTokens: 615, concurrency: 64 },
    step: 18.9e-3,
    throughput: 3140,
    energy: 0.167,
    power: 525,
    tolerance: 0.15,
  },
  {
    title: "golden 54: Qwen3-32B on 2, 64 sequences",
    workload: {
      model: "Qwen/Qwen3-32B",
      accelerators: 2,
      outputTokens: 635,
      concurrency: 64,
      parallelism: { tensor: 2 },
    },
    step: 22.4e-3,
    throughput: 2654,
    energy: 0.367,
    power: 487,
    tolerance: 0.15,
  },
  {
    title: "golden 55: Llama-3.1-70B on 4, 64 sequences",
    workload: {
      model: "meta-llama/Llama-3.1-70B-Instruct",
      outputTokens: 352,
      accelerators: 4,
      concurrency: 64,
      parallelism: { tensor: 4 },
    },
    step: 22.4e-3,
    throughput: 2511,
    energy: 0.797,
    tolerance: 0.15,
  },
  {
    title: "golden 56: Llama-3.1-405B in 8 bit on 8, 64 sequences",
    workload: {
      model: "meta-llama/Llama-3.1-405B-Instruct-FP8",
      accelerators: 8,
      concurrency: 64,
      parallelism: { tensor: 8 },
    },
    step: 39.3e-3,
    throughput: 1350,
    energy: 3.08,
    tolerance: 0.15,
  },
  {
    title: "golden 57: Qwen3-235B-A22B on 8, 64 sequences",
    workload: {
      model: "Qwen/Qwen3-235B-A22B-Instruct-2507",
      accelerators: 8,
      concurrency: 64,
      parallelism: { expert: 8 },
    },
    step: 40.3e-3,
    throughput: 1548,
    energy: 2.39,
    tolerance: 0.35,
  },
  {
    title: "golden 58: Qwen3-30B-A3B on 1, 64 sequences",
    workload: { model: "Qwen/Qwen3-30B-A3B-Instruct-2507", accelerators: 1, outputTokens: 919, concurrency: 64 },
    step: 28.9e-3,
    throughput: 2164,
    energy: 0.222,
    tolerance: 0.35,
  },
];

describe("measured serving", () => {
  for (const { title, workload, step, throughput, energy, power, tolerance } of measured)
    it(title, () => {
      const { quantities } = estimate(
        {
          kind: "inference",
          accelerator: "H100-SXM",
          engine: "vLLM",
          precision: "bf16",
          inputTokens: 140,
          outputTokens: 400,
          ...workload,
        },
        facts,
      );
      const near = (name: string, actual: number | undefined, expected: number | undefined): void => {
        if (expected === undefined) return;
        const ratio = (actual ?? Number.NaN) / expected;
        assert.ok(Math.abs(ratio - 1) <= tolerance, `${name}: ${actual} against ${expected}`);
      };
      near("time per token", quantities.timePerOutputToken?.central, step);
      near("throughput", quantities.outputThroughput?.central, throughput);
      near("energy per token", quantities.energyPerOutputToken?.central, energy);
      near("power", quantities.acceleratorPower?.central, power);
    });
});
