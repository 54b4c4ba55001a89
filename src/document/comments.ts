/** Comments of a YAML text, found in the gaps that scalars leave: no second lexer, no mistaken `#` inside a string. */
import type { Comment, Span } from "./tree";

/** `scalars` cover every key and value of the text, in any order. */
export function yamlComments(text: string, scalars: readonly Span[]): Comment[] {
  const comments: Comment[] = [];
  if (!text.includes("#")) return comments;
  let position = 0;
  for (const span of [...scalars].sort((a, b) => a.start - b.start)) {
    if (span.start > position) scanGap(text, position, span.start, comments);
    position = Math.max(position, span.end);
  }
  scanGap(text, position, text.length, comments);
  return comments;
}

function scanGap(text: string, from: number, to: number, comments: Comment[]): void {
  let hash = text.indexOf("#", from);
  while (hash >= 0 && hash < to) {
    const before = hash === 0 ? "\n" : text[hash - 1];
    if (before !== " " && before !== "\n" && before !== "\t" && before !== "\r") {
      hash = text.indexOf("#", hash + 1);
      continue;
    }
    let end = text.indexOf("\n", hash);
    if (end < 0) end = text.length;
    const next = end;
    if (text[end - 1] === "\r") end--;
    comments.push(commentAt(text, hash, end, hash + 1));
    hash = text.indexOf("#", next);
  }
}

/** `bodyStart` is where the text after the marker begins. */
export function commentAt(text: string, start: number, end: number, bodyStart: number, bodyEnd = end): Comment {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  return {
    start,
    end,
    text: text.slice(bodyStart, bodyEnd).trim(),
    ownLine: start === 0 || text.slice(lineStart, start).trim() === "",
  };
}

/** Gives each entry the comment that trails on the line of its key; several entries of one line share it. */
export function attachTrailingComments(
  text: string,
  entries: readonly { keySpan: Span; comment?: string }[],
  comments: readonly Comment[],
): void {
  const trailing = comments.filter((comment) => !comment.ownLine);
  if (trailing.length === 0) return;
  const byLine = new Map<number, string>();
  for (const comment of trailing) byLine.set(text.lastIndexOf("\n", comment.start - 1) + 1, comment.text);
  for (const entry of entries) {
    const start = entry.keySpan.start;
    const comment = byLine.get(start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1);
    if (comment !== undefined) entry.comment = comment;
  }
}
