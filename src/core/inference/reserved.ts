/** A server whose model is unknown: the hardware it reserves still costs. */
import type { Draft } from "../draft";
import { addFootprint, unknownLoadPower } from "../footprint";
import { resolveHardware } from "../hardware";
import type { InferenceFields } from "../workload";

export function addReserved(fields: InferenceFields, draft: Draft): void {
  const hardware = resolveHardware(fields, draft);
  if (hardware === undefined || hardware.count === 0) return;
  const count =
    hardware.count ??
    draft.assume(
      "accelerators",
      Math.max(1, Math.round((fields.parallelism?.tensor ?? 1) * (fields.parallelism?.pipeline ?? 1))) *
        Math.max(1, Math.round(fields.replicas ?? 1)),
      "no count stated",
    );
  const power = unknownLoadPower(hardware, draft);
  const duration = fields.duration;
  addFootprint(draft, fields, {
    hardware,
    count,
    ...(duration === undefined ? {} : { duration: { low: duration, central: duration, high: duration, unit: "h" } }),
    ...(power === undefined ? {} : { acceleratorPower: power }),
  });
}
