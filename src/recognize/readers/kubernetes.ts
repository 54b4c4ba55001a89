/** Pods and what they reserve: accelerators of containers, node selectors, commands, environment. */
import { parseNumber } from "../../core/numbers";
import type { Kind } from "../../core/workload";
import type { Scalar } from "../../document/tree";
import type { Factor } from "../recognized";
import { engineIn, kindOfCommand, readCommand } from "./commandFacts";
import { CommandLine } from "./commandLine";
import type { Cursor, FactSheet } from "./facts";
import { acceleratorName, chipsInTopology, isAcceleratorResource, isInstanceType, shareOfResource } from "./gpu";
import { modelName } from "./modelNames";
import { readImage, readServerVariables } from "./serverVariables";

/** The accelerators of one pod. */
export interface PodDemand {
  /** An accelerator resource, claim or fraction stands in the pod. */
  readonly present: boolean;
  /** undefined when a count is not known (a placeholder). */
  readonly accelerators: number | undefined;
  /** Where the (first) count stands. */
  readonly at: Cursor | undefined;
  readonly note: string | undefined;
}

export const noDemand: PodDemand = { present: false, accelerators: 0, at: undefined, note: undefined };

interface ContainerDemand {
  readonly accelerators: number | undefined;
  readonly at: Cursor;
  readonly note: string | undefined;
}

/** Limits stand before requests: the API server holds the two equal for accelerators. */
export function resourceDemand(resources: Cursor): ContainerDemand | undefined {
  for (const group of ["limits", "requests"])
    for (const entry of resources.get(group).entries()) {
      if (!isAcceleratorResource(entry.key)) continue;
      const count = entry.number();
      const { share, note } = shareOfResource(entry.key);
      return { accelerators: count === undefined || count < 0 ? undefined : count * share, at: entry, note };
    }
  return undefined;
}

/** `spec` of a pod with its `metadata` (annotations ask for shares on some schedulers). */
export function podDemand(spec: Cursor, metadata: Cursor): PodDemand {
  const main = demandOf(spec.get("containers"));
  const early = demandOf(spec.get("initContainers"));
  const demand = (main?.accelerators ?? 0) >= (early?.accelerators ?? 0) ? (main ?? early) : early;
  if (demand) return { present: true, ...shared(demand, spec) };
  const annotations = metadata.get("annotations");
  const fraction = annotations.first("gpu-fraction", "runai/gpu-fraction", "kai.scheduler/gpu-fraction");
  const share = fraction.number();
  if (share !== undefined && share > 0)
    return { present: true, accelerators: share, at: fraction, note: `${share} of an accelerator, by annotation` };
  const claim = spec.get("resourceClaims", 0);
  if (claim.exists) return { present: true, accelerators: undefined, at: claim, note: undefined };
  return noDemand;
}

/** GKE divides a GPU among clients, each of which asks for one (docs.cloud.google.com, GPU time-sharing and MPS, 2025). */
function shared(demand: ContainerDemand, spec: Cursor): ContainerDemand {
  const labels = nodeLabels(spec);
  // A product that is itself a slice has the slice's size and price: slices are counted, not their part of a device.
  const { share } = shareOfResource(demand.at.key);
  const sliced = /mig-\d+g/i.test(labels.get("nvidia.com/gpu.product")?.text() ?? "");
  if (sliced && share < 1 && demand.accelerators !== undefined)
    return { ...demand, accelerators: Math.round(demand.accelerators / share), note: "MIG slices" };
  const clients = labels.get("cloud.google.com/gke-max-shared-clients-per-gpu")?.number();
  if (clients === undefined || clients < 2 || clients > 1000 || demand.accelerators !== 1) return demand;
  return { ...demand, accelerators: 1 / clients, note: `one of ${clients} that share a GPU` };
}

function demandOf(containers: Cursor): ContainerDemand | undefined {
  let sum: ContainerDemand | undefined;
  for (const container of containers.items()) {
    const own = resourceDemand(container.get("resources"));
    if (!own) continue;
    sum = sum
      ? {
          ...sum,
          accelerators:
            sum.accelerators === undefined || own.accelerators === undefined
              ? undefined
              : sum.accelerators + own.accelerators,
        }
      : own;
  }
  return sum;
}

