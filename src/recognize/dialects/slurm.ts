/** Slurm settings kept in YAML: Hydra's submitit launcher, NeMo's cluster files. */

import { parseDuration } from "../../core/numbers";
import { at, entryOf, type TreeDocument } from "../../document/tree";
import { type Cursor, cursorOf, FactSheet, workload } from "../readers/facts";
import type { Dialect, Recognized } from "../recognized";

const blockOf = (root: Cursor): Cursor | undefined =>
  [
    root.get("hydra", "launcher"),
    root.get("launcher"),
    root.get("slurm"),
    root.get("cluster"),
    root.get("submitit"),
    root,
  ].find(
    (block) =>
      block.isMapping &&
      count(block).exists &&
      (block.has("partition") ||
        block.has("timeout_min") ||
        block.has("account") ||
        block.has("time") ||
        block.has("time_limit")),
  );
const count = (block: Cursor): Cursor => block.first("gpus_per_node", "gpus_per_task", "gres", "gpus");

export const slurm: Dialect = {
  id: "slurm",
  title: "Slurm settings in YAML",
  anchors: ["gpus_per_node:", "gpus_per_task:", "timeout_min:", " gres:", "partition:"],
  matches: (document) => {
    const target = at(document.root, "hydra", "launcher");
    if (target && (entryOf(target, "gpus_per_node") || entryOf(target, "gpus_per_task"))) return true;
    const root = cursorOf(document);
    return root.isMapping && !root.has("model") && blockOf(root) !== undefined;
  },
  read,
  documentation: {
    recognizedBy: "`gpus_per_node` beside a partition or a time limit, also under `hydra.launcher` or `cluster`",
    reads: "nodes × GPUs per node, the time limit as an upper bound",
  },
};

function read(document: TreeDocument): readonly Recognized[] {
  const root = cursorOf(document);
  const block = blockOf(root) ?? root.get("hydra", "launcher");
  const gpus = count(block);
  const gres = /gpu(?::[a-z]\w*)?:(\d+)/i.exec(gpus.text() ?? "")?.[1];
  const each = gpus.positive() ?? (gres === undefined ? undefined : Number(gres));
  const sheet = new FactSheet();
  const nodes = block.first("nodes", "num_nodes");
  const tasks = gpus.key === "gpus_per_task" ? (block.get("tasks_per_node").positive() ?? 1) : 1;
  const named = /gpu:([a-z]\w*):\d+/i.exec(block.get("gres").text() ?? "")?.[1];
  if (named) sheet.value("accelerator", block.get("gres"), named);
  if (each !== undefined) {
    sheet.value("acceleratorsPerNode", gpus, each * tasks);
    if (nodes.positive() !== undefined) {
      sheet.number("nodes", nodes);
      sheet.value("accelerators", gpus, each * tasks * (nodes.positive() as number), {
        note: `${nodes.positive()} nodes × ${each * tasks}`,
      });
    }
  }
  if (each === undefined && (gpus.text() === undefined || gpus.number() === 0)) return [];
  const minutes = block.get("timeout_min").positive();
  const limit =
    minutes === undefined ? parseDuration(block.first("time_limit", "time", "timelimit").text() ?? "") : minutes / 60;
  return [
    workload("slurm", "allocation", block, sheet, { name: block.get("name").text(), timeLimit: limit, anchor: gpus }),
  ];
}
