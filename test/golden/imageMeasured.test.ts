/** Model against measurement: ML.ENERGY leaderboard v3.0 (2025-12-01), one accelerator, batch 1, accelerators' energy alone. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../src/catalog/catalog";
import { estimate } from "../../src/core/estimator";
import type { GenerationWorkload } from "../../src/core/workload";

const facts = createCatalog();

interface Measured {
  readonly title: string;
  readonly workload: Omit<GenerationWorkload, "kind">;
  readonly video?: boolean;
  readonly latency: number;
  readonly energy: number;
}

const measured: readonly Measured[] = [
  {
    title: "golden 59: FLUX.1-dev, 50 steps at 1024², H100",
    workload: { model: "black-forest-labs/FLUX.1-dev", accelerator: "H100-SXM", steps: 50 },
    latency: 11.64,
    energy: 7949,
  },
  {
    title: "golden 59: FLUX.1-dev, 50 steps at 1024², B200",
    workload: { model: "black-forest-labs/FLUX.1-dev", accelerator: "B200", steps: 50 },
    latency: 7.75,
    energy: 6679,
  },
  {
    title: "golden 60: Stable Diffusion 3.5 Large, 28 steps, H100",
    workload: { model: "stabilityai/stable-diffusion-3.5-large", accelerator: "H100-SXM", steps: 28 },
    latency: 6.56,
    energy: 4420,
  },
  {
    title: "golden 61: Wan2.1-14B, 81 frames at 480p, H100",
    workload: {
      model: "Wan-AI/Wan2.1-T2V-14B",
      accelerator: "H100-SXM",
      steps: 50,
      width: 832,
      height: 480,
      frames: 81,
    },
    video: true,
    latency: 466.8,
    energy: 289e3,
  },
  {
    title: "golden 61: HunyuanVideo, 129 frames at 720p, H100",
    workload: {
      model: "tencent/HunyuanVideo",
      accelerator: "H100-SXM",
      steps: 50,
      width: 1280,
      height: 720,
      frames: 129,
    },
    video: true,
    latency: 1689,
    energy: 1.164e6,
  },
  {
    title: "golden 62: SANA 1.6B, 20 steps, H100",
    workload: { model: "Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers", accelerator: "H100-SXM", steps: 20 },
    latency: 0.79,
    energy: 417,
  },
];

describe("pictures and clips against measurements", () => {
  for (const { title, workload, video, latency, energy } of measured)
    it(title, () => {
      const size = video ? {} : { width: 1024, height: 1024 };
      const { quantities } = estimate(
        { kind: video ? "videoGeneration" : "imageGeneration", accelerators: 1, batchSize: 1, ...size, ...workload },
        facts,
      );
      const within = (actual: number | undefined, wanted: number): void =>
        assert.ok(
          actual !== undefined && Math.abs(actual / wanted - 1) <= 0.15,
          `${actual} is not within 15 % of ${wanted}`,
        );
      within(quantities.latency?.central, latency);
      within(quantities.energyPerItem?.central, energy);
    });
});
