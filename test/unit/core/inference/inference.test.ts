import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { llama3_8b, llama3_70b } from "../noFacts";
import { central, type Inference, infer } from "./facts";

const chat: Inference = {
  model: llama3_8b,
  accelerator: "h100",
  accelerators: 1,
  engine: "vllm",
  precision: "bf16",
  concurrency: 32,
  inputTokens: 200,
  outputTokens: 400,
};
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

describe("inference", () => {
  it("answers every figure of a fully stated workload", () => {
    const { quantities } = infer(chat);
    for (const key of [
      "timePerOutputToken",
      "timeToFirstToken",
      "outputThroughput",
      "acceleratorPower",
      "energyPerOutputToken",
      "energyPerRequest",
      "costPerMillionOutputTokens",
      "costRate",
      "costPerMonth",
      "memoryPerAccelerator",
      "weightMemory",
      "kvCachePerToken",
    ] as const)
      assert.ok(quantities[key], key);
  });

  it("gives rates when the end is unknown and totals when the requests are known", () => {
    assert.equal(infer(chat).quantities.cost, undefined);
    const { quantities } = infer({ ...chat, requests: 1e6 });
    assert.ok(quantities.cost && quantities.energy && quantities.carbon && quantities.duration && quantities.flops);
    assert.equal(quantities.costPerMonth, undefined);
  });

  it("takes a stated duration for the total", () => {
    const { quantities } = infer({ ...chat, duration: 24 });
    assert.equal(quantities.duration?.central, 24);
    assert.equal(quantities.cost?.central, 48);
  });

  it("ties cost, throughput and price together", () => {
    const result = infer(chat);
    const perMillion = (central(result, "costRate") / (central(result, "outputThroughput") * 3600)) * 1e6;
    near(central(result, "costPerMillionOutputTokens"), perMillion, 1e-9);
  });

  it("ties energy, power and throughput together", () => {
    const result = infer(chat);
    near(
      central(result, "energyPerOutputToken"),
      central(result, "acceleratorPower") / central(result, "outputThroughput"),
      1e-9,
    );
  });

  it("prices requests and rates alike", () => {
    const total = infer({ ...chat, requests: 1e6 });
    near(central(total, "cost"), (central(total, "costPerMillionOutputTokens") * 1e6 * 400) / 1e6, 1e-4);
  });

  it("takes a burst for what it is: no more in flight than requests, and a tail that nobody fills", () => {
    const burst = infer({ ...chat, concurrency: 512, requests: 512 });
    const steady = infer({ ...chat, concurrency: 512, requests: 51_200 });
    const rate = (result: ReturnType<typeof infer>, requests: number): number => requests / central(result, "duration");
    near(rate(burst, 512) / rate(steady, 51_200), 1.005 / 1.5, 0.001);
    const few = infer({ ...chat, concurrency: 512, requests: 10 });
    const ten = infer({ ...chat, concurrency: 10 });
    near(central(few, "timePerOutputToken"), central(ten, "timePerOutputToken"), 1e-9);
  });

  it("halves the time of the requests with two replicas and leaves one replica's throughput alone", () => {
    const one = infer({ ...chat, requests: 1e6 });
    const two = infer({ ...chat, requests: 1e6, replicas: 2, accelerators: 2 });
    near(central(two, "duration"), central(one, "duration") / 2, 1e-4);
    near(central(two, "outputThroughput"), central(one, "outputThroughput"), 1e-9);
    near(central(two, "cost"), central(one, "cost"), 1e-4);
    near(central(two, "costPerMillionOutputTokens"), central(one, "costPerMillionOutputTokens"), 1e-9);
  });

  it("doubles throughput with two copies of the model at twice the concurrency", () => {
    const one = infer(chat);
    const two = infer({ ...chat, accelerators: 2, concurrency: 64, parallelism: { tensor: 1 } });
    near(central(two, "outputThroughput"), 2 * central(one, "outputThroughput"), 1e-9);
    near(central(two, "timePerOutputToken"), central(one, "timePerOutputToken"), 1e-9);
  });

  it("needs less memory and is faster with 4-bit weights", () => {
    const narrow = infer({ ...chat, concurrency: 1, weightPrecision: "int4" });
    const wide = infer({ ...chat, concurrency: 1 });
    assert.ok(central(narrow, "memoryPerAccelerator") < central(wide, "memoryPerAccelerator"));
    assert.ok(central(narrow, "weightMemory") < 0.4 * central(wide, "weightMemory"));
    assert.ok(central(narrow, "timePerOutputToken") < central(wide, "timePerOutputToken"));
  });

  it("halves the cache with an 8-bit cache", () => {
    const narrow = infer({ ...chat, kvCachePrecision: "fp8" });
    assert.equal(central(narrow, "kvCachePerToken"), central(infer(chat), "kvCachePerToken") / 2);
  });

  it("splits weights over tensor-parallel accelerators and is faster for it", () => {
    const fields: Inference = { ...chat, model: llama3_70b, accelerators: 4, parallelism: { tensor: 4 } };
    const four = infer(fields);
    const eight = infer({ ...fields, accelerators: 8, parallelism: { tensor: 8 } });
    assert.ok(central(eight, "memoryPerAccelerator") < central(four, "memoryPerAccelerator"));
    assert.ok(central(eight, "timePerOutputToken") < central(four, "timePerOutputToken"));
  });

  it("reads less of the prompt when a prefix is cached", () => {
    const long: Inference = { ...chat, inputTokens: 8000, outputTokens: 100 };
    const cached = infer({ ...long, prefixCacheHitRate: 0.9 });
    assert.ok(central(cached, "outputThroughput") > 1.5 * central(infer(long), "outputThroughput"));
    assert.ok(central(cached, "timeToFirstToken") < central(infer(long), "timeToFirstToken"));
  });

  it("does not fit a 70B model on one 24 GB part, says so and offers what would", () => {
    const result = infer({ ...chat, model: llama3_70b, accelerator: "l4" });
    assert.equal(result.quantities.memoryPerAccelerator?.fits, false);
    assert.ok(result.notes.some((note) => note.includes("does not fit")));
    assert.ok(result.alternatives?.some((alternative) => "accelerators" in alternative.changes));
  });

  it("offers narrower weights where they alone would fit", () => {
    const result = infer({ ...chat, model: { ...llama3_70b }, accelerator: "h100", concurrency: 1 });
    assert.equal(result.quantities.memoryPerAccelerator?.fits, false);
    assert.ok(result.alternatives?.some((alternative) => alternative.changes.weightPrecision !== undefined));
  });

  it("costs nothing where no accelerator is reserved", () => {
    const result = infer({ ...chat, accelerators: 0 });
    assert.deepEqual(result.quantities, {});
    assert.ok(result.notes.includes("no accelerators are reserved"));
  });
  it("needs room for one sequence of the longest length the server admits", () => {
    const small: Inference = { ...chat, accelerator: "l4", concurrency: 8, maxModelLength: 131_072 };
    const long = infer(small);
    assert.equal(long.quantities.memoryPerAccelerator?.fits, false);
    assert.ok(long.notes.some((note) => note.includes("131,072 tokens")));
    const shorter = long.alternatives?.[0]?.changes.maxModelLength as number;
    assert.ok(shorter >= 8192 && shorter < 131_072);
    assert.equal(infer({ ...small, maxModelLength: shorter }).quantities.memoryPerAccelerator?.fits, true);
    assert.equal(infer({ ...small, maxModelLength: undefined }).quantities.memoryPerAccelerator?.fits, true);
    assert.equal(infer({ ...small, engine: "transformers" }).quantities.memoryPerAccelerator?.fits, true);
  });
  it("offers stages where one board is too small, never layers split over boards", () => {
    const result = infer({ ...chat, model: "giant-405b", accelerators: 8, parallelism: { tensor: 8 } });
    assert.equal(result.quantities.memoryPerAccelerator?.fits, false);
    assert.equal(result.alternatives?.[0]?.changes["parallelism.tensor"], 8);
    assert.equal(result.alternatives?.[0]?.changes["parallelism.pipeline"], 2);
  });
  it("leaves open whether it fits where the accelerator is our assumption", () => {
    const { accelerator: _, ...open } = chat;
    const result = infer({ ...open, model: llama3_70b });
    const memory = result.quantities.memoryPerAccelerator;
    assert.ok(memory !== undefined && memory.central > 80);
    assert.equal("fits" in memory, false);
    assert.equal(result.alternatives, undefined);
    assert.ok(result.notes.some((note) => note.includes("more than the assumed")));
  });
  it("fits an 8B model on one 80 GB part", () => {
    assert.equal(infer(chat).quantities.memoryPerAccelerator?.fits, true);
  });

  it("chooses the largest batch that meets a latency target", () => {
    const { concurrency: _, ...open } = chat;
    const tight = infer({ ...open, latencyTarget: 0.012 });
    const loose = infer({ ...open, latencyTarget: 0.03 });
    assert.ok(central(tight, "timePerOutputToken") <= 0.012);
    assert.ok(central(tight, "timePerOutputToken") > 0.0115);
    assert.ok(central(loose, "timePerOutputToken") <= 0.03);
    assert.ok(central(loose, "outputThroughput") > central(tight, "outputThroughput"));
  });

  it("meets a rate exactly where the engine can, and says how many replicas it would take where it cannot", () => {
    const { concurrency: _, ...open } = chat;
    const easy = infer({ ...open, requestsPerSecond: 2 });
    assert.equal(central(easy, "outputThroughput"), 800);
    const hard = infer({ ...open, requestsPerSecond: 1000 });
    assert.ok(central(hard, "outputThroughput") < 400_000);
    assert.ok(hard.notes.some((note) => note.includes("replicas")));
  });

  it("draws less power the less it has to do", () => {
    const { concurrency: _, ...open } = chat;
    const idle = central(infer({ ...open, requestsPerSecond: 0.001 }), "acceleratorPower");
    const busy = central(infer({ ...open, requestsPerSecond: 10 }), "acceleratorPower");
    assert.ok(idle < 100 && busy > 2 * idle, `${idle} W, ${busy} W`);
  });

  it("gains from drafts that are accepted and loses by drafts that are not", () => {
    const alone: Inference = { ...chat, model: llama3_70b, accelerators: 4, concurrency: 1 };
    const drafts = { draftModel: { ...llama3_8b, name: "drafter" }, draftTokens: 4 };
    const time = (fields: Inference): number => central(infer(fields), "timePerOutputToken");
    assert.ok(time({ ...alone, ...drafts, acceptanceRate: 0.8 }) < time(alone));
    assert.ok(time({ ...alone, ...drafts, acceptanceRate: 0 }) > time(alone));
  });

  it("is slower the more pictures a request holds", () => {
    const seeing: Inference = { ...chat, model: { ...llama3_8b, name: "internvl2-8b" }, inputTokens: 100 };
    const one = infer({ ...seeing, images: [{ width: 1280, height: 720 }] });
    const four = infer({ ...seeing, images: [{ width: 1280, height: 720, count: 4 }] });
    assert.ok(central(four, "timeToFirstToken") > central(one, "timeToFirstToken"));
    assert.ok(central(four, "outputThroughput") < central(one, "outputThroughput"));
    assert.ok(one.steps.some((step) => step.quantity === "imageTokens" && step.result === 2304));
  });

  it("runs one sequence on a local engine and in 4 bit unless told otherwise", () => {
    const result = infer({ model: llama3_8b, accelerator: "l4", engine: "llama.cpp" });
    const assumed = new Map(result.assumptions.map((assumption) => [assumption.field, assumption.value]));
    assert.equal(assumed.get("concurrency"), 1);
    assert.equal(assumed.get("weightPrecision"), "int4");
  });

  it("records every default that it takes", () => {
    const fields = infer({ model: llama3_8b }).assumptions.map((assumption) => assumption.field);
    for (const field of [
      "accelerator",
      "accelerators",
      "engine",
      "weightPrecision",
      "kvCachePrecision",
      "concurrency",
      "inputTokens",
      "outputTokens",
    ])
      assert.ok(fields.includes(field), field);
  });

  it("assumes nothing about the load that is stated", () => {
    const fields = infer(chat).assumptions.map((assumption) => assumption.field);
    for (const field of ["accelerator", "accelerators", "engine", "weightPrecision", "inputTokens", "outputTokens"])
      assert.ok(!fields.includes(field), field);
  });

  it("still prices the reserved hardware of an unknown model", () => {
    const result = infer({ model: "nobody/knows-this", accelerator: "h100", accelerators: 2 });
    assert.equal(central(result, "costRate"), 4);
    assert.equal(result.quantities.outputThroughput, undefined);
    assert.ok(result.notes.some((note) => note.includes("size is not known")));
  });

  it("leaves power and energy out where the TDP is unknown", () => {
    const { quantities } = infer({ ...chat, accelerator: "bare" });
    assert.equal(quantities.acceleratorPower, undefined);
    assert.equal(quantities.energyPerOutputToken, undefined);
    assert.ok(quantities.outputThroughput);
  });

  it("is less sure of an engine that nobody stated", () => {
    const { engine: _, ...open } = chat;
    const width = (fields: Inference): number => {
      const q = infer(fields).quantities.outputThroughput;
      return (q?.high ?? 0) / (q?.low ?? 1);
    };
    assert.ok(width(open) > width(chat));
  });

  it("explains itself: the terms of the step sum to the time per token", () => {
    const { steps } = infer({ ...chat, concurrency: 1 });
    const step = steps.find((s) => s.quantity === "decodeStep");
    assert.ok(step);
    const value = (key: string): number => step.inputs[key] as number;
    const memory = value("weight reads (ms)") + value("cache reads (ms)");
    const longest = memory + value("compute (ms)");
    const rest = value("collectives (ms)") + value("launches and scheduling (ms)");
    const total = (step.result ?? 0) * 1e3;
    assert.ok(total >= memory + rest - 1e-9 && total <= longest + rest + 1e-9);
    // 16.06 GB of weights less the embedding (1.05 GB), at most 3,350 GB/s.
    near(value("GB read per accelerator"), 15.05, 0.01);
    assert.ok(value("weight reads (ms)") >= 15.0 / 3.35);
  });
});
