/** Bounds that keep a hostile or machine-written file from costing more than a blink. */
export interface Limits {
  /** UTF-16 units of one file. */
  readonly length: number;
  /** Nodes of one document as written. */
  readonly nodes: number;
  /** Nodes of one document once every alias is followed. */
  readonly expandedNodes: number;
  readonly depth: number;
}

/** Real workload files stay under 0.6 MB, a few thousand nodes and a depth of about 20. */
export const defaultLimits: Limits = { length: 1_000_000, nodes: 200_000, expandedNodes: 400_000, depth: 150 };
