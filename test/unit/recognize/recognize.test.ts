// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configuration files, not of TypeScript
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseDocuments } from "../../../src/document/parse";
import { buildPrefilter, mayHoldWorkload } from "../../../src/recognize/prefilter";
import { recognize, recognizeText } from "../../../src/recognize/recognize";
import type { Recognized } from "../../../src/recognize/recognized";
import { dialects } from "../../../src/recognize/registry";
import { assertFacts, valuesOf, workloadOf, workloadsOf } from "./recognizing";

const pod = (gpus: number): string =>
  `apiVersion: v1\nkind: Pod\nspec: {containers: [{resources: {limits: {nvidia.com/gpu: ${gpus}}}}]}\n`;

describe("native files", () => {
  const text = `aicost: 1
defaults: {accelerator: H100-SXM, facility: {pue: 1.2}}
workloads:
- kind: training
  name: base
  model: {parameters: 8B, layers: 32}
  tokens: 15T
  parallelism: {tensor: 4}
- kind: inference
  accelerator: L4
`;
  it("turn every field into a fact with its place, nested ones dotted", () => {
    const [first] = workloadsOf(text);
    assert.ok(first);
    assert.equal(first.name, "base");
    assertFacts(first, {
      tokens: "15T",
      model: { parameters: "8B", layers: 32 },
      "parallelism.tensor": 4,
      "facility.pue": 1.2,
    });
    const range = first.facts["parallelism.tensor"]?.range;
    assert.equal(text.slice(range?.start, range?.end), "4");
  });
  it("let a workload overrule the defaults", () => {
    const [first, second] = workloadsOf(text);
    assert.ok(first && second);
    assertFacts(first, { accelerator: "H100-SXM" });
    assertFacts(second, { accelerator: "L4" });
  });
  it("are read as JSON too", () => {
    assertFacts(
      workloadOf('{"aicost": 1, "workloads": [{"kind": "api", "model": "gpt-x", "requests": 10}]}', {
        path: "a.aicost.json",
      }),
      { requests: 10 },
    );
  });
  it("leave out blocks without a known kind", () => {
    assert.deepEqual(workloadsOf("aicost: 1\nworkloads: [{kind: other}, 3, {name: x}]\n"), []);
  });
});

describe("directive comments", () => {
  it("state what the file leaves out, and do not overrule it", () => {
    const workload = workloadOf(`# ai-cost: accelerator=H100-SXM accelerators=16 tokens=2B name="my run"\n${pod(8)}`);
    assertFacts(workload, { accelerator: "H100-SXM", accelerators: 8, tokens: 2e9 });
    assert.equal(workload.facts.accelerator?.source, "directive");
    assert.equal(workload.name, "my run");
  });
  it("change the kind", () => {
    assert.equal(workloadOf(`# ai-cost: kind=training\n${pod(8)}`).kind, "training");
  });
  it("silence a document", () => {
    assert.deepEqual(workloadsOf(`# ai-cost: ignore\n${pod(8)}`), []);
    assert.equal(workloadsOf(`# ai-cost: ignore\n${pod(8)}---\n${pod(4)}`).length, 1);
  });
  const compose = (before: string, after: string): string =>
    `services:\n${before}  a:\n    gpus: 1\n${after}  b:\n    gpus: 2\n`;
  it("speak of the block below them", () => {
    const [a, b] = workloadsOf(compose("", "  # ai-cost: accelerator=L4\n"));
    assert.ok(a && b);
    assertFacts(a, { accelerator: undefined });
    assertFacts(b, { accelerator: "L4" });
    assert.deepEqual(
      workloadsOf(compose("  # ai-cost: ignore\n", "")).map((workload) => workload.name),
      ["b"],
    );
  });
  it("speak of the block they stand in", () => {
    const [a, b] = workloadsOf(
      "services:\n  a:\n    image: x\n    # ai-cost: accelerator=T4\n    gpus: 1\n  b:\n    gpus: 2\n",
    );
    assert.ok(a && b);
    assertFacts(a, { accelerator: "T4" });
    assertFacts(b, { accelerator: undefined });
  });
  it("are read in JSONC", () => {
    const text = '// ai-cost: accelerators=8\n{"zero_optimization": {"stage": 3}, "train_batch_size": 8}';
    assertFacts(workloadOf(text, { path: "ds.json" }), { accelerators: 8 });
  });
  it("make a workload where nothing was recognised", () => {
    const workload = workloadOf("# ai-cost: kind=training model=org/m-8b tokens=15T accelerator=H100\nrun: x\n");
    assert.equal(workload.kind, "training");
    assertFacts(workload, { model: "org/m-8b", tokens: 15e12 });
    assert.deepEqual(workloadsOf("# ai-cost: nonsense\nrun: x\n"), []);
  });
  it("cannot reach a prototype", () => {
    workloadsOf("# ai-cost: __proto__=1 accelerators=2 constructor=3\nrun: x\n");
    assert.equal(({} as Record<string, unknown>).accelerators, undefined);
  });
});

