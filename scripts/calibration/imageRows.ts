/** Measured pictures and clips as jobs of the image law: data/image.tsv, and the sources of data/check/image.tsv that the fit borrows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCatalog } from "../../src/catalog/catalog";
import type { AcceleratorFacts } from "../../src/core/facts";
import { denoiserPass } from "../../src/core/image/denoiser";
import { engineOf } from "../../src/core/image/engine";
import type { Job } from "../../src/core/image/law";
import { defaultGuidance } from "../../src/core/image/resolvePipeline";
import { pipelineByName } from "../../src/core/image/shapes";
import type { Precision } from "../../src/core/precision";

export interface Row {
  readonly id: string;
  readonly group: string;
  readonly family: string;
  readonly model: string;
  readonly core: boolean;
  readonly accelerator: AcceleratorFacts;
  readonly job: Job;
  readonly latency: number;
  readonly energy: number | undefined;
  readonly split: string;
}

const here = import.meta.dirname;
const accelerators = new Map(
  createCatalog()
    .accelerators()
    .map((row) => [row.id, row]),
);

/**
 * Sources of the check table that the fit sees, at a lower weight: engines, consumer parts and few-step pipelines of which the first table
 * has next to nothing. The other sources of that table stay unseen.
 */
export const borrowed: ReadonlySet<string> = new Set([
  "fal",
  "sdxl-fast-csv",
  "onediff",
  "onediff-eager",
  "para-attn",
  "lcm-blog",
  "torch2-docs",
  "cogvideo-readme",
  "lightx2v",
  "sdxl-jax",
]);
export const borrowedWeight = 0.15;

export function readRows(table: string): Row[] {
  const [header = "", ...lines] = readFileSync(join(here, table), "utf8").trimEnd().split("\n");
  const names = header.split("\t");
  return lines.flatMap((line) => {
    const cells = line.split("\t");
    const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
    const number = (name: string): number | undefined => (cell(name) === "" ? undefined : Number(cell(name)));
    const model = cell("model");
    const pipeline = pipelineByName(model);
    const accelerator = accelerators.get(cell("accelerator"));
    if (!pipeline || !accelerator)
      throw new Error(`row ${cell("id")}: ${model} or ${cell("accelerator")} is not known`);
    const canvas = {
      width: number("width") ?? pipeline.width,
      height: number("height") ?? pipeline.height,
      frames: cell("task") === "video" ? (number("frames") ?? pipeline.frames) : 1,
    };
    const steps = number("steps") ?? pipeline.steps;
    const resolved = { pipeline, name: model, width: 0 };
    const row: Row = {
      id: cell("id"),
      group: cell("group"),
      family: pipeline.key.split("-")[0] ?? "",
      model: pipeline.key,
      core: cell("core") === "1",
      accelerator,
      split: cell("split"),
      job: {
        pipeline,
        canvas,
        pass: denoiserPass(pipeline.denoiser, canvas, pipeline.latent, pipeline.textTokens),
        evaluations: steps,
        guidancePasses: number("guidancePasses") ?? defaultGuidance(resolved, steps),
        batch: number("batch") ?? 1,
        accelerators: number("accelerators") ?? 1,
        precision: (cell("precision") || undefined) as Precision | undefined,
        engine: engineOf(cell("engine") || undefined),
      },
      latency: Number(cell("latency")),
      energy: number("energyPerItem"),
    };
    return [row];
  });
}
