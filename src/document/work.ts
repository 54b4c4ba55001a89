/** How long the reading of a text would hold up whoever asks, told before it is read. */
import { parsingWork } from "./limits";
import { fencedBlocks } from "./markdown";
import { documentStarts } from "./parse";

/**
 * Work (see `parsingWork`) that one edit may cause: of a YAML stream that on its largest document, as the others are kept; of
 * Markdown that on all its YAML blocks, as none is. JSON is read some ten times faster and bounded by its length.
 */
export function workOfOneEdit(text: string, language: "yaml" | "json" | "jsonc" | "markdown"): number {
  if (language === "yaml") {
    const starts = documentStarts(text);
    return starts.reduce(
      (largest, start, index) => Math.max(largest, parsingWork(text, start, starts[index + 1] ?? text.length)),
      0,
    );
  }
  if (language === "markdown")
    return fencedBlocks(text)
      .filter((block) => block.language === "yaml")
      .reduce((sum, block) => sum + parsingWork(block.text), 0);
  return 0;
}