describe("plain statements", () => {
  it("need two signals", () => {
    const workload = workloadOf("gpus: 8\ngpu_type: H100\nmodel_size: 70B\ntraining_tokens: 2T\n");
    assert.equal(workload.kind, "training");
    assertFacts(workload, { accelerators: 8, accelerator: "H100", model: "70B", tokens: 2e12 });
    assert.equal(workload.facts.accelerators?.confidence, "medium");
    assert.deepEqual(workloadsOf("gpus: 8\nname: x\n"), []);
  });
  it("multiply nodes", () => {
    assertFacts(workloadOf("gpus_per_node: 8\nnum_nodes: 4\nmodel: org/m\n"), { accelerators: 32 });
  });
  it("are found one level down", () => {
    assertFacts(workloadOf("cluster: {gpus: 16, gpu_type: A100}\nother: 1\n"), { accelerators: 16 });
  });
  it("are not seen in workflows, prices and results", () => {
    for (const text of [
      "on: push\njobs: {a: {runs-on: gpu, gpus: 8, gpu_type: T4}}\n",
      "gpu_type: H100\ngpus: 8\nprice_per_hour: 98\n",
      "gpu_model: H100\nnum_gpus: 8\nmodel: org/m\ntokens_per_second: 900\n",
    ])
      assert.deepEqual(workloadsOf(text), [], text);
  });
});

describe("the pre-filter", () => {
  it("finds every anchor anywhere, and nothing else", () => {
    const test = buildPrefilter([{ anchors: ["base_model:", "gpus:", "\nMODEL:", /^(?:a|b)c:/, /x\d+y/] }]);
    for (const text of ["base_model: x", "  gpus: 1", "\nMODEL: 1", "MODEL: 1", "q\nbc: 1", "ac: 1", "..x12y"])
      assert.equal(test(text), true, text);
    for (const text of ["", "g", "gpu", "MODELS: 1", " MODEL:", "base model:", "xy"])
      assert.equal(test(text), false, text);
  });
  it("agrees with a plain search", () => {
    const anchor = fc.string({ unit: fc.constantFrom("a", "b", "_", ":"), minLength: 2, maxLength: 6 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "_", ":", "c"), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(anchor, { minLength: 1, maxLength: 6 }), text, (anchors, source) => {
        assert.equal(
          buildPrefilter([{ anchors }])(source),
          anchors.some((item) => source.includes(item)),
        );
      }),
    );
  });
  it("lets plain files go by", () => {
    for (const text of [
      "on: push\njobs: {}\n",
      '{"name": "x", "dependencies": {}}',
      "apiVersion: v1\nkind: Service\n",
      "services: {db: {image: postgres}}\n",
    ])
      assert.equal(mayHoldWorkload(text), false);
  });
});

