import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";

const facts = createCatalog();

/** Names as node labels, benchmark tables, trainers and clouds write them. */
const unique: Readonly<Record<string, readonly string[]>> = {
  "h100-sxm": [
    "h100-sxm",
    "H100-SXM-80GB",
    "h100_80gb",
    "h100-80gb",
    "H100-80GB",
    "H100 80GB HBM3",
    "NVIDIA H100-SXM5-80GB",
    "NVIDIA-H100-80GB-HBM3",
    "NVIDIA_H100_MEGA_80GB",
    "nvidia-h100-mega-80gb",
    "a3-megagpu-8g",
    "a3-highgpu-8g",
    "NVIDIA H100 80GB HBM3",
    "H100 SXM",
    "8x NVIDIA H100 SXM5",
    "NVIDIA_H100_80GB",
    "H100-80GB:8",
    "hgx-h100",
    "H100_SXM5",
  ],
  "h100-pcie": ["NVIDIA H100 PCIe", "h100-pcie", "H100-PCIe-80GB", "NVIDIA H100-PCIe-80GB"],
  "h100-nvl": ["NVIDIA H100 NVL", "NVIDIA H100-NVL-94GB", "H100NVL"],
  "h100-96-hbm2e-500w": ["H100-96GB-HBM2e-500W"],
  "h200-sxm": [
    "H200",
    "H200-SXM",
    "H200-SXM-141GB",
    "NVIDIA H200-SXM5-141GB",
    "nvidia-h200-141gb",
    "a3-ultragpu-8g",
    "Virtualized NVIDIA H200-SXM-141GB",
  ],
  "h200-nvl": ["NVIDIA H200-NVL-141GB", "NVIDIA H200 NVL"],
  "gh200-96": ["NVIDIA GH200 Grace Hopper Superchip 96GB", "GH200 480GB", "NVIDIA GH200 480GB"],
  "gh200-144": ["NVIDIA GH200 Grace Hopper Superchip 144GB"],
  b200: ["B200", "B200-SXM", "NVIDIA Blackwell GPU (B200-SXM-180GB)", "nvidia-b200"],
  gb200: ["NVIDIA Blackwell GPU (GB200)", "a4x-highgpu-4g"],
  gb300: ["NVIDIA GB300"],
  "a100-sxm-80": [
    "A100-80GB",
    "a100_80gb",
    "NVIDIA A100-SXM4-80GB",
    "nvidia-a100-80gb",
    "A100-SXM-80GB (1 of 8 in node)",
    "a2-ultragpu-1g",
    "A100-80GB-SXM",
  ],
  "a100-sxm-40": [
    "A100-SXM4-40GB",
    "nvidia-tesla-a100",
    "NVIDIA_TESLA_A100",
    "A100-40GB",
    "a100_40gb",
    "a2-highgpu-1g",
  ],
  "a100-pcie-80": ["NVIDIA A100 80GB PCIe"],
  "a100-pcie-40": ["NVIDIA A100-PCIE-40GB"],
  "a800-sxm": ["A800-80GB"],
  h20: ["H20-96GB"],
  "h20-3e": ["NVIDIA H20-3e", "H20-141GB", "H20e"],
  l4: ["nvidia-l4", "L4", "NVIDIA L4", "g2-standard-8"],
  l40s: ["L40S 48GB", "NVIDIA L40S"],
  l40: ["NVIDIA L40"],
  a10g: ["NVIDIA-A10G", "A10G", "nvidia-a10g"],
  a10: ["NVIDIA A10"],
  t4: ["nvidia-tesla-t4", "Tesla-T4-SHARED", "T4-16GB", "NVIDIA_TESLA_T4", "Tesla T4"],
  "v100-sxm2-16": ["Tesla V100-SXM2-16GB", "nvidia-tesla-v100"],
  "v100-sxm2-32": ["Tesla V100-SXM2-32GB", "V100-32GB"],
  "p100-pcie": ["nvidia-tesla-p100"],
  rtx4090: ["NVIDIA GeForce RTX 4090", "RTX 4090", "4090", "RTX4090"],
  rtx3090: ["3090 24GB", "GeForce RTX 3090"],
  rtx3090ti: ["RTX 3090 Ti"],
  rtx3080: ["3080 10GB"],
  rtx3080ti: ["RTX 3080 Ti"],
  rtx4080: ["4080 16GB", "RTX 4080 (WSL2)"],
  "jetson-thor": ["NVIDIA Jetson AGX Thor", "Jetson Thor"],
  "jetson-orin-64": ["Jetson AGX Orin"],
  rtx5090: ["NVIDIA GeForce RTX 5090"],
  "rtx-a6000": ["A6000-48GB", "NVIDIA RTX A6000"],
  rtx6000ada: ["A6000 Ada", "NVIDIA RTX 6000 Ada Generation", "RTX6000-Ada"],
  rtx4000ada: ["RTX 4000 Ada 20GB"],
  "rtxpro6000-se": ["RTX-PRO-6000-Blackwell-SE", "NVIDIA RTX PRO 6000 Blackwell Server Edition"],
  "rtxpro6000-maxq": ["NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition"],
  mi300x: [
    "AMD Instinct MI300X 192GB HBM3",
    "AMD_Instinct_MI300X_OAM",
    "MI300X",
    "AMD MI300X-NPS1-SPX-192GB-750W",
    "AMD Instinct MI300X 192GB HBM3 (x32), AMD Instinct MI325X 256GB HBM3e (x16)",
  ],
  mi325x: ["AMD Instinct MI325X 256GB HBM3E DLC"],
  "mi250x-gcd": ["MI250X (1 GCD)"],
  gaudi2: ["Intel(R) Gaudi(R) 2 AI Accelerator", "gaudi2"],
  "tpu-v5e": ["tpu-v5-lite-podslice", "TPU v5e", "v5litepod-8", "tpu-v5-lite-device", "TPU_V5_LITEPOD"],
  "tpu-v5p": ["tpu-v5p-slice", "TPU-v5p"],
  "tpu-v6e": ["tpu-v6e-slice", "TPU v6e", "TPU v6", "Trillium"],
  "tpu-v4": ["tpu-v4-podslice", "TPUv4"],
  "tpu-v3": ["TPUv3"],
  trn1: ["Trainium", "trn1"],
  inf2: ["Inferentia", "Inferentia2"],
  ascend910b: ["Ascend-910B"],
  "arc-pro-b60-dual": ["[MAXSUN] MS-Intel Arc Pro B60 Dual 48G Turbo"],
  rx7900xtx: ["AMD Radeon RX 7900 XTX"],
};

