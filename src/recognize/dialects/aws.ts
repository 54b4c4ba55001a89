/** Amazon's requests and templates: SageMaker, HyperPod, Batch, ECS, ParallelCluster, CloudFormation. */
import { at, entryOf, isMapping, type TreeDocument, type TreeNode } from "../../document/tree";

import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { isAcceleratedInstance } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { readLaunch } from "../readers/launch";
import { modelName } from "../readers/modelNames";
import type { Dialect, Factor, RecognitionContext, Recognized } from "../recognized";

const has = (node: TreeNode | null | undefined, ...keys: readonly string[]): boolean =>
  keys.some((key) => entryOf(node, key) !== undefined);
const child = (document: TreeDocument, key: string): TreeNode | null | undefined => entryOf(document.root, key)?.value;

/** Instances of one kind as a workload's hardware; undefined for processors-only types. */
function reserve(type: Cursor, count: Cursor, sheet: FactSheet): readonly Factor[] | undefined {
  const text = type.text();
  const open = text === undefined && /\$/.test(type.raw() ?? "");
  if (!open && !isAcceleratedInstance(text ?? "")) return undefined;
  if (text !== undefined) sheet.text("instanceType", type);
  sheet.value("provider", type, "aws");
  if (count.number() !== undefined) sheet.value("nodes", count, count.number());
  return readInstance(sheet)?.chain ?? [];
}

const hours = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds / 3600);

export const sageMaker: Dialect = {
  id: "sagemaker",
  title: "SageMaker training, tuning, transform and endpoint requests",
  anchors: ["ResourceConfig", "ProductionVariants", "InstanceGroups", "TransformResources"],
  matches: (document) =>
    has(child(document, "ResourceConfig"), "InstanceType", "InstanceGroups") ||
    has(document.root, "ProductionVariants", "InstanceGroups", "TransformResources") ||
    has(child(document, "TrainingJobDefinition"), "ResourceConfig"),
  read: (document, context) => {
    const root = cursorOf(document);
    const job = root.get("TrainingJobDefinition").isMapping ? root.get("TrainingJobDefinition") : root;
    if (job.get("ResourceConfig").exists) return readTraining(job, root, context);
    if (root.get("TransformResources").exists) return readInstances(root, root.get("TransformResources"), "inference");
    const variants = root
      .get("ProductionVariants")
      .items()
      .flatMap((variant) => readInstances(root, variant, "inference"));
    return [
      ...variants,
      ...root
        .get("InstanceGroups")
        .items()
        .flatMap((group) => readInstances(root, group, "allocation")),
    ];
  },
  documentation: {
    recognizedBy: "`ResourceConfig`, `ProductionVariants`, `InstanceGroups` or `TransformResources`",
    reads: "instance type and count, managed spot, hyper-parameters, `MaxRuntimeInSeconds` as a limit",
  },
};

function readTraining(job: Cursor, root: Cursor, context: RecognitionContext): Recognized[] {
  const resource = job.get("ResourceConfig");
  const group = resource.get("InstanceGroups").exists ? resource.get("InstanceGroups", 0) : resource;
  const sheet = new FactSheet();
  const chain = reserve(group.get("InstanceType"), group.get("InstanceCount"), sheet);
  if (!chain) return [];
  const spot = job.get("EnableManagedSpotTraining");
  if (spot.boolean()) sheet.value("pricing", spot, "spot");
  const parameters = new Map(
    [...job.get("StaticHyperParameters").entries(), ...job.get("HyperParameters").entries()].map((entry) => [
      entry.key,
      entry,
    ]),
  );
  readHyperParameters(parameters, sheet);
  const algorithm = job.get("AlgorithmSpecification");
  const { kind } = readLaunch(
    {
      scripts: [algorithm.get("ContainerEntrypoint"), algorithm.get("ContainerArguments")],
      environment: new Map(
        job
          .get("Environment")
          .entries()
          .map((entry) => [entry.key, entry]),
      ),
      hints: [
        algorithm.get("TrainingImage"),
        root.get("TrainingJobName"),
        parameters.get("sagemaker_program") ?? root.get("-"),
      ],
      fallback: sheet.has("model") ? "fineTuning" : "training",
    },
    sheet,
    context,
  );
  return [
    workload("sagemaker", kind === "inference" ? "training" : kind, root, sheet, {
      name: root.first("TrainingJobName", "HyperParameterTuningJobName").text(),
      chain,
      timeLimit: hours(job.get("StoppingCondition", "MaxRuntimeInSeconds").positive()),
      anchor: resource,
    }),
  ];
}

