/** Activation, for desktop and web alike. Registers and returns; nothing heavy is loaded here. */
import type * as vscode from "vscode";
import { startSession } from "./editor/session";

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(startSession(context));
}
