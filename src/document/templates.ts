/**
 * Helm, Go and Jinja braces make a file unparsable or, worse, parse as flow mappings. They are overwritten by a filler of the same
 * length before parsing, so that offsets stand; whole lines of control flow become blank.
 */

/** A private-use character: a scalar that contains it holds a value which only the template engine knows. */
export const templateFiller = "\uE000";

const longest = 2000;
const fillerLine = /^[ \t]*\uE000[\uE000 \t]*$/gm;
const conflictMarker = /^(?:<{7}|={7}|>{7}|\|{7})(?: [^\n]*)?$/gm;

const fill = (match: string): string => match.replace(/[^\r\n]/g, templateFiller);
const blank = (match: string): string => match.replace(/[^\r\n]/g, " ");

/**
 * Overwrites `open … close`, in one pass. `${{ … }}` is not a template of ours: Azure ML, dstack and CI interpolation stay text.
 */
function fillBraces(text: string, open: string, close: string): string {
  let result = "";
  let copied = 0;
  let end = -1;
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, start)) {
    if (end < start + 2) end = text.indexOf(close, start + 2);
    if (end < 0) break;
    if (end - start > longest || text[start - 1] === "$") {
      start += 2;
      continue;
    }
    result += text.slice(copied, start) + fill(text.slice(start, end + 2));
    copied = end + 2;
    start = copied;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Text of the same length and the same line breaks, without template braces and merge-conflict markers. */
export function neutralizeTemplates(text: string): { readonly text: string; readonly templated: boolean } {
  let result = text;
  if (result.includes("<<<<<<<") || result.includes(">>>>>>>")) result = result.replace(conflictMarker, blank);
  if (!result.includes("{{") && !result.includes("{%")) return { text: result, templated: false };
  const filled = fillBraces(fillBraces(result, "{{", "}}"), "{%", "%}");
  if (filled === result) return { text: result, templated: false };
  return { text: filled.replace(fillerLine, blank), templated: true };
}
