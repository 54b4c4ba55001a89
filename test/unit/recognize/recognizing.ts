/** Recognition of one text, for tests of dialects. */
import assert from "node:assert/strict";
import { recognizeText } from "../../../src/recognize/recognize";
import type { Recognized } from "../../../src/recognize/recognized";

export interface Surroundings {
  readonly path?: string;
  /** Neighbouring files by workspace-relative path. */
  readonly files?: Readonly<Record<string, string>>;
}

export function workloadsOf(
  text: string,
  { path = "config.yaml", files = {} }: Surroundings = {},
): readonly Recognized[] {
  const language = path.endsWith(".json") ? "jsonc" : "yaml";
  const read = (name: string): string | undefined => (Object.hasOwn(files, name) ? files[name] : undefined);
  return recognizeText(text, language, path, read).recognition.workloads;
}

/** The only workload of a text. */
export function workloadOf(text: string, surroundings: Surroundings = {}): Recognized {
  const workloads = workloadsOf(text, surroundings);
  assert.equal(workloads.length, 1, `${workloads.length} workloads: ${workloads.map((w) => w.dialect).join(", ")}`);
  return workloads[0] as Recognized;
}

/** Values of facts by name; absent ones undefined. */
export const valuesOf = (workload: Recognized): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(workload.facts).map(([name, fact]) => [name, fact.value]));

/** Each expected fact has its value; `undefined` says that the fact must be absent. */
export function assertFacts(workload: Recognized, expected: Readonly<Record<string, unknown>>): void {
  const values = valuesOf(workload);
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(values[name], value, name);
}

/** The model as dimensions. */
export function modelOf(workload: Recognized): Readonly<Record<string, unknown>> {
  const value = workload.facts.model?.value;
  assert.ok(typeof value === "object" && value !== null, "no dimensions");
  return value as Readonly<Record<string, unknown>>;
}
