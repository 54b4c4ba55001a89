/** Field types that several schemas share. Bounds keep every product of inputs finite. */
import * as z from "zod";
import { parseDuration, parseNumber } from "./numbers";

const largest = 1e21;

/** A number ≥ 0, or text with a suffix (`15T`, `8k`, `70B`). */
export const size = z.union([
  z.number().min(0).max(largest),
  z.string().transform((text, context) => {
    const value = parseNumber(text);
    if (value !== undefined && value >= 0 && value <= largest) return value;
    context.addIssue({ code: "custom", message: `not a number: ${JSON.stringify(text.slice(0, 40))}` });
    return z.NEVER;
  }),
]);

/** A size of at least a tiny positive value: divisors. */
export const positive = size.refine((value) => value > 0, { message: "must be greater than 0" });

/** A whole count ≥ 1 (accelerators, nodes, layers); 0 is allowed where nothing is reserved. */
export const count = size;

/** Hours, or text with a unit (`90m`, `36h`, `2d`, `04:00:00`). */
export const hours = z.union([
  z.number().min(0).max(1e9),
  z.string().transform((text, context) => {
    const value = parseDuration(text) ?? parseNumber(text);
    if (value !== undefined && value >= 0 && value <= 1e9) return value;
    context.addIssue({ code: "custom", message: `not a duration: ${JSON.stringify(text.slice(0, 40))}` });
    return z.NEVER;
  }),
]);

/** A share between 0 and 1. */
export const share = z.number().min(0).max(1);
export const text = z.string().max(2000);
