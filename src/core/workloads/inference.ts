/**
 * Serving a language model: how fast, how much memory, what power, and what a token, a request, an hour or all requests cost.
 */
import type { Draft } from "../draft";
import { addFootprint } from "../footprint";
import { inferenceConstants } from "../inference/constants";
import { describe } from "../inference/describe";
import { addMemory } from "../inference/memory";
import { type InferenceProblem, problemOf, type Solution, solve, timeOf } from "../inference/problem";
import { addReserved } from "../inference/reserved";
import { prefillFlops } from "../inference/step";
import { sigmasOf } from "../inference/uncertainty";
import { exact, logNormal, multiply, type Quantity, scale } from "../quantity";
import type { WorkloadOf } from "../workload";

export function estimateInference(workload: WorkloadOf<"inference">, draft: Draft): void {
  const problem = problemOf(workload, draft);
  if (problem === undefined) {
    addReserved(workload, draft);
    return;
  }
  const solution = solve(problem, inferenceConstants);
  const { point, throughput } = solution;
  const { system: s, load, replicas } = problem;
  const sigmas = sigmasOf(problem, solution);
  const share = shareOf(problem);
  if (share < 1)
    draft.note(
      `a share of ${Number(share.toPrecision(2))} of an accelerator: speed, cost and energy are that share of a whole one's, memory is not divided`,
    );
  if (problem.demand.kind === "saturated")
    draft.assume(
      "concurrency",
      Math.max(1, Math.round(point.batch * s.layout.copies)),
      "requests always wait: as many in flight as memory and scheduler allow",
    );

  draft.set("parameters", exact(problem.model.parameters, "1"));
  draft.set("activeParameters", exact(problem.model.activeParameters, "1"));
  addMemory(problem, solution, draft);

  draft.set("timePerOutputToken", logNormal(point.timePerOutputToken, sigmas.timePerOutputToken, "s"));
  draft.set("timeToFirstToken", logNormal(point.timeToFirstToken, sigmas.firstToken, "s"));
  // A demand below what the engine can do is met exactly.
  const met = problem.demand.kind === "rate" && throughput < point.throughput;
  const speed = met
    ? exact(throughput * share, "tokens/s")
    : logNormal(throughput * share, sigmas.throughput, "tokens/s");
  draft.set("outputThroughput", speed);
  draft.uncertainty("throughput", met ? 0 : sigmas.throughput);

  const power = powerOf(problem, solution, sigmas.power);
  const accelerators = s.layout.accelerators;
  if (power !== undefined && throughput > 0)
    draft.set("energyPerOutputToken", logNormal((power.central * accelerators) / throughput, sigmas.energy, "J"));
  describe(problem, solution, power, draft);

  const all = accelerators * replicas * share;
  const requests = workload.requests;
  const whole = timeOf(problem, solution);
  const seconds = whole === undefined ? undefined : whole / share;
  let acceleratorHours: Quantity | undefined;
  let duration: Quantity | undefined;
  if (workload.duration !== undefined) duration = exact(workload.duration, "h");
  else if (seconds !== undefined) {
    duration = met ? exact(seconds / 3600, "h") : logNormal(seconds / 3600, sigmas.throughput, "h");
    draft.step?.({
      quantity: "duration",
      formula: "requests · output tokens / (replicas · tokens/s), and half a stay of the last batch",
      inputs: {
        requests: requests ?? 0,
        "output tokens": load.output,
        replicas,
        "tokens/s of one replica": throughput * share,
        "sequences in flight": point.batch * s.layout.copies,
      },
      result: seconds / 3600,
      unit: "h",
    });
  }
  if (duration !== undefined) acceleratorHours = scale(duration, all);
  addFootprint(draft, workload, {
    hardware: problem.hardware,
    count: all,
    ...(acceleratorHours === undefined ? {} : { acceleratorHours }),
    ...(duration === undefined ? {} : { duration }),
    ...(power === undefined ? {} : { acceleratorPower: power }),
  });
  addPerToken(problem, throughput, met ? 0 : sigmas.throughput, sigmas.energy, power, draft);

  if (requests !== undefined) {
    const fresh = load.input * (1 - load.cached);
    const tokens = requests * load.output;
    const decode =
      2 * (s.residentParameters + s.headParameters + routedPerToken(problem)) +
      s.decodeAttention * point.context +
      s.decodeAttentionSliding * Math.min(point.context, s.window);
    const read = prefillFlops(s, load.input, fresh);
    const flops = requests * (read.dense + read.routed + read.attention + load.visionFlops) + tokens * decode;
    draft.set("flops", exact(flops, "FLOP"));
  }
  noteRate(problem, solution, draft);
}

