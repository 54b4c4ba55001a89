/** Launch settings of Hugging Face accelerate (`default_config.yaml`). */
import { entryOf, isMapping, type TreeDocument } from "../../document/tree";
import { cursorOf, FactSheet, workload } from "../readers/facts";
import { isInstanceType } from "../readers/gpu";
import { readInstance } from "../readers/instances";
import { parsePrecision } from "../readers/precision";
import { fsdpStage } from "../readers/training";
import type { Dialect, RecognitionContext, Recognized } from "../recognized";

export const accelerate: Dialect = {
  id: "accelerate",
  title: "accelerate launch settings",
  anchors: ["distributed_type:", "compute_environment:"],
  matches: (document) => {
    const has = (...keys: string[]): boolean => keys.some((key) => entryOf(document.root, key) !== undefined);
    return (
      (has("distributed_type") &&
        has(
          "num_processes",
          "machine_rank",
          "fsdp_config",
          "deepspeed_config",
          "mixed_precision",
          "compute_environment",
          "num_machines",
        )) ||
      (has("compute_environment") && has("num_processes", "num_machines", "ec2_instance_type"))
    );
  },
  read,
  documentation: {
    recognizedBy: "`distributed_type` or `compute_environment` with processes, machines or a strategy",
    reads:
      "`num_processes` as the total over all machines, precision, DeepSpeed and FSDP settings, SageMaker instances",
  },
};

function read(document: TreeDocument, context: RecognitionContext): readonly Recognized[] {
  const root = cursorOf(document);
  const sheet = new FactSheet();
  const notes: string[] = [];
  const processes = root.get("num_processes");
  const machines = root.get("num_machines");
  const type = root.get("distributed_type");
  const strategy = (type.text() ?? "").toUpperCase();
  const cpu = root.get("use_cpu").boolean() === true || strategy === "MULTI_CPU";
  const instance = root.get("ec2_instance_type");
  if (cpu)
    sheet.value("accelerators", root.get("use_cpu").boolean() ? root.get("use_cpu") : type, 0, {
      note: "runs on processors",
    });
  else if (instance.text() !== undefined && isInstanceType(instance.text() as string)) {
    sheet.text("instanceType", instance);
    if (machines.positive() !== undefined) sheet.number("nodes", machines);
    sheet.value("provider", instance, "aws", { note: "SageMaker" });
  } else if (processes.positive() !== undefined) {
    const total = processes.positive() as number;
    sheet.number("accelerators", processes);
    const nodes = machines.positive();
    if (nodes !== undefined && total % nodes === 0) {
      sheet.number("nodes", machines);
      sheet.value("acceleratorsPerNode", processes, total / nodes, { note: "processes over machines" });
    }
  }
  const spot = root.get("use_spot_instances");
  if (spot.boolean()) sheet.value("pricing", spot, "spot");
  sheet.value("precision", root.get("mixed_precision"), parsePrecision(root.get("mixed_precision").text()));
  if (root.get("mixed_precision").boolean() === false) sheet.delete("precision");
  const deepspeed = root.get("deepspeed_config");
  const stage = deepspeed.get("zero_stage");
  if (stage.number() !== undefined) sheet.value("parallelism.zeroStage", stage, stage.number());
  const offload = deepspeed.first("offload_param_device", "offload_optimizer_device");
  if (/^(cpu|nvme)$/.test(offload.text() ?? "")) sheet.value("parallelism.cpuOffload", offload, true);
  sheet.number("gradientAccumulation", deepspeed.get("gradient_accumulation_steps"));
  const fsdp = root.get("fsdp_config");
  if (isMapping(fsdp.node) && !sheet.has("parallelism.zeroStage")) readFsdp(fsdp, sheet);
  const parallelism = root.get("parallelism_config");
  sheet.number("parallelism.context", parallelism.get("parallelism_config_cp_size"));
  sheet.number("parallelism.tensor", parallelism.get("parallelism_config_tp_size"));
  const file = deepspeed.get("deepspeed_config_file").text();
  const named = file === undefined ? [] : (context.follow?.(file) ?? []);
  for (const found of named)
    for (const [field, fact] of Object.entries(found.facts)) if (fact.source !== "path") sheet.set(field, fact);
  if (file !== undefined) notes.push(named.length > 0 ? `with ${file}` : `${file}: named, not resolved`);
  const count = readInstance(sheet);
  return [
    workload("accelerate", "training", root, sheet, {
      chain: count?.chain,
      notes,
      anchor: processes.exists ? processes : type,
    }),
  ];
}

/** FSDP's sharding is ZeRO by another name: full 3, gradients and optimiser 2, none 0. */
function readFsdp(fsdp: ReturnType<typeof cursorOf>, sheet: FactSheet): void {
  const strategy = fsdp.first("fsdp_sharding_strategy", "fsdp_reshard_after_forward");
  const stage = fsdpStage(strategy.text() ?? "");
  if (stage !== undefined) sheet.value("parallelism.zeroStage", strategy, stage, { note: `FSDP ${strategy.text()}` });
  const offload = fsdp.get("fsdp_offload_params");
  if (offload.boolean()) sheet.value("parallelism.cpuOffload", offload, true);
  const checkpointing = fsdp.get("fsdp_activation_checkpointing");
  if (checkpointing.boolean()) sheet.value("activationCheckpointing", checkpointing, "full");
}
