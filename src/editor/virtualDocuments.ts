/** Reports and explanations as read-only Markdown documents, shown in the editor's own preview; they follow the file they tell of. */
import * as vscode from "vscode";
import { ownScheme } from "./documents";

type Content = () => Promise<string>;

interface Page {
  readonly uri: vscode.Uri;
  readonly content: Content;
  /** The document whose changes the page follows. */
  readonly of?: string;
}

const mostPages = 30;

export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #pages = new Map<string, Page>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(ownScheme, this);

  readonly onDidChange = this.#changed.event;

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const page = this.#pages.get(uri.toString());
    if (page === undefined) return vscode.l10n.t("This report belongs to an earlier session. Run its command again.");
    return page.content();
  }

  /** Shows Markdown in the preview. `title` names the tab; `of` is the document that the page follows. */
  async show(title: string, content: Content, of?: vscode.Uri): Promise<void> {
    const name = `${
      title
        .replace(/[\\/:*?"<>|#]+/g, " ")
        .trim()
        .slice(0, 80) || "Report"
    }.md`;
    const uri = vscode.Uri.from({ scheme: ownScheme, path: `/${name}`, query: of?.toString() ?? "" });
    const key = uri.toString();
    this.#pages.delete(key);
    this.#pages.set(key, { uri, content, ...(of === undefined ? {} : { of: of.toString() }) });
    const oldest = this.#pages.size > mostPages ? this.#pages.keys().next().value : undefined;
    if (oldest !== undefined) this.#pages.delete(oldest);
    this.#changed.fire(uri);
    // Beside the file it tells of; a report that belongs to no file takes the place of the active editor.
    const viewColumn = of === undefined ? vscode.ViewColumn.Active : vscode.ViewColumn.Two;
    try {
      await vscode.commands.executeCommand("vscode.openWith", uri, "vscode.markdown.preview.editor", {
        viewColumn,
        preview: true,
      });
    } catch {
      // No Markdown preview in this editor: the text itself is readable.
      await vscode.window.showTextDocument(uri, { viewColumn, preview: true });
    }
  }

  /** The document has changed: pages that tell of it are written anew. */
  refresh(document: vscode.Uri): void {
    const of = document.toString();
    for (const page of this.#pages.values()) if (page.of === of) this.#changed.fire(page.uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
    this.#pages.clear();
  }
}
