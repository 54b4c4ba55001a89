/** The comparison table: inputs above, results with interval bars below, one column a scenario. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CellView, FieldView, HostMessage, PageMessage, ScenarioView, StateMessage } from "../protocol";
import { type BarGeometry, barsOf } from "./bar";

const barWidth = 120;
const origins: Readonly<Record<string, string>> = {
  file: "from the file",
  setting: "from your defaults",
  assumed: "assumed",
  edited: "edited here",
  unknown: "not stated",
};

@customElement("cost-comparison")
export class CostComparison extends LitElement {
  send: (message: PageMessage) => void = () => {};

  @state() private view: StateMessage | undefined;
  @state() private gone: string | undefined;
  @state() private adding = false;

  receive(message: HostMessage): void {
    if (message.type === "gone") {
      this.gone = message.reason;
      return;
    }
    if (this.view !== undefined && message.revision < this.view.revision) return;
    this.gone = undefined;
    this.view = message;
  }

  protected override render(): TemplateResult {
    const view = this.view;
    if (view === undefined) return html`<main><p role="status">${this.gone ?? "Estimating …"}</p></main>`;
    return html`<main>
      <header>
        <div>
          <h1>${view.title}</h1>
          <p class="subtitle">${view.subtitle}</p>
        </div>
        <div class="actions">
          ${this.renderAdd(view)}
          <vscode-button secondary @click=${() => this.send({ type: "copy" })}>Copy as Markdown</vscode-button>
          <vscode-button secondary @click=${() => this.send({ type: "reveal" })}>Show in File</vscode-button>
        </div>
      </header>
      ${this.gone === undefined ? nothing : html`<p class="warning" role="alert">${this.gone}</p>`}
      <div class="scroll" tabindex="0" role="region" aria-label="Scenarios side by side">
        <table>
          <thead>
            <tr>
              <td></td>
              ${repeat(
                view.scenarios,
                ({ id }) => id,
                (scenario) =>
                  html`<th scope="col" class=${scenario.baseline ? "baseline" : ""}>${this.renderHead(scenario)}</th>`,
              )}
            </tr>
          </thead>
          <tbody aria-live="polite">
            ${this.renderSection("What it will cost", view)}
            ${view.results.filter(({ primary }) => primary).map((row) => this.renderResult(row))}
          </tbody>
          <tbody>
            ${this.renderSection("What it runs on and does", view)}
            ${view.fields.map((field) => this.renderField(field, view))}
          </tbody>
          <tbody>
            ${this.renderSection("In detail", view)}
            ${view.results.filter(({ primary }) => !primary).map((row) => this.renderResult(row))}
            ${
              view.scenarios.some(({ notes }) => notes.length > 0)
                ? html`<tr class="notes">
                    <th scope="row">Notes</th>
                    ${view.scenarios.map(
                      ({ notes }) =>
                        html`<td>
                          ${notes.length > 0 ? html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
                        </td>`,
                    )}
                  </tr>`
                : nothing
            }
          </tbody>
        </table>
      </div>
      <footer>${view.footnote}</footer>
    </main>`;
  }

  private renderSection(title: string, view: StateMessage): TemplateResult {
    return html`<tr class="section">
      <th scope="rowgroup" colspan=${view.scenarios.length + 1}>${title}</th>
    </tr>`;
  }

  private renderAdd(view: StateMessage): TemplateResult | typeof nothing {
    if (view.additions.length === 0) return nothing;
    const groups = [...new Set(view.additions.map(({ group }) => group))];
    return html`<div class="add">
      <vscode-button
        id="add"
        aria-expanded=${this.adding ? "true" : "false"}
        @click=${() => {
          this.adding = !this.adding;
        }}
        >Add Scenario</vscode-button
      >
      ${
        this.adding
          ? html`<div class="menu" role="group" aria-label="Add a scenario" @keydown=${this.closeOnEscape}>
              ${groups.map(
                (group) =>
                  html`<p>${group}</p>
                    ${view.additions
                      .filter((one) => one.group === group)
                      .map(
                        (one) =>
                          html`<button
                            class="plain"
                            @click=${() => {
                              this.adding = false;
                              this.send({ type: "add", from: one.id });
                            }}
                          >
                            ${one.label}
                          </button>`,
                      )}`,
              )}
            </div>`
          : nothing
      }
    </div>`;
  }

  private closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    this.adding = false;
    (this.renderRoot.querySelector("#add") as HTMLElement | null)?.focus();
  }

  private renderHead(scenario: ScenarioView): TemplateResult {
    if (scenario.baseline) return html`<span class="name">${scenario.name}</span><span class="tag">baseline</span>`;
    return html`<input
        class="name"
        aria-label="Name of the scenario"
        .value=${scenario.name}
        @change=${(event: Event) => this.send({ type: "rename", scenario: scenario.id, name: (event.target as HTMLInputElement).value })}
      />
      <span class="tools">
        <button class="plain" title="Back to the file's values" @click=${() => this.send({ type: "reset", scenario: scenario.id })}>Reset</button>
        <button class="plain" title="Copy this scenario" @click=${() => this.send({ type: "add", from: `copy:${scenario.id}` })}>Copy</button>
        <button class="plain" title="Remove this scenario" @click=${() => this.send({ type: "remove", scenario: scenario.id })}>Remove</button>
      </span>`;
  }

  private renderField(field: FieldView, view: StateMessage): TemplateResult {
    return html`<tr>
      <th scope="row" title=${field.hint}>${field.label}</th>
      ${view.scenarios.map((scenario) => {
        const value = scenario.values[field.name];
        if (value === undefined) return html`<td class="none">–</td>`;
        return html`<td class=${scenario.baseline ? "baseline" : ""}>
          ${scenario.baseline ? html`<span class="value">${optionLabel(field, value.text) || "–"}</span>` : this.renderInput(field, scenario, value.text)}
          <span class="origin ${value.origin}">${origins[value.origin]}</span>
          ${value.problem === undefined ? nothing : html`<span class="problem" role="alert">${value.problem}</span>`}
        </td>`;
      })}
    </tr>`;
  }

  private renderInput(field: FieldView, scenario: ScenarioView, text: string): TemplateResult {
    const label = `${field.label} of ${scenario.name}`;
    const send = (event: Event): void =>
      this.send({
        type: "edit",
        scenario: scenario.id,
        field: field.name,
        value: (event.target as HTMLInputElement | HTMLSelectElement).value,
      });
    if (field.input === "select") {
      const known = field.options.some(({ value }) => value === text);
      return html`<select aria-label=${label} .value=${text} @change=${send}>
        ${known ? nothing : html`<option value=${text} selected>${text || "–"}</option>`}
        ${field.options.map((option) => html`<option value=${option.value} ?selected=${option.value === text}>${option.label}</option>`)}
      </select>`;
    }
    return html`<input aria-label=${label} inputmode=${field.input === "number" ? "decimal" : "text"} .value=${text} @change=${send} />`;
  }

  private renderResult(row: StateMessage["results"][number]): TemplateResult {
    const bars = barsOf(row.cells, barWidth);
    return html`<tr data-key=${row.key}>
      <th scope="row" title=${row.explanation}>${row.label}</th>
      ${row.cells.map((cell, index) => this.renderCell(cell, bars[index] ?? null, index === 0))}
    </tr>`;
  }

  private renderCell(cell: CellView | null, bar: BarGeometry | null, baseline: boolean): TemplateResult {
    if (cell === null) return html`<td class="none">–</td>`;
    return html`<td class=${baseline ? "baseline" : ""}>
      <span class="number">${cell.text}</span>
      ${cell.range === undefined ? nothing : html`<span class="range">${cell.range}</span>`}
      ${bar === null ? nothing : renderBar(bar)}
      ${cell.difference === undefined ? nothing : html`<span class="difference ${cell.difference.verdict}">${cell.difference.text}</span>`}
      ${cell.warning === undefined ? nothing : html`<span class="problem">${cell.warning}</span>`}
    </td>`;
  }

  static override styles = css`
    :host { display: block; color: var(--vscode-foreground); font: var(--vscode-font-size) var(--vscode-font-family); }
    main { padding: 12px 14px; }
    header { display: flex; flex-wrap: wrap; gap: 12px; justify-content: space-between; align-items: flex-start; }
    h1 { font-size: 1.5em; font-weight: 600; margin: 0; }
    .subtitle, footer { color: var(--vscode-descriptionForeground); margin: 4px 0 0; }
    .actions { display: flex; gap: 8px; align-items: flex-start; flex-wrap: wrap; }
    .add { position: relative; }
    .menu { position: absolute; z-index: 2; right: 0; top: 100%; margin-top: 4px; min-width: 240px; max-height: 60vh; overflow: auto; padding: 6px; background: var(--vscode-menu-background, var(--vscode-editorWidget-background)); color: var(--vscode-menu-foreground, var(--vscode-foreground)); border: 1px solid var(--vscode-menu-border, var(--vscode-widget-border, transparent)); box-shadow: 0 2px 8px var(--vscode-widget-shadow); }
    .menu p { margin: 6px 6px 2px; font-size: 0.9em; color: var(--vscode-descriptionForeground); }
    .menu .plain { display: block; width: 100%; text-align: left; padding: 4px 6px; color: inherit; }
    .scroll { overflow-x: auto; margin-top: 16px; }
    table { border-collapse: collapse; }
    th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); font-weight: normal; }
    tbody th[scope="row"] { min-width: 110px; max-width: 150px; position: sticky; left: 0; background: var(--vscode-editor-background); }
    thead th { min-width: 160px; padding-bottom: 10px; }
    .section th { padding-top: 18px; font-weight: 600; }
    .name { font-weight: 600; font-size: 1.05em; }
    input.name { display: block; width: 100%; box-sizing: border-box; }
    .tag { margin-left: 8px; padding: 1px 6px; border-radius: 8px; font-size: 0.85em; background: var(--vscode-badge-background); color: var(--vscode-badge-foreground); }
    .tools { display: flex; gap: 10px; margin-top: 4px; }
    .plain { background: none; border: none; padding: 0; font: inherit; color: var(--vscode-textLink-foreground); cursor: pointer; }
    .plain:hover { text-decoration: underline; }
    input, select { font: inherit; color: var(--vscode-input-foreground); background: var(--vscode-input-background); border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, var(--vscode-panel-border))); padding: 3px 5px; width: 155px; box-sizing: border-box; }
    select { color: var(--vscode-dropdown-foreground); background: var(--vscode-dropdown-background); border-color: var(--vscode-dropdown-border, var(--vscode-panel-border)); }
    :is(input, select, button, .scroll):focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
    .number { font-weight: 600; font-size: 1.1em; white-space: nowrap; }
    .range, .origin, .difference, .problem { display: block; font-size: 0.9em; white-space: nowrap; }
    .range, .origin { color: var(--vscode-descriptionForeground); }
    .origin.edited { color: var(--vscode-textLink-foreground); }
    .origin.assumed { font-style: italic; }
    .value { display: block; padding: 4px 0; overflow-wrap: anywhere; max-width: 260px; }
    .difference::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 5px; border-radius: 50%; background: var(--vscode-descriptionForeground); }
    .difference.better::before { background: var(--vscode-charts-green); }
    .difference.worse::before { background: var(--vscode-charts-red); }
    .problem { color: var(--vscode-errorForeground); }
    .difference.same { color: var(--vscode-descriptionForeground); }
    .warning { color: var(--vscode-editorWarning-foreground); }
    .none { color: var(--vscode-descriptionForeground); }
    .notes ul { margin: 0; padding-left: 16px; max-width: 260px; }
    svg { display: block; margin: 3px 0; }
    .track { fill: var(--vscode-panel-border, var(--vscode-contrastBorder)); opacity: 0.4; }
    .interval { fill: var(--vscode-charts-blue); opacity: 0.55; }
    .central { fill: var(--vscode-foreground); }
  `;
}

const optionLabel = (field: FieldView, text: string): string =>
  field.options.find(({ value }) => value === text)?.label ?? text;

/** The numbers stand beside it in text, so the picture is hidden from screen readers. */
const renderBar = (bar: BarGeometry): TemplateResult =>
  html`<svg width=${barWidth} height="8" aria-hidden="true">
    ${svg`<rect class="track" x="0" y="3" width=${barWidth} height="2"></rect>
      <rect class="interval" x=${bar.low} y="1" width=${bar.width} height="6" rx="1"></rect>
      <rect class="central" x=${Math.max(0, bar.central - 1)} y="0" width="2" height="8"></rect>`}
  </svg>`;

declare global {
  interface HTMLElementTagNameMap {
    "cost-comparison": CostComparison;
  }
}
