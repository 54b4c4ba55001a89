// Builds the bundles: desktop and web extension, the comparison page, the command line, and the tests that run inside VS Code.
// Usage: node esbuild.js [desktop|web|page|cli|tests …] [--watch] [--production] [--meta]
const esbuild = require("esbuild");
const { existsSync, mkdirSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  sourcesContent: false,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  // jsonc-parser's "main" is a UMD build that bundlers cannot follow.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
};

/**
 * What is imported dynamically becomes a file of its own on the desktop, so that activation does not read it. (A web extension must be
 * one file.)
 * @type {Record<string, string>}
 */
const lazyModules = {
  engine: "src/editor/engine.ts",
  argumentSchemas: "src/editor/argumentSchemas.ts",
  comparison: "src/compare/panel.ts",
  tokenPrices: "@pydantic/genai-prices",
};
/** @type {import("esbuild").Plugin} */
const lazyFiles = {
  name: "lazy-files",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const source = path.startsWith(".")
        ? `${relative(__dirname, join(resolveDir, path)).replaceAll("\\", "/")}.ts`
        : path;
      const lazy = Object.entries(lazyModules).find(([, module]) => module === source);
      return lazy && { path: `./${lazy[0]}.js`, external: true };
    });
  },
};

/** @type {Record<string, import("esbuild").BuildOptions>} */
const targets = {
  desktop: {
    entryPoints: { extension: "src/extension.ts", ...lazyModules },
    outdir: "dist",
    platform: "node",
    format: "cjs",
    external: ["vscode"],
    supported: { "dynamic-import": false },
    plugins: [lazyFiles],
  },
  web: {
    entryPoints: { extension: "src/extension.ts" },
    outdir: "dist/web",
    platform: "browser",
    format: "cjs",
    external: ["vscode"],
    mainFields: ["browser", "module", "main"],
  },
  page: {
    entryPoints: { compare: "src/compare/page/main.ts" },
    outdir: "dist/page",
    platform: "browser",
    format: "iife",
    tsconfig: "src/compare/page/tsconfig.json",
  },
  cli: {
    entryPoints: { cli: "src/cli/main.ts" },
    outdir: "dist",
    platform: "node",
    format: "cjs",
    // tinyglobby's module build makes a require() from its own address.
    define: { "import.meta.url": "moduleUrl" },
    banner: { js: '#!/usr/bin/env node\nconst moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
  },
  tests: {
    entryPoints: { index: "test/host/index.ts" },
    outdir: "dist/test/host",
    platform: "node",
    format: "cjs",
    external: ["vscode", "mocha"],
  },
};

async function main() {
  mkdirSync("dist", { recursive: true });
  for (const [name, options] of Object.entries(targets)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const entry = Object.values(options.entryPoints)[0];
    if (!existsSync(entry)) throw new Error(`${name}: ${entry} is missing`);
    const settings = { ...common, ...options };
    if (watch) {
      const context = await esbuild.context(settings);
      await context.watch();
    } else {
      const result = await esbuild.build(settings);
      if (process.argv.includes("--meta")) writeFileSync(`dist/meta-${name}.json`, JSON.stringify(result.metafile));
    }
  }
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
