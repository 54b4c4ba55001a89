/** All dialects, specific ones first: the first whose structure matches a document reads it. */
import { native } from "./dialects/native";
import type { Dialect } from "./recognized";

export const dialects: readonly Dialect[] = [
  native,
  // Kubernetes and what runs on it

  // launchers and infrastructure

  // trainers

  // serving

  // models

  // no format of their own
];
