/**
 * The one door of the pure half: text in, workloads with estimates out. All faces (lens, hover, report, comparison, command line,
 * language-model tool) come through here, so the same input gives the same number on each.
 */
import type { Estimate } from "../core/estimate";
import type { CommonFields, Workload, WorkloadProblem } from "../core/workload";
import type { DocumentProblem } from "../document/tree";
import type { FactMap, Recognized } from "../recognize/recognized";
import type { UpperBound } from "./bounds";

export type Language = "yaml" | "json" | "jsonc" | "markdown";

/** Common fields that a workspace or a person sets once, with where they were set (`aicost.yaml`, `settings`). */
export interface DefaultsLayer {
  readonly fields: Partial<CommonFields>;
  readonly origin: string;
}

export interface AnalyzedWorkload {
  readonly recognized: Recognized;
  /** The recognised facts with defaults from aicost.yaml and settings (source `setting`) added where the file is silent. */
  readonly facts: FactMap;
  /** Absent when a fact has a wrong type; `problems` says which. */
  readonly workload?: Workload;
  readonly estimate?: Estimate;
  /** At most this, if the work has no known end but a time limit. */
  readonly bound?: UpperBound;
  readonly problems: readonly WorkloadProblem[];
}

export interface Analysis {
  readonly workloads: readonly AnalyzedWorkload[];
  readonly problems: readonly DocumentProblem[];
  /** Workspace-relative paths of referenced files that the reader did not have: load them and analyse again. */
  readonly wanted: readonly string[];
}

export interface AnalysisInput {
  /** Workspace-relative path with `/`; for hints, rules by glob and references. */
  readonly path: string;
  readonly text: string;
  readonly language: Language;
}
