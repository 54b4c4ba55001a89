/** Vertex AI custom jobs and deployments. */

import { parseDuration } from "../../core/numbers";
import { entryOf, type TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { acceleratorName, chipsInTopology, isAcceleratedInstance } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { readLaunch } from "../readers/launch";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";

const keys = ["workerPoolSpecs", "worker_pool_specs"] as const;
const specOf = (root: Cursor): Cursor => {
  for (const outer of [
    root,
    root.get("jobSpec"),
    root.get("job_spec"),
    root.get("trialJobSpec"),
    root.get("customJobSpec"),
    root.get("spec"),
  ])
    for (const key of keys) if (outer.get(key).exists) return outer;
  return root;
};

export const vertexAi: Dialect = {
  id: "vertex-ai",
  title: "Vertex AI custom job",
  anchors: ["workerPoolSpecs", "worker_pool_specs", "machineSpec"],
  matches: (document) => {
    const spec = specOf(cursorOf(document));
    return keys.some((key) => spec.get(key).exists) || entryOf(document.root, "dedicatedResources") !== undefined;
  },
  read,
  documentation: {
    recognizedBy: "`workerPoolSpecs`, also under `jobSpec`",
    reads: "every pool's accelerators × replicas, machine type, spot, the timeout as a limit",
    limits: "pools of processors only are left out",
  },
};

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const spec = specOf(root);
  const listed = spec.first(...keys);
  const pools = listed.isMapping ? [listed] : listed.isSequence ? listed.items() : [root.get("dedicatedResources")];
  const sheet = new FactSheet();
  let total: number | undefined = 0;
  let accelerated = false;
  const chain: Factor[] = [];
  const scripts: Cursor[] = [];
  const hints: Cursor[] = [];
  for (const pool of pools) {
    const machine = pool.first("machineSpec", "machine_spec");
    const type = machine.first("machineType", "machine_type");
    const each = machine.first("acceleratorCount", "accelerator_count");
    const name = machine.first("acceleratorType", "accelerator_type");
    const stated = name.text() !== undefined && !/UNSPECIFIED/.test(name.text() as string);
    if (!stated && !isAcceleratedInstance(type.text() ?? "")) continue;
    accelerated = true;
    const replicas = pool.first("replicaCount", "replica_count", "minReplicaCount");
    const count = replicas.positive() ?? 1;
    if (stated)
      sheet.value(
        "accelerator",
        name,
        acceleratorName((name.text() as string).replace(/^NVIDIA_(TESLA_)?/, "NVIDIA_$1").replaceAll("_", "-")),
      );
    if (isAcceleratedInstance(type.text() ?? "")) sheet.text("instanceType", type);
    const own = new FactSheet().text("instanceType", type);
    const topology = chipsInTopology(machine.first("tpuTopology", "tpu_topology").text() ?? "");
    const perReplica = each.positive() ?? topology ?? readInstance(own)?.perNode;
    if (perReplica !== undefined && total !== undefined) {
      total += perReplica * count;
      const at = each.exists ? each : type;
      chain.push({
        label: `${count} × ${perReplica}`,
        value: perReplica * count,
        ...(at.range ? { range: at.range } : {}),
      });
      sheet.set("accelerators", at.fact(perReplica));
      sheet.value("acceleratorsPerNode", at, perReplica);
      sheet.value("nodes", replicas, count);
    } else total = undefined;
    const container = pool.first("containerSpec", "container_spec");
    scripts.push(
      container.get("command"),
      container.get("args"),
      pool.first("pythonPackageSpec", "python_package_spec").get("args"),
    );
    hints.push(container.first("imageUri", "image_uri"));
  }
  if (!accelerated) return [];
  const counted = sheet.get("accelerators");
  if (counted && total !== undefined)
    sheet.replace("accelerators", {
      ...counted,
      value: total,
      ...(chain.length > 0 ? { note: chain.map((item) => item.label).join(" + ") } : {}),
    });
  else sheet.delete("accelerators");
  if (chain.length > 1) sheet.delete("nodes");
  const provider = spec.first(...keys);
  sheet.value("provider", provider.exists ? provider : root, "gcp", { note: "Vertex AI" });
  const strategy = spec.get("scheduling", "strategy");
  if (/SPOT/.test(strategy.text() ?? "")) sheet.value("pricing", strategy, "spot");
  const { kind } = readLaunch({ scripts, hints, fallback: "training" }, sheet, context);
  return [
    workload("vertex-ai", kind, root, sheet, {
      name: root.first("displayName", "display_name").text(),
      chain,
      timeLimit: parseDuration(spec.get("scheduling", "timeout").text() ?? ""),
      anchor: provider.exists ? provider : root,
    }),
  ];
}