describe("accelerator names", () => {
  for (const [id, names] of Object.entries(unique))
    for (const name of names)
      it(`${name} is ${id}`, () => {
        const match = facts.accelerator(name);
        assert.equal(match?.value.id, id);
        assert.notEqual(match?.how, "ambiguous");
      });

  const ambiguous: Readonly<Record<string, readonly string[]>> = {
    H100: ["h100-sxm", "h100-pcie", "h100-nvl"],
    A100: ["a100-sxm-80", "a100-sxm-40", "a100-pcie-80", "a100-pcie-40"],
    "A100-SXM": ["a100-sxm-80", "a100-sxm-40"],
    V100: ["v100-sxm2-16", "v100-sxm2-32", "v100-pcie-16", "v100-pcie-32"],
    tpu: ["tpu-v5e", "tpu-v6e", "tpu-v5p", "tpu-v4"],
    "L4|A10G|A100-80GB": ["l4", "a10g", "a100-sxm-80"],
  };
  for (const [name, ids] of Object.entries(ambiguous))
    it(`${name} is ambiguous, most common first`, () => {
      const match = facts.accelerator(name);
      assert.equal(match?.how, "ambiguous");
      assert.deepEqual(
        match?.candidates?.map((row) => row.id),
        ids,
      );
      assert.equal(match?.value.id, ids[0]);
    });

  for (const name of [
    "",
    " ",
    "gpu",
    "nvidia.com/gpu",
    "unstated",
    "cuda",
    "auto",
    "any",
    "H1000",
    "NVIDIA GeForce RTX 3080 Laptop GPU",
    "NVIDIA GeForce RTX 2080 with Max-Q Design",
    "Jetson Orin Nano 8GB",
    "model-t4x",
    "v5",
    "a1000b",
    "100",
    "x".repeat(500),
    "../../etc/passwd",
    "m1.large",
    "b200k steps",
  ])
    it(`${JSON.stringify(name.slice(0, 30))} names none`, () => {
      assert.equal(facts.accelerator(name), undefined);
    });

  it("a stated power cap lowers TDP and achievable rate", () => {
    const whole = facts.accelerator("a100-sxm-80")?.value;
    const capped = facts.accelerator("A100-80GB (330 W cap, hybrid cube mesh)")?.value;
    assert.equal(capped?.id, "a100-sxm-80@330w");
    assert.equal(capped?.tdp, 330);
    assert.ok((capped?.achievable?.bf16 ?? 0) < (whole?.achievable?.bf16 ?? 0));
    assert.equal(capped?.peak.bf16, whole?.peak.bf16);
  });

  it("a wattage at the TDP is no cap", () => {
    assert.equal(facts.accelerator("AMD MI300X-NPS1-SPX-192GB-750W")?.value.id, "mi300x");
  });

  it("a MIG slice has its share of the device", () => {
    const slice = facts.accelerator("nvidia.com/mig-4g.71gb")?.value;
    assert.equal(slice?.id, "h200-sxm@4g.71gb");
    assert.equal(slice?.memory, 71);
    assert.ok(Math.abs((slice?.share ?? 0) - 4 / 7) < 1e-9);
    assert.ok(Math.abs((slice?.peak.bf16 ?? 0) - (989.4 * 4) / 7) < 1e-6);
  });

  const slices: readonly (readonly [string, string])[] = [
    ["NVIDIA-A100-SXM4-80GB-MIG-1g.10gb", "a100-sxm-80@1g.10gb"],
    ["NVIDIA-H100-80GB-HBM3-MIG-2g.20gb", "h100-sxm@2g.20gb"],
    ["nvidia.com/mig-1g.5gb", "a100-sxm-40@1g.5gb"],
    ["nvidia.com/mig-3g.20gb", "a100-sxm-40@3g.20gb"],
    ["nvidia.com/mig-1g.6gb", "a30@1g.6gb"],
    ["A100 MIG 1g.5gb", "a100-sxm-40@1g.5gb"],
  ];
  for (const [name, id] of slices)
    it(`${name} is ${id}: the profile tells the whole memory`, () => {
      const match = facts.accelerator(name);
      assert.equal(match?.value.id, id);
    });

  it("a profile that several parts of one memory have stays ambiguous", () => {
    assert.deepEqual(
      facts.accelerator("nvidia.com/mig-3g.40gb")?.candidates?.map((row) => row.id),
      ["a100-sxm-80@3g.40gb", "h100-sxm@3g.40gb"],
    );
  });

  it("a count in front may touch the name, and a card's number is no count", () => {
    assert.equal(facts.accelerator("8xH100-SXM")?.value.id, "h100-sxm");
    assert.equal(facts.accelerator("7900xtx")?.value.id, "rx7900xtx");
  });

  it("an architecture's name stands for the parts that have it", () => {
    assert.equal(facts.accelerator("gfx942")?.how, "ambiguous");
    assert.equal(facts.accelerator("gfx90a")?.value.id, "mi250x");
  });

  it("ids of derived parts are found again", () => {
    for (const name of ["A100-80GB (330 W cap)", "nvidia.com/mig-4g.71gb", "M2 Ultra 76-Core GPU 192GB"]) {
      const first = facts.accelerator(name)?.value;
      assert.ok(first);
      assert.deepEqual(facts.accelerator(first.id)?.value, first);
    }
  });

  it("unified memory is what the name says", () => {
    assert.equal(facts.accelerator("M3 Max 40-Core GPU 64GB")?.value.memory, 64);
  });

  it("a memory class alone is a guess", () => {
    const match = facts.accelerator("48GB-class");
    assert.equal(match?.how, "fuzzy");
    assert.equal(match?.confidence, "low");
  });

  it("V100 and T4 have no bf16", () => {
    for (const id of ["v100-sxm2-16", "t4"]) {
      assert.equal(facts.accelerator(id)?.value.peak.bf16, undefined);
      assert.ok(facts.accelerator(id)?.value.peak.fp16);
    }
  });

  it("every id finds itself, and every printed name its row or one of its family", () => {
    for (const row of facts.accelerators()) {
      assert.equal(facts.accelerator(row.id)?.value.id, row.id);
      assert.ok(facts.accelerator(row.name), row.name);
    }
  });

  it("no text throws, and an answer is always a row", () => {
    const words = fc.constantFrom(
      "h100",
      "a100",
      "nvidia",
      "80gb",
      "sxm",
      "pcie",
      "x8",
      "@",
      "1g.5gb",
      "500w",
      "(",
      "tpu",
      "v5",
      "|",
      "rtx",
      "4090",
      "ti",
      "\u0000",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join("-")),
    );
    fc.assert(
      fc.property(text, (name) => {
        const match = facts.accelerator(name);
        return match === undefined || (match.value.memory > 0 && match.value.bandwidth > 0);
      }),
      { numRuns: 500 },
    );
  });

  it("accelerators come slowest first", () => {
    const rates = facts.accelerators().map(({ peak }) => peak.bf16 ?? peak.fp16 ?? peak.fp32 ?? 0);
    assert.deepEqual(
      rates,
      [...rates].sort((a, b) => a - b),
    );
  });
});
