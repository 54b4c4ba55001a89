import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Analyzer } from "../../../src/analysis/analyzer";
import { createCatalog } from "../../../src/catalog/catalog";
import { comparisonMarkdown, exportComparison } from "../../../src/compare/export";
import { changesOf, fieldsFor } from "../../../src/compare/fields";
import { proposalOf } from "../../../src/compare/proposal";
import { hostMessage } from "../../../src/compare/protocol";
import {
  addScenario,
  type Comparison,
  mostScenarios,
  newComparison,
  renameScenario,
  trySuggestion,
} from "../../../src/compare/scenarios";
import { suggestionsFor } from "../../../src/compare/suggestions";
import { buildView } from "../../../src/compare/view";
import { createFormatter } from "../../../src/present/numbers";

const facts = createCatalog();
const analyzer = new Analyzer({ facts });
const format = createFormatter("en");

function analyzed(text: string, path = "a.aicost.yaml") {
  const [one] = analyzer.analyze({ path, text, language: "yaml" }).workloads;
  assert.ok(one, "a workload");
  return one;
}

const serving = `aicost: 1
workloads:
  - name: chat
    kind: inference
    model: meta-llama/Llama-3.1-70B-Instruct
    accelerator: A100-80GB-SXM
    accelerators: 8
    provider: aws
    region: us-east-1
    inputTokens: 1000
    outputTokens: 300
    concurrency: 32
`;
const training = `aicost: 1
workloads:
  - { kind: fineTuning, method: full, model: meta-llama/Llama-3.1-8B, accelerator: "H100-SXM", accelerators: 8, tokens: 2B }
`;

function viewOf(text: string, comparison: (workload: string) => Comparison) {
  const one = analyzed(text);
  return buildView(
    comparison(one.recognized.id),
    {
      analyzer,
      format,
      find: () => one,
      title: "t",
      subtitle: "s",
      options: { accelerators: [], regions: [] },
      additions: [],
    },
    1,
  );
}

describe("columns of a comparison", () => {
  it("call a baseline without a name of its own after the file", () =>
    assert.equal(
      viewOf(training.replace("model: meta-llama/Llama-3.1-8B, ", ""), newComparison).scenarios[0]?.name,
      "This file",
    ));
});

describe("what if", () => {
  it("offers the successor, spot, a cleaner grid, lower precision and half the accelerators", () => {
    const labels = suggestionsFor(analyzed(serving), facts).map(({ label }) => label);
    for (const wanted of ["H100 SXM5", "Half the accelerators", "Spot", "eu-north-1", "fp8 weights"])
      assert.ok(labels.includes(wanted), `${wanted} of ${labels}`);
  });

  it("offers LoRA instead of all weights, and fp8 where the part has it", () => {
    const labels = suggestionsFor(analyzed(training), facts).map(({ label }) => label);
    assert.ok(labels.includes("LoRA") && labels.includes("fp8"), String(labels));
    const older = analyzed(training.replace("H100-SXM", "A100-80GB-SXM"));
    assert.ok(!suggestionsFor(older, facts).some(({ label }) => label === "fp8"));
  });

  it("offers only what the kind can change and the core can estimate", () => {
    for (const text of [serving, training]) {
      const one = analyzed(text);
      const known = new Set(fieldsFor(one.recognized.kind).map(({ name }) => name));
      for (const { edits } of suggestionsFor(one, facts)) {
        assert.ok(Object.keys(edits).every((name) => known.has(name)));
        assert.ok(analyzer.reestimate(one, changesOf(edits)), JSON.stringify(edits));
      }
    }
  });

  it("does not offer what is so already", () => {
    const spot = serving.replace("us-east-1", "eu-north-1").replace("kind:", "pricing: spot\n    kind:");
    const ids = suggestionsFor(analyzed(spot), facts).map(({ id }) => id);
    assert.ok(!ids.includes("pricing=spot") && !ids.includes("region=eu-north-1"), String(ids));
  });

  it("fills the copy that nobody has touched, then adds columns, up to the most", () => {
    const start = addScenario(newComparison("w"), "copy:baseline");
    const first = trySuggestion(start, { pricing: "spot" });
    assert.deepEqual(
      first.scenarios.map(({ edits }) => edits),
      [{}, { pricing: "spot" }],
    );
    let many = trySuggestion(first, { region: "eu-north-1" });
    assert.deepEqual(many.scenarios[2], { id: "s2", name: "", from: "w", edits: { region: "eu-north-1" } });
    for (let count = 1; count < 20; count++) many = trySuggestion(many, { accelerators: count });
    assert.equal(many.scenarios.length, mostScenarios);
  });

  it("leaves a copy alone that a person has named", () => {
    const named = renameScenario(addScenario(newComparison("w"), "copy:baseline"), "s1", "mine");
    assert.deepEqual(trySuggestion(named, { pricing: "spot" }).scenarios[1]?.edits, {});
  });
});

