/** Memory of one accelerator while serving, whether it fits, and what would. */
import type { Draft } from "../draft";
import type { MemoryQuantity } from "../estimate";
import { exact, logNormal } from "../quantity";
import { stepUp } from "../stepUp";
import { inferenceConstants } from "./constants";
import { isServing } from "./engine";
import { engineOverhead, weightsPerAccelerator } from "./operatingPoint";
import { type InferenceProblem, leastAccelerators, type Solution } from "./problem";
import { cacheBytesOf } from "./step";
import { storedBytes } from "./system";

/** Share of the device's memory that programs get (ECC, driver, display). */
const allocatable = 0.97;

export function addMemory(problem: InferenceProblem, solution: Solution, draft: Draft): void {
  const { system: s, load, hardware } = problem;
  const weights = weightsPerAccelerator(s);
  const length = load.input + load.output;
  const parts = s.engine === "llamaCpp" ? s.layout.accelerators : s.layout.stages * s.cacheSplit;
  const batch = solution.point.batch;
  // On average a sequence is part-way through its answer; `capacity` is counted the same way.
  const mean = load.input + inferenceConstants.residentOutput * load.output;
  const cache = Math.max(batch * cacheBytesOf(s, mean), cacheBytesOf(s, length)) / parts;
  const drafter = load.speculation?.draft ? weightsPerAccelerator(load.speculation.draft) : 0;
  const bytes = weights + cache + engineOverhead + drafter;
  const sigma = problem.model.generic ? 0.2 : 0.07;
  const usable = (hardware.accelerator.usableMemory ?? hardware.accelerator.memory * allocatable) * 1e9;
  const holds = bytes <= usable * 1.0001;
  // Servers refuse to start without room for one sequence of the longest length they admit; half the overhead is in doubt.
  const { maxModelLength } = problem;
  const room = (usable - weights - drafter - 0.5 * engineOverhead) * parts;
  const admits = maxModelLength === undefined || !isServing(s.engine) || cacheBytesOf(s, maxModelLength) <= room;
  const fits = holds && admits;
  const size = logNormal(bytes / 1e9, sigma, "GB");
  // An accelerator that we took for granted proves nothing about the one it will run on.
  const quantity: MemoryQuantity = hardware.stated ? { ...size, fits } : size;
  draft.set("memoryPerAccelerator", quantity);
  draft.set("weightMemory", exact(s.weightBytes / 1e9, "GB"));
  draft.set("kvCachePerToken", exact(s.cacheFull + s.cacheSliding, "B/token"));
  draft.step?.({
    quantity: "memoryPerAccelerator",
    formula: "weights / accelerators + sequences · cache + engine",
    inputs: {
      "weights (GB)": s.weightBytes / 1e9,
      "weights on one accelerator (GB)": weights / 1e9,
      "cache per token (B)": s.cacheFull + s.cacheSliding,
      "sequences in the cache": batch,
      "tokens per sequence": Math.round(mean),
      "cache on one accelerator (GB)": cache / 1e9,
      "context, graphs, activations (GB)": engineOverhead / 1e9,
    },
    result: bytes / 1e9,
    unit: "GB",
  });
  if (hardware.stated && holds && !admits) addShorter(problem, maxModelLength, room, parts, draft);
  else if (!holds && hardware.stated) addAlternatives(problem, bytes, draft);
  else if (!holds)
    draft.note(
      `needs about ${(bytes / 1e9).toFixed(0)} GB per accelerator: more than the assumed ${hardware.accelerator.name} has`,
    );
  else if (solution.asked > 1.05 * solution.point.batch && problem.demand.kind === "concurrency")
    draft.note(
      `the cache holds ${Math.floor(solution.point.batch)} of the ${Math.round(solution.asked)} sequences asked for; the rest wait`,
    );
}

/** One sequence of the longest length is too long for the cache: the longest that is not. */
function addShorter(
  { system: s, hardware }: InferenceProblem,
  longest: number,
  room: number,
  parts: number,
  draft: Draft,
): void {
  const gigabytes = (bytes: number): string => (bytes / parts / 1e9).toPrecision(2);
  draft.note(
    `does not fit: a sequence of ${longest.toLocaleString("en-US")} tokens needs ${gigabytes(cacheBytesOf(s, longest))} GB of cache, ${gigabytes(room)} GB are left on one ${hardware.accelerator.name}`,
  );
  let length = longest;
  while (length > 1 && cacheBytesOf(s, length) > room) length *= 0.95;
  const shorter = Math.floor(length / 1024) * 1024;
  if (shorter >= 1024)
    draft.alternative({
      label: `maximum length of ${shorter.toLocaleString("en-US")}`,
      changes: { maxModelLength: shorter },
      reason: "the longest sequence whose cache fits beside the weights",
    });
}

/** The smallest changes that fit: more of the same part, narrower weights, a larger part. */
function addAlternatives(problem: InferenceProblem, bytes: number, draft: Draft): void {
  const { system: s, model, engine, hardware, load } = problem;
  draft.note(
    `does not fit: needs ${(bytes / 1e9).toFixed(0)} GB, one ${hardware.accelerator.name} has ${hardware.accelerator.memory} GB`,
  );
  const oneSequence = cacheBytesOf(s, load.input + load.output);
  const needed = s.weightBytes + oneSequence;
  const memory = hardware.accelerator.memory * 1e9;
  const count = leastAccelerators(needed, memory - engineOverhead, 0.95);
  // Layers are split within one board, stages go over several.
  const tensor = Math.min(count, Math.max(8, hardware.accelerator.linkDomain));
  if (count > s.layout.group * s.layout.stages)
    draft.alternative({
      label: `${count} × ${hardware.accelerator.name}`,
      changes: {
        accelerators: count * problem.replicas,
        "parallelism.tensor": tensor,
        ...(count > tensor ? { "parallelism.pipeline": count / tensor } : {}),
      },
      reason: "fewest of the same accelerator that hold weights and cache",
    });
  for (const precision of ["fp8", "int4"] as const) {
    const narrow = storedBytes(model, precision, engine);
    if (narrow >= 0.95 * s.weightBytes) continue;
    if ((narrow + oneSequence) / s.layout.accelerators + engineOverhead <= 0.95 * memory) {
      draft.alternative({
        label: `${precision} weights`,
        changes: { weightPrecision: precision },
        reason: `${(narrow / 1e9).toFixed(0)} GB of weights instead of ${(s.weightBytes / 1e9).toFixed(0)} GB`,
      });
      break;
    }
  }
  const each = needed / s.layout.accelerators + engineOverhead;
  const larger = stepUp(
    hardware.accelerator,
    draft.facts.accelerators(),
    (candidate) => candidate.memory * 1e9 * 0.95 >= each,
  );
  if (larger)
    draft.alternative({
      label: `${s.layout.accelerators} × ${larger.name}`,
      changes: { accelerator: larger.id },
      reason: `a step up whose ${larger.memory} GB hold it`,
    });
}