/** A pod template times its replicas, outermost factor first. */
export interface PodGroup {
  readonly label: string;
  /** The pod's `spec`. */
  readonly spec: Cursor;
  readonly demand: PodDemand;
  readonly factors: readonly PodFactor[];
}

export interface PodFactor {
  readonly label: string;
  /** undefined when unknown. */
  readonly value: number | undefined;
  readonly at?: Cursor;
  readonly low?: number;
  readonly high?: number;
  readonly note?: string;
}

/** A factor read from a key; `fallback` when the key is absent or empty (unknown when it is there but unreadable). */
export function factor(label: string, at: Cursor, fallback = 1): PodFactor {
  if (!at.exists) return { label, value: fallback };
  const value = at.number();
  return {
    label,
    value: value !== undefined && value >= 0 ? value : at.text() === undefined && !at.isScalar ? fallback : value,
    at,
  };
}

export function podGroup(label: string, template: Cursor, ...factors: readonly PodFactor[]): PodGroup {
  const spec = template.get("spec");
  return { label, spec, factors, demand: podDemand(spec, template.get("metadata")) };
}

const product = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce<number | undefined>((a, b) => (a === undefined || b === undefined ? undefined : a * b), 1);

export interface Count {
  readonly total: number | undefined;
  readonly range?: { readonly low: number; readonly high: number };
  readonly chain: readonly Factor[];
  /** Pods would hold accelerators, and none is to run. */
  readonly idle: boolean;
}

/** Accelerators of all groups, with the chain behind them; groups without accelerators are left out. */
export function countAccelerators(groups: readonly PodGroup[], sheet: FactSheet): Count {
  const holding = fromZero(groups.filter((group) => group.demand.present));
  const totals = holding.map((group) =>
    product([...group.factors.map((item) => item.value), group.demand.accelerators]),
  );
  const total = totals.length === 0 ? undefined : sum(totals);
  const chain = chainOf(holding, totals);
  const [first] = holding;
  const at = first?.demand.at;
  const idle = groups.some((group) => group.demand.present && (group.demand.accelerators ?? 0) > 0) && total === 0;
  if (total !== undefined && first && at) {
    const words = holding.map(describe).join(" + ");
    sheet.set("accelerators", at.fact(total, { note: words }));
    const pods = holding.map((group) => product(group.factors.map((item) => item.value)) ?? 0);
    const perPod = first.demand.accelerators;
    if (perPod !== undefined && perPod >= 1 && holding.every((group) => group.demand.accelerators === perPod)) {
      sheet.set("acceleratorsPerNode", at.fact(perPod));
      const scaled = first.factors.find((item) => item.at && item.value !== 1)?.at ?? at;
      sheet.set(
        "nodes",
        scaled.fact(
          pods.reduce((a, b) => a + b, 0),
          { note: "pods that hold accelerators" },
        ),
      );
    }
  }
  const bounded = holding.some((group) =>
    group.factors.some((item) => item.high !== undefined || item.low !== undefined),
  );
  if (!bounded) return { total, chain, idle };
  const bound = (side: "low" | "high"): number | undefined =>
    sum(
      holding.map((group) =>
        product([...group.factors.map((item) => item[side] ?? item.value), group.demand.accelerators]),
      ),
    );
  const low = bound("low");
  const high = bound("high");
  return low === undefined || high === undefined || low === high
    ? { total, chain, idle }
    : { total, chain, idle, range: { low, high } };
}

