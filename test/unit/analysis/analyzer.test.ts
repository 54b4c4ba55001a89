import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Analyzer } from "../../../src/analysis/analyzer";
import { matchesGlob } from "../../../src/analysis/glob";
import { withServiceDefaults } from "../../../src/analysis/serviceDefaults";
import { parseWorkspaceFile } from "../../../src/analysis/workspaceFile";
import { createCatalog } from "../../../src/catalog/catalog";
import { serverBound } from "../../../src/recognize/recognized";

const facts = createCatalog();
const recipe =
  "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n  - path: tatsu-lab/alpaca\nmicro_batch_size: 2\nnum_epochs: 1\n";
const input = (text: string, path = "train/recipe.yaml") => ({ path, text, language: "yaml" as const });
const workspace = (text: string) => {
  const { file, problems } = parseWorkspaceFile(text, "aicost.yaml");
  assert.deepEqual(problems, []);
  assert.ok(file);
  return file;
};
const only = <T>(items: readonly T[]): T => {
  assert.equal(items.length, 1);
  return items[0] as T;
};

describe("the analyzer", () => {
  it("gives the same object for the same text", () => {
    const analyzer = new Analyzer({ facts });
    assert.equal(analyzer.analyze(input(recipe)), analyzer.analyze(input(recipe)));
  });

  const service = (low: number, high: number): string => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: chat}
spec:
  predictor:
    minReplicas: ${low}
    maxReplicas: ${high}
    nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}
    model:
      modelFormat: {name: huggingface}
      args: ["--model_id=meta-llama/Llama-3.1-8B"]
      resources: {limits: {nvidia.com/gpu: 1}}
`;
  it("lets the cost of what scales to zero begin at 0, and says what its central value is", () => {
    const { estimate } = only(new Analyzer({ facts }).analyze(input(service(0, 3))).workloads);
    const { costRate, power, outputThroughput } = estimate?.quantities ?? {};
    assert.equal(costRate?.low, 0);
    assert.equal(power?.low, 0);
    assert.ok(costRate && costRate.central > 0 && costRate.high > 2.9 * costRate.central);
    assert.ok(outputThroughput && outputThroughput.low > 0);
    assert.match(estimate?.assumptions.find(({ field }) => field === "accelerators")?.reason ?? "", /none/);
  });
  it("reckons the ends of a service's range as replicas of one size", () => {
    const { estimate } = only(new Analyzer({ facts }).analyze(input(service(1, 4))).workloads);
    const { costRate, outputThroughput } = estimate?.quantities ?? {};
    assert.ok(costRate && costRate.low > 0 && outputThroughput);
    assert.ok(outputThroughput.high < 3 * outputThroughput.central);
  });
  it("does not let the totals of a training run begin at 0", () => {
    const job = `apiVersion: ray.io/v1
kind: RayJob
spec:
  entrypoint: python train.py --max_steps=30 --model_name=meta-llama/Llama-3.1-8B
  rayClusterSpec:
    workerGroupSpecs:
    - {replicas: 2, minReplicas: 0, maxReplicas: 4, template: {spec: {nodeSelector: {accelerator: L4}, containers: [{resources: {limits: {nvidia.com/gpu: 8}}}]}}}
