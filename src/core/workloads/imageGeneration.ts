/** Pictures and clips: what one batch takes, and what all items cost. */
import type { Draft } from "../draft";
import { addFootprint } from "../footprint";
import { countOf, type Hardware, resolveHardware } from "../hardware";
import type { Batch } from "../image/batch";
import { diffuse } from "../image/diffuse";
import { generateTokens } from "../image/tokens";
import { exact, type Quantity, scale } from "../quantity";
import type { GenerationWorkload } from "../workload";

/** From the batch's log half-width to an interval. */
const band = (central: number, width: number, unit: string): Quantity => ({
  low: central * Math.exp(-width),
  central,
  high: central * Math.exp(width),
  unit,
});

/** Families that are no diffusion models, by name. */
const families: readonly (readonly [RegExp, NonNullable<GenerationWorkload["architecture"]>])[] = [
  [/(^|[^a-z])var[-_ ]?d\d\d|(^|[^a-z])infinity-\d/i, "nextScale"],
  [/(^|[^a-z])mar[-_ ]?(b|l|h|base|large|huge)($|[^a-z])/i, "maskedAutoregressive"],
  [/llama-?gen|emu-?3|janus|chameleon|lumina-mgpt|parti($|[^a-z])/i, "autoregressive"],
];

/** The workload with its architecture: stated, told by the model's name, or diffusion (groupwise where groups are stated). */
function withArchitecture(workload: GenerationWorkload, draft: Draft): GenerationWorkload {
  if (workload.architecture !== undefined) return workload;
  const name = (typeof workload.model === "string" ? workload.model : workload.model?.name) ?? "";
  const family = families.find(([pattern]) => pattern.test(name.slice(0, 200)))?.[1];
  if (family === undefined)
    return { ...workload, architecture: workload.groups === undefined ? "diffusion" : "groupwiseDiffusion" };
  return { ...workload, architecture: draft.assume("architecture", family, "told by the model's name") };
}

export function estimateImageGeneration(workload: GenerationWorkload, draft: Draft): void {
  const hardware = resolveHardware(workload, draft);
  if (hardware?.count === 0) {
    draft.note("no accelerators are reserved");
    return;
  }
  const count =
    hardware === undefined
      ? 1
      : Math.max(1, countOf(hardware, draft, 1, "one accelerator makes a batch unless the file says more"));
  const batchSize = workload.batchSize ?? draft.assume("batchSize", 1, "one item per call");
  const known = withArchitecture(workload, draft);
  const diffusion = known.architecture === "diffusion" || known.architecture === "groupwiseDiffusion";
  const batch = (diffusion ? diffuse : generateTokens)(known, draft, hardware, count, batchSize);
  if (batch === undefined) return;
  addResults(workload, draft, hardware, count, batchSize, batch);
}

function addResults(
  workload: GenerationWorkload,
  draft: Draft,
  hardware: Hardware | undefined,
  count: number,
  batchSize: number,
  batch: Batch,
): void {
  const { duration } = workload;
  const latency = batch.latency === undefined ? undefined : band(batch.latency, batch.latencyWidth, "s");
  const lowest = batch.lowestLatency;
  const spread = latency && {
    ...latency,
    low: Math.min(latency.low, lowest ?? Number.POSITIVE_INFINITY),
    high: Math.max(latency.high, batch.highestLatency ?? 0),
  };
  draft.set("latency", spread);
  const batches =
    workload.items !== undefined
      ? workload.items / batchSize
      : duration !== undefined && batch.latency !== undefined && batch.latency > 0
        ? (3600 * duration) / batch.latency
        : 1;
  if (workload.items === undefined && duration === undefined)
    draft.assume("items", batchSize, "one batch, as the file does not say how many");
  const flops = band(batch.flops * batchSize * batches, batch.flopsWidth, "FLOP");
  draft.set(
    "flops",
    batch.lowestFlops === undefined
      ? flops
      : { ...flops, low: Math.min(flops.low, batch.lowestFlops * batchSize * batches) },
  );
  draft.step?.({
    quantity: "flops",
    formula: "items · FLOP per item",
    inputs: { items: batchSize * batches, "FLOP per item": batch.flops },
    result: batch.flops * batchSize * batches,
    unit: "FLOP",
  });
  if (hardware === undefined || batch.latency === undefined || spread === undefined) return;
  let power: Quantity | undefined;
  if (batch.energy !== undefined && batch.latency > 0) {
    const mean = batch.energy / (count * batch.latency);
    power = band(mean, batch.powerWidth, "W");
    if (hardware.accelerator.tdp !== undefined)
      power = { ...power, high: Math.max(mean, Math.min(power.high, 1.05 * hardware.accelerator.tdp)) };
    const energyPerItem = band(batch.energy / batchSize, batch.energyWidth, "J");
    const cheaper = lowest === undefined ? energyPerItem.low : energyPerItem.low * Math.min(1, lowest / batch.latency);
    draft.set("energyPerItem", { ...energyPerItem, low: cheaper });
    draft.step?.({
      quantity: "energyPerItem",
      formula: "accelerators · mean power · latency / batch",
      inputs: { accelerators: count, "mean power (W)": mean, "latency (s)": batch.latency, batch: batchSize },
      result: batch.energy / batchSize,
      unit: "J",
      reference: batch.reference,
    });
  }
  draft.uncertainty("time per batch", batch.latencyWidth / 1.28);
  const hours = duration !== undefined ? exact(duration, "h") : scale(spread, batches / 3600, "h");
  addFootprint(draft, workload, {
    hardware,
    count,
    acceleratorHours: scale(hours, count),
    duration: hours,
    ...(power ? { acceleratorPower: power } : {}),
  });
}