function readHyperParameters(parameters: ReadonlyMap<string, Cursor>, sheet: FactSheet): void {
  const find = (...names: string[]): Cursor | undefined =>
    names.map((name) => parameters.get(name)).find((found) => found !== undefined);
  const put = (field: string, ...names: string[]): void => {
    const found = find(...names);
    const value = Number((found?.text() ?? "").replace(/^"(.*)"$/, "$1"));
    if (found && value > 0 && Number.isFinite(value)) sheet.value(field, found, value);
  };
  put("epochs", "epochs", "num_train_epochs", "epoch", "num_epochs");
  put("microBatchSize", "per_device_train_batch_size", "train_batch_size", "micro_batch_size");
  put("gradientAccumulation", "gradient_accumulation_steps");
  put("steps", "max_steps");
  put("sequenceLength", "max_seq_length", "max_input_length", "max_length");
  put("loraRank", "lora_r", "lora_rank");
  const model = find("model_id", "model_name_or_path", "model_name", "model_checkpoint");
  const text = (model?.text() ?? "").replace(/^"(.*)"$/, "$1");
  if (model) sheet.value("model", model, modelName(text));
}

function readInstances(root: Cursor, group: Cursor, kind: "inference" | "allocation"): Recognized[] {
  const sheet = new FactSheet();
  const count = group.first("InitialInstanceCount", "InstanceCount");
  const type = group.get("InstanceType");
  const chain = reserve(type, count, sheet);
  if (!chain) return [];
  if (kind === "inference" && count.positive() !== undefined) sheet.number("replicas", count);
  const model = group.get("ModelName").exists ? group.get("ModelName") : root.get("ModelName");
  if (kind === "inference" && /\d+b|llama|mistral|qwen|falcon|gpt|gemma/i.test(model.text() ?? ""))
    sheet.text("model", model, { confidence: "low" });
  const name = group.first("VariantName", "InstanceGroupName").text();
  return [workload("sagemaker", kind, group, sheet, { name, chain, anchor: type })];
}

export const hyperPodCli: Dialect = {
  id: "hyperpod-cli",
  title: "SageMaker HyperPod command line",
  anchors: ["training_cfg:", "instance_type: ml."],
  matches: (document) =>
    has(child(document, "training_cfg"), "run", "entry_script") &&
    has(child(document, "cluster"), "instance_type", "cluster_type"),
  read: (document, context) => {
    const root = cursorOf(document);
    const sheet = new FactSheet();
    const run = root.get("training_cfg", "run");
    const chain = reserve(root.get("cluster", "instance_type"), run.get("nodes"), sheet);
    sheet.number("nodes", run.get("nodes"));
    const each = run.get("ntasks_per_node");
    const { kind } = readLaunch(
      {
        scripts: [root.get("training_cfg", "entry_script"), root.get("training_cfg", "script_args")],
        hints: [root.get("container")],
        fallback: "training",
      },
      sheet,
      context,
    );
    if (!chain && each.positive() === undefined) return [];
    return [
      workload("hyperpod-cli", kind === "inference" ? "training" : kind, root, sheet, {
        name: run.get("name").text(),
        chain,
        anchor: root.get("cluster"),
      }),
    ];
  },
  documentation: { recognizedBy: "`training_cfg` with `cluster`", reads: "nodes × accelerators of the instance type" },
};

const gpuRequirement = (container: Cursor): Cursor | undefined =>
  [...container.get("resourceRequirements").items(), ...container.get("ResourceRequirements").items()]
    .find((item) => /^(GPU|InferenceAccelerator|NEURON)$/i.test(item.first("type", "Type").text() ?? ""))
    ?.first("value", "Value");

