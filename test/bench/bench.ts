/**
 * The benchmark: `npm run bench`. Prints ratios against something measured on the same machine in the same run.
 * AICOST_CORPUS=FOLDER adds a folder of real files to the recognition rows.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Bench } from "tinybench";
import type { Language } from "../../src/analysis/analysis";
import { Analyzer } from "../../src/analysis/analyzer";
import { createCatalog } from "../../src/catalog/catalog";
import { estimate } from "../../src/core/estimator";
import { parseWorkload } from "../../src/core/parseWorkload";
import { interactiveWork } from "../../src/document/limits";
import { parseDocuments, parseStream } from "../../src/document/parse";
import { workOfOneEdit } from "../../src/document/work";
import { hoverMarkdown, hoverTarget } from "../../src/present/hover";
import { lensTitle } from "../../src/present/lensTitle";
import { createFormatter } from "../../src/present/numbers";
import { mayHoldWorkload } from "../../src/recognize/prefilter";
import { hostileTexts, largeJson, longDocument } from "../unit/robustness/hostile";
import { workloadMix } from "./workloads";

interface SourceText {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
}

/** The parsers as packages give them to Node, not as our bundles build them in. */
const packages = createRequire(resolve("package.json"));
const { parseAllDocuments } = packages("yaml") as typeof import("yaml");
const { parseTree } = packages("jsonc-parser") as typeof import("jsonc-parser");

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
const row = (name: string, value: string, ratio = ""): void =>
  console.log(`${name.padEnd(58)} ${value.padStart(20)}  ${ratio}`);

/** Median time of one call, in milliseconds. */
async function median(run: () => unknown, time = 400): Promise<number> {
  const bench = new Bench({ time, warmupTime: time / 4 });
  bench.add("task", () => {
    run();
  });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.error) throw result.error;
  return (result?.latency.p50 ?? Number.NaN) as number;
}

function collect(folder: string): SourceText[] {
  const languages: Readonly<Record<string, Language>> = { ".yaml": "yaml", ".yml": "yaml", ".json": "json" };
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const language = languages[extname(entry.name)];
    if (!entry.isFile() || language === undefined || statSync(path).size > 1 << 20) return [];
    return [{ path: relative(folder, path), text: readFileSync(path, "utf8"), language }];
  });
}

/** A GitHub-workflow-like text without any workload. */
function plainYaml(lines: number): string {
  const block = (i: number): string =>
    `  build-${i}:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        node: [18, 20, 22]\n    steps:\n      - uses: actions/checkout@v4\n      - name: Install ${i}\n        run: npm ci && npm run build --workspace packages/p${i}\n`;
  return `name: CI\non: [push, pull_request]\njobs:\n${Array.from({ length: Math.ceil(lines / 9) }, (_, i) => block(i)).join("")}`;
}

const deployment = (i: number): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: server-${i}
spec:
  replicas: ${1 + (i % 4)}
  template:
    spec:
      nodeSelector:
        cloud.google.com/gke-accelerator: nvidia-l4
      containers:
        - name: server
          image: vllm/vllm-openai
          args: ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--max-model-len", "8192"]
          resources:
            limits:
              nvidia.com/gpu: ${1 + (i % 2)}