describe("the registry", () => {
  it("has ids once and something to say of each dialect", () => {
    const ids = dialects.map((dialect) => dialect.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { title, anchors, documentation } of dialects) {
      assert.ok(title !== "" && documentation.recognizedBy !== "" && documentation.reads !== "");
      assert.ok(anchors.length > 0);
    }
  });
});

describe("a session", () => {
  const read = (): undefined => undefined;
  const text = `${pod(1)}---\n${pod(2)}---\n${pod(3)}`;
  it("gives ids once per file", () => {
    const { workloads } = recognizeText(text, "yaml", "a.yaml", read).recognition;
    assert.equal(new Set(workloads.map((workload) => workload.id)).size, 3);
  });
  it("keeps facts of documents that did not move, and moves the others", () => {
    const before = recognizeText(text, "yaml", "a.yaml", read);
    const edited = text.replace("gpu: 2", "gpu: 22");
    const after = recognizeText(edited, "yaml", "a.yaml", read, before);
    assert.equal(after.recognition.workloads[0]?.facts, before.recognition.workloads[0]?.facts);
    assert.deepEqual(after.recognition, recognizeText(edited, "yaml", "a.yaml", read).recognition);
  });
  it("gives the same as a fresh one after random edits", () => {
    const piece = fc.constantFrom(pod(1), pod(2), "a: 1\n", "# ai-cost: accelerator=L4\n", "---\n", "x\n");
    const part = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join("---\n"));
    fc.assert(
      fc.property(part, part, part, part, (head, old, replacement, tail) => {
        const before = recognizeText(head + old + tail, "yaml", "a.yaml", read);
        const edited = head + replacement + tail;
        assert.deepEqual(
          recognizeText(edited, "yaml", "a.yaml", read, before).recognition,
          recognizeText(edited, "yaml", "a.yaml", read).recognition,
        );
      }),
      { numRuns: 150 },
    );
  });
  it("reads again when a file that was missing appears", () => {
    const source = "defaults: parent.yaml\ngrpo: {max_num_steps: 5}\npolicy: {train_global_batch_size: 8}\n";
    const before = recognizeText(source, "yaml", "a.yaml", read);
    const parent = "policy: {model_name: org/m-8b}\ncluster: {num_nodes: 2, gpus_per_node: 8}\n";
    const after = recognizeText(
      source,
      "yaml",
      "a.yaml",
      (path) => (path === "parent.yaml" ? parent : undefined),
      before,
    );
    const [workload] = after.recognition.workloads;
    assert.ok(workload);
    assertFacts(workload, { model: "org/m-8b", accelerators: 16 });
    assert.equal(workload.facts.model?.source, "referenced");
  });
  it("reads fenced blocks of Markdown at their places", () => {
    const markdown = `# Use\n\n\`\`\`yaml\n${pod(4)}\`\`\`\n`;
    const [workload] = recognizeText(markdown, "markdown", "README.md", read).recognition.workloads;
    const range = workload?.facts.accelerators?.range;
    assert.equal(markdown.slice(range?.start, range?.end), "4");
  });
  it("recognises parsed documents as well", () => {
    const { documents } = parseDocuments(pod(2), "yaml");
    assert.equal(recognize(documents, "a.yaml", read).workloads.length, 1);
  });
});

