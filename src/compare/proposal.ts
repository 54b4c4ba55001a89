/**
 * A scenario as a change of its file: values that stand there as they are replaced, what the file leaves out goes into a directive comment,
 * and what can be neither is named, so that the person changes it by hand.
 */
import type { AnalyzedWorkload } from "../analysis/analysis";
import { parseNumber } from "../core/numbers";
import { fieldsFor } from "./fields";
import type { Scenario } from "./scenarios";

export interface Replacement {
  /** Offsets in the file (UTF-16 units). */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly label: string;
}

export interface Proposal {
  readonly replacements: readonly Replacement[];
  /** `region=eu-north-1 pricing=spot`: what the file does not say. */
  readonly directive?: string;
  /** Fields that the file derives or spells in its own way. */
  readonly byHand: readonly string[];
}

/** What can stand behind `field=` in a directive without quoting. */
const bareValue = /^[\w.\-/+:]{1,80}$/;
/** Fields that other formats spell as we do. */
const commonWords: ReadonlySet<string> = new Set(["model", "region"]);

/** `canComment` is false for JSON proper. */
export function proposalOf(
  analyzed: AnalyzedWorkload,
  edits: Scenario["edits"],
  text: string,
  canComment: boolean,
): Proposal {
  const replacements: Replacement[] = [];
  const stated: string[] = [];
  const byHand: string[] = [];
  const { recognized } = analyzed;
  const labels = new Map(fieldsFor(recognized.kind).map(({ name, label }) => [name, label]));
  for (const [field, value] of Object.entries(edits)) {
    const label = labels.get(field) ?? field;
    const fact = recognized.facts[field];
    const inFile = fact !== undefined && (fact.source === "file" || fact.source === "directive");
    if (!inFile) {
      if (canComment && bareValue.test(String(value))) stated.push(`${field}=${value}`);
      else byHand.push(label);
      continue;
    }
    const span =
      fact.source === "file" && fact.file === undefined ? writtenAs(fact.value, fact.range, text) : undefined;
    const safe = recognized.dialect === "native" || typeof value === "number" || commonWords.has(field);
    if (span === undefined || !safe || !bareValue.test(String(value))) byHand.push(label);
    else replacements.push({ ...span, text: String(value), label });
  }
  return { replacements, ...(stated.length === 0 ? {} : { directive: stated.join(" ") }), byHand };
}

/** The place of a value that is written out as it is meant, without its quotes; undefined where the text says it in another way. */
function writtenAs(
  value: unknown,
  range: { readonly start: number; readonly end: number } | undefined,
  text: string,
): { readonly start: number; readonly end: number } | undefined {
  if (range === undefined) return undefined;
  const raw = text.slice(range.start, range.end);
  const quoted = /^(["']).*\1$/.test(raw) ? 1 : 0;
  const bare = raw.slice(quoted, raw.length - quoted);
  const same = typeof value === "number" ? parseNumber(bare) === value : bare === value;
  return same ? { start: range.start + quoted, end: range.end - quoted } : undefined;
}
