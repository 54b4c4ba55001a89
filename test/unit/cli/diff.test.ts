/** What a change costs: the matching of workloads, and the built command line in a repository of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import { after, before, describe, it } from "mocha";
import type { Quantity } from "../../../src/core/quantity";
import { differenceOf, type ReportDifference } from "../../../src/present/difference";
import { differenceText } from "../../../src/present/differenceText";
import { createFormatter } from "../../../src/present/numbers";
import type { Report, ReportWorkload } from "../../../src/present/report";
import { totalsOf } from "../../../src/present/totals";

const cli = resolve("dist/cli.js");
const usd = (central: number): Quantity => ({ low: central / 2, central, high: central * 2, unit: "USD" });

function workload(id: string, cost: number | undefined, more: Partial<ReportWorkload> = {}): ReportWorkload {
  const start = { line: 0, character: 0 };
  return {
    id,
    dialect: "native",
    kind: "allocation",
    summary: "",
    range: { start, end: start },
    facts: {},
    estimate: cost === undefined ? {} : { cost: usd(cost) },
    assumptions: [],
    steps: [],
    notes: [],
    ...more,
  };
}
function report(files: Readonly<Record<string, readonly ReportWorkload[]>>): Report {
  return {
    schema: "ai-cost-lens/report@1",
    methodology: "1.0.0",
    catalog: { asOf: "2026-01-01" },
    files: Object.entries(files).map(([path, workloads]) => ({ path, workloads, problems: [] })),
    totals: totalsOf(Object.values(files).flat()),
  };
}
const names = { base: "before", head: "after" };
const between = (one: readonly ReportWorkload[], other: readonly ReportWorkload[]): ReportDifference =>
  differenceOf(report({ f: one }), report({ f: other }), names);

describe("the difference of two reports", () => {
  it("is empty for equal reports", () => {
    const { changes, unchanged } = between([workload("/a", 10)], [workload("/a", 10)]);
    assert.deepEqual([changes, unchanged], [[], 1]);
  });
  it("gives before, after and the difference, as intervals", () => {
    const [change] = between([workload("/a", 10)], [workload("/a", 30)]).changes;
    assert.equal(change?.change, "changed");
    assert.deepEqual(change?.quantities.cost, {
      before: usd(10),
      after: usd(30),
      difference: { low: 10, central: 20, high: 40, unit: "USD" },
    });
  });
  it("takes what is new as coming from nothing, and what goes as going to nothing", () => {
    const { changes } = between(
      [workload("/a", 10, { name: "a" })],
      [workload("/b", 30, { name: "b", kind: "training" })],
    );
    assert.deepEqual(
      changes.map(({ change, quantities }) => [change, quantities.cost?.difference?.central]),
      [
        ["added", 30],
        ["removed", -10],
      ],
    );
  });
  it("pairs the workloads of a renamed file, and calls a file by its old name gone when the new one is not there", () => {
    const before = report({ old: [workload("/a", 10)] });
    const now = differenceOf(before, report({ new: [workload("/a", 30)] }), names, new Map([["new", "old"]]));
    assert.deepEqual(
      now.changes.map(({ change, path, pathBefore }) => [change, path, pathBefore]),
      [["changed", "new", "old"]],
    );
    const same = differenceOf(before, report({ new: [workload("/a", 10)] }), names, new Map([["new", "old"]]));
    assert.deepEqual([same.changes, same.unchanged], [[], 1]);
    const gone = differenceOf(before, report({}), names, new Map([["new", "old"]]));
    assert.deepEqual(
      gone.changes.map(({ change }) => change),
      ["removed"],
    );
  });
  it("has no difference where one side is unknown", () => {
    const [change] = between([workload("/a", 10)], [workload("/a", undefined)]).changes;
    assert.equal(change?.change, "changed");
    assert.equal(change?.quantities.cost?.difference, undefined);
  });
  it("knows a workload by its name when a document before it shifts its place", () => {
    const { changes, unchanged } = between(
      [workload("/", 10, { name: "a" }), workload("/#1", 20, { name: "b" })],
      [workload("/", 5, { name: "new" }), workload("/#1", 10, { name: "a" }), workload("/#2", 20, { name: "b" })],
    );
    assert.equal(unchanged, 2);
    assert.deepEqual(
      changes.map(({ change, name }) => [change, name]),
      [["added", "new"]],
    );
  });
  it("knows a workload by its place when it is renamed", () => {
    const [change] = between([workload("/a", 10, { name: "old" })], [workload("/a", 11, { name: "new" })]).changes;
    assert.deepEqual([change?.change, change?.name], ["changed", "new"]);
  });
  it("names the fields that changed", () => {
    const fact = (value: unknown) => ({ accelerators: { value, source: "file", confidence: "high" } }) as const;
    const [change] = between([workload("/a", 1, { facts: fact(8) })], [workload("/a", 2, { facts: fact(16) })]).changes;
    assert.deepEqual(change?.fields, [{ field: "accelerators", before: 8, after: 16 }]);
  });
  it("keeps workloads of different files apart", () => {
    const { changes } = differenceOf(report({ a: [workload("/", 1)] }), report({ b: [workload("/", 1)] }), names);
    assert.deepEqual(changes.map(({ change, path }) => `${change} ${path}`).sort(), ["added b", "removed a"]);
  });
  it("sums to the totals, and turning it round turns the sign", () => {
    const side = fc.array(
      fc.record({ id: fc.constantFrom("/a", "/b", "/c"), cost: fc.integer({ min: 1, max: 1e6 }) }),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(side, side, (one, other) => {
        const [left, right] = [one, other].map((all) => all.map(({ id, cost }) => workload(id, cost)));
        const there = between(left as ReportWorkload[], right as ReportWorkload[]);
        const back = between(right as ReportWorkload[], left as ReportWorkload[]);
        const sum = there.changes.reduce(
          (total, change) => total + (change.quantities.cost?.difference?.central ?? 0),
          0,
        );
        const total = there.totals.cost?.difference?.central ?? 0;
        assert.ok(Math.abs(sum - total) < 1e-6);
        assert.equal(0 - (back.totals.cost?.difference?.central ?? 0), total);
      }),
    );
  });
  it("prints hostile names as text", () => {
    const name = "<img src=x>\u001b[31m|`[x](command:y)";
    const difference = between([], [workload("/a", 10, { name })]);
    for (const as of ["table", "markdown"] as const)
      assert.ok(!differenceText(difference, as, createFormatter("en")).includes("\u001b"));
    assert.doesNotMatch(differenceText(difference, "markdown", createFormatter("en")), /(?<!\\)<img|(?<!\\)\[x/);
  });
});

describe("diff on the command line", () => {
  let folder: string;
  const run = (args: readonly string[], cwd = folder): { code: number | null; out: string; err: string } => {
    const result = spawnSync(process.execPath, [cli, "diff", ...args], { encoding: "utf8", cwd });
    return { code: result.status, out: result.stdout, err: result.stderr };
  };
  const json = (args: readonly string[], cwd = folder): ReportDifference => {
    const { code, out, err } = run([...args, "--format", "json"], cwd);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"];
    const result = spawnSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" });
    assert.equal(result.status, 0, result.stderr);
  };
  const box = (accelerators: number): string =>
    `aicost: 1\nworkloads:\n  - {kind: allocation, name: box, accelerator: H100-SXM, accelerators: ${accelerators}, duration: 10h}\n`;
  const changesOf = ({ changes }: ReportDifference): string[] =>
    changes.map(({ change, path, name }) => `${change} ${path} ${name}`);

  before(() => {
    const built = spawnSync(process.execPath, ["esbuild.js", "cli", "--production"], { encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    folder = mkdtempSync(join(tmpdir(), "ai-cost-lens-diff-"));
    git("init", "--quiet");
    for (const below of ["sub dir", "node_modules", "one", "other"]) mkdirSync(join(folder, below));
    writeFileSync(join(folder, "sub dir", "grün.aicost.yaml"), box(8));
    writeFileSync(join(folder, "gone.aicost.yaml"), box(1));
    writeFileSync(join(folder, "same.aicost.yaml"), box(2));
    writeFileSync(join(folder, "node_modules", "x.aicost.yaml"), box(4));
    writeFileSync(join(folder, "tracked.aicost.yaml"), box(3));
    writeFileSync(join(folder, "large.yaml"), `nvidia.com/gpu: 1\n${"# filler\n".repeat(130_000)}`);
    git("add", "--all");
    git("commit", "--quiet", "--message", "one");
    writeFileSync(join(folder, "sub dir", "grün.aicost.yaml"), box(16));
    rmSync(join(folder, "gone.aicost.yaml"));
    writeFileSync(join(folder, "new.aicost.yaml"), box(1));
    writeFileSync(join(folder, ".gitignore"), "tracked.aicost.yaml\nsecret.aicost.yaml\n");
    writeFileSync(join(folder, "secret.aicost.yaml"), box(1));
    writeFileSync(join(folder, "one", "a.aicost.yaml"), box(8));
    writeFileSync(join(folder, "other", "a.aicost.yaml"), box(4));
    writeFileSync(join(folder, "other", "b.aicost.yaml"), box(4));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("compares a revision with the work tree", () => {
    const difference = json(["HEAD", "."]);
    assert.deepEqual(changesOf(difference), [
      "removed gone.aicost.yaml box",
      "added new.aicost.yaml box",
      "added one/a.aicost.yaml box",
      "added other/a.aicost.yaml box",
      "added other/b.aicost.yaml box",
      "changed sub dir/grün.aicost.yaml box",
    ]);
    // same and tracked (which .gitignore names, but git knows).
    assert.equal(difference.unchanged, 2);
    const { before: from, after: to } = difference.changes.at(-1)?.quantities.cost ?? {};
    assert.ok(from && to && Math.abs(to.central / from.central - 2) < 1e-9);
  });
  it("turns the sign when the order is turned", () => {
    const there = json(["HEAD", "."]).totals.cost?.difference?.central ?? 0;
    assert.ok(there > 0);
    assert.equal(json([".", "HEAD"]).totals.cost?.difference?.central, -there);
  });
  it("compares one file with what it was, from its own folder as well", () => {
    for (const difference of [
      json(["HEAD", "sub dir/grün.aicost.yaml"]),
      json(["HEAD", "grün.aicost.yaml"], join(folder, "sub dir")),
    ])
      assert.deepEqual(
        difference.changes.map(({ change, fields }) => [change, fields.map(({ field }) => field)]),
        [["changed", ["accelerators"]]],
      );
  });
  it("compares two revisions, and leaves the work tree alone", () => {
    git("add", "sub dir");
    git("commit", "--quiet", "--message", "two");
    assert.deepEqual(changesOf(json(["HEAD~1", "HEAD"])), ["changed sub dir/grün.aicost.yaml box"]);
    const { stdout } = spawnSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" });
    assert.match(stdout, /^ D gone\.aicost\.yaml$/m);
  });
  it("follows a file that git knows to be renamed, in both directions and by itself", () => {
    // Enough text of its own that git does not take another file for it.
    const long = (count: number): string => `${box(count)}${"# A line that no other file has.\n".repeat(9)}`;
    writeFileSync(join(folder, "old.aicost.yaml"), long(2));
    git("add", "old.aicost.yaml");
    git("commit", "--quiet", "--message", "three");
    git("mv", "old.aicost.yaml", "moved.aicost.yaml");
    const moved = (difference: ReportDifference): ReportDifference["changes"] =>
      difference.changes.filter(({ path }) => /old|moved/.test(path));
    assert.deepEqual(moved(json(["HEAD", "."])), []);
    writeFileSync(join(folder, "moved.aicost.yaml"), long(4));
    const [change] = moved(json(["HEAD", "."]));
    assert.deepEqual([change?.change, change?.pathBefore], ["changed", "old.aicost.yaml"]);
    const [back] = moved(json([".", "HEAD"]));
    assert.deepEqual([back?.change, back?.path, back?.pathBefore], ["changed", "old.aicost.yaml", "moved.aicost.yaml"]);
    assert.equal(moved(json(["HEAD", "moved.aicost.yaml"]))[0]?.change, "changed");
    assert.match(run(["HEAD", "."]).out, /~ old\.aicost\.yaml → moved\.aicost\.yaml:3/);
  });
  it("takes the defaults that each side's aicost.yaml states", () => {
    writeFileSync(join(folder, "one", "aicost.yaml"), "aicost: 1\ndefaults: { pricePerAcceleratorHour: 1 }\n");
    const { before: from, after: to } = json(["one", "other"]).changes[0]?.quantities.cost ?? {};
    rmSync(join(folder, "one", "aicost.yaml"));
    assert.equal(from?.central, 80);
    assert.ok(to && to.central > 40);
  });
  it("compares two folders by the paths below them", () =>
    assert.deepEqual(changesOf(json(["one", "other"])), ["changed a.aicost.yaml box", "added b.aicost.yaml box"]));
  it("compares two files whatever they are called", () =>
    assert.deepEqual(changesOf(json(["one/a.aicost.yaml", "other/b.aicost.yaml"])), ["changed b.aicost.yaml box"]));
  for (const format of ["table", "markdown"])
    it(`prints ${format}`, () => assert.match(run(["one", "other", "--format", format]).out, /−\$|\+\$/));

  for (const [what, args] of [
    ["a folder and a file", ["one", "one/a.aicost.yaml"]],
    ["a revision that is none", ["no-such-revision", "."]],
    ["an option in place of a revision", ["--", "--output=x", "."]],
    ["an unknown format", ["one", "other", "--format", "csv"]],
    ["one side alone", ["one"]],
  ] as const)
    it(`ends with 2 and one line for ${what}`, () => {
      const { code, err, out } = run(args);
      assert.equal(code, 2, out + err);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
      assert.doesNotMatch(err, /\bat .*\(/);
    });
  it("says that there is no repository", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "ai-cost-lens-bare-"));
    const { code, err } = run(["HEAD", "."], elsewhere);
    rmSync(elsewhere, { recursive: true });
    assert.equal(code, 2);
    assert.match(err, /^HEAD is no file .*not a git repository/);
  });
});
