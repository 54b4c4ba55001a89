// A headless Chromium for the workbench, without calls to the outside.
import { chromium } from "playwright-core";
import { findBrowser } from "./install.mjs";

export const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser(options = {}) {
  return chromium.launch({ executablePath: findBrowser(), args: launchArguments, ...options });
}
