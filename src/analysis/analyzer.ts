/** Text to workloads with estimates; remembers the last analysis of each document. */
import type { Estimate } from "../core/estimate";
import { estimate } from "../core/estimator";
import type { Facts } from "../core/facts";
import { parseWorkload } from "../core/parseWorkload";
import type { Workload } from "../core/workload";
import { mayHoldWorkload } from "../recognize/prefilter";
import { type RecognitionSession, recognizeText } from "../recognize/recognize";
import type { FactMap, Recognized } from "../recognize/recognized";
import type { Analysis, AnalysisInput, AnalyzedWorkload, DefaultsLayer } from "./analysis";
import { boundOf, overRange } from "./bounds";
import { withDefaults } from "./defaults";
import { withAssumedLoad, withServiceDefaults } from "./serviceDefaults";
import { workloadFromFacts } from "./workloadFromFacts";
import { layersFor, type WorkspaceFile } from "./workspaceFile";

export interface AnalyzerOptions {
  readonly facts: Facts;
  /** `aicost.yaml` of the workspace: its layers come before `defaults`. */
  readonly workspace?: WorkspaceFile;
  /** Settings of the person, after the workspace's. */
  readonly defaults?: readonly DefaultsLayer[];
  /** Fields stated from outside for every workload, before what the files say (`--set`). */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Documents remembered at a time. */
  readonly capacity?: number;
}

/** Reads a neighbouring file: its text, or undefined when there is none (or it is not loaded yet). */
export type Reader = (path: string) => string | undefined;

const empty: Analysis = { workloads: [], problems: [], wanted: [] };

interface Remembered {
  readonly text: string;
  readonly language: string;
  readonly references: ReadonlyMap<string, string | undefined>;
  readonly session: RecognitionSession;
  readonly results: ReadonlyMap<string, Result>;
  /** What recognition handed over unchanged is not looked at again. */
  readonly known: ReadonlyMap<Recognized, Known>;
  readonly analysis: Analysis;
}

interface Known {
  /** Under which its result is kept. */
  readonly key: string;
  readonly analyzed: AnalyzedWorkload;
}

/** What follows from the facts' values alone, wherever they stand in the file. */
type Result = Pick<AnalyzedWorkload, "workload" | "estimate" | "bound" | "problems">;

