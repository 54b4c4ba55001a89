/** What a launcher starts: its command, its environment, and the recipe files that its command names. */
import type { Kind } from "../../core/workload";
import type { Scalar } from "../../document/tree";
import type { Fact, RecognitionContext } from "../recognized";
import { engineIn, kindOfCommand, processesOf, readCommand } from "./commandFacts";
import { argumentFact, CommandLine } from "./commandLine";
import type { Cursor, FactSheet } from "./facts";
import { modelName } from "./modelNames";
import { readImage, readServerVariables } from "./serverVariables";

export interface Launch {
  /** Scripts and argument lists, the ones that do the work first. */
  readonly scripts: readonly Cursor[];
  /** Environment variables by name. */
  readonly environment?: ReadonlyMap<string, Cursor>;
  /** Variables that the launcher itself sets. */
  readonly variables?: Readonly<Record<string, Scalar | undefined>>;
  /** Image and other text that tells the program. */
  readonly hints?: readonly Cursor[];
  /** Kind of work when nothing tells. */
  readonly fallback: Kind;
}

export interface LaunchReading {
  readonly kind: Kind;
  readonly notes: readonly string[];
  readonly line: CommandLine;
}

const modelVariable =
  /^(HF_|BASE_|SERVED_|LLM_|VLLM_|MY_)?MODEL(_NAME|_ID|_PATH|_REPO|_NAME_OR_PATH|_URI)?$|^(REPO_ID|CHECKPOINT)$/;
const work: readonly Kind[] = [
  "training",
  "fineTuning",
  "reinforcementLearning",
  "distillation",
  "inference",
  "imageGeneration",
  "videoGeneration",
];
/** Facts of a recipe that say nothing of what the launcher reserves. */
const notFollowed = new Set(["accelerators", "acceleratorsPerNode", "nodes", "accelerator", "instanceType"]);

/** Puts facts of the command, the recipes it names and the environment onto the sheet, in this order of strength. */
export function readLaunch(launch: Launch, sheet: FactSheet, context: RecognitionContext): LaunchReading {
  const { environment = new Map<string, Cursor>(), variables = {} } = launch;
  const lookUp = (name: string): Scalar | undefined =>
    Object.hasOwn(variables, name) ? variables[name] : environment.get(name)?.value();
  const line = new CommandLine(...launch.scripts.filter((at) => at.exists).map((at) => at.withVariables(lookUp)));
  const hints = launch.hints?.map((at) => at.raw() ?? "").join(" ") ?? "";
  const text = `${line.text} ${hints}`;
  const own = kindOfCommand(text);
  const followed = followRecipe(line, context);
  const recipe = followed.find((workload) => work.includes(workload.kind));
  const kind =
    recipe && (own === undefined || own === "training" || own === "fineTuning")
      ? recipe.kind
      : (own ?? launch.fallback);
  readCommand(line, sheet, { kind });
  const notes: string[] = [];
  for (const workload of followed) {
    for (const [name, fact] of Object.entries(workload.facts))
      if (
        fact.source !== "path" &&
        (!notFollowed.has(name) || !sheet.has("accelerators")) &&
        (workload === recipe || notFollowed.has(name))
      )
        sheet.set(name, fact);
    const [fact] = Object.values(workload.facts).filter((item) => item.file);
    if (fact?.file) notes.push(`with ${fact.file}`);
  }
  for (const [name, at] of environment) {
    const model = modelVariable.test(name) ? modelName(at.text() ?? "") : undefined;
    if (model) sheet.set("model", at.fact(model, { note: `environment variable ${name}` }));
  }
  const download = downloaded(line);
  if (download) sheet.set("model", download);
  const engine = engineIn(text);
  if (kind === "inference") {
    readServerVariables(engine, environment, sheet);
    for (const hint of launch.hints ?? []) readImage(hint, sheet);
    const place = [...launch.scripts, ...(launch.hints ?? [])].find((at) => at.exists);
    if (engine && place) sheet.set("engine", place.fact(engine, { note: "by image or command" }));
  }
  return { kind, notes, line };
}

/** `hf download org/name`, `tune download org/name`: what is fetched is what is used, unless the command says otherwise. */
function downloaded(line: CommandLine): Fact | undefined {
  const index = line.words.findIndex(({ value }) => value === "download");
  const tool = line.words[index - 1]?.value ?? "";
  const target = line.words[index + 1];
  const name =
    target?.value !== undefined && /^[\w.-]+\/[\w.-]+$/.test(target.value) ? modelName(target.value) : undefined;
  if (index < 1 || !target || name === undefined || !/^(hf|huggingface-cli|tune|modelscope)$/.test(tool))
    return undefined;
  return argumentFact(target, name, { confidence: "medium", note: "downloaded by the command" });
}

function followRecipe(
  line: CommandLine,
  context: RecognitionContext,
): ReturnType<NonNullable<RecognitionContext["follow"]>> {
  if (!context.follow) return [];
  const found = [];
  for (const file of line.files().slice(0, 6)) found.push(...context.follow(file.replace(/^\w+:\/\//, "")));
  return found.slice(0, 6);
}

/** Accelerators by a launcher's flags, where nothing stronger counts them. */
export function readProcesses(line: CommandLine, sheet: FactSheet): void {
  const { perNode, nodes, total } = processesOf(line);
  const count = (argument: typeof perNode): number | undefined =>
    argument?.value === undefined ? undefined : Number(argument.value);
  const all = count(total);
  if (total && all !== undefined)
    sheet.set("accelerators", argumentFact(total, all, { note: "processes of the launcher" }));
  const each = count(perNode);
  const machines = count(nodes);
  if (perNode && each !== undefined) sheet.set("acceleratorsPerNode", argumentFact(perNode, each));
  if (nodes && machines !== undefined) sheet.set("nodes", argumentFact(nodes, machines));
  if (perNode && each !== undefined)
    sheet.set(
      "accelerators",
      argumentFact(perNode, each * (machines ?? 1), { note: `${machines ?? 1} × ${each} processes` }),
    );
}
