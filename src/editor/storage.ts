/** What people have fetched on purpose: refreshed prices, and models resolved by name. Kept beside the bundled catalogue, never in it. */
import * as vscode from "vscode";

export type StoredName = "prices" | "models";

export class FetchedStore {
  readonly folder: vscode.Uri;
  /** For access tokens: these are in no file and no setting. */
  readonly secrets: vscode.SecretStorage;

  constructor(
    context: Pick<vscode.ExtensionContext, "globalStorageUri" | "secrets">,
    readonly log: (message: string) => void,
  ) {
    this.folder = context.globalStorageUri;
    this.secrets = context.secrets;
  }

  #uri(name: StoredName): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, `${name}.json`);
  }

  /** The stored value, unchecked; undefined when there is none or it is not JSON. */
  async read(name: StoredName): Promise<unknown> {
    try {
      return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(this.#uri(name))));
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError)) this.log(`${name}.json cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  async write(name: StoredName, value: unknown): Promise<void> {
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(this.#uri(name), new TextEncoder().encode(JSON.stringify(value)));
  }

  /** Takes a stored value away; false when there was none. */
  async remove(name: StoredName): Promise<boolean> {
    try {
      await vscode.workspace.fs.delete(this.#uri(name));
      return true;
    } catch (error) {
      if (error instanceof vscode.FileSystemError) return false;
      throw error;
    }
  }
}