export const awsBatch: Dialect = {
  id: "aws-batch",
  title: "AWS Batch job definition, ECS task definition",
  anchors: ["resourceRequirements", "nodeProperties", "ResourceRequirements"],
  matches: (document) =>
    has(
      document.root,
      "containerProperties",
      "nodeProperties",
      "containerDefinitions",
      "ecsProperties",
      "jobDefinitionName",
      "containerOverrides",
    ),
  read: (document, context) => {
    const root = cursorOf(document);
    const containers = [
      root.get("containerProperties"),
      root.get("containerOverrides"),
      ...root.get("containerDefinitions").items(),
      ...root.get("ecsProperties", "taskProperties", 0, "containers").items(),
    ];
    const nodes = root.get("nodeProperties");
    const ranges = nodes.get("nodeRangeProperties").items();
    const count = nodes.get("numNodes");
    if (ranges.length > 0)
      return ranges.slice(0, 1).flatMap((range) => readBatch(root, range.get("container"), count, context));
    return containers.flatMap((container) => readBatch(root, container, undefined, context));
  },
  documentation: {
    recognizedBy: "job or task definition with a GPU among the resource requirements",
    reads: "nodes × GPUs, the command, `attemptDurationSeconds` as a limit",
  },
};

function readBatch(
  root: Cursor,
  container: Cursor,
  nodes: Cursor | undefined,
  context: RecognitionContext,
): Recognized[] {
  const gpus = gpuRequirement(container);
  const type = container.first("instanceType", "InstanceType");
  const each = gpus?.positive();
  const sheet = new FactSheet();
  const spec = isAcceleratedInstance(type.text() ?? "");
  if (each === undefined && !spec) return [];
  if (spec) sheet.text("instanceType", type);
  sheet.value("provider", gpus ?? type, "aws");
  const count = nodes?.positive();
  if (nodes && count !== undefined) sheet.value("nodes", nodes, count);
  const chain: Factor[] = [];
  if (gpus && each !== undefined) {
    sheet.value("acceleratorsPerNode", gpus, each);
    sheet.value(
      "accelerators",
      gpus,
      each * (count ?? 1),
      count === undefined ? {} : { note: `${count} nodes × ${each}` },
    );
    if (nodes?.range && count !== undefined) chain.push({ label: "nodes", value: count, range: nodes.range });
    if (gpus.range) chain.push({ label: "accelerators per node", value: each, range: gpus.range });
  }
  readInstance(sheet);
  const variables = new Map<string, Cursor>();
  for (const item of container.first("environment", "Environment").items()) {
    const name = item.first("name", "Name").text();
    if (name) variables.set(name, item.first("value", "Value"));
  }
  const { kind } = readLaunch(
    {
      scripts: [container.first("command", "Command")],
      environment: variables,
      hints: [container.first("image", "Image")],
      fallback: "allocation",
    },
    sheet,
    context,
  );
  const seconds = root.first("timeout", "Timeout").first("attemptDurationSeconds", "AttemptDurationSeconds").positive();
  const name = root.first("jobDefinitionName", "family", "JobDefinitionName", "jobName").text();
  return [workload("aws-batch", kind, root, sheet, { name, chain, timeLimit: hours(seconds), anchor: gpus ?? type })];
}

export const cloudFormation: Dialect = {
  id: "cloudformation",
  title: "CloudFormation with accelerated resources",
  anchors: ["AWS::Batch::JobDefinition", "AWS::SageMaker::", "AWS::ECS::TaskDefinition", "ParameterKey"],
  matches: (document) => {
    if (document.root?.type === "sequence") return entryOf(at(document.root, 0), "ParameterKey") !== undefined;
    const resources = child(document, "Resources");
    return isMapping(resources) && resources.entries.some(({ value }) => has(value, "Type"));
  },
  read: (document, context) => {
    const root = cursorOf(document);
    if (root.isSequence) return readParameters(root);
    return root
      .get("Resources")
      .entries()
      .flatMap((resource) => readResource(resource, root, context));
  },
  documentation: {
    recognizedBy: "`Resources` with Batch, ECS or SageMaker resources, or a list of `ParameterKey`",
    reads: "nodes, instance types, GPU requirements; accelerated instance type and count among parameters",
  },
};

