// Builds the bundles: desktop and web extension, the comparison page, the command line, and the tests that run inside VS Code.
// Usage: node esbuild.js [desktop|web|page|cli|tests …] [--watch] [--production] [--meta]
const esbuild = require("esbuild");
const { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

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
  alias: {
    "jsonc-parser": "jsonc-parser/lib/esm/main.js",
    // The build for Node looks into the environment at every token, which takes a quarter of its time.
    yaml: join(dirname(require.resolve("yaml/package.json")), "browser", "index.js"),
    // The hub client's own build for browsers: it needs no Node, and only what is used of it is taken.
    "@huggingface/hub": join(dirname(require.resolve("@huggingface/hub")), "browser", "index.mjs"),
  },
};

/**
 * esbuild splits ES modules only, and VS Code's hosts want CommonJS: build split modules, then turn each into CommonJS. What is
 * imported dynamically (the engine, the price table) stays a file of its own that is read when it is first needed.
 */
const splitCommonJs = (chunkFolder) => ({
  name: "split-commonjs",
  setup(build) {
    Object.assign(build.initialOptions, {
      format: "esm",
      splitting: true,
      chunkNames: `${chunkFolder}/[name]-[hash]`,
      write: false,
      sourcemap: production ? false : "inline",
    });
    const { banner } = build.initialOptions;
    delete build.initialOptions.banner;
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      rmSync(join(build.initialOptions.outdir, chunkFolder), { recursive: true, force: true });
      for (const file of result.outputFiles) {
        const { code } = await esbuild.transform(file.text, {
          format: "cjs",
          platform: "node",
          target: "es2022",
          minify: production,
          sourcemap: production ? false : "inline",
          supported: { "dynamic-import": false },
          define: { "import.meta.url": "moduleUrl" },
        });
        const head = banner && !file.path.includes(`${chunkFolder}`) ? `${banner.js}\n` : "";
        const address = code.includes("moduleUrl")
          ? 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;\n'
          : "";
        mkdirSync(dirname(file.path), { recursive: true });
        writeFileSync(file.path, head + address + code);
      }
    });
  },
});

/** @type {Record<string, import("esbuild").BuildOptions>} */
const targets = {
  desktop: {
    entryPoints: { extension: "src/extension.ts" },
    outdir: "dist",
    platform: "node",
    external: ["vscode"],
    plugins: [splitCommonJs("extension-chunks")],
  },
  web: {
    entryPoints: { extension: "src/extension.ts" },
    outdir: "dist/web",
    platform: "browser",
    format: "cjs",
    external: ["vscode"],
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
    banner: { js: "#!/usr/bin/env node" },
    plugins: [splitCommonJs("cli-chunks")],
  },
  bench: {
    entryPoints: { bench: "test/bench/bench.ts" },
    outdir: "dist/test",
    platform: "node",
    format: "cjs",
  },
  tests: {
    entryPoints: Object.fromEntries(
      readdirSync("test/host", { withFileTypes: true })
        .filter((entry) => entry.isFile() && /^(index|activationTime)\.ts$/.test(entry.name))
        .map((entry) => [entry.name.replace(".ts", ""), `test/host/${entry.name}`]),
    ),
    outdir: "dist/test/host",
    platform: "node",
    format: "cjs",
    external: ["vscode", "mocha"],
  },
  webTests: {
    entryPoints: { index: "test/web/index.ts" },
    outdir: "dist/test/web",
    platform: "browser",
    format: "cjs",
    external: ["vscode"],
  },
};

async function main() {
  mkdirSync("dist", { recursive: true });
  for (const [name, options] of Object.entries(targets)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const entry of Object.values(options.entryPoints))
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
