/** `# ai-cost: accelerator=H100-SXM accelerators=16 tokens=2B`: what the configuration leaves out, said beside it. */
import { parseNumber } from "../core/numbers";
import { fieldsOf, type Kind, kinds } from "../core/workload";
import type { Comment, TreeDocument } from "../document/tree";
import type { Fact, FactMap, Recognized } from "./recognized";

interface Directive {
  readonly comment: Comment;
  readonly ignore: boolean;
  readonly facts: FactMap;
}

const marker = /^ai-cost:\s*(.*)$/i;
const assignment = /([A-Za-z][\w.]*)\s*=\s*("[^"]*"|'[^']*'|[^\s,;]+)/g;

/** Values that stay text although they look like numbers or words. */
function parseValue(text: string): unknown {
  const bare = /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
  if (bare !== text) return bare;
  if (bare === "true" || bare === "false") return bare === "true";
  return parseNumber(bare) ?? bare;
}

export function directivesOf(document: TreeDocument): Directive[] {
  const directives: Directive[] = [];
  for (const comment of document.comments) {
    const body = marker.exec(comment.text)?.[1];
    if (body === undefined) continue;
    const facts: Record<string, Fact> = {};
    const range = { start: comment.start + document.offset, end: comment.end + document.offset };
    for (const [, name = "", text = ""] of body.matchAll(assignment))
      if (name !== "__proto__")
        facts[name] = { value: parseValue(text), source: "directive", confidence: "high", range };
    directives.push({ comment, ignore: /^ignore\b/i.test(body.trim()), facts });
  }
  return directives;
}

/**
 * Applies directives: to the smallest workload whose block holds the comment or starts right below it; a directive above the
 * document's content, or in a document of one workload, speaks of all of it. A directive where nothing was recognised makes a
 * workload of its own.
 */
export function applyDirectives(document: TreeDocument, workloads: readonly Recognized[]): readonly Recognized[] {
  const directives = directivesOf(document);
  if (directives.length === 0) return workloads;
  let result: Recognized[] = [...workloads];
  for (const directive of directives) {
    const targets = new Set(targetsOf(directive.comment, document, result).map((target) => target.id));
    if (directive.ignore) {
      if (workloads.length === 0) return [];
      result = result.filter((workload) => !targets.has(workload.id));
    } else
      result = result.map((workload) =>
        targets.has(workload.id) ? withDirective(workload, directive.facts) : workload,
      );
  }
  if (workloads.length > 0) return result;
  const alone = directives
    .map((directive) => fromDirective(document, directive))
    .filter((workload) => workload !== undefined);
  return alone.slice(0, 1);
}

function targetsOf(comment: Comment, document: TreeDocument, workloads: readonly Recognized[]): readonly Recognized[] {
  if (workloads.length <= 1) return workloads;
  const position = comment.start + document.offset;
  const rootStart = (document.root?.start ?? 0) + document.offset;
  if (position < rootStart) return workloads;
  const size = (workload: Recognized): number => workload.range.end - workload.range.start;
  const lineStart = document.text.lastIndexOf("\n", comment.start - 1) + 1 + document.offset;
  const lineEnd = document.text.indexOf("\n", comment.start);
  const nextLine = lineEnd < 0 ? document.text.length : lineEnd + 1;
  const belowEnd = document.text.indexOf("\n", nextLine);
  const below = {
    start: nextLine + document.offset,
    end: (belowEnd < 0 ? document.text.length : belowEnd) + document.offset,
  };
  const own = comment.ownLine ? below : { start: lineStart, end: position };
  const starting = workloads.filter((workload) => workload.anchor >= own.start && workload.anchor <= own.end);
  if (starting.length > 0) return starting;
  const holding = workloads.filter((workload) => workload.range.start <= position && position <= workload.range.end);
  return holding.sort((a, b) => size(a) - size(b)).slice(0, 1);
}

/** What the file itself says stands; a directive is stronger than comments, paths and other files. */
function withDirective(workload: Recognized, facts: FactMap): Recognized {
  const merged: Record<string, Fact> = { ...workload.facts };
  let { kind, name } = workload;
  for (const [field, fact] of Object.entries(facts)) {
    if (field === "kind" && isKind(fact.value)) kind = fact.value;
    else if (field === "name") name = String(fact.value);
    else if (merged[field]?.source !== "file") merged[field] = fact;
  }
  return { ...workload, kind, ...(name === undefined ? {} : { name }), facts: merged };
}

function fromDirective(document: TreeDocument, { facts, comment }: Directive): Recognized | undefined {
  const { kind: stated, name, ...fields } = facts;
  const kind = isKind(stated?.value) ? stated.value : guessKind(fields);
  if (!Object.keys(fields).some((field) => fieldsOf(kind).has(field.split(".")[0] as string))) return undefined;
  const start = comment.start + document.offset;
  return {
    id: "directive:",
    dialect: "directive",
    kind,
    ...(name ? { name: String(name.value) } : {}),
    range: { start, end: comment.end + document.offset },
    anchor: start,
    facts: fields,
  };
}

const isKind = (value: unknown): value is Kind =>
  typeof value === "string" && (kinds as readonly string[]).includes(value);

function guessKind(facts: FactMap): Kind {
  if ("tokens" in facts || "steps" in facts || "epochs" in facts) return "method" in facts ? "fineTuning" : "training";
  if ("outputTokens" in facts || "requests" in facts || "concurrency" in facts) return "inference";
  return "allocation";
}
