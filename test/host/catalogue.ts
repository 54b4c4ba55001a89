/** The commands that fetch, against local servers that speak the price lists' and the hub's protocols, and fail as servers do. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { type PriceSource, priceSources } from "../../src/catalog/refresh/providers";
import { commit, hubHandler, llamaConfig } from "../unit/catalog/hubServer";
import { type ListedPrice, listBody } from "../unit/catalog/priceLists";
import { type Handler, json, serve, type TestServer } from "../unit/catalog/priceServer";
import { extensionId } from "./activation";
import { startProxy } from "./forwardProxy";
import { Notifications } from "./notifications";

const machine = `aicost: 1
workloads:
  - name: run
    kind: training
    model: meta-llama/Llama-3.1-8B
    instanceType: p5.48xlarge
    nodes: 8
    accelerators: 64
    region: us-east-1
    pricing: onDemand
    tokens: 100B
    sequenceLength: 8192
`;
const serving = (model: string): string => `aicost: 1
workloads:
  - name: chat
    kind: inference
    model: ${model}
    accelerator: H100-SXM
    accelerators: 4
    inputTokens: 1000
    outputTokens: 300
    concurrency: 16
`;

const priced = (title: RegExp, price: ListedPrice): readonly [RegExp, ListedPrice] => [title, price];
/** One price for each list; p5.48xlarge at half the bundled list price. */
const listed: readonly (readonly [RegExp, ListedPrice])[] = [
  priced(/^aws list/, { instanceType: "p5.48xlarge", region: "us-east-1", pricing: "onDemand", usdPerHour: 27.52 }),
  priced(/^AWS spot/, { instanceType: "p5.48xlarge", region: "us-east-1", pricing: "spot", usdPerHour: 20 }),
  priced(/^Azure/, { instanceType: "Standard_ND96asr_v4", region: "eastus", pricing: "onDemand", usdPerHour: 25 }),
  priced(/^RunPod/, { accelerator: "NVIDIA A100 80GB PCIe", pricing: "onDemand", usdPerHour: 1.3 }),
  priced(/^lambda/, { instanceType: "gpu_1x_a10", region: "us-east-1", pricing: "onDemand", usdPerHour: 1.2 }),
  priced(/^nebius/, { accelerator: "h200-sxm", region: "eu-north1", pricing: "onDemand", usdPerHour: 3.3 }),
  priced(/^oci/, { instanceType: "BM.GPU4.8", region: "us-ashburn-1", pricing: "onDemand", usdPerHour: 24 }),
  priced(/^hyperstack/, { instanceType: "n3-H100x1", region: "NORWAY-1", pricing: "onDemand", usdPerHour: 2 }),
];

const sourceOf = (url: string): PriceSource | undefined =>
  priceSources.find(({ endpoint }) => url.split("?")[0] === `/${endpoint.replace("https://", "")}`);

const lists: Handler = (request, response) => {
  const source = sourceOf(request.url ?? "");
  const price = source && listed.find(([title]) => title.test(source.title))?.[1];
  if (source === undefined || price === undefined) return json(response, {}, 404);
  const empty = source.provider === "azure" && !decodeURIComponent(request.url ?? "").includes("'Standard_ND'");
  response.end(listBody(source, empty ? [] : [price]));
};

const failures: readonly (readonly [what: string, Handler, message: RegExp])[] = [
  [
    "too many requests",
    (_, response) => {
      response.writeHead(429, { "retry-after": "60" }).end();
    },
    /too many requests \(429\); try again in 60 s/,
  ],
  ["an error page", (_, response) => void response.end("<html>maintenance</html>"), /columns|complete/],
  [
    "a truncated body",
    (_, response) => {
      response.writeHead(200, { "content-length": "5000" });
      response.write("{");
      setImmediate(() => response.destroy());
    },
    /could not be read/,
  ],
  ["a failing server", (_, response) => json(response, {}, 500), /status 500/],
  ["silence", () => undefined, /did not answer within 1 s/],
];

async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let attempt = 0; attempt < 80; attempt++) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function open(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language: "yaml", content });
  await vscode.window.showTextDocument(document);
  return document;
}

const lensOf = (document: vscode.TextDocument): Promise<string> =>
  until("a lens", async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      50,
    );
    return lenses.map(({ command }) => command?.title ?? "").find((title) => title.startsWith("$(zap)"));
  });

