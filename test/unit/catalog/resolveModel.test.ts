import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { createCatalog } from "../../../src/catalog/catalog";
import type { Fetch, RequestError } from "../../../src/catalog/refresh/request";
import { isHubId, resolveHubModel } from "../../../src/catalog/refresh/resolveModel";
import { type Handler, json, serve, type TestServer } from "./priceServer";

const fetchHere = globalThis.fetch as unknown as Fetch;
const config = {
  model_type: "llama",
  architectures: ["LlamaForCausalLM"],
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14336,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
};

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function resolve(handler: Handler, id = "acme/new-8b", timeout = 5000, token?: string) {
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

  it("becomes a row of the catalogue", async () => {
    const { id, spec, source, date } = await resolve(hub({}));
    const found = createCatalog({ models: [{ id, spec, source, date }] }).model("acme/new-8b");
    assert.equal(found?.value.spec.layers, 32);
    assert.equal(found?.value.source, source);
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

  const failures: readonly (readonly [string, Handler, RegExp])[] = [
    ["a gated model", (_, response) => json(response, {}, 401), /gated or private/],
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

  it("asks only for owner/name", async () => {
    for (const id of ["../etc/passwd", "a/b/c", "a/..", "x", "a b/c", "http://evil/x", "a/b?c", "owner/na me"]) {
      assert.equal(isHubId(id), false, id);
      await assert.rejects(resolve(hub({}), id), (error: RequestError) => error.kind === "notFound");
      assert.equal(server?.requests.length, 0);
      await server?.close();
    }
  });
});
