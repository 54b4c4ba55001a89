import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import type { Fetch, RequestError } from "../../../src/catalog/refresh/request";
import { hubAddress, isHubId, resolveHubModel } from "../../../src/catalog/refresh/resolveModel";
import { commit, hubHandler, llamaConfig } from "./hubServer";
import { type Handler, json, serve, type TestServer } from "./priceServer";

const fetchHere = globalThis.fetch as unknown as Fetch;
const config = llamaConfig;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function resolve(handler: Handler, id = "acme/new-8b", timeout = 5000, token?: string) {
  await server?.close();
  server = await serve(handler);
  return resolveHubModel(id, {
    fetch: fetchHere,
    endpoint: server.origin,
    now: "2026-09-01T10:00:00Z",
    timeout,
    ...(token ? { token } : {}),
  });
}

const hub =
  (info: unknown): Handler =>
  (request, response) =>
    request.url?.endsWith("config.json") ? json(response, config) : json(response, info);

describe("resolving a model from the hub", () => {
  it("reads dimensions and the stored count", async () => {
    const facts = await resolve(hub({ safetensors: { parameters: { BF16: 8_030_261_248 }, total: 8_030_261_248 } }));
    assert.equal(facts.spec.layers, 32);
    assert.equal(facts.spec.keyValueHeads, 8);
    assert.equal(facts.spec.parameters, 8_030_261_248);
    assert.equal(facts.date, "2026-09-01");
    assert.deepEqual(
      [...new Set(server?.requests.map(({ url }) => url.replace(/\?.*/, "")))],
      ["/acme/new-8b/resolve/main/config.json", "/api/models/acme/new-8b/revision/main"],
    );
  });

  it("speaks the hub's protocol: ranges, and the commit that the branch stands for", async () => {
    const facts = await resolve(hubHandler({ "acme/new-8b": { config, parameters: { BF16: 8_030_261_248 } } }));
    assert.equal(facts.spec.layers, 32);
    assert.equal(facts.spec.parameters, 8_030_261_248);
    assert.equal(facts.revision, commit);
    assert.equal(facts.confidence, "high");
    assert.match(facts.source, /^read from 127\.0\.0\.1:\d+\/acme\/new-8b on 2026-09-01$/);
  });

  it("asks for the revision that was wanted", async () => {
    server = await serve(hubHandler({ "acme/new-8b": { config } }));
    await resolveHubModel("acme/new-8b", {
      fetch: fetchHere,
      endpoint: server.origin,
      now: "2026-09-01",
      revision: "refs/pr/1",
    });
    for (const { url } of server.requests) assert.match(url, /refs%2Fpr%2F1/);
  });

  it("is kept as what was asked for where the hub has no interface", async () => {
    const facts = await resolve((request, response, origin) =>
      request.url?.startsWith("/api/")
        ? json(response, {}, 404)
        : hubHandler({ "acme/new-8b": { config } })(request, response, origin),
    );
    assert.equal(facts.revision, "main");
  });

  it("becomes a row of the catalogue", async () => {
    const resolved = await resolve(hub({}));
    const found = createCatalog({ resolved: [resolved] }).model("acme/new-8b");
    assert.equal(found?.value.spec.layers, 32);
    assert.equal(found?.value.source, resolved.source);
    assert.equal(found?.value.date, "2026-09-01");
  });

  it("stands behind the user's own figures and before the bundled ones", async () => {
    const resolved = { ...(await resolve(hub({}))), id: "meta-llama/Llama-3.1-8B" };
    assert.equal(createCatalog({ resolved: [resolved] }).model(resolved.id)?.value.source, resolved.source);
    const own = { id: resolved.id, spec: { parameters: 9e9 } };
    assert.equal(createCatalog({ resolved: [resolved], models: [own] }).model(resolved.id)?.value.spec.parameters, 9e9);
  });

  it("does not believe counts of packed weights", async () => {
    const facts = await resolve(hub({ safetensors: { parameters: { I32: 1e9, BF16: 1e9 } } }));
    assert.equal(facts.spec.parameters, undefined);
  });

  it("does without the count where the hub fails to give it", async () => {
    const facts = await resolve((request, response) =>
      request.url?.endsWith("config.json") ? json(response, config) : json(response, {}, 500),
    );
    assert.equal(facts.spec.hiddenSize, 4096);
  });

  it("sends the token where there is one, and only then", async () => {
    let seen: string | undefined = "none";
    const handler: Handler = (request, response, origin) => {
      seen = request.headers.authorization;
      hub({})(request, response, origin);
    };
    await resolve(handler, "acme/new-8b", 5000, "secret");
    assert.equal(seen, "Bearer secret");
    await server?.close();
    await resolve(handler);
    assert.equal(seen, undefined);
  });

  it("sends the token to the hub alone, not to where it redirects", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response, origin) => {
      seen.push(request.headers.authorization);
      hubHandler({ "acme/new-8b": { config } })(request, response, origin);
    });
    try {
      await resolve(
        (request, response) => {
          response.writeHead(302, { location: `${other.origin}${request.url}` });
          response.end();
        },
        "acme/new-8b",
        5000,
        "secret",
      );
      assert.ok(seen.length > 0);
      assert.deepEqual(new Set(seen), new Set([undefined]));
    } finally {
      await other.close();
    }
  });

  it("sends no token in the open", async () => {
    const seen: (string | undefined)[] = [];
    const fetch: Fetch = async (_, init) => {
      seen.push(init?.headers?.authorization);
      return new Response(JSON.stringify(config));
    };
    const options = { fetch, now: "2026-09-01", token: "secret" };
    await resolveHubModel("acme/x", { ...options, endpoint: "http://hub.example" });
    assert.deepEqual(new Set(seen), new Set([undefined]));
    seen.length = 0;
    await resolveHubModel("acme/x", { ...options, endpoint: "https://hub.example" });
    assert.deepEqual(new Set(seen), new Set(["Bearer secret"]));
  });

  it("refuses a config without a usable size: it would stand before what the name says", async () => {
    for (const empty of [{ text_config: { hidden_size: "wide" } }, { hidden_size: 0 }])
      await assert.rejects(
        resolve(hubHandler({ "acme/new-8b": { config: { model_type: "llama", ...empty } } })),
        (error: RequestError) => error.kind === "implausible" && /no size that could be used/.test(error.message),
      );
  });

  it("takes an endpoint with a path, and no endpoint that is none", () => {
    assert.equal(hubAddress(undefined), "https://huggingface.co");
    assert.equal(hubAddress("https://mirror.example/hf/"), "https://mirror.example/hf");
    for (const endpoint of ["mirror.example", "file:///etc", "javascript:1", ""])
      assert.throws(() => hubAddress(endpoint), /not an http\(s\) address/);
  });

  const failures: readonly (readonly [string, Handler, RegExp])[] = [
    ["a gated model", (_, response) => json(response, {}, 401), /gated or private/],
    ["a model that one may not read", (_, response) => json(response, {}, 403), /gated or private/],
    ["a file that is not there", hubHandler({}), /no config\.json/],
    ["a failing hub", (_, response) => json(response, {}, 503), /status 503/],
    [
      "an answer of another protocol",
      (_, response) => {
        response.writeHead(206, { "content-type": "application/json" });
        response.end("{");
      },
      /does not answer as a hub does: Expected size information/,
    ],
    ["an unknown model", (_, response) => json(response, {}, 404), /no config\.json/],
    ["too many requests", (_, response) => json(response, {}, 429), /too many requests/],
    ["broken JSON", (_, response) => response.end('{"model_type":'), /complete JSON/],
    [
      "a truncated body",
      (_, response) => {
        response.writeHead(200, { "content-length": "999" });
        response.write("{");
        setImmediate(() => response.destroy());
      },
      /could not be read/,
    ],
    ["a file of another kind", (_, response) => json(response, { hello: "world" }), /of a kind that is not known/],
    ["a list", (_, response) => json(response, []), /of a kind that is not known/],
    ["too large a file", (_, response) => response.end(`{"x": "${"x".repeat(3_000_000)}"}`), /larger than/],
  ];
  for (const [what, handler, message] of failures)
    it(`says so for ${what}`, async () => {
      await assert.rejects(resolve(handler), (error: RequestError) => message.test(error.message));
    });

  it("gives up on silence", async () => {
    await assert.rejects(
      resolve(() => undefined, "acme/x", 150),
      (error: RequestError) => error.kind === "timeout",
    );
  });

  it("stops when it is cancelled, even at the extra", async () => {
    const controller = new AbortController();
    server = await serve((request, response, origin) => {
      if (request.url?.startsWith("/api/")) controller.abort();
      else hubHandler({ "acme/x": { config } })(request, response, origin);
    });
    await assert.rejects(
      resolveHubModel("acme/x", {
        fetch: fetchHere,
        endpoint: server.origin,
        now: "2026-09-01",
        signal: controller.signal,
      }),
      (error: RequestError) => error.kind === "cancelled",
    );
  });

  it("asks only for owner/name", async () => {
    for (const id of ["../etc/passwd", "a/b/c", "a/..", "x", "a b/c", "http://evil/x", "a/b?c", "owner/na me"]) {
      assert.equal(isHubId(id), false, id);
      await assert.rejects(resolve(hub({}), id), (error: RequestError) => error.kind === "notFound");
      assert.equal(server?.requests.length, 0);
      await server?.close();
    }
  });
});
