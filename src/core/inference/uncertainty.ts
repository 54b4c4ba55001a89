/**
 * Standard deviations of the logarithm of measured over estimated, by what is estimated and how well its class is known. From residuals
 * of systems that the fit had not seen (leave-one-system-out); see docs/method.md.
 */
import type { Generation } from "../facts";
import type { EngineClass } from "./engine";
import type { InferenceProblem, Solution } from "./problem";

export interface Sigmas {
  readonly timePerOutputToken: number;
  readonly throughput: number;
  readonly energy: number;
  readonly power: number;
  readonly firstToken: number;
}

type Row = readonly [timePerOutputToken: number, throughput: number, energy: number, power: number];

const byEngine: Readonly<Record<EngineClass, Row>> = {
  vllm: [0.22, 0.28, 0.27, 0.18],
  vllmEarly: [0.15, 0.18, 0.18, 0.12],
  sglang: [0.48, 0.6, 0.55, 0.22],
  tensorRt: [0.45, 0.33, 0.35, 0.2],
  tensorRtStatic: [0.3, 0.2, 0.3, 0.2],
  eager: [0.17, 0.17, 0.13, 0.12],
  compiled: [0.2, 0.2, 0.3, 0.25],
  llamaCpp: [0.12, 0.12, 0.3, 0.25],
  exllama: [0.3, 0.3, 0.35, 0.25],
  mlc: [0.3, 0.3, 0.35, 0.25],
};

/** Parts whose serving power was measured. */
const measuredPower: ReadonlySet<Generation> = new Set(["volta", "ampere", "ampereWorkstation", "hopper", "blackwell"]);
/** Parts on which no serving run was measured. */
const unmeasured: ReadonlySet<Generation> = new Set([
  "pascal",
  "turing",
  "gaudi",
  "tpu",
  "neuron",
  "ascend",
  "arc",
  "cdna2",
  "other",
]);

export function sigmasOf(problem: InferenceProblem, solution: Solution): Sigmas {
  const { engine, system: s, model } = problem;
  const [time, throughput, energy, power] = byEngine[engine];
  const experts = s.expertLayers > 0 && engine === "vllm" ? 0.15 : 0;
  const pictures = problem.picturesUnknown ? 0.2 : 0;
  const generic = model.generic ? 0.15 : 0;
  const place = unmeasured.has(s.generation) ? 0.6 : 0;
  const unnamed = problem.engineStated ? 0 : 0.2;
  const drafts = problem.load.speculation ? 0.25 : 0;
  const unseenPower = measuredPower.has(s.generation) ? 0 : 0.2;
  const length = problem.outputAssumed ? 0.15 : 0;
  const queue = solution.point.decoding > 1 || solution.asked > 1.5 ? 0.6 : 0;
  return {
    timePerOutputToken: Math.hypot(time, experts, pictures * 0.7, generic, place, unnamed, drafts),
    throughput: Math.hypot(throughput, experts, pictures * 2.5, generic, place, unnamed, drafts, length),
    energy: Math.hypot(energy, experts, pictures * 2, generic, place, unnamed, drafts, unseenPower, length),
    power: Math.hypot(power, experts * 0.7, pictures, unseenPower),
    firstToken: Math.hypot(0.2, queue, generic, place, unnamed, pictures),
  };
}
