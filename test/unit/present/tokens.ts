/** Reads Markdown back as an editor would (raw HTML and bare links on), so that tests see what a reader gets. */
import { createRequire } from "node:module";

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
  attrGet(name: string): string | null;
}
interface MarkdownIt {
  parse(text: string, environment: object): readonly Token[];
}

const require = createRequire(import.meta.url);
const MarkdownItClass = require("markdown-it") as new (options: object) => MarkdownIt;
const parser = new MarkdownItClass({ html: true, linkify: true });

export interface Read {
  readonly types: readonly string[];
  readonly links: readonly string[];
  /** Content of text and code, in order. */
  readonly text: string;
}

export function readMarkdown(markdown: string): Read {
  const types: string[] = [];
  const links: string[] = [];
  const text: string[] = [];
  const walk = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      types.push(token.type);
      if (token.type === "link_open") links.push(token.attrGet("href") ?? "");
      if (token.type === "image") links.push(token.attrGet("src") ?? "");
      if (token.children) walk(token.children);
      else if (token.type === "text" || token.type === "code_inline" || token.type === "text_special")
        text.push(token.content);
    }
  };
  walk(parser.parse(markdown, {}));
  return { types, links, text: text.join("") };
}

/** Kinds of token that only hostile text could bring into our Markdown. */
export const forbidden = ["html_inline", "html_block", "image", "fence", "code_block", "s_open"];
