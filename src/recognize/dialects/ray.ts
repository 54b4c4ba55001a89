/** Ray on Kubernetes: a head and groups of workers; what is served inside runs on them and is never a further factor. */
import { parseNumber } from "../../core/numbers";
import { kindOfCommand, modelAt, readCommand } from "../readers/commandFacts";
import { CommandLine } from "../readers/commandLine";
import { type Cursor, cursorOf, type FactSheet } from "../readers/facts";
import { acceleratorName } from "../readers/gpu";
import { factor, type PodFactor, type PodGroup, podGroup } from "../readers/kubernetes";
import { kubernetesDialect } from "../readers/kubernetesFormat";
import { parsePrecision } from "../readers/precision";
import type { RecognitionContext } from "../recognized";

export function clusterGroups(cluster: Cursor): PodGroup[] {
  const head = cluster.get("headGroupSpec", "template");
  const specs = cluster.get("workerGroupSpecs");
  const workers = specs.isMapping ? [specs] : specs.items();
  return [
    podGroup("head", head),
    ...workers.map((group) => {
      const name = group.get("groupName").text() ?? "workers";
      return podGroup(
        name,
        group.get("template"),
        workerReplicas(group),
        factor("hosts per replica", group.get("numOfHosts")),
      );
    }),
  ];
}

function workerReplicas(group: Cursor): PodFactor {
  const low = group.get("minReplicas").number();
  const high = group.get("maxReplicas").number();
  const stated = group.get("replicas").exists ? group.get("replicas") : group.get("minReplicas");
  const replicas = factor("replicas", stated);
  if (low === undefined || high === undefined || high > 100_000 || low > high || low === high) return replicas;
  return { ...replicas, low, high };
}

const documentation = {
  recognizedBy: "`ray.io` API version and kind",
  reads:
    "head + worker replicas × hosts × accelerators, the range of the autoscaler, the model and engine of Ray Serve LLM",
  limits: "logical resources (`num-gpus`) without a container resource are not counted",
};

export const rayCluster = kubernetesDialect({
  id: "raycluster",
  title: "KubeRay RayCluster",
  apiVersion: /^ray\.io\//,
  kinds: ["RayCluster"],
  anchors: ["gpu-fraction"],
  groups: (root) => clusterGroups(root.get("spec")),
  work: "allocation",
  documentation,
});

export const rayJob = kubernetesDialect({
  id: "rayjob",
  title: "KubeRay RayJob",
  apiVersion: /^ray\.io\//,
  kinds: ["RayJob"],
  anchors: ["gpu-fraction"],
  groups: (root) => clusterGroups(root.get("spec", "rayClusterSpec")),
  work: "training",
  scripts: true,
  command: (root, context) => {
    const name = `${root.get("metadata", "name").raw() ?? ""} ${context.path.split("/").at(-1) ?? ""}`;
    return kindOfCommand(new CommandLine(root.get("spec", "entrypoint")).text) ?? kindOfCommand(name);
  },
  timeLimit: (root) => root.get("spec", "activeDeadlineSeconds"),
  refine: (root, sheet, context) => {
    const line = new CommandLine(root.get("spec", "entrypoint"));
    if (line.text !== "") readCommand(line, sheet, { kind: kindOfCommand(line.text) ?? "training" });
    const outer = root.get("spec", "runtimeEnvYAML");
    const document =
      outer.raw() === undefined ? undefined : context.parse(outer.raw() as string, `${context.path}#runtimeEnvYAML`)[0];
    if (document) readVariables(cursorOf(document).get("env_vars"), putInto(outer, sheet));
  },
  documentation,
});

export const rayService = kubernetesDialect({
  id: "rayservice",
  title: "KubeRay RayService",
  apiVersion: /^ray\.io\//,
  kinds: ["RayService"],
  anchors: ["gpu-fraction"],
  groups: (root) => clusterGroups(root.get("spec", "rayClusterConfig")),
  work: "inference",
  fixed: true,
  refine: (root, sheet, context) => readServeConfig(root.get("spec", "serveConfigV2"), sheet, context),
  documentation,
});

/** YAML inside a block scalar: facts get the place of their text. */
function readServeConfig(outer: Cursor, sheet: FactSheet, context: RecognitionContext): void {
  const text = outer.raw();
  if (text === undefined) return;
  const document = context.parse(text, `${context.path}#serveConfigV2`)[0];
  if (!document) return;
  const inner = cursorOf(document);
  const put = putInto(outer, sheet);
  for (const application of inner.get("applications").items()) {
    const args = application.get("args");
    const configs = args.get("llm_configs").isSequence ? args.get("llm_configs").items() : [args];
    for (const config of configs) {
      const source = config.get("model_loading_config").first("model_source", "model_id");
      put("model", source, modelAt(source));
      const type = config.get("accelerator_type");
      put("accelerator", type, type.text() === undefined ? undefined : acceleratorName(type.text() as string));
      const engine = config.get("engine_kwargs");
      put("parallelism.tensor", engine.get("tensor_parallel_size"), engine.get("tensor_parallel_size").positive());
      put(
        "parallelism.pipeline",
        engine.get("pipeline_parallel_size"),
        engine.get("pipeline_parallel_size").positive(),
      );
      put("maxModelLength", engine.get("max_model_len"), engine.get("max_model_len").positive());
      put("precision", engine.get("dtype"), parsePrecision(engine.get("dtype").text()));
    }
    readVariables(application.get("runtime_env", "env_vars"), put);
  }
}

type Put = (name: string, from: Cursor, value?: unknown) => void;

/** Facts of an inner document stand at the text they were read from. */
const putInto =
  (outer: Cursor, sheet: FactSheet): Put =>
  (name, from, value = from.value()) => {
    if (value === undefined || value === null || !from.exists) return;
    const place = locate(outer, `${from.key}:`, from.raw() ?? "");
    sheet.set(name, { ...outer.fact(value), ...(place ? { range: place } : {}), note: "Ray" });
  };

function readVariables(variables: Cursor, put: Put): void {
  const model = variables.first("MODEL_ID", "MODEL_SOURCE", "MODEL_NAME", "MODEL", "HF_MODEL_ID", "MODEL_PATH");
  put("model", model, modelAt(model));
  const tensor = variables.first("TENSOR_PARALLELISM", "TENSOR_PARALLEL_SIZE", "TP_SIZE");
  put("parallelism.tensor", tensor, tensor.positive());
  const length = variables.first("MAX_MODEL_LEN", "MAX_MODEL_LENGTH");
  put("maxModelLength", length, length.positive());
  const price = variables.first("GPU_COST_PER_HOUR", "COST_PER_GPU_HOUR");
  put("pricePerAcceleratorHour", price, parseNumber(price.text() ?? ""));
}

function locate(outer: Cursor, key: string, value: string): { start: number; end: number } | undefined {
  const { document } = outer.origin;
  if (!outer.node) return undefined;
  for (let from = outer.node.start; ; ) {
    const start = document.text.indexOf(key, from);
    if (start < 0 || start > outer.node.end) return undefined;
    const end = document.text.indexOf(value, start + key.length);
    if (end >= 0 && end - start - key.length < 12)
      return { start: start + document.offset, end: end + value.length + document.offset };
    from = start + key.length;
  }
}
