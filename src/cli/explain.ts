/** `explain FILE[:LINE]`: the chain of formulas behind one workload. */
import { existsSync } from "node:fs";
import { tokenPricesWanted } from "../analysis/analyzer";
import { loadTokenPrices } from "../catalog/tokenPrices";
import { explainText } from "../present/explain";
import { createFormatter } from "../present/numbers";
import { findFiles } from "./files";
import { exitCodes, UsageError } from "./usage";
import { Workspaces } from "./workspace";

export async function explainCommand(target: string): Promise<number> {
  const match = existsSync(target) ? null : /^(.*):(\d+)$/.exec(target);
  const path = match?.[1] ?? target;
  const line = match ? Number(match[2]) - 1 : undefined;
  const source = findFiles([path])[0];
  if (source === undefined) throw new UsageError(`cannot read ${path}`);
  const workspaces = new Workspaces([], {}, (message) => console.error(message));
  const { analyzer } = workspaces.at(source.root);
  let file = workspaces.analyze(source, path);
  if (file.workloads.some(tokenPricesWanted)) {
    await loadTokenPrices();
    analyzer.forgetEstimates();
    file = workspaces.analyze(source, path);
  }
  const chosen =
    line === undefined
      ? file.workloads
      : file.workloads
          .filter(
            ({ recognized }) =>
              file.positionOf(recognized.range.start).line <= line &&
              line <= file.positionOf(recognized.range.end).line,
          )
          .slice(-1);
  if (chosen.length === 0) {
    const found = file.workloads.map(({ recognized }) => file.positionOf(recognized.anchor).line + 1);
    throw new UsageError(
      found.length === 0
        ? `no workload in ${path}`
        : `no workload at line ${(line ?? 0) + 1} of ${path}; there are some at ${found.join(", ")}`,
    );
  }
  const format = createFormatter("en");
  console.log(chosen.map((subject) => explainText(subject, { facts: analyzer.facts, format })).join("\n\n"));
  return exitCodes.done;
}
