/** Settings, read with their types checked: a workspace may hold anything. */
import * as vscode from "vscode";
import type { Budget } from "../present/findings";

export const section = "aiCostLens";

export type DiagnosticSetting = "error" | "warning" | "information" | "hint" | "off";

export interface Configuration {
  readonly enable: boolean;
  readonly codeLens: boolean;
  readonly codeLensTemplate: string;
  readonly hover: boolean;
  readonly inlayHints: boolean;
  readonly statusBar: boolean;
  readonly markdown: boolean;
  /** UTF-16 units. */
  readonly maxLength: number;
  readonly diagnostics: boolean;
  readonly severities: Readonly<Record<"memory" | "budget" | "contradiction" | "value", DiagnosticSetting>>;
  readonly budget: Budget;
}

type Scope = vscode.ConfigurationScope | undefined;

const settings = (scope: Scope): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration(section, scope);

const severityNames: readonly string[] = ["error", "warning", "information", "hint", "off"];

export function readConfiguration(scope?: Scope): Configuration {
  const all = settings(scope);
  const flag = (key: string, fallback: boolean): boolean => {
    const value = all.get<unknown>(key);
    return typeof value === "boolean" ? value : fallback;
  };
  const positive = (key: string): number | undefined => {
    const value = all.get<unknown>(key);
    return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const severity = (key: string, fallback: DiagnosticSetting): DiagnosticSetting => {
    const value = all.get<unknown>(key);
    return typeof value === "string" && severityNames.includes(value) ? (value as DiagnosticSetting) : fallback;
  };
  const template = all.get<unknown>("codeLens.template");
  return {
    enable: flag("enable", true),
    codeLens: flag("codeLens.enable", true),
    codeLensTemplate: typeof template === "string" ? template : "",
    hover: flag("hover.enable", true),
    inlayHints: flag("inlayHints.enable", false),
    statusBar: flag("statusBar.enable", true),
    markdown: flag("markdown.enable", true),
    maxLength: (positive("maxFileSize") ?? 500) * 1000,
    diagnostics: flag("diagnostics.enable", true),
    severities: {
      memory: severity("diagnostics.memory", "warning"),
      budget: severity("diagnostics.budget", "warning"),
      contradiction: severity("diagnostics.contradictions", "warning"),
      value: severity("diagnostics.values", "warning"),
    },
    // Absent, not undefined: these are laid over the workspace file's own limit.
    budget: Object.fromEntries(
      (["cost", "costPerMonth", "energy", "carbon"] as const).flatMap((key) => {
        const limit = positive(`budget.${key}`);
        return limit === undefined ? [] : [[key, limit]];
      }),
    ),
  };
}

/** Names under `aiCostLens.defaults`, and the workload field each sets. */
export const defaultSettings: Readonly<Record<string, string>> = {
  accelerator: "accelerator",
  accelerators: "accelerators",
  acceleratorsPerNode: "acceleratorsPerNode",
  instanceType: "instanceType",
  provider: "provider",
  region: "region",
  pricing: "pricing",
  discount: "discount",
  pricePerAcceleratorHour: "pricePerAcceleratorHour",
  precision: "precision",
  pue: "facility.pue",
  carbonIntensity: "facility.carbonIntensity",
  waterIntensity: "facility.waterIntensity",
  electricityPrice: "facility.electricityPrice",
  zone: "facility.zone",
};

/** The defaults a person has set: workload field (dotted) to value; unset ones are absent. */
export function readDefaults(scope?: Scope): Readonly<Record<string, string | number>> {
  const all = settings(scope);
  const result: Record<string, string | number> = {};
  for (const [name, field] of Object.entries(defaultSettings)) {
    const value = all.get<unknown>(`defaults.${name}`);
    if (typeof value === "string" && value.trim() !== "") result[field] = value.trim().slice(0, 200);
    else if (typeof value === "number" && Number.isFinite(value) && value >= 0) result[field] = value;
  }
  return result;
}

/** Own prices, USD per accelerator-hour by accelerator name or per instance-hour by instance type. */
export function readPrices(scope?: Scope): Readonly<Record<string, number>> {
  const value = settings(scope).get<unknown>("prices");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]) && entry[1] >= 0,
    ),
  );
}
