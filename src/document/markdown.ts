/** Fenced YAML and JSON blocks of a Markdown file as documents, with their offsets in the file. */
import { defaultLimits, type Limits } from "./limits";
import { type DocumentLanguage, parseDocuments } from "./parse";
import type { TreeDocument } from "./tree";

const languages: Readonly<Record<string, DocumentLanguage>> = {
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  jsonc: "jsonc",
  json5: "jsonc",
};
const opening = /^( {0,3}|[ \t]*)(`{3,}|~{3,})[ \t]*\{?\.?([A-Za-z0-9]+)[^\n]*$/gm;

export interface FencedBlock {
  readonly language: DocumentLanguage;
  readonly start: number;
  readonly text: string;
}

/** A block without its closing fence runs to the end of the file. */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const start = match.index + match[0].length + 1;
    if (start > text.length) break;
    const fence = match[2] as string;
    const closing = new RegExp(`^[ \\t]*${fence[0] === "~" ? "~" : "`"}{${fence.length},}[ \\t]*\\r?$`, "gm");
    closing.lastIndex = start;
    const end = closing.exec(text);
    const language = languages[(match[3] as string).toLowerCase()];
    if (language) blocks.push({ language, start, text: text.slice(start, end?.index ?? text.length) });
    if (!end) break;
    opening.lastIndex = end.index + end[0].length;
  }
  return blocks;
}

/** Documents of all blocks; at most 200 blocks are read. */
export function parseMarkdown(text: string, limits: Limits = defaultLimits): TreeDocument[] {
  if (text.length > limits.length) return [];
  return fencedBlocks(text)
    .slice(0, 200)
    .flatMap((block) =>
      parseDocuments(block.text, block.language, limits).documents.map((document) => ({
        ...document,
        offset: document.offset + block.start,
      })),
    );
}
