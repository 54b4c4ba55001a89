/** Charts' templates, with the chart's values at hand and without. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseDocuments } from "../../../../src/document/parse";
import { chartValues } from "../../../../src/recognize/readers/helmTemplates";
import { assertFacts, workloadOf } from "../recognizing";

const evaluate = (expression: string, values = ""): unknown =>
  chartValues({
    path: "chart/templates/job.yaml",
    documents: [],
    read: (path) => (path === "/chart/values.yaml" && values !== "" ? values : undefined),
    parse: (text) => parseDocuments(text, "yaml").documents,
  })(expression);

const template = `{{- if .Values.enabled }}
{{ $nodes := div .Values.gpus 8 | max 1 }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: chat}
spec:
  replicas: {{ .Values.replicas | default 3 }}
  template:
    spec:
      nodeSelector:
        cloud.google.com/gke-accelerator: {{ .Values.accelerator | quote }}
      containers:
      - name: server
        image: vllm/vllm-openai
        args:
        - "--model={{ .Values.model.name }}"
        - --tensor-parallel-size={{ .Values.gpus }}
        - "--pipeline-parallel-size={{ $nodes }}"
        resources:
          limits:
            nvidia.com/gpu: {{ default 2 .Values.gpus }}
{{- end }}
`;
const path = "chart/templates/server.yaml";

describe("Helm templates", () => {
  it("are read with the chart's values", () => {
    const files = {
      "chart/values.yaml": "replicas: 2\ngpus: 16\naccelerator: nvidia-l4\nmodel: {name: org/m-8b}\n",
    };
    const workload = workloadOf(template, { path, files });
    assertFacts(workload, {
      accelerators: 32,
      replicas: 2,
      accelerator: "nvidia-l4",
      model: "org/m-8b",
      "parallelism.tensor": 16,
      "parallelism.pipeline": 2,
    });
    assert.equal(workload.facts.accelerators?.source, "referenced");
    assert.equal(workload.facts.replicas?.confidence, "medium");
  });

  it("are read with their defaults where there are no values", () => {
    const workload = workloadOf(template, { path });
    assertFacts(workload, { accelerators: 6, model: undefined, accelerator: undefined });
  });

  it("leave open what no plain value tells", () => {
    const open = template.replace("default 2 .Values.gpus", 'include "chart.gpus" .');
    assertFacts(workloadOf(open, { path }), { accelerators: undefined });
  });

  it("evaluate defaults, arithmetic and brackets", () => {
    assert.equal(evaluate(".Values.a.b | default 8"), 8);
    assert.equal(evaluate(".Values.a.b | default 8", "a: {b: 4}"), 4);
    assert.equal(evaluate('.Values.a | default "x" | quote'), "x");
    assert.equal(evaluate("div 20 8"), 2);
    assert.equal(evaluate("mul (add 1 2) 4 | int"), 12);
    assert.equal(evaluate("$root.Values.a | min 4", "a: 9"), 4);
    assert.equal(evaluate("coalesce .Values.x .Values.y 5", "y: 7"), 7);
  });

  it("give nothing for loops, unknown functions, division by zero and self-reference", () => {
    for (const expression of [
      "range .Values.a",
      'include "x" .',
      "div 1 0",
      "printf .Values.a",
      ".Release.Name",
      "((((((((((1",
      "$x",
    ])
      assert.equal(evaluate(expression), undefined, expression);
    const looped = template.replace("div .Values.gpus 8 | max 1", "$nodes");
    assertFacts(workloadOf(looped, { path }), { "parallelism.pipeline": undefined, accelerators: 6 });
  });
});
