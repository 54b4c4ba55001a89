/** The comparison table: inputs above, results with interval bars below, one column a scenario. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CellView, FieldView, HostMessage, PageMessage, ScenarioView, StateMessage } from "../protocol";
import { type BarGeometry, barsOf } from "./bar";
import "./menu";
import type { MenuItem } from "./menu";
import { comparisonStyles } from "./styles";

const barWidth = 120;
const exportItems: readonly MenuItem[] = [
  { id: "copy", label: "Copy as Markdown", group: "" },
  { id: "markdown", label: "Save as Markdown …", group: "" },
  { id: "csv", label: "Save as CSV …", group: "" },
  { id: "json", label: "Save as JSON …", group: "" },
];
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

  private hadFocus = false;
  @state() private view: StateMessage | undefined;
  @state() private gone: string | undefined;

  receive(message: HostMessage): void {
    if (message.type === "gone") {
      this.gone = message.reason;
      return;
    }
    if (this.view !== undefined && message.revision < this.view.revision) return;
    this.gone = undefined;
    this.hadFocus = (this.renderRoot as ShadowRoot).activeElement !== null;
    this.view = message;
  }

  protected override render(): TemplateResult {
    const view = this.view;
    if (view === undefined) return html`<main><p role="status">${this.gone ?? "Estimating …"}</p></main>`;
    return html`<main @keydown=${this.onKey}>
      <header>
        <div>
          <h1>${view.title}</h1>
          <p class="subtitle">${view.subtitle}</p>
        </div>
        <div class="actions">
          ${
            view.additions.length === 0
              ? nothing
              : html`<cost-menu
                  id="add"
                  primary
                  label="Add Scenario"
                  .items=${view.additions}
                  @choose=${(event: CustomEvent<string>) => this.send({ type: "add", from: event.detail })}
                ></cost-menu>`
          }
          <cost-menu id="export" label="Export" .items=${exportItems} @choose=${this.onExport}></cost-menu>
          <vscode-button secondary ?disabled=${!view.canUndo} @click=${() => this.send({ type: "undo" })}>Undo</vscode-button>
          <vscode-button secondary @click=${() => this.send({ type: "reveal" })}>Show in File</vscode-button>
        </div>
      </header>
      ${
        view.suggestions.length === 0
          ? nothing
          : html`<div class="try" role="group" aria-label="What if">
              <span aria-hidden="true">What if</span>
              ${view.suggestions.map(
                ({ id, label }) =>
                  html`<button class="chip" data-try=${id} @click=${() => this.send({ type: "try", suggestion: id })}>${label}</button>`,
              )}
            </div>`
      }
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
          <tbody aria-live="polite">${this.renderResults("What it will cost", true, view)}</tbody>
          <tbody>
            ${this.renderSection("What it runs on and does", view)}
            ${view.fields.map((field) => this.renderField(field, view))}
          </tbody>
          <tbody>
            ${this.renderResults("In detail", false, view)}
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

  private onExport(event: CustomEvent<string>): void {
    const chosen = event.detail;
    if (chosen === "markdown" || chosen === "csv" || chosen === "json") this.send({ type: "save", as: chosen });
    else this.send({ type: "copy" });
  }

  /** What was pressed may be gone after it (a taken suggestion, a removed column): the focus stays in the page. */
  protected override updated(): void {
    if (!this.hadFocus || (this.renderRoot as ShadowRoot).activeElement !== null) return;
    (this.renderRoot.querySelector(".chip, .scroll") as HTMLElement | null)?.focus();
  }

  /** Undo, but not while a text is being written: that has an undo of its own. */
  private onKey(event: KeyboardEvent): void {
    const inText = event.composedPath()[0] instanceof HTMLInputElement;
    if (inText || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    event.preventDefault();
    this.send({ type: "undo" });
  }

  private renderSection(title: string, view: StateMessage): TemplateResult {
    return html`<tr class="section">
      <th scope="rowgroup" colspan=${view.scenarios.length + 1}><span>${title}</span></th>
    </tr>`;
  }

  /** A section of which nothing is known has no heading either. */
  private renderResults(title: string, primary: boolean, view: StateMessage): TemplateResult | typeof nothing {
    const rows = view.results.filter((row) => row.primary === primary);
    if (rows.length === 0) return nothing;
    return html`${this.renderSection(title, view)}${rows.map((row) => this.renderResult(row))}`;
  }

  private renderHead(scenario: ScenarioView): TemplateResult {
    if (scenario.baseline) return html`<span class="name">${scenario.name}</span> <span class="tag">baseline</span>`;
    const tool = (label: string, title: string, message: PageMessage): TemplateResult =>
      html`<button class="plain" title=${title} aria-label=${`${title}: ${scenario.name}`} @click=${() => this.send(message)}>${label}</button>`;
    const { id } = scenario;
    return html`<input
        class="name"
        aria-label="Name of the scenario"
        .value=${scenario.name}
        @change=${(event: Event) => this.send({ type: "rename", scenario: scenario.id, name: (event.target as HTMLInputElement).value })}
      />
      <span class="tools">
        ${scenario.edited ? tool("Apply", "Write these values into the file", { type: "apply", scenario: id }) : nothing}
        ${scenario.edited ? tool("Reset", "Back to the file's values", { type: "reset", scenario: id }) : nothing}
        ${tool("Copy", "Copy this scenario", { type: "add", from: `copy:${id}` })}
        ${tool("Remove", "Remove this scenario", { type: "remove", scenario: id })}
      </span>`;
  }

  private renderField(field: FieldView, view: StateMessage): TemplateResult {
    return html`<tr>
      <th scope="row" title=${field.hint}>${field.label}</th>
      ${view.scenarios.map((scenario) => {
        const value = scenario.values[field.name];
        if (value === undefined) return html`<td class="none">–</td>`;
        return html`<td class=${scenario.baseline ? "baseline" : ""}>
          ${scenario.baseline ? html`<span class="value">${optionLabel(field, value.text) || "–"}</span>` : this.renderInput(field, scenario, value)}
          <span class="origin ${value.origin}">${origins[value.origin]}</span>
          ${value.problem === undefined ? nothing : html`<span class="problem" role="alert">${value.problem}</span>`}
        </td>`;
      })}
    </tr>`;
  }

  private renderInput(
    field: FieldView,
    scenario: ScenarioView,
    { text, problem }: ScenarioView["values"][string],
  ): TemplateResult {
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
    return html`<input
      aria-label=${label}
      class=${problem === undefined ? "" : "invalid"}
      aria-invalid=${problem === undefined ? "false" : "true"}
      title=${field.hint}
      inputmode=${field.input === "number" ? "decimal" : "text"} .value=${text} @change=${send} />`;
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
      <span class="number">${cell.text}</span>${cell.best ? html`<span class="tag">best</span>` : nothing}
      ${cell.range === undefined ? nothing : html`<span class="range">${cell.range}</span>`}
      ${bar === null ? nothing : renderBar(bar)}
      ${cell.difference === undefined ? nothing : renderDifference(cell.difference)}
      ${cell.warning === undefined ? nothing : html`<span class="problem">${cell.warning}</span>`}
    </td>`;
  }

  static override styles = comparisonStyles;
}

const optionLabel = (field: FieldView, text: string): string =>
  field.options.find(({ value }) => value === text)?.label ?? text;

const marks = { better: "✓", worse: "✗", same: "", neutral: "" } as const;

/** Better and worse are told by a sign and, to screen readers, by a word: never by the colour alone. */
function renderDifference({ text, verdict }: NonNullable<CellView["difference"]>): TemplateResult {
  const mark = marks[verdict];
  return html`<span class="difference ${verdict}"
    >${mark === "" ? nothing : html`<span class="mark" aria-hidden="true">${mark}</span>`}${text}${
      mark === "" ? nothing : html`<span class="unseen">, ${verdict}</span>`
    }</span
  >`;
}

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
