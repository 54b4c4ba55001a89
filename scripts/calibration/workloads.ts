/** Rows of the tables of published measurements as workloads: the one place where columns become fields. */
import { type Workload, workloadSchema } from "../../src/core/workload";
import { number, present, type Row } from "./table";

/** `tensor=2 pipeline=4 cpuOffload=1` as fields. */
export function parallelismOf(text: string): Record<string, number | boolean> {
  return Object.fromEntries(
    text
      .split(" ")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const [name = "", value] = pair.split("=");
        return [name, name === "cpuOffload" ? true : Number(value)];
      }),
  );
}

const modelOf = (row: Row): object =>
  present({
    name: row.model,
    parameters: number(row, "parameters") || undefined,
    activeParameters: number(row, "activeParameters"),
    layers: number(row, "layers"),
    hiddenSize: number(row, "hiddenSize"),
    attentionHeads: number(row, "attentionHeads"),
    keyValueHeads: number(row, "keyValueHeads"),
    intermediateSize: number(row, "intermediateSize"),
    vocabularySize: number(row, "vocabularySize"),
  });

/** A row of training.tsv, finetune.tsv or memory.tsv as a workload of `kind`. Throws on a row that the schema refuses. */
export function trainingWorkload(row: Row, kind: string): Workload {
  const n = (name: string) => number(row, name);
  const parallelism = parallelismOf(row.parallelism ?? "");
  return workloadSchema.parse({
    kind,
    model: modelOf(row),
    ...present({
      method: kind === "fineTuning" ? row.method : undefined,
      algorithm: kind === "reinforcementLearning" && row.method !== "full" ? row.method : undefined,
      asynchronous: row.asynchronous === "1" ? true : undefined,
      weightPrecision: kind === "fineTuning" ? row.weightPrecision : undefined,
      loraRank: n("loraRank"),
      adapterParameters: n("adapterParameters"),
      tokens: n("tokens"),
      sequenceLength: n("sequenceLength"),
      accelerator: row.accelerator,
      accelerators: n("accelerators"),
      precision: row.precision,
      parallelism: Object.keys(parallelism).length > 0 ? parallelism : undefined,
      framework: row.framework,
      optimizer: row.optimizer,
      globalBatchSize: n("globalBatchSize"),
      microBatchSize: n("microBatchSize"),
      gradientAccumulation: n("gradientAccumulation"),
      activationCheckpointing: row.activationCheckpointing,
      promptsPerStep: n("promptsPerStep"),
      samplesPerPrompt: n("samplesPerPrompt"),
      promptTokens: kind === "reinforcementLearning" && row.peak === undefined ? 0 : undefined,
      responseTokens: n("responseTokens"),
    }),
  });
}

/** A row of inference.tsv as a workload. */
export function inferenceWorkload(row: Row): Workload & { readonly kind: "inference" } {
  const n = (name: string) => number(row, name);
  return workloadSchema.parse({
    kind: "inference",
    model: modelOf(row),
    accelerator: row.accelerator || undefined,
    accelerators: n("accelerators"),
    precision: row.weights || undefined,
    weightPrecision: row.weights || undefined,
    kvCachePrecision: row.cache || undefined,
    engine: row.engine || undefined,
    parallelism: { tensor: n("tensor"), pipeline: n("pipeline"), expert: n("expert") },
    concurrency: n("concurrency"),
    inputTokens: n("inputTokens"),
    outputTokens: n("outputTokens"),
  }) as Workload & { readonly kind: "inference" };
}

/** A row of image.tsv as a workload. */
export function imageWorkload(row: Row): Workload {
  const n = (name: string) => number(row, name);
  return workloadSchema.parse(
    present({
      kind: row.task === "video" ? "videoGeneration" : "imageGeneration",
      model: row.model,
      accelerator: row.accelerator,
      accelerators: n("accelerators"),
      precision: row.precision,
      engine: row.engine,
      batchSize: n("batch"),
      width: n("width"),
      height: n("height"),
      frames: row.task === "video" ? n("frames") : undefined,
      steps: n("steps"),
      guidancePasses: n("guidancePasses"),
    }),
  );
}