/** The chain of formulas, as people read it. */
async function explanation(document: vscode.TextDocument): Promise<string> {
  await vscode.commands.executeCommand("aiCostLens.explainEstimate", { uri: document.uri.toString() });
  const page = await until("the explanation", () =>
    vscode.workspace.textDocuments.find(
      ({ uri, isClosed }) => !isClosed && uri.scheme === "ai-cost-lens" && uri.query === document.uri.toString(),
    ),
  );
  return page.getText().replaceAll("\\", "");
}

const hoverOf = async (document: vscode.TextDocument, word: string): Promise<string> => {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    document.positionAt(document.getText().indexOf(word) + 1),
  );
  return hovers
    .flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value)))
    .join("\n")
    .replaceAll("\\", "");
};

const set = (section: string, name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
const run = (command: string, argument?: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand(`aiCostLens.${command}`, argument);

/** Runs the command against a server that fails; only for silence is the time limit short, as a busy machine is slow too. */
async function runFailing(what: string, command: string, argument?: unknown): Promise<void> {
  await set("aiCostLens", "network.timeout", what === "silence" ? 1 : undefined);
  await run(command, argument);
  await set("aiCostLens", "network.timeout", undefined);
}

export function catalogueSuite(): void {
  describe("the commands that fetch", () => {
    let server: TestServer;
    let answer: Handler = lists;
    let seen: Notifications;

    before(async () => {
      await vscode.extensions.getExtension(extensionId)?.activate();
      server = await serve((request, response, origin) => answer(request, response, origin));
      const hosts = new Set(priceSources.map(({ endpoint }) => new URL(endpoint).host));
      const mirrors = Object.fromEntries([...hosts].map((host) => [host, `${server.origin}/${host}`]));
      await set("aiCostLens", "priceLists.mirrors", mirrors);
      await set("aiCostLens", "hub.endpoint", server.origin);
    });
    after(async () => {
      for (const name of ["priceLists.mirrors", "hub.endpoint"]) await set("aiCostLens", name, undefined);
      await server.close();
    });
    beforeEach(() => {
      seen = new Notifications();
      server.requests.length = 0;
    });
    afterEach(async () => {
      seen.dispose();
      for (let tries = 0; tries < 10 && vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0); tries++)
        await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    });

    describe("Refresh Prices", () => {
      let bundled: string;
      let refreshed: string;

      it("reads every list, and the lens follows", async () => {
        const document = await open(machine);
        bundled = await lensOf(document);
        assert.doesNotMatch(await explanation(document), /refreshed/);
        answer = lists;
        await run("refreshPrices");
        assert.equal(seen.last, "information: 8 prices are refreshed.");
        assert.deepEqual(seen.shown.at(-1)?.buttons, ["Undo"]);
        refreshed = await until("another price", async () => {
          const lens = await lensOf(document);
          return lens === bundled ? undefined : lens;
        });
        for (const { endpoint } of priceSources)
          assert.ok(
            server.requests.some(({ url }) => url.startsWith(`/${endpoint.replace("https://", "")}`)),
            endpoint,
          );
      });

      it("shows in the estimate what the price is and of which day", async () => {
        const text = await explanation(await open(machine));
        assert.match(text, /aws p5\.48xlarge us-east-1 on demand, refreshed/);
        assert.ok(text.includes(new Date().toISOString().slice(0, 10)), text);
      });

      it("is kept: reading everything anew brings the same prices", async () => {
        const document = await open(machine);
        await set("aiCostLens", "maxFileSize", 499);
        await set("aiCostLens", "maxFileSize", undefined);
        assert.equal(await lensOf(document), refreshed);
      });

      for (const [what, handler, message] of failures)
        it(`keeps what it has on ${what}, and says so`, async () => {
          const document = await open(machine);
          answer = handler;
          await runFailing(what, "refreshPrices");
          assert.match(seen.last, /^warning: No price list could be read; the prices stay as they were\. /);
          assert.match(seen.last, message);
          assert.equal(await lensOf(document), refreshed);
        });

      it("takes what it gets where one list fails, and names that list", async () => {
        answer = (request, response, origin) =>
          request.url?.includes("prices.azure.com") ? response.end('{"Items": [') : lists(request, response, origin);
        await run("refreshPrices");
        assert.match(
          seen.last,
          /^information: 7 prices are refreshed; 1 lists could not be read and stay as they were\./,
        );
        assert.match(seen.last, /Azure Retail Prices API: 127\.0\.0\.1:\d+ did not answer with complete JSON/);
      });

      it("asks nobody for a mirror that is no address", async () => {
        const mirrors = vscode.workspace.getConfiguration("aiCostLens").get("priceLists.mirrors");
        const hosts = Object.keys(mirrors as object);
        await set("aiCostLens", "priceLists.mirrors", Object.fromEntries(hosts.map((host) => [host, "mirror"])));
        try {
          await run("refreshPrices");
          assert.match(seen.last, /^warning: .*is not an http\(s\) address/);
          assert.equal(server.requests.length, 0);
        } finally {
          await set("aiCostLens", "priceLists.mirrors", mirrors);
        }
      });

      it("is undone by one command", async () => {
        const document = await open(machine);
        assert.equal(await lensOf(document), refreshed);
        await run("undoRefreshedPrices");
        assert.equal(seen.last, "information: The bundled prices are in use again.");
        await until("the bundled price", async () => (await lensOf(document)) === bundled);
        assert.doesNotMatch(await explanation(document), /refreshed/);
        await run("undoRefreshedPrices");
        assert.match(seen.last, /No prices were refreshed/);
      });

      it("is undone from its own message", async () => {
        const document = await open(machine);
        answer = lists;
        seen.click = ({ buttons }) => buttons.find((button) => button === "Undo");
        await run("refreshPrices");
        await until("the undoing", () => seen.last === "information: The bundled prices are in use again.");
        await until("the bundled price", async () => (await lensOf(document)) === bundled);
      });
    });

    describe("Resolve Model", () => {
      const id = "acme/strange-9b";
      const wide = { ...llamaConfig, num_hidden_layers: 80, hidden_size: 8192, num_attention_heads: 64 };
      const hub = hubHandler({ [id]: { config: wide, parameters: { BF16: 70_553_706_496 } } });
      const today = (): string => new Date().toISOString().slice(0, 10);
      let named: string;
      let resolved: string;

      it("offers the model that the file names and nobody knows", async () => {
        const document = await open(serving(id));
        named = await lensOf(document);
        answer = hub;
        await run("resolveModel");
        assert.equal(seen.boxes[0]?.value, id);
        assert.equal(server.requests.length, 0, "nothing is fetched when the box is dismissed");
        const validate = seen.boxes[0]?.validateInput;
        assert.equal(await validate?.(id), undefined);
        assert.equal(await validate?.(`${id}@refs/pr/1`), undefined);
        for (const wrong of ["x", "../x", "a/b/c", "a/b@", "http://a/b"]) assert.ok(await validate?.(wrong), wrong);
      });

      it("reads what is typed, and the lens follows", async () => {
        const document = await open(serving(id));
        answer = hub;
        seen.type = () => id;
        await run("resolveModel");
        const { host } = new URL(server.origin);
        assert.equal(seen.last, `information: ${id} is known now, read from ${host}/${id} on ${today()}.`);
        resolved = await until("another size", async () => {
          const lens = await lensOf(document);
          return lens === named ? undefined : lens;
        });
        assert.ok((await hoverOf(document, "model: acme")).includes(`(read from ${host}/${id} on ${today()})`));
      });

      it("does not ask again for what it keeps, unless it is told to", async () => {
        answer = hub;
        await run("resolveModel", id);
        assert.match(seen.last, /^information: acme\/strange-9b is known already, read from /);
        assert.deepEqual(seen.shown.at(-1)?.buttons, ["Read Again"]);
        assert.equal(server.requests.length, 0);
        seen.click = ({ buttons }) => buttons.find((button) => button === "Read Again");
        await run("resolveModel", id);
        await until("the second reading", () => / is up to date, read from /.test(seen.last));
        assert.ok(server.requests.length > 0);
        server.requests.length = 0;
        await run("resolveModel", { id, again: true });
        assert.match(seen.last, / is up to date, /);
        assert.ok(server.requests.length > 0);
      });

      it("reads the commit or branch that is asked for", async () => {
        answer = hub;
        await run("resolveModel", `${id}@${commit}`);
        assert.match(seen.last, / is known already, /, "the branch stood for this commit");
        await run("resolveModel", { id, revision: "v2" });
        assert.ok(server.requests.some(({ url }) => url === `/${id}/resolve/v2/config.json`));
      });

      for (const [what, handler, message] of [
        ...failures.filter(([kind]) => kind !== "an error page"),
        ["broken JSON", (_, response) => void response.end('{"model_type":'), /did not answer with complete JSON/],
        ["a model that is gone", (_, response) => json(response, {}, 404), /has no config\.json/],
      ] as typeof failures)
        it(`keeps what it has on ${what}, and says so`, async () => {
          const document = await open(serving(id));
          answer = handler;
          await runFailing(what, "resolveModel", { id, again: true });
          assert.match(seen.last, /^warning: acme\/strange-9b could not be resolved: /);
          assert.match(seen.last, message);
          assert.equal(await lensOf(document), resolved);
        });

      it("asks for a token where a model is gated, keeps it in the secrets and sends it", async () => {
        const gated = "acme/gated-3b";
        const authorized: (string | undefined)[] = [];
        const open = hubHandler({ [gated]: { config: llamaConfig } });
        answer = (request, response, origin) => {
          authorized.push(request.headers.authorization);
          if (request.headers.authorization === "Bearer hf_test") open(request, response, origin);
          else json(response, {}, 401);
        };
        seen.click = ({ buttons }) => buttons.find((button) => button === "Set Token");
        seen.type = () => "hf_test";
        await run("resolveModel", gated);
        assert.match(seen.shown[0]?.message ?? "", /gated or private: accept its licence/);
        await until("the token", () => /^information: The token for .* is kept\.$/.test(seen.last));
        assert.equal(seen.boxes[0]?.password, true);
        await run("resolveModel", gated);
        assert.match(seen.last, /^information: acme\/gated-3b is known now/);
        seen.type = () => "";
        await run("setHubToken");
        authorized.length = 0;
        await run("resolveModel", { id: gated, again: true });
        assert.deepEqual(new Set(authorized), new Set([undefined]));
      });

      it("takes the hub and the token of the environment where the settings name none", async () => {
        const own = "acme/environment-2b";
        const authorized = new Set<string | undefined>();
        const open = hubHandler({ [own]: { config: llamaConfig } });
        answer = (request, response, origin) => {
          authorized.add(request.headers.authorization);
          open(request, response, origin);
        };
        const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env;
        await set("aiCostLens", "hub.endpoint", undefined);
        try {
          Object.assign(process.env, { HF_ENDPOINT: server.origin, HF_TOKEN: "hf_environment" });
          await run("resolveModel", own);
        } finally {
          for (const [name, was] of Object.entries({ HF_ENDPOINT: endpoint, HF_TOKEN: token }))
            if (was === undefined) delete process.env[name];
            else process.env[name] = was;
          await set("aiCostLens", "hub.endpoint", server.origin);
        }
        assert.match(seen.last, /^information: acme\/environment-2b is known now/);
        assert.deepEqual(authorized, new Set(["Bearer hf_environment"]));
      });

      it("does nothing with arguments that are no model's name", async () => {
        answer = hub;
        for (const argument of [42, "", "x", "../x", "a/b/c", { id: 7 }, { id, revision: "../x" }, { id, more: 1 }, []])
          await run("resolveModel", argument);
        assert.equal(server.requests.length, 0);
        assert.deepEqual([seen.shown, seen.boxes], [[], []]);
      });
    });

    describe("a proxy in VS Code's settings", () => {
      const id = "acme/proxied-2b";

      it("carries the requests, and is left out where VS Code is told so", async () => {
        answer = hubHandler({ [id]: { config: llamaConfig } });
        const proxy = await startProxy(server.origin);
        try {
          await set("aiCostLens", "hub.endpoint", "http://hub.example.test");
          await set("http", "proxy", proxy.url);
          await until("the proxy", async () => {
            await run("resolveModel", { id, again: true });
            return proxy.asked.length > 0;
          });
          assert.match(proxy.asked[0] ?? "", /^(?:CONNECT hub\.example\.test:80|GET http:\/\/hub\.example\.test\/)/);
          assert.match(seen.last, /^information: .* read from hub\.example\.test\/acme\/proxied-2b on /);
          await set("http", "noProxy", ["hub.example.test"]);
          await until("the exception", async () => {
            proxy.asked.length = 0;
            await run("resolveModel", { id, again: true });
            return proxy.asked.length === 0;
          });
          assert.match(seen.last, /^warning: .* hub\.example\.test could not be read/);
        } finally {
          await set("http", "noProxy", undefined);
          await set("http", "proxy", undefined);
          await set("aiCostLens", "hub.endpoint", server.origin);
          await proxy.close();
        }
      });

      it("is asked for a tunnel where the address is https", async () => {
        const proxy = await startProxy(server.origin);
        try {
          await set("aiCostLens", "hub.endpoint", "https://hub.example.test");
          await set("http", "proxy", proxy.url);
          await until("the proxy", async () => {
            await run("resolveModel", { id, again: true });
            return proxy.asked.length > 0;
          });
          assert.equal(proxy.asked[0], "CONNECT hub.example.test:443");
        } finally {
          await set("http", "proxy", undefined);
          await set("aiCostLens", "hub.endpoint", server.origin);
          await proxy.close();
        }
      });
    });
  });
}
