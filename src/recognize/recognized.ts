/**
 * What recognition says of a file: workloads, and for each fact its value, where it was read and how sure that is.
 */
import type { Kind } from "../core/workload";
import type { DocumentProblem, Span, TreeDocument } from "../document/tree";

/** In order of trust; `setting`, `catalog` and `assumed` are added by analysis and estimation, never by a dialect. */
export type FactSource = "file" | "directive" | "comment" | "referenced" | "path" | "setting" | "catalog" | "assumed";
export type FactConfidence = "high" | "medium" | "low";

export interface Fact {
  /** Number, text, boolean, or a nested value of the contract's (ModelSpec, stages, images). */
  readonly value: unknown;
  readonly source: FactSource;
  readonly confidence: FactConfidence;
  /** JSON pointer into the document (`/spec/replicas`), absent for comments and paths. */
  readonly path?: string;
  /** Offsets in the *file* (not the document) of the value; in `file` when that is set. */
  readonly range?: Span;
  /** Range of the key as well, so that hovering the key explains the value. */
  readonly keyRange?: Span;
  /** Workspace-relative path of another file the fact was read from. */
  readonly file?: string;
  /** How it came about, one short clause: `2 replicas × 8 GPUs`, `folder name says h100`, `one of 3 alternatives`. */
  readonly note?: string;
}

/** Names are the contract's workload fields, nested ones dotted: `accelerators`, `parallelism.tensor`, `dataset.samples`. */
export type FactMap = Readonly<Record<string, Fact>>;

/** A server's greatest number of sequences in flight: what it may reach, not what it has. Marks facts of `concurrency`. */
export const serverBound = { confidence: "medium", note: "an upper bound of the server" } as const;

/** Remark on a workload that has accelerators and no replica to hold them. */
export const scaledToZero = "scaled to zero: nothing runs, and nothing is paid, until it is scaled up";

/** One factor of a product chain (replicas × pods × containers). */
export interface Factor {
  readonly label: string;
  readonly value: number;
  readonly range?: Span;
}

export interface Recognized {
  /** Stable within a file while its structure stands: dialect and JSON pointer of the block. */
  readonly id: string;
  readonly dialect: string;
  readonly kind: Kind;
  readonly name?: string;
  /** Offsets in the file of the block the workload is read from. */
  readonly range: Span;
  /** Offset in the file of the key the lens sits above (its line is used). */
  readonly anchor: number;
  readonly facts: FactMap;
  /** The multiplication behind `accelerators`, outermost first. */
  readonly chain?: readonly Factor[];
  /** Range of `accelerators` under an autoscaler: the fact itself holds the current or least count. */
  readonly acceleratorsRange?: { readonly low: number; readonly high: number };
  /** An upper bound on the run time (time limit), hours; never a duration. */
  readonly timeLimit?: number;
  /** Short remarks for the reader: `inherited from grpo_8b.yaml`, `${MODEL} not resolved`. */
  readonly notes?: readonly string[];
  /** Part of a larger job that another workload of the file already counts. */
  readonly countedIn?: string;
}

export interface Recognition {
  readonly workloads: readonly Recognized[];
  readonly problems: readonly DocumentProblem[];
}

/** What a dialect may look at besides the document itself. */
export interface RecognitionContext {
  /** Workspace-relative path, `/` between folders; hints and tie-breaks only. */
  readonly path: string;
  /** All documents of the file, the one at hand included. */
  readonly documents: readonly TreeDocument[];
  /**
   * Text of a file named by the one at hand, relative to its folder or to the workspace (with a leading `/`: to the workspace); undefined when it does not exist or is
   * not loaded yet (analysis loads it and asks again).
   */
  readonly read: (path: string) => string | undefined;
  /** Parses a referenced file's text; memoised. */
  readonly parse: (text: string, path: string) => readonly TreeDocument[];
  /** Workloads of a file named by the one at hand (a recipe on a command line), their facts marked as referenced. */
  readonly follow?: (path: string) => readonly Recognized[];
}

/** A configuration format: one file in `dialects/`, one line in the registry. */
export interface Dialect {
  readonly id: string;
  /** Human name: `Kubernetes Deployment`, `Axolotl`. */
  readonly title: string;
  /**
   * Strings of which at least one occurs in any text of this dialect. The pre-filter looks for them before anything is parsed, so
   * they must be specific (`base_model:`), never a bare common word. A leading line break means the start of a line.
   */
  readonly anchors: readonly (string | RegExp)[];
  /** By structure alone; file names only break ties. Cheap: it runs on every parsed document. */
  readonly matches: (document: TreeDocument, context: RecognitionContext) => boolean;
  readonly read: (document: TreeDocument, context: RecognitionContext) => readonly Recognized[];
  /** For docs/dialects.md: how it is told apart, what is read, what is not. */
  readonly documentation: { readonly recognizedBy: string; readonly reads: string; readonly limits?: string };
}
