/** From instance types to accelerators: how many an instance holds is a published fact of the type that the file names. */
import type { Factor } from "../recognized";
import type { FactSheet } from "./facts";
import { acceleratorsOfInstance } from "./instanceTypes";

export interface InstanceCount {
  readonly perNode: number;
  readonly chain: readonly Factor[];
}

/**
 * Adds `acceleratorsPerNode` and, where the nodes are known, `accelerators` to a sheet that names an instance type. Counts that
 * stand there already are kept.
 */
export function readInstance(sheet: FactSheet): InstanceCount | undefined {
  const type = sheet.get("instanceType");
  const found = typeof type?.value === "string" ? acceleratorsOfInstance(type.value) : undefined;
  if (!type || found === undefined) return undefined;
  const note = `${found} per ${String(type.value)}`;
  const perNode = sheet.numberOf("acceleratorsPerNode") ?? found;
  sheet.set("acceleratorsPerNode", { ...type, value: found, note });
  const nodes = sheet.get("nodes");
  if (typeof nodes?.value !== "number") return { perNode, chain: [] };
  sheet.set("accelerators", {
    ...nodes,
    value: nodes.value * perNode,
    note: `${nodes.value} × ${perNode} per ${String(type.value)}`,
  });
  return {
    perNode,
    chain: [
      {
        label: "nodes",
        value: nodes.value,
        ...(nodes.range && nodes.file === undefined ? { range: nodes.range } : {}),
      },
      {
        label: `accelerators per ${String(type.value)}`,
        value: perNode,
        ...(type.range && type.file === undefined ? { range: type.range } : {}),
      },
    ],
  };
}
