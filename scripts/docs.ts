/** Writes what is generated from code and data: docs/dialects.md, docs/method.md and the JSON Schema of the native file. `--check` only compares. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { nativeFileJsonSchema } from "../src/core/nativeFile";
import { dialects } from "../src/recognize/registry";
import { methodPage } from "./methodPage";

export function dialectsPage(): string {
  const rows = dialects.map(({ id, title, documentation: { recognizedBy, reads, limits } }) =>
    [
      `## ${title}`,
      "",
      `Id \`${id}\`.`,
      "",
      `**Recognised by** ${recognizedBy}`,
      "",
      `**Reads** ${reads}`,
      ...(limits ? ["", `**Limits** ${limits}`] : []),
    ].join("\n"),
  );
  return `# Dialects

Generated from \`src/recognize/registry.ts\` by \`npm run docs\`; ${dialects.length} dialects, tried in this order. A dialect is told apart by the structure
of a document; file names only break ties.

${rows.join("\n\n")}
`;
}

export const generated: Readonly<Record<string, () => string>> = {
  "docs/dialects.md": dialectsPage,
  "docs/method.md": methodPage,
  "media/aicost.schema.json": () => `${JSON.stringify(nativeFileJsonSchema(), null, 2)}\n`,
};

if (process.argv[1]?.endsWith("docs.ts")) {
  let stale = 0;
  for (const [path, make] of Object.entries(generated)) {
    const content = make();
    if (existsSync(path) && readFileSync(path, "utf8") === content) continue;
    if (process.argv.includes("--check")) {
      console.error(`${path} is not current: run npm run docs`);
      stale++;
    } else writeFileSync(path, content);
  }
  process.exit(stale === 0 ? 0 : 1);
}
