/** Accelerators: rows as facts, and the look-up by name. */
import type { AcceleratorFacts, Confidence, Match } from "../core/facts";
import { type AcceleratorName, readAcceleratorName } from "./acceleratorNames";
import { weaker } from "./confidence";
import data from "./data/accelerators.json";
import { quantityOf } from "./intervals";
import type { OwnAccelerator } from "./overrides";
import type { AcceleratorRow } from "./rows";
import { printSources } from "./sources";

function factsOf(row: AcceleratorRow): AcceleratorFacts {
  const { sources, hostPower, embodied, ...rest } = row;
  return {
    ...rest,
    ...(hostPower ? { hostPower: quantityOf(hostPower, "W") } : {}),
    ...(embodied ? { embodied: quantityOf(embodied, "kgCO2e") } : {}),
    source: printSources(sources),
  };
}

const bundled: readonly AcceleratorFacts[] = (data as unknown as readonly AcceleratorRow[]).map(factsOf);

const speed = (facts: AcceleratorFacts): number => facts.peak.bf16 ?? facts.peak.fp16 ?? facts.peak.fp32 ?? 0;

const scaled = (peaks: AcceleratorFacts["peak"], factor: number): AcceleratorFacts["peak"] =>
  Object.fromEntries(Object.entries(peaks).map(([format, peak]) => [format, peak * factor]));

/** Throughput under a power cap falls with its 0.45th power (fitted on capped H100 boards; docs/method.md, training). */
const capExponent = 0.45;

function capped(facts: AcceleratorFacts, watts: number): AcceleratorFacts {
  const { tdp } = facts;
  if (tdp === undefined || watts >= 0.97 * tdp || watts < 0.3 * tdp) return facts;
  const share = watts / tdp;
  return {
    ...facts,
    id: `${facts.id}@${watts}w`,
    name: `${facts.name} (${watts} W cap)`,
    tdp: watts,
    powerShare: share,
    ...(facts.achievable ? { achievable: scaled(facts.achievable, share ** capExponent) } : {}),
  };
}

/** A MIG slice: compute in sevenths (fourths on the RTX PRO 6000), memory as named. */
function sliced(facts: AcceleratorFacts, slice: { compute: number; memory: number }): AcceleratorFacts {
  const parts = facts.id.startsWith("rtxpro") ? 4 : 7;
  const share = Math.min(1, slice.compute / parts);
  if (share === 1 || slice.memory > 1.1 * facts.memory) return facts;
  const { achievable, usableMemory: _usable, link: _link, ...rest } = facts;
  return {
    ...rest,
    id: `${facts.id}@${slice.compute}g.${slice.memory}gb`,
    name: `${facts.name}, slice ${slice.compute}g.${slice.memory}gb`,
    memory: slice.memory,
    bandwidth: facts.bandwidth * Math.min(1, slice.memory / facts.memory),
    linkDomain: 1,
    peak: scaled(facts.peak, share),
    ...(achievable ? { achievable: scaled(achievable, share) } : {}),
    ...(facts.tdp ? { tdp: facts.tdp * share } : {}),
    ...(facts.idlePower ? { idlePower: facts.idlePower * share } : {}),
    ...(facts.hostPower ? { hostPower: scaleInterval(facts.hostPower, share) } : {}),
    ...(facts.embodied ? { embodied: scaleInterval(facts.embodied, share) } : {}),
    share,
  };
}

const scaleInterval = (q: NonNullable<AcceleratorFacts["hostPower"]>, factor: number) => ({
  low: q.low * factor,
  central: q.central * factor,
  high: q.high * factor,
  unit: q.unit,
});

const close = (a: number, b: number): boolean => Math.abs(a / b - 1) <= 0.05;
const holds = (facts: AcceleratorFacts, memory: number): boolean =>
  close(memory, facts.memory) || (facts.usableMemory !== undefined && close(memory, facts.usableMemory));
const hasForm = (facts: AcceleratorFacts, form: "SXM" | "PCIe" | "NVL"): boolean =>
  form === "NVL"
    ? facts.id.endsWith("-nvl")
    : form === "SXM"
      ? (facts.formFactor ?? "").startsWith("SXM")
      : facts.formFactor === "PCIe" && !facts.id.endsWith("-nvl");

/** Keeps what passes; everything when nothing does. */
const narrow = <T>(list: readonly T[], passes: (item: T) => boolean): readonly T[] => {
  const kept = list.filter(passes);
  return kept.length > 0 ? kept : list;
};

