/** The room's door: text or documents to workloads with facts. Never throws; keeps what it can when a file changes. */

import { defaultLimits } from "../document/limits";
import { parseMarkdown } from "../document/markdown";
import { type DocumentLanguage, parseDocuments, parseStream, type StreamCache } from "../document/parse";
import type { DocumentProblem, Span, TreeDocument } from "../document/tree";
import { applyDirectives } from "./directive";
import { mayHoldWorkload } from "./prefilter";
import type { Fact, Recognition, RecognitionContext, Recognized } from "./recognized";
import { folderOf, joinPath, referenced } from "./references";
import { dialects } from "./registry";

/** Text of a workspace file by workspace-relative path. */
export type Read = (path: string) => string | undefined;
export type RecognitionLanguage = DocumentLanguage | "markdown";

/** What a text was recognised as, and what of that can be taken over when the text changes. */
export interface RecognitionSession {
  readonly recognition: Recognition;
  readonly stream: StreamCache | undefined;
  readonly memory: Memory;
}

/** One document's workloads and what else they rest on. */
interface Remembered {
  readonly offset: number;
  readonly index: number;
  readonly workloads: readonly Recognized[];
  readonly references: ReadonlyMap<string, string | undefined>;
}
/** By the document's text object's tree: unchanged documents share it. Documents that looked at their neighbours are not kept. */
type Memory = WeakMap<object, Remembered>;

const nothing: Recognition = { workloads: [], problems: [] };

/** The whole way from text, for one file. `previous` is the session of the same file before an edit. */
export function recognizeText(
  text: string,
  language: RecognitionLanguage,
  path: string,
  read: Read,
  previous?: RecognitionSession,
): RecognitionSession {
  const memory = previous?.memory ?? new WeakMap();
  if (!mayHoldWorkload(text)) return { recognition: nothing, stream: undefined, memory };
  if (language === "markdown") {
    const workloads = recognizeDocuments(parseMarkdown(text), path, read, new WeakMap());
    return { recognition: { workloads, problems: [] }, stream: undefined, memory };
  }
  const file = parseStream(previous?.stream, text, language);
  const workloads = recognizeDocuments(file.documents, path, read, memory);
  return { recognition: { workloads, problems: file.problems }, stream: { language, file }, memory };
}

/** Recognises parsed documents of one file. */
export function recognize(documents: readonly TreeDocument[], path: string, read: Read): Recognition {
  const problems: DocumentProblem[] = documents.flatMap((document) =>
    document.problems.map((problem) => ({
      ...problem,
      start: problem.start + document.offset,
      end: problem.end + document.offset,
    })),
  );
  return { workloads: recognizeDocuments(documents, path, read, new WeakMap()), problems };
}

function recognizeDocuments(
  documents: readonly TreeDocument[],
  path: string,
  read: Read,
  memory: Memory,
): Recognized[] {
  const seen = new Set<string>();
  return documents.flatMap((document, index) => {
    if (!document.root && document.comments.length === 0) return [];
    const key = document.root ?? document;
    const known = memory.get(key);
    const workloads =
      known && known.index === index && unchanged(known.references, read)
        ? moved(known.workloads, document.offset - known.offset)
        : recognizeOne(document, index, documents, path, read, memory);
    if (known && known.offset !== document.offset && memory.get(key) === known)
      memory.set(key, { ...known, offset: document.offset, workloads });
    return workloads.map((workload) => unique(workload, seen));
  });
}

function recognizeOne(
  document: TreeDocument,
  index: number,
  documents: readonly TreeDocument[],
  path: string,
  read: Read,
  memory: Memory,
): readonly Recognized[] {
  const references = new Map<string, string | undefined>();
  let alone = true;
  const context: RecognitionContext = {
    path,
    get documents() {
      if (documents.length > 1) alone = false;
      return documents;
    },
    read: (name) => {
      for (const place of name.startsWith("/")
        ? [joinPath("", name)]
        : [joinPath(folderOf(path), name), joinPath("", name)]) {
        if (place === undefined || place === path) continue;
        if (!references.has(place)) {
          if (references.size >= 60) return undefined;
          references.set(place, read(place));
        }
        const text = references.get(place);
        if (text !== undefined) return text.length <= defaultLimits.length ? text : undefined;
      }
      return undefined;
    },
    parse: parseReferenced,
    follow: (name) => follow(name, context, 0),
  };
  const found = applyDirectives(document, readBy(document, context));
  const workloads = index === 0 ? found : found.map((workload) => ({ ...workload, id: `${workload.id}#${index}` }));
  if (alone && document.root) memory.set(document.root, { offset: document.offset, index, workloads, references });
  return workloads;
}