/** Part of an accelerator that each replica has, where several take turns on one; 1 for whole ones. */
function shareOf({ hardware, replicas }: InferenceProblem): number {
  const each = (hardware.count ?? replicas) / replicas;
  return each > 0 && each < 1 ? each : 1;
}

/** Says when a stated rate is more, or much less, than the replicas can serve. */
function noteRate({ demand, load, replicas }: InferenceProblem, { point, duty }: Solution, draft: Draft): void {
  if (demand.kind !== "rate") return;
  const wanted = demand.requestsPerSecond * load.output;
  const able = point.throughput * replicas;
  if (wanted > able * 1.001)
    draft.note(
      `${able.toPrecision(3)} of the ${wanted.toPrecision(3)} tokens/s asked for: it takes about ${Math.ceil(wanted / point.throughput)} replicas`,
    );
  else if (duty < 1) draft.note("less than one request at a time: the accelerators wait part of the time");
}

const routedPerToken = (problem: InferenceProblem): number => {
  const s = problem.system;
  return s.experts > 0 ? (s.routedParameters * s.expertsPerToken) / s.experts : 0;
};

/** Mean power of one accelerator, W; never below idle nor above 1.05 TDP. */
function powerOf(problem: InferenceProblem, solution: Solution, sigma: number): Quantity | undefined {
  const { tdp, idlePower } = problem.system;
  if (tdp === undefined) return undefined;
  const working = Math.min(1, solution.point.powerShare) * tdp;
  const idle = Math.min(working, idlePower ?? 0.15 * tdp);
  const mean = working * solution.duty + idle * (1 - solution.duty);
  const q = logNormal(mean, sigma, "W");
  return { ...q, high: Math.max(q.central, Math.min(q.high, 1.05 * tdp)) };
}

/** Cost of a million output tokens and facility energy of a request. */
function addPerToken(
  problem: InferenceProblem,
  throughput: number,
  sigmaThroughput: number,
  sigmaEnergy: number,
  power: Quantity | undefined,
  draft: Draft,
): void {
  if (!(throughput > 0)) return;
  const { replicas, load } = problem;
  const rate = draft.get("costRate");
  const share = shareOf(problem);
  const hoursPerMillion = logNormal(1e6 / (throughput * share * replicas * 3600), sigmaThroughput, "h");
  if (rate !== undefined) {
    const cost = multiply(rate, hoursPerMillion, "USD");
    draft.set("costPerMillionOutputTokens", cost);
    draft.step?.({
      quantity: "costPerMillionOutputTokens",
      formula: "price per hour of all accelerators / (output tokens/s · 3600) · 1e6",
      inputs: { "USD/h": rate.central, "tokens/s": throughput * share * replicas },
      result: cost.central,
      unit: "USD",
    });
  }
  const facility = draft.get("power");
  if (facility === undefined || power === undefined || !(power.central > 0)) return;
  // Whole facility over accelerators alone: host and PUE.
  const overhead = facility.central / ((power.central * problem.system.layout.accelerators * replicas * share) / 1000);
  const perToken = (power.central * problem.system.layout.accelerators) / throughput;
  const energy = logNormal((perToken * load.output * overhead) / 3600, Math.hypot(sigmaEnergy, 0.12), "Wh");
  draft.set("energyPerRequest", energy);
  draft.step?.({
    quantity: "energyPerRequest",
    formula: "energy per output token · output tokens · (accelerator + host) / accelerator · PUE",
    inputs: { "J per output token": perToken, "output tokens": load.output, "host and PUE factor": overhead },
    result: energy.central,
    unit: "Wh",
  });
}
