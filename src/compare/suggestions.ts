/** What people ask of a workload most often, as one click each: another part, spot, a cleaner grid, lower precision, half the count. */
import type { AnalyzedWorkload } from "../analysis/analysis";
import type { Facts } from "../core/facts";
import { fieldsFor } from "./fields";
import type { Scenario } from "./scenarios";

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly edits: Scenario["edits"];
}

/** Parts that are asked for by name, with their usual successors and cheaper cousins first. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  t4: ["l4", "a10g"],
  l4: ["l40s", "a100-sxm-80"],
  a10g: ["l4", "l40s"],
  "v100-sxm2-16": ["a100-sxm-80", "l4"],
  "v100-sxm2-32": ["a100-sxm-80", "l40s"],
  "a100-sxm-40": ["h100-sxm", "l40s"],
  "a100-sxm-80": ["h100-sxm", "h200-sxm"],
  "a100-pcie-80": ["h100-sxm", "l40s"],
  l40s: ["h100-sxm", "a100-sxm-80"],
  "h100-sxm": ["h200-sxm", "b200", "a100-sxm-80"],
  "h100-pcie": ["h100-sxm", "h200-sxm"],
  "h200-sxm": ["h100-sxm", "b200", "mi300x"],
  b200: ["h200-sxm", "h100-sxm"],
  mi300x: ["h100-sxm", "h200-sxm", "mi355x"],
};
const usual = ["h100-sxm", "a100-sxm-80", "l40s"];
const mostParts = 3;

/** Regions on a grid of little carbon, by provider. */
const cleanRegions: Readonly<Record<string, string>> = {
  aws: "eu-north-1",
  gcp: "europe-north1",
  azure: "swedencentral",
};

/** Suggestions for one workload, each with the edits of the scenario that it makes. */
export function suggestionsFor(analyzed: AnalyzedWorkload, facts: Facts): readonly Suggestion[] {
  const { workload, estimate, recognized } = analyzed;
  if (workload === undefined || estimate === undefined) return [];
  const { kind } = recognized;
  const editable = new Set(fieldsFor(kind).map(({ name }) => name));
  const suggestions: Suggestion[] = [];
  const suggest = (label: string, field: string, value: string | number): void => {
    if (editable.has(field)) suggestions.push({ id: `${field}=${value}`, label, edits: { [field]: value } });
  };
  const assumed = (field: string): unknown =>
    estimate.assumptions.find((assumption) => assumption.field === field)?.value;

  const named = workload.accelerator ?? facts.instance(workload.instanceType ?? "")?.value.accelerator;
  const part = facts.accelerator(named ?? String(assumed("accelerator") ?? ""))?.value;
  const others = (part && alternatives[part.id]) ?? usual;
  for (const id of others.filter((one) => one !== part?.id).slice(0, mostParts)) {
    const row = facts.accelerator(id);
    // The list must not outlive the catalogue: what it does not know is not offered.
    if (row?.how === "exact") suggest(row.value.name, "accelerator", id);
  }

  const count = workload.accelerators ?? assumed("accelerators");
  if (typeof count === "number" && count >= 2) suggest("Half the accelerators", "accelerators", Math.floor(count / 2));
  if (typeof count === "number" && count >= 1) suggest("Twice the accelerators", "accelerators", count * 2);
  if (workload.pricing !== "spot") suggest("Spot", "pricing", "spot");

  const clean = cleanRegions[workload.provider ?? "aws"] ?? cleanRegions.aws;
  if (clean !== undefined && workload.region !== clean) suggest(clean, "region", clean);

  const eight = part?.peak.fp8 !== undefined;
  if (kind === "inference") {
    const weights =
      workload.kind === "inference" ? (workload.weightPrecision ?? assumed("weightPrecision")) : undefined;
    if (weights !== "fp8") suggest("fp8 weights", "weightPrecision", "fp8");
    const concurrency = workload.kind === "inference" ? (workload.concurrency ?? assumed("concurrency")) : undefined;
    if (typeof concurrency === "number") suggest("Twice the concurrency", "concurrency", concurrency * 2);
  } else if (eight && workload.precision !== "fp8") suggest("fp8", "precision", "fp8");
  if (workload.kind === "fineTuning" && (workload.method ?? assumed("method")) === "full")
    suggest("LoRA", "method", "lora");
  if (workload.kind === "imageGeneration" || workload.kind === "videoGeneration") {
    const steps = workload.steps ?? assumed("steps");
    if (typeof steps === "number" && steps >= 2) suggest("Half the steps", "steps", Math.ceil(steps / 2));
  }
  return suggestions;
}
