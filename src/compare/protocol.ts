/**
 * Messages between the comparison's host and its page. The host owns the scenarios and every number; the page shows them and sends
 * what the person does. Both sides validate what they receive.
 */
import * as z from "zod/mini";

/** Version of the messages and of the state that the page keeps for a reload. */
export const protocolVersion = 1;

const shortText = z.string().check(z.maxLength(4000));
const identifier = z.string().check(z.maxLength(300));

const cell = z.object({
  text: shortText,
  range: z.optional(shortText),
  low: z.number(),
  central: z.number(),
  high: z.number(),
  /** Against the baseline: `+$1.2k (+35 %)`; better is less cost, more throughput. */
  difference: z.optional(z.object({ text: shortText, verdict: z.enum(["better", "worse", "same", "neutral"]) })),
  /** Lowest or highest of its row, where that is what one wants. */
  best: z.optional(z.boolean()),
  warning: z.optional(shortText),
});

const field = z.object({
  name: identifier,
  label: shortText,
  input: z.enum(["select", "number", "text"]),
  options: z.array(z.object({ value: shortText, label: shortText })),
  hint: shortText,
});

const scenario = z.object({
  id: identifier,
  name: shortText,
  baseline: z.boolean(),
  /** Something was changed that could be written into the file. */
  edited: z.boolean(),
  /** By field: what the cell holds and where it came from. */
  values: z.record(
    z.string(),
    z.object({
      text: shortText,
      origin: z.enum(["file", "setting", "assumed", "edited", "unknown"]),
      problem: z.optional(shortText),
    }),
  ),
  notes: z.array(shortText),
});

export const stateMessage = z.object({
  type: z.literal("state"),
  version: z.literal(protocolVersion),
  /** Rises with each change; the page drops older ones. */
  revision: z.number(),
  title: shortText,
  subtitle: shortText,
  fields: z.array(field),
  scenarios: z.array(scenario),
  results: z.array(
    z.object({
      key: identifier,
      label: shortText,
      explanation: shortText,
      /** Of the cells' numbers, as in the contract. */
      unit: shortText,
      /** Shown above the inputs; the others below them. */
      primary: z.boolean(),
      cells: z.array(z.nullable(cell)),
    }),
  ),
  /** What can be added as a further column. */
  additions: z.array(z.object({ id: identifier, label: shortText, group: shortText })),
  /** What people ask most often: one click each. */
  suggestions: z.array(z.object({ id: identifier, label: shortText })),
  canUndo: z.boolean(),
  footnote: shortText,
});
export type StateMessage = z.infer<typeof stateMessage>;
export type ScenarioView = z.infer<typeof scenario>;
export type CellView = z.infer<typeof cell>;
export type FieldView = z.infer<typeof field>;

export const hostMessage = z.discriminatedUnion("type", [
  stateMessage,
  z.object({ type: z.literal("gone"), reason: shortText }),
]);
export type HostMessage = z.infer<typeof hostMessage>;

export const pageMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({
    type: z.literal("edit"),
    scenario: identifier,
    field: identifier,
    value: z.string().check(z.maxLength(500)),
  }),
  z.object({ type: z.literal("rename"), scenario: identifier, name: z.string().check(z.maxLength(200)) }),
  z.object({ type: z.literal("add"), from: identifier }),
  z.object({ type: z.literal("remove"), scenario: identifier }),
  z.object({ type: z.literal("reset"), scenario: identifier }),
  z.object({ type: z.literal("try"), suggestion: identifier }),
  z.object({ type: z.literal("apply"), scenario: identifier }),
  z.object({ type: z.literal("undo") }),
  z.object({ type: z.literal("copy") }),
  z.object({ type: z.literal("save"), as: z.enum(["markdown", "csv", "json"]) }),
  z.object({ type: z.literal("reveal") }),
]);
export type PageMessage = z.infer<typeof pageMessage>;

/** What the page keeps across a reload of the window: which comparison it shows. */
export const pageState = z.object({ version: z.literal(protocolVersion), path: identifier, workload: identifier });
export type PageState = z.infer<typeof pageState>;