`;
    const { estimate, recognized } = only(new Analyzer({ facts }).analyze(input(job)).workloads);
    assert.equal(recognized.acceleratorsRange?.low, 0);
    assert.ok((estimate?.quantities.cost?.low ?? 0) > 0);
  });

  it("counts replicas that take turns on an accelerator as their share, a token at the price of a whole one's", () => {
    const app = (share: number): string =>
      `applications: [{name: a, args: {llm_configs: [{model_loading_config: {model_id: meta-llama/Llama-3.2-1B}, accelerator_type: L4, deployment_config: {num_replicas: 2, ray_actor_options: {num_gpus: ${share}}}}]}}]\n`;
    const [half, whole] = [0.5, 1].map(
      (share) => only(new Analyzer({ facts }).analyze(input(app(share))).workloads).estimate,
    );
    const ratio = (key: "costRate" | "power" | "outputThroughput" | "costPerMillionOutputTokens"): number =>
      (half?.quantities[key]?.central ?? 0) / (whole?.quantities[key]?.central ?? 1);
    for (const key of ["costRate", "power", "outputThroughput"] as const) assert.ok(Math.abs(ratio(key) - 0.5) < 1e-9);
    assert.ok(Math.abs(ratio("costPerMillionOutputTokens") - 1) < 1e-9);
    assert.match(half?.notes.join() ?? "", /a share of 0\.5/);
    assert.doesNotMatch(whole?.notes.join() ?? "", /a share of/);
  });

  it("says nothing of text without a workload", () => {
    assert.deepEqual(new Analyzer({ facts }).analyze(input("on: push\njobs: {}\n")), {
      workloads: [],
      problems: [],
      wanted: [],
    });
  });

  it("marks defaults of the workspace as settings with their origin", () => {
    const analyzer = new Analyzer({
      facts,
      workspace: workspace("aicost: 1\ndefaults:\n  accelerator: L40S\n  accelerators: 4\n"),
    });
    const fact = only(analyzer.analyze(input(recipe)).workloads).facts.accelerators;
    assert.equal(fact?.value, 4);
    assert.equal(fact?.source, "setting");
    assert.match(fact?.note ?? "", /aicost\.yaml/);
  });

  it("prefers a matching rule to the defaults, and both to the settings", () => {
    const file = workspace(
      "defaults: {accelerator: L4, region: us-east-1}\nrules:\n  - {match: 'train/**', defaults: {accelerator: L40S}}\n",
    );
    const analyzer = new Analyzer({
      facts,
      workspace: file,
      defaults: [{ fields: { accelerator: "T4", region: "eu-west-1", pricing: "spot" }, origin: "settings" }],
    });
    const own = only(analyzer.analyze(input(recipe)).workloads).facts;
    assert.equal(own.accelerator?.value, "L40S");
    assert.equal(own.region?.value, "us-east-1");
    assert.equal(own.pricing?.value, "spot");
    assert.equal(only(analyzer.analyze(input(recipe, "other/recipe.yaml")).workloads).facts.accelerator?.value, "L4");
  });

  it("lets a rule silence files", () => {
    const file = workspace("rules:\n  - {match: ['train/**'], ignore: true}\n");
    assert.deepEqual(new Analyzer({ facts, workspace: file }).analyze(input(recipe)).workloads, []);
  });

  it("lets what the file says stand against a default", () => {
    const text = `# ai-cost: accelerator=H100-SXM accelerators=2\n${recipe}`;
    const analyzer = new Analyzer({
      facts,
      defaults: [{ fields: { accelerator: "L4", accelerators: 8 }, origin: "settings" }],
    });
    const own = only(analyzer.analyze(input(text)).workloads).facts;
    assert.equal(own.accelerator?.value, "H100-SXM");
    assert.equal(own.accelerators?.value, 2);
    assert.equal(own.accelerators?.source, "directive");
  });

  it("estimates again with changes, and leaves the first estimate alone", () => {
    const analyzer = new Analyzer({
      facts,
      defaults: [{ fields: { accelerator: "H100-SXM", accelerators: 8 }, origin: "settings" }],
    });
    const analyzed = only(analyzer.analyze(input(recipe)).workloads);
    const before = analyzed.estimate?.quantities.costRate?.central ?? 0;
    const after = analyzer.reestimate(analyzed, { accelerators: 16 })?.quantities.costRate?.central ?? 0;
    assert.ok(before > 0);
    assert.ok(Math.abs(after / before - 2) < 1e-9);
    assert.equal(analyzed.estimate?.quantities.costRate?.central, before);
  });

  it("asks for referenced files that it did not get, and reads them when they come", () => {
    const text = `${recipe}deepspeed: zero3.json\n`;
    const analyzer = new Analyzer({ facts });
    const first = analyzer.analyze(input(text));
    assert.ok(
      first.wanted.some((path) => path.endsWith("zero3.json")),
      first.wanted.join(),
    );
    const second = analyzer.analyze(input(text), (path) =>
      path.endsWith("zero3.json") ? '{"zero_optimization": {"stage": 3}}' : undefined,
    );
    const fact = only(second.workloads).facts["parallelism.zeroStage"];
    assert.equal(fact?.value, 3);
    assert.equal(fact?.source, "referenced");
  });

  it("forgets the oldest documents beyond its capacity", () => {
    const analyzer = new Analyzer({ facts, capacity: 1 });
    const first = analyzer.analyze(input(recipe, "a.yaml"));
    analyzer.analyze(input(recipe, "b.yaml"));
    assert.notEqual(analyzer.analyze(input(recipe, "a.yaml")), first);
  });

  it("reports a wrong type in a native file and estimates the others", () => {
    const text =
      "aicost: 1\nworkloads:\n  - {kind: allocation, accelerator: L4, accelerators: two}\n  - {kind: allocation, accelerator: L4, accelerators: 2}\n";
    const { workloads } = new Analyzer({ facts }).analyze(input(text, "x.aicost.yaml"));
    assert.equal(workloads.length, 2);
    assert.equal(workloads[0]?.estimate, undefined);
    assert.ok(workloads[0]?.problems.some(({ severity, path }) => severity === "error" && path[0] === "accelerators"));
    assert.ok(workloads[1]?.estimate?.quantities.costRate);
  });

  it("follows an edit in a stream without estimating the untouched documents again", () => {
    const job = (name: string): string =>
      `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: t\n          resources: {limits: {nvidia.com/gpu: 1}}\n`;
    const analyzer = new Analyzer({ facts });
    const first = analyzer.analyze(input(`${job("a")}---\n${job("b")}`));
    const second = analyzer.analyze(input(`${job("a-longer-name")}---\n${job("b")}`));
    assert.equal(second.workloads.length, 2);
    assert.equal(second.workloads[1]?.estimate, first.workloads[1]?.estimate);
    assert.ok((second.workloads[1]?.recognized.anchor ?? 0) > (first.workloads[1]?.recognized.anchor ?? 0));
  });
});