`;

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}\n`);
  const facts = createCatalog();

  const plain = plainYaml(20_000);
  const megabytes = plain.length / 1e6;
  const filter = await median(() => mayHoldWorkload(plain));
  const yaml = await median(() => parseAllDocuments(plain), 2000);
  row("pre-filter, text without workloads", `${number(megabytes / (filter / 1000))} MB/s`);
  row("yaml parser, same text", `${number(megabytes / (yaml / 1000))} MB/s`, `pre-filter ×${number(yaml / filter)}`);

  const folders = [
    ["examples", "examples"],
    ...(process.env.AICOST_CORPUS ? [["corpus", process.env.AICOST_CORPUS]] : []),
  ] as const;
  for (const [name, folder] of folders) {
    const files = collect(folder as string);
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    // In turns, so that both meet the same machine.
    const [whole, parse] = inTurns(
      15,
      () => {
        const analyzer = new Analyzer({ facts, capacity: files.length });
        for (const file of files) analyzer.analyze(file, (path) => texts.get(path));
      },
      () => {
        for (const { text, language } of files) language === "yaml" ? parseAllDocuments(text) : parseTree(text);
      },
    );
    row(`${name}: ${files.length} files, cold recognition and estimate`, `${number(whole)} ms`);
    row(
      `${name}: parsing alone (yaml, jsonc-parser)`,
      `${number(parse)} ms`,
      `whole way ×${number(whole / parse)} of it`,
    );
  }

  const documents = Array.from({ length: 1000 }, (_, i) => deployment(i));
  const stream = documents.join("---\n");
  const full = await median(() => parseDocuments(stream, "yaml"), 3000);
  const file = parseDocuments(stream, "yaml");
  const changed = stream.replace("server-500\n", "server-500x\n");
  const edit = await median(() => parseStream({ language: "yaml", file }, changed, "yaml"));
  row("1,000-document stream, full parse", `${number(full)} ms`);
  row("  one edit in it", `${number(edit)} ms`, `1/${number(full / edit)}`);
  const analyzer = new Analyzer({ facts });
  const input = { path: "stream.yaml", language: "yaml" } as const;
  analyzer.analyze({ ...input, text: stream });
  let turn = 0;
  const analyzed = await median(() =>
    analyzer.analyze({ ...input, text: stream.replace("server-500\n", `server-${turn++}-x\n`) }),
  );
  row(
    "  one edit, parsed, recognised and estimated again",
    `${number(analyzed)} ms`,
    `1/${number(full / analyzed)} of the full parse`,
  );

  const format = createFormatter("en");
  const text = deployment(1);
  const analysis = analyzer.analyze({ path: "one.yaml", text, language: "yaml" });
  const cached = await median(() =>
    analyzer
      .analyze({ path: "one.yaml", text, language: "yaml" })
      .workloads.map((subject) => lensTitle(subject, { names: facts, format })),
  );
  row("lens from the cache", `${number(cached * 1000)} µs`);
  const offset = text.indexOf("nvidia.com/gpu") + 2;
  const hover = await median(() => {
    const target = hoverTarget(analysis.workloads, offset);
    const subject = analysis.workloads[0];
    if (target === undefined || subject === undefined) throw new Error("no hover");
    hoverMarkdown(target, {
      facts,
      format,
      reestimate: (changes) => analyzer.reestimate(subject, changes),
      actions: [],
    });
  });
  row("hover from the cache, with what doubling would do", `${number(hover * 1000)} µs`);

  const mix = workloadMix();
  const parsed = mix.map((one) => parseWorkload(one).workload);
  const each = await median(() => {
    for (const workload of parsed) if (workload) estimate(workload, facts);
  }, 3000);
  row("estimates, in process", `${number((mix.length / each) * 1000)} /s`);
  const streamOf = (length: number, distinct: boolean): string =>
    Array.from({ length }, (_, i) => {
      const workload = mix[i % mix.length];
      return `${JSON.stringify(distinct ? { ...workload, name: `workload ${i}` } : workload)}\n`;
    }).join("");
  const answered = (input: string): number =>
    timed(() =>
      spawnSync(process.execPath, ["dist/cli.js", "estimate", "-"], { input, stdio: ["pipe", "ignore", "inherit"] }),
    );
  const empty = answered("");
  for (const [length, distinct] of [
    [20_000, true],
    [100_000, true],
    [100_000, false],
  ] as const) {
    const rate = length / (answered(streamOf(length, distinct)) / 1000);
    row(`estimate -, ${number(length)} ${distinct ? "different" : "repeating"} lines`, `${number(rate)} /s`);
  }
  row("  start of the process alone", `${number(empty)} ms`);

  hostileRows(facts);

  const activations: number[] = [];
  for (let run = 0; run < 3; run++) activations.push(...(await activationTime()));
  if (activations.length > 0)
    row("activation in VS Code's extension host, least", `${number(Math.min(...activations))} ms`);

  for (const bundle of ["dist/extension.js", "dist/web/extension.js", "dist/page/compare.js", "dist/cli.js"])
    row(`size of ${bundle}`, `${number(statSync(bundle).size / 1000)} kB`);
}

