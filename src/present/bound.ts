/** The most that a run can come to: what it costs if only its time limit ends it. */
import type { Formatter } from "./numbers";
import type { Bound } from "./subject";

/** For the lens: `≤ $55k in ≤ 4 d`; energy where no price is known. Undefined when nothing is. */
export function boundTitle(bound: Bound | undefined, format: Formatter): string | undefined {
  const most = bound?.cost ?? bound?.energy;
  if (bound === undefined || most === undefined) return undefined;
  return `≤ ${format.quantity(most)} in ≤ ${format.value(bound.hours, "h")}`;
}

/** For the hover and the report: `at most $55k (37k–150k), 70 MWh, 33 tCO₂e, when the time limit of 4 d ends it`. */
export function boundSentence(bound: Bound | undefined, format: Formatter): string | undefined {
  if (bound === undefined) return undefined;
  const amounts = [bound.cost && format.quantityWithRange(bound.cost), bound.energy, bound.carbon].flatMap((amount) =>
    amount === undefined ? [] : [typeof amount === "string" ? amount : format.quantity(amount)],
  );
  if (amounts.length === 0) return undefined;
  return `at most ${amounts.join(", ")}, when the time limit of ${format.value(bound.hours, "h")} ends it`;
}
