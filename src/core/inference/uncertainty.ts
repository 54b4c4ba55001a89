/**
 * Standard deviations of the logarithm of measured over estimated, by what is estimated and how well its class is known. From residuals
 * of systems that the fit had not seen (leave-one-system-out); see docs/method.md.
 */
import type { Generation } from "../facts";
import { inferenceCalibration } from "./constants";
import { isLocal } from "./engine";
import type { InferenceProblem, Solution } from "./problem";

export interface Sigmas {
  readonly timePerOutputToken: number;
  readonly throughput: number;
  readonly energy: number;
  readonly power: number;
  readonly firstToken: number;
}

/** Parts whose serving power was measured. */
const measuredPower: ReadonlySet<Generation> = new Set(["volta", "ampere", "ampereWorkstation", "hopper", "blackwell"]);
/** Parts on which no serving run was measured. */
const unmeasured: ReadonlySet<Generation> = new Set(["gaudi", "tpu", "neuron", "ascend", "arc", "cdna4", "other"]);

/** Parts on which a few runs of other publishers alone were measured. */
const seldom: ReadonlySet<Generation> = new Set(["pascal", "turing", "cdna2"]);

/** Parts on which tuned submissions alone were measured: the same engines off the shelf were up to three times slower (check table). */
const tunedOnly: ReadonlySet<Generation> = new Set(["cdna3"]);
/** Sequences at once from which serving engines were measured. */
const fewSequences = 4;

/** bytes/s up to which single sequences were measured in local kernels, which do not read faster memory in proportion. */
const localBandwidth = 1.1e12;

export function sigmasOf(problem: InferenceProblem, solution: Solution): Sigmas {
  const { engine, system: s, model } = problem;
  const table = inferenceCalibration.sigmas[engine];
  const [time = 0.3, throughput = 0.3, energy = 0.3, power = 0.2] = s.experts > 0 ? table.experts : table.dense;
  // How large the pictures are decides the prefill, little else.
  const pictures = problem.picturesUnknown ? 0.3 : 0;
  const generic = model.generic ? 0.15 : 0;
  const fast = isLocal(engine) && engine !== "eager" && engine !== "compiled" && s.bandwidth > localBandwidth;
  const shared = engine === "llamaCpp" && s.sharedMemory;
  // Kernels that multiply by experts were rewritten several times in local engines.
  const expertReading = isLocal(engine) && s.experts > 0 ? 0.5 : 0;
  const serving = !isLocal(engine);
  const few = serving && solution.point.decoding < fewSequences;
  const place = Math.hypot(
    unmeasured.has(s.generation) ? 0.6 : 0,
    seldom.has(s.generation) ? 0.35 : 0,
    serving && tunedOnly.has(s.generation) ? 0.35 : 0,
    fast ? 0.2 : 0,
    shared ? 0.15 : 0,
    isLocal(engine) && s.experts > 0 ? 0.15 : 0,
    // Loops of other programs than those measured; kernels of latent attention that engines have rewritten several times.
    engine === "eager" && !s.tokenLoop ? 0.15 : 0,
    s.latent && s.experts > 0 ? 0.35 : 0,
    few ? 0.1 : 0,
  );
  const otherPower = Math.hypot(few ? 0.2 : 0, engine === "eager" && !s.tokenLoop ? 0.15 : 0);
  // A mean time per token holds the waits for other requests' prefill, a median does not.
  const { round, timePerOutputToken, tokensPerStep } = solution.point;
  const waits = serving ? 0.5 * Math.log(Math.max(1, round / (timePerOutputToken * tokensPerStep))) : 0;
  const unnamed = problem.engineStated ? 0 : 0.2;
  const drafts = problem.load.speculation ? 0.25 : 0;
  const unseenPower = measuredPower.has(s.generation) ? 0 : 0.2;
  const length = problem.outputAssumed ? 0.15 : 0;
  const queue = solution.point.decoding > 1 || solution.asked > 1.5 ? 0.6 : 0;
  return {
    timePerOutputToken: Math.hypot(time, pictures * 0.7, generic, place, unnamed, drafts, waits),
    throughput: Math.hypot(throughput, pictures, generic, place, unnamed, drafts, length),
    energy: Math.hypot(energy, pictures, generic, place, unnamed, drafts, unseenPower, length),
    power: Math.hypot(power, pictures * 0.5, unseenPower, otherPower),
    firstToken: Math.hypot(0.35, expertReading, queue, generic, place, unnamed, pictures),
  };
}
