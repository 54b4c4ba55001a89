/** Capacity that a cluster may reserve: Karpenter node pools and eksctl node groups. Not work, but money. */
import type { TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { isAcceleratedInstance, isAcceleratorResource, isInstanceType } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { isKind } from "../readers/resourceKind";
import type { Dialect, Recognized } from "../recognized";

export const karpenter: Dialect = {
  id: "karpenter",
  title: "Karpenter NodePool",
  anchors: ["karpenter.sh/v1"],
  matches: (document) => isKind(document, /^karpenter\.sh\//, ["NodePool", "Provisioner"]),
  read: readNodePool,
  documentation: {
    recognizedBy: "`karpenter.sh` and kind, with an accelerator limit or accelerated instances",
    reads: "the limit as the most that may run, instance types, spot or on demand",
    limits: "what runs at a given time is the scheduler's choice",
  },
};

function readNodePool(document: TreeDocument): readonly Recognized[] {
  const root = cursorOf(document);
  const spec = root.get("spec");
  const pod = spec.get("template", "spec");
  const requirements = [...pod.get("requirements").items(), ...spec.get("requirements").items()];
  const values = (key: RegExp): Cursor[] =>
    requirements.filter((item) => key.test(item.get("key").text() ?? "")).flatMap((item) => item.get("values").items());
  const limit = [...spec.get("limits").entries(), ...spec.get("limits", "resources").entries()].find((entry) =>
    isAcceleratorResource(entry.key),
  );
  const instances = values(/instance-type$/).filter((item) => isAcceleratedInstance(item.text() ?? ""));
  const families = values(/instance-(family|category)$/).filter((item) =>
    /^(p\d?\w*|g\d?\w*|trn\d?\w*|inf\d?|dl\d\w*|nc\w*|nd\w*|nv\w*)$/i.test(item.text() ?? ""),
  );
  const named = values(/instance-gpu-name$/)[0];
  if (!limit && instances.length === 0 && families.length === 0 && !named) return [];
  const sheet = new FactSheet();
  const [instance] = instances;
  if (named) sheet.text("accelerator", named);
  if (instance)
    sheet.value(
      "instanceType",
      instance,
      instance.text(),
      instances.length > 1 ? { note: `one of ${instances.length}` } : {},
    );
  const capacity = values(/capacity-type$/)[0];
  if (capacity) sheet.value("pricing", capacity, /spot/i.test(capacity.text() ?? "") ? "spot" : "onDemand");
  const most = limit?.positive();
  const range = most === undefined ? undefined : { low: 0, high: most };
  if (limit && most !== undefined)
    sheet.set("accelerators", limit.fact(most, { confidence: "low", note: "the limit: the most that may run" }));
  return [
    workload("karpenter", "allocation", root, sheet, {
      name: root.get("metadata", "name").text(),
      acceleratorsRange: range,
      notes: ["capacity: up to this much, as pods ask for it"],
      anchor: root.get("kind"),
    }),
  ];
}

export const eksctl: Dialect = {
  id: "eksctl",
  title: "eksctl ClusterConfig",
  anchors: ["eksctl.io/"],
  matches: (document) => isKind(document, /^eksctl\.io\//, ["ClusterConfig"]),
  read: (document) => {
    const root = cursorOf(document);
    const groups = [...root.get("managedNodeGroups").items(), ...root.get("nodeGroups").items()];
    return groups.flatMap((group) => readNodeGroup(root, group));
  },
  documentation: {
    recognizedBy: "`eksctl.io` ClusterConfig with a node group of accelerated instances",
    reads: "desired capacity (range to `maxSize`) × accelerators of the instance type",
  },
};

function readNodeGroup(root: Cursor, group: Cursor): Recognized[] {
  const types = group.get("instanceTypes");
  const type = group.get("instanceType").exists
    ? group.get("instanceType")
    : types.exists
      ? types.get(0)
      : group.get("instancesDistribution", "instanceTypes", 0);
  const text = type.text();
  const open = text === undefined && /\$\{?\w*(INSTANCE|GPU)/i.test(type.raw() ?? "");
  if (!open && (text === undefined || !isAcceleratedInstance(text))) return [];
  const sheet = new FactSheet();
  const desired = group.first("desiredCapacity", "minSize");
  const high = group.get("maxSize").number();
  const nodes = desired.number();
  const resting = nodes === 0 && (high ?? 0) > 0;
  if (nodes !== undefined)
    sheet.set("nodes", desired.fact(resting ? 1 : nodes, resting ? { note: "one, scaled up from none" } : {}));
  if (text !== undefined && isInstanceType(text)) sheet.text("instanceType", type);
  sheet.value("provider", type, "aws", { note: "eksctl" });
  sheet.text("region", root.get("metadata", "region"));
  const spot = group.get("spot").boolean() === true || /spot/i.test(group.get("capacityType").text() ?? "");
  if (spot) sheet.value("pricing", group.first("spot", "capacityType"), "spot");
  const count = readInstance(sheet);
  const low = group.get("minSize").number() ?? (resting ? 0 : undefined);
  const range =
    count?.perNode !== undefined && low !== undefined && high !== undefined && high > low
      ? { low: low * count.perNode, high: high * count.perNode }
      : undefined;
  return [
    workload("eksctl", "allocation", group, sheet, {
      name: group.get("name").text(),
      acceleratorsRange: range,
      chain: count?.chain,
    }),
  ];
}
