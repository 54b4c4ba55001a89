/** How the comparison looks: the editor's own tokens alone, so that it follows every theme. */
import { css } from "lit";

export const comparisonStyles = css`
  :host { display: block; color: var(--vscode-foreground); font: var(--vscode-font-size) var(--vscode-font-family); }
  main { display: flex; flex-direction: column; max-height: 100vh; box-sizing: border-box; padding: 12px 14px 8px; }
  header { display: flex; flex-wrap: wrap; gap: 8px 16px; justify-content: space-between; align-items: flex-start; }
  header > * { min-width: 0; max-width: 100%; }
  h1 { font-size: 1.4em; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
  .subtitle, footer { color: var(--vscode-descriptionForeground); margin: 2px 0 0; overflow-wrap: anywhere; }
  footer { margin-top: 8px; font-size: 0.9em; }
  .actions { display: flex; gap: 6px; align-items: flex-start; flex-wrap: wrap; }
  .try { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 10px 0 0; }
  .try span { flex: none; white-space: nowrap; }
  .chip { flex: none; white-space: nowrap; font: inherit; padding: 2px 9px; border-radius: 11px; cursor: pointer; color: var(--vscode-button-secondaryForeground, var(--vscode-foreground)); background: var(--vscode-button-secondaryBackground, transparent); border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); }
  .chip:hover { background: var(--vscode-button-secondaryHoverBackground, var(--vscode-list-hoverBackground)); }
  .scroll { overflow: auto; margin-top: 12px; min-height: 0; }
  table { border-collapse: separate; border-spacing: 0; }
  th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); font-weight: normal; }
  thead :is(th, td) { position: sticky; top: 0; z-index: 2; background: var(--vscode-editor-background); padding-bottom: 8px; }
  thead th { min-width: 185px; max-width: 240px; }
  thead td { left: 0; z-index: 3; }
  tbody th[scope="row"] { min-width: 110px; max-width: 150px; position: sticky; left: 0; z-index: 1; background: var(--vscode-editor-background); }
  .section th { padding-top: 16px; font-weight: 600; }
  .section span { position: sticky; left: 0; }
  .name { font-weight: 600; font-size: 1.05em; overflow-wrap: anywhere; }
  input.name { display: block; width: 100%; box-sizing: border-box; }
  .tag { display: inline-block; padding: 1px 6px; border-radius: 8px; font-size: 0.85em; background: var(--vscode-badge-background); color: var(--vscode-badge-foreground); border: 1px solid var(--vscode-contrastBorder, transparent); }
  .tools { display: flex; flex-wrap: wrap; gap: 2px 9px; margin-top: 4px; font-size: 0.95em; }
  .plain { background: none; border: none; padding: 0; font: inherit; color: var(--vscode-textLink-foreground); cursor: pointer; }
  .plain:hover { text-decoration: underline; }
  input, select { font: inherit; color: var(--vscode-input-foreground); background: var(--vscode-input-background); border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, var(--vscode-panel-border))); border-radius: 2px; padding: 3px 5px; width: 100%; min-width: 130px; max-width: 210px; box-sizing: border-box; text-overflow: ellipsis; }
  select { color: var(--vscode-dropdown-foreground); background: var(--vscode-dropdown-background); border-color: var(--vscode-dropdown-border, var(--vscode-contrastBorder, var(--vscode-panel-border))); }
  input.invalid { border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground)); }
  :is(input, select, button, .scroll):focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
  .chip:focus-visible { outline-offset: 1px; }
  .number { font-weight: 600; font-size: 1.1em; white-space: nowrap; }
  .number + .tag { margin-left: 6px; vertical-align: 1px; }
  .range, .origin, .difference, .problem { display: block; font-size: 0.9em; }
  .range, .difference { white-space: nowrap; }
  .range, .origin, .difference.same, .none { color: var(--vscode-descriptionForeground); }
  .origin.edited { color: var(--vscode-textLink-foreground); }
  .origin.assumed { font-style: italic; }
  .value { display: block; padding: 4px 0; overflow-wrap: anywhere; max-width: 210px; }
  .mark { font-weight: 700; margin-right: 4px; }
  .better .mark { color: var(--vscode-charts-green); }
  .worse .mark { color: var(--vscode-charts-red); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .problem { color: var(--vscode-errorForeground); max-width: 210px; }
  .warning { color: var(--vscode-editorWarning-foreground); }
  .notes ul { margin: 0; padding-left: 16px; max-width: 240px; }
  svg { display: block; margin: 3px 0; }
  .track { fill: var(--vscode-panel-border, var(--vscode-contrastBorder)); opacity: 0.4; }
  .interval { fill: var(--vscode-charts-blue); opacity: 0.55; }
  .central { fill: var(--vscode-foreground); }
  /* Large type or a low window: the page scrolls as a whole, so that the header does not eat the table. */
  @media (max-height: 520px) { main { max-height: none; display: block; } .scroll { overflow-y: visible; } thead :is(th, td) { position: static; } }
  /* Beside a file in a small window: the baseline and one scenario fit without scrolling. */
  @media (max-width: 560px) { th, td { padding-right: 8px; } thead th { min-width: 130px; max-width: 150px; } tbody th[scope="row"] { min-width: 80px; max-width: 92px; } input, select { min-width: 110px; } input, select, .value, .problem, .notes ul { max-width: 142px; } .range, .difference { white-space: normal; } }
  @media (max-width: 460px) { .try { flex-wrap: nowrap; overflow-x: auto; padding-bottom: 4px; } }
  @media (forced-colors: active) { .interval { fill: Highlight; opacity: 1; } .central { fill: CanvasText; } }
`;
