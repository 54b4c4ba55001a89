/** The built command line, run as people run it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "mocha";

const cli = resolve("dist/cli.js");
let folder: string;

function run(args: readonly string[], input = ""): { code: number | null; out: string; err: string } {
  const result = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    input,
    cwd: folder,
    maxBuffer: 1 << 28,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}
interface Answer {
  readonly estimate: Readonly<Record<string, { readonly central: number }>>;
  readonly error?: string;
}
const lines = (text: string): Answer[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const allocation = '{"kind":"allocation","accelerator":"H100-SXM","accelerators":8}';

describe("the command line", () => {
  before(() => {
    const built = spawnSync(process.execPath, ["esbuild.js", "cli", "--production"], { encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    folder = mkdtempSync(join(tmpdir(), "ai-cost-lens-cli-"));
    mkdirSync(join(folder, "ignored"));
    writeFileSync(join(folder, ".gitignore"), "ignored/\n");
    writeFileSync(
      join(folder, "run.aicost.yaml"),
      "aicost: 1\nworkloads:\n  - {kind: allocation, name: box, accelerator: H100-SXM, accelerators: 8, duration: 10h}\n",
    );
    writeFileSync(
      join(folder, "ignored", "x.aicost.yaml"),
      "aicost: 1\nworkloads:\n  - {kind: allocation, accelerator: L4, accelerators: 1}\n",
    );
    writeFileSync(join(folder, "broken.yaml"), "kind: [\n nvidia.com/gpu: {{");
    writeFileSync(join(folder, "plain.yaml"), "name: nothing to see\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("estimate -", () => {
    it("answers line by line, in order, and goes on after a bad one", () => {
      const { code, out } = run(["estimate", "-"], `${allocation}\nnot json\n\n{"kind":"poem"}\n${allocation}\n`);
      assert.equal(code, 0);
      const answers = lines(out);
      assert.equal(answers.length, 4);
      assert.ok(answers[0]?.estimate.costRate);
      assert.match(String(answers[1]?.error), /JSON/);
      assert.match(String(answers[2]?.error), /kind/);
      assert.deepEqual(answers[3], answers[0]);
    });
    it("names the field of a wrong type", () => {
      const { out } = run(["estimate", "-"], '{"kind":"allocation","accelerators":"many"}\n');
      assert.match(String(lines(out)[0]?.error), /accelerators/);
    });
    it("needs no newline at the end", () => assert.equal(lines(run(["estimate", "-"], allocation).out).length, 1));
    it("answers a line that comes again the same, whatever stands between", () => {
      const out = lines(run(["estimate", "-"], `${allocation}\nnot JSON\n${allocation}\n`).out);
      assert.equal(out.length, 3);
      assert.deepEqual(out[0], out[2]);
    });
    it("answers a long stream in threads, in its order", () => {
      const count = 3000;
      const input = Array.from({ length: count }, (_, i) =>
        JSON.stringify({ kind: "allocation", accelerator: "H100-SXM", accelerators: i + 1, provider: "aws" }),
      ).join("\n");
      const rates = lines(run(["estimate", "-"], input).out).map(
        (answer) => answer.estimate.power?.central ?? Number.NaN,
      );
      assert.equal(rates.length, count);
      for (let i = 0; i < count; i++)
        assert.ok(Math.abs(Number(rates[i]) / Number(rates[0]) / (i + 1) - 1) < 1e-9, `line ${i}`);
    });
    it("tells what would also do where memory does not suffice", () => {
      const tight = { kind: "inference", model: "meta-llama/Llama-3.1-70B", accelerator: "L4", accelerators: 1 };
      assert.match(run(["estimate", "-"], JSON.stringify(tight)).out, /"alternatives":\[/);
    });
    it("says nothing of nothing", () => assert.equal(run(["estimate", "-"], "").out, ""));
    it("takes suffixes", () => {
      const { out } = run(
        ["estimate", "-"],
        '{"kind":"training","model":{"parameters":"7B","layers":32,"hiddenSize":4096,"attentionHeads":32},"tokens":"1T","accelerator":"H100-SXM","accelerators":64}\n',
      );
      const flops = lines(out)[0]?.estimate.flops?.central ?? 0;
      assert.ok(flops > 3e22 && flops < 8e22);
    });
  });

  describe("report", () => {
    it("is the contract's object as JSON", () => {
      const { code, out } = run(["report", ".", "--format", "json"]);
      assert.equal(code, 0);
      const report = JSON.parse(out);
      assert.equal(report.schema, "ai-cost-lens/report@1");
      assert.match(report.methodology, /^\d+\.\d+\.\d+$/);
      assert.match(report.catalog.asOf, /^\d{4}-\d{2}-\d{2}$/);
      const workload = report.files.flatMap((file: { workloads: unknown[] }) => file.workloads)[0];
      assert.equal(workload.kind, "allocation");
      assert.equal(workload.facts.accelerators.value, 8);
      assert.equal(workload.facts.accelerators.source, "file");
      assert.ok(workload.estimate.cost.low <= workload.estimate.cost.central);
      assert.ok(report.totals.cost.central > 0);
    });
    it("leaves out what .gitignore names, unless asked outright", () => {
      assert.doesNotMatch(run(["report", "."]).out, /ignored/);
      assert.match(run(["report", "ignored/x.aicost.yaml"]).out, /L4/);
    });
    it("exits with 1 over budget and 0 within", () => {
      assert.equal(run(["report", "run.aicost.yaml", "--budget", "1"]).code, 1);
      assert.equal(run(["report", "run.aicost.yaml", "--budget", "1M"]).code, 0);
    });
    it("states fields from outside", () => {
      const rate = (args: string[]): number =>
        JSON.parse(run(["report", "run.aicost.yaml", "--format", "json", ...args]).out).totals.cost.central;
      assert.ok(Math.abs(rate(["--set", "accelerators=16"]) / rate([]) - 2) < 1e-9);
    });
    it("reads globs", () => assert.match(run(["report", "*.aicost.yaml"]).out, /box/));
    for (const format of ["table", "markdown", "csv"])
      it(`prints ${format}`, () => assert.match(run(["report", ".", "--format", format]).out, /box/));
  });

  it("explains the workload at a line", () => {
    const { code, out } = run(["explain", "run.aicost.yaml:3"]);
    assert.equal(code, 0);
    assert.match(out, /price per hour/);
  });
  it("lists the catalogue with source and date", () => {
    const { code, out } = run(["catalog", "accelerators", "h100", "--format", "json"]);
    assert.equal(code, 0);
    const rows = JSON.parse(out);
    assert.ok(rows.length > 0 && rows.every((row: { source: string }) => row.source.length > 0));
  });

  for (const [what, args] of [
    ["an unknown command", ["bake"]],
    ["a missing file", ["report", "nowhere.yaml"]],
    ["an unknown format", ["report", ".", "--format", "poem"]],
    ["a glob that matches nothing", ["report", "*.nothing"]],
    ["a budget that is no amount", ["report", ".", "--budget", "lots"]],
    ["an unknown catalogue", ["catalog", "poems"]],
    ["a file without a workload", ["explain", "plain.yaml"]],
    ["a setting without a value", ["report", ".", "--set", "accelerators"]],
  ] as const)
    it(`ends with 2 and one line for ${what}`, () => {
      const { code, err, out } = run(args);
      assert.equal(code, 2, out + err);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
      assert.doesNotMatch(err, /\bat .*\(/);
    });
});