export class Analyzer {
  readonly #facts: Facts;
  readonly #workspace: WorkspaceFile | undefined;
  readonly #defaults: readonly DefaultsLayer[];
  readonly #overrides: FactMap | undefined;
  readonly #capacity: number;
  readonly #remembered = new Map<string, Remembered>();
  constructor(options: AnalyzerOptions) {
    this.#facts = options.facts;
    this.#workspace = options.workspace;
    this.#defaults = options.defaults ?? [];
    this.#overrides = options.overrides && overridesAsFacts(options.overrides);
    this.#capacity = options.capacity ?? 50;
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Analyses a document. Synchronous; never throws; the same text and neighbours give the same object. */
  analyze(input: AnalysisInput, read: Reader = () => undefined): Analysis {
    const before = this.#remembered.get(input.path);
    if (before?.text === input.text && before.language === input.language && unchanged(before.references, read))
      return before.analysis;
    if (!mayHoldWorkload(input.text)) {
      this.#remembered.delete(input.path);
      return empty;
    }
    const layered = this.#workspace === undefined ? undefined : layersFor(this.#workspace, input.path);
    if (layered?.ignored) return empty;
    const layers = [...(layered?.layers ?? []), ...this.#defaults];

    const references = new Map<string, string | undefined>();
    const recording: Reader = (path) => {
      if (!references.has(path)) references.set(path, read(path));
      return references.get(path);
    };
    const session = recognizeText(input.text, input.language, input.path, recording, before?.session);
    const results = new Map<string, Result>();
    const known = new Map<Recognized, Known>();
    const workloads = session.recognition.workloads.map((recognized) => {
      const one = before?.known.get(recognized) ?? this.#analyzeOne(recognized, layers, results, before?.results);
      results.set(one.key, one.analyzed);
      known.set(recognized, one);
      return one.analyzed;
    });
    const analysis: Analysis = {
      workloads,
      problems: session.recognition.problems,
      wanted: [...references].filter(([, text]) => text === undefined).map(([path]) => path),
    };
    const { text, language } = input;
    this.#remember(input.path, { text, language, references, session, results, known, analysis });
    return analysis;
  }

  /** The estimate with some fields changed (dotted names nest): what doubling would do, a scenario of the comparison. */
  reestimate(analyzed: AnalyzedWorkload, changes: Readonly<Record<string, unknown>>): Estimate | undefined {
    if (analyzed.workload === undefined) return undefined;
    const changed = changeWorkload(analyzed.workload, changes);
    return changed === undefined ? undefined : estimate(changed, this.#facts);
  }

  /** Forgets all estimates: the facts behind them changed (token prices arrived). */
  forgetEstimates(): void {
    this.#remembered.clear();
  }

  /** Forgets a closed document. */
  forget(path: string): void {
    this.#remembered.delete(path);
  }

  /** Results are kept by the facts' values: an edit elsewhere in the file, or a second workload like this one, finds them there. */
  #analyzeOne(
    recognized: Recognized,
    layers: readonly DefaultsLayer[],
    results: ReadonlyMap<string, Result>,
    before: ReadonlyMap<string, Result> | undefined,
  ): Known {
    const stated = this.#overrides ? { ...recognized.facts, ...this.#overrides } : recognized.facts;
    const facts = withServiceDefaults(
      recognized.kind,
      recognized.dialect,
      withDefaults(recognized.kind, stated, layers),
    );
    const key = contentOf(recognized, facts);
    let result = results.get(key) ?? before?.get(key);
    if (result === undefined) {
      const strict = recognized.dialect === "native";
      const { workload, problems } = workloadFromFacts(recognized.kind, recognized.name, facts, strict);
      result = { problems, ...(workload === undefined ? {} : this.#estimate(workload, recognized)) };
    }
    const { workload, estimate: made, bound, problems } = result;
    const analyzed: AnalyzedWorkload = {
      recognized,
      facts,
      problems,
      ...(workload === undefined ? {} : { workload }),
      ...(made === undefined ? {} : { estimate: withAssumedLoad(made, facts) }),
      ...(bound === undefined ? {} : { bound }),
    };
    return { key, analyzed };
  }

  #estimate(workload: Workload, { acceleratorsRange: range, timeLimit }: Recognized): Omit<Result, "problems"> {
    let result = estimate(workload, this.#facts);
    if (range !== undefined && range.low < range.high) {
      const ends = [range.low, range.high].flatMap((accelerators) => {
        if (accelerators === 0) return [];
        const changed = changeWorkload(workload, {
          accelerators,
          nodes: undefined,
          ...replicasAt(workload, accelerators),
        });
        return changed ? [estimate(changed, this.#facts)] : [];
      });
      result = overRange(result, ends, { ...range, count: workload.accelerators });
    }
    const bound = boundOf(result, timeLimit);
    return { workload, estimate: result, ...(bound ? { bound } : {}) };
  }

  #remember(path: string, entry: Remembered): void {
    this.#remembered.delete(path);
    this.#remembered.set(path, entry);
    if (this.#remembered.size <= this.#capacity) return;
    const oldest = this.#remembered.keys().next().value;
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** More accelerators under an autoscaler are more replicas, not wider ones. */
function replicasAt(workload: Workload, accelerators: number): { readonly replicas?: number } {
  if (workload.kind !== "inference" || !workload.replicas || !workload.accelerators) return {};
  const replicas = (workload.replicas * accelerators) / workload.accelerators;
  return Number.isInteger(replicas) && replicas > 0 ? { replicas } : {};
}

function contentOf(recognized: Recognized, facts: FactMap): string {
  const { kind, name, dialect, acceleratorsRange, timeLimit } = recognized;
  const values: unknown[] = [kind, name, dialect, acceleratorsRange, timeLimit];
  for (const field of Object.keys(facts)) values.push(field, facts[field]?.value);
  return JSON.stringify(values);
}

const unchanged = (references: ReadonlyMap<string, string | undefined>, read: Reader): boolean => {
  for (const [path, text] of references) if (read(path) !== text) return false;
  return true;
};

/** A workload with fields replaced; undefined takes a field away. Undefined when the result is not a valid workload. */
export function changeWorkload(workload: Workload, changes: Readonly<Record<string, unknown>>): Workload | undefined {
  const record: Record<string, unknown> = { ...workload };
  for (const [name, value] of Object.entries(changes)) {
    const [outer = "", inner] = name.split(".");
    if (inner === undefined) record[outer] = value;
    else {
      const existing = record[outer];
      record[outer] = { ...(typeof existing === "object" && existing !== null ? existing : {}), [inner]: value };
    }
  }
  for (const key of Object.keys(record)) if (record[key] === undefined) delete record[key];
  return parseWorkload(record).workload;
}

function overridesAsFacts(overrides: Readonly<Record<string, unknown>>): FactMap | undefined {
  const entries = Object.entries(overrides);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([field, value]) => [
      field,
      { value, source: "setting", confidence: "high", note: "stated on the command line" },
    ]),
  );
}

/** True for a workload whose token prices are not loaded yet. */
export const tokenPricesWanted = ({ recognized, estimate }: AnalyzedWorkload): boolean =>
  recognized.kind === "api" && estimate !== undefined && estimate.quantities.cost === undefined;
