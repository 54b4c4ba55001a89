/** Memory of one accelerator while serving, whether it fits, and what would. */
import type { Draft } from "../draft";
import type { MemoryQuantity } from "../estimate";
import { exact, logNormal } from "../quantity";
import { stepUp } from "../stepUp";
import { inferenceConstants } from "./constants";
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
  const fits = bytes <= usable * 1.0001;
  const size = logNormal(bytes / 1e9, sigma, "GB");
  // An accelerator that we took for granted proves nothing about the one it will run on.
  const quantity: MemoryQuantity = hardware.stated ? { ...size, fits } : size;
  draft.set("memoryPerAccelerator", quantity);
  draft.set("weightMemory", exact(s.weightBytes / 1e9, "GB"));
  draft.set("kvCachePerToken", exact(s.cacheFull + s.cacheSliding, "B/token"));
  draft.step({
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
  if (!fits && hardware.stated) addAlternatives(problem, bytes, draft);
  else if (!fits)
    draft.note(
      `needs about ${(bytes / 1e9).toFixed(0)} GB per accelerator: more than the assumed ${hardware.accelerator.name} has`,
    );
  else if (solution.asked > 1.05 * solution.point.batch && problem.demand.kind === "concurrency")
    draft.note(
      `the cache holds ${Math.floor(solution.point.batch)} of the ${Math.round(solution.asked)} sequences asked for; the rest wait`,
    );
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
  if (count > s.layout.group * s.layout.stages)
    draft.alternative({
      label: `${count} × ${hardware.accelerator.name}`,
      changes: { accelerators: count * problem.replicas, "parallelism.tensor": count },
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
