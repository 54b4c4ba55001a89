/**
 * The end of every training estimate: hours, money and energy; per hour and per step where the amount of work is not known.
 */
import type { Draft } from "../draft";
import { addFootprint, unknownLoadPower } from "../footprint";
import { resolveHardware } from "../hardware";
import { exact, type Quantity, scale } from "../quantity";
import type { Plan, PlanFields } from "./plan";

/** Caps a run at its stated duration: a limit or a schedule ends it. */
function within(hours: Quantity, limit: number | undefined, draft: Draft): Quantity {
  if (limit === undefined) return hours;
  if (hours.low > limit)
    draft.note(`the work needs about ${round(hours.central)} h; the stated ${round(limit)} h end it before`);
  return {
    low: Math.min(hours.low, limit),
    central: Math.min(hours.central, limit),
    high: Math.min(hours.high, limit),
    unit: "h",
  };
}

/** Hours below which getting ready may take longer than the work. */
const shortRun = 1 / 6;

const grouped = new Intl.NumberFormat("en-US");

/** Three significant digits, for steps and notes. */
export const shownNumber = (value: number): number => Number(value.toPrecision(3));
const round = shownNumber;

/** Without a model there is still a price per hour. */
export function addReservation(fields: PlanFields, draft: Draft): void {
  const hardware = resolveHardware(fields, draft);
  if (hardware?.count === undefined || hardware.count === 0) return;
  const acceleratorPower = unknownLoadPower(hardware, draft);
  addFootprint(draft, fields, {
    hardware,
    count: hardware.count,
    ...(acceleratorPower ? { acceleratorPower } : {}),
    ...(fields.duration === undefined ? {} : { duration: exact(fields.duration, "h") }),
  });
}

export interface Outcome {
  readonly acceleratorHours: Quantity | undefined;
  readonly acceleratorPower: Quantity | undefined;
  /** Wall-clock seconds and tokens of one optimiser step. */
  readonly stepSeconds: number;
  readonly stepTokens: number;
}

/** Hours, money and energy; per hour and per step where the amount of work is not known. */
export function finish(fields: PlanFields, plan: Plan, outcome: Outcome, draft: Draft): void {
  const { hardware, count } = plan;
  const power = outcome.acceleratorPower ? { acceleratorPower: outcome.acceleratorPower } : {};
  if (outcome.acceleratorHours === undefined) {
    const hours = fields.duration;
    addFootprint(draft, fields, {
      hardware,
      count,
      ...power,
      ...(hours === undefined ? {} : { duration: exact(hours, "h") }),
    });
    const rate = draft.get("costRate");
    const cost = rate && count > 0 ? ` and costs about ${round((rate.central * outcome.stepSeconds) / 3600)} USD` : "";
    draft.note(
      `the amount of work is not stated; one optimiser step of ${grouped.format(round(outcome.stepTokens))} tokens takes about ${round(outcome.stepSeconds)} s${cost}`,
    );
    return;
  }
  const duration =
    count > 0
      ? within(scale(outcome.acceleratorHours, 1 / count), plan.countStated ? fields.duration : undefined, draft)
      : undefined;
  addFootprint(draft, fields, {
    hardware,
    count,
    ...power,
    ...(duration
      ? { duration, acceleratorHours: scale(duration, count) }
      : { acceleratorHours: outcome.acceleratorHours }),
  });
  if (duration !== undefined && duration.central < shortRun)
    draft.note(
      "loading weights, compiling and the like are not counted: on a run this short they may take longer than it",
    );
  if (plan.countStated) return;
  // The hours do not hang on the count, the time on the clock does.
  for (const key of ["duration", "power", "costRate"] as const) draft.unset(key);
}
