/** The page's HTML: set once; data reaches it by messages, never by interpolation into a script. */
import * as vscode from "vscode";
import type { PageState } from "./protocol";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function nonceOf(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, "");
}

export function comparisonPage(
  webview: vscode.Webview,
  extension: vscode.Uri,
  identity: Omit<PageState, "version">,
): string {
  const nonce = nonceOf();
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extension, "dist", "page", "compare.js"));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeHtml(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(vscode.l10n.t("Compare Scenarios"))}</title>
</head>
<body data-path="${escapeHtml(identity.path)}" data-workload="${escapeHtml(identity.workload)}">
<cost-comparison></cost-comparison>
<script nonce="${nonce}" src="${script.toString()}"></script>
</body>
</html>`;
}
