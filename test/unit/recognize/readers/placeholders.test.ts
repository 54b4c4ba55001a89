import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isPlaceholder } from "../../../../src/recognize/readers/placeholders";
import { assertFacts, workloadOf } from "../recognizing";

describe("placeholders", () => {
  const open: readonly (readonly [field: string, text: string])[] = [
    ["region", "PLACEHOLDER_AWS_REGION"],
    ["region", "placeholder_aws_region"],
    ["region", "<region>"],
    ["region", "REGION"],
    ["region", "AWS_REGION"],
    ["region", "your-region"],
    ["region", "xxx"],
    ["instanceType", "INSTANCE_TYPE"],
    ["instanceType", "__INSTANCE__"],
    ["accelerator", "GPU_TYPE"],
    ["model", "YOUR_MODEL"],
    ["model", "/path/to/<model>"],
    ["model", "MODEL_NAME"],
    ["model", "{{ model }}"],
  ];
  for (const [field, text] of open)
    it(`takes ${text} for no ${field}`, () => {
      assert.ok(isPlaceholder(field, text));
    });
  const names: readonly (readonly [field: string, text: string])[] = [
    ["region", "us-east-1"],
    ["region", "EU"],
    ["region", "DE"],
    ["accelerator", "H100"],
    ["accelerator", "MI300X"],
    ["accelerator", "TPU"],
    ["instanceType", "ND_H100"],
    ["model", "MPT"],
    ["model", "meta-llama/Llama-3.1-8B"],
    ["model", "stabilityai/stable-diffusion-xl-base-1.0"],
    ["loraTargets", "(?<layer>q|v)_proj"],
  ];
  for (const [field, text] of names)
    it(`takes ${text} for a ${field}`, () => {
      assert.ok(!isPlaceholder(field, text));
    });

  const cluster = (region: string): string =>
    `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {region: ${region}}\nmanagedNodeGroups: [{name: g, instanceType: g4dn.xlarge, desiredCapacity: 1}]\n`;
  for (const region of ["PLACEHOLDER_AWS_REGION", '"<region>"', `"\${REGION}"`])
    it(`leaves the region open where ${region} stands, and says so`, () => {
      const workload = workloadOf(cluster(region));
      assertFacts(workload, { region: undefined, instanceType: "g4dn.xlarge" });
      assert.match(workload.notes?.join() ?? "", /not resolved/);
    });
});

describe("the place of the line above a workload", () => {
  const first = (text: string): string => {
    const workload = workloadOf(text);
    return text.slice(workload.anchor, text.indexOf(":", workload.anchor));
  };
  it("is the model's name at the top of the block", () => {
    assert.equal(
      first("load_in_4bit: true\nbase_model: org/m-8b\nadapter: qlora\ndatasets: [{path: a/b}]\n"),
      "base_model",
    );
  });
  it("is the first line of the block where the model stands deeper", () => {
    assert.equal(
      first(
        "data: {train_batch_size: 64}\nactor_rollout_ref:\n  model:\n    path: org/m-8b\ntrainer: {nnodes: 1, n_gpus_per_node: 8}\n",
      ),
      "data",
    );
  });
});
