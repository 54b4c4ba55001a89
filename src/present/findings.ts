/** What a reader must be warned of: memory that does not suffice, a budget that is exceeded, numbers that contradict each other. */
import type { QuantityKey } from "../core/estimate";
import { fieldWords } from "./fields";
import { hardwareOf, hardwareText } from "./hardware";
import { plain } from "./markdown";
import type { Formatter } from "./numbers";
import type { Span } from "./offsets";
import type { CatalogueNames, Subject } from "./subject";

export type Severity = "error" | "warning" | "information";

export interface Finding {
  readonly severity: Severity;
  readonly code: "memory" | "budget" | "contradiction" | "value";
  readonly message: string;
  /** Offsets in the file; the workload's anchor where no value can be named. */
  readonly range: Span;
}

/** Limits for one workload, in the contract's units. */
export interface Budget {
  /** USD. */
  readonly cost?: number;
  /** USD per month, for work without an end. */
  readonly costPerMonth?: number;
  /** kWh. */
  readonly energy?: number;
  /** kgCO2e. */
  readonly carbon?: number;
}

const budgetKeys = ["cost", "costPerMonth", "energy", "carbon"] as const satisfies readonly (QuantityKey &
  keyof Budget)[];

function rangeOf(subject: Subject, fields: readonly string[]): Span {
  for (const field of fields) {
    const fact = subject.facts[field];
    if (fact?.range !== undefined && fact.file === undefined) return fact.range;
  }
  const { anchor } = subject.recognized;
  return { start: anchor, end: anchor };
}

export interface FindingOptions {
  readonly names: CatalogueNames;
  readonly format: Formatter;
  readonly budget?: Budget;
}

export function findingsOf(subject: Subject, options: FindingOptions): readonly Finding[] {
  const findings: Finding[] = [];
  addMemory(subject, options, findings);
  addBudget(subject, options, findings);
  addContradictions(subject, options.format, findings);
  for (const problem of subject.problems) {
    const field = problem.path.join(".");
    // A field that a dialect read and the kind does not use is no fault of the file; one that a person wrote for us is.
    if (problem.message.startsWith("unknown field") && !writtenForUs(subject, field)) continue;
    findings.push({
      severity: problem.severity,
      code: "value",
      message: `${field === "" ? "" : `${plain(field, 60)}: `}${plain(problem.message, 200)}`,
      range: rangeOf(subject, [field, String(problem.path[0] ?? "")]),
    });
  }
  return findings;
}

const writtenForUs = (subject: Subject, field: string): boolean =>
  subject.recognized.dialect === "native" || subject.facts[field]?.source === "directive";

function addMemory(subject: Subject, { names, format }: FindingOptions, findings: Finding[]): void {
  const memory = subject.estimate?.quantities.memoryPerAccelerator;
  if (memory?.fits !== false) return;
  const hardware = hardwareOf(subject, names);
  // Nobody is warned of hardware that the file never named.
  if (hardware?.assumed) return;
  const on = hardware === undefined ? "" : ` on ${hardwareText(hardware, format)}`;
  const alternative = subject.estimate?.alternatives?.[0];
  const instead = alternative === undefined ? "" : ` It would fit with: ${plain(alternative.label, 80)}.`;
  findings.push({
    severity: "warning",
    code: "memory",
    message: `Needs about ${format.quantityWithRange(memory)} per accelerator and does not fit${on}.${instead}`,
    range: rangeOf(subject, ["accelerator", "instanceType", "accelerators", "model"]),
  });
}

function addBudget(subject: Subject, { budget, format }: FindingOptions, findings: Finding[]): void {
  if (budget === undefined || subject.recognized.countedIn !== undefined) return;
  for (const key of budgetKeys) {
    const limit = budget[key];
    const quantity = subject.estimate?.quantities[key];
    if (limit === undefined || quantity === undefined || quantity.high <= limit) continue;
    const sure = quantity.central > limit;
    const name = { cost: "Cost", costPerMonth: "Cost per month", energy: "Energy", carbon: "Carbon" }[key];
    findings.push({
      severity: sure ? "warning" : "information",
      code: "budget",
      message: `${name} ${format.quantityWithRange(quantity)} ${sure ? "exceeds" : "may exceed"} the budget of ${format.value(limit, quantity.unit)}.`,
      range: rangeOf(subject, ["accelerators", "accelerator", "instanceType"]),
    });
  }
}

/** Products that do not hold: `accelerators` against nodes × accelerators per node, the batch against its factors. */
function addContradictions(subject: Subject, format: Formatter, findings: Finding[]): void {
  const { workload } = subject;
  if (workload === undefined) return;
  const check = (
    field: string,
    stated: number | undefined,
    parts: readonly (readonly [string, number | undefined])[],
  ): void => {
    if (stated === undefined || parts.some(([name, value]) => value === undefined || subject.facts[name] === undefined))
      return;
    // A count that recognition multiplied itself cannot contradict its factors.
    if (subject.facts[field]?.source !== "file" || subject.facts[field]?.note !== undefined) return;
    const product = parts.reduce((result, [, value]) => result * (value ?? 1), 1);
    if (product === stated) return;
    const terms = parts.map(([name, value]) => `${fieldWords(name).label.toLowerCase()} ${format.count(value ?? 0)}`);
    findings.push({
      severity: "warning",
      code: "contradiction",
      message: `${fieldWords(field).label} is ${format.count(stated)}, but ${terms.join(" × ")} is ${format.count(product)}.`,
      range: rangeOf(subject, [field]),
    });
  };
  check("accelerators", workload.accelerators, [
    ["nodes", workload.nodes],
    ["acceleratorsPerNode", workload.acceleratorsPerNode],
  ]);
}
