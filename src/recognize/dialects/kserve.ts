/** KServe: InferenceService and LLMInferenceService. */

import { modelAt } from "../readers/commandFacts";
import type { Cursor, FactSheet } from "../readers/facts";
import { acceleratorName, isInstanceType } from "../readers/gpu";
import {
  factor,
  type PodFactor,
  type PodGroup,
  podDemand,
  readContainers,
  resourceDemand,
} from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";
import { modelName, modelNameInPath } from "../readers/modelNames";

const frameworks = /^(model|pytorch|tensorflow|huggingface|triton|onnx|sklearn|xgboost|paddle|lightgbm|pmml|mlflow)$/;
const modelOf = (predictor: Cursor): Cursor | undefined =>
  predictor.entries().find((entry) => frameworks.test(entry.key));

function predictorGroup(part: Cursor): PodGroup {
  const low = part.get("minReplicas");
  const high = part.get("maxReplicas").number();
  const least = low.number();
  const stated = factor("replicas", low);
  const now: PodFactor = least === 0 ? { ...stated, value: 1, low: 0 } : stated;
  const replicas: PodFactor =
    high !== undefined && high > 0 ? { ...now, low: least ?? 1, high: Math.max(high, now.value ?? 1) } : now;
  const own = resourceDemand(modelOf(part)?.get("resources") ?? part.get("resources"));
  const pods = podDemand(part, part.get("annotations").exists ? part : (part.parent?.parent?.get("metadata") ?? part));
  const workers = part.get("workerSpec");
  const nodes = workers.get("pipelineParallelSize");
  const demand = own ? { present: true, ...own } : pods;
  return {
    label: part.key,
    spec: part,
    factors: nodes.exists ? [replicas, factor("pipeline stages", nodes)] : [replicas],
    demand,
  };
}

/** The parts stand in the spec; before its first stable version in `default`, the predictor there even without a key. */
function partsOf(root: Cursor): Cursor {
  const spec = root.get("spec");
  return spec.get("predictor").exists || !spec.get("default").exists ? spec : spec.get("default");
}
function predictorOf(root: Cursor): Cursor {
  const parts = partsOf(root);
  return parts.get("predictor").exists || parts.key !== "default" ? parts.get("predictor") : parts;
}

export const inferenceService = kubernetesDialect({
  id: "kserve-inferenceservice",
  title: "KServe InferenceService",
  apiVersion: /^serving\.(?:kserve\.io|kubeflow\.org)\/v1\w*$/,
  kinds: ["InferenceService", "KFService"],
  groups: (root) => [
    predictorGroup(predictorOf(root)),
    ...["transformer", "explainer"].map((part) => predictorGroup(partsOf(root).get(part))),
  ],
  work: "inference",
  fixed: true,
  refine: (root, sheet) => {
    const predictor = predictorOf(root);
    readAnnotations(root, sheet);
    const model = modelOf(predictor);
    readContainers([...(model ? [model] : []), ...predictor.get("containers").items()], sheet, "inference");
    const storage = model?.get("storageUri");
    const name = /^(hf|s3|gs|https?|oci):\/\//.test(storage?.text() ?? "")
      ? modelName(storage?.text() ?? "")
      : undefined;
    if (storage && name && /^hf:/.test(storage.text() ?? "")) sheet.set("model", storage.fact(name));
  },
  complete: (root, sheet) => {
    const name = root.get("metadata", "name");
    const model = modelNameInPath(name.text() ?? "");
    if (model) sheet.set("model", name.fact(model, { confidence: "low", note: "by the name of the service" }));
  },
  documentation: {
    recognizedBy: "`serving.kserve.io` and kind, with an accelerator",
    reads: "replicas (range to `maxReplicas`) × accelerators of the predictor, arguments of the model server",
  },
});

/** Resources stated in full, and no accelerator among them: a small model on processors. */
function readProcessorsOnly(root: Cursor, sheet: FactSheet): void {
  const spec = root.get("spec");
  const template = spec.get("template");
  const main = template
    .get("containers")
    .items()
    .map((container) => container.get("resources"))
    .find((resources) => resources.isMapping);
  if (!main || sheet.has("accelerators") || spec.has("baseRefs") || template.has("resourceClaims")) return;
  const counted = [
    main,
    ...spec
      .get("prefill", "template", "containers")
      .items()
      .map((container) => container.get("resources")),
  ];
  if (counted.every((resources) => resourceDemand(resources) === undefined))
    sheet.set("accelerators", main.fact(0, { note: "processors only" }));
}

