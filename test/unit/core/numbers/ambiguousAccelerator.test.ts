import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createCatalog } from "../../../../src/catalog/catalog";
import { estimate } from "../../../../src/core/estimator";
import { workloadSchema } from "../../../../src/core/workload";

const facts = createCatalog();
const run = (more: Readonly<Record<string, unknown>>) =>
  estimate(
    workloadSchema.parse({
      kind: "training",
      model: "meta-llama/Llama-3.1-8B",
      tokens: 1e9,
      accelerator: "H100",
      ...more,
    }),
    facts,
  );
const width = (of: ReturnType<typeof run>): number => {
  const hours = of.quantities.acceleratorHours;
  assert.ok(hours);
  return hours.high / hours.low;
};

describe("a name that several parts share", () => {
  it("covers all of them on a few accelerators", () => {
    const few = run({ accelerators: 4 });
    assert.match(few.notes[0] ?? "", /SXM5 or H100 PCIe or .*: the interval covers them/);
  });
  it("means the linked part on many", () => {
    const many = run({ accelerators: 256 });
    assert.match(many.notes[0] ?? "", /read as H100 SXM5/);
    assert.ok(width(many) < width(run({ accelerators: 4 })));
  });
  it("means the linked part under wide tensor parallelism", () =>
    assert.match(run({ accelerators: 8, parallelism: { tensor: 8 } }).notes[0] ?? "", /read as H100 SXM5/));
  it("keeps both memories of the linked part", () =>
    assert.match(run({ accelerator: "A100", accelerators: 64 }).notes[0] ?? "", /80GB or A100 SXM4 40GB: /));
});
