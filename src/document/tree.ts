/**
 * One positioned tree for YAML and JSON. Offsets count UTF-16 units from the start of the *document* (not the file), so that an
 * unchanged document of a stream is reused as it is when an earlier one grows; `TreeDocument.offset` places it in the file.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode extends Span {
  readonly type: "scalar";
  /** By the YAML 1.2 core schema (JSON's own for JSON): `8` is a number, `"8"` text, `100_000` and `1e-4x` text. */
  readonly value: Scalar;
  /** The value as text without quotes; of a block scalar its content. */
  readonly text: string;
  readonly style: "plain" | "quoted" | "block";
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  /** null where the key has no value (`accelerators:` half typed). */
  readonly value: TreeNode | null;
  /** Text of a comment on the entry's own line, without the marker. */
  readonly comment?: string;
}

export interface MappingNode extends Span {
  readonly type: "mapping";
  /** In file order, anchors resolved and `<<` merged (own keys first); for duplicate keys the last stands. */
  readonly entries: readonly Entry[];
}

export interface SequenceNode extends Span {
  readonly type: "sequence";
  readonly items: readonly (TreeNode | null)[];
}

export type TreeNode = ScalarNode | MappingNode | SequenceNode;

export interface Comment extends Span {
  /** Without the marker, trimmed. */
  readonly text: string;
  /** Nothing but white space before it on its line. */
  readonly ownLine: boolean;
}

export interface DocumentProblem extends Span {
  readonly severity: "error" | "warning" | "information";
  /** `syntax`, `tooLarge`, `tooDeep`, `tooManyNodes`, `aliasExpansion`, `template`, `duplicateKey`. */
  readonly code: string;
  readonly message: string;
}

/** One document of a stream (a JSON file is a stream of one). */
export interface TreeDocument {
  readonly root: TreeNode | null;
  readonly comments: readonly Comment[];
  readonly problems: readonly DocumentProblem[];
  /** Where the document starts in the file. */
  readonly offset: number;
  /** The document's text; spans index into it. */
  readonly text: string;
  /** Helm or Jinja braces were neutralised before parsing: values under them are unknown. */
  readonly templated: boolean;
}

export const isMapping = (node: TreeNode | null | undefined): node is MappingNode => node?.type === "mapping";
export const isSequence = (node: TreeNode | null | undefined): node is SequenceNode => node?.type === "sequence";
export const isScalar = (node: TreeNode | null | undefined): node is ScalarNode => node?.type === "scalar";

/** The entry of `key`, if `node` is a mapping that has it. */
export function entryOf(node: TreeNode | null | undefined, key: string): Entry | undefined {
  if (node?.type !== "mapping") return undefined;
  for (const entry of node.entries) if (entry.key === key) return entry;
  return undefined;
}

/** Follows keys and indices: `at(root, "spec", "template", 0)`. */
export function at(node: TreeNode | null | undefined, ...path: readonly (string | number)[]): TreeNode | undefined {
  let current: TreeNode | null | undefined = node;
  for (const step of path) {
    if (typeof step === "number") current = current?.type === "sequence" ? current.items[step] : undefined;
    else current = entryOf(current, step)?.value;
    if (!current) return undefined;
  }
  return current ?? undefined;
}
