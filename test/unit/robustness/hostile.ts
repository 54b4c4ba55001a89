/** Texts that people and machines write and no parser loves. Each has a word that lets it through the pre-filter. */
import type { Language } from "../../../src/analysis/analysis";

export interface Hostile {
  readonly name: string;
  readonly language: Language;
  readonly text: string;
  readonly path?: string;
}

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("");

const serving = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "chart.name" . }}
  labels: {{- toYaml .Values.labels | nindent 4 }}
spec:
  {{- if .Values.replicas }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  template:
    spec:
      containers:
        {{- range .Values.servers }}
        - name: {{ .name }}
          image: "{{ .image }}:{{ .tag | default "latest" }}"
          args: ["--model", {{ .model | quote }}]
          resources:
            limits:
              nvidia.com/gpu: {{ .gpus }}
        {{- end }}
`;

const pod = (args: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: vllm/vllm-openai\n      args: ${args}\n      resources:\n        limits:\n          nvidia.com/gpu: 8\n`;

/** Nine levels of nine aliases each: 9⁹ values once followed. */
const aliasBomb = `a0: &a0 {nvidia.com/gpu: 8}\n${times(9, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]\n`)}`;
const mergeBomb = `base_model: x\nb0: &b0 {${Array.from({ length: 400 }, (_, i) => `k${i}: ${i}`).join(", ")}}\n${times(60, (i) => `b${i + 1}: &b${i + 1}\n  <<: [${Array(9).fill(`*b${i}`).join(", ")}]\n  own${i}: 1\n`)}`;

/** Bytes that are no UTF-8, as an editor hands them on: replaced, and lone halves of pairs besides. */
const invalid = new TextDecoder().decode(Uint8Array.from({ length: 4000 }, (_, i) => (i * 197 + 13) % 256));

const record = (i: number): string =>
  `{"id":${i},"nvidia.com/gpu":8,"model":"meta-llama/Llama-3.1-8B","values":[1,2,3]}`;

/** Small ones: every dialect has to live with them. */
export const hostileTexts: readonly Hostile[] = [
  { name: "an alias bomb", language: "yaml", text: aliasBomb },
  { name: "an alias that contains itself", language: "yaml", text: "nvidia.com/gpu: 8\na: &a\n  b: *a\n  <<: *a\n" },
  { name: "merge keys upon merge keys", language: "yaml", text: mergeBomb },
  { name: "bytes that are no UTF-8", language: "yaml", text: `nvidia.com/gpu: 8\nkind: Pod\n${invalid}` },
  { name: "bytes that are no UTF-8, as JSON", language: "json", text: `{"nvidia.com/gpu": 8, "${invalid}` },
  {
    name: "lone surrogates and controls",
    language: "yaml",
    text: `base_model: "\ud800\u0000\u202e\udc00"\nadapter: lora\n`,
  },
  { name: "a Helm template", language: "yaml", text: serving },
  { name: "a Helm template cut short", language: "yaml", text: serving.slice(0, 300) },
  { name: "braces that never close", language: "yaml", text: `nvidia.com/gpu: 8\n${"{{ ".repeat(20_000)}` },
  { name: "flow brackets in the deep", language: "yaml", text: `nvidia.com/gpu: ${"[".repeat(20_000)}` },
  { name: "flow mappings in the deep", language: "yaml", text: `nvidia.com/gpu: ${"{a: ".repeat(10_000)}` },
  {
    name: "indentation in the deep",
    language: "yaml",
    text: `nvidia.com/gpu: 8\n${times(400, (i) => `${" ".repeat(i)}a:\n`)}`,
  },
  { name: "sequences in the deep", language: "yaml", text: `nvidia.com/gpu: 8\na:\n  ${"- ".repeat(20_000)}b\n` },
  { name: "JSON in the deep", language: "json", text: `{"nvidia.com/gpu": ${"[".repeat(100_000)}` },
  {
    name: "tags and anchors of no sense",
    language: "yaml",
    text: "nvidia.com/gpu: !!binary &x !<!> 8\n? [a, b]\n: *nowhere\n!!python/object:os.system {}: 1\n",
  },
  { name: "one key a thousand times", language: "yaml", text: times(1000, () => "nvidia.com/gpu: 8\n") },
  {
    name: "a key of a hundred thousand letters",
    language: "yaml",
    text: `nvidia.com/gpu: 8\n${"k".repeat(100_000)}: 1\n`,
  },
  { name: "a line of a hundred thousand words", language: "yaml", text: pod(`["${"--model a ".repeat(10_000)}"]`) },
  {
    name: "a model's name without end",
    language: "yaml",
    text: `base_model: ${"Llama-7b-".repeat(20_000)}\nadapter: lora\ndatasets: []\n`,
  },
  {
    name: "a model's name of digits",
    language: "yaml",
    text: `base_model: ${"8".repeat(50_000)}b\nadapter: lora\nsequence_len: ${"9".repeat(5000)}\n`,
  },
  {
    name: "a shell script without end",
    language: "yaml",
    text: `resources:\n  accelerators: A100:8\nrun: |\n${times(2000, (i) => `  torchrun --nproc_per_node 8 --a${i} "$(x)" \\\n`)}`,
  },
  {
    name: "quotes that never close",
    language: "yaml",
    text: pod(`["sh", "-c", "python ${"\\\"'`$((".repeat(5000)}"]`),
  },
  { name: "spaces without end", language: "yaml", text: pod(`["--model${" ".repeat(100_000)}x"]`) },
  {
    name: "an interpolation that names itself",
    language: "yaml",
    text: `model:\n  name: \${model.name}\n  path: ${`\${model.path}`.repeat(500)}\ntrainer: {devices: \${trainer.devices}, num_nodes: 2}\n`,
  },
  {
    name: "directives without sense",
    language: "yaml",
    text: `# ai-cost: ${"accelerators=8 ".repeat(2000)}\n# ai-cost: =\n# ai-cost: a=b=c "unclosed\nx: 1\n`,
  },
  {
    name: "numbers beyond numbers",
    language: "yaml",
    text: "aicost: 1\nworkloads:\n  - {kind: training, model: {parameters: 1e999}, tokens: -1, accelerators: .inf, sequenceLength: .nan}\n  - {kind: inference, model: 0x, accelerators: 1e300, concurrency: 1e-300}\n",
  },
  { name: "workloads that are no list", language: "yaml", text: "aicost: 1\nworkloads: {a: {b: 1}}\ndefaults: [1]\n" },
  {
    name: "names of the prototype",
    language: "json",
    text: '{"aicost": 1, "__proto__": {"kind": "training"}, "workloads": [{"kind": "constructor", "__proto__": {"accelerators": 8}, "toString": 1, "hasOwnProperty": 2}]}',
  },
  {
    name: "merge conflicts",
    language: "yaml",
    text: "<<<<<<< ours\nnvidia.com/gpu: 8\n=======\nnvidia.com/gpu: 16\n>>>>>>> theirs\n",
  },
  {
    name: "tabs",
    language: "yaml",
    text: "kind: Pod\nspec:\n\tcontainers:\n\t\t- resources:\n\t\t\t\tlimits:\n\t\t\t\t\tnvidia.com/gpu: 8\n",
  },
  { name: "carriage returns alone", language: "yaml", text: "base_model: x\radapter: lora\rdatasets: []\r" },
  {
    name: "a thousand fences",
    language: "markdown",
    text: times(1000, (i) => `\`\`\`yaml\nnvidia.com/gpu: ${i}\n${i % 2 ? "```" : "~~~"}\n`),
  },
  { name: "fences that never close", language: "markdown", text: `${"```yaml\n".repeat(3000)}nvidia.com/gpu: 8\n` },
  { name: "document markers alone", language: "yaml", text: `nvidia.com/gpu: 8\n${"---\n...\n".repeat(5000)}` },
  { name: "comments alone", language: "yaml", text: "# ai-cost: accelerators=8\n".repeat(3000) },
  { name: "JSON as YAML", language: "yaml", text: `[${Array.from({ length: 200 }, (_, i) => record(i)).join(",")}]` },
  { name: "YAML as JSON", language: "json", text: pod("[]") },
  { name: "nothing", language: "yaml", text: "" },
  { name: "a byte-order mark alone", language: "json", text: "\uFEFF" },
];

/** `lines` lines of one document that is full of anchors. */
export const longDocument = (lines: number): string =>
  `base_model: meta-llama/Llama-3.1-8B\nadapter: lora\ndatasets:\n${times(lines, (i) => `  - path: "data/shard-${i}.jsonl"\n`)}`;

/** Many small documents: about ten lines each. */
export const longStream = (documents: number): string =>
  Array.from({ length: documents }, (_, i) => pod(`["--port", "${i}"]`)).join("---\n");

/** Megabytes of JSON that looks like it holds workloads everywhere. */
export const largeJson = (megabytes: number): string => {
  const one = `${record(1)},`;
  return `[${one.repeat(Math.ceil((megabytes * 1e6) / one.length))}{}]`;
};
