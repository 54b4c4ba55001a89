/** What servers are told by environment variables and by their image's name instead of a command. */
import type { Cursor, FactSheet } from "./facts";
import { modelName } from "./modelNames";
import { parsePrecision } from "./precision";

/** Text Generation Inference takes every flag as a variable (huggingface.co/docs/text-generation-inference, launcher, 2025). */
const counts: readonly (readonly [string, string])[] = [
  ["NUM_SHARD", "parallelism.tensor"],
  ["MAX_TOTAL_TOKENS", "maxModelLength"],
];

export function readServerVariables(
  engine: string | undefined,
  variables: ReadonlyMap<string, Cursor>,
  sheet: FactSheet,
): void {
  if (engine !== "tgi") return;
  for (const [name, field] of counts) {
    const at = variables.get(name);
    if (at?.positive() !== undefined) sheet.set(field, at.fact(at.positive()));
  }
  const quantized = variables.get("QUANTIZE");
  const precision = parsePrecision(quantized?.text());
  if (quantized && precision) sheet.set("weightPrecision", quantized.fact(precision));
}

/** NVIDIA's inference microservices hold one model each: `nvcr.io/nim/<publisher>/<model>:<tag>`. */
export function readImage(image: Cursor, sheet: FactSheet): void {
  const named = /(?:^|\/)nim\/([\w.-]+\/[\w.-]+)(?::|@|$)/.exec(image.text() ?? "")?.[1];
  const model = named === undefined ? undefined : modelName(named);
  if (model) sheet.set("model", image.fact(model, { confidence: "medium", note: "the image's name" }));
}