/** The longest that one call holds up the editor: parsing of what it lets through, or the decision to leave it alone. */
function hostileRows(facts: ReturnType<typeof createCatalog>): void {
  const named = (name: string): string => hostileTexts.find((one) => one.name === name)?.text ?? "";
  // As large as one document may be while it is typed into.
  let lines = 100;
  while (workOfOneEdit(longDocument(lines + 50), "yaml") <= interactiveWork) lines += 50;
  const inputs: readonly (readonly [string, string, Language])[] = [
    ["a JSON file of 50 MB", largeJson(50), "json"],
    ["a JSON file of 0.5 MB, full of GPUs", largeJson(0.49), "json"],
    ["a YAML document of 100,000 lines", longDocument(100_000), "yaml"],
    ["  the same under the size limit", `nvidia.com/gpu: 8\nl:\n${"- 1\n".repeat(100_000)}`, "yaml"],
    [`the longest document that is read at once (${lines} lines)`, longDocument(lines), "yaml"],
    ["an alias bomb", named("an alias bomb"), "yaml"],
    ["bytes that are no UTF-8", named("bytes that are no UTF-8"), "yaml"],
    ["a Helm template", named("a Helm template"), "yaml"],
    ["sequences in the deep", named("sequences in the deep"), "yaml"],
  ];
  const reference = Math.min(...[1, 2, 3].map(() => timed(() => parseAllDocuments(longDocument(2000)))));
  row("hostile input: the yaml parser on 2,000 plain lines", `${number(reference)} ms`);
  for (const [name, text, language] of inputs) {
    const times = Array.from({ length: 5 }, () => {
      const analyzer = new Analyzer({ facts });
      return timed(() => {
        if (workOfOneEdit(text, language) <= interactiveWork) analyzer.analyze({ path: "x", text, language });
      });
    });
    row(`hostile input: ${name}`, `${number(Math.min(...times))} ms`, `×${number(Math.min(...times) / reference)}`);
  }
}

/** Milliseconds of `activate()`, loading of the bundle included, in a window without a matching document. */
async function activationTime(): Promise<number[]> {
  const { runHostTests } = await import(pathToFileURL(resolve("scripts/host/runHostTests.mjs")).href);
  const times: number[] = [];
  await runHostTests({
    extension: sleeping(),
    tests: "dist/test/host/activationTime.js",
    workspace: mkdtempSync(join(tmpdir(), "ai-cost-lens-empty-")),
    log: (line: string) => {
      const match = /ACTIVATION ([\d.]+)/.exec(line);
      if (match) times.push(Number(match[1]));
    },
  });
  return times;
}

/** A folder with the built extension, which nothing in the window wakes before it is measured. */
function sleeping(): string {
  const folder = mkdtempSync(join(tmpdir(), "ai-cost-lens-sleeping-"));
  const { contributes, ...manifest } = JSON.parse(readFileSync("package.json", "utf8"));
  const { configuration } = contributes;
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ ...manifest, activationEvents: [], contributes: { configuration } }),
  );
  for (const file of ["dist/extension.js", "dist/extension-chunks", "package.nls.json"])
    cpSync(file, join(folder, file), { recursive: true });
  return folder;
}

/** Median times of two tasks that take turns, in milliseconds. */
function inTurns(rounds: number, first: () => void, second: () => void): [number, number] {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds + 2; round++)
    for (const [index, task] of [first, second].entries()) {
      const time = timed(task);
      if (round >= 2) times[index as 0 | 1].push(time);
    }
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
  return [middle(times[0]), middle(times[1])];
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
