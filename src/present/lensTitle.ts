/**
 * The one line above a workload. Made of numbers and catalogue names only: what a file says never enters it, so no text of a
 * repository can pose as a number or an icon.
 */
import type { QuantityKey } from "../core/estimate";
import type { Quantity } from "../core/quantity";
import type { ModelReference } from "../core/workload";
import { boundTitle } from "./bound";
import { inSentence, isField, printed } from "./fields";
import { hardwareOf, hardwareText } from "./hardware";
import { kindWords } from "./kinds";
import type { Formatter } from "./numbers";
import { assumptionOf, type CatalogueNames, type HardwareNames, hasEnd, type Subject } from "./subject";

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
  // On an unknown number of accelerators nobody knows the clock, but the work is known.
  const hours = get("acceleratorHours");
  const work = hours && `${format.quantity(printed("acceleratorHours", hours))} of accelerator time`;
  put("time", yearly ? "in a year" : (text("duration") ?? work));
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

const pictureBackbones: ReadonlySet<string | undefined> = new Set(["unet", "diffusionTransformer"]);

/** Trained on pictures: its work is told in steps, not in tokens. */
function makesPictures(model: ModelReference | undefined, names: CatalogueNames): boolean {
  const spec = typeof model === "string" ? names.model(model)?.value.spec : model;
  return pictureBackbones.has(spec?.backbone);
}

/** Decisive inputs that are missing: what has to be stated before there is a total. Field names of the contract. */
export function missingInputs(subject: Subject, names: CatalogueNames): readonly string[] {
  const { workload } = subject;
  if (workload === undefined || subject.estimate === undefined || hasEnd(subject)) return [];
  const lacks = (condition: boolean, name: string): string[] => (condition ? [name] : []);
  const endless = workload.duration === undefined;
  switch (workload.kind) {
    case "training":
    case "fineTuning": {
      const sized =
        workload.tokens !== undefined ||
        workload.steps !== undefined ||
        (workload.stages?.length ?? 0) > 0 ||
        (workload.dataset?.samples !== undefined && workload.epochs !== undefined);
      const named = workload.dataset?.name !== undefined && workload.epochs !== undefined;
      // A data set that the catalogue does not know has no size until it is stated.
      const lacking = named ? "dataset.samples" : makesPictures(workload.model, names) ? "steps" : "tokens";
      const counted = subject.estimate.quantities.flops !== undefined;
      return endless ? [...lacks(workload.model === undefined, "model"), ...lacks(!sized && !counted, lacking)] : [];
    }
    case "reinforcementLearning":
      return endless
        ? [
            ...lacks(workload.model === undefined, "model"),
            ...lacks(workload.steps === undefined, workload.algorithm === "dpo" ? "dataset.samples" : "steps"),
          ]
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

/** A model is named, and neither the catalogue nor its name tells its size. */
function unknownModel({ workload, estimate, recognized }: Subject, names: CatalogueNames): string | undefined {
  const model = workload?.model;
  if (typeof model !== "string" || estimate === undefined || recognized.kind === "api") return undefined;
  const { parameters, acceleratorHours, latency } = estimate.quantities;
  return (parameters ?? acceleratorHours ?? latency) === undefined && names.model(model) === undefined
    ? "model size unknown"
    : undefined;
}

/** `model, requests and output tokens`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** Power is known and money is not: no list has a price for the part. */
function withoutPrice({ recognized, estimate }: Subject): string | undefined {
  const { cost, costRate, costPerMonth, purchaseCost, energy, power } = estimate?.quantities ?? {};
  const works = recognized.kind !== "api" && (energy ?? power) !== undefined;
  return works && (cost ?? costRate ?? costPerMonth ?? purchaseCost) === undefined ? "no list price" : undefined;
}

export interface LensTitleOptions {
  readonly names: CatalogueNames;
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
    return isField(field) ? `not estimated: ${inSentence(field)} cannot be read` : "not estimated: see the problems";
  }
  const parts = partsOf(subject, names, format);
  const ownTemplate = options.template?.trim();
  const template =
    ownTemplate && ownTemplate !== defaultTemplate
      ? ownTemplate
      : subject.recognized.kind === "model"
        ? modelTemplate
        : defaultTemplate;
  const missing = missingInputs(subject, names).map(inSentence);
  const needs = missing.length > 0 ? `needs ${listed(missing)}` : undefined;
  const counted = subject.recognized.countedIn === undefined ? undefined : "counted elsewhere in this file";
  const memory =
    subject.estimate.quantities.memoryPerAccelerator?.fits === false ? "does not fit in memory" : undefined;
  const known = fillTemplate(template, parts);
  const bound = boundTitle(subject.bound, format);
  const rest = [
    bound,
    memory,
    withoutPrice(subject),
    unknownModel(subject, names),
    needs,
    inheritance(subject),
    counted,
  ];
  // Without a figure, the kind says what it is that lacks something.
  const lead = known === "" && needs !== undefined ? kindWords(subject.recognized.kind) : known;
  const line = [lead, ...rest].filter((part) => part !== undefined && part !== "").join(" · ");
  return escapeIcons(line === "" ? "no estimate: too little is known" : line).replace(/[\r\n]+/g, " ");
}
