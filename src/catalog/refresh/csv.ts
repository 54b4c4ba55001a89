/** Comma-separated values with a header (RFC 4180 quoting), as objects by heading. */

export function parseCsv(text: string): Readonly<Record<string, string>>[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const header = cells(lines[0] ?? "");
  return lines.slice(1).map((line) => {
    const values = cells(line);
    return Object.fromEntries(header.map((name, index) => [name, values[index] ?? ""]));
  });
}

/** The headings; those of an error page are none that anybody expects. */
export const parseCsvHeader = (text: string): readonly string[] => cells(/^[^\r\n]*/.exec(text)?.[0] ?? "");

function cells(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (character === '"') {
      if (quoted && line[index + 1] === '"') {
        cell += '"';
        index++;
      } else quoted = !quoted;
    } else if (character === "," && !quoted) {
      found.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...found, cell];
}
