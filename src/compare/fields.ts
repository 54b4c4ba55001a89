/** What a scenario may change, per kind, and what a change takes with it. */

import { precisions } from "../core/precision";
import type { Kind } from "../core/workload";

export interface EditableField {
  readonly name: string;
  readonly label: string;
  readonly input: "select" | "number" | "text";
  readonly hint: string;
}

const hardware: readonly EditableField[] = [
  { name: "accelerator", label: "Accelerator", input: "select", hint: "Any name of the catalogue" },
  { name: "accelerators", label: "Accelerators", input: "number", hint: "All together" },
  { name: "region", label: "Region", input: "select", hint: "Price, grid and PUE follow" },
  { name: "pricing", label: "Pricing", input: "select", hint: "On demand, spot or reserved" },
];
const modelField: EditableField = { name: "model", label: "Model", input: "text", hint: "Name as on Hugging Face" };
const precisionField: EditableField = {
  name: "precision",
  label: "Precision",
  input: "select",
  hint: "Of the matrix multiplications",
};
const number = (name: string, label: string, hint: string): EditableField => ({ name, label, input: "number", hint });

const own: Readonly<Record<Kind, readonly EditableField[]>> = {
  training: [
    modelField,
    precisionField,
    number("tokens", "Tokens", "Of the whole run, e.g. 15T"),
    number("globalBatchSize", "Global batch", "Sequences per step"),
  ],
  fineTuning: [
    modelField,
    precisionField,
    { name: "method", label: "Method", input: "select", hint: "Full, LoRA or QLoRA" },
    number("epochs", "Epochs", "Passes over the data"),
    number("tokens", "Tokens", "Of the whole run, e.g. 20M"),
  ],
  reinforcementLearning: [
    modelField,
    precisionField,
    number("steps", "Steps", "Optimiser steps"),
    number("responseTokens", "Response tokens", "Mean per answer"),
  ],
  distillation: [
    modelField,
    { name: "teacher", label: "Teacher", input: "text", hint: "Name as on Hugging Face" },
    number("prompts", "Prompts", "Different prompts"),
    number("responseTokens", "Response tokens", "Mean per answer"),
  ],
  inference: [
    modelField,
    { name: "weightPrecision", label: "Weights", input: "select", hint: "Format of the stored weights" },
    number("concurrency", "Concurrency", "Sequences in flight per replica"),
    number("inputTokens", "Input tokens", "Per request"),
    number("outputTokens", "Output tokens", "Per request"),
    number("replicas", "Replicas", "Copies of the service"),
  ],
  imageGeneration: [
    modelField,
    number("steps", "Steps", "Denoising steps"),
    number("width", "Width", "Pixels"),
    number("height", "Height", "Pixels"),
    number("items", "Images", "To make"),
  ],
  videoGeneration: [
    modelField,
    number("steps", "Steps", "Denoising steps"),
    number("frames", "Frames", "Per video"),
    number("items", "Videos", "To make"),
  ],
  fleet: [
    number("servers", "Servers", ""),
    number("load", "Load", "0 to 1"),
    number("queriesPerDay", "Queries a day", ""),
    number("energyPerQuery", "Wh per query", "Full stack"),
  ],
  api: [
    modelField,
    number("requests", "Requests", ""),
    number("inputTokens", "Input tokens", "Per request"),
    number("outputTokens", "Output tokens", "Per request"),
  ],
  allocation: [],
  model: [modelField, precisionField],
};

export function fieldsFor(kind: Kind): readonly EditableField[] {
  if (kind === "api" || kind === "model") return own[kind];
  if (kind === "fleet") return [...own.fleet, ...hardware.filter(({ name }) => name === "region")];
  return [...hardware, ...own[kind]];
}

export const pricings = ["onDemand", "spot", "reserved"] as const;
export const methods = ["full", "lora", "qlora"] as const;
export const choices: Readonly<Record<string, readonly string[]>> = {
  pricing: pricings,
  method: methods,
  precision: precisions,
  weightPrecision: precisions,
};

/** Fields that must give way when another one is set by hand: a new accelerator no longer sits in the file's machine. */
const displaces: Readonly<Record<string, readonly string[]>> = {
  accelerator: ["instanceType", "pricePerNodeHour", "pricePerAcceleratorHour"],
  accelerators: ["nodes", "acceleratorsPerNode"],
  region: ["facility"],
  tokens: ["steps", "epochs", "dataset"],
  steps: [],
  epochs: ["tokens"],
};

/** The changes to a workload that edits of single fields amount to. */
export function changesOf(edits: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const name of Object.keys(edits))
    for (const other of displaces[name] ?? []) if (!(other in edits)) changes[other] = undefined;
  return { ...changes, ...edits };
}
