// VS Code for the web without a server behind it: the same workbench, served as files, with every extension in the web worker's
// host. This is what vscode.dev does, and what no Node is near.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, resolve, sep } from "node:path";
import { installCodeServer } from "./install.mjs";
import { quietSettings } from "./server.mjs";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
  ".png": "image/png",
};
const workbench = "vs/code/browser/workbench/workbench.js";
const attribute = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");

const page = (settings) => `<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <meta id="vscode-workbench-web-configuration" data-settings="${attribute(settings)}">
    <link rel="stylesheet" href="/out/vs/code/browser/workbench/workbench.css">
  </head>
  <body aria-label=""></body>
  <script>globalThis._VSCODE_FILE_ROOT = location.origin + "/out/";</script>
  <script type="module" src="/out/nls.messages.js"></script>
  <script type="module" src="/out/${workbench}"></script>
</html>`;

/** code-server's workbench always looks for its server and keeps the settings there; in a page that is only files there is none. */
function withoutServer(code) {
  const changed = code
    .replace("remoteAuthority:location.host", "remoteAuthority:void 0")
    .replace(/(get userRoamingDataHome\(\)\{return [^}]*scheme:)\w+\.vscodeRemote/, '$1"vscode-userdata"');
  if (!changed.includes("remoteAuthority:void 0") || !changed.includes('scheme:"vscode-userdata"'))
    throw new Error("the workbench does not name its server as expected");
  return changed;
}

/**
 * @param {{ extension: string, tests?: string, settings?: Record<string, unknown> }} options `tests` is relative to the extension.
 * @returns {Promise<{ port: number, url: string, stop: () => Promise<void> }>}
 */
export async function startWebServer({ extension, tests, settings }) {
  const vscode = dirname(dirname(installCodeServer().server));
  const configuration = {
    enableWorkspaceTrust: false,
    // What code-server's page is told by its server.
    userDataPath: "/user",
    isEnabledFileDownloads: true,
    isEnabledFileUploads: true,
    isEnabledCoderGettingStarted: false,
    configurationDefaults: { ...quietSettings, ...settings },
  };
  const folders = {
    ...Object.fromEntries(["out", "extensions", "node_modules"].map((name) => [name, join(vscode, name)])),
    extension: resolve(extension),
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const headers = { "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store" };
    if (pathname === "/") {
      const place = (path) => ({ scheme: "http", authority: request.headers.host, path });
      const developmentOptions = {
        enableSmokeTestDriver: true,
        extensions: [place("/extension")],
        ...(tests === undefined ? {} : { extensionTestsPath: place(`/extension/${tests}`) }),
      };
      const html = page({ ...configuration, developmentOptions });
      response.writeHead(200, { ...headers, "Content-Type": types[".html"] }).end(html);
      return;
    }
    const [, name = "", ...rest] = decodeURIComponent(pathname).split("/");
    const root = Object.hasOwn(folders, name) ? folders[name] : undefined;
    const path = root && normalize(join(root, ...rest));
    const stats = path?.startsWith(root + sep) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (!stats?.isFile()) {
      response.writeHead(404, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, "Content-Type": types[extname(path)] ?? "application/octet-stream" });
    if (rest.join("/") === workbench) response.end(withoutServer(readFileSync(path, "utf8")));
    else createReadStream(path).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const { port } = server.address();
  return {
    port,
    url: `http://localhost:${port}/`,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done(undefined));
      }),
  };
}
