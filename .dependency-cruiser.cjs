// The layers of the house (docs/architecture.md): data flows one way, and what a room may import is a rule, not a hope.
const rooms = {
  core: [],
  catalog: ["core"],
  document: [],
  recognize: ["core", "catalog", "document"],
  present: ["core", "recognize"],
  analysis: ["core", "catalog", "document", "recognize"],
  editor: ["core", "catalog", "document", "recognize", "present", "analysis", "compare"],
  compare: ["core", "catalog", "document", "recognize", "present", "analysis", "editor"],
  cli: ["core", "catalog", "document", "recognize", "present", "analysis"],
};
const pure = "^src/(core|catalog|document|recognize|present|analysis)/";
const layer = ([room, allowed]) => ({
  name: `layer-${room}`,
  comment: `src/${room} may import: ${["itself", ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...allowed].join("|")})/` },
});

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(layer),
    {
      name: "pure-rooms-have-no-host",
      comment: "The pure rooms run in Node, in a worker and in a page alike.",
      severity: "error",
      from: { path: pure },
      to: { path: "^vscode$", dependencyTypes: ["core", "npm", "npm-dev", "unknown"] },
    },
    { name: "pure-rooms-have-no-node", severity: "error", from: { path: pure }, to: { dependencyTypes: ["core"] } },
    {
      name: "core-needs-only-zod",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "node_modules", pathNot: "node_modules/zod" },
    },
    {
      name: "page-imports-only-itself-and-the-protocol",
      severity: "error",
      from: { path: "^src/compare/page/" },
      to: { path: "^src/", pathNot: "^src/compare/(page/|protocol)" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: ["\\.d\\.ts$", "\\.json$", "^src/extension\\.ts$"] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
