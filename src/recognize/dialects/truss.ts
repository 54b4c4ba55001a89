/** Baseten Truss `config.yaml`. */
import { entryOf, isMapping, type TreeDocument } from "../../document/tree";
import { engineIn } from "../readers/commandFacts";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import { parseAccelerators } from "../readers/gpu";
import { readLaunch } from "../readers/launch";
import { modelName } from "../readers/modelNames";
import { parsePrecision } from "../readers/precision";
import type { Dialect, RecognitionContext, Recognized } from "../recognized";

export const truss: Dialect = {
  id: "truss",
  title: "Baseten Truss",
  anchors: ["use_gpu:", "trt_llm:", "model_metadata:", "  accelerator:"],
  matches: (document) => {
    const resources = entryOf(document.root, "resources")?.value;
    const has = (...keys: string[]): boolean => keys.some((key) => entryOf(document.root, key) !== undefined);
    const own = has(
      "model_name",
      "model_metadata",
      "python_version",
      "trt_llm",
      "base_image",
      "model_cache",
      "model_class_name",
    );
    if (entryOf(document.root, "trt_llm") !== undefined && own) return true;
    return (
      own &&
      isMapping(resources) &&
      (entryOf(resources, "accelerator") !== undefined || entryOf(resources, "use_gpu") !== undefined)
    );
  },
  read,
  documentation: {
    recognizedBy: "`resources.accelerator` or `use_gpu` beside a model's name or metadata",
    reads: "accelerator and count of one replica, repository, TensorRT-LLM build, start command",
    limits: "replicas are set in the service; GPUs of the engine's builder are not counted",
  },
};

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const sheet = new FactSheet();
  const resources = root.get("resources");
  const at = resources.get("accelerator");
  const request = at.text() === undefined ? undefined : parseAccelerators(at.text() as string);
  if (request) {
    sheet.value("accelerator", at, request.name);
    sheet.value("accelerators", at, request.count);
    const nodes = resources.get("node_count");
    if (nodes.positive() !== undefined && request.count !== undefined) {
      sheet.number("nodes", nodes).value("acceleratorsPerNode", at, request.count);
      const count = (nodes.positive() as number) * request.count;
      sheet.replace("accelerators", at.fact(count, { note: `${nodes.positive()} nodes × ${request.count}` }));
    }
  } else if (resources.get("use_gpu").boolean() === true) {
    sheet.value("accelerators", resources.get("use_gpu"), 1, { confidence: "medium", note: "a GPU of unknown type" });
  } else if (resources.exists) {
    const where = at.entry ? at : resources.get("use_gpu");
    sheet.set("accelerators", where.fact(0, { note: "no accelerator" }));
  }
  const stated = root.get("build", "arguments");
  const held = weightsOf(root, root.get("trt_llm", "build", "checkpoint_repository", "repo"));
  if (held) sheet.value("model", held, modelName(held.text()?.replace(/@[0-9a-f]{7,64}$/, "") ?? ""));
  readBuild(root.get("trt_llm"), sheet);
  sheet.value(
    "model",
    root.get("model_metadata", "repo_id"),
    modelName(root.get("model_metadata", "repo_id").text() ?? ""),
  );
  const named = stated.first("model_id", "model");
  sheet.value("model", named, modelName(named.text() ?? ""));
  sheet
    .number("parallelism.tensor", stated.get("tensor_parallel_count"))
    .number("parallelism.pipeline", stated.get("pipeline_parallel_count"));
  const server = root.get("build", "model_server");
  sheet.value("engine", server, engineIn(server.text()?.replace(/^tgi$/i, "text-generation-inference") ?? ""));
  const { kind, notes } = readLaunch(
    {
      scripts: [root.get("docker_server", "start_command")],
      environment: new Map(
        root
          .get("environment_variables")
          .entries()
          .map((entry) => [entry.key, entry]),
      ),
      hints: [root.get("base_image", "image")],
      fallback: "inference",
    },
    sheet,
    context,
  );
  const cached = cachedModel(root);
  if (cached) sheet.value("model", cached, modelName(cached.text() ?? ""));
  sheet.text("model", root.get("model_name"), { confidence: "medium", note: "the deployment's display name" });
  const required = root
    .get("requirements")
    .items()
    .find((item) => /^(sglang|vllm|lmdeploy)\b/.test(item.text() ?? ""));
  if (required) sheet.value("engine", required, engineIn(required.text() ?? ""));
  const pictures = /stable.?diffusion|sdxl|flux|image[-_ ]generation|text-to-image|diffusers|qwen[- ]image/i.test(
    `${root.get("model_name").text()} ${root.get("model_metadata", "tags").texts().join(" ")} ${sheet.textOf("model")}`,
  );
  return [
    workload(
      "truss",
      pictures ? "imageGeneration" : kind === "allocation" || kind === "training" ? "inference" : kind,
      root,
      sheet,
      {
        name: root.get("model_name").text(),
        notes: ["per replica: replicas are set in the service", ...notes],
        anchor: at.entry ? at : resources,
      },
    ),
  ];
}

function readBuild(engine: Cursor, sheet: FactSheet): void {
  const build = engine.get("build");
  const runtime = engine.get("runtime");
  const repository = build.get("checkpoint_repository", "repo");
  sheet.value("model", repository, modelName(repository.text() ?? ""));
  sheet.number("maxModelLength", build.get("max_seq_len")).number("maxModelLength", runtime.get("max_seq_len"));
  sheet
    .number("parallelism.tensor", build.get("tensor_parallel_count"))
    .number("parallelism.tensor", runtime.get("tensor_parallel_size"));
  const quantized = build.get("quantization_type");
  if (!/^no_?quant/i.test(quantized.text() ?? ""))
    sheet.value("weightPrecision", quantized, parsePrecision(quantized.text()));
  if (engine.exists) sheet.value("engine", engine, "tensorrt-llm");
}

/** Mounted weights, where the engine's own repository only holds settings. */
function weightsOf(root: Cursor, repository: Cursor): Cursor | undefined {
  if (!/empty/i.test(repository.text() ?? "")) return undefined;
  return root
    .get("weights")
    .items()
    .map((item) => item.get("source"))
    .find((source) => source.text() !== undefined);
}

/** Of several cached repositories the one that is neither an engine, an encoder nor a refiner. */
function cachedModel(root: Cursor): Cursor | undefined {
  const items = [
    ...root.get("model_cache").items(),
    ...root.get("weights").items(),
    ...root.get("hf_cache").items(),
  ].map((item) => item.first("repo_id", "source"));
  const main = items.find((item) => /base|instruct|chat/i.test(item.text()?.split("/").at(-1) ?? ""));
  return main ?? items.find((item) => !/vae|refiner|engine|encoder|clip|lora/i.test(item.text() ?? "")) ?? items[0];
}
