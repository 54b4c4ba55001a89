/** Ids of the commands; package.json declares those that people see. */
export const commandIds = {
  reportFile: "aiCostLens.reportFile",
  reportWorkspace: "aiCostLens.reportWorkspace",
  compare: "aiCostLens.compareScenarios",
  explain: "aiCostLens.explainEstimate",
  toggleInline: "aiCostLens.toggleInlineEstimates",
  exportReport: "aiCostLens.exportReport",
  browseCatalogue: "aiCostLens.browseCatalogue",
  refreshPrices: "aiCostLens.refreshPrices",
  undoRefresh: "aiCostLens.undoRefreshedPrices",
  resolveModel: "aiCostLens.resolveModel",
  setHubToken: "aiCostLens.setHubToken",
  openSample: "aiCostLens.openSample",
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** The only commands that a link in a hover may run. */
export const hoverCommands = [
  commandIds.explain,
  commandIds.compare,
  commandIds.reportFile,
] as const satisfies readonly CommandId[];
