/** All dialects, specific ones first: the first whose structure matches a document reads it. */

import { axolotl } from "./dialects/axolotl";
import { deepspeed } from "./dialects/deepspeed";
import { huggingFaceConfig } from "./dialects/huggingFaceConfig";
import { llamaFactory } from "./dialects/llamaFactory";
import { native } from "./dialects/native";
import { torchtune } from "./dialects/torchtune";
import { trl } from "./dialects/trl";
import type { Dialect } from "./recognized";

export const dialects: readonly Dialect[] = [
  native,
  // Kubernetes and what runs on it

  // launchers and infrastructure

  // trainers
  axolotl,
  llamaFactory,
  torchtune,
  trl,
  deepspeed,

  // serving

  // models
  huggingFaceConfig,

  // no format of their own
];