function readResource(resource: Cursor, root: Cursor, context: RecognitionContext): Recognized[] {
  const type = resource.get("Type").text() ?? "";
  const properties = resource.get("Properties");
  if (type === "AWS::Batch::JobDefinition") {
    const nodes = properties.get("NodeProperties");
    const range = nodes.get("NodeRangeProperties", 0);
    if (range.exists) return readBatch(properties, range.get("Container"), nodes.get("NumNodes"), context);
    return readBatch(properties, properties.get("ContainerProperties"), undefined, context);
  }
  if (type === "AWS::ECS::TaskDefinition")
    return properties
      .get("ContainerDefinitions")
      .items()
      .flatMap((container) => readBatch(properties, container, undefined, context));
  if (type === "AWS::SageMaker::EndpointConfig")
    return properties
      .get("ProductionVariants")
      .items()
      .flatMap((variant) => readInstances(root, variant, "inference"));
  if (type === "AWS::SageMaker::Cluster")
    return properties
      .get("InstanceGroups")
      .items()
      .flatMap((group) => readInstances(root, group, "allocation"));
  return [];
}

/** `[{ParameterKey: AcceleratedInstanceType, ParameterValue: …}, …]`: a type and the count that shares its prefix. */
function readParameters(root: Cursor): Recognized[] {
  const parameters = root.items().slice(0, 500);
  const keyOf = (item: Cursor): string => item.get("ParameterKey").text() ?? "";
  return parameters.flatMap((item) => {
    const prefix = /^(\w*)InstanceType\w*$/.exec(keyOf(item))?.[1];
    if (prefix === undefined) return [];
    const count = parameters.find((other) =>
      new RegExp(`^${prefix}(Instance|Node)?s?(Count|Number|Size)$`, "i").test(keyOf(other)),
    );
    const sheet = new FactSheet();
    const value = item.get("ParameterValue");
    const chain = reserve(value, count?.get("ParameterValue") ?? item.get("-"), sheet);
    return chain
      ? [workload("cloudformation", "allocation", item, sheet, { name: keyOf(item), chain, anchor: value })]
      : [];
  });
}

export const parallelCluster: Dialect = {
  id: "parallelcluster",
  title: "AWS ParallelCluster",
  anchors: ["SlurmQueues", "AwsBatchQueues"],
  matches: (document) => has(child(document, "Scheduling"), "SlurmQueues", "AwsBatchQueues"),
  read: (document) => {
    const root = cursorOf(document);
    return root
      .get("Scheduling", "SlurmQueues")
      .items()
      .flatMap((queue) =>
        queue
          .get("ComputeResources")
          .items()
          .flatMap((resource) => readQueue(root, queue, resource)),
      );
  },
  documentation: {
    recognizedBy: "`Scheduling.SlurmQueues`",
    reads: "instance type, minimum and maximum count of every compute resource, capacity type",
  },
};

function readQueue(root: Cursor, queue: Cursor, resource: Cursor): Recognized[] {
  const sheet = new FactSheet();
  const type = resource.get("InstanceType").exists
    ? resource.get("InstanceType")
    : resource.get("Instances", 0, "InstanceType");
  const low = resource.get("MinCount");
  const high = resource.get("MaxCount");
  const chain = reserve(type, (low.number() ?? 0) > 0 ? low : high, sheet);
  if (!chain) return [];
  const capacity = queue.get("CapacityType");
  const pricing = { SPOT: "spot", ONDEMAND: "onDemand", CAPACITY_BLOCK: "reserved" }[capacity.text() ?? ""];
  sheet.value("pricing", capacity, pricing);
  sheet.text("region", root.get("Region"));
  const each = sheet.numberOf("acceleratorsPerNode");
  const most = high.number();
  const range =
    each !== undefined && most !== undefined ? { low: (low.number() ?? 0) * each, high: most * each } : undefined;
  return [
    workload("parallelcluster", "allocation", resource, sheet, {
      name: resource.get("Name").text() ?? queue.get("Name").text(),
      chain,
      acceleratorsRange: range && range.high > range.low ? range : undefined,
      anchor: type,
    }),
  ];
}
