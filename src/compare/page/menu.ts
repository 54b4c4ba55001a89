/** A button with a list of choices below it: opens on click, walks by arrow keys, closes on Escape, on choice and when the focus leaves. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly group: string;
}

/** Fires `choose` with the item's id as `detail`. */
@customElement("cost-menu")
export class CostMenu extends LitElement {
  @property() label = "";
  @property({ type: Boolean }) primary = false;
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @state() private open = false;

  protected override render(): TemplateResult {
    const groups = [...new Set(this.items.map(({ group }) => group))];
    return html`<div @keydown=${this.onKey} @focusout=${this.onFocusOut}>
      <vscode-button
        ?secondary=${!this.primary}
        aria-haspopup="true"
        aria-expanded=${this.open ? "true" : "false"}
        @click=${() => void this.toggle(!this.open)}
        >${this.label} ▾</vscode-button
      >
      ${
        this.open
          ? html`<div class="menu" role="group" aria-label=${this.label}>
              ${groups.map(
                (group) =>
                  html`${group === "" ? nothing : html`<p>${group}</p>`}
                  ${this.items.filter((item) => item.group === group).map((item) => this.renderItem(item))}`,
              )}
            </div>`
          : nothing
      }
    </div>`;
  }

  private renderItem({ id, label }: MenuItem): TemplateResult {
    return html`<button
      class="item"
      @click=${() => {
        void this.toggle(false);
        this.dispatchEvent(new CustomEvent("choose", { detail: id }));
      }}
    >
      ${label}
    </button>`;
  }

  private async toggle(open: boolean): Promise<void> {
    this.open = open;
    await this.updateComplete;
    if (open) this.buttons()[0]?.focus();
    else (this.renderRoot.querySelector("vscode-button") as HTMLElement | null)?.focus();
  }

  private buttons(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>(".item")];
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.open) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      void this.toggle(false);
      return;
    }
    const buttons = this.buttons();
    const at = buttons.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    buttons[(next + buttons.length) % buttons.length]?.focus();
  }

  private onFocusOut(event: FocusEvent): void {
    const to = event.relatedTarget as Node | null;
    if (this.open && to !== null && !this.renderRoot.contains(to)) this.open = false;
  }

  static override styles = css`
    :host { position: relative; display: inline-block; }
    .menu { position: absolute; z-index: 4; left: 0; top: 100%; margin-top: 4px; min-width: 220px; max-width: 80vw; max-height: 60vh; overflow: auto; padding: 4px; background: var(--vscode-menu-background, var(--vscode-editorWidget-background)); color: var(--vscode-menu-foreground, var(--vscode-foreground)); border: 1px solid var(--vscode-menu-border, var(--vscode-contrastBorder, var(--vscode-widget-border, transparent))); border-radius: 4px; box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent); }
    p { margin: 6px 8px 2px; font-size: 0.9em; color: var(--vscode-descriptionForeground); }
    .item { display: block; width: 100%; text-align: left; padding: 4px 8px; border: none; border-radius: 3px; background: none; font: inherit; color: inherit; cursor: pointer; }
    .item:is(:hover, :focus) { background: var(--vscode-menu-selectionBackground, var(--vscode-list-hoverBackground)); color: var(--vscode-menu-selectionForeground, inherit); outline: 1px solid var(--vscode-menu-selectionBorder, var(--vscode-contrastActiveBorder, transparent)); outline-offset: -1px; }
  `;
}

declare global {
  interface HTMLElementTagNameMap {
    "cost-menu": CostMenu;
  }
}
