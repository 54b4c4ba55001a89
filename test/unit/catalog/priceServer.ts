/** A local server that speaks the price lists' protocols, and fails in the ways that servers do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

export interface TestServer {
  readonly origin: string;
  readonly requests: { readonly url: string; readonly method: string; readonly body: string }[];
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: TestServer["requests"] = [];
  let origin = "";
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      requests.push({ url: request.url ?? "", method: request.method ?? "", body });
      handler(request, response, origin);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};

/** An item of Azure's list. */
export const azureItem = (
  armSkuName: string,
  armRegionName: string,
  retailPrice: number,
  changes: object = {},
): object => ({
  currencyCode: "USD",
  retailPrice,
  unitPrice: retailPrice,
  armRegionName,
  productName: "Virtual Machines NDasrA100 Series",
  skuName: armSkuName,
  armSkuName,
  type: "Consumption",
  unitOfMeasure: "1 Hour",
  ...changes,
});
