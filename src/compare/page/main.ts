/** The page: validates the host's messages, renders the state, sends what the person does. */
import * as z from "zod/mini";
import { hostMessage, type PageMessage, type PageState, pageState, protocolVersion } from "../protocol";
import "./comparison";
import type { CostComparison } from "./comparison";

// The content security policy forbids compiling code at run time.
z.config({ jitless: true });

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: PageState): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const element = document.querySelector("cost-comparison") as CostComparison;
element.send = (message) => api.postMessage(message);

// The host writes which comparison this is; kept so that a reload of the window finds it again.
const identity = pageState.safeParse({
  version: protocolVersion,
  path: document.body.dataset.path,
  workload: document.body.dataset.workload,
});
if (identity.success) api.setState(identity.data);

window.addEventListener("message", (event) => {
  const message = hostMessage.safeParse(event.data);
  if (!message.success) {
    console.warn("a message of the host was not understood", message.error);
    return;
  }
  element.receive(message.data);
});
api.postMessage({ type: "ready" });