describe("hostile input", () => {
  const samples = [
    pod(8),
    'resources: {accelerators: "H100:8"}\nnum_nodes: 2\nrun: |\n  torchrun train.py --model_name_or_path org/m-8b\n',
    "services: {llm: {gpus: 2, command: [--model-id, org/m]}}\n",
    "defaults: [a, {b: c}, _self_]\nbase_model: ${x.y}\ndatasets: [1]\nmicro_batch_size: ${mul:2,${n}}\nn: 4\n",
    "apiVersion: ray.io/v1\nkind: RayService\nspec: {serveConfigV2: 'applications: [{args: {llm_configs: [{}]}}]', rayClusterConfig: {workerGroupSpecs: [{replicas: 2, template: {spec: {containers: [{resources: {limits: {nvidia.com/gpu: 4}}}]}}}]}}\n",
    "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nspec: {pytorchReplicaSpecs: {Worker: {replicas: 2, template: {spec: {containers: [{command: [torchrun], resources: {limits: {nvidia.com/gpu: 4}}}]}}}}}\n",
    '{"ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 4}, "HyperParameters": {"epochs": "3"}}',
    "servingEngineSpec: {modelSpec: [{name: a, modelURL: org/m, replicaCount: 2, requestGPU: 1}]}\n",
    "aicost: 1\nworkloads: [{kind: training, model: {parameters: 1}}]\n",
    "workerPoolSpecs: [{machineSpec: {acceleratorType: NVIDIA_TESLA_T4, acceleratorCount: 2}, replicaCount: 2}]\n",
    "gpus: 8\ngpu_type: H100\nmodel: 7B\n",
  ];
  const junk = fc.constantFrom(
    "",
    "null",
    "[]",
    "{}",
    '"',
    "-1",
    "1e999",
    "__proto__",
    "constructor",
    "${",
    "{{ x }}",
    "\uD800",
    "9".repeat(400),
    "\n---\n",
    "\t",
    ": ",
    "- ",
    "&a",
    "*a",
    "true",
    "auto",
  );
  /** Cuts a piece out of a sample and puts junk in its place. */
  const damaged = fc
    .record({ sample: fc.constantFrom(...samples), at: fc.nat(400), cut: fc.nat(30), filling: junk })
    .map(
      ({ sample, at, cut, filling }) =>
        sample.slice(0, at % sample.length) + filling + sample.slice((at % sample.length) + cut),
    );
  const sound = (workload: Recognized, length: number): void => {
    const inside = (span?: { start: number; end: number }): void =>
      assert.ok(!span || (span.start >= 0 && span.start <= span.end && span.end <= length));
    inside(workload.range);
    assert.ok(workload.anchor >= 0 && workload.anchor <= length);
    for (const fact of Object.values(workload.facts)) {
      assert.ok(fact.value !== undefined && fact.value !== null);
      if (fact.file === undefined) inside(fact.range);
      // The native file keeps negative numbers, so that validation can object to them.
      if (typeof fact.value === "number")
        assert.ok(Number.isFinite(fact.value) && (fact.value >= 0 || workload.dialect === "native"));
    }
  };
  it("never throws, and places stay inside, on damaged files", () => {
    fc.assert(
      fc.property(damaged, (text) => {
        for (const language of ["yaml", "jsonc", "markdown"] as const)
          for (const workload of recognizeText(text, language, "a/b.yaml", (path) =>
            path.endsWith("a.yaml") ? text : undefined,
          ).recognition.workloads)
            sound(workload, text.length);
      }),
      { numRuns: 1500 },
    );
  });
  it("does not follow a file into itself for ever", () => {
    const text = 'resources: {accelerators: "H100:8"}\nrun: axolotl train a.yaml b.yaml\n';
    assert.equal(recognizeText(text, "yaml", "a.yaml", () => text).recognition.workloads.length, 1);
  });
  it("bounds chains of placeholders", () => {
    const lines = Array.from({ length: 40 }, (_, i) => `k${i}: \${k${i + 1}}\${k${i + 1}}\${k${i + 1}}`);
    assertFacts(workloadOf(`base_model: \${k0}\ndatasets: [1]\nmicro_batch_size: 1\n${lines.join("\n")}\n`), {
      model: undefined,
    });
  });
  it("keeps a value that names itself unknown", () => {
    const workload = workloadOf(
      "base_model: ${base_model}\ndatasets: [1]\nmicro_batch_size: ${a}\na: ${micro_batch_size}\n",
    );
    assert.equal(valuesOf(workload).microBatchSize, undefined);
  });
  it("reads what stands before a stray line", () => {
    assertFacts(workloadOf("resources:\n  accelerators: A100:1\n  use_spot: true\nrun: |\n  python train.py\n4"), {
      accelerators: 1,
      pricing: "spot",
    });
  });
});
