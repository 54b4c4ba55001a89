/** Errors that end a command: one clear line on standard error, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const exitCodes = { done: 0, overBudget: 1, usage: 2 } as const;
