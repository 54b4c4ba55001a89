/**
 * Markdown from hostile text. Static words are written as they are; anything that comes from a repository goes through `escapeMarkdown` or
 * `inlineCode`. Nothing else builds Markdown in this project.
 */

/** Control, format and bidirectional characters: they can hide or reorder what a reader sees. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of visible text, at most `limit` characters (UTF-16 units, never half of a pair). */
export function plain(text: string, limit = 80): string {
  // Cut before cleaning as well: the text may be a whole file.
  const line = text
    .slice(0, limit * 8)
    .replace(invisible, " ")
    .replace(loneSurrogate, "\ufffd")
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= limit) return line;
  const cut = line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "");
  return `${cut}…`;
}

/** Text that renders as itself: no emphasis, links, images, HTML, tables or autolinks come of it. */
export function escapeMarkdown(text: string, limit?: number): string {
  return (
    plain(text, limit)
      .replace(/[\\`*_{}[\]()#<>&|~!$@]/g, "\\$&")
      .replace(/:(?=\/\/)/g, "\\:")
      // `www.x`, and `config.py` where a renderer takes bare names for addresses.
      .replace(/\.(?=[A-Za-z]{2})/g, "\\.")
      .replace(/^[+\-=]/, "\\$&")
      .replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\")
  );
}

/** A code span; the fence is longer than any run of back-ticks inside. */
export function inlineCode(text: string, limit?: number): string {
  const content = plain(text, limit);
  if (content === "") return "";
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}

/** A link to one of our own commands. `id` and `label` are ours; the arguments travel encoded. */
export function commandLink(label: string, id: string, argument: unknown, title: string): string {
  const query = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()'!*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${label}](command:${id}?${query} "${title.replaceAll('"', "'")}")`;
}

/** A pipe ends a cell even inside a code span unless an odd number of backslashes stands before it. */
const cell = (markdown: string): string =>
  markdown.replace(/(\\*)\|/g, (match, slashes: string) => (slashes.length % 2 === 1 ? match : `${slashes}\\|`));

/** A table; cells are Markdown already. `right` marks columns aligned to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const rule = header.map((_, index) => (right.includes(index) ? "--:" : "---"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
