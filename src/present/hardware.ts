/** What a workload runs on, in few words: `64× H100 SXM`. Names are the catalogue's, never the file's. */
import { scaledToZero } from "../recognize/recognized";
import { plain } from "./markdown";
import type { Formatter } from "./numbers";
import { assumptionOf, type HardwareNames, type Subject } from "./subject";

export interface HardwareSummary {
  /** Catalogue name without the maker; absent when the catalogue does not know it. */
  readonly accelerator?: string;
  /** The accelerator itself is an assumption. */
  readonly assumed: boolean;
  readonly count?: number;
  readonly countAssumed: boolean;
  /** Under an autoscaler. */
  readonly countRange?: { readonly low: number; readonly high: number };
  /** No replica is to run: the accelerators are none for now. */
  readonly scaledToZero?: boolean;
}

const makers = /^(?:nvidia|amd|intel|google|aws|amazon|apple|huawei)\s+/i;

/** `GB200 (per GPU)` → `GB200 GPU`, `TPU v5e (chip)` → `TPU v5e`: what the catalogue adds to tell rows apart is too long for a line. */
const shortName = (name: string): string =>
  name
    .replace(makers, "")
    .replace(/ \(per GPU\)$/, " GPU")
    .replace(/ \((?:chip|AWS|CN|APU|Server\/WS|DGX Spark)\)$/, "");

/** `A100 40GB`, `A100 80GB` → `A100`: what the candidates share, or the first where they share nothing. */
function sharedName(names: readonly string[]): string {
  const first = names[0] ?? "";
  let length = first.length;
  for (const name of names) {
    let same = 0;
    while (same < length && name[same] === first[same]) same += 1;
    length = same;
  }
  const shared = first.slice(0, length).replace(/[\s\-_(]+\S{0,2}$|[\s\-_(]+$/, "");
  return shared.length >= 2 ? shared : first;
}

function acceleratorName(subject: Subject, names: HardwareNames): { name?: string; assumed: boolean } {
  const { workload } = subject;
  const assumption = assumptionOf(subject, "accelerator");
  const stated =
    workload?.accelerator ??
    (workload?.instanceType === undefined ? undefined : names.instance(workload.instanceType)?.value.accelerator);
  const match = stated === undefined ? undefined : names.accelerator(stated);
  if (match !== undefined) {
    const all = match.how === "ambiguous" && match.candidates ? match.candidates : [match.value];
    return { name: sharedName(all.map((row) => shortName(row.name))), assumed: match.how === "fuzzy" };
  }
  // An assumed part is named by the formula core, from the catalogue.
  if (stated === undefined && typeof assumption?.value === "string")
    return { name: shortName(assumption.value), assumed: true };
  return { assumed: false };
}

function countOf(subject: Subject, names: HardwareNames): { count?: number; assumed: boolean } {
  const { workload } = subject;
  if (workload?.accelerators !== undefined) return { count: workload.accelerators, assumed: false };
  const perNode =
    workload?.acceleratorsPerNode ??
    (workload?.instanceType === undefined ? undefined : names.instance(workload.instanceType)?.value.accelerators);
  if (perNode !== undefined && perNode > 0) return { count: perNode * (workload?.nodes ?? 1), assumed: false };
  const ofNode = assumptionOf(subject, "acceleratorsPerNode")?.value;
  if (typeof ofNode === "number" && workload?.nodes !== undefined)
    return { count: ofNode * workload.nodes, assumed: true };
  const assumption = assumptionOf(subject, "accelerators");
  return typeof assumption?.value === "number" ? { count: assumption.value, assumed: true } : { assumed: false };
}

export function hardwareOf(subject: Subject, names: HardwareNames): HardwareSummary | undefined {
  const { name, assumed } = acceleratorName(subject, names);
  const { count, assumed: countAssumed } = countOf(subject, names);
  const countRange = subject.recognized.acceleratorsRange;
  if (name === undefined && count === undefined && countRange === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { accelerator: plain(name, 40) }),
    assumed,
    ...(count === undefined ? {} : { count }),
    countAssumed,
    ...(subject.recognized.notes?.includes(scaledToZero) ? { scaledToZero: true } : {}),
    ...(countRange === undefined || countRange.low === countRange.high ? {} : { countRange }),
  };
}

/** `64× H100 SXM`, `1–8× L4`, `8 accelerators`, `H100 SXM (assumed)`. */
export function hardwareText(summary: HardwareSummary, format: Formatter): string {
  const { accelerator, count, countRange } = summary;
  if (count === 0 && countRange === undefined) return summary.scaledToZero ? "scaled to zero" : "no accelerators";
  const number = countRange
    ? `${format.count(countRange.low)}–${format.count(countRange.high)}`
    : count === undefined
      ? undefined
      : format.count(count);
  if (accelerator === undefined) return number === "1" ? "1 accelerator" : `${number} accelerators`;
  const assumed = summary.assumed || (count !== undefined && summary.countAssumed) ? " (assumed)" : "";
  return `${number === undefined ? "" : `${number}× `}${accelerator}${assumed}`;
}
