/** Notifications and input boxes as a test sees and answers them: the window's functions are replaced while it runs. */
import * as vscode from "vscode";

interface Shown {
  readonly kind: "information" | "warning" | "error";
  readonly message: string;
  readonly buttons: readonly string[];
}

export class Notifications {
  readonly shown: Shown[] = [];
  readonly boxes: vscode.InputBoxOptions[] = [];
  /** What the person would click; nothing unless a test says so. */
  click: (shown: Shown) => string | undefined = () => undefined;
  /** What the person would type. */
  type: (options: vscode.InputBoxOptions) => string | undefined = () => undefined;

  readonly #restore: (() => void)[] = [];

  constructor() {
    const window = vscode.window as unknown as Record<string, unknown>;
    const replace = (name: string, instead: unknown): void => {
      const original = window[name];
      window[name] = instead;
      this.#restore.push(() => {
        window[name] = original;
      });
    };
    for (const [name, kind] of [
      ["showInformationMessage", "information"],
      ["showWarningMessage", "warning"],
      ["showErrorMessage", "error"],
    ] as const)
      replace(name, async (message: string, ...buttons: string[]) => {
        const shown: Shown = { kind, message, buttons };
        this.shown.push(shown);
        return this.click(shown);
      });
    replace("showInputBox", async (options: vscode.InputBoxOptions) => {
      this.boxes.push(options);
      return this.type(options);
    });
  }

  get last(): string {
    const shown = this.shown.at(-1);
    return shown === undefined ? "" : `${shown.kind}: ${shown.message}`;
  }

  dispose(): void {
    for (const restore of this.#restore) restore();
  }
}
