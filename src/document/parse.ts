/**
 * Text to positioned documents. Never throws; what cannot be read is a problem, what is too large is one problem and no tree.
 */
import { parseJsonDocument } from "./json";
import { defaultLimits, type Limits } from "./limits";
import type { DocumentProblem, TreeDocument } from "./tree";
import { parseYamlDocument } from "./yaml";

export type DocumentLanguage = "yaml" | "json" | "jsonc";

export interface ParsedFile {
  readonly documents: readonly TreeDocument[];
  /** Problems of all documents, with offsets in the file. */
  readonly problems: readonly DocumentProblem[];
}

export function parseDocuments(text: string, language: DocumentLanguage, limits: Limits = defaultLimits): ParsedFile {
  return parseStream(undefined, text, language, limits);
}

/** What `parseStream` needs of the text before: its documents, unchanged ones of which are taken over as they are. */
export interface StreamCache {
  readonly language: DocumentLanguage;
  readonly file: ParsedFile;
}

/** As `parseDocuments`, but documents of a `---` stream whose text stands in `previous` are not parsed again. */
export function parseStream(
  previous: StreamCache | undefined,
  text: string,
  language: DocumentLanguage,
  limits: Limits = defaultLimits,
): ParsedFile {
  if (text.length > limits.length) return { documents: [], problems: [tooLarge(text.length, limits)] };
  const starts = language === "yaml" ? documentStarts(text) : [0];
  const old = previous?.language === language ? previous.file.documents : [];
  const reuse = reusable(old, text, starts);
  const documents = starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const same = reuse(index, start, end);
    if (same) return same.offset === start ? same : movedTo(same, start);
    const part = text.slice(start, end);
    return language === "yaml" ? parseYamlDocument(part, start, limits) : parseJsonDocument(part, start, limits);
  });
  return { documents, problems: problemsInFile(documents) };
}

/** Field by field: a spread takes several times as long, and all documents after an edit move. */
const movedTo = ({ root, comments, problems, text, templated }: TreeDocument, offset: number): TreeDocument => ({
  root,
  comments,
  problems,
  offset,
  text,
  templated,
});

function problemsInFile(documents: readonly TreeDocument[]): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  for (const { offset, problems: own } of documents)
    for (const problem of own) problems.push({ ...problem, start: problem.start + offset, end: problem.end + offset });
  return problems;
}

const tooLarge = (length: number, limits: Limits): DocumentProblem => ({
  start: 0,
  end: 1,
  severity: "information",
  code: "tooLarge",
  message: `file of ${(length / 1e6).toFixed(1)} MB is not read (limit ${(limits.length / 1e6).toFixed(1)} MB)`,
});

/**
 * Where the documents of a stream start. `---` and `...` at the start of a line end a document wherever they stand (YAML 1.2,
 * 9.1), so no parser is needed. A head of comments and directives belongs to the document after it.
 */
export function documentStarts(text: string): number[] {
  const starts = [0];
  let dashes = markerFrom(text, "---", 0);
  let dots = markerFrom(text, "...", 0);
  while (dashes >= 0 || dots >= 0) {
    if (dashes < 0 || (dots >= 0 && dots < dashes)) {
      const lineEnd = text.indexOf("\n", dots);
      if (lineEnd >= 0 && text.slice(lineEnd + 1, lineEnd + 200).trim() !== "") starts.push(lineEnd + 1);
      dots = markerFrom(text, "...", dots + 3);
      continue;
    }
    const last = starts.at(-1) as number;
    if (dashes > last && !onlyComments(text, last, dashes)) starts.push(dashes);
    dashes = markerFrom(text, "---", dashes + 3);
  }
  return starts;
}

/** Where `marker` next stands alone at the start of a line, at or after `from`; -1 when nowhere. */
function markerFrom(text: string, marker: string, from: number): number {
  for (let at = text.indexOf(marker, from); at >= 0; at = text.indexOf(marker, at + 1)) {
    const before = at === 0 ? "\n" : text[at - 1];
    const after = text[at + 3];
    if (before === "\n" && (after === undefined || after === "\n" || after === "\r" || after === " " || after === "\t"))
      return at;
  }
  return -1;
}

/** Looks at a few lines only: a long head of prose is not worth more. */
function onlyComments(text: string, from: number, to: number): boolean {
  let position = from;
  while (position < to) {
    const newline = text.indexOf("\n", position);
    const end = newline < 0 || newline > to ? to : newline;
    const line = text.slice(position, end).trim();
    if (line !== "" && !line.startsWith("#") && !line.startsWith("%") && line !== "\uFEFF") return false;
    position = end + 1;
  }
  return true;
}

/** An edit touches a run in the middle: documents before it match by position, those after it from the end. */
function reusable(
  old: readonly TreeDocument[],
  text: string,
  starts: readonly number[],
): (index: number, start: number, end: number) => TreeDocument | undefined {
  const shift = old.length - starts.length;
  return (index, start, end) => {
    // Equal slices are compared as memory; `startsWith` goes character by character.
    const same = (candidate: TreeDocument | undefined): candidate is TreeDocument =>
      candidate !== undefined && candidate.text.length === end - start && text.slice(start, end) === candidate.text;
    const before = old[index];
    if (same(before)) return before;
    const after = shift === 0 ? undefined : old[index + shift];
    return same(after) ? after : undefined;
  };
}
