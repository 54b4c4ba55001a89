/**
 * The one line above a workload. Made of numbers and catalogue names only: what a file says never enters it, so no text of a
 * repository can pose as a number or an icon.
 */
import type { QuantityKey } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import { boundTitle } from "./bound";
import { fieldWords, isField, printed } from "./fields";
import { hardwareOf, hardwareText } from "./hardware";
import type { Formatter } from "./numbers";
import { assumptionOf, type HardwareNames, hasEnd, type Subject } from "./subject";

/** Parts a title template may name. */
export const titleParts = [
  "cost",
  "energy",
  "carbon",
  "hardware",
  "time",
  "throughput",
  "tokenPrice",
  "memory",
  "parameters",
  "water",
  "flops",
] as const;
export type TitlePart = (typeof titleParts)[number];

/** Parts that are unknown drop out with their separator. */
export const defaultTemplate = "{cost} · {energy} · {carbon} · {hardware} · {time} · {throughput} · {tokenPrice}";
const modelTemplate = "{parameters} · {memory} · {flops} · {hardware}";

/** Nothing that follows may become an icon or a new line in a lens or status bar item. */
export const escapeIcons = (text: string): string => text.replaceAll("$(", "$\u2060(");

/** Each part as text; unknown ones are absent. */
export function partsOf(subject: Subject, names: HardwareNames, format: Formatter): Partial<Record<TitlePart, string>> {
  const quantities = subject.estimate?.quantities ?? {};
  const get = (key: QuantityKey): Quantity | undefined => quantities[key];
  const text = (key: QuantityKey): string | undefined => {
    const quantity = get(key);
    return quantity && format.quantity(printed(key, quantity));
  };
  const parts: Partial<Record<TitlePart, string>> = {};
  const put = (part: TitlePart, value: string | undefined): void => {
    if (value !== undefined) parts[part] = value;
  };

  const cost = get("cost");
  const rate = get("costRate");
  const month = get("costPerMonth");
  const purchase = get("purchaseCost");
  if (cost) put("cost", `≈ ${format.quantityWithRange(cost)}`);
  else if (rate || month) {
    const perHour = rate && format.quantityWithRange(rate);
    const perMonth = month && format.quantity(printed("costPerMonth", month));
    put("cost", `≈ ${[perHour, perMonth].filter((value) => value !== undefined).join(" · ")}`);
  } else if (purchase) put("cost", `≈ ${format.quantityWithRange(purchase)} to buy`);

  put("energy", text("energy") ?? text("power") ?? text("energyPerYear"));
  put("carbon", text("carbon") ?? text("carbonRate"));
  // Fleets have no end: their totals are those of a year unless the file says otherwise.
  const yearly = subject.recognized.kind === "fleet" && assumptionOf(subject, "duration") !== undefined;
  put("time", yearly ? "in a year" : text("duration"));
  put("throughput", text("outputThroughput"));
  const tokenPrice = get("costPerMillionOutputTokens");
  put("tokenPrice", tokenPrice && format.quantity(printed("costPerMillionOutputTokens", tokenPrice)));
  put("water", text("water"));
  put("flops", text("flops") ?? text("flopsPerToken"));

  const parameters = get("parameters");
  const active = get("activeParameters");
  if (parameters) {
    const some = active && active.central < 0.99 * parameters.central ? ` (${format.quantity(active)} active)` : "";
    put("parameters", `${format.quantity(parameters)} parameters${some}`);
  }
  const weights = get("weightMemory");
  const perAccelerator = get("memoryPerAccelerator");
  if (perAccelerator) put("memory", `${format.quantity(perAccelerator)} per accelerator`);
  else if (weights) {
    const cache = text("kvCachePerToken");
    put("memory", `${format.quantity(weights)} weights${cache ? ` · ${cache} KV cache` : ""}`);
  }
  const hardware = subject.recognized.kind === "api" ? undefined : hardwareOf(subject, names);
  // A part that is assumed, of which nobody knows how many, says nothing about the file.
  const nothing = hardware?.assumed === true && hardware.count === undefined && hardware.countRange === undefined;
  if (hardware && !nothing) put("hardware", hardwareText(hardware, format));
  return parts;
}

