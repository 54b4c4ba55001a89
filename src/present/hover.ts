/**
 * The hover: explains the value under the cursor. Short, as it stacks with the hovers of other extensions; nothing elsewhere in the
 * file. Text of the repository is escaped; links lead to our own commands only.
 */
import type { Facts } from "../core/facts";
import type { Fact, Factor } from "../recognize/recognized";
import { byInfluence } from "./assumptions";
import { boundSentence } from "./bound";
import { doubledCount, effectOf, effectText, type Reestimate } from "./effect";
import { fieldWords, inSentence } from "./fields";
import { lensTitle } from "./lensTitle";
import { commandLink, escapeMarkdown } from "./markdown";
import type { Formatter } from "./numbers";
import type { Subject } from "./subject";
import { catalogueMarkdown, chainMarkdown, originMarkdown, valueMarkdown } from "./values";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What lies under the cursor. */
export interface HoverTarget {
  readonly subject: Subject;
  /** The facts read from this place, most telling first. */
  readonly facts: readonly (readonly [field: string, fact: Fact])[];
  /** A factor of the product chain that is not a fact of its own. */
  readonly factor?: Factor;
  /** Offsets in the file of the key or value that is explained. */
  readonly range: Range;
}

const contains = (range: Range | undefined, offset: number): range is Range =>
  range !== undefined && offset >= range.start && offset <= range.end;
const length = (range: Range): number => range.end - range.start;

/** Fields that say more than others when several facts are read from one value (`p5.48xlarge`). */
const telling = ["instanceType", "model", "replicas", "accelerators", "accelerator"];
const rank = (field: string): number => {
  const index = telling.indexOf(field);
  return index < 0 ? telling.length : index;
};

/** The narrowest fact or factor at an offset of the file; undefined where the file says nothing of ours. */
export function hoverTarget(subjects: readonly Subject[], offset: number): HoverTarget | undefined {
  let best: HoverTarget | undefined;
  const consider = (candidate: HoverTarget): void => {
    if (best === undefined || length(candidate.range) < length(best.range)) best = candidate;
    else if (best.subject === candidate.subject && length(candidate.range) === length(best.range))
      best = {
        ...best,
        facts: [...best.facts, ...candidate.facts].sort(([a], [b]) => rank(a) - rank(b)),
        ...(candidate.factor ? { factor: candidate.factor } : {}),
      };
  };
  for (const subject of subjects) {
    for (const entry of Object.entries(subject.facts)) {
      const fact = entry[1];
      // Offsets of a referenced file mean nothing here.
      if (fact.file !== undefined) continue;
      if (contains(fact.range, offset)) consider({ subject, facts: [entry], range: fact.range });
      else if (contains(fact.keyRange, offset)) consider({ subject, facts: [entry], range: fact.keyRange });
    }
    for (const factor of subject.recognized.chain ?? [])
      if (contains(factor.range, offset)) consider({ subject, facts: [], factor, range: factor.range });
  }
  return best;
}

export interface HoverAction {
  readonly label: string;
  readonly command: string;
  readonly argument: unknown;
  readonly title: string;
}

export interface HoverOptions {
  readonly facts: Facts;
  readonly format: Formatter;
  readonly reestimate: Reestimate;
  readonly actions?: readonly HoverAction[];
}

const shownAssumptions = 3;

/** Markdown of the hover, at most a dozen lines. */
export function hoverMarkdown(target: HoverTarget, options: HoverOptions): string {
  const { subject, factor } = target;
  const { facts, format, reestimate } = options;
  const lines: string[] = [];
  const [first, ...others] = target.facts;
  const aboutCount = factor !== undefined || target.facts.some(([field]) => countFields.has(field));
  const chain = aboutCount ? chainMarkdown(subject.recognized.chain, format) : undefined;
  if (first !== undefined) {
    const [field, fact] = first;
    const { label, role } = fieldWords(field);
    lines.push(`**${label}**: ${valueMarkdown(field, fact.value, format)} — ${role}.`);
    const row = catalogueMarkdown(field, fact.value, facts, format);
    if (row !== undefined) lines.push(`Catalogue: ${row}`);
    if (others.length > 0)
      lines.push(
        `Also read here: ${others
          .slice(0, 4)
          .map(([name, other]) => `${inSentence(name)} ${valueMarkdown(name, other.value, format)}`)
          .join(", ")}`,
      );
    const effect = effectOf(
      field,
      fact.value,
      subject,
      reestimate,
      format,
      others.map(([name]) => name),
    );
    if (effect !== undefined) lines.push(effect);
    const noteSaysMore = fact.note !== undefined && chain === undefined;
    if (fact.source !== "file" || fact.confidence !== "high" || noteSaysMore)
      lines.push(`From ${originMarkdown(fact)}, confidence ${fact.confidence}`);
  } else if (factor !== undefined) {
    lines.push(
      `**${escapeMarkdown(factor.label, 40)}**: ${format.count(factor.value)} — a factor of the accelerator count.`,
    );
    const after = subject.estimate && reestimate(doubledCount(subject));
    if (after && subject.estimate) lines.push(`Doubling it: ${effectText(subject.estimate, after, format)}`);
  }
  if (chain !== undefined) lines.push(`Accelerators: ${chain}`);
  lines.push(`This workload: ${escapeMarkdown(lensTitle(subject, { names: facts, format }), 240)}`);
  const bound = boundSentence(subject.bound, format);
  if (bound !== undefined) lines.push(`Upper bound: ${escapeMarkdown(bound, 200)}`);
  const note = subject.estimate?.notes[0] ?? subject.recognized.notes?.[0];
  if (note !== undefined) lines.push(`Note: ${escapeMarkdown(note, 160)}`);
  const assumed = assumptionsLine(subject, format);
  if (assumed !== undefined) lines.push(assumed);

  const actions = (options.actions ?? []).map((action) =>
    commandLink(action.label, action.command, action.argument, action.title),
  );
  const version =
    subject.estimate && `method ${subject.estimate.methodology}, catalogue ${escapeMarkdown(facts.asOf, 20)}`;
  const footer = [...actions, version].filter((part) => part !== undefined && part !== "").join(" &nbsp;·&nbsp; ");
  return `${lines.join("  \n")}${footer === "" ? "" : `\n\n---\n\n${footer}`}`;
}

const countFields: ReadonlySet<string> = new Set([
  "accelerators",
  "acceleratorsPerNode",
  "nodes",
  "replicas",
  "instanceType",
]);

/** The assumptions that matter most. */
function assumptionsLine(subject: Subject, format: Formatter): string | undefined {
  const all = subject.estimate === undefined ? [] : byInfluence(subject.estimate);
  if (all.length === 0) return undefined;
  const shown = all
    .slice(0, shownAssumptions)
    .map(
      (assumption) => `${inSentence(assumption.field)} ${valueMarkdown(assumption.field, assumption.value, format)}`,
    );
  const rest = all.length - shown.length;
  return `Assumed: ${shown.join(", ")}${rest > 0 ? ` and ${format.count(rest)} more` : ""}`;
}
