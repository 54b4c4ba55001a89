/**
 * From a workload to numbers: model, accelerators, engine, formats, layout and load, with everything that had to be assumed recorded.
 */
import type { Draft } from "../draft";
import { type Hardware, resolveHardware } from "../hardware";
import { type Architecture, resolveModel } from "../model/architecture";
import type { Precision } from "../precision";
import { takesPictures, type VisualLoad, visualLoad } from "../vision/tower";
import type { InferenceFields } from "../workload";
import type { InferenceConstants } from "./constants";
import { type EngineClass, engineClassOf, isLocal, outsideReleases } from "./engine";
import { layoutOf } from "./layout";
import {
  batchFor,
  batchWithin,
  heldBatch,
  type Load,
  memoryCapacity,
  type OperatingPoint,
  operate,
  type Speculation,
  saturatedBatch,
} from "./operatingPoint";
import { cachePrecisionOf, precisionFromName, weightPrecisionOf } from "./precision";
import { type System, storedBytes, systemOf } from "./system";

/** What decides the batch. */
export type Demand =
  | { readonly kind: "concurrency"; readonly sequences: number }
  | { readonly kind: "rate"; readonly requestsPerSecond: number }
  | { readonly kind: "latency"; readonly secondsPerToken: number; readonly sequences: number | undefined }
  | { readonly kind: "saturated" };

export interface InferenceProblem {
  readonly model: Architecture;
  readonly hardware: Hardware;
  readonly system: System;
  readonly load: Load;
  readonly demand: Demand;
  readonly replicas: number;
  /** All requests of one replica, where they are known. */
  readonly requests: number | undefined;
  readonly precision: Precision;
  readonly cachePrecision: Precision;
  readonly engine: EngineClass;
  readonly visual: VisualLoad | undefined;
  /** Prompt length is a default; the interval is wider. */
  readonly inputAssumed: boolean;
  readonly outputAssumed: boolean;
  readonly engineStated: boolean;
  /** Longest sequence that the server admits, as stated. */
  readonly maxModelLength: number | undefined;
  /** The model takes pictures and none are stated. */
  readonly picturesUnknown: boolean;
}

export const defaultOutputTokens = 256;
/** Prompt of a chat turn; flat optimum 120–220 over measured serving runs that do not publish theirs. */
export const defaultInputTokens = 140;
/** A photograph of two megapixels. */
const defaultPicture = { width: 1600, height: 1200 };

/** Work without a stated concurrency is a batch job: short answers come from long documents (summaries, labels). */
export const offlineInputTokens = (output: number): number =>
  Math.round(Math.min(2000, Math.max(100, 320 * (150 / Math.max(1, output)) ** 1.15)));

function engineOf(fields: InferenceFields, draft: Draft): { engine: EngineClass; stated: boolean } {
  if (fields.engine !== undefined) {
    const known = engineClassOf(fields.engine);
    if (known) return { engine: known, stated: true };
    draft.assume("engine", "vllm", `"${fields.engine.slice(0, 40)}" is not calibrated: reckoned as vLLM`);
    return { engine: "vllm", stated: false };
  }
  const local = typeof fields.model === "string" && /gguf|\bq[2-8]_(k|0|1)/i.test(fields.model);
  if (local) {
    draft.assume("engine", "llama.cpp", "the model's file is GGUF");
    return { engine: "llamaCpp", stated: false };
  }
  draft.assume("engine", "vllm", "no engine stated: the most used server");
  return { engine: "vllm", stated: false };
}

/** Smallest count (a power of two, at most 1,024) whose memory holds the bytes in `share` of it; the rest is for cache and context. */
export function leastAccelerators(bytes: number, memoryBytes: number, share = 0.8): number {
  let n = 1;
  while (n < 1024 && bytes > share * n * memoryBytes) n *= 2;
  return n;
}

function demandOf(fields: InferenceFields, engine: EngineClass, draft: Draft): Demand {
  const { concurrency, requestsPerSecond, latencyTarget, requests, duration } = fields;
  if (latencyTarget !== undefined) return { kind: "latency", secondsPerToken: latencyTarget, sequences: concurrency };
  if (concurrency !== undefined) return { kind: "concurrency", sequences: concurrency };
  if (requestsPerSecond !== undefined && requestsPerSecond > 0) return { kind: "rate", requestsPerSecond };
  if (requests !== undefined && duration !== undefined && duration > 0 && requests > 0)
    return { kind: "rate", requestsPerSecond: requests / (duration * 3600) };
  if (isLocal(engine)) {
    draft.assume("concurrency", 1, "local engines answer one request at a time");
    return { kind: "concurrency", sequences: 1 };
  }
  return { kind: "saturated" };
}

