import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { parseWorkload } from "../../../../src/core/parseWorkload";
import { fieldsOf, kinds, type Workload } from "../../../../src/core/workload";

const parsed = (value: unknown): Workload => {
  const { workload, problems } = parseWorkload(value);
  assert.ok(workload, JSON.stringify(problems));
  return workload;
};
const errors = (value: unknown): readonly string[] => {
  const { workload, problems } = parseWorkload(value);
  assert.equal(workload, undefined);
  return problems.filter((p) => p.severity === "error").map((p) => p.path.join("."));
};

describe("parsing a workload", () => {
  for (const kind of kinds) it(`${kind} needs nothing but its kind`, () => assert.equal(parsed({ kind }).kind, kind));

  it("reads suffixes and durations", () => {
    const workload = parsed({ kind: "training", tokens: "15T", sequenceLength: "8k", duration: "2d" });
    assert.equal(workload.kind, "training");
    if (workload.kind !== "training") return;
    assert.equal(workload.tokens, 15e12);
    assert.equal(workload.sequenceLength, 8000);
    assert.equal(workload.duration, 48);
  });
  it("a bare number of hours may be text", () =>
    assert.equal(parsed({ kind: "allocation", duration: "36" }).duration, 36));
  it("a model may be a name or dimensions", () => {
    assert.equal(parsed({ kind: "model", model: "gpt-4o" }).model, "gpt-4o");
    assert.deepEqual(parsed({ kind: "model", model: { layers: 2, parameters: "8B" } }).model, {
      layers: 2,
      parameters: 8e9,
    });
  });
  it("a Hugging Face config becomes dimensions", () => {
    const workload = parsed({
      kind: "model",
      model: {
        model_type: "llama",
        hidden_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        vocab_size: 100,
        intermediate_size: 128,
      },
    });
    const model = workload.model as { layers: number; hiddenSize: number; keyValueHeads: number };
    assert.equal(model.layers, 2);
    assert.equal(model.hiddenSize, 64);
    assert.equal(model.keyValueHeads, 4);
  });
  it("a config's stored precision is the model's, unless the workload states one", () => {
    const model = { model_type: "llama", hidden_size: 64, num_hidden_layers: 2, torch_dtype: "float16" };
    assert.equal(parsed({ kind: "model", model }).precision, "fp16");
    assert.equal(parsed({ kind: "model", model, precision: "fp8" }).precision, "fp8");
    assert.equal(parsed({ kind: "training", model }).precision, undefined);
  });
  it("a teacher may be a config too", () => {
    const config = { model_type: "qwen3", hidden_size: 64, num_hidden_layers: 3, num_attention_heads: 4 };
    const workload = parsed({ kind: "distillation", teacher: config });
    assert.equal((workload as { teacher: { layers: number } }).teacher.layers, 3);
  });
});

describe("problems of a workload", () => {
  for (const value of [undefined, null, 5, "training", [], [{ kind: "training" }], true])
    it(`${JSON.stringify(value)} is not a mapping`, () => assert.deepEqual(errors(value), [""]));
  it("a missing kind lists the kinds", () => {
    const { problems } = parseWorkload({ tokens: 5 });
    assert.match(problems[0]?.message ?? "", /kind is missing.*fineTuning/);
  });
  it("an unknown kind is named", () =>
    assert.match(parseWorkload({ kind: "traning" }).problems[0]?.message ?? "", /traning/));
  it("a kind must be text", () => assert.deepEqual(errors({ kind: 7 }), ["kind"]));

  const wrong: readonly (readonly [string, unknown])[] = [
    ["tokens", "many"],
    ["tokens", -5],
    ["tokens", Number.NaN],
    ["tokens", 1e300],
    ["tokens", {}],
    ["accelerators", "eight"],
    ["precision", "amp_bf16"],
    ["mfu", 40],
    ["mfu", 0],
    ["pricing", "cheap"],
    ["duration", "soon"],
    ["sequenceLength", 0],
    ["activationCheckpointing", true],
    ["optimizer", 5],
    ["packing", "yes"],
    ["model", 5],
    ["facility", "DE"],
  ];
  for (const [field, value] of wrong)
    it(`${field}: ${String(JSON.stringify(value))} is an error at ${field}`, () => {
      const paths = errors({ kind: "training", [field]: value });
      assert.ok(paths.length > 0 && paths.every((path) => path.startsWith(field)), paths.join(" "));
    });
  it("a nested error carries its path", () =>
    assert.deepEqual(errors({ kind: "training", parallelism: { zeroStage: 7 } }), ["parallelism.zeroStage"]));
  it("an unknown field is a warning and the rest is read", () => {
    const { workload, problems } = parseWorkload({ kind: "training", tokens: 5, flavour: "vanilla" });
    assert.equal((workload as { tokens?: number }).tokens, 5);
    assert.equal(workload && "flavour" in workload, false);
    assert.deepEqual(
      problems.map((p) => [p.path.join("."), p.severity]),
      [["flavour", "warning"]],
    );
  });
  it("a field of another kind is unknown here", () =>
    assert.equal(parseWorkload({ kind: "allocation", tokens: 5 }).problems[0]?.severity, "warning"));
});

describe("hostile input", () => {
  it("prototype keys are fields like any other, and unknown", () => {
    const hostile: unknown = JSON.parse('{"kind":"training","__proto__":{"tokens":5},"constructor":1,"toString":2}');
    const { workload, problems } = parseWorkload(hostile);
    assert.ok(workload);
    assert.equal((workload as { tokens?: number }).tokens, undefined);
    assert.deepEqual(problems.map((p) => p.path[0]).sort(), ["__proto__", "constructor", "toString"].sort());
    assert.equal(({} as { tokens?: number }).tokens, undefined);
  });
  it("a kind named like a prototype key is unknown", () => {
    for (const kind of ["__proto__", "constructor", "toString", "hasOwnProperty"])
      assert.deepEqual(errors({ kind }), ["kind"]);
  });
  it("long keys and kinds are cut in messages", () => {
    const long = "x".repeat(100_000);
    for (const problem of [
      ...parseWorkload({ kind: long }).problems,
      ...parseWorkload({ kind: "model", [long]: 1 }).problems,
    ])
      assert.ok(problem.message.length < 500);
  });
  it("a config with wrong types inside does not throw", () => {
    for (const bad of [null, "x", [], {}, -1, Number.NaN, 1e308, { toString: 5 }]) {
      const config = {
        model_type: "llama",
        hidden_size: 64,
        num_hidden_layers: bad,
        layer_types: bad,
        text_config: bad,
        vision_config: bad,
        moe_layer_freq: bad,
        quantization_config: bad,
      };
      assert.doesNotThrow(() => parseWorkload({ kind: "model", model: config }));
    }
  });
  it("whatever comes, the answer is a workload or an error", () =>
    fc.assert(
      fc.property(
        fc.record({ kind: fc.constantFrom(...kinds) }, { noNullPrototype: false }),
        fc.dictionary(fc.constantFrom(...fieldsOf("fineTuning"), ...fieldsOf("inference")), fc.jsonValue()),
        (base, rest) => {
          const { workload, problems } = parseWorkload({ ...rest, ...base });
          return workload !== undefined || problems.some((p) => p.severity === "error");
        },
      ),
    ));
  it("no text is too strange for a kind", () =>
    fc.assert(fc.property(fc.anything(), (value) => void parseWorkload(value))));
});