/** What a named file is recognised as. Two steps deep: a launcher names a recipe, the recipe a parent. */
function follow(name: string, context: RecognitionContext, depth: number): readonly Recognized[] {
  const file = depth < 2 ? referenced(context, name) : undefined;
  if (!file) return [];
  return file.documents.slice(0, 4).flatMap((document) => {
    const inner: RecognitionContext = {
      path: file.path,
      documents: file.documents,
      read: (path) => context.read(path.startsWith("/") ? path : `/${joinPath(folderOf(file.path), path) ?? path}`),
      parse: context.parse,
      follow: (next) => follow(next, inner, depth + 1),
    };
    return readBy(document, inner).map((workload) => asReferenced(workload, file.path));
  });
}

function asReferenced(workload: Recognized, file: string): Recognized {
  const facts: Record<string, Fact> = {};
  for (const [name, fact] of Object.entries(workload.facts))
    facts[name] =
      fact.source === "file"
        ? { ...fact, source: "referenced", file }
        : fact.range
          ? { ...fact, file: fact.file ?? file }
          : fact;
  return { ...workload, facts };
}

/** A dialect must not take the file down with it, whatever the text is. */
function readBy(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  if (!document.root) return [];
  for (const dialect of dialects) {
    try {
      if (dialect.matches(document, context)) return dialect.read(document, context);
    } catch {
      // The next dialect may understand it; a wrong number would be worse than none.
    }
  }
  return [];
}

const unchanged = (references: ReadonlyMap<string, string | undefined>, read: Read): boolean => {
  for (const [path, text] of references) if (read(path) !== text) return false;
  return true;
};

/** The same workloads further down the file. */
function moved(workloads: readonly Recognized[], by: number): readonly Recognized[] {
  if (by === 0) return workloads;
  return workloads.map((workload) => {
    const facts: Record<string, Fact> = {};
    for (const name in workload.facts) facts[name] = movedFact(workload.facts[name] as Fact, by);
    const copy: { -readonly [K in keyof Recognized]: Recognized[K] } = { ...workload };
    copy.range = movedSpan(workload.range, by);
    copy.anchor = workload.anchor + by;
    copy.facts = facts;
    if (workload.chain)
      copy.chain = workload.chain.map((factor) =>
        factor.range ? { label: factor.label, value: factor.value, range: movedSpan(factor.range, by) } : factor,
      );
    return copy;
  });
}

const movedSpan = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });

function movedFact(fact: Fact, by: number): Fact {
  if (fact.file !== undefined || (!fact.range && !fact.keyRange)) return fact;
  const copy: { -readonly [K in keyof Fact]: Fact[K] } = { ...fact };
  if (fact.range) copy.range = movedSpan(fact.range, by);
  if (fact.keyRange) copy.keyRange = movedSpan(fact.keyRange, by);
  return copy;
}

function unique(workload: Recognized, seen: Set<string>): Recognized {
  let { id } = workload;
  for (let count = 2; seen.has(id); count++) id = `${workload.id}~${count}`;
  seen.add(id);
  return id === workload.id ? workload : { ...workload, id };
}

const parsed = new Map<string, { readonly text: string; readonly documents: readonly TreeDocument[] }>();

/** Parents of a folder of recipes are asked for again and again: the last few stay parsed. */
function parseReferenced(text: string, path: string): readonly TreeDocument[] {
  const known = parsed.get(path);
  if (known?.text === text) return known.documents;
  const { documents } = parseDocuments(text, path.endsWith(".json") ? "jsonc" : "yaml");
  parsed.delete(path);
  parsed.set(path, { text, documents });
  const oldest = parsed.size > 32 ? parsed.keys().next().value : undefined;
  if (oldest !== undefined) parsed.delete(oldest);
  return documents;
}