/** Undefined when the model or the accelerator cannot be resolved; then the draft says so. */
export function problemOf(fields: InferenceFields, draft: Draft): InferenceProblem | undefined {
  const hardware = resolveHardware(fields, draft);
  if (hardware === undefined) return undefined;
  if (hardware.count === 0) {
    draft.note("no accelerators are reserved");
    return undefined;
  }
  const model = resolveModel(fields.model, draft);
  if (model === undefined) {
    draft.note(
      fields.model === undefined
        ? "no model stated: only the reserved hardware is estimated"
        : "the model's size is not known: only the reserved hardware is estimated",
    );
    return undefined;
  }
  const { accelerator } = hardware;
  const { engine: asked, stated: engineStated } = engineOf(fields, draft);
  const old = asked === "vllm" && outsideReleases(accelerator);
  const engine = old ? "vllmEarly" : asked;
  if (old)
    draft.note(`vLLM's releases do not support the ${accelerator.name}: reckoned as a version without captured graphs`);

  const wanted = fields.weightPrecision ?? fields.precision;
  let precision = weightPrecisionOf(wanted, model.name);
  if (precision === undefined) {
    precision = engine === "llamaCpp" || engine === "exllama" || engine === "mlc" ? "int4" : "bf16";
    draft.assume(
      "weightPrecision",
      precision,
      precision === "int4" ? "local engines run 4-bit files" : "served as published",
    );
  } else if (wanted !== precision)
    draft.assume("weightPrecision", precision, `${model.name.slice(0, 60)} is stored at ${precision}`);
  const cachePrecision = cachePrecisionOf(fields.kvCachePrecision, precision, engine);
  if (fields.kvCachePrecision === undefined)
    draft.assume("kvCachePrecision", cachePrecision, "default of the engine with these weights");

  const weightBytes = storedBytes(model, precision, engine);
  const memoryBytes = accelerator.memory * 1e9;
  const parallelism = fields.parallelism;
  const replicas = Math.max(1, Math.round(fields.replicas ?? 1));
  const product = Math.max(1, (parallelism?.tensor ?? 1) * (parallelism?.pipeline ?? 1) * (parallelism?.data ?? 1));
  let perReplica: number;
  if (hardware.count !== undefined) perReplica = Math.max(1, hardware.count / replicas);
  else if (parallelism?.tensor !== undefined || parallelism?.pipeline !== undefined || parallelism?.data !== undefined)
    perReplica = product;
  else {
    perReplica = Math.max(Math.round(parallelism?.expert ?? 1), leastAccelerators(weightBytes, memoryBytes));
    draft.assume("accelerators", perReplica * replicas, "fewest that hold the model");
  }

  const demand = demandOf(fields, engine, draft);
  const layout = layoutOf({
    accelerators: perReplica,
    parallelism,
    experts: model.expertLayers > 0,
    layerSplit: engine === "llamaCpp",
    together: demand.kind === "concurrency",
    weightBytes,
    memoryBytes,
    linkDomain: accelerator.linkDomain,
  });
  const tokenLoop = engine === "eager" && /fastchat|litgpt/i.test(fields.engine ?? "");
  const system = systemOf(model, accelerator, layout, engine, precision, cachePrecision, tokenLoop);

  const outputAssumed = fields.outputTokens === undefined;
  const limit = fields.maxModelLength ?? Number.POSITIVE_INFINITY;
  let output = fields.outputTokens ?? Math.max(1, Math.min(defaultOutputTokens, Math.floor(limit / 2)));
  if (outputAssumed) draft.assume("outputTokens", output, "answer length of a chat turn");
  output = Math.max(1, output);
  const inputAssumed = fields.inputTokens === undefined;
  const stated = fields.images !== undefined && fields.images.length > 0;
  const picturesUnknown = !stated && fields.images === undefined && inputAssumed && takesPictures(model);
  const visual = stated
    ? visualLoad(model, fields.images ?? [])
    : picturesUnknown
      ? visualLoad(model, [defaultPicture])
      : undefined;
  if (picturesUnknown)
    draft.assume(
      "images",
      "1600 × 1200",
      `one photograph per request: ${visual?.tokens ?? 0} tokens (${visual?.rule ?? ""})`,
    );
  let input: number;
  if (fields.inputTokens !== undefined) input = fields.inputTokens;
  else {
    const saturated = demand.kind === "saturated";
    input = Math.min(saturated ? offlineInputTokens(output) : defaultInputTokens, Math.max(1, limit - output));
    draft.assume(
      "inputTokens",
      input,
      saturated ? "batch work: the shorter the answers, the longer the documents" : "prompt of a chat turn",
    );
  }
  const load: Load = {
    input: input + (visual?.tokens ?? 0),
    output,
    cached: fields.prefixCacheHitRate ?? 0,
    pictures: visual?.pictures ?? 0,
    visionFlops: visual?.flops ?? 0,
    ...speculationOf(fields, hardware, system, draft),
  };
  return {
    model,
    hardware,
    system,
    load,
    demand,
    replicas,
    requests: fields.requests === undefined ? undefined : fields.requests / replicas,
    precision,
    cachePrecision,
    engine,
    visual,
    inputAssumed,
    outputAssumed,
    engineStated,
    maxModelLength: fields.maxModelLength,
    picturesUnknown,
  };
}