describe("globs of rules", () => {
  for (const [glob, path, expected] of [
    ["train/**", "train/a/b.yaml", true],
    ["train/**", "serve/a.yaml", false],
    ["*.yaml", "deep/er/a.yaml", true],
    ["train/*.yaml", "train/a/b.yaml", false],
    ["{a,b}/*.json", "b/x.json", true],
    ["**", "x", true],
    ["[", "x", false],
    ["*".repeat(300), "x", false],
  ] as const)
    it(`${glob.slice(0, 20)} ${expected ? "takes" : "leaves"} ${path}`, () =>
      assert.equal(matchesGlob(glob, path), expected));
});

describe("aicost.yaml", () => {
  it("names what is wrong", () => {
    assert.match(
      parseWorkspaceFile("defaults: {accelerators: many}", "aicost.yaml").problems[0] ?? "",
      /defaults\.accelerators/,
    );
  });
  it("says where broken text cannot be read", () => {
    assert.match(parseWorkspaceFile("defaults: [", "aicost.yaml").problems[0] ?? "", /^aicost\.yaml: /);
  });
  it("may be empty", () => {
    assert.deepEqual(parseWorkspaceFile("", "aicost.yaml").problems, []);
  });

  it("does not hold against a file what its kind has no use for", () => {
    const compose =
      "services:\n  web:\n    image: nginx\n    command: --model-id meta-llama/Llama-2-70b-chat-hf --num-shard 2\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: 2\n              capabilities: [gpu]\n";
    const { workloads } = new Analyzer({ facts }).analyze(input(compose, "docker-compose.yml"));
    assert.ok(workloads.length > 0);
    for (const { problems } of workloads) assert.deepEqual(problems, []);
  });

  it("takes a generation script for one prompt, a server for a busy one", () => {
    const concurrency = (engine: string) => {
      const stated = { engine: { value: engine, source: "file", confidence: "high" } } as const;
      return withServiceDefaults("inference", "torchtune", stated).concurrency?.value;
    };
    assert.equal(concurrency("torchtune"), 1);
    assert.ok((concurrency("vllm") as number) > 1);
  });

  it("takes a server's bound for what is in flight only where it is the lesser", () => {
    const concurrency = (bound: number) =>
      withServiceDefaults("inference", "vllm", {
        concurrency: { value: bound, source: "file", ...serverBound },
      }).concurrency;
    assert.equal(concurrency(8)?.value, 8);
    assert.equal(concurrency(1024)?.value, 64);
    assert.match(concurrency(1024)?.note ?? "", /assumed load.* up to 1024/);
    assert.equal(concurrency(1024)?.source, "assumed");
  });

  it("lists an assumed load among the assumptions, and not one that the file states", () => {
    const text = (bound: number): string =>
      `model: meta-llama/Llama-3.1-8B\ntensor-parallel-size: 1\nmax-model-len: 8192\nmax-num-seqs: ${bound}\n`;
    const reason = (bound: number): string | undefined => {
      const { estimate } = only(new Analyzer({ facts }).analyze(input(text(bound))).workloads);
      return estimate?.assumptions.find(({ field }) => field === "concurrency")?.reason;
    };
    assert.match(reason(1024) ?? "", /up to 1024 at once/);
    assert.equal(reason(16), undefined);
  });
});
