/** dstack tasks, services, development environments and fleets. */

import { parseDuration } from "../../core/numbers";
import { entryOf, type TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { type AcceleratorRequest, acceleratorName, parseAccelerators } from "../readers/gpu";
import { readLaunch } from "../readers/launch";
import { modelName } from "../readers/modelNames";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";

const types = ["task", "service", "dev-environment", "fleet"];

export const dstack: Dialect = {
  id: "dstack",
  title: "dstack",
  anchors: ["type: task", "type: service", "type: dev-environment", "type: fleet"],
  matches: (document) => {
    const type = entryOf(document.root, "type")?.value;
    const resources = entryOf(document.root, "resources")?.value;
    const groups = entryOf(document.root, "replicas")?.value;
    const grouped =
      groups?.type === "sequence" && groups.items.some((group) => entryOf(entryOf(group, "resources")?.value, "gpu"));
    return type?.type === "scalar" && types.includes(type.text) && (grouped || entryOf(resources, "gpu") !== undefined);
  },
  read,
  documentation: {
    recognizedBy: "`type: task|service|dev-environment|fleet` with `resources.gpu`",
    reads: "GPU specification (name, count or range, memory) × nodes or replicas, spot policy, the commands",
    limits: "memory alone (`48GB`) leaves the accelerator open",
  },
};

function gpuOf(gpu: Cursor): AcceleratorRequest | undefined {
  if (!gpu.isMapping) return gpu.text() === undefined ? undefined : parseAccelerators(gpu.text() as string);
  const name = gpu.get("name").isSequence ? gpu.get("name", 0).text() : gpu.get("name").text();
  const counted = parseAccelerators(gpu.get("count").text() ?? "1");
  const memory = parseAccelerators(gpu.get("memory").text() ?? "")?.memory;
  return {
    ...counted,
    ...(name === undefined ? {} : { name: acceleratorName(name) }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** `2` or `1..4`. */
function countOf(at: Cursor): { value: number; range?: { low: number; high: number } } | undefined {
  const request = at.text() === undefined ? undefined : parseAccelerators(at.text() as string);
  if (request?.countRange) return { value: Math.max(1, request.countRange.low), range: request.countRange };
  if (at.isMapping) {
    const low = at.get("min").number() ?? at.get("target").number();
    const high = at.get("max").number();
    return low === undefined
      ? undefined
      : { value: Math.max(1, low), ...(high !== undefined && high > low ? { range: { low, high } } : {}) };
  }
  return request?.count === undefined ? undefined : { value: request.count };
}

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const groups = root.get("replicas").items();
  return groups.length > 0
    ? groups.flatMap((group) => readBlock(group, root, context))
    : readBlock(root, root, context);
}

/** A whole run, or one of the groups of replicas of a service with what the service says for all. */
function readBlock(block: Cursor, root: Cursor, context: RecognitionContext): readonly Recognized[] {
  const sheet = new FactSheet();
  const gpu = block.get("resources").has("gpu") ? block.get("resources", "gpu") : root.get("resources", "gpu");
  const request = gpuOf(gpu);
  if (!request || request.count === 0) return [];
  const notes =
    request.memory === undefined || request.name !== undefined ? [] : [`any accelerator with ${request.memory} GB`];
  sheet.value("accelerator", gpu, request.name);
  const nodes = root.get("nodes");
  const replicas = block === root ? root.get("replicas") : block.get("count");
  const outer = countOf(nodes) ?? countOf(replicas);
  const at = nodes.exists ? nodes : replicas;
  const factor = outer?.value ?? 1;
  const chain: Factor[] = [];
  if (outer)
    chain.push({ label: nodes.exists ? "nodes" : "replicas", value: factor, ...(at.range ? { range: at.range } : {}) });
  if (nodes.exists && outer) sheet.value("nodes", nodes, outer.value);
  let range: { low: number; high: number } | undefined;
  if (request.count !== undefined) {
    sheet.value(
      "accelerators",
      gpu,
      factor * request.count,
      factor === 1 ? {} : { note: `${factor} × ${request.count}` },
    );
    sheet.value("acceleratorsPerNode", gpu, request.count);
    chain.push({ label: "accelerators each", value: request.count, ...(gpu.range ? { range: gpu.range } : {}) });
    if (outer?.range) range = { low: outer.range.low * request.count, high: outer.range.high * request.count };
  } else if (request.countRange) {
    // The cheapest offer that fits is taken: the least count, in all likelihood.
    const { low, high } = request.countRange;
    const least = Math.max(1, low);
    const note = `least of ${low} to ${high}${factor === 1 ? "" : `, ${factor} times`}`;
    sheet.value("accelerators", gpu, factor * least, { confidence: "low", note });
    sheet.value("acceleratorsPerNode", gpu, least, { confidence: "low", note: `least of ${low} to ${high}` });
    range = { low: (outer?.range?.low ?? factor) * low, high: (outer?.range?.high ?? factor) * high };
  }
  const policy = root.get("spot_policy");
  if (policy.text() === "spot") sheet.value("pricing", policy, "spot");
  if (policy.text() === "on-demand") sheet.value("pricing", policy, "onDemand");
  sheet.value("region", root.get("regions", 0), root.get("regions", 0).text());
  const backend = root.get("backends", 0);
  if (
    root.get("backends").items().length === 1 &&
    /^(aws|gcp|azure|oci|lambda|runpod|nebius|vastai)$/.test(backend.text() ?? "")
  )
    sheet.text("provider", backend);
  const model = root.get("model").isMapping ? root.get("model", "name") : root.get("model");
  const { kind, notes: more } = readLaunch(
    {
      scripts: [block.get("commands"), block.get("entrypoint"), ...(block === root ? [] : [root.get("commands")])],
      environment: environmentOf(root),
      variables: {
        DSTACK_GPUS_PER_NODE: request.count,
        DSTACK_GPUS_NUM: request.count === undefined ? undefined : request.count * factor,
        DSTACK_NODES_NUM: factor,
      },
      hints: [root.get("image")],
      fallback: root.get("type").text() === "service" ? "inference" : "allocation",
    },
    sheet,
    context,
  );
  sheet.value("model", model, modelName(model.text() ?? ""));
  if (kind === "inference" && replicas.exists && outer) sheet.value("replicas", replicas, outer.value);
  const limit = root.get("max_duration").text();
  return [
    workload("dstack", kind, block, sheet, {
      name: root.get("name").text(),
      chain,
      acceleratorsRange: range,
      timeLimit: limit === undefined ? undefined : parseDuration(limit),
      notes: [...notes, ...more],
      anchor: gpu,
    }),
  ];
}

/** A list of `NAME=value`, or a mapping. */
function environmentOf(root: Cursor): Map<string, Cursor> {
  const variables = new Map<string, Cursor>();
  const env = root.get("env");
  for (const entry of env.entries()) if (entry.exists) variables.set(entry.key, entry);
  for (const item of env.items()) {
    const [name, ...rest] = (item.raw() ?? "").split("=");
    if (name && rest.length > 0) variables.set(name, item.as(rest.join("=")));
  }
  return variables;
}