/** Decisive inputs that are missing: what has to be stated before there is a total. Field names of the contract. */
export function missingInputs(subject: Subject): readonly string[] {
  const { workload } = subject;
  if (workload === undefined || subject.estimate === undefined || hasEnd(subject)) return [];
  const lacks = (condition: boolean, name: string): string[] => (condition ? [name] : []);
  const endless = workload.duration === undefined;
  switch (workload.kind) {
    case "training":
    case "fineTuning": {
      const data = workload.dataset?.samples ?? workload.dataset?.name;
      const sized =
        workload.tokens !== undefined ||
        workload.steps !== undefined ||
        (workload.stages?.length ?? 0) > 0 ||
        (data !== undefined && workload.epochs !== undefined);
      return endless ? [...lacks(workload.model === undefined, "model"), ...lacks(!sized, "tokens")] : [];
    }
    case "reinforcementLearning":
      return endless
        ? [...lacks(workload.model === undefined, "model"), ...lacks(workload.steps === undefined, "steps")]
        : [];
    case "distillation":
      return [
        ...lacks(workload.model === undefined, "model"),
        ...lacks(workload.prompts === undefined && workload.steps === undefined, "prompts"),
      ];
    case "inference":
      return lacks(workload.model === undefined, "model");
    case "imageGeneration":
    case "videoGeneration":
      return lacks(workload.model === undefined, "model");
    case "api":
      return [
        ...lacks(workload.model === undefined, "model"),
        ...lacks(workload.requests === undefined, "requests"),
        ...lacks(workload.inputTokens === undefined && workload.outputTokens === undefined, "outputTokens"),
      ];
    case "fleet":
      return lacks(workload.servers === undefined && workload.queriesPerDay === undefined, "servers");
    default:
      return [];
  }
}

/** Fills a template: segments between `·` whose placeholders are all unknown drop out. */
export function fillTemplate(template: string, parts: Partial<Record<TitlePart, string>>): string {
  return template
    .slice(0, 300)
    .split("·")
    .map((segment) => {
      let placeholders = 0;
      let filled = 0;
      const text = segment.replace(/\{(\w+)\}/g, (_, name: string) => {
        placeholders += 1;
        const value = Object.hasOwn(parts, name) ? parts[name as TitlePart] : undefined;
        if (value !== undefined) filled += 1;
        return value ?? "";
      });
      return placeholders > 0 && filled === 0 ? "" : text.replace(/\s+/g, " ").trim();
    })
    .filter((segment) => segment !== "")
    .join(" · ");
}

/** What was read from other files, or could not be: their names stay out of the line. */
function inheritance(subject: Subject): string | undefined {
  if (subject.recognized.notes?.some((note) => note.endsWith("inherited, not resolved")))
    return "inherited, not resolved";
  const files = new Set(
    Object.values(subject.facts).flatMap(({ source, file }) => (source === "referenced" && file ? [file] : [])),
  );
  if (files.size === 0) return undefined;
  return files.size === 1 ? "reads 1 other file" : `reads ${files.size} other files`;
}

export interface LensTitleOptions {
  readonly names: HardwareNames;
  readonly format: Formatter;
  /** `{cost} · {energy} …`; the user's setting. */
  readonly template?: string;
}

/** The line for one workload. */
export function lensTitle(subject: Subject, options: LensTitleOptions): string {
  const { format, names } = options;
  if (subject.estimate === undefined) {
    const path = subject.problems.find((problem) => problem.severity === "error")?.path ?? [];
    const field = path.filter((part) => typeof part === "string").join(".");
    return isField(field)
      ? `not estimated: ${fieldWords(field).label} cannot be read`
      : "not estimated: see the problems";
  }
  const parts = partsOf(subject, names, format);
  const ownTemplate = options.template?.trim();
  const template =
    ownTemplate && ownTemplate !== defaultTemplate
      ? ownTemplate
      : subject.recognized.kind === "model"
        ? modelTemplate
        : defaultTemplate;
  const missing = missingInputs(subject).map((name) => fieldWords(name).label.toLowerCase());
  const needs = missing.length > 0 ? `needs ${missing.join(", ")}` : undefined;
  const counted = subject.recognized.countedIn === undefined ? undefined : "counted elsewhere in this file";
  const memory =
    subject.estimate.quantities.memoryPerAccelerator?.fits === false ? "does not fit in memory" : undefined;
  const known = fillTemplate(template, parts);
  const bound = boundTitle(subject.bound, format);
  const line = [known, bound, memory, needs, inheritance(subject), counted]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");
  return escapeIcons(line === "" ? "no estimate: too little is known" : line).replace(/[\r\n]+/g, " ");
}