const sum = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce<number | undefined>((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);

/** Where an autoscaler keeps nothing at rest, the count is that of one replica: no work is ever done on none. */
function fromZero(groups: readonly PodGroup[]): readonly PodGroup[] {
  const resting = groups.every((group) => product(group.factors.map((item) => item.value)) === 0);
  if (!resting) return groups;
  return groups.map((group) => ({
    ...group,
    factors: group.factors.map((item) =>
      item.value === 0 && (item.high ?? 0) > 0 ? { ...item, value: 1, low: 0, note: "one, scaled up from none" } : item,
    ),
  }));
}

const show = (value: number | undefined): string =>
  value === undefined ? "?" : String(Math.round(value * 1000) / 1000);

function describe(group: PodGroup): string {
  const parts = group.factors
    .filter((item) => item.value !== 1 || item.note !== undefined)
    .map((item) => `${show(item.value)} ${item.label}${item.note === undefined ? "" : ` (${item.note})`}`);
  const accelerators = `${show(group.demand.accelerators)} per pod`;
  const note = group.demand.note ? ` (${group.demand.note})` : "";
  return `${[...parts, accelerators].join(" × ")}${note}`;
}

function chainOf(groups: readonly PodGroup[], totals: readonly (number | undefined)[]): Factor[] {
  const ranged = (at: Cursor | undefined): { range?: { start: number; end: number } } =>
    at?.range && at.origin.file === undefined ? { range: at.range } : {};
  const [only] = groups;
  if (groups.length === 1 && only)
    return [
      ...only.factors,
      { label: "accelerators per pod", value: only.demand.accelerators, at: only.demand.at },
    ].flatMap((item) =>
      item.value === undefined ? [] : [{ label: item.label, value: item.value, ...ranged(item.at) }],
    );
  return groups.flatMap((group, index) => {
    const value = totals[index];
    return value === undefined
      ? []
      : [{ label: `${group.label}: ${describe(group)}`, value, ...ranged(group.demand.at) }];
  });
}

/** Node labels that name the accelerator or the machine, strongest first. */
const acceleratorLabels = [
  "cloud.google.com/gke-accelerator",
  "nvidia.com/gpu.product",
  "gpu.nvidia.com/class",
  "gpu.nvidia.com/model",
  "karpenter.k8s.aws/instance-gpu-name",
  "cloud.google.com/gke-tpu-accelerator",
  "serving.kserve.io/gke-accelerator",
  "amd.com/gpu.product-name",
  "accelerator",
  "gpu-type",
  "gputype",
] as const;
const instanceLabels = [
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "karpenter.k8s.aws/instance-type",
] as const;

/** Every node label that a pod asks for: selector first, then required and preferred affinity. */
export function nodeLabels(spec: Cursor): Map<string, Cursor> {
  const labels = new Map<string, Cursor>();
  for (const entry of spec.get("nodeSelector").entries()) labels.set(entry.key, entry);
  const affinity = spec.get("affinity", "nodeAffinity");
  const terms = [
    ...affinity.get("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").items(),
    ...affinity
      .get("preferredDuringSchedulingIgnoredDuringExecution")
      .items()
      .map((item) => item.get("preference")),
  ];
  for (const expression of terms.flatMap((term) => term.get("matchExpressions").items())) {
    const key = expression.get("key").text();
    const value = expression.get("values", 0);
    if (key && /^(In|)$/.test(expression.get("operator").text() ?? "") && value.exists && !labels.has(key))
      labels.set(key, value);
  }
  return labels;
}

/** Accelerator, instance type, pricing, region and provider by node labels. */
export function readNodeLabels(labels: ReadonlyMap<string, Cursor>, sheet: FactSheet): void {
  for (const key of acceleratorLabels) {
    const at = labels.get(key);
    const text = at?.text();
    if (at && text && /[a-z]/i.test(text) && !/^(true|false|gpu|nvidia|present)$/i.test(text))
      sheet.set("accelerator", at.fact(acceleratorName(text)));
  }
  for (const key of instanceLabels) {
    const at = labels.get(key);
    const text = at?.text();
    if (at && text && isInstanceType(text)) sheet.set("instanceType", at.fact(text));
  }
  const family = labels.get("karpenter.k8s.aws/instance-family");
  const familyName = family?.text();
  if (family && familyName !== undefined) {
    sheet.set("provider", family.fact("aws", { note: "AWS node label" }));
    const held = Object.hasOwn(instanceFamilies, familyName) ? instanceFamilies[familyName] : undefined;
    if (held) sheet.set("accelerator", family.fact(held, { note: `instances of family ${familyName}` }));
  }
  const capacity = labels.get("karpenter.sh/capacity-type") ?? labels.get("eks.amazonaws.com/capacityType");
  const spot = labels.get("cloud.google.com/gke-spot") ?? labels.get("cloud.google.com/gke-provisioning");
  if (capacity && /^spot$/i.test(capacity.text() ?? "")) sheet.set("pricing", capacity.fact("spot"));
  if (spot && /^(true|spot)$/i.test(spot.text() ?? "")) sheet.set("pricing", spot.fact("spot"));
  const region = labels.get("topology.kubernetes.io/region");
  if (region) sheet.text("region", region);
  for (const [key, at] of labels)
    if (key.startsWith("cloud.google.com/")) sheet.set("provider", at.fact("gcp", { note: "Google Cloud node label" }));
    else if (/^(eks\.amazonaws\.com|karpenter\.k8s\.aws)\//.test(key))
      sheet.set("provider", at.fact("aws", { note: "AWS node label" }));
    else if (/^kubernetes\.azure\.com\//.test(key))
      sheet.set("provider", at.fact("azure", { note: "Azure node label" }));
}

/** Chips of the whole TPU slice that a pod belongs to. */
export const sliceChips = (labels: ReadonlyMap<string, Cursor>): number | undefined =>
  chipsInTopology(labels.get("cloud.google.com/gke-tpu-topology")?.text() ?? "");

/** `env:` of a container by name. */
export function environment(container: Cursor): Map<string, Cursor> {
  const variables = new Map<string, Cursor>();
  for (const item of container.get("env").items()) {
    const name = item.get("name").text();
    const value = item.get("value");
    if (name && value.exists) variables.set(name, value);
  }
  return variables;
}

const modelVariables =
  /^(MODEL(_NAME|_ID|_PATH|_URI|_NAME_OR_PATH)?|HF_MODEL(_ID|_NAME)?|BASE_MODEL|LLM_MODEL|SERVED_MODEL|STORAGE_URI|VLLM_MODEL|MODEL_REPO|HF_MODEL_REPO)$/;

/** Accelerators by AWS instance family (aws.amazon.com/ec2/instance-types, accelerated computing, 2025). */
const instanceFamilies: Readonly<Record<string, string>> = {
  g4dn: "T4",
  g5: "A10G",
  g5g: "T4G",
  g6: "L4",
  gr6: "L4",
  g6e: "L40S",
  p3: "V100",
  p3dn: "V100",
  p4d: "A100-40GB",
  p4de: "A100-80GB",
  p5: "H100",
  p5e: "H200",
  p5en: "H200",
  "p6-b200": "B200",
  "p6e-gb200": "GB200",
  trn1: "Trainium",
  trn1n: "Trainium",
  trn2: "Trainium2",
  inf2: "Inferentia2",
};

/** What the containers of a pod run: kind of work and facts of the commands, the container with accelerators first. */
export function readContainers(containers: readonly Cursor[], sheet: FactSheet, preferred?: Kind): Kind | undefined {
  const ordered = [...containers].sort(
    (a, b) =>
      Number(resourceDemand(b.get("resources")) !== undefined) -
      Number(resourceDemand(a.get("resources")) !== undefined),
  );
  let kind = preferred;
  for (const bare of ordered) {
    const variables = environment(bare);
    const lookUp = (name: string): Scalar | undefined => {
      const value = variables.get(name);
      return value && !value.raw()?.includes(`$(${name})`) ? value.value() : undefined;
    };
    const container = bare.withVariables(lookUp);
    const extra = ["VLLM_ADDITIONAL_ARGS", "EXTRA_ARGS", "VLLM_ARGS", "MODEL_ARGS"].flatMap(
      (name) => variables.get(name) ?? [],
    );
    const line = new CommandLine(container.get("command"), container.get("args"), ...extra);
    const image = container.get("image");
    const text = `${image.raw() ?? ""} ${line.text}`;
    kind ??= kindOfCommand(text);
    readCommand(line, sheet, { kind: kind ?? "inference" });
    const engine = engineIn(text);
    if (kind === "inference" && engine && image.exists)
      sheet.set("engine", image.fact(engine, { note: "by image or command" }));
    if (kind === "inference") readServerVariables(engine, variables, sheet);
    if (kind === "inference") readImage(image, sheet);
    const fetchesData = /dataset/i.test(`${image.raw()} ${bare.get("name").raw()}`);
    for (const [name, value] of variables) {
      if (fetchesData || !modelVariables.test(name)) continue;
      const model = modelName(value.text() ?? "");
      if (model) sheet.set("model", value.fact(model, { note: `environment variable ${name}` }));
    }
    readPrices(variables, sheet);
  }
  return kind;
}

/** Prices that people keep in the environment. */
function readPrices(variables: ReadonlyMap<string, Cursor>, sheet: FactSheet): void {
  const price = variables.get("GPU_COST_PER_HOUR") ?? variables.get("COST_PER_GPU_HOUR");
  const value = parseNumber(price?.text() ?? "");
  if (price && value !== undefined && value > 0) sheet.set("pricePerAcceleratorHour", price.fact(value));
}
