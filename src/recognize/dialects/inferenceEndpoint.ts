/** Hugging Face Inference Endpoints, as their API takes and gives them (huggingface.co/docs/inference-endpoints, API reference, 2025). */
import type { Kind } from "../../core/workload";
import { at, entryOf, type TreeDocument } from "../../document/tree";
import { cursorOf, FactSheet, workload } from "../readers/facts";
import { acceleratorName } from "../readers/gpu";
import { modelName } from "../readers/modelNames";
import type { Dialect, Recognized } from "../recognized";

export const inferenceEndpoint: Dialect = {
  id: "inference-endpoint",
  title: "Hugging Face Inference Endpoint",
  anchors: ["instanceSize", "instance_size"],
  matches: ({ root }) => {
    const compute = entryOf(root, "compute")?.value;
    return (
      (entryOf(compute, "instanceSize") ?? entryOf(compute, "instance_size")) !== undefined &&
      entryOf(compute, "accelerator") !== undefined &&
      at(root, "model", "repository") !== undefined
    );
  },
  read,
  documentation: {
    recognizedBy: "`compute` with `accelerator` and `instanceSize` beside `model.repository`",
    reads: "least replicas × accelerators of the size (`x4`), their type, the model, cloud and region",
    limits: "processors only reserve no accelerator and are left out",
  },
};

function read(document: TreeDocument): readonly Recognized[] {
  const root = cursorOf(document);
  const compute = root.get("compute");
  if (/^cpu$/i.test(compute.get("accelerator").text() ?? "")) return [];
  const type = compute.first("instanceType", "instance_type");
  const size = compute.first("instanceSize", "instance_size");
  const named = type.text();
  const sheet = new FactSheet();
  if (named) sheet.value("accelerator", type, acceleratorName(/inf2/.test(named) ? "Inferentia2" : named));
  const each = /^x(\d{1,3})$/.exec(size.text() ?? "")?.[1];
  const scaling = compute.get("scaling");
  const least = scaling.first("minReplica", "min_replica");
  const most = scaling.first("maxReplica", "max_replica").positive();
  const replicas = Math.max(1, least.number() ?? 1);
  if (least.exists) sheet.value("replicas", least, replicas);
  const count = each === undefined ? undefined : Number(each);
  if (count !== undefined)
    sheet.value("accelerators", size, count * replicas, replicas === 1 ? {} : { note: `${replicas} × ${count}` });
  const repository = root.get("model", "repository");
  sheet.value("model", repository, modelName(repository.text() ?? ""));
  const cloud = root.get("provider").isMapping ? root.get("provider") : root.get("cloud");
  sheet.text("provider", cloud.get("vendor"));
  sheet.text("region", cloud.get("region"));
  const task = root.get("model", "task").text() ?? "";
  const kind: Kind = /text-to-image|image-to-image/.test(task) ? "imageGeneration" : "inference";
  if (kind === "inference" && /text-generation/.test(task) && root.get("model", "image").has("tgi"))
    sheet.value("engine", root.get("model", "image"), "tgi");
  const range =
    count !== undefined && most !== undefined ? { low: (least.number() ?? 0) * count, high: most * count } : undefined;
  return [
    workload("inference-endpoint", kind, root, sheet, {
      name: root.get("name").text(),
      chain:
        count === undefined
          ? undefined
          : [
              { label: "replicas", value: replicas },
              { label: "accelerators each", value: count },
            ],
      acceleratorsRange: range && range.high > range.low ? range : undefined,
      anchor: type.exists ? type : size,
    }),
  ];
}
