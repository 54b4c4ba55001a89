/** Python kept in a ConfigMap beside the job that runs it: arguments of the usual names, as hints of medium confidence. */
import type { Kind } from "../../core/workload";
import type { TreeDocument } from "../../document/tree";
import type { RecognitionContext } from "../recognized";
import { engineIn } from "./commandFacts";
import type { FactSheet } from "./facts";
import { acceleratorName } from "./gpu";
import { isKind } from "./resourceKind";

const argument = (names: string, value: string): RegExp => new RegExp(`\\b(?:${names})\\s*=\\s*${value}`);
const quoted = `["']([\\w.-]+)["']`;
const whole = "(\\d{1,7})\\b";

/** Field, pattern of `name=value`, whether the value is a number, and the kinds it applies to. */
const patterns: readonly (readonly [string, RegExp, boolean, "serving" | "training" | "any"])[] = [
  ["model", argument("model(?:_id|_name|_name_or_path|_path|_source)?", `["']([\\w.-]+/[\\w.-]+)["']`), false, "any"],
  ["accelerator", argument("accelerator_type", quoted), false, "any"],
  ["maxModelLength", argument("max_model_len", whole), true, "serving"],
  ["parallelism.tensor", argument("tensor_parallel_size", whole), true, "serving"],
  ["microBatchSize", argument("per_device_train_batch_size", whole), true, "training"],
  ["gradientAccumulation", argument("gradient_accumulation_steps", whole), true, "training"],
  ["epochs", argument("num_train_epochs|num_epochs|max_epochs", whole), true, "training"],
  ["steps", argument("max_steps", whole), true, "training"],
];

const scriptsOf = (context: RecognitionContext): readonly TreeDocument[] =>
  context.documents.length < 2 ? [] : context.documents.filter((document) => isKind(document, /^v1$/, ["ConfigMap"]));

/** What the scripts of the file do, if they say so. */
export function kindOfScripts(context: RecognitionContext): Kind | undefined {
  for (const { text } of scriptsOf(context)) {
    if (
      /ray\.data\.llm|vLLMEngine|\bLLM\(|AsyncLLMEngine|\.generate\(|map_batches|pipeline\(/.test(text) ||
      engineIn(text)
    )
      return "inference";
    if (/TrainingArguments|TorchTrainer|optimizer\.step|SFTTrainer|\.fit\(/.test(text)) return "training";
  }
  return undefined;
}

export function readScripts(context: RecognitionContext, kind: Kind, sheet: FactSheet): void {
  for (const { text, offset } of scriptsOf(context))
    for (const [field, pattern, numeric, applies] of patterns) {
      if (sheet.has(field) || (applies !== "any" && (applies === "serving") !== (kind === "inference"))) continue;
      const match = pattern.exec(text);
      if (!match?.[1]) continue;
      const value = numeric ? Number(match[1]) : field === "accelerator" ? acceleratorName(match[1]) : match[1];
      if (value === 0) continue;
      const range = { start: offset + match.index, end: offset + match.index + match[0].length };
      sheet.set(field, { value, source: "file", confidence: "medium", range, note: "in a script of the ConfigMap" });
    }
}