describe("the comparison's view", () => {
  const three = (workload: string): Comparison =>
    trySuggestion(trySuggestion(newComparison(workload), { accelerators: 4 }), { accelerator: "l4" });

  it("is a message that the page takes", () => {
    assert.ok(hostMessage.safeParse(viewOf(serving, three)).success);
  });

  it("names columns by what they change, in words", () => {
    assert.deepEqual(
      viewOf(serving, three).scenarios.map(({ name }) => name),
      ["chat", "4 accelerators", "L4"],
    );
  });

  it("names the weights' format as such, and shows that list prices are on demand unless stated", () => {
    const view = viewOf(serving, (workload) => trySuggestion(newComparison(workload), { weightPrecision: "fp8" }));
    assert.equal(view.scenarios[1]?.name, "fp8 weights");
    assert.deepEqual(view.scenarios[0]?.values.pricing, { text: "onDemand", origin: "assumed" });
  });

  it("marks one best of a row of three, and none of two", () => {
    const row = viewOf(serving, three).results.find(({ key }) => key === "costRate");
    const lowest = Math.min(...(row?.cells.map((cell) => cell?.central ?? Number.NaN) ?? []));
    assert.deepEqual(
      row?.cells.map((cell) => cell?.best === true),
      row?.cells.map((cell) => cell?.central === lowest),
    );
    const two = viewOf(serving, (workload) => trySuggestion(newComparison(workload), { accelerators: 4 }));
    assert.ok(two.results.every(({ cells }) => cells.every((cell) => cell?.best === undefined)));
  });

  it("calls more memory or computation neither better nor worse", () => {
    const view = viewOf(serving, (workload) => trySuggestion(newComparison(workload), { accelerators: 4 }));
    const memory = view.results.find(({ key }) => key === "memoryPerAccelerator")?.cells[1];
    assert.equal(memory?.difference?.verdict, "neutral");
  });

  it("no longer offers what is being tried", () => {
    const labels = (view: ReturnType<typeof viewOf>): string[] => view.suggestions.map(({ label }) => label);
    assert.ok(labels(viewOf(serving, newComparison)).includes("Spot"));
    const tried = viewOf(serving, (workload) => trySuggestion(newComparison(workload), { pricing: "spot" }));
    assert.ok(!labels(tried).includes("Spot"));
  });

  it("exports the same numbers in three forms", () => {
    const view = viewOf(serving, three);
    const cell = view.results.find(({ key }) => key === "costRate")?.cells[1];
    assert.ok(cell);
    assert.ok(comparisonMarkdown(view).replaceAll("\\", "").includes(cell.text));
    assert.ok(exportComparison(view, "csv").includes("costRate central (USD/h),"));
    assert.match(exportComparison(view, "csv"), new RegExp(`,${cell.central}(,|\\r)`));
    const json = JSON.parse(exportComparison(view, "json"));
    assert.equal(json.scenarios[1].estimate.costRate.central, cell.central);
    assert.deepEqual(json.scenarios[1].inputs.accelerators, { value: "4", origin: "edited" });
  });

  it("runs nothing of a hostile name in a table or a spreadsheet", () => {
    const hostile = viewOf(serving, (workload) =>
      renameScenario(addScenario(newComparison(workload), "copy:baseline"), "s1", "=cmd|'/C calc'!A0 [x](command:y)"),
    );
    assert.doesNotMatch(exportComparison(hostile, "csv"), /(^|,)"?=cmd/m);
    assert.doesNotMatch(comparisonMarkdown(hostile), /[^\\]\]\(command/);
  });
});

describe("a scenario as a change of its file", () => {
  const proposed = (text: string, edits: Record<string, string | number>, canComment = true, path?: string) => {
    const proposal = proposalOf(analyzed(text, path), edits, text, canComment);
    let changed = text;
    for (const { start, end, text: put } of [...proposal.replacements].sort((a, b) => b.start - a.start))
      changed = changed.slice(0, start) + put + changed.slice(end);
    return { ...proposal, changed };
  };

  it("replaces what a native file states, and keeps its quotes", () => {
    const { changed, byHand } = proposed(training, { accelerator: "l40s", accelerators: 4, tokens: 1e9 });
    assert.deepEqual(byHand, []);
    assert.match(changed, /accelerator: "l40s", accelerators: 4, tokens: 1000000000/);
  });

  it("puts what the file leaves out into a directive", () => {
    const { directive, replacements } = proposed(training, { pricing: "spot", region: "eu-north-1" });
    assert.equal(directive, "pricing=spot region=eu-north-1");
    assert.deepEqual(replacements, []);
  });

  it("asks for the hand where the file derives a value, spells it in its own way, or takes no comment", () => {
    const pods = `apiVersion: apps/v1
kind: Deployment
metadata: { name: s }
spec:
  replicas: 2
  template:
    spec:
      nodeSelector: { cloud.google.com/gke-accelerator: nvidia-h100-80gb }
      containers:
        - { name: s, image: vllm/vllm-openai, resources: { limits: { nvidia.com/gpu: 4 } } }
`;
    const { byHand, changed } = proposed(pods, { accelerator: "l40s", accelerators: 4 }, true, "d.yaml");
    assert.deepEqual(byHand, ["Accelerator", "Accelerators"]);
    assert.equal(changed, pods);
    assert.deepEqual(proposed(training, { pricing: "spot" }, false).byHand, ["Pricing"]);
  });

  it("writes nothing that would end the value", () => {
    const { byHand, changed } = proposed(training, { model: "x\nrun: rm" });
    assert.deepEqual(byHand, ["Model"]);
    assert.equal(changed, training);
  });
});