/** Unified memory comes in many sizes; the text's wins. */
function withMemory(facts: AcceleratorFacts, memory: number | undefined): AcceleratorFacts {
  if (memory === undefined || facts.formFactor !== "SoC" || memory > 1024) return facts;
  return { ...facts, id: `${facts.id}@${memory}gb`, memory, usableMemory: Math.round(memory * 7.5) / 10 };
}

/** How many of a profile's memory slices make the device, by its compute slices (NVIDIA MIG user guide, supported profiles). */
const slicesOf: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [2, 4],
  [3, 2],
  [4, 2],
  [7, 1],
]);

export class Accelerators {
  private readonly byId = new Map<string, AcceleratorFacts>();
  private readonly found = new Map<string, Match<AcceleratorFacts> | undefined>();
  /** Fastest last. */
  readonly all: readonly AcceleratorFacts[];

  constructor(own: readonly OwnAccelerator[] = [], origin = "aicost.yaml") {
    for (const facts of bundled) this.byId.set(facts.id, facts);
    for (const { like, id, ...fields } of own) {
      // A new part takes what it does not state from the row it is like; without such a row it cannot be reckoned with.
      const base = this.find(like ?? id)?.value;
      if (base === undefined) continue;
      const key = like === undefined ? base.id : id.toLowerCase();
      const stated = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      const { achievable: _measured, ...rest } = base;
      const kept = fields.peak === undefined ? base : rest;
      const label = like === undefined ? base.name : id;
      this.byId.set(key, {
        ...kept,
        name: label,
        ...stated,
        id: key,
        source: `your figures (${origin})`,
        confidence: "high",
      });
    }
    this.found.clear();
    this.all = [...this.byId.values()].sort((a, b) => speed(a) - speed(b));
  }

  /** Looks a name up; answers are remembered. */
  find(name: string): Match<AcceleratorFacts> | undefined {
    if (this.found.has(name)) return this.found.get(name);
    const match = this.resolve(name);
    // Names come from files: what is remembered stays bounded.
    if (this.found.size > 2000) this.found.clear();
    this.found.set(name, match);
    return match;
  }

  private resolve(name: string): Match<AcceleratorFacts> | undefined {
    const exact = this.byId.get(name.trim().toLowerCase());
    if (exact) return { value: exact, how: "exact", confidence: exact.confidence };
    const [base = "", modifier] = name.trim().toLowerCase().split("@");
    const stem = modifier === undefined ? undefined : this.byId.get(base);
    if (stem) {
      const reading = readAcceleratorName(`${base} ${modifier}`);
      const value = reading ? this.modify(stem, reading) : stem;
      return { value, how: "exact", confidence: value.confidence };
    }
    const reading = readAcceleratorName(name);
    return reading && this.choose(reading);
  }

  private modify(facts: AcceleratorFacts, reading: AcceleratorName): AcceleratorFacts {
    if (reading.slice) return sliced(facts, reading.slice);
    const sized = withMemory(facts, reading.memory);
    return reading.powerCap === undefined ? sized : capped(sized, reading.powerCap);
  }

  private choose(reading: AcceleratorName): Match<AcceleratorFacts> | undefined {
    const { form, memory } = reading;
    let candidates: readonly AcceleratorFacts[] = reading.rows.flatMap((id) => this.byId.get(id) ?? []);
    if (form) candidates = narrow(candidates, (row) => hasForm(row, form));
    if (memory !== undefined) candidates = narrow(candidates, (row) => holds(row, memory));
    const cut = reading.slice && slicesOf.get(reading.slice.compute);
    if (reading.slice && cut) {
      const whole = reading.slice.memory * cut;
      candidates = narrow(candidates, (row) => close(whole, row.memory) || close(whole, 1.1 * row.memory));
    }
    const [first] = candidates;
    if (first === undefined) return undefined;
    const value = this.modify(first, reading);
    const others = reading.alternatives.flatMap((text) => this.find(text)?.value ?? []);
    if (others.length > 0) return { value, how: "ambiguous", confidence: "low", candidates: [value, ...others] };
    const settled = candidates.length === 1 || reading.plain || (memory !== undefined && holds(first, memory));
    if (!settled)
      return {
        value,
        how: "ambiguous",
        confidence: "low",
        candidates: candidates.map((row) => this.modify(row, reading)),
      };
    if (reading.classOnly) return { value, how: "fuzzy", confidence: "low" };
    const sure: Confidence = candidates.length === 1 ? "high" : "medium";
    return { value, how: "alias", confidence: weaker(sure, value.confidence) };
  }
}
