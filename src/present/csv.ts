/** CSV from hostile text. */
import { plain } from "./markdown";

export const csvRows = (rows: readonly (readonly string[])[]): string =>
  `${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;

/** RFC 4180, one line per row; text that a spreadsheet would run as a formula is led by an apostrophe. */
function csvCell(foreign: string): string {
  const text = plain(foreign, 2000);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
