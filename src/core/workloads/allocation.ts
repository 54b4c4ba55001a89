/** Reserved hardware whose work is unknown: priced per hour and per month. */
import type { Draft } from "../draft";
import { addFootprint, unknownLoadPower } from "../footprint";
import { resolveHardware } from "../hardware";
import type { WorkloadOf } from "../workload";

export function estimateAllocation(workload: WorkloadOf<"allocation">, draft: Draft): void {
  const hardware = resolveHardware(workload, draft);
  if (hardware === undefined) return;
  if (hardware.count === 0) {
    draft.note("no accelerators are reserved");
    return;
  }
  const count = hardware.count ?? draft.assume("accelerators", 1, "the file does not say how many");
  const acceleratorPower = unknownLoadPower(hardware, draft);
  const duration =
    workload.duration === undefined
      ? undefined
      : { low: workload.duration, central: workload.duration, high: workload.duration, unit: "h" };
  addFootprint(draft, workload, {
    hardware,
    count,
    ...(acceleratorPower ? { acceleratorPower } : {}),
    ...(duration ? { duration } : {}),
  });
}
