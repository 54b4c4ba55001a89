/**
 * Hardware that people state in comments: `# tune run --nproc_per_node 8 …`, `# Config for 16 nodes of 8 H100s`,
 * `dp_shard_size: 16  # requires 2x8xH100 nodes`.
 */
import type { Comment, TreeDocument } from "../../document/tree";
import { acceleratorPattern, type HardwareHint } from "./pathHints";

export interface CommentHint {
  readonly field: keyof HardwareHint;
  readonly value: number | string;
  readonly comment: Comment;
}

const gpu = `(?:nvidia |amd )?(${acceleratorPattern})(?:[-_ ]?(?:80|40|141|192)\\s?gb)?s?`;
const count = "(\\d{1,5})";
const patterns: readonly (readonly [RegExp, readonly (keyof HardwareHint)[]])[] = [
  [/--nproc[-_]per[-_]node[ =]"?(\d{1,3})\b/i, ["acceleratorsPerNode"]],
  [/--nnodes[ =]"?(\d{1,4})\b(?!:)/i, ["nodes"]],
  [/--num[-_]nodes[ =]"?(\d{1,4})\b/i, ["nodes"]],
  [/--num[-_]processes[ =]"?(\d{1,5})\b/i, ["accelerators"]],
  [/--num[-_]gpus[ =]"?(\d{1,3})\b/i, ["acceleratorsPerNode"]],
  [/--gpus[-_]per[-_]node[ =]"?(\d{1,3})\b/i, ["acceleratorsPerNode"]],
  [
    new RegExp(`\\b${count}\\s?[x×]\\s?${count}\\s?[x×]\\s?${gpu}\\b`, "i"),
    ["nodes", "acceleratorsPerNode", "accelerator"],
  ],
  [
    new RegExp(`\\b${count}\\s+nodes?\\s*(?:of|with|w/|,|\\()?\\s*(?:each )?${count}\\s?[x×]?\\s?${gpu}\\b`, "i"),
    ["nodes", "acceleratorsPerNode", "accelerator"],
  ],
  [
    new RegExp(
      `\\b${count}\\s+nodes?\\s*(?:of|with|w/|,|\\()?\\s*(?:each )?${count}\\s?[x×]?\\s?(?:gpus?|devices?|accelerators?)\\b`,
      "i",
    ),
    ["nodes", "acceleratorsPerNode"],
  ],
  [new RegExp(`\\b${count}\\s?[x×]\\s?${gpu}\\b`, "i"), ["accelerators", "accelerator"]],
  [new RegExp(`\\b${count}\\s+${gpu}\\b`, "i"), ["accelerators", "accelerator"]],
  [/\bsingle[- ](?:device|gpu)\b|\b(?:one|a single) gpu\b/i, ["accelerators"]],
  [/\b(\d{1,5})\s?[x×]?\s?(?:gpus?|devices)\b(?!\s*per)(?!\+)/i, ["accelerators"]],
  [/\b(?:config|recipe|setup|run|launch\w*|designed|tested|train\w*)\b.{0,24}\b(\d{1,4}) nodes?\b/i, ["nodes"]],
  [
    new RegExp(`\\b(?:on|an?|with|for|using|requires?|per)\\s+(?:an?\\s+)?(?:single\\s+)?${gpu}\\b`, "i"),
    ["accelerator"],
  ],
];

/** A commented-out line of configuration states what is not the case. */
const disabled = /^-?\s*"?[a-z_][\w.-]*"?\s*:(?!\/\/)(?:\s|$)(?!.*\b(?:gpus?|nodes?|devices)\b.*[.!]$)/;

/**
 * Hints of the first `lines` lines and of trailing comments anywhere, in file order, the first statement of a field only.
 */
export function hardwareInComments(document: TreeDocument, lines = 30): readonly CommentHint[] {
  const found = new Map<keyof HardwareHint, CommentHint>();
  const limit = offsetOfLine(document.text, lines);
  for (const comment of document.comments) {
    if (comment.start > limit && comment.ownLine) continue;
    const text = comment.text.slice(0, 300);
    if (!/\d|single|one/i.test(text)) continue;
    if (comment.ownLine && disabled.test(text)) continue;
    for (const hint of hintsOf(text, comment)) {
      if (found.has(hint.field)) continue;
      // A total beside a per-node count, or the reverse, is another statement of the same thing.
      if (hint.field === "accelerators" && found.has("acceleratorsPerNode")) continue;
      if (hint.field === "acceleratorsPerNode" && found.has("accelerators")) continue;
      found.set(hint.field, hint);
    }
  }
  return [...found.values()];
}

function hintsOf(text: string, comment: Comment): CommentHint[] {
  const hints: CommentHint[] = [];
  const taken = new Set<string>();
  const listed = /\b(?:CUDA|HIP|ROCR|ASCEND_RT)_VISIBLE_DEVICES=["']?(\d+(?:,\d+)*)/.exec(text)?.[1];
  if (listed && !/--nnodes|--num[-_]machines/.test(text)) {
    hints.push({ field: "accelerators", value: listed.split(",").length, comment });
    taken.add("accelerators");
  }
  for (const [pattern, fields] of patterns) {
    const match = pattern.exec(text);
    if (!match || fields.some((field) => taken.has(field))) continue;
    if (fields[0] === "acceleratorsPerNode" && taken.has("accelerators")) continue;
    if (fields[0] === "accelerators" && (taken.has("acceleratorsPerNode") || taken.has("nodes"))) continue;
    // "at least", "up to" and "per GPU" are bounds and rates, "when" and "use 64 for" speak of other cases; a flag says what it says.
    const flag = match[0].startsWith("--");
    if (!flag && fields.length === 1 && otherCase.test(around(text, match))) continue;
    fields.forEach((field, index) => {
      const group = match[index + 1];
      const value = field === "accelerator" ? group?.toUpperCase() : group === undefined ? 1 : Number(group);
      if (value === undefined || value === 0) return;
      taken.add(field);
      hints.push({ field, value, comment });
    });
  }
  return hints;
}

const otherCase = /~|at least|up to|\bper\b|works? best|minimum|\+|\b(?:if|when|is using|use \d+)\b/;

const around = (text: string, match: RegExpExecArray): string =>
  text.slice(Math.max(0, match.index - 30), match.index + match[0].length + 2).toLowerCase();

function offsetOfLine(text: string, lines: number): number {
  let position = -1;
  for (let line = 0; line < lines; line++) {
    position = text.indexOf("\n", position + 1);
    if (position < 0) return text.length;
  }
  return position;
}
