/** Answers of a hub in its own protocol: ranges, tags and the model interface. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Handler, json } from "./priceServer";

/** A small transformer with an unusual width, so that its estimate is nobody else's. */
export const llamaConfig = {
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

export const commit = "8c22764a7e3675c50d4c7c9a4edb474456022b16";

export interface HubModel {
  readonly config: unknown;
  readonly parameters?: Readonly<Record<string, number>>;
}

/** Serves the models by id, as the public hub does. */
export const hubHandler =
  (models: Readonly<Record<string, HubModel>>): Handler =>
  (request, response) => {
    const path = new URL(request.url ?? "", "http://hub").pathname;
    const file = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/config\.json$/.exec(path)?.[1];
    const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/[^/]+$/.exec(path)?.[1];
    const model = models[file ?? info ?? ""];
    if (model === undefined) {
      response.setHeader("x-error-code", "RepoNotFound");
      return json(response, { error: "Repository not found" }, 404);
    }
    if (file !== undefined) return serveFile(request, response, JSON.stringify(model.config));
    json(response, {
      _id: "1",
      id: info,
      sha: commit,
      private: false,
      gated: false,
      downloads: 1,
      likes: 1,
      lastModified: "2026-01-01T00:00:00.000Z",
      ...(model.parameters === undefined
        ? {}
        : {
            safetensors: {
              parameters: model.parameters,
              total: Object.values(model.parameters).reduce((sum, count) => sum + count, 0),
            },
          }),
    });
  };

function serveFile(request: IncomingMessage, response: ServerResponse, text: string): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const headers = { "content-type": "text/plain; charset=utf-8", etag: '"abc"', "x-repo-commit": commit };
  if (first === undefined || last === undefined) {
    response.writeHead(200, headers).end(text);
    return;
  }
  const body = Buffer.from(text);
  const part = body.subarray(Number(first), Number(last) + 1);
  response
    .writeHead(206, { ...headers, "content-range": `bytes ${first}-${Number(first) + part.length - 1}/${body.length}` })
    .end(part);
}