function speculationOf(
  fields: InferenceFields,
  hardware: Hardware,
  system: System,
  draft: Draft,
): { speculation?: Speculation } {
  if (fields.draftModel === undefined && fields.draftTokens === undefined) return {};
  const tokens = Math.max(
    1,
    Math.round(Math.min(64, fields.draftTokens ?? draft.assume("draftTokens", 4, "usual for draft models"))),
  );
  const acceptance =
    fields.acceptanceRate ??
    draft.assume("acceptanceRate", 0.7, "share of drafted tokens accepted; 0.6 to 0.8 is usual");
  const model = resolveModel(fields.draftModel, draft, "draftModel");
  if (model === undefined) return { speculation: { tokens, acceptance } };
  const precision = precisionFromName(model.name) ?? "bf16";
  const drafter = systemOf(model, hardware.accelerator, system.layout, system.engine, precision, "bf16");
  return { speculation: { tokens, acceptance, draft: drafter } };
}

export interface Solution {
  readonly point: OperatingPoint;
  /** Sequences one copy would hold if memory and scheduler allowed. */
  readonly asked: number;
  /** Sequences that memory allows, before the scheduler's limit. */
  readonly capacity: number;
  /** Tokens/s of one replica: the engine's, or what the demand asks of it. */
  readonly throughput: number;
  /** Share of the time, or of the copies, with work at all; below 1 where the demand is less than one sequence per copy. */
  readonly duty: number;
}

/** The batch that the demand leads to, and how the engine runs with it. */
export function solve(problem: InferenceProblem, c: InferenceConstants): Solution {
  const { system: s, load, demand, replicas } = problem;
  const { copies } = s.layout;
  const capacity = memoryCapacity(s, load.input + c.residentOutput * load.output);
  // There are never more sequences in flight than requests.
  const most = Math.min(saturatedBatch(s, load, c), (problem.requests ?? Number.POSITIVE_INFINITY) / copies);
  if (demand.kind === "rate") {
    const tokensPerSecond = (demand.requestsPerSecond * load.output) / replicas;
    const batch = batchFor(s, load, tokensPerSecond, Math.max(1, most), c);
    const point = operate(s, load, batch, c);
    const throughput = Math.min(point.throughput, tokensPerSecond);
    return { point, asked: most, capacity, throughput, duty: Math.min(1, throughput / point.throughput) };
  }
  const stated = demand.kind === "saturated" ? undefined : demand.sequences;
  const asked = stated === undefined ? most : Math.min(stated, problem.requests ?? stated) / copies;
  let batch = stated === undefined ? Math.max(1, asked) : heldBatch(s, load, Math.max(1, asked), c);
  if (demand.kind === "latency") batch = batchWithin(s, load, demand.secondsPerToken, batch, c);
  const point = operate(s, load, batch, c);
  // Fewer sequences than copies: the other copies wait.
  const duty = Math.min(1, asked);
  return { point, asked, capacity, throughput: point.throughput * duty, duty };
}

/**
 * Seconds that one replica takes for its requests: all of them at the steady rate, and half the stay of the last batch, whose sequences
 * end at different times and leave room that nobody fills.
 */
export function timeOf(problem: InferenceProblem, solution: Solution): number | undefined {
  const { requests, load, demand, system } = problem;
  if (requests === undefined || !(solution.throughput > 0)) return undefined;
  const steady = (requests * load.output) / solution.throughput;
  if (demand.kind === "rate") return steady;
  const inFlight = Math.min(requests, solution.point.batch * system.layout.copies);
  return steady + (inFlight > 1 ? (0.5 * inFlight * load.output) / solution.throughput : 0);
}
