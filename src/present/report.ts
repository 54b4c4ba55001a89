/**
 * The report: one object (docs/contract.md, section 3) that every face prints from. The editor and the command line build it here
 * and nowhere else.
 */
import type { Alternative, Assumption, Quantities, QuantityKey, Step } from "../core/estimate";
import { quantityUnits } from "../core/estimate";
import { methodology } from "../core/methodology";
import type { Quantity } from "../core/quantity";
import type { FactConfidence, FactSource } from "../recognize/recognized";
import { type Finding, type FindingOptions, findingsOf, type Severity } from "./findings";
import { type HardwareSummary, hardwareOf } from "./hardware";
import { lensTitle } from "./lensTitle";
import { plain } from "./markdown";
import { createFormatter } from "./numbers";
import { type PositionOf, type Span, type TextRange, textRange } from "./offsets";
import type { Bound, Subject } from "./subject";
import { bare, type TotalKey, totalsOf } from "./totals";
import { modelSources } from "./values";

export interface ReportFact {
  readonly value: unknown;
  readonly source: FactSource;
  readonly confidence: FactConfidence;
  /** JSON pointer. */
  readonly path?: string;
  readonly range?: TextRange;
  /** Another file that the fact was read from. */
  readonly file?: string;
  readonly note?: string;
  /** Where the catalogue has the model of this name from. */
  readonly catalog?: { readonly source: string; readonly date?: string };
}

export interface ReportWorkload {
  readonly id: string;
  readonly dialect: string;
  readonly kind: string;
  readonly name?: string;
  /** The line that the lens shows, in English numbers. */
  readonly summary: string;
  readonly range: TextRange;
  readonly facts: Readonly<Record<string, ReportFact>>;
  /** Absent when a fact has a wrong type. */
  readonly estimate?: Quantities;
  /** What the run comes to at its time limit, where nothing else ends it; not in the totals. */
  readonly bound?: Bound;
  readonly hardware?: HardwareSummary;
  readonly assumptions: readonly Assumption[];
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
  readonly dominatedBy?: string;
  /** Hardware that would also do, where what is stated does not fit. */
  readonly alternatives?: readonly Alternative[];
  /** Part of a job that another workload of the file counts; not in the totals. */
  readonly countedIn?: string;
}

export interface ReportProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly range: TextRange;
}

export interface ReportFile {
  readonly path: string;
  readonly workloads: readonly ReportWorkload[];
  readonly problems: readonly ReportProblem[];
}

export interface Report {
  readonly schema: "ai-cost-lens/report@1";
  readonly methodology: string;
  readonly catalog: { readonly asOf: string };
  readonly files: readonly ReportFile[];
  /** Sums over the workloads whose quantity is known; a quantity that none has is absent. */
  readonly totals: Readonly<Partial<Record<TotalKey, Quantity>>>;
}

export interface AnalyzedFile {
  /** Relative to the workspace or the working folder, with `/`. */
  readonly path: string;
  readonly positionOf: PositionOf;
  readonly workloads: readonly Subject[];
  readonly problems: readonly (Span & {
    readonly severity: Severity;
    readonly code: string;
    readonly message: string;
  })[];
}

export interface ReportOptions extends Omit<FindingOptions, "format"> {
  /** Date of the catalogue. */
  readonly asOf: string;
}

export function buildReport(files: readonly AnalyzedFile[], options: ReportOptions): Report {
  const reported = files.map((file) => reportFile(file, options));
  return {
    schema: "ai-cost-lens/report@1",
    methodology,
    catalog: { asOf: options.asOf },
    files: reported,
    totals: totalsOf(reported.flatMap((file) => file.workloads)),
  };
}

function reportFile(file: AnalyzedFile, options: ReportOptions): ReportFile {
  const format = createFormatter("en");
  const findings = file.workloads.flatMap((subject) => findingsOf(subject, { ...options, format }));
  const problem = (entry: Finding | AnalyzedFile["problems"][number], span: Span): ReportProblem => ({
    severity: entry.severity,
    code: entry.code,
    message: plain(entry.message, 300),
    range: textRange(span, file.positionOf),
  });
  return {
    path: file.path,
    workloads: file.workloads.map((subject) => reportWorkload(subject, file, options)),
    problems: [
      ...file.problems.map((entry) => problem(entry, entry)),
      ...findings.map((finding) => problem(finding, finding.range)),
    ],
  };
}

function reportWorkload(subject: Subject, file: AnalyzedFile, options: ReportOptions): ReportWorkload {
  const { recognized, estimate } = subject;
  const hardware = recognized.kind === "api" ? undefined : hardwareOf(subject, options.names);
  const facts: Record<string, ReportFact> = {};
  const known = new Map(modelSources(subject.facts, options.names).map(({ field, ...origin }) => [field, origin]));
  for (const [name, fact] of Object.entries(subject.facts)) {
    facts[name] = {
      value: fact.value,
      source: fact.source,
      ...(fact.path === undefined ? {} : { path: fact.path }),
      // Offsets of another file cannot be turned into lines of this one.
      ...(fact.range === undefined || fact.file !== undefined ? {} : { range: textRange(fact.range, file.positionOf) }),
      confidence: fact.confidence,
      ...(fact.file === undefined ? {} : { file: fact.file }),
      ...(fact.note === undefined ? {} : { note: fact.note }),
      ...(known.has(name) ? { catalog: known.get(name) } : {}),
    };
  }
  return {
    id: recognized.id,
    dialect: recognized.dialect,
    kind: recognized.kind,
    ...(recognized.name === undefined ? {} : { name: recognized.name }),
    summary: lensTitle(subject, { names: options.names, format: createFormatter("en") }),
    range: textRange(recognized.range, file.positionOf),
    facts,
    ...(estimate === undefined ? {} : { estimate: bareQuantities(estimate.quantities) }),
    ...(subject.bound === undefined ? {} : { bound: bareBound(subject.bound) }),
    ...(hardware === undefined ? {} : { hardware }),
    assumptions: estimate?.assumptions ?? [],
    steps: estimate?.steps ?? [],
    notes: [...(estimate?.notes ?? []), ...(recognized.notes ?? [])],
    ...(estimate?.dominatedBy === undefined ? {} : { dominatedBy: estimate.dominatedBy }),
    ...(estimate?.alternatives?.length ? { alternatives: estimate.alternatives } : {}),
    ...(recognized.countedIn === undefined ? {} : { countedIn: recognized.countedIn }),
  };
}

const bareBound = ({ hours, cost, energy, carbon }: Bound): Bound => ({
  hours,
  ...(cost ? { cost: bare(cost) } : {}),
  ...(energy ? { energy: bare(energy) } : {}),
  ...(carbon ? { carbon: bare(carbon) } : {}),
});

/** Keys in the contract's order, with nothing beside the contract's members. */
function bareQuantities(quantities: Quantities): Quantities {
  const result: Record<string, Quantity & { fits?: boolean }> = {};
  for (const key of Object.keys(quantityUnits) as QuantityKey[]) {
    const quantity = quantities[key];
    if (quantity === undefined) continue;
    const fits = key === "memoryPerAccelerator" ? quantities.memoryPerAccelerator?.fits : undefined;
    result[key] = fits === undefined ? bare(quantity) : { ...bare(quantity), fits };
  }
  return result as Quantities;
}