/** Device claims that KServe makes from annotations. */
function readAnnotations(root: Cursor, sheet: FactSheet): void {
  const annotations = root.get("metadata", "annotations");
  const type = annotations.first("serving.kserve.io/gke-accelerator", "serving.kubeflow.org/gke-accelerator");
  if (type.text()) sheet.set("accelerator", type.fact(acceleratorName(type.text() as string)));
  const selector = annotations.get("serving.kserve.io/exp-dra-cel-selector");
  const named = /\[['"](?:type|productName|model)['"]\]\s*==\s*['"]([^'"]+)['"]/.exec(selector.text() ?? "")?.[1];
  if (named) sheet.set("accelerator", selector.fact(named));
  const instance = annotations.get("serving.kserve.io/instance-type");
  if (isInstanceType(instance.text() ?? "")) sheet.text("instanceType", instance);
}

/** A decode or prefill part: its pods per replica follow data parallelism, or the leader has workers beside it. */
function servingGroup(label: string, part: Cursor, metadata: Cursor): PodGroup[] {
  const replicas = factor("replicas", part.get("replicas"));
  const parallelism = part.get("parallelism");
  const data = parallelism.get("data").positive();
  const local = parallelism.get("dataLocal").positive();
  const pipeline = parallelism.get("pipeline").positive();
  const pods =
    data !== undefined && local !== undefined
      ? { label: "pods per replica", value: Math.max(1, Math.ceil(data / local)), at: parallelism.get("data") }
      : pipeline !== undefined && part.get("worker").exists
        ? { label: "pods per replica", value: pipeline, at: parallelism.get("pipeline") }
        : undefined;
  const factors = pods ? [replicas, pods] : [replicas];
  const demand = podDemand(part.get("template"), metadata);
  const claim = metadata.get("annotations", "serving.kserve.io/exp-dra-device-count");
  const deviceClass = metadata.get("annotations", "serving.kserve.io/exp-dra-device-class");
  const devices = claim.positive() ?? (deviceClass.exists && !claim.exists ? 1 : undefined);
  const claimed =
    devices === undefined
      ? undefined
      : {
          present: true,
          accelerators: devices,
          at: claim.exists ? claim : deviceClass,
          note: "device claim by annotation",
        };
  return [{ label, spec: part.get("template"), factors, demand: demand.present ? demand : (claimed ?? demand) }];
}

export const llmInferenceService = kubernetesDialect({
  id: "kserve-llminferenceservice",
  title: "KServe LLMInferenceService",
  apiVersion: /^serving\.kserve\.io\/v1\w*$/,
  kinds: ["LLMInferenceService"],
  anchors: ["LLMInferenceService"],
  groups: (root) => {
    const spec = root.get("spec");
    const metadata = root.get("metadata");
    const decode = servingGroup("decode", spec, metadata);
    return spec.get("prefill").exists ? [...decode, ...servingGroup("prefill", spec.get("prefill"), metadata)] : decode;
  },
  always: () => true,
  work: "inference",
  fixed: true,
  refine: (root, sheet) => {
    const model = root.get("spec", "model");
    const uri = model.get("uri");
    const remote = /^(hf|s3|gs|oci|https?):\/\//.test(uri.text() ?? uri.raw() ?? "");
    if (remote) sheet.value("model", uri, modelAt(uri));
    sheet.text("model", model.get("name"));
    sheet.value("model", uri, modelAt(uri));
    readAnnotations(root, sheet);
    readProcessorsOnly(root, sheet);
    sheet.number("parallelism.tensor", root.get("spec", "parallelism", "tensor"));
    sheet.number("parallelism.data", root.get("spec", "parallelism", "data"));
    sheet.number("parallelism.pipeline", root.get("spec", "parallelism", "pipeline"));
    const degrees = root.get("spec", "parallelism");
    const members = (degrees.get("tensor").positive() ?? 1) * (degrees.get("data").positive() ?? 1);
    const expert = degrees.get("expert");
    if (expert.value() === true && members > 1)
      sheet.set("parallelism.expert", expert.fact(members, { note: "tensor × data parallel" }));
  },
  documentation: {
    recognizedBy: "`serving.kserve.io` and kind",
    reads:
      "decode and prefill replicas × pods (data / dataLocal) × accelerators, the model's URI, additional engine arguments",
  },
});
